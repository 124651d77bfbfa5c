"""A table of coefficients with their standard errors, intervals and p-values."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from effekt.estimates.intervals import reach, two_sided


def coefficient_table(names: Sequence[str], estimates: np.ndarray, se: np.ndarray, *, level: float, df: float = math.inf) -> pd.DataFrame:
    """One row a coefficient: name, estimate, se, low, high, p; normal, or t where `df` is given. With se 0, p is 0 (1 for a coefficient of 0)."""
    half = reach(level, df) * se
    p = [two_sided(b / s, df) if s > 0 else float(b == 0) for b, s in zip(estimates.tolist(), se.tolist(), strict=True)]
    return pd.DataFrame({"name": list(names), "estimate": estimates, "se": se, "low": estimates - half, "high": estimates + half, "p": p})
