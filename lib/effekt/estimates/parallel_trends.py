"""How large an effect remains if the parallel trends fail as much after the start as they did before it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import intervals
from effekt.estimates.staggered_adoption import StaggeredEffects


@dataclass(frozen=True)
class TrendBounds:
    """What `trend_bounds` found.

    bounds : frame multiple, low, high: the interval of the average effect if trends fail at most `multiple` times as fast as before.
    largest_before : the largest failure between two neighbouring periods before the start. breakdown : the multiple at which the interval
    first includes 0 (0 where it always does; None where nothing failed before, so that no multiple of it tells anything).
    """

    bounds: pd.DataFrame
    largest_before: float
    breakdown: float | None


def trend_bounds(effects: StaggeredEffects, *, multiples: Sequence[float] = (0.0, 0.5, 1.0, 1.5, 2.0), level: float = 0.95) -> TrendBounds:
    """Bounds on the average effect over events >= 0 when parallel trends may fail, by relative magnitudes [1]_.

    Between two neighbouring periods after the start the difference in trends is at most M times the largest one seen between neighbouring
    periods before it, so the event e periods after the start is off by at most (e + 1) x M x largest, the average by the mean of that. Interval:
    estimate -+ (that bias + normal quantile x standard error): it is valid but wider than the shortest possible, and takes the largest
    difference seen before as known, noise included.

    Parameters
    ----------
    effects : the result of `staggered` with aggregate "event" and at least two event times before the start.
    multiples : values of M, >= 0; 0 is the ordinary interval.
    level : level of the interval, both ends included.

    Returns
    -------
    TrendBounds
        bounds (one row a multiple), largest_before, and breakdown: the multiple at which the interval first holds 0.

    Raises
    ------
    DataError
        Another aggregation, no event times before the start, an estimate without standard error, or a negative multiple.

    References
    ----------
    .. [1] Rambachan, Roth (2023). Rev Econ Stud 90:2555-2591 (relative magnitudes); the interval here is a simple conservative one.
    """
    if effects.by_event is None:
        raise DataError("Bounds need the event study: staggered(..., aggregate='event').")
    if any(not math.isfinite(m) or m < 0 for m in multiples) or not len(multiples):
        raise DataError("multiples must be at least 0, and at least one.")
    before = effects.by_event.loc[effects.by_event["event"] < 0]
    overall = effects.overall
    if overall.value is None or overall.se is None:
        raise DataError("The average effect has no standard error: nothing can be bounded.")
    steps = before["estimate"].to_numpy() if effects.base == "varying" else np.diff(before["estimate"].to_numpy())
    if len(steps) == 0:
        raise DataError("There are no two neighbouring periods before the start: nothing shows how far trends may fail.")
    largest = float(np.max(np.abs(steps)))
    after = effects.by_event.loc[effects.by_event["event"] >= 0, "event"].to_numpy(dtype=float)
    reach, slack = float(np.mean(after + 1)), intervals.reach(level, overall.facts.get("df", math.inf)) * overall.se
    sizes = np.asarray(multiples, dtype=float)
    bias = sizes * largest * reach
    bounds = pd.DataFrame({"multiple": sizes, "low": overall.value - bias - slack, "high": overall.value + bias + slack})
    left = max(0.0, abs(overall.value) - slack)
    return TrendBounds(bounds, largest, None if largest == 0 else left / (largest * reach))
