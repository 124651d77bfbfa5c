"""How a relation is tested: a hypothesis search over 200 examples, the same in every run, and entered in a list that a test counts.

`make test` takes a part of them, so that it stays within its minutes; `.ci/run`, and pytest by itself, take all.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PROMISED = 200
EXAMPLES = int(os.environ.get("EFFEKT_EXAMPLES") or PROMISED)
SEARCH = settings(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
RELATIONS: dict[str, str] = {}
FILTERS = ("error", "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")

seeds = st.integers(0, 10_000)
scales = st.floats(0.01, 100)


def relation(*drawn: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Decorate a test with the strategies that it draws from: it is searched as `SEARCH` says, and counts as one relation."""

    def searched(test: Callable[..., None]) -> Callable[..., None]:
        RELATIONS[test.__name__] = test.__module__
        return SEARCH(given(*drawn)(test))

    return searched


def shuffled(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The rows in another order, each with its old index."""
    return frame.sample(frac=1, random_state=seed)


def close(one: object, two: object, rel: float = 1e-8) -> None:
    """Assert that two numbers, or two arrays of numbers, are equal but for rounding."""
    np.testing.assert_allclose(np.asarray(two, dtype=float), np.asarray(one, dtype=float), rtol=rel, atol=1e-10)
