"""Where the citizens are treated, what following a fixed group instead of the changing one does, and how citizens come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effekt.estimates.before_after import rate_ratio
from effekt.report import making, tables
from effekt.report.asking import answer
from effekt.report.making import Facts
from effekt.report.prose import block
from effekt.report.results import Column
from effekt.report.shares import enough, head_of, told
from effekt.report.shown import Shown

if TYPE_CHECKING:
    import pandas as pd

    from effekt.study import Study

PER = 1000.0
PERIODS = {"before": False, "after": True}
CAME = {"begin": "first_month", "age": "age", "in": "move"}
LEFT = {"died": "death", "out": "move"}


def treatment_in_short(study: Study, treatments: pd.DataFrame, *, name: str = "treated") -> Shown:
    """The share of the admissions after the start that were to another cluster's hospital, in words. treatments : `measures.treatments`."""
    known = treatments[treatments["after"] & treatments["hospital_cluster"].notna()]
    facts: Facts = {"n_known": (Column("n_known", "count", n="n_known"), len(known))}
    if not enough(study, len(known)):
        return told(study, [("text", "population.treated.few")], facts, name)
    outside = int(known["hospital_cluster"].ne(known["cluster_id"]).sum())
    facts |= {"n_outside": (Column("n_outside", "count"), outside)}
    facts |= {"outside_share": (Column("outside_share", "percent", 1, n="n_outside"), 100.0 * outside / len(known))}
    return told(study, [("headline", "population.treated.headline")], facts, name)


def treatment_table(study: Study, treatments: pd.DataFrame, *, name: str = "treatments") -> Shown:
    """Admissions before and after the start by the cluster whose hospital treated; for the region the part treated outside, by home."""
    regional = study.cluster is None
    known = treatments[treatments["hospital_cluster"].notna()]
    rows = [_outside(known, cluster) for cluster in study.clusters] if regional else [_at(known, cluster) for cluster in _near(study)]
    if not regional:
        rows.append(_unknown(treatments))
    kinds = ("n_before", "outside_before", "share_before", "n_after", "outside_after", "share_after")
    shown = [key for key in kinds if regional or "outside" not in key]
    heads = [(f"population.column_{'home' if regional else 'hospital'}", "where"), *((f"population.column_{key}", key) for key in shown)]
    caption = "population.treated.caption_region" if regional else "population.treated.caption"
    plan = tables.layout(caption, heads, notes=("population.treated.note",))
    return making.shown(study, "table", name, [head_of(study) | row for row in rows], context={"table": plan})


def cohort_table(study: Study, persons: pd.DataFrame, fixed: pd.DataFrame, *, name: str = "cohorts") -> Shown:
    """The primary outcome before and after the start, among those in the target population month by month and among those in it at the start.

    persons : `measures.persons` of an outcome in events. fixed : `measures.fixed_cohort` of them. Too few events or citizens for a change: in words.
    """
    rows, estimates = [], []
    for way, frame in (("open", persons[persons["treated"]]), ("fixed", fixed)):
        frame.attrs = dict(persons.attrs)
        found = answer(study, rate_ratio, frame, contrast="after_before", level=study.level)
        estimate = making.about(study, getattr(found, "effect", found))
        facts = making.of_estimate(estimate) | head_of(study) | {"way": (Column("way", "label"), f"population.cohorts.{way}")}
        for period, after in PERIODS.items():
            facts |= _rate(frame[frame["after"] == after], period, shown=estimate.value is not None)
        facts["n_people"] = (Column("n_people", "count", n="n_people"), frame["citizen_id"].nunique())
        rows.append(facts)
        estimates.append(estimate)
    show = [("population.column_way", "way"), ("population.column_n_citizens", "n_people")]
    show += [("population.column_rate_before", "rate_before"), ("population.column_rate_after", "rate_after")]
    show += [("column.change_interval", "cells.change_interval")]
    plan = tables.layout("population.cohorts.caption", show, notes=("population.cohorts.note", "population.cohorts.note_interval"))
    return making.shown(study, "table", name, rows, estimates=estimates, context={"table": plan})


def movement_table(study: Study, movements: pd.DataFrame, *, name: str = "movements") -> Shown:
    """How many citizens came into the target population and how many left it, before the start and from it on. movements : `measures.movements`."""
    if movements.empty:
        context = {"blocks": [block("text", "population.moved.nobody")]}
        return making.shown(study, "finding", name, [head_of(study)], context=context)
    came = {key: movements["enters"] & movements["reason"].eq(reason) for key, reason in CAME.items()}
    left = {key: ~movements["enters"] & movements["reason"].eq(reason) for key, reason in LEFT.items()}
    during = {period: movements["after"].eq(after) for period, after in PERIODS.items()}
    counts = {period: {key: int((mask & during[period]).sum()) for key, mask in (came | left).items()} for period in PERIODS}
    for period, begun in (("before", None), ("after", "before")):
        held = counts[period]
        held["begin"] = held["begin"] if begun is None else counts[begun]["end"]
        held["end"] = sum(held[key] for key in CAME) - sum(held[key] for key in LEFT)
    rows: list[Facts] = [
        {"change": (Column("change", "label"), f"population.moved.{key}")}
        | {f"n_{period}": (Column(f"n_{period}", "count"), counts[period][key]) for period in PERIODS}
        for key in (*CAME, *LEFT, "end")
    ]
    show = [("population.column_change", "change"), ("population.column_before", "n_before"), ("population.column_after", "n_after")]
    notes = ("population.moved.note", *(("population.moved.note_region",) if study.cluster is None else ()))
    plan = tables.layout("population.moved.caption", show, notes=notes)
    return making.shown(study, "table", name, [head_of(study) | row for row in rows], context={"table": plan})


def _near(study: Study) -> tuple[str, ...]:
    """The clusters with the study's own first."""
    return (str(study.cluster), *(cluster for cluster in study.clusters if cluster != study.cluster))


def _at(known: pd.DataFrame, cluster: str) -> Facts:
    row: Facts = {"where": (Column("where", "label"), cluster)}
    for period, after in PERIODS.items():
        own = known[known["after"] == after]
        n = int(own["hospital_cluster"].eq(cluster).sum())
        row |= _part(f"share_{period}", n, len(own), f"n_{period}") | {f"n_{period}": (Column(f"n_{period}", "count"), n)}
    return row


def _unknown(treatments: pd.DataFrame) -> Facts:
    row: Facts = {"where": (Column("where", "label"), "population.hospital_unknown")}
    for period, after in PERIODS.items():
        n = int((treatments["hospital_cluster"].isna() & treatments["after"].eq(after)).sum())
        row |= {f"n_{period}": (Column(f"n_{period}", "count"), n)}
    return row


def _outside(known: pd.DataFrame, cluster: str) -> Facts:
    row: Facts = {"where": (Column("where", "label"), cluster)}
    own = known[known["cluster_id"] == cluster]
    for period, after in PERIODS.items():
        rows = own[own["after"] == after]
        n = int(rows["hospital_cluster"].ne(cluster).sum())
        row |= {f"n_{period}": (Column(f"n_{period}", "count"), len(rows))}
        row |= {f"outside_{period}": (Column(f"outside_{period}", "count", n=f"outside_{period}"), n)}
        row |= _part(f"share_{period}", n, len(rows), f"outside_{period}")
    return row


def _part(key: str, n: int, of: int, under: str) -> Facts:
    return {key: (Column(key, "percent", 1, n=under), None if not of else 100.0 * n / of)}


def _rate(rows: pd.DataFrame, period: str, *, shown: bool) -> Facts:
    """Events per 1,000 citizen-years of a period; without a change no rate either."""
    events, years = float(rows["events"].sum()), float(rows["exposure"].sum())
    rate = PER * events / years if shown and years else None
    n = f"n_events_{period}"
    return {n: (Column(n, "count"), int(events)), f"rate_{period}": (Column(f"rate_{period}", "number", 0, n=n), rate)}
