"""How citizens live in the half-year after a discharge: days at home, days in hospital and deaths, before and after, against the comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from effekt.estimates.claims import EXPOSURES
from effekt.estimates.estimate import Estimate
from effekt.estimates.mean_changes import MeanChange, mean_change
from effekt.estimates.pooling import pool
from effekt.estimates.shared_comparison import shared_variance
from effekt.measures.windows import WINDOW_DAYS
from effekt.report import making, tables, wording
from effekt.report.making import Facts
from effekt.report.results import Column
from effekt.report.shares import PERCENT, head_of, share_of, told
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

OUTCOMES: Mapping[str, tuple[str, float]] = {"days_home": ("days_home", 1.0), "death180": ("dead", PERCENT)}
"""Outcome -> its column in `measures.home_days`, and what one of it is shown as."""
ADJUSTED = ("age", "C(sex)")
DAYS = ("days_home", "days_away", "days_dead")


def home_change(study: Study, home: pd.DataFrame, outcome: str = "days_home") -> Estimate:
    """The change of a mean (days_home) or a share (death180) at the same age and sex, against the comparison where there is one.

    home : `measures.home_days`. A region is its clusters pooled, with what they share through the comparison. Where a side has fewer citizens than
    the protocol asks for there is no number, and the cautions say why.
    """
    parts = [_change(study.of(cluster) if study.cluster is None else study, own, outcome) for cluster, own in home.groupby("cluster", sort=False)]
    answered = [part for part in parts if isinstance(part, MeanChange)]
    if study.cluster is not None or len(answered) < 2:
        return making.about(study, parts[0].effect) if study.cluster and answered else _nothing(study, home, outcome)
    pooled = pool(answered, test="hksj", level=study.level, shared_variance=shared_variance(answered)).effect
    return replace(pooled, unit=study.unit, outcome=outcome)


def home_means(study: Study, home: pd.DataFrame, *, name: str = "home_means") -> Shown:
    """One row a group and period: citizens, mean days at home, in hospital and dead of 180, and the share who died with Wilson's interval."""
    once = home.drop_duplicates(["citizen_id", "treated", "after"])
    rows = []
    for treated in (True, False):
        for after in (False, True):
            own = once[(once["treated"] == treated) & (once["after"] == after)]
            rows.append(head_of(study) | {"what": (Column("what", "label"), _group(treated, after)), "window": _window()} | _means(study, own))
    if not any(row["days_home"][1] is not None for row in rows[:2]):
        return told(study, [("text", f"interval.home.{'few' if len(once) else 'none'}")], _counts(home), name)
    show = [("column.group", "what"), ("column.n_citizens", "n"), *((f"column.{key}", key) for key in DAYS[:2]), ("column.dead", "share")]
    shown = [row for row in rows if row["n"][1]]
    return making.shown(study, "table", name, shown, context={"table": tables.layout("caption.home_means", show, notes=("note.home_means",))})


def home_changes(study: Study, home: pd.DataFrame, *, name: str = "home_changes") -> Shown:
    """One row an outcome, for a region also a row a cluster: the change at the same age and sex, with its interval, and what it can be used as."""
    places = [study] if study.cluster is not None else [*(study.of(cluster) for cluster in study.clusters), study]
    estimates = [home_change(one, home if one.cluster is None else home[home["cluster"] == one.cluster], key) for key in OUTCOMES for one in places]
    if all(estimate.value is None for estimate in estimates):
        return told(study, [("text", f"interval.home.{'few' if len(home) else 'none'}")], _counts(home), name)
    rows = [head_of(study) | of_change(estimate) | {"where": (Column("where", "label"), estimate.unit)} for estimate in estimates]
    where = [] if study.cluster is not None else [("column.where", "where")]
    show = [("column.outcome", "outcome"), *where, ("column.change_interval", "cells.points"), ("column.claim", "claim")]
    note = "note.home_changes" if estimates[0].contrast != "after_before" else "note.home_changes_own"
    plan = tables.layout("caption.home_changes", show, notes=(note,))
    return making.shown(study, "table", name, rows, estimates=estimates, context={"table": plan})


def of_change(estimate: Estimate, stem: str = "") -> Facts:
    """What sentences say of such a change: outcome, points (days, or percentage points) and its interval, citizens, and the claim."""
    lead = f"{stem}_" if stem else ""
    scale = OUTCOMES[estimate.outcome][1]
    facts: Facts = {
        f"{lead}outcome": (Column(f"{lead}outcome", "label"), estimate.outcome),
        f"{lead}n": (Column(f"{lead}n", "count"), estimate.n_citizens or 0),
        f"{lead}claim": (Column(f"{lead}claim", "label"), "not_estimated" if estimate.value is None else f"claim_short.{estimate.claim}"),
    }
    for key, value in (("points", estimate.value), ("points_low", estimate.low), ("points_high", estimate.high)):
        facts[f"{lead}{key}"] = (Column(f"{lead}{key}", "number", 1, n=f"{lead}n"), None if value is None else scale * value)
    return facts


def said_of(estimate: Estimate) -> str:
    """The ending of the keys of sentences: how it was compared, and the direction."""
    if wording.direction(estimate) == "none":
        return "few"
    family = "own" if estimate.contrast == "after_before" else "compared"
    return f"{family}.{wording.direction(estimate)}"


def _change(study: Study, home: pd.DataFrame, outcome: str) -> MeanChange | None:
    """None where one side of the programme or of the comparison has too few citizens."""
    column = OUTCOMES[outcome][0]
    sizes = home.groupby(["treated", "after"]).size()
    compared = any(treated is False or not treated for treated, _ in sizes.index)
    needed = [(treated, after) for treated in ((True, False) if compared else (True,)) for after in (True, False)]
    if min(int(sizes.get(cell, 0)) for cell in needed) < study.protocol.too_few.citizens or home[column].nunique() < 2:
        return None
    frame = home.assign(**{column: home[column].astype(float)})
    kept = [term for term in ADJUSTED if frame[term.removeprefix("C(").removesuffix(")")].nunique() > 1]
    found = mean_change(frame, outcome=column, covariates=kept, contrast=None if compared else "after_before", level=study.level)
    unit = {"days_home": "days_of_180", "death180": "share"}[outcome]
    effect = against(study, found.effect) if compared else found.effect
    return replace(found, effect=effect.named(outcome=outcome, unit=study.unit, measure_unit=unit))


def against(study: Study, effect: Estimate) -> Estimate:
    """The contrast with a comparison by its right name: where the comparison had, or may have had, the same initiative, it is another effort."""
    if study.comparison_exposure == "none":
        return effect
    return replace(effect, contrast="programme_other_effort", reasons=(*effect.reasons, EXPOSURES[study.comparison_exposure]))


def _nothing(study: Study, home: pd.DataFrame, outcome: str) -> Estimate:
    n = int(home.loc[home["treated"], "citizen_id"].nunique()) if len(home) else 0
    facts = {"n_citizens": n, "min_citizens": study.protocol.too_few.citizens}
    told_of: dict[str, Any] = {"cautions": ("too_few_citizens",), "reasons": ("too_few",), "facts": facts, "n_citizens": n}
    nothing = Estimate("difference", None, None, None, "mean_change_by_citizen", "descriptive", "programme_comparison", study.level, **told_of)
    return nothing.named(outcome=outcome, unit=study.unit)


def _group(treated: bool, after: bool) -> str:
    return f"side.{'own' if treated else 'comparison'}_{'after' if after else 'before'}"


def _means(study: Study, own: pd.DataFrame) -> Facts:
    """Mean days of each kind and the share who died; empty where there are too few citizens."""
    few = len(own) < study.protocol.too_few.citizens
    facts = share_of(study, int(own["dead"].sum()), len(own))
    for key in ("share", "low", "high"):
        column, value = facts[key]
        facts[key] = (replace(column, digits=1), None if few else value)
    for key in DAYS:
        facts[key] = (Column(key, "number", 1, n="n"), None if few else float(own[key].mean()))
    return facts


def _counts(home: pd.DataFrame) -> Facts:
    own = home[home["treated"]] if len(home) else home
    return {
        "n_discharges": (Column("n_discharges", "count"), len(own)),
        "window": _window(),
    }


def _window() -> tuple[Column, int]:
    return Column("window", "count"), WINDOW_DAYS
