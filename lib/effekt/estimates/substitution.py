"""How much of one service comes for each unit less of another."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from effekt.estimates import claims, frames, intervals
from effekt.estimates.estimate import Estimate
from effekt.estimates.value_for_money import mean_differences

METHOD = "substitution_ratio"


def substitution_ratio(persons: pd.DataFrame, *, less: str, more: str, treated: str, groups: str | None = None, level: float = 0.95) -> Estimate:
    """Extra units of `more` for each unit of `less` saved: -(difference in mean `more`) / (difference in mean `less`), treated - comparison.

    For instance hours of home care per bed day saved. Interval by Fieller's theorem with the covariance of both differences within citizens
    (divisor n - 1 in each arm; with groups the cluster sandwich G/(G-1)), normal quantiles. Where `less` does not differ clearly between the
    arms the interval has no end: no low and high, caution interval_unbounded.

    Parameters
    ----------
    persons : DataFrame
        One row a citizen; less, more : numeric columns in their own units, finite. treated : bool or 0/1. groups : column of groups.
    level : level of the interval, both ends included.

    Returns
    -------
    Estimate
        scale index (units of `more` per unit of `less`), claim descriptive; value None where the means of `less` are the same (caution
        nothing_saved). Negative where both fall or both rise. facts difference_less, difference_more.

    Raises
    ------
    DataError
        A column is missing or not finite, an arm has fewer than two citizens, or there are fewer than two groups.

    References
    ----------
    .. [1] Fieller (1954). J R Stat Soc B 16:175-185.
    """
    (saved, extra), covariance, n = mean_differences(persons, less, more, treated, groups, level)
    grade = claims.two_groups()
    facts = {"difference_less": float(saved), "difference_more": float(extra)}
    fields = {"method": METHOD, "claim": grade.claim, "contrast": grade.contrast, "reasons": grade.reasons, "n_citizens": n, "level": level}
    scale = float(np.abs(persons[less]).max()) or 1.0
    if abs(saved) <= 1e-12 * scale:
        return frames.named(Estimate("index", None, None, None, cautions=("nothing_saved",), facts=facts, **fields), persons)
    value = -float(extra) / float(saved)
    z = intervals.reach(level)
    a = saved**2 - z**2 * covariance[0, 0]
    b = -(saved * extra - z**2 * covariance[0, 1])
    c = extra**2 - z**2 * covariance[1, 1]
    inside = b**2 - a * c
    if a <= 0 or inside < 0:
        return frames.named(Estimate("index", value, None, None, cautions=("interval_unbounded",), facts=facts, **fields), persons)
    root = math.sqrt(inside)
    return frames.named(Estimate("index", value, float((b - root) / a), float((b + root) / a), facts=facts, **fields), persons)
