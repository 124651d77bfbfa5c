"""Rates in two periods or two groups: their ratio and difference, robust by citizen or exact."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import bdtr, bdtrc, betaincinv
from scipy.stats import binom

from effekt.errors import DataError
from effekt.estimates import claims, frames, intervals
from effekt.estimates.estimate import Estimate
from effekt.estimates.group_rates import GroupRates, compare

PRule = Literal["minimum_likelihood", "doubling"]
Contrast = Literal["after_before", "group_group", "programme_comparison"]


def rate_ratio(persons_or_counts: pd.DataFrame, *, exact: bool = False, level: float = 0.95, contrast: Contrast | None = None) -> Estimate:
    """Events per person-year after the start divided by those before it (or of the programme by those of the other group).

    Poisson regression with log exposure; the ratio is that of sum(events) / sum(exposure). With citizens in the frame errors are robust by
    citizen (no small-sample factor), because a few frail citizens make most of the events; with bare counts they are Poisson (caution
    counts_taken_as_poisson). A plain before/after holds trend, season, ageing and selection: the claim is "descriptive".

    Parameters
    ----------
    persons_or_counts : DataFrame
        Persons: one row a citizen and period: citizen_id, events (>= 0), exposure (person-years, >= 0), after and/or treated (bool).
        Counts: the same columns without citizen_id, one or more rows a group; groups are added up.
    exact : bool
        Interval and p of `exact_rate_ratio` (two groups only; whole events). The citizens' own bursts of events are not in it.
    contrast : None | after_before | group_group | programme_comparison
        None takes what varies in the frame: after, treated, or both (the ratio of the two groups' ratios). after_before with both in the
        frame is the programme's citizens alone.
    level : level of the interval, both ends included.

    Returns
    -------
    Estimate
        scale ratio. Without events on a side there is no ratio: value None, caution zero_events (`exact` gives 0 and the upper limit
        where only the numerator is empty).

    Raises
    ------
    DataError
        A column is missing, not a number, negative or infinite; nothing varies; a group has no exposure.

    References
    ----------
    .. [1] Liang, Zeger (1986). Biometrika 73:13-22.
    """
    frames.check_level(level)
    citizens = isinstance(persons_or_counts, pd.DataFrame) and "citizen_id" in persons_or_counts.columns
    groups = compare(persons_or_counts, "events", contrast, citizen="citizen_id" if citizens else None)
    counted = frames.is_count(persons_or_counts, groups.row_amount)
    if exact:
        if len(groups.signs) != 2:
            raise DataError("An exact ratio compares two groups. Name contrast='after_before' or 'group_group', or leave exact out.")
        if not counted:
            raise DataError("An exact ratio needs whole numbers of events; the column events has fractions or holds kroner.")
        found = exact_rate_ratio(groups.amount[::-1].astype(int), groups.exposure[::-1], level=level, contrast=groups.grade.contrast)
        return frames.named(_counted(found, groups, citizens), persons_or_counts)
    fields = _fields(groups, citizens, counted, "poisson_by_citizen" if citizens else "poisson_counts")
    if (groups.amount == 0).any():
        nothing = Estimate("ratio", None, None, None, level=level, **{**fields, "cautions": (*fields["cautions"], "zero_events")})
        return frames.named(nothing, persons_or_counts)
    value, se = groups.log_ratio()
    if not citizens:
        se = math.sqrt(float((1 / groups.amount).sum()))
    return frames.named(intervals.ratio(value, se, level=level, **fields), persons_or_counts)


def rate_difference(persons: pd.DataFrame, *, level: float = 0.95, contrast: Contrast | None = None) -> Estimate:
    """Events per person-year after the start minus those before it (or of the programme minus those of the other group).

    Takes the frame of `rate_ratio`; errors robust by citizen, or Poisson for bare counts. With after and treated both in the frame it is the
    difference of the two groups' differences. The claim is "descriptive".

    Parameters
    ----------
    persons : DataFrame
        One row a citizen and period, as in `rate_ratio`.
    contrast : as in `rate_ratio`.
    level : level of the interval, both ends included.

    Returns
    -------
    Estimate
        scale difference, events per person-year.

    Raises
    ------
    DataError
        As in `rate_ratio`.

    References
    ----------
    .. [1] Liang, Zeger (1986). Biometrika 73:13-22.
    """
    frames.check_level(level)
    citizens = isinstance(persons, pd.DataFrame) and "citizen_id" in persons.columns
    groups = compare(persons, "events", contrast, citizen="citizen_id" if citizens else None)
    value, se = groups.difference()
    if not citizens:
        se = math.sqrt(float((groups.amount / groups.exposure**2).sum()))
    fields = _fields(groups, citizens, frames.is_count(persons, groups.row_amount), "difference_by_citizen" if citizens else "poisson_counts")
    return frames.named(intervals.difference(value, se, level=level, **fields), persons)


def exact_rate_ratio(events, exposure, *, level: float = 0.95, p_rule: PRule = "minimum_likelihood", contrast: str = "after_before") -> Estimate:
    """Ratio of two Poisson rates with the exact conditional interval, for few events.

    Given the total, the first count is binomial with probability ratio x e1 / (ratio x e1 + e2). Both limits are Clopper and Pearson's
    (central: each tail holds (1 - level) / 2) turned into ratios. The p-value of "ratio = 1" sums the outcomes that are no more likely than
    the one seen (p_rule "minimum_likelihood", R's poisson.test; fact p_minimum_likelihood), or doubles the smaller tail ("doubling", which
    agrees with the central interval; fact p_doubling). Both are facts of the result; `method` names the rule of `p`.

    Parameters
    ----------
    events, exposure : pairs (after, before)
        Whole events >= 0 and person-years > 0.
    p_rule : minimum_likelihood or doubling. contrast : key of what is compared.
    level : level of the interval, both ends included.

    Returns
    -------
    Estimate
        scale ratio; value 0 with low 0 when only the first count is 0; no value, with the lower limit where it exists, when the second is 0.

    Raises
    ------
    DataError
        Not two numbers each, a negative or fractional count, or an exposure that is not above 0.

    References
    ----------
    .. [1] Clopper, Pearson (1934). Biometrika 26:404-413. Fay (2010). R J 2(1):53-58.
    """
    frames.check_level(level)
    try:
        counts, time = np.asarray(events, dtype=float), np.asarray(exposure, dtype=float)
    except (TypeError, ValueError):
        raise DataError("events and exposure hold something that is not a number. Give each as a pair (after, before).") from None
    if counts.shape != (2,) or time.shape != (2,):
        raise DataError("events and exposure must each be a pair (after, before).")
    if not (np.isfinite(counts).all() and np.isfinite(time).all()) or (counts < 0).any() or (counts != np.floor(counts)).any() or (time <= 0).any():
        raise DataError("events must be whole numbers of at least 0, and exposure above 0, in both groups.")
    if p_rule not in ("minimum_likelihood", "doubling"):
        raise DataError(f"p_rule is {p_rule!r}; it must be minimum_likelihood or doubling.")
    first, total = int(counts[0]), int(counts.sum())
    grade = claims.before_after() if contrast == "after_before" else claims.two_groups()
    common = {
        "method": f"exact_{p_rule}", "claim": "descriptive", "contrast": grade.contrast, "level": level, "n_events": total,
        "exposure": float(time.sum()), "reasons": grade.reasons,
    }  # fmt: skip
    if total == 0:
        return Estimate("ratio", None, None, None, cautions=("zero_events", "counts_taken_as_poisson"), **common)
    tail = (1 - level) / 2
    low = 0.0 if first == 0 else float(betaincinv(first, total - first + 1, tail))
    high = 1.0 if first == total else float(betaincinv(first + 1, total - first, 1 - tail))
    scale = time[1] / time[0]
    share = time[0] / time.sum()
    doubled = min(1.0, 2 * min(float(bdtr(first, total, share)), float(bdtrc(first - 1, total, share)) if first else 1.0))
    likelihood = binom.pmf(np.arange(total + 1), total, share)
    least = min(1.0, float(likelihood[likelihood <= likelihood[first] * (1 + 1e-7)].sum()))
    return Estimate(
        "ratio",
        first / counts[1] * scale if counts[1] > 0 else None,
        low / (1 - low) * scale if low < 1 else None,
        high / (1 - high) * scale if high < 1 else None,
        p=least if p_rule == "minimum_likelihood" else doubled,
        cautions=("counts_taken_as_poisson",) + (("zero_events",) if (counts == 0).any() else ()),
        facts={"p_minimum_likelihood": least, "p_doubling": doubled, "n_events_after": first, "n_events_before": total - first},
        **common,
    )


def _fields(groups: GroupRates, citizens: bool, counted: bool, method: str) -> dict:
    cautions = () if citizens else ("counts_taken_as_poisson",)
    facts: dict[str, float] = {}
    if groups.moved:
        cautions, facts = (*cautions, "moved_between_arms"), {"n_moved": groups.moved}
    return {
        "method": method, "claim": groups.grade.claim, "contrast": groups.grade.contrast, "reasons": groups.grade.reasons, "cautions": cautions,
        "n_citizens": groups.n_citizens if citizens else None, "n_events": int(groups.amount.sum()) if counted else None,
        "exposure": float(groups.exposure.sum()), "facts": facts,
    }  # fmt: skip


def _counted(found: Estimate, groups: GroupRates, citizens: bool) -> Estimate:
    record = found.record() | {"n_citizens": groups.n_citizens if citizens else None}
    return Estimate.from_record(record)
