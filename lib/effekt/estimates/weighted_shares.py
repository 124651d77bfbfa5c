"""The share of a yes among people who stand for others: under weights for who answered."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import claims, frames, intervals
from effekt.estimates.estimate import Estimate

METHOD = "weighted_share"


def weighted_share(persons: pd.DataFrame, *, outcome: str, weights: Any, level: float = 0.95) -> Estimate:
    """Weighted share with a yes: sum(w y) / sum(w).

    The error is that of the linearised ratio (weights taken as known, no small-sample factor, so that equal weights give the square root of
    p (1 - p) / n) [1]_; the interval is normal and cut at 0 and 1.

    Parameters
    ----------
    persons : DataFrame
        One row a citizen who answered: outcome (bool or 0/1).
    outcome : its column. weights : one number a row, or a column's name; finite, above 0.
    level : level of the interval, both ends included.

    Returns
    -------
    Estimate
        scale proportion, claim descriptive; no interval (caution perfect_fit) where all said the same.

    Raises
    ------
    DataError
        A column is missing, the outcome is no yes or no, or a weight is missing or not above 0.

    References
    ----------
    .. [1] Saerndal, Swensson, Wretman (1992). Model Assisted Survey Sampling, ch. 5 (ratio of two totals).
    """
    frames.check_level(level)
    frames.require(persons, [outcome], what="citizen who answered")
    y = frames.flags(persons, outcome).astype(float)
    given = persons if isinstance(weights, str) else pd.DataFrame({"weights": np.asarray(weights, dtype=float)})
    column = weights if isinstance(weights, str) else "weights"
    frames.require(given, [column], what="weight")
    if len(given) != len(persons):
        raise DataError(f"There are {len(given)} weights for {len(persons)} rows. Each citizen who answered needs one.")
    w = frames.numbers(given, column, above=0)
    share = float(w @ y / w.sum())
    error = math.sqrt(float(np.sum((w * (y - share)) ** 2))) / float(w.sum())
    grade = claims.level_only()
    told = intervals.difference(
        share, error, level=level, scale="proportion", method=METHOD, claim=grade.claim, contrast=grade.contrast, reasons=grade.reasons,
        n_citizens=len(y), n_events=int(y.sum()),
    )  # fmt: skip
    if told.low is None or told.high is None:
        return frames.named(told, persons)
    return frames.named(Estimate.from_record({**told.record(), "low": max(0.0, told.low), "high": min(1.0, told.high)}), persons)
