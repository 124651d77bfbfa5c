"""Cost per citizen-year: arithmetic means weighted by exposure, their ratio and their difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import claims, frames, intervals
from effekt.estimates.estimate import Estimate
from effekt.estimates.group_rates import GroupRates, compare, park_exponent

Contrast = Literal["after_before", "group_group", "programme_comparison"]


@dataclass(frozen=True)
class CostMeans:
    """Mean cost per citizen-year of the programme and the comparison, before and after; None where the frame has no such rows."""

    before: Estimate | None
    after: Estimate | None
    comparison_before: Estimate | None
    comparison_after: Estimate | None


def mean_cost(persons: pd.DataFrame, *, value: str = "cost_dkk", level: float = 0.95) -> Estimate:
    """Mean cost per person-year lived: sum(cost) / sum(exposure), over everybody in the frame, also those without any cost.

    An arithmetic mean, because it times the number of citizens is the bill. Nobody's cost is cut or logged. Interval normal, error robust by
    citizen (linearised ratio, no small-sample factor).

    Parameters
    ----------
    persons : DataFrame
        One row a citizen, or citizen and period: citizen_id (optional; without it each row is a citizen), `value` (kroner, may be negative where
        corrections exceed costs), exposure (person-years, >= 0; those who died or moved count for the time they were there).
    level : level of the interval, both ends included.

    Returns
    -------
    Estimate
        scale mean, claim descriptive: a level says nothing about an effect.

    Raises
    ------
    DataError
        A column is missing or not a finite number, negative exposure, or no exposure at all.

    References
    ----------
    .. [1] Thompson, Barber (2000). BMJ 320:1197-1200.
    """
    frames.check_level(level)
    frames.require(persons, [value, "exposure"], what="citizen, or citizen and period")
    cost, exposure = frames.numbers(persons, value), frames.numbers(persons, "exposure", minimum=0)
    total = float(exposure.sum())
    if total <= 0:
        raise DataError("exposure is 0 in every row: nobody was there, so there is no mean.")
    who = frames.codes(persons, "citizen_id")[0] if "citizen_id" in persons else np.arange(len(cost))
    mean = float(cost.sum()) / total
    influence = np.bincount(who, cost - mean * exposure) / total
    grade = claims.level_only()
    estimate = intervals.difference(
        mean, float(np.linalg.norm(influence)), level=level, scale="mean", method="mean_by_citizen", claim=grade.claim, reasons=grade.reasons,
        n_citizens=int(who.max()) + 1, exposure=total,
    )  # fmt: skip
    return frames.named(estimate, persons)


def mean_costs(persons: pd.DataFrame, *, value: str = "cost_dkk", level: float = 0.95) -> CostMeans:
    """`mean_cost` of the programme and of the comparison, before and after the start.

    Parameters
    ----------
    persons : DataFrame
        One row a citizen and period: the frame of `mean_cost` with after and/or treated (bool); without treated all rows are the programme's,
        without after all rows are "after".
    value : column of kroner.
    level : level of the interval, both ends included.

    Returns
    -------
    CostMeans
        `Estimate`s before, after, comparison_before, comparison_after; None for a cell without rows.

    Raises
    ------
    DataError
        As in `mean_cost`.

    References
    ----------
    .. [1] Thompson, Barber (2000). BMJ 320:1197-1200.
    """
    frames.require(persons, [value, "exposure"], what="citizen, or citizen and period")
    after = frames.flags(persons, "after") if "after" in persons else np.ones(len(persons), dtype=bool)
    treated = frames.flags(persons, "treated") if "treated" in persons else np.ones(len(persons), dtype=bool)

    def told(arm: np.ndarray, period: np.ndarray) -> Estimate | None:
        rows = persons[arm & period]
        return mean_cost(rows, value=value, level=level) if len(rows) else None

    return CostMeans(told(treated, ~after), told(treated, after), told(~treated, ~after), told(~treated, after))


def cost_ratio(persons: pd.DataFrame, *, value: str = "cost_dkk", level: float = 0.95, contrast: Contrast | None = None) -> Estimate:
    """Mean cost per person-year after the start divided by that before it; against a comparison, the ratio of the two ratios.

    Generalised linear model with log link and exposure as weight. The design is saturated (groups and periods only), so every family gives
    the ratio of the exposure-weighted arithmetic means, and the family decided by the modified Park test changes nothing but what is said of
    it (fact park_lambda: the variance grows as the mean to that power; 1 Poisson, 2 gamma). Errors robust by citizen, no small-sample
    factor; interval normal on the log scale.

    Parameters
    ----------
    persons : DataFrame
        One row a citizen and period: citizen_id (optional), `value` (kroner, >= 0), exposure (person-years, >= 0), after and/or treated (bool).
    contrast : None | after_before | group_group | programme_comparison
        None takes what varies in the frame: both columns give the difference-in-differences ratio. after_before with both in the frame is
        the programme's citizens alone.
    level : level of the interval, both ends included.

    Returns
    -------
    Estimate
        scale ratio, claim descriptive (one before-period cannot show parallel trends; `controlled_time_series` on monthly cost can). Without
        any cost in a group there is no ratio: value None, caution zero_events.

    Raises
    ------
    DataError
        A column is missing, not a finite number or negative; nothing varies; a group has no exposure.

    References
    ----------
    .. [1] Manning, Mullahy (2001). J Health Econ 20:461-494 (log link, Park test).
    """
    frames.check_level(level)
    groups, fields = _compared(persons, value, contrast, "cost_ratio_glm")
    if (groups.amount <= 0).any():
        nothing = Estimate("ratio", None, None, None, level=level, **{**fields, "cautions": (*fields["cautions"], "zero_events")})
        return frames.named(nothing, persons)
    exponent = park_exponent(groups)
    if exponent is not None:
        fields["facts"] = {**fields["facts"], "park_lambda": exponent}
    return frames.named(intervals.ratio(*groups.log_ratio(), level=level, **fields), persons)


def cost_difference(persons: pd.DataFrame, *, value: str = "cost_dkk", level: float = 0.95, contrast: Contrast | None = None) -> Estimate:
    """Mean cost per person-year after the start minus that before it, in kroner; against a comparison, the difference of the differences.

    Takes the frame and the contrasts of `cost_ratio`. Errors robust by citizen, no small-sample factor, interval normal. Mind that a
    difference of differences in kroner and one in ratios are not the same claim where the groups begin at different levels.

    Parameters
    ----------
    persons : DataFrame
        One row a citizen and period, as in `cost_ratio`.
    value : column of kroner. contrast : as in `cost_ratio`.
    level : level of the interval, both ends included.

    Returns
    -------
    Estimate
        scale difference, kroner per person-year; claim descriptive.

    Raises
    ------
    DataError
        As in `cost_ratio`.

    References
    ----------
    .. [1] Thompson, Barber (2000). BMJ 320:1197-1200.
    """
    frames.check_level(level)
    groups, fields = _compared(persons, value, contrast, "cost_difference")
    return frames.named(intervals.difference(*groups.difference(), level=level, **fields), persons)


def _compared(persons: pd.DataFrame, value: str, contrast: str | None, method: str) -> tuple[GroupRates, dict[str, Any]]:
    citizen = "citizen_id" if isinstance(persons, pd.DataFrame) and "citizen_id" in persons.columns else None
    groups = compare(persons, value, contrast, citizen=citizen)
    moved = ("moved_between_arms",) if groups.moved else ()
    return groups, {
        "method": method, "claim": groups.grade.claim, "contrast": groups.grade.contrast, "reasons": groups.grade.reasons, "cautions": moved,
        "n_citizens": groups.n_citizens, "exposure": float(groups.exposure.sum()), "facts": {"n_moved": groups.moved} if groups.moved else {},
    }  # fmt: skip
