"""Follow-up home visits: how many discharges reach each step of the funnel, how soon, who took part, and where. No effect is claimed here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from effekt.report import making, tables
from effekt.report.making import Facts
from effekt.report.results import Column
from effekt.report.shares import enough, head_of, share_figure, share_of, told
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

BEFORE = {
    "offered": "eligible",
    "accepted": "offered",
    "held": "accepted",
    "within_7_days": "held",
    "second_held": "held",
    "third_held": "second_held",
}
MIDDLE_FROM, OLDEST_FROM = 75, 85
SEXES = {1: "sex.men", 2: "sex.women"}


def visits_in_short(study: Study, visits: pd.DataFrame, *, name: str = "visits") -> Shown:
    """Share of the eligible discharges with a visit held, where the others are lost, and how many visits lie outside the rule.

    visits : `measures.visits(study, eligible_only=False)`. No visit list, or too few discharges, is said in words.
    """
    rows = _eligible(visits)
    if not _can_tell(study, visits):
        return _few(study, visits, name, "finding", "headline")
    facts = share_of(study, int(rows["held"].sum()), len(rows))
    facts |= _steps(study, rows, "offered", "accepted", "within_7_days")
    outside = visits[~visits["eligible"]]
    facts["n_outside"] = (Column("n_outside", "count"), int(outside["held"].sum()))
    keys = [("headline", "finding.visits.some"), ("text", "interval.visits.share"), ("text", "interval.visits.steps")]
    keys += [("text", "interval.visits.soon")] if enough(study, int(rows["held"].sum())) else []
    keys += [("text", "interval.visits.outside")] if facts["n_outside"][1] else []
    if study.cluster is None:
        counts = {"n_with": visits.loc[visits["listed"], "cluster_id"].nunique(), "n_clusters": len(study.clusters)}
        facts |= {key: (Column(key, "count"), int(value)) for key, value in counts.items()}
        keys += [("text", "interval.visits.clusters")] if counts["n_with"] < counts["n_clusters"] else []
    return told(study, [*keys, ("claim", "claim.visits")], facts, name)


def visit_steps(study: Study, visits: pd.DataFrame, *, name: str = "visit_steps") -> Shown:
    """The figure of the funnel: the share of eligible discharges that reach each step; the table adds the share of the step before."""
    if not _can_tell(study, visits):
        return _few(study, visits, name)
    held = _eligible(visits)
    rows = []
    for step, before in BEFORE.items():
        of_before = share_of(study, int(held[step].sum()), int(held[before].sum()), stem="of_before")
        rows.append(_what(f"step.{step}") | share_of(study, int(held[step].sum()), len(held)) | of_before)
    facts: Facts = {"n_discharges": (Column("n_discharges", "count"), len(held))}
    heads = [("column.step", "what"), ("column.of_before", "of_before_share")]
    return share_figure(study, name, "visit_steps", rows, facts, heads=heads, notes=("note.visit_steps",))


def visit_days(study: Study, visits: pd.DataFrame, *, name: str = "visit_days") -> Shown:
    """How soon after the discharge the first visit was held: the share within a week with its interval, and the quartiles of the days."""
    rows = _eligible(visits)
    days = rows.loc[rows["held"], "days_to_visit"].dropna()
    if not enough(study, len(days)):
        return _few(study, visits, name, key="interval.visits.few_held")
    facts = share_of(study, int(rows.loc[days.index, "within_7_days"].sum()), len(days))
    for key, part in (("first_quarter", 0.25), ("half", 0.5), ("three_quarters", 0.75)):
        facts[key] = (Column(key, "count", n="n"), int(days.quantile(part, interpolation="lower")))
    return told(study, [("headline", "finding.visit_days"), ("text", "interval.visit_days")], facts, name)


def visit_takers(study: Study, visits: pd.DataFrame, *, name: str = "visit_takers") -> Shown:
    """The figure of the share of eligible citizens who had at least one visit, by sex and by age at their first discharge."""
    if not _can_tell(study, visits):
        return _few(study, visits, name)
    people = _citizens(visits)
    band = pd.cut(people["age"], [-1, MIDDLE_FROM - 1, OLDEST_FROM - 1, 200], labels=["youngest", "middle", "oldest"])
    groups = {"everybody": people} | {SEXES[sex]: people[people["sex"] == sex] for sex in (2, 1)}
    groups |= {f"age.{key}": people[band == key] for key in ("youngest", "middle", "oldest")}
    rows = [_what(key) | share_of(study, int(group["held"].sum()), len(group)) for key, group in groups.items()]
    ages = {"middle_from": MIDDLE_FROM, "oldest_from": OLDEST_FROM, "n_citizens": len(people)}
    facts: Facts = {key: (Column(key, "count"), value) for key, value in ages.items()}
    return share_figure(study, name, "visit_takers", rows, facts, heads=[("column.group", "what")], notes=("note.visit_takers",))


def visit_kinds(study: Study, visits: pd.DataFrame, *, by: str = "performer", name: str = "") -> Shown:
    """One row a kind: who carried out the visits held (by performer), or why visits that were accepted were not held (by not_held_reason)."""
    rows = _eligible(visits)
    told_of = rows[rows["held"]] if by == "performer" else rows[rows["accepted"] & ~rows["held"]]
    kinds = told_of[by].dropna()
    name = name or f"visit_{by}"
    if not enough(study, len(kinds)):
        return _few(study, visits, name, key=f"interval.visits.few_{'held' if by == 'performer' else 'not_held'}")
    counted = kinds.value_counts(sort=False).sort_index().sort_values(ascending=False, kind="stable")
    listed = [head_of(study) | _what(f"{by}.{kind}") | share_of(study, int(events), len(kinds)) for kind, events in counted.items()]
    show = [(f"column.{by}", "what"), ("column.n_events_of", "events"), ("column.n_of", "n"), ("column.share", "cells.share_interval")]
    return making.shown(study, "table", name, listed, context={"table": tables.layout(f"caption.visit_{by}", show)})


def visit_reach(study: Study, visits: pd.DataFrame, *, name: str = "visit_reach") -> Shown:
    """The figure of the share of eligible citizens who had at least one visit, municipality by municipality, in order of their codes."""
    if not _can_tell(study, visits):
        return _few(study, visits, name)
    people = _citizens(visits)
    rows = [_what(code) | share_of(study, int(own["held"].sum()), len(own)) for code, own in people.groupby("kommunekode", sort=True)]
    facts: Facts = {"n_citizens": (Column("n_citizens", "count"), len(people))}
    notes = ("note.visit_reach",) if study.cluster is not None else ("note.visit_reach_region",)
    notes = notes if study.municipality is None else ()
    return share_figure(study, name, "visit_reach", rows, facts, heads=[("column.municipality", "what")], notes=notes)


def _eligible(visits: pd.DataFrame) -> pd.DataFrame:
    return visits[visits["eligible"]]


def _citizens(visits: pd.DataFrame) -> pd.DataFrame:
    """One row a citizen with an eligible discharge: sex, age and municipality at the first of them, and whether any was followed by a visit."""
    ordered = _eligible(visits).sort_values("discharge_date", kind="stable").groupby("citizen_id")
    return ordered.agg(sex=("sex", "first"), age=("age", "first"), kommunekode=("kommunekode", "first"), held=("held", "any"))


def _can_tell(study: Study, visits: pd.DataFrame) -> bool:
    return bool(visits["listed"].any()) and enough(study, int(visits["eligible"].sum()))


def _steps(study: Study, rows: pd.DataFrame, *steps: str) -> Facts:
    facts: Facts = {}
    for step in steps:
        facts |= share_of(study, int(rows[step].sum()), int(rows[BEFORE[step]].sum()), stem=step)
    return facts


def _what(key: str) -> Facts:
    return {"what": (Column("what", "label"), key)}


def _few(study: Study, visits: pd.DataFrame, name: str, family: str = "interval", role: str = "text", *, key: str = "") -> Shown:
    """No visit list, or too few discharges, in words."""
    listed = bool(visits["listed"].any())
    facts: Facts = {"n_discharges": (Column("n_discharges", "count"), int(visits["eligible"].sum()))}
    rows = _eligible(visits)
    facts["n_held"] = (Column("n_held", "count"), int(rows["held"].sum()) if listed else None)
    facts["n_not_held"] = (Column("n_not_held", "count"), int((rows["accepted"] & ~rows["held"]).sum()) if listed else None)
    return told(study, [(role, key if key and listed else f"{family}.visits.{'few' if listed else 'none'}")], facts, name)
