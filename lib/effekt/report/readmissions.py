"""Readmissions as shares of discharges: how many, with death competing, before and after, against the comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from effekt.estimates.estimate import Estimate
from effekt.estimates.incidence_changes import incidence_change
from effekt.estimates.mean_changes import mean_change
from effekt.estimates.pooling import pool
from effekt.estimates.proportions import proportion_change
from effekt.estimates.shared_comparison import shared_variance
from effekt.report import making, tables, wording
from effekt.report.making import Facts
from effekt.report.results import Column
from effekt.report.shares import PERCENT, head_of, told
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

ADJUSTED = ("age", "C(sex)", "n_before")
WAYS = ("standardised", "logit", "incidence")
KINDS: Mapping[str, tuple[int, ...]] = {"readmitted": (1,), "died_first": (2,), "either": (1, 2), "died": (1,)}
"""What happened within the horizon -> the events that count as it, of the spells as `_of_kind` gives them."""
CELLS = ((True, False), (True, True), (False, False), (False, True))


def readmission_change(study: Study, spells: pd.DataFrame, *, kind: str = "readmitted", way: str = "standardised") -> Estimate:
    """The change in the share of discharges followed by `kind`, against the comparison, in probabilities.

    way : "standardised", a difference of risks at the same age, sex and admissions the year before, of those followed to the horizon; "incidence",
    with death competing and those who moved followed until then, nobody made alike; "logit", standardised by a logit, of one place only.
    spells : `measures.discharges`. A region is its clusters pooled, with what they share through the comparison. Where a side has too few
    discharges or too few with the event there is no number, and the cautions say why.
    """
    own = [study.of(cluster) for cluster in study.clusters] if study.cluster is None else [study]
    parts = [_change(one, spells[spells["cluster"] == one.cluster], kind, way) for one in own]
    if study.cluster is not None:
        return parts[0] if isinstance(parts[0], Estimate) else parts[0].effect
    answered = [part for part in parts if not isinstance(part, Estimate)]
    if way == "logit" or len(answered) < 2:
        return _nothing(study, spells, kind)
    pooled = pool(answered, test="hksj", level=study.level, shared_variance=shared_variance(answered)).effect
    return replace(pooled, unit="region", outcome=kind, facts={**pooled.facts, "horizon": spells.attrs["horizon_days"]})


def readmissions_in_short(study: Study, spells: pd.DataFrame, *, name: str = "in_short-readmissions") -> Shown:
    """The answer in words: the change in percentage points, its interval, the shares it is made of, and what it may be used for."""
    change = readmission_change(study, spells)
    facts = _of_change(change) | _shares(study, spells) | _horizon(spells)
    if change.value is None:
        return told(study, [("headline", "readmission.few"), *(("text", f"caution.{key}") for key in change.cautions)], facts | _why(change), name)
    family = "pooled" if study.cluster is None else "place"
    keys = [("headline", f"readmission.{family}.{wording.direction(change)}"), ("text", "readmission.interval")]
    keys += [("text", "readmission.shares" if study.cluster else "readmission.shares_region"), ("claim", "readmission.claim")]
    return replace(told(study, keys, facts, name), estimates=(change,))


def readmission_table(study: Study, spells: pd.DataFrame, *, name: str = "readmissions") -> Shown:
    """One row for readmission, death before any, either, and death at all: the share before and after here and in the comparison, and the change.

    Shares are cumulative incidences at the horizon, so that who died or moved is neither readmitted nor well; the change is theirs too.
    """
    rows, estimates = [], []
    for kind in KINDS:
        change = readmission_change(study, spells, kind=kind, way="incidence")
        estimates.append(change)
        what: Facts = {"what": (Column("what", "label"), f"happened.{kind}")}
        rows.append(head_of(study) | _horizon(spells) | what | _incidences(study, spells, kind) | _of_change(change))
    show = [("column.within_horizon", "what"), ("column.own_before", "own_before"), ("column.own_after", "own_after")]
    show += [("column.other_before", "other_before"), ("column.other_after", "other_after")] if study.cluster else []
    show += [("column.points_against", "cells.points")]
    few = ("own_before", "own_after", *(["cells.points"] if all(map(making.is_too_few, estimates)) else []))
    notes = ("note.readmissions" if study.cluster else "note.readmissions_region", *_deaths(estimates[-1]))
    plan = tables.layout("caption.readmissions", show, notes=notes, empty=dict.fromkeys(few, "figure.too_few"))
    return making.shown(study, "table", name, rows, estimates=estimates, context={"table": plan})


def readmission_ways(study: Study, spells: pd.DataFrame, *, name: str = "readmission_ways") -> Shown:
    """One row a way of computing the change in readmissions; the first is the page's own."""
    ways = [way for way in WAYS if study.cluster is not None or way != "logit"]
    estimates = [readmission_change(study, spells, way=way) for way in ways]
    rows = [
        head_of(study) | _horizon(spells) | {"method": (Column("method", "label"), f"readmission_way.{way}")} | _of_change(estimate)
        for way, estimate in zip(ways, estimates, strict=True)
    ]
    show = [("column.method", "method"), ("column.points_change", "cells.points"), ("column.claim", "claim")]
    plan = tables.layout("caption.readmission_ways", show, notes=("note.readmission_ways",))
    return making.shown(study, "table", name, rows, estimates=estimates, context={"table": plan})


def discharge_table(study: Study, spells: pd.DataFrame, *, name: str = "index") -> Shown:
    """One row a group and period: index discharges, citizens, age, women, admissions the year before, and acute ones, so that a change in who is
    admitted can be seen."""
    rows = []
    for treated, after in CELLS if study.cluster else CELLS[:2]:
        part = _cell(spells, treated, after)
        few = part["citizen_id"].nunique() < study.protocol.too_few.citizens
        row = head_of(study) | _horizon(spells) | {"group": (Column("group", "label"), _side(treated, after))}
        row |= {"n": (Column("n", "count"), len(part)), "n_citizens": (Column("n_citizens", "count"), int(part["citizen_id"].nunique()))}
        means = {"age": part["age"].mean(), "n_before": part["n_before"].mean()}
        shares = {"women": (part["sex"] == 2).mean(), "acute": part["acute"].mean(), "medical": part["medical"].mean()}
        row |= {f"mean_{key}": (Column(f"mean_{key}", "number", 1, n="n_citizens"), None if few else float(value)) for key, value in means.items()}
        for key, value in shares.items():
            row[f"share_{key}"] = (Column(f"share_{key}", "percent", n="n_citizens"), None if few else PERCENT * float(value))
        rows.append(row)
    heads = ["group", "n", "n_citizens", "mean_age", "share_women", "mean_n_before", "share_acute", "share_medical"]
    names = {"n": "n_discharges", "group": "group"}
    show = [(f"column.{names.get(head, head)}", head) for head in heads]
    plan = tables.layout("caption.discharges", show, notes=("note.discharges",), empty=dict.fromkeys(heads, "figure.too_few"))
    return making.shown(study, "table", name, rows, context={"table": plan})


def _deaths(died: Estimate) -> tuple[str, ...]:
    """The note on deaths, where more died after a discharge than the comparison lets expect."""
    return ("readmission.more_died",) if wording.direction(died) == "more" else ()


def _change(study: Study, spells: pd.DataFrame, kind: str, way: str) -> Any:
    """The result of the estimator of one place, or an Estimate without a value where a cell is too small."""
    limit = study.protocol.too_few
    for treated, after in CELLS:
        part = _of_kind(_cell(spells, treated, after), kind)
        if part["citizen_id"].nunique() < limit.citizens or int((part["event"] == 1).sum()) < limit.events:
            return _nothing(study, spells, kind)
    unit = {"outcome": kind, "unit": study.unit, "measure_unit": "share"}
    horizon = float(spells["exit"].max())
    counted = _of_kind(spells, kind)
    if way == "incidence":
        found = incidence_change(counted, at=horizon, level=study.level)
        return replace(found, effect=_named(found.effect, counted, unit))
    whole = counted[(counted["event"] > 0) | (counted["exit"] >= horizon)]
    whole = whole.assign(happened=whole["event"] == 1)
    kept = [term for term in ADJUSTED if whole[term.removeprefix("C(").removesuffix(")")].nunique() > 1]
    if way == "logit":
        return _named(proportion_change(whole, outcome="happened", covariates=kept, level=study.level), whole, unit)
    found = mean_change(whole.assign(happened=whole["happened"].astype(float)), outcome="happened", covariates=kept, level=study.level)
    return replace(found, effect=_named(found.effect, whole, unit))


def _named(estimate: Estimate, spells: pd.DataFrame, unit: Mapping[str, str]) -> Estimate:
    """The estimate, saying what it is about and on how many events of the programme it rests."""
    own = spells[spells["treated"]]
    events = int((own["event"] == 1).sum())
    facts = {"n_events_treated": events, "n_citizens_treated": own["citizen_id"].nunique()}
    return replace(estimate, facts={**estimate.facts, **facts}, n_events=events).named(**unit)


def _of_kind(spells: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The spells with the events of `kind` as 1 and what competes with it as 2; a death at all is looked for after a readmission too."""
    if kind == "died":
        return spells.assign(event=spells["died"].astype("int64"), exit=spells["alive"])
    counted = spells["event"].isin(KINDS[kind])
    return spells.assign(event=counted.astype("int64") + 2 * ((spells["event"] > 0) & ~counted))


def _nothing(study: Study, spells: pd.DataFrame, kind: str) -> Estimate:
    own = spells[spells["treated"]] if len(spells) else spells
    limit = study.protocol.too_few
    sizes = [_of_kind(_cell(own, True, after), kind) for after in (False, True)]
    citizens = min(part["citizen_id"].nunique() for part in sizes)
    events = min(int((part["event"] == 1).sum()) for part in sizes)
    few = {"too_few_citizens": citizens < limit.citizens, "too_few_events": events < limit.events}
    cautions = tuple(key for key, holds in few.items() if holds) or ("too_few_units" if study.cluster is None else "no_comparison_group",)
    facts = {"n_citizens": citizens, "n_events": events, "min_citizens": limit.citizens, "min_events": limit.events}
    told_of: dict[str, Any] = {"cautions": cautions, "facts": facts, "reasons": ("too_few",)}
    nothing = Estimate("difference", None, None, None, "mean_change_by_citizen", "descriptive", "programme_comparison", study.level, **told_of)
    return nothing.named(outcome=kind, unit=study.unit, measure_unit="share")


def _cell(spells: pd.DataFrame, treated: bool, after: bool) -> pd.DataFrame:
    return spells[(spells["treated"] == treated) & (spells["after"] == after)]


def _side(treated: bool, after: bool) -> str:
    return f"side.{'own' if treated else 'comparison'}_{'after' if after else 'before'}"


def _horizon(spells: pd.DataFrame) -> Facts:
    return {"window": (Column("window", "count"), int(spells.attrs["horizon_days"]))}


def _why(change: Estimate) -> Facts:
    return {f"fact_{key}": (making.fact_column(key), value) for key, value in change.facts.items()}


def _of_change(change: Estimate) -> Facts:
    """The change in percentage points with its interval, as it stands and as a size, and what it rests on."""
    events = change.facts.get("n_events_treated", change.n_events)
    facts: Facts = {
        "n_events": (Column("n_events", "count"), None if events is None or change.value is None else int(events)),
        "claim": (Column("claim", "label"), making.claim_key(change)),
    }
    for key, value in (("points", change.value), ("points_low", change.low), ("points_high", change.high)):
        facts[key] = (Column(key, "number", 1, n="n_events"), None if value is None else PERCENT * value)
    facts["points_size"] = (Column("points_size", "number", 1, n="n_events"), None if change.value is None else abs(PERCENT * change.value))
    facts["k"] = (Column("n_clusters", "count"), change.facts.get("k"))
    return facts


def _shares(study: Study, spells: pd.DataFrame) -> Facts:
    """What share of the index discharges was followed by a readmission, here and in the comparison, before and after."""
    return _incidences(study, spells, "readmitted")


def _incidences(study: Study, spells: pd.DataFrame, kind: str) -> Facts:
    facts: Facts = {}
    for stem, (treated, after) in zip(("own_before", "own_after", "other_before", "other_after"), CELLS, strict=True):
        part = _cell(spells, treated, after)
        enough = part["citizen_id"].nunique() >= study.protocol.too_few.citizens and (treated or study.cluster is not None)
        share, happened = _incidence(part, kind, float(spells.attrs["horizon_days"])) if enough else (None, None)
        facts[f"{stem}_n"] = (Column(f"{stem}_n", "count"), happened)
        facts[stem] = (Column(stem, "percent", 1, n=f"{stem}_n"), share)
    return facts


def _incidence(part: pd.DataFrame, kind: str, horizon: float) -> tuple[float, int]:
    from effekt.estimates.time_to_event import incidence_at

    counted = _of_kind(part, kind)
    estimate, _ = incidence_at(counted, min(horizon, float(counted["exit"].max())), 1)
    return PERCENT * estimate, int((counted["event"] == 1).sum())
