"""One model on three populations: everybody, the frail of them, and those whom the programme enrolled; and what choosing them does by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from effekt.estimates.estimate import Estimate
from effekt.estimates.selection import regression_to_mean
from effekt.measures.periods import eligible_months, enrolled_months
from effekt.report import making, tables
from effekt.report.changes import change
from effekt.report.results import Column
from effekt.report.shares import told
from effekt.report.shown import Shown
from effekt.report.trends import headline_estimate

if TYPE_CHECKING:
    from effekt.study import Study

POPULATIONS = ("everybody", "target_group", "enrolled")
_KEPT = ("outcome", "place", "horizon", "start", "level", "change", "change_low", "change_high", "n_events", "claim")


def population_changes(study: Study, outcome: str, everybody: Any) -> tuple[Estimate, ...]:
    """The change of an outcome in everybody (as given), in the frail and in the enrolled, by one model and one design.

    The frail are chosen by the same rule on both sides, on the day before the start. The enrolled were chosen for what the outcome counts, and
    had to live until they were: their number is a description, whatever the design says, and carries the cautions for it.
    """
    eligible = headline_estimate(change(study, outcome, read=eligible_months))
    enrolled = headline_estimate(change(study, outcome, read=enrolled_months)).cautioned("selected_on_outcome", "immortal_time")
    return headline_estimate(everybody), eligible, replace(enrolled, claim="descriptive")


def populations_table(study: Study, changes: tuple[Estimate, ...], *, name: str = "populations") -> Shown:
    """One row a population: its change with the interval, the citizens and events behind it, and what the number can be used as."""
    rows = []
    for population, estimate in zip(POPULATIONS, changes, strict=True):
        about = making.about(study, estimate)
        facts = making.of_estimate(about) | making.of_design(study)
        row = {"population": (Column("population", "label"), f"population.{population}")} | {key: facts[key] for key in _KEPT}
        for key in ("n_citizens_treated", "n_events_treated"):
            row[f"fact_{key}"] = facts.get(f"fact_{key}", (making.fact_column(key), None))
        rows.append(row)
    show = [("column.citizens_group", "population"), ("column.change_interval", "cells.change_interval")]
    show += [(f"column.{key}", f"fact_{key}") for key in ("n_citizens_treated", "n_events_treated")] + [("column.claim", "claim")]
    plan = tables.layout("caption.populations", show, notes=("note.effects", "note.populations"))
    return making.shown(study, "table", name, rows, estimates=tuple(making.about(study, one) for one in changes), context={"table": plan})


def selection(study: Study, around: pd.DataFrame, *, name: str = "selection") -> Shown:
    """In words: how the enrolled's year after compares with their year before, and how much of that choosing them gives without any effect.

    around : `measures.around_enrolment`. With too few enrolled, or too few events, no number is given, and that is said.
    """
    own = around[around["enrolled"]]
    limit = study.protocol.too_few
    facts = {"n_enrolled": (Column("n_enrolled", "count"), len(own)), "outcome": (Column("outcome", "label"), str(around.attrs.get("outcome", "")))}
    if not len(own):
        return told(study, [("text", "selection.none")], facts, name)
    if len(own) < limit.citizens or min(own["before"].sum(), own["after"].sum()) < limit.events or len(own) == len(around):
        return told(study, [("text", "selection.few")], facts, name)
    found = regression_to_mean(
        around, enrolled="enrolled", before="before", exposure="exposure", after="after", exposure_after="exposure_after", level=study.level
    )
    seen = found.observed
    if seen is None or seen.value is None or found.expected.value is None:
        return told(study, [("text", "selection.few")], facts, name)
    numbers = {"rate_before": found.before_rate, "rate_after": seen.value * found.before_rate, "rate_expected": found.expected_rate}
    facts |= {key: (Column(key, "number", 2, n="n_enrolled"), value) for key, value in numbers.items()}
    changes = {"seen": seen.value, "alone": found.expected.value}
    facts |= {f"{key}_change": (Column(f"{key}_change", "percent", n="n_enrolled"), abs(100.0 * (value - 1.0))) for key, value in changes.items()}
    words = "fall" if seen.value < 1 else "rise"
    blocks = [("headline", f"selection.{words}"), ("text", "selection.alone"), ("text", "selection.more"), ("claim", "claim.descriptive")]
    shown = told(study, blocks, facts, name)
    return replace(shown, estimates=tuple(making.about(study, one) for one in (seen, found.expected)))
