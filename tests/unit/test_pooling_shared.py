"""Pooling effects that share an error: how many degrees of freedom the interval of the mean has."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from effekt import estimates


def effects(*rows: tuple[str, float, float]) -> pd.DataFrame:
    """unit, estimate, se."""
    return pd.DataFrame(rows, columns=["unit", "estimate", "se"])


def test_a_shared_error_brings_its_own_degrees_of_freedom_to_the_interval_of_the_mean() -> None:
    """The spread between units is known from k - 1; the error they share from many citizens (Welch and Satterthwaite)."""
    y, se, common = [0.1, 0.3, -0.2, 0.0], np.sqrt(np.array([0.04, 0.01, 0.09, 0.02]) + 0.02), 0.02
    found = estimates.pool(effects(*zip("abcd", y, se, strict=True)), tau2="REML", test="hksj", shared_variance=common)
    own = found.se**2 - common
    df = found.se**4 / (own**2 / 3)
    assert found.effect.facts["df"] == pytest.approx(df) and df > 3
    assert found.high - found.estimate == pytest.approx(stats.t.ppf(0.975, df) * found.se)
    assert found.effect.p == pytest.approx(2 * stats.t.sf(abs(found.estimate) / found.se, df))
    assert found.prediction.df == 3
    apart = estimates.pool(effects(*zip("abcd", y, se, strict=True)), tau2="REML", test="hksj")
    assert apart.effect.facts["df"] == 3
