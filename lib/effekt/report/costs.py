"""Cost per citizen and year: by sector before and after, and the difference in kroner."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from effekt.estimates.estimate import Estimate
from effekt.report import making, tables
from effekt.report.making import Facts
from effekt.report.results import Column
from effekt.report.shown import Shown
from effekt.report.trends import headline_estimate

if TYPE_CHECKING:
    from effekt.study import Study

TOTAL = "cost_total"
BARS = ("before", "after", "comparison_before", "comparison_after")


def cost_sectors(study: Study) -> tuple[str, ...]:
    """The outcomes that are the cost of one sector each, in the order of the catalogue: together they are the total.

    A sector that the total leaves out, as medicine, is not among them.
    """
    first: dict[object, str] = {}
    counted = next(condition.values for condition in study.outcome(TOTAL).where if condition.column == "sector")
    for outcome in study.protocol.catalogue().values():
        if outcome.is_cost and _sector(outcome) in counted and not study.lacking(outcome.id):
            first.setdefault(_sector(outcome), outcome.id)
    return tuple(first.values())


def sector_costs(study: Study, means: Iterable[Any], *, name: str = "sector_costs") -> Shown:
    """The figure of mean cost per citizen-year by sector, cluster and comparison, before and after.

    means : results of `estimates.mean_costs`, one a sector, as of `cost_sectors`. A group without citizens has no bar.
    """
    means = tuple(means)
    sectors = [_means(study, each) for each in means]
    total = {bar: (Column(bar, "number"), _sum(row[bar][1] for row in sectors)) for bar in BARS}
    rows = [_facts(study, means), *sectors, {"sector": (Column("sector", "label"), "sector.total")} | total]
    heads = ("bar.programme_before", "bar.programme_after", "bar.comparison_before", "bar.comparison_after")
    stem = "figure.sector_costs"
    return making.shown(
        study,
        "sector_costs",
        name,
        rows,
        estimates=tuple(one for each in means for bar in BARS if (one := _enough(study, getattr(each, bar))) is not None),
        context={
            "title": f"{stem}.title",
            "subtitle": f"{stem}.subtitle",
            "alt": f"{stem}.alt",
            "table": tables.layout(
                "caption.sector_costs",
                [("column.sector", "sector"), *zip(heads, BARS, strict=True)],
                notes=("note.sector_costs",),
                rows=tuple(range(1, len(rows))),
            ),
        },
    )


def difference_table(study: Study, differences: Iterable[Any], *, name: str = "differences") -> Shown:
    """One row a difference in kroner per citizen-year, with its interval and how that was found."""
    design = making.of_design(study)
    rows = []
    estimates = tuple(making.about(study, headline_estimate(one)) for one in differences)
    for one in estimates:
        told = making.of_estimate(one)
        kept = {key: told[key] for key in ("outcome", "place", "level", "claim", "n_citizens", "fact_replicates") if key in told}
        money = {
            "value": (Column("value", "money", n="n_citizens"), one.value),
            "value_low": (Column("value_low", "number", unit="dkk_per_person_year", n="n_citizens"), one.low),
            "value_high": (Column("value_high", "number", unit="dkk_per_person_year", n="n_citizens"), one.high),
        }
        method = (Column("method", "label"), f"method_name.{one.method}")
        rows.append(kept | money | {"method": method, "start": design["start"], "price_year": design["price_year"]})
    show = [("column.outcome", "outcome"), ("column.method", "method"), ("column.difference", "cells.value_interval"), ("column.claim", "claim")]
    plan = tables.layout("caption.differences", show, notes=("note.differences",))
    return making.shown(study, "table", name, rows, estimates=estimates, context={"table": plan})


def _sector(outcome: Any) -> object:
    """The one sector of a cost outcome; "" where it has several, or other conditions."""
    conditions = outcome.where
    one = len(conditions) == 1 and conditions[0].column == "sector" and len(conditions[0].values) == 1
    return conditions[0].values[0] if one else ""


def _means(study: Study, means: Any) -> Facts:
    told = next(one for bar in BARS if (one := getattr(means, bar)) is not None)
    sector = _sector(study.outcome(told.outcome))
    values = {bar: one.value if (one := _enough(study, getattr(means, bar))) is not None else None for bar in BARS}
    cells: Facts = {bar: (Column(bar, "number"), value) for bar, value in values.items()}
    return {"sector": (Column("sector", "label"), f"sector.{sector}")} | cells


def _enough(study: Study, estimate: Estimate | None) -> Estimate | None:
    """The mean, or None where it rests on too few citizens."""
    return estimate if estimate is not None and (estimate.n_citizens or 0) >= study.protocol.too_few.citizens else None


def _facts(study: Study, means: tuple[Any, ...]) -> Facts:
    design = making.of_design(study)
    first = means[0]
    return {
        "place": (Column("place", "label"), f"place.{study.unit}"),
        "n_citizens": (Column("n_citizens", "count"), _counted(first.after, first.before)),
        "n_comparison": (Column("n_comparison", "count"), _counted(first.comparison_after, first.comparison_before)),
        "start": design["start"],
        "price_year": design["price_year"],
    }


def _counted(after: Estimate | None, before: Estimate | None) -> int:
    """Citizens after the start; before it where nobody is left."""
    told = after if after is not None else before
    return (told.n_citizens or 0) if told is not None else 0


def _sum(numbers: Iterable[Any]) -> float | None:
    parts = list(numbers)
    return None if any(part is None for part in parts) else float(sum(parts))
