"""Published evaluations found again: how many figures agree, figure by figure, and where each comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from effekt.report import making, tables
from effekt.report.making import Facts
from effekt.report.prose import block
from effekt.report.results import Column
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.published.comparing import Comparison, Figure
    from effekt.study import Study

DIGITS = 6
_NOT_PRINTED = {"not_estimated": {"da": "\u2013", "en": "\u2013"}}


def published_in_short(study: Study, comparison: Comparison, *, name: str = "published") -> Shown:
    """How many figures of how many analyses were found again, and what to install where some could not be tried."""
    agreeing, figures = comparison.agreeing, len(comparison.figures)
    counts = {
        "n_figures": figures, "n_agreeing": agreeing,
        "n_cases": len(comparison.cases) - len(comparison.left_out), "n_left_out": len(comparison.left_out),
    }  # fmt: skip
    facts: Facts = {key: (Column(key, "count"), value) for key, value in counts.items()}
    blocks = [block("headline", f"finding.published.{'all' if agreeing == figures else 'some'}"), block("text", "interval.published")]
    if comparison.missing:
        blocks.append(block("text", "interval.published_missing"))
    return _public(making.shown(study, "finding", name, [facts], context={"blocks": blocks}))


def published_table(study: Study, comparison: Comparison, topic: str, *, name: str = "") -> Shown:
    """One row a figure of the cases of `topic`: printed, the other program's, ours, their difference, how large it may be, whether it holds."""
    from effekt.published.comparing import load_labels

    figures = comparison.of_topic(topic)
    cases = {figure.case: comparison.cases[figure.case] for figure in figures}
    labels = {f"published.{key}": names for key, names in load_labels().items() if key in {figure.label for figure in figures}}
    labels |= {f"published_case.{key}": case["short"] for key, case in cases.items()}
    shown = ("printed", "reference", "ours", "gap", "tolerance")
    show = [("column.case", "case"), ("column.figure", "figure"), *((f"column.{key}", key) for key in shown), ("column.agrees", "agrees")]
    missing = any(comparison.cases[case]["topic"] == topic for case in comparison.left_out)
    plan = tables.layout(f"caption.published_{topic}", show, notes=("note.published", *(("note.published_missing",) if missing else ())))
    rows = [_figure(figure) for figure in figures]
    return _public(making.shown(study, "table", name or f"published-{topic}", rows, context={"table": plan}, labels={**labels, **_NOT_PRINTED}))


def published_sources(study: Study, comparison: Comparison, *, name: str = "sources") -> Shown:
    """One row a case: where its data and its figures come from, which of our estimators were used, and the program they are held against."""
    labels: dict[str, Mapping[str, str]] = {f"published_case.{key}": case["short"] for key, case in comparison.cases.items()}
    labels |= {f"published_title.{key}": case["title"] for key, case in comparison.cases.items()}
    rows = []
    for key, case in comparison.cases.items():
        told = {"data": case["data"], "source": case["source"], "estimators": ", ".join(case["estimators"]), "program": case["program"]}
        labels |= {text: {"da": text, "en": text} for text in told.values() if text}
        texts: Facts = {column: (Column(column, "label"), text) for column, text in told.items()}
        names: Facts = {name: (Column(name, "label"), f"published_{name}.{key}") for name in ("case", "title")}
        rows.append(names | texts)
    show = [("column.case", "case"), *((f"column.{key}", key) for key in ("title", "source", "data", "estimators", "program"))]
    return _public(making.shown(study, "table", name, rows, context={"table": tables.layout("caption.published_sources", show)}, labels=labels))


def _figure(figure: Figure) -> Facts:
    numbers = {key: getattr(figure, key) for key in ("printed", "reference", "ours", "tolerance")}
    cells: Facts = {key: (Column(key, "significant", DIGITS), value) for key, value in numbers.items()}
    return {
        "case": (Column("case", "label"), f"published_case.{figure.case}"),
        "figure": (Column("figure", "label"), f"published.{figure.label}"),
        **cells,
        "gap": (Column("gap", "significant", 2), figure.difference),
        "agrees": (Column("agrees", "label"), "yes" if figure.agrees else "no"),
    }


def _public(result: Shown) -> Shown:
    """The result, saying that its data are no synthetic ones."""
    return replace(result, synthetic=False)
