"""How the mix of cost moved: each sector's share of every krone before and after, against a comparison; and what came instead of what was saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import frames, intervals
from effekt.estimates.estimate import Estimate
from effekt.estimates.linear_changes import LinearChanges, add_up_changes, read_columns
from effekt.estimates.substitution import substitution_ratio

METHOD = "share_of_cost"


@dataclass(frozen=True)
class MixChange:
    """What `mix_change` found. Shares and differences are of 1; in each group and period the shares add up to 1, and the changes to 0.

    levels : frame treated, after, sector, share, low, high, n_citizens. changes : sector -> Estimate (difference) of the change of its share,
    beyond that of the comparison where there is one. outside : the same of everything but the first sector.
    own, other : frames sector, change, low, high of the programme and of the comparison alone (`other` is empty without one).
    """

    levels: pd.DataFrame
    changes: Mapping[str, Estimate]
    outside: Estimate
    own: pd.DataFrame
    other: pd.DataFrame

    @property
    def effect(self) -> Estimate:
        """The headline: the change of the share outside the first sector."""
        return self.outside


def mix_change(
    persons: pd.DataFrame, *, sectors: Sequence[str], treated: str = "treated", after: str = "after", stratum: str | None = None, level: float = 0.95
) -> MixChange:
    """Change of each sector's share of the whole cost from before to after, minus the same change of the comparison.

    A share is sum(cost of the sector) / sum(cost of all sectors) over everybody in a group and period: the share of a krone, in which who costs
    much weighs much (`service_mix` has the mean of the citizens' own shares instead). Errors from the linearised ratio [1]_, robust by citizen, no
    small-sample factor; normal intervals.

    Parameters
    ----------
    persons : DataFrame
        One row a citizen, group and period (and stratum): citizen_id, the sectors (kroner, finite), treated and after (bool or 0/1). Without rows of
        a comparison it is the programme's own change.
    sectors : columns of cost, at least two; the first is the one that `outside` lies outside of.
    treated, after : names of those columns. stratum : column of groups with dates of their own; each has its own comparison rows.
    level : level of the intervals, both ends included.

    Returns
    -------
    MixChange
        Claim descriptive: one period before cannot show that the groups moved alike.

    Raises
    ------
    DataError
        A column is missing or not finite, fewer than two sectors, or a group without any cost before or after.

    References
    ----------
    .. [1] Cochran (1977). Sampling Techniques, 3rd ed., ch. 6 (ratio of two totals).
    """
    frames.check_level(level)
    sectors = list(sectors)
    if len(sectors) < 2 or len(set(sectors)) < len(sectors):
        raise DataError("sectors must name at least two different columns.")
    cost = read_columns(persons, sectors, treated, after, stratum)
    parts = np.column_stack([cost, cost[:, 1:].sum(axis=1)])
    found = add_up_changes(
        persons, parts, np.repeat(cost.sum(axis=1)[:, None], parts.shape[1], axis=1), treated=treated, after=after, stratum=stratum
    )
    names = [*sectors, "outside"]
    value, spread = found.change(), np.sqrt((found.change_influence() ** 2).sum(axis=0))
    fields = {
        "method": METHOD, "claim": found.grade.claim, "contrast": found.grade.contrast, "reasons": found.grade.reasons, "level": level,
        "n_citizens": len(found.citizens),
        "facts": {"n_citizens_treated": int(found.present[:, 1].sum())},
    }  # fmt: skip
    told = {name: frames.named(intervals.difference(value[k], spread[k], **fields), persons) for k, name in enumerate(names)}
    outside = told.pop("outside")
    own, other = (_moved(found, sectors, arm, level) for arm in (1, 0))
    return MixChange(_levels(found, sectors, level), told, outside, own, other)


def substitution_of_changes(
    persons: pd.DataFrame, *, less: str, more: str, treated: str = "treated", after: str = "after", stratum: str | None = None, level: float = 0.95
) -> Estimate:
    """Extra units of `more` per person-year for each unit of `less` saved, both as changes beyond those of the comparison.

    `substitution_ratio` of the citizens' linearised changes of the two rates, so that levels that differed before do not count; their covariance
    within citizens is kept in Fieller's interval [1]_.

    Parameters
    ----------
    persons : DataFrame
        One row a citizen, group and period (and stratum): citizen_id, less and more (finite, in their own units), exposure (person-years), treated
        and after (bool or 0/1), for both groups.
    less, more, treated, after : names of those columns. stratum : column of groups with dates of their own; each has its own comparison rows.
    level : level of the interval, both ends included.

    Returns
    -------
    Estimate
        scale index (units of `more` per unit of `less`); claim descriptive. facts difference_less, difference_more : the changes, per person-year.
        Cautions as in `substitution_ratio`: nothing_saved, interval_unbounded.

    Raises
    ------
    DataError
        A column is missing or not finite, there is no comparison, or a group has no exposure before or after.

    References
    ----------
    .. [1] Fieller (1954). J R Stat Soc B 16:175-185.
    """
    frames.check_level(level)
    use = read_columns(persons, [less, more, "exposure"], treated, after, stratum)
    time = np.repeat(use[:, 2:], 2, axis=1)
    found = add_up_changes(persons, use[:, :2], time, treated=treated, after=after, stratum=stratum)
    if not found.compared:
        raise DataError(f"{treated} is true in every row: a substitution is told against a comparison. Add its rows.")
    values = found.values()
    rows = [pd.DataFrame({less: values[here, arm, 0], more: values[here, arm, 1]}).assign(arm=bool(arm)) for arm, here in enumerate(found.present.T)]
    told = substitution_ratio(pd.concat(rows, ignore_index=True), less=less, more=more, treated="arm", level=level)
    grade = found.grade
    told = replace(told, claim=grade.claim, contrast=grade.contrast, reasons=grade.reasons, n_citizens=len(found.citizens))
    return frames.named(told.cautioned(n_citizens_treated=int(found.present[:, 1].sum())), persons)


def _levels(found: LinearChanges, sectors: list[str], level: float) -> pd.DataFrame:
    spread = np.sqrt((found.influence**2).sum(axis=0))
    half = intervals.reach(level) * spread
    rows = []
    for arm in (1, 0) if found.compared else (1,):
        for period in (0, 1):
            for k, sector in enumerate([*sectors, "outside"]):
                share, reach = found.levels[arm, period, k], half[arm, period, k]
                rows.append((bool(arm), bool(period), sector, share, max(0.0, share - reach), min(1.0, share + reach), int(found.n[arm, period])))
    return pd.DataFrame(rows, columns=["treated", "after", "sector", "share", "low", "high", "n_citizens"])


def _moved(found: LinearChanges, sectors: list[str], arm: int, level: float) -> pd.DataFrame:
    """The change of one group alone."""
    columns = ["sector", "change", "low", "high"]
    if arm == 0 and not found.compared:
        return pd.DataFrame(columns=columns)
    change = found.levels[arm, 1] - found.levels[arm, 0]
    spread = np.sqrt(((found.influence[:, arm, 1] - found.influence[:, arm, 0]) ** 2).sum(axis=0))
    half = intervals.reach(level) * spread
    table = pd.DataFrame({"sector": [*sectors, "outside"], "change": change, "low": change - half, "high": change + half})
    return table[columns]
