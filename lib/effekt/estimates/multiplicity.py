"""One primary outcome in several clusters: p-values that may be read side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from effekt.errors import DataError


def holm(p: Sequence[float]) -> np.ndarray:
    """Holm's adjusted p-values, in the order given: rejecting those below a level errs in any of them with at most that probability.

    The smallest p is multiplied by their number n, the next by n - 1, and so on; none becomes smaller than the one before it or larger
    than 1 [1]_. No assumption on how the tests hang together. Equal p-values get equal adjusted ones.

    p : numbers between 0 and 1, none missing (an effect that could not be estimated has no p: leave it out). Returns an array of that length.
    Raises DataError where one is missing or outside 0..1.

    Parameters
    ----------
    p : the p-values of one family, none missing, each from 0 to 1.

    Returns
    -------
    ndarray
        Adjusted p-values in the order given; none is above 1 or below the p-value it belongs to.

    Raises
    ------
    DataError
        A p-value is missing, not a number, or outside 0 to 1.

    References
    ----------
    .. [1] Holm (1979). Scand J Stat 6:65-70.
    """
    try:
        given = np.asarray(list(p), dtype=float)
    except (TypeError, ValueError):
        raise DataError("p must be numbers between 0 and 1; leave out what has no p-value.") from None
    outside = int((~((given >= 0) & (given <= 1))).sum())
    if outside:
        raise DataError(f"{outside} of {len(given)} p-values are missing or outside 0..1. Leave out what has no p-value.")
    order = np.argsort(given, kind="stable")
    stepped = np.maximum.accumulate(given[order] * (len(given) - np.arange(len(given))))
    adjusted = np.empty(len(given))
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted
