"""Were those who had a visit admitted again less often: the naive answer, and two that give nobody the time before their visit. None is an effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from effekt.estimates.before_after import rate_ratio
from effekt.estimates.estimate import Estimate
from effekt.estimates.immortal import check_exposed_time, immortal_time_audit
from effekt.estimates.recurrences import recurrent_events
from effekt.measures.visit_time import visit_spells
from effekt.report import making, tables, wording
from effekt.report.making import Facts
from effekt.report.results import Column
from effekt.report.shares import head_of, told
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

LANDMARK_DAYS = 14
DAYS_A_YEAR = 365.25
STEM = "visit_effect"
WAYS = ("naive", "landmark", "same_day")


def compare_visited(study: Study, visits: pd.DataFrame, *, name: str = "visit_effects") -> Shown:
    """What the naive contrast of visited and not visited says of acute readmissions, what one on the same day says, and why they differ.

    visits : `measures.visits(study)`. No visit list, or too few readmissions on either side, is said in words.
    """
    found = find_ratios(study, visits)
    if found is None:
        return _few(study, visits, name)
    spells = visit_spells(visits)
    waiting = spells.loc[~spells["visited"] & spells["enrolled"].notna(), "exit"].sum()
    facts: Facts = {"n_visited": (Column("n_visited", "count"), int(spells["visited"].sum()))}
    facts["n_discharges"] = (Column("n_discharges", "count"), int(spells["discharge"].nunique()))
    facts["waiting_days"] = (Column("waiting_days", "count", n="n_visited"), int(waiting))
    for way, one in found.items():
        size, low, high = wording.sizes(one)
        for key, value in (("size", size), ("size_low", low), ("size_high", high)):
            facts[f"{way}_{key}"] = (Column(f"{way}_{key}", "percent", n="n_visited"), value)
    keys = [("text", f"{STEM}.naive.{wording.direction(found['naive'])}"), ("text", f"{STEM}.same_day.{wording.direction(found['same_day'])}")]
    return told(study, [*keys, ("text", f"{STEM}.waiting"), ("claim", f"{STEM}.claim")], facts, name)


def visit_effect_table(study: Study, visits: pd.DataFrame, *, name: str = "visit_effect_table") -> Shown:
    """One row a way to compute it: readmissions of the visited relative to the others with an interval, and why it differs from the next."""
    found = find_ratios(study, visits)
    if found is None:
        return _few(study, visits, name)
    rows = []
    for way, one in found.items():
        facts = making.of_estimate(one)
        kept = {key: facts[key] for key in ("change", "change_low", "change_high", "n_events")}
        counts = {key: (Column(key, "count"), n) for key, n in zip(("n_discharges", "n_visited"), _counts(visits, way), strict=True)}
        words = {key: (Column(key, "label"), f"{STEM}.{key}.{way}") for key in ("way", "why")}
        rows.append(head_of(study) | words | counts | kept | {"landmark": (Column("landmark", "count"), LANDMARK_DAYS)})
    show = [(f"{STEM}.column.way", "way"), (f"{STEM}.column.change", "cells.change_interval"), (f"{STEM}.column.n_visited", "n_visited")]
    show += [(f"{STEM}.column.n_discharges", "n_discharges"), (f"{STEM}.column.why", "why")]
    plan = tables.layout(f"{STEM}.caption", show, notes=(f"{STEM}.note",))
    return making.shown(study, "table", name, rows, estimates=tuple(found.values()), context={"table": plan})


def find_ratios(study: Study, visits: pd.DataFrame) -> dict[str, Estimate] | None:
    """way -> ratio of acute readmissions, visited / not; None where a side has fewer readmissions than the protocol's least number of events."""
    if visits.empty or not visits["listed"].any():
        return None
    spells = visit_spells(visits)
    check_exposed_time(spells, start="entry", treated="visited", enrolled="enrolled")
    whole = spells.groupby("discharge", as_index=False).agg(
        citizen_id=("citizen_id", "first"), exit=("exit", "max"), enrolled=("enrolled", "first"), event=("event", "any")
    )
    later = whole[whole["exit"] > LANDMARK_DAYS]
    groups = {"naive": whole["enrolled"].notna(), "landmark": later["enrolled"] <= LANDMARK_DAYS}
    events = [rows.loc[side, "event"].sum() for rows, own in ((whole, groups["naive"]), (later, groups["landmark"])) for side in (own, ~own)]
    if min(events) < max(study.protocol.too_few.events, 1):
        return None
    audit = immortal_time_audit(whole.assign(entry=0.0), entry="entry", exit="exit", enrolled="enrolled", event="event", level=study.level)
    naive = _ratio(study, whole, groups["naive"], whole["exit"]).cautioned(*audit.naive.cautions)
    landmark = _ratio(study, later, groups["landmark"], later["exit"] - LANDMARK_DAYS)
    return {"naive": naive, "landmark": landmark, "same_day": _same_day(study, spells)}


def _counts(visits: pd.DataFrame, way: str) -> tuple[int, int]:
    """Discharges in all, and those visited, behind one of the ways."""
    spells = visit_spells(visits)
    last = spells.groupby("discharge")["exit"].transform("max")
    kept = spells if way != "landmark" else spells[last > LANDMARK_DAYS]
    soon = kept["visited"] if way != "landmark" else kept["visited"] & (kept["enrolled"] <= LANDMARK_DAYS)
    return int(kept["discharge"].nunique()), int(soon.sum())


def _ratio(study: Study, rows: pd.DataFrame, visited: pd.Series, days: pd.Series) -> Estimate:
    frame = pd.DataFrame({"citizen_id": rows["citizen_id"], "events": rows["event"].astype(int), "exposure": days / DAYS_A_YEAR, "treated": visited})
    return rate_ratio(frame, contrast="group_group", level=study.level)


def _same_day(study: Study, spells: pd.DataFrame) -> Estimate:
    """Ratio of the intensities on the same day after the discharge; being visited begins with the visit. Errors robust by citizen."""
    frame = spells.assign(person=spells["citizen_id"], citizen_id=spells["discharge"], event=spells["event"].astype(int))
    frame = frame.assign(visited=spells["visited"].astype(float))
    row = recurrent_events(frame, covariates=["visited"], cluster="person", level=study.level).iloc[0]
    return Estimate(
        "ratio", float(row["ratio"]), float(row["low"]), float(row["high"]), "andersen_gill", "descriptive", "group_group", study.level,
        p=float(row["p"]), se=float(row["se_robust"]), n_citizens=spells["citizen_id"].nunique(), n_events=int(spells["event"].sum()),
        reasons=("groups_may_differ",),
    )  # fmt: skip


def _few(study: Study, visits: pd.DataFrame, name: str) -> Shown:
    listed = bool(len(visits)) and bool(visits["listed"].any())
    facts: Facts = {"least": (Column("least", "count"), study.protocol.too_few.events)}
    return told(study, [("text", f"{STEM}.{'few' if listed else 'none'}")], facts, name)
