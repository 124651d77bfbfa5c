"""Admissions of every kind before and after: how many there were, and the nine groups of preventable ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

from effekt.estimates.before_after import rate_ratio
from effekt.estimates.controlled import controlled_time_series
from effekt.estimates.estimate import Estimate
from effekt.estimates.discoveries import benjamini_hochberg
from effekt.measures.periods import period_sums
from effekt.report import making, tables
from effekt.report.all_changes import TABLE, outcome_changes
from effekt.report.asking import answer
from effekt.report.making import Facts
from effekt.report.repeating import over_outcomes
from effekt.report.results import Column
from effekt.report.shares import told
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

PER = 1000.0
PREVENTABLE = "prevent"
_PERIODS = (("own_before", True, False), ("own_after", True, True), ("other_before", False, False), ("other_after", False, True))


def outcome_effects(study: Study, outcomes: Iterable[str]) -> tuple[Estimate, ...]:
    """The change of each outcome against the comparison, in order: what `change` gives, without the months.

    Of a cluster and of the region they are read from what `effekt prepare` made, where it has; of a municipality they are fitted here.
    """
    names = tuple(outcomes)
    made = (study.path / "derived" / f"{TABLE}.parquet").is_file() and study.municipality is None
    known = {one.outcome: one for one in outcome_changes(study)} if made else {}
    if set(names) <= set(known):
        return tuple(known[name].of(study.unit) for name in names)
    from effekt.measures.citizens import person_months

    return tuple(one.effect for one in over_outcomes(study, person_months, controlled_time_series, names))


def before_after(study: Study, outcomes: Iterable[str], *, name: str = "before_after") -> Shown:
    """One row an outcome: how many there were before and after, in all and per 1,000 citizen-years, here and in the comparison.

    For the region each cluster has its own dates and no comparison is shown. An outcome that was not delivered has no row; one that is not registered
    here has no numbers.
    """
    names = [outcome for outcome in outcomes if not study.lacking(outcome)]
    together = [outcome for outcome in names if study.outcome(outcome).source == "stays"]
    frames = [period_sums(study, together)] if together else []
    frames += [period_sums(study, [outcome]) for outcome in names if outcome not in together]
    if not names:
        return told(study, [("text", "caution.not_delivered")], {}, name)
    rows = [_head(study) | _counts(frame, outcome) for outcome in names for frame in frames if outcome in frame]
    here = [("column.own_before", "cells.own_before"), ("column.own_after", "cells.own_after")]
    compared = any(_is_compared(frame) for frame in frames)
    there = [("column.other_before", "cells.other_before"), ("column.other_after", "cells.other_after")] if compared else []
    plan = tables.layout("caption.before_after", [("column.outcome", "outcome"), *here, *there], notes=("note.before_after",))
    return making.shown(study, "table", name, rows, context={"table": plan})


def preventable_table(study: Study, *, name: str = "preventable") -> Shown:
    """One row a group of preventable admissions: how many before and after, the change here, and against the comparison's change, with a p-value
    adjusted for looking at several groups.

    For the region the change is that of all clusters together, each before and after its own start, and the p-value is of that.
    """
    groups = [one for one in study.protocol.catalogue() if one.startswith(f"{PREVENTABLE}_") and not study.lacking(one)]
    if not groups:
        return told(study, [("text", "caution.not_delivered")], {}, name)
    sums = period_sums(study, groups)
    found = {group: _ratios(study, sums, group) for group in groups}
    tested = {group: ratios[-1].p for group, ratios in found.items() if ratios[-1].p is not None}
    adjusted = dict(zip(tested, benjamini_hochberg(list(tested.values())).tolist(), strict=True)) if tested else {}
    rows = []
    for group, ratios in found.items():
        row = _head(study) | _counts(sums, group)
        for stem, ratio in zip(("", "compared_"), ratios, strict=False):
            row |= _change(stem, ratio)
        rows.append(row | {"p_adjusted": (Column("p_adjusted", "p"), adjusted.get(group))})
    compared = [("column.against_comparison", "cells.compared_change_interval")] if _is_compared(sums) else []
    show = [("column.outcome", "outcome"), ("column.own_before", "cells.own_before"), ("column.own_after", "cells.own_after")]
    show += [("column.change_here", "cells.change_interval"), *compared, ("column.p_bh", "p_adjusted")]
    estimates = tuple(ratio for ratios in found.values() for ratio in ratios)
    note = "note.preventable" if compared else "note.preventable_region" if study.cluster is None else "note.preventable_alone"
    few = all(one.value is not None or making.is_too_few(one) for one in estimates)
    untold = dict.fromkeys(("cells.change_interval", "cells.compared_change_interval"), "figure.too_few") if few else {}
    plan = tables.layout("caption.preventable", show, notes=(note, "note.preventable_codes"), empty=untold)
    return making.shown(study, "table", name, rows, estimates=estimates, context={"table": plan})


def _is_compared(sums: pd.DataFrame) -> bool:
    """Whether there is a comparison both before and after."""
    return sums.loc[~sums["treated"], "after"].nunique() > 1


def _ratios(study: Study, sums: pd.DataFrame, group: str) -> list[Estimate]:
    """After / before here and, where there is a comparison, divided by the comparison's."""
    frame = sums[["citizen_id", "treated", "after", "exposure"]].assign(events=sums[group])
    frame.attrs = {"outcome": group, "unit": study.unit, "measure_unit": study.outcome(group).unit}
    own = frame[frame["treated"]]
    own.attrs = frame.attrs
    asked: list[tuple[Any, str]] = [(own, "after_before")]
    if _is_compared(frame):
        asked.append((frame, "programme_comparison"))
    answers = [answer(study, rate_ratio, rows, contrast=contrast, level=study.level) for rows, contrast in asked]
    return [one if isinstance(one, Estimate) else one.effect for one in answers]


def _head(study: Study) -> Facts:
    return {"place": (Column("place", "label"), f"place.{study.unit}"), "level": (Column("level", "percent"), 100.0 * study.level)}


def _change(stem: str, ratio: Estimate) -> Facts:
    """The change in percent with its interval and the events under it, the names of the columns beginning with `stem`."""
    facts: Facts = {f"{stem}n_events": (Column(f"{stem}n_events", "count"), ratio.n_events if ratio.value is not None else None)}
    for key, value in (("change", ratio.value), ("change_low", ratio.low), ("change_high", ratio.high)):
        kind, unit = ("percent", "") if key == "change" else ("number", "percent")
        percent = None if value is None or ratio.value is None else 100.0 * (value - 1.0)
        facts[f"{stem}{key}"] = (Column(f"{stem}{key}", kind, 1, unit=unit, n=f"{stem}n_events"), percent)
    return facts


def _counts(frame: pd.DataFrame, outcome: str) -> Facts:
    """Events and events per 1,000 citizen-years of each period; missing where nobody is there to be counted."""
    facts: Facts = {"outcome": (Column("outcome", "label"), outcome)}
    for stem, treated, after in _PERIODS:
        part = frame[(frame["treated"] == treated) & (frame["after"] == after)]
        years = float(part["exposure"].sum())
        events = int(part[outcome].sum()) if years > 0 else None
        facts[f"{stem}_n"] = (Column(f"{stem}_n", "count", n=f"{stem}_n"), events)
        facts[f"{stem}_rate"] = (Column(f"{stem}_rate", "number", 1, n=f"{stem}_n"), None if events is None else PER * events / years)
    return facts

