"""How strong an unmeasured confounder would have to be to explain an association away (the E-value)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from effekt.errors import DataError


def evalue(ratio: ArrayLike, low: ArrayLike | None = None, high: ArrayLike | None = None) -> np.ndarray:
    """The least risk ratio that an unmeasured confounder needs with both programme and outcome to explain a risk ratio away.

    E = r + sqrt(r (r - 1)) of the ratio r, or of 1 / ratio where it is below 1 [1]_. The second number is the same for the limit of
    the interval that is nearer to 1, and is 1 where the interval holds 1: nothing is needed to explain away what may be no association.
    For an odds or hazard ratio of an outcome that is not rare (above 15%), give its square root, or (1 - .5^sqrt(r)) / (1 - .5^sqrt(1/r)).

    Parameters
    ----------
    ratio : a risk or rate ratio above 0, or an array of n of them. low, high : limits of its interval, low <= ratio <= high; either
        both or none.

    Returns
    -------
    ndarray
        (E of the ratio, E of the limit nearer to 1), shape (2,); for an array of n ratios, shape (n, 2). Without limits, shape (1,) or (n, 1).

    Raises
    ------
    DataError
        A ratio or a limit is missing, infinite or not above 0, or a ratio lies outside its limits.

    References
    ----------
    .. [1] VanderWeele, Ding (2017). Ann Intern Med 167:268-274.
    """
    if (low is None) != (high is None):
        raise DataError("One limit of the interval is missing. Give low and high, or neither.")
    value = _positive(ratio, "ratio")
    if low is None or high is None:
        return np.stack([_least(value)], axis=-1)
    lower, upper = _positive(low, "low"), _positive(high, "high")
    if not (value.shape == lower.shape == upper.shape):
        raise DataError(f"ratio, low and high have the shapes {value.shape}, {lower.shape} and {upper.shape}. They must be the same.")
    outside = int(np.sum((value < lower) | (value > upper)))
    if outside:
        raise DataError(f"{outside} of {value.size} ratios lie outside their limits. Check that low and high are not swapped and are no logs.")
    nearer = np.where(lower > 1, lower, np.where(upper < 1, upper, 1.0))
    return np.stack([_least(value), _least(nearer)], axis=-1)


def _least(ratio: np.ndarray) -> np.ndarray:
    away = np.maximum(ratio, 1 / ratio)
    return away + np.sqrt(away * (away - 1))


def _positive(given: ArrayLike, name: str) -> np.ndarray:
    try:
        values = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(f"{name} holds something that is not a number.") from None
    bad = int(np.sum(~(np.isfinite(values) & (values > 0))))
    if bad:
        raise DataError(f"{name} is missing, infinite or not above 0 in {bad} of {values.size} places. Give ratios, not logs or differences.")
    return values
