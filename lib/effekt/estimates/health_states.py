"""EQ-5D health states as index values, with the Danish value sets of the three- and the five-level version.

The two sets come from different methods and are not on one scale: an index from one is never compared with an index from the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from effekt.errors import DataError

DIMENSIONS = ("mobility", "self_care", "usual_activities", "pain_discomfort", "anxiety_depression")
LEVELS = {"3L": 3, "5L": 5}
ANY_PROBLEM = {"3L": 0.114, "5L": 0.0}
DECREMENTS = {
    "3L": np.array([[0, 0.053, 0.411], [0, 0.063, 0.192], [0, 0.048, 0.144], [0, 0.062, 0.396], [0, 0.068, 0.367]]),
    "5L": np.array(
        [
            [0, 0.041, 0.054, 0.157, 0.220],
            [0, 0.035, 0.050, 0.144, 0.209],
            [0, 0.033, 0.040, 0.139, 0.174],
            [0, 0.048, 0.094, 0.381, 0.537],
            [0, 0.072, 0.191, 0.430, 0.618],
        ]
    ),
}


def eq5d(states: str | int | Sequence | np.ndarray | pd.Series | pd.DataFrame, version: Literal["3L", "5L"]) -> np.ndarray:
    """EQ-5D index values by the Danish value sets: 1 is full health, 0 is as bad as being dead, below 0 worse than dead.

    3L [1]_: time trade-off; 1 - 0.114 for any problem at all - the decrement of each dimension. 5L [2]_: hybrid model; 1 - the
    decrements, no constant. Values run from -0.624 (33333) and -0.758 (55555) to 1. Rounded to 3 decimals, as the sets are published.
    A state has no default version: 11121 has a value in both sets, and they differ.

    Parameters
    ----------
    states : n states, each five digits in the order mobility, self-care, usual activities, pain/discomfort, anxiety/depression: text or
        integers ("11121", 11121), or an n x 5 array or frame of levels. One single state gives a single number.
    version : "3L" (levels 1-3) or "5L" (levels 1-5).

    Returns
    -------
    ndarray
        n index values.

    Raises
    ------
    DataError
        A state is missing or incomplete, or has a level that the version lacks. A missing answer is no state: leave it out with its
        count, or impute it. The dead have no state: they count 0 where quality-adjusted life years are added up.

    References
    ----------
    .. [1] Wittrup-Jensen, Lauridsen, Gudex, Pedersen (2009). Scand J Public Health 37:459-466.
    .. [2] Jensen, Sorensen, Gudex, Jensen, Pedersen, Ehlers (2021). Appl Health Econ Health Policy 19:579-591.
    """
    if version not in LEVELS:
        raise DataError(f"version is {version!r}; it must be 3L or 5L. The two are never mixed.")
    if isinstance(states, str | int | np.integer):
        return _values(_from_codes([states], version), version)[0]
    given = states.to_numpy() if isinstance(states, pd.DataFrame | pd.Series) else np.asarray(states, dtype=object)
    if given.ndim == 2:
        return _values(_from_levels(given, version), version)
    return _values(_from_codes(list(given), version), version)


def _values(levels: np.ndarray, version: str) -> np.ndarray:
    lost = DECREMENTS[version][np.arange(len(DIMENSIONS)), levels - 1].sum(axis=1)
    return np.round(1.0 - lost - ANY_PROBLEM[version] * (levels > 1).any(axis=1), 3) + 0.0


def _from_codes(codes: list, version: str) -> np.ndarray:
    texts = [_digits(code) for code in codes]
    bad = np.array([len(text) != len(DIMENSIONS) or not text.isascii() or not text.isdigit() for text in texts], dtype=bool)
    if bad.any():
        raise DataError(
            f"{int(bad.sum())} of {len(codes)} states are missing or are not five digits. "
            "Leave out who did not answer all five questions, and say how many."
        )
    return _checked(np.array([[int(digit) for digit in text] for text in texts], dtype=np.int64).reshape(-1, len(DIMENSIONS)), version)


def _digits(code: object) -> str:
    if isinstance(code, float | np.floating) and float(code).is_integer():
        code = int(code)
    return str(code).strip()


def _from_levels(levels: np.ndarray, version: str) -> np.ndarray:
    if levels.shape[1] != len(DIMENSIONS):
        raise DataError(f"states has {levels.shape[1]} columns; five are needed: {', '.join(DIMENSIONS)}.")
    try:
        values = pd.DataFrame(levels).to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        raise DataError("states holds something that is not a number. Levels are the numbers 1 to 5.") from None
    bad = ~np.isfinite(values).all(axis=1)
    if bad.any():
        raise DataError(f"{int(bad.sum())} of {len(values)} states lack an answer. Leave out who did not answer all five, and say how many.")
    return _checked(values, version)


def _checked(levels: np.ndarray, version: str) -> np.ndarray:
    bad = ((levels < 1) | (levels > LEVELS[version]) | (levels != np.floor(levels))).any(axis=1)
    if bad.any():
        raise DataError(
            f"{int(bad.sum())} of {len(levels)} states have a level that EQ-5D-{version} does not have (1 to {LEVELS[version]}). "
            "Check which version the citizens answered."
        )
    return levels.astype(np.int64)
