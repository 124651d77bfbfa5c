"""The largest root of a score that falls: how every estimate of the variance between units is found."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq

GRID = 200


def largest_root(score: Callable[[float], float], top: float) -> float:
    """The largest root >= 0 of a `score` that is negative for large values; 0 where it is nowhere positive.

    top : > 0, of the order of the largest value that can occur; 200 points from 0 to it (equally spaced logs) are tried from above for the
    first at which the score is positive, and the root beyond that is found by Brent's method to 1e-15.
    """
    grid = np.concatenate([[0.0], np.geomspace(top * 1e-9, top, GRID)])
    low = next((float(value) for value in grid[::-1] if score(float(value)) > 0), None)
    if low is None:
        return 0.0
    high = low * 2 + top * 1e-9
    while score(high) > 0:
        high *= 2
    return float(brentq(score, low, high, xtol=1e-15, rtol=1e-14))
