"""The false discovery rate over many p-values (Benjamini and Hochberg)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from effekt.errors import DataError


def benjamini_hochberg(p: Sequence[float] | np.ndarray | pd.Series) -> np.ndarray:
    """Adjusted p-values that hold the expected share of false discoveries, in the order given.

    Step-up: the adjusted p of the i-th smallest of m is the least over j >= i of m p_(j) / j, at most 1. A hypothesis is rejected at a
    false discovery rate of 5% where its adjusted p is <= 0.05. The rate is held for independent and for positively dependent tests [1]_.

    Parameters
    ----------
    p : m p-values, each from 0 to 1. Equal ones get equal adjusted values. An empty sequence gives an empty array.

    Returns
    -------
    ndarray
        m adjusted p-values, as R's `p.adjust(p, "BH")`.

    Raises
    ------
    DataError
        A p-value is missing, not a number or outside 0 to 1.

    References
    ----------
    .. [1] Benjamini, Hochberg (1995). J R Stat Soc B 57:289-300. Benjamini, Yekutieli (2001). Ann Stat 29:1165-1188.
    """
    try:
        given = np.asarray(p, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError("p holds something that is not a number. Give a sequence of p-values.") from None
    if given.ndim != 1:
        raise DataError(f"p has {given.ndim} dimensions; a plain sequence of p-values is needed.")
    bad = ~((given >= 0) & (given <= 1))
    if bad.any():
        raise DataError(f"{int(bad.sum())} of {len(given)} p-values are missing or not between 0 and 1. Leave out what was not tested.")
    m = len(given)
    order = np.argsort(given, kind="stable")[::-1]
    adjusted = np.empty(m)
    adjusted[order] = np.minimum(np.minimum.accumulate(given[order] * m / np.arange(m, 0, -1)), 1.0)
    return adjusted
