"""Each citizen's part in the change of a cost and of an effect: the frame that sets the one against the other, for a cluster as for the region."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from effekt.measures.cluster_sums import sums_by_cluster
from effekt.study import Study

if TYPE_CHECKING:
    import pandas as pd

KEYS = ["citizen_id", "treated"]


def cost_and_effect(study: Study, *effects: str, cost: str = "cost_total") -> pd.DataFrame:
    """One row a citizen and group, with each citizen's part in the change from before to after the start, of `cost` and of each of `effects`.

    The mean of a column over the treated minus its mean over the comparison is the difference-in-differences of the means per citizen-year; its error
    over citizens is that of those means, which the columns are the linearised values of [1]_. The covariance of cost and effect is kept. For the
    region it is the mean of the clusters' own differences, each at its own dates, weighted by the citizen-years of the cluster after its start; the
    comparison, which stands behind each of them, is in the frame once.

    Returns
    -------
    DataFrame
        `citizen_id`, `treated`, `cost_dkk` (kroner per citizen-year) and a column for each effect (its unit per citizen-year), turned so that more is
        better where the outcome's direction is -1. Citizens with time in one period only count with that. Whoever moved between the groups has a row
        in each. `attrs`: unit, n_treated (citizens), exposure_after (person-years of the treated after the start).

    Raises
    ------
    UsageError
        Unknown outcome. DataError: a derived table is missing or damaged.

    References
    ----------
    .. [1] Deville (1999). Survey Methodology 25:193-203 (linearisation by influence functions).
    """
    import pandas as pd

    outcomes = (cost, *effects)
    tables = {study.outcome(outcome).table: None for outcome in outcomes}
    frames = {table: sums_by_cluster(study, [outcome for outcome in outcomes if study.outcome(outcome).table == table]) for table in tables}
    parts = {outcome: [_changes(frame, outcome) for frame in frames[study.outcome(outcome).table]] for outcome in outcomes}
    columns = {}
    for outcome, changes in parts.items():
        sign = -1.0 if outcome != cost and study.outcome(outcome).direction < 0 else 1.0
        columns["cost_dkk" if outcome == cost else outcome] = sign * _weighted(changes)
    frame = pd.DataFrame(columns).fillna(0.0)
    for name, changes in zip(columns, parts.values(), strict=True):
        sign = -1.0 if name != "cost_dkk" and study.outcome(name).direction < 0 else 1.0
        for is_treated in (True, False):
            rows = frame.index.get_level_values("treated") == is_treated
            level = sign * sum(weight * change.level[is_treated] for weight, change in zip(_weights(changes), changes, strict=True))
            frame.loc[rows, name] = level + rows.sum() * frame.loc[rows, name]
    frame = frame.reset_index()
    frame.attrs = {"unit": study.unit, "n_treated": int(frame["treated"].sum()), "exposure_after": sum(change.after for change in parts[cost])}
    return frame


class _Change:
    """influence : series by citizen and group, summing to 0 in a group. level : group -> change of its mean. after : person-years of the treated."""

    def __init__(self, influence: pd.Series, level: dict[bool, float], after: float) -> None:
        self.influence, self.level, self.after = influence, level, after


def _changes(frame: pd.DataFrame, outcome: str) -> _Change:
    value, time = frame[outcome].to_numpy(float), frame["exposure"].to_numpy(float)
    treated, after = frame["treated"].to_numpy(bool), frame["after"].to_numpy(bool)
    influence, level = np.zeros(len(frame)), {True: 0.0, False: 0.0}
    for is_treated in (True, False):
        for is_after, sign in ((True, 1.0), (False, -1.0)):
            cell = (treated == is_treated) & (after == is_after)
            total = time[cell].sum()
            mean = value[cell].sum() / total if total > 0 else np.nan
            influence[cell] = sign * (value[cell] - mean * time[cell]) / total if total > 0 else np.nan
            level[is_treated] += sign * mean
    summed = frame[KEYS].assign(influence=influence).groupby(KEYS)["influence"].sum()
    return _Change(summed, level, float(time[treated & after].sum()))


def _weights(changes: list[_Change]) -> list[float]:
    """The clusters' shares of the citizen-years after the start."""
    total = sum(change.after for change in changes)
    return [change.after / total if total > 0 else np.nan for change in changes]


def _weighted(changes: list[_Change]) -> pd.Series:
    import pandas as pd

    parts = [weight * change.influence for weight, change in zip(_weights(changes), changes, strict=True)]
    return pd.concat(parts).groupby(level=KEYS).sum() if len(parts) > 1 else parts[0]
