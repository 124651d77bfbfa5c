"""What effects share that were measured against the same comparison group."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from effekt.errors import DataError

MOST_SHARED = 0.9


def shared_variance(changes: Iterable[Any]) -> float:
    """Mean covariance between the log effects of units that were each compared with the same comparison group.

    The covariance of two effects is the sum over the citizens in both of the product of their influences; the mean is over all pairs of
    units whose effect has a value, never below 0 and never above nine tenths of the smallest of their variances.

    Parameters
    ----------
    changes : results with `influence` (Series, citizen_id -> influence on the log effect), as from `controlled_time_series`.

    Returns
    -------
    float
        On the log scale; 0 with fewer than two units whose effect has a value.

    Raises
    ------
    DataError
        A result with a value has no influences.
    """
    given = list(changes)
    answered = [change for change in given if not hasattr(change, "effect") or change.effect.value is not None]
    if not all(hasattr(change, "influence") and hasattr(change, "effect") for change in answered):
        raise DataError("A result has no influences of citizens. Give results of controlled_time_series.")
    told = [change.influence for change in answered]
    if len(told) < 2:
        return 0.0
    table = pd.concat(told, axis=1, keys=range(len(told))).fillna(0.0).to_numpy()
    products = table.T @ table
    shared = float(products[~np.eye(len(told), dtype=bool)].mean())
    return min(max(0.0, shared), MOST_SHARED * float(np.diag(products).min()))
