"""How far the methods can be trusted: what calibration found of each of them, in words, as a figure and as tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from effekt.report import making, tables
from effekt.report.making import Facts
from effekt.report.prose import block
from effekt.report.results import Column
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.calibration.table import Measured
    from effekt.study import Study

NAIVE = "naive"
SHARES = ("coverage", "size", "power")
MONTE_CARLO = 1.959964
PERCENT = 100.0


def methods_in_short(study: Study, measured: Measured, *, name: str = "methods") -> Shown:
    """How many of the methods keep what they promise, what a plain before/after would have claimed, and where the promises end.

    measured : `calibration.measured()`.
    """
    asked, others = _asked(measured), _others(measured)
    met = [row for row in asked if all(row["met"].values())]
    naive = [_naive_of(measured, row)["size"] for row in asked]
    worst = min(others, key=lambda row: row["coverage"])
    facts: Facts = {
        "n_asked": (Column("n_asked", "count"), len(asked)),
        "n_met": (Column("n_met", "count"), len(met)),
        "coverage_least": (Column("coverage_least", "percent", 1), PERCENT * min(row["coverage"] for row in asked)),
        "coverage_most": (Column("coverage_most", "percent", 1), PERCENT * max(row["coverage"] for row in asked)),
        "naive_least": (Column("naive_least", "percent", 1), PERCENT * min(naive)),
        "naive_most": (Column("naive_most", "percent", 1), PERCENT * max(naive)),
        "worst_method": (Column("worst_method", "label"), _key(worst)),
        "worst": (Column("worst", "percent"), PERCENT * worst["coverage"]),
        **_bounds(measured),
    }
    blocks = [
        block("headline", f"finding.methods.{'all' if len(met) == len(asked) else 'some'}"),
        *(block("text", f"interval.methods_{part}") for part in ("coverage", "naive", "broken")),
    ]
    return making.shown(study, "finding", name, [facts], context={"blocks": blocks})


def coverage_figure(study: Study, measured: Measured, *, name: str = "coverage") -> Shown:
    """The figure: how often each method's 95% interval held the truth, with its Monte-Carlo interval, and the plain before/after beside it."""
    rows = [_facts(measured, row) for row in _asked(measured)]
    regions = _bounds(measured) | {"n_regions": (Column("n_regions", "count"), sum(row["replications"] for row in _once(_asked(measured))))}
    show = [("column.method", "method"), ("column.coverage", "cells.coverage"), ("column.naive_coverage", "naive_coverage")]
    stem = "figure.coverage"
    order = tuple(range(1, len(rows) + 1))
    return making.shown(
        study,
        "coverage",
        name,
        [regions, *rows],
        context={
            "title": f"{stem}.title",
            "subtitle": f"{stem}.subtitle",
            "alt": f"{stem}.alt",
            "order": list(order),
            "table": tables.layout("caption.coverage", show, notes=("note.monte_carlo",), rows=order),
        },
    )


def methods_table(study: Study, measured: Measured, *, name: str = "false_alarms") -> Shown:
    """One row a method: bias, size, power, the same of the plain before/after, how many regions, and whether the bounds are met."""
    rows = [_facts(measured, row) | _bounds(measured) for row in _asked(measured)]
    show = [
        ("column.method", "method"),
        ("column.bias_sd", "cells.bias"),
        ("column.size", "cells.size"),
        ("column.naive_size", "naive_size"),
        ("column.power", "power"),
        ("column.regions", "replications"),
        ("column.bounds_met", "met"),
    ]
    plan = tables.layout("caption.methods", show, notes=("note.methods", "note.bounds", "note.monte_carlo"))
    return making.shown(study, "table", name, rows, context={"table": plan})


def broken_assumptions(study: Study, measured: Measured, *, name: str = "broken") -> Shown:
    """One row a method where what it assumes does not hold: coverage, bias and size, and what to do instead (notes)."""
    rows = [_facts(measured, row) for row in _others(measured)]
    show = [
        ("column.method", "method"),
        ("column.coverage", "cells.coverage"),
        ("column.bias_sd", "cells.bias"),
        ("column.size", "cells.size"),
        ("column.naive_coverage", "naive_coverage"),
    ]
    plan = tables.layout("caption.broken", show, notes=("note.broken", "note.monte_carlo"))
    return making.shown(study, "table", name, rows, context={"table": plan})


def _asked(measured: Measured) -> list[dict[str, Any]]:
    return [row for row in measured.rows if row["held"]]


def _others(measured: Measured) -> list[dict[str, Any]]:
    return [row for row in measured.rows if not row["held"] and row["estimator"] != NAIVE]


def _naive_of(measured: Measured, row: dict[str, Any]) -> dict[str, Any]:
    return measured.row(row["design"], NAIVE)


def _once(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row a design: its estimators look at the same regions."""
    return list({row["design"]: row for row in rows}.values())


def _bounds(measured: Measured) -> Facts:
    """What is asked of the methods, for the sentences that say so."""
    kinds: dict[str, tuple[Any, ...]] = {"bias_limit": ("number", 1), "many": ("count", 0), "fewer": ("count", 0)}
    told: Facts = {"cut": (Column("cut", "number", 2), measured.bounds["alarms"])}
    for name, value in measured.bounds.items():
        kind, digits = kinds.get(name, ("percent", 1 if name.startswith("fewer_") else 0))
        told[name] = (Column(name, kind, digits), PERCENT * value if kind == "percent" else value)
    return told


def _key(row: dict[str, Any]) -> str:
    return f"calibration.{row['design']}.{row['estimator']}"


def _facts(measured: Measured, row: dict[str, Any]) -> Facts:
    naive = _naive_of(measured, row)
    told: Facts = {"method": (Column("method", "label"), _key(row))}
    for share in SHARES:
        told[share] = (Column(share, "percent", 1, n="replications"), PERCENT * row[share])
        told[f"{share}_mc"] = (Column(f"{share}_mc", "number", 1, n="replications"), PERCENT * row[f"{share}_mc"])
    reach = MONTE_CARLO * row["coverage_mc"]
    told["coverage_low"] = (Column("coverage_low", "percent", 1, n="replications"), PERCENT * max(row["coverage"] - reach, 0.0))
    told["coverage_high"] = (Column("coverage_high", "percent", 1, n="replications"), PERCENT * min(row["coverage"] + reach, 1.0))
    told["bias_sd"] = (Column("bias_sd", "number", 2, n="replications"), row["bias_sd"])
    told["bias_sd_mc"] = (Column("bias_sd_mc", "number", 2, n="replications"), row["bias_sd_mc"])
    for share in ("coverage", "size"):
        told[f"naive_{share}"] = (Column(f"naive_{share}", "percent", 1, n="replications"), PERCENT * naive[share])
    told["replications"] = (Column("replications", "count"), row["replications"])
    told["met"] = (Column("met", "label"), "yes" if all(row["met"].values()) else _missed(row["met"]))
    return told


def _missed(met: dict[str, bool]) -> str:
    """Key of the words for what is not met."""
    return "bounds_missed." + "_".join(figure for figure in ("coverage", "bias", "size") if not met[figure])
