"""A share and its Wilson interval: top-box satisfaction, items of an audit, a proportion in a table."""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from effekt.errors import DataError
from effekt.estimates import claims, frames
from effekt.estimates.estimate import Estimate
from effekt.estimates.intervals import reach

METHOD = "wilson"


def wilson(events: int, n: int, *, level: float = 0.95) -> Estimate:
    """The share `events` of `n` with Wilson's score interval, which holds its level also near 0 and 1 and for small n [1]_.

    No continuity correction, as R's `prop.test(events, n, correct = FALSE)`. `se` is sqrt(share (1 - share) / n). With 0 or n events the
    interval has one end at 0 or 1 and is still an interval. One answer a citizen: answers of one citizen several times are not independent.

    Parameters
    ----------
    events, n : whole counts, 0 <= events <= n, n >= 1.
    level : level of the interval, both ends included.

    Returns
    -------
    Estimate
        scale proportion; claim descriptive.

    Raises
    ------
    DataError
        n below 1, events below 0 or above n, or either missing or not a whole number.

    References
    ----------
    .. [1] Wilson (1927). J Am Stat Assoc 22:209-212. Brown, Cai, DasGupta (2001). Stat Sci 16:101-133.
    """
    low, high = wilson_limits(events, n, level=level)
    share = float(events) / float(n)
    grade = claims.level_only()
    return Estimate(
        "proportion", share, float(low), float(high), METHOD, grade.claim, contrast=grade.contrast, level=level, reasons=grade.reasons,
        se=math.sqrt(share * (1 - share) / n), n_citizens=int(n), n_events=int(events),
    )  # fmt: skip


def share_difference(events: int, n: int, other_events: int, other_n: int, *, level: float = 0.95) -> Estimate:
    """The share `events` of `n` minus the share `other_events` of `other_n`, two groups at one time, with Newcombe's interval.

    The limits come from the two Wilson intervals (method 10 of [1]_, no continuity correction) and stay within -1 and 1 also where a share
    is 0 or 1. No p-value: whether the interval holds 0 says it. `se` is the unpooled sqrt(p1 q1 / n1 + p2 q2 / n2).

    Parameters
    ----------
    events, n, other_events, other_n : whole counts of the two groups, 0 <= events <= n.
    level : level of the interval, both ends included.

    Returns
    -------
    Estimate
        scale difference, without p; claim descriptive.

    Raises
    ------
    DataError
        As in `wilson`.

    References
    ----------
    .. [1] Newcombe (1998). Stat Med 17:873-890.
    """
    first, second = wilson(events, n, level=level), wilson(other_events, other_n, level=level)
    value = first.value - second.value
    low = value - math.hypot(first.value - first.low, second.high - second.value)
    high = value + math.hypot(first.high - first.value, second.value - second.low)
    grade = claims.two_groups()
    return Estimate(
        "difference", value, low, high, "newcombe", grade.claim, contrast=grade.contrast, level=level, reasons=grade.reasons,
        se=math.hypot(first.se, second.se), n_citizens=int(n) + int(other_n), n_events=int(events) + int(other_events),
    )  # fmt: skip


def wilson_limits(events: ArrayLike, n: ArrayLike, *, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Both limits of Wilson's interval for shares in bulk; `events` and `n` of one shape.

    Parameters
    ----------
    events, n : whole counts of one shape.
    level : level of the interval, both ends included.

    Returns
    -------
    tuple of ndarray
        Lower and upper limits, in the shape given.

    Raises
    ------
    DataError
        As in `wilson`; the shapes differ.

    References
    ----------
    .. [1] Wilson (1927). J Am Stat Assoc 22:209-212.
    """
    frames.check_level(level)
    hits, total = _whole(events, "events"), _whole(n, "n")
    if hits.shape != total.shape:
        raise DataError(f"events has the shape {hits.shape} and n {total.shape}. They must be the same.")
    for bad, fault in ((total < 1, "n is below 1"), (hits < 0, "events is below 0"), (hits > total, "events is above n")):
        if bad.any():
            raise DataError(f"{fault} in {int(bad.sum())} of {bad.size} shares. A share of nobody cannot be shown.")
    z2 = reach(level) ** 2
    share = hits / total
    centre = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = np.sqrt(z2) / (1 + z2 / total) * np.sqrt(share * (1 - share) / total + z2 / (4 * total**2))
    return np.where(hits == 0, 0.0, np.maximum(centre - half, 0.0)), np.where(hits == total, 1.0, np.minimum(centre + half, 1.0))


def item_shares(answers: pd.DataFrame, *, item: str = "item_id", met: str = "met", level: float = 0.95) -> pd.DataFrame:
    """Share of the judgements in which each item was met, with Wilson intervals: one row an item, in order of the items.

    Parameters
    ----------
    answers : one row a judgement: `item`, and `met` (bool or 0/1). A judgement that could not be made is no row.
    level : level of the interval, both ends included.

    Returns
    -------
    DataFrame
        item, n, events, share, low, high.

    Raises
    ------
    DataError
        A column is missing, `item` is missing in a row, or `met` is neither true nor false.

    References
    ----------
    .. [1] Wilson (1927). J Am Stat Assoc 22:209-212.
    """
    frames.require(answers, [item, met], what="judgement")
    code, labels = frames.codes(answers, item)
    n, events = np.bincount(code), np.bincount(code, frames.flags(answers, met)).astype(np.int64)
    low, high = wilson_limits(events, n, level=level)
    return pd.DataFrame({"item": labels, "n": n, "events": events, "share": events / n, "low": low, "high": high})


def top_box(
    answers: pd.DataFrame, *, value: str = "value", top: Collection[float] = (4, 5), scale: tuple[float, float] = (1, 5), level: float = 0.95
) -> Estimate:
    """Share of the answers that are among the best of the scale, with Wilson's interval: a level among those who answered.

    Parameters
    ----------
    answers : one row a respondent: `value`, a number on the scale. Who did not answer is no row; their share is shown beside the number.
    top : the answers that count as satisfied. scale : least and greatest answer that exist.
    level : level of the interval, both ends included.

    Returns
    -------
    Estimate
        scale proportion; claim descriptive.

    Raises
    ------
    DataError
        `value` is missing, not a number, or outside the scale; `top` is empty or outside the scale.

    References
    ----------
    .. [1] Wilson (1927). J Am Stat Assoc 22:209-212.
    """
    frames.require(answers, [value], what="respondent")
    given = frames.numbers(answers, value)
    wanted = np.asarray(sorted(top), dtype=np.float64)
    if not wanted.size or wanted[0] < scale[0] or wanted[-1] > scale[1]:
        raise DataError(f"top must name answers on the scale from {scale[0]:g} to {scale[1]:g}.")
    outside = int(np.sum((given < scale[0]) | (given > scale[1])))
    if outside:
        raise DataError(f"{value} is outside the scale from {scale[0]:g} to {scale[1]:g} in {outside} of {len(given)} rows. Leave out 'do not know'.")
    return frames.named(wilson(int(np.isin(given, wanted).sum()), len(given), level=level), answers)


def _whole(given: ArrayLike, name: str) -> np.ndarray:
    try:
        values = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(f"{name} holds something that is not a number.") from None
    bad = int(np.sum(~np.isfinite(values) | (values != np.floor(values))))
    if bad:
        raise DataError(f"{name} is missing or not a whole number in {bad} of {values.size} places. Wilson's interval is for counts.")
    return values
