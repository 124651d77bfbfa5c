"""Tables of effects: several outcomes by one model, one outcome by several models, several clusters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from effekt.estimates.estimate import Estimate
from effekt.report import making, tables, wording
from effekt.report.making import Facts
from effekt.report.results import Column
from effekt.report.sentences import has_text
from effekt.report.shown import Shown
from effekt.report.trends import headline_estimate

if TYPE_CHECKING:
    from effekt.study import Study

_CHANGE = ("column.change_interval", "cells.change_interval")
_BEHIND = ("n_events_treated", "n_citizens_treated")
_USE = ("column.claim", "claim")


def effect_table(study: Study, changes: Iterable[Any], *, name: str = "effects") -> Shown:
    """One row an outcome: the change in percent with its interval, the events (for money: the citizens) behind it, and what it can be used as."""
    estimates = tuple(making.about(study, headline_estimate(change)) for change in changes)
    money = all(wording.kind(one) == "money" for one in estimates)
    behind = "n_citizens_treated" if money else "n_events_treated"
    show = [("column.outcome", "outcome"), _CHANGE, (f"column.{behind}", f"fact_{behind}"), _USE]
    caption = "caption.effects" if study.cluster else "caption.effects_region"
    plan = tables.layout(caption, show, notes=("note.effects_money" if money else "note.effects",))
    return making.shown(study, "table", name, _rows(study, estimates), estimates=estimates, context={"table": plan})


def simpler(study: Study, change: Any, *others: Any, name: str = "") -> Shown:
    """The page's own number beside what simpler methods would have said, and why each of those misleads."""
    estimates = tuple(making.about(study, headline_estimate(each)) for each in (change, *others))
    methods = [(Column("method", "label"), f"method_name.{one.method}") for one in estimates]
    rows = [row | {"method": method} for row, method in zip(_rows(study, estimates), methods, strict=True)]
    notes = tuple(f"misleads.{one.method}" for one in estimates[1:] if one.value is not None and has_text(f"misleads.{one.method}"))
    plan = tables.layout("caption.simpler", [("column.method", "method"), _CHANGE, _USE], notes=("note.simpler", *notes))
    name = name or f"simpler-{estimates[0].outcome}"
    return making.shown(study, "table", name, rows, estimates=estimates, context={"table": plan})


def _rows(study: Study, estimates: tuple[Estimate, ...]) -> list[Facts]:
    design = making.of_design(study)
    kept = ("place", "start", "horizon", "price_year")
    quoted = ("outcome", "place", "change", "change_low", "change_high", "level", "p", "n_citizens", "n_events", "claim")
    rows = []
    for estimate in estimates:
        told = {f"fact_{name}": (making.fact_column(name), None) for name in _BEHIND} | making.of_estimate(estimate) | design
        rows.append({key: told[key] for key in (*quoted, *kept, *(f"fact_{name}" for name in _BEHIND)) if key in told})
    return rows
