"""What a change in municipal cost means for each municipality's budget: the change per citizen-year times its citizens, with its interval."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from effekt.estimates.cost import cost_difference
from effekt.report import making, tables
from effekt.report.asking import answer
from effekt.report.making import Facts
from effekt.report.results import Column
from effekt.report.shares import head_of
from effekt.report.shown import Shown
from effekt.report.trends import headline_estimate

if TYPE_CHECKING:
    from effekt.estimates.estimate import Estimate
    from effekt.study import Study

TOO_FEW = {"not_estimated": {"da": "for få borgere", "en": "too few citizens"}}
MONTHS_A_YEAR = 12.0
THOUSAND = 1000.0


def budget_changes(study: Study, frames: Iterable[pd.DataFrame]) -> tuple[Estimate, ...]:
    """The change in each municipality's cost against the comparison, in kroner per citizen-year; without a number where there are too few citizens.

    frames : `measures.by_municipality`.
    """
    asked = ((study.of(str(frame.attrs["unit"])), frame) for frame in frames)
    return tuple(headline_estimate(answer(own, cost_difference, frame, level=study.level)) for own, frame in asked)


def budget_table(study: Study, frames: Iterable[pd.DataFrame], changes: Iterable[Estimate], *, name: str = "budget") -> Shown:
    """One row a municipality: its citizens, the change in municipal cost per citizen-year, and what that comes to in a year, in thousands.

    frames : `measures.by_municipality`. changes : `budget_changes` of them. Citizens are the mean number in the months after the start. A
    municipality with too few says so and shows no amount; so does one whose cost is not registered before the start.
    """
    rows, frames, changes = [], tuple(frames), tuple(changes)
    for frame, change in zip(frames, changes, strict=True):
        code = str(frame.attrs["unit"])
        own = frame[frame["treated"] & frame["after"]]
        citizens = float(own["exposure"].sum()) / _years_after(study.of(code), str(frame.attrs["outcome"]))
        row: Facts = head_of(study) | {
            "municipality": (Column("municipality", "label"), code),
            "n_citizens": (Column("n_citizens", "count"), None if _lacks_before(frame) else round(citizens)),
        }
        for stem, times in (("each", 1.0), ("budget", citizens / THOUSAND)):
            for end, part in (("", change.value), ("_low", change.low), ("_high", change.high)):
                key = f"{stem}{end}"
                column = Column(key, "number", unit="dkk_per_person_year" if stem == "each" else "thousand_dkk_per_year", n="n_citizens")
                row[key] = (column, None if part is None else part * times)
        rows.append(row)
    show = [("column.municipality", "municipality"), ("column.n_citizens_mean", "n_citizens")]
    show += [("column.budget_each", "cells.each_interval"), ("column.budget_year", "cells.budget_interval")]
    plan = tables.layout("caption.budget", show, notes=("note.budget",))
    labels = {} if all(_lacks_before(frame) for frame in frames) else TOO_FEW
    return making.shown(study, "table", name, rows, estimates=tuple(changes), context={"table": plan}, labels=labels)


def _lacks_before(frame: pd.DataFrame) -> bool:
    """Whether the municipality has citizens after the start and none before it: its cost was not registered then."""
    own = frame[frame["treated"]]
    return bool(len(own)) and bool(own["after"].all())


def _years_after(study: Study, outcome: str) -> float:
    """Years from the end of the phase-in to the last month that counts."""
    first = study.start + pd.DateOffset(months=study.phase_in)
    last = study.last_complete_month(outcome)
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    return max(months, 1) / MONTHS_A_YEAR
