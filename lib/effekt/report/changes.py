"""The change of one outcome against the comparison, in one shape for a cluster, a municipality and the whole region."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from effekt.estimates.controlled import controlled_time_series
from effekt.estimates.estimate import Estimate
from effekt.estimates.pooling import Pooled, pool
from effekt.estimates.shared_comparison import shared_variance
from effekt.measures.citizens import person_months
from effekt.measures.panels import cluster_panel
from effekt.report.asking import answer, lacking

if TYPE_CHECKING:
    from effekt.study import Study

Read = Callable[["Study", str], pd.DataFrame]
_ADDED_UP = ("n_citizens_treated", "n_events_treated", "n_events_before", "n_events_after")
_MONTHS = ("month", "observed", "rate", "low", "high", "used", "events")


@dataclass(frozen=True)
class RegionalChange:
    """The clusters' changes of one outcome taken together.

    effect : mean change over the clusters (random effects, the shared comparison allowed for), claiming no more than the weakest of them.
    clusters : one result a cluster, in the study's order; one without a number says why. pooled : result of `estimates.pool`.
    counterfactual : frame month, observed, rate, low, high, used, events; per person-year, of the clusters that have a number, added up month by
        month of the calendar. low and high are the clusters' own ends added up, which is never too narrow. used : the month counts in each of them.
    """

    effect: Estimate
    clusters: tuple[Any, ...]
    pooled: Pooled
    counterfactual: pd.DataFrame


def change(study: Study, outcome: str, *, read: Read = person_months) -> Any:
    """How an outcome changed in the study's place against the comparison, `study.horizon` months after the start there.

    Parameters
    ----------
    outcome : id in the catalogue. read : a reader with the frame of `measures.person_months`, for another population.

    Returns
    -------
    ControlledChange, Untold or RegionalChange
        For a cluster or a municipality `answer` with `estimates.controlled_time_series` by `study.design`; for the region the clusters' changes
        pooled. All have `effect` and `counterfactual` and go into every function of this package. Where the delivery lacks the outcome, or there
        is too little of it, the effect has no value and says why.

    Raises
    ------
    UsageError
        Unknown outcome. DataError: the derived table is missing or damaged.
    """
    if study.lacking(outcome):
        return lacking(study, outcome)
    if study.cluster is not None:
        return answer(study, controlled_time_series, read(study, outcome), **study.design)
    clusters = [study.of(cluster) for cluster in study.clusters]
    changes = tuple(answer(each, controlled_time_series, read(each, outcome), **each.design) for each in clusters)
    return regional(study, outcome, changes)


def regional(study: Study, outcome: str, changes: Sequence[Any]) -> RegionalChange:
    """The changes of `outcome` in the study's clusters, one each in its order, as one of the region."""
    pooled, effect = pooled_effect(study, outcome, changes)
    return RegionalChange(effect, tuple(changes), pooled, _added_up(study, outcome, changes))


def pooled_effect(study: Study, outcome: str, changes: Sequence[Any]) -> tuple[Pooled, Estimate]:
    """The clusters' changes pooled, and the headline of it with the clusters' citizens and events added up; each needs `effect` and `influence`."""
    pooled = pool(changes, tau2="REML", test="hksj", shared_variance=shared_variance(changes), level=study.level)
    told = [one for one in changes if one.effect.value is not None]
    facts = {name: sum(one.effect.facts.get(name, 0.0) for one in told) for name in _ADDED_UP if all(name in one.effect.facts for one in told)}
    everybody = set().union(*(one.influence.index for one in told))
    effect = pooled.effect.cautioned(**facts, horizon=study.horizon)
    effect = replace(effect, n_citizens=len(everybody) if told else None, n_events=_events(told))
    return pooled, effect.named(outcome=outcome, unit="region", measure_unit=study.outcome(outcome).unit)


def _events(told: Sequence[Any]) -> int | None:
    """Events of the clusters that have a number; those of the comparison, which stand behind each of them, are not counted five times over."""
    events = [one.effect.facts.get("n_events_treated") for one in told]
    return None if None in events or not told else int(sum(events))


def _added_up(study: Study, outcome: str, changes: Sequence[Any]) -> pd.DataFrame:
    """Observed and expected rates of the clusters with a number, weighted by their person-years in the month."""
    told = {one.effect.unit: one.counterfactual for one in changes if one.effect.value is not None}
    if not told:
        return pd.DataFrame(columns=list(_MONTHS))
    panel = cluster_panel(study, outcome)
    years = panel.pivot(index="month", columns="unit", values="exposure")[list(told)]
    parts = {name: pd.DataFrame({unit: frame.set_index("month")[name] for unit, frame in told.items()}) for name in _MONTHS[1:]}
    complete = years.index[years.notna().all(axis=1)].intersection(parts["observed"].dropna().index)
    weights = years.loc[complete]
    sums = {name: _weighted(parts[name].reindex(complete), weights) for name in _MONTHS[1:5]}
    used = parts["used"].reindex(complete).eq(True).all(axis=1).to_numpy()
    events = parts["events"].reindex(complete).sum(axis=1, skipna=False).to_numpy()
    return pd.DataFrame({"month": complete, **sums, "used": used, "events": events})[list(_MONTHS)].reset_index(drop=True)


def _weighted(rates: pd.DataFrame, weights: pd.DataFrame) -> np.ndarray:
    """Mean rate a month; missing where one of the clusters has none."""
    rates = rates.astype(float)
    return ((rates * weights).sum(axis=1, skipna=False) / weights.sum(axis=1)).to_numpy()
