"""What every result of an estimator must hold: known keys, the words for them, no NaN anywhere, an interval around its value."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from effekt.estimates import keys
from effekt.estimates.estimate import Estimate


def estimates_in(found: Any) -> Iterator[Estimate]:
    """Every `Estimate` inside a result."""
    for part in _parts(found):
        if isinstance(part, Estimate):
            yield part


def check(found: Any) -> Any:
    """Assert that a result is sound, and hand it back."""
    for part in _parts(found):
        if isinstance(part, Estimate):
            _check_estimate(part)
        elif isinstance(part, float | np.floating):
            assert not math.isnan(part), "a NaN is shown as a number"
        elif isinstance(part, pd.DataFrame | pd.Series | np.ndarray):
            frame = pd.DataFrame(part)
            for _, column in frame.items():
                shown = [value for value in column if isinstance(value, float) and math.isnan(value)]
                assert not shown, "a NaN is shown in a frame"
    cautions = getattr(found, "cautions", ())
    keys.check(cautions=tuple(cautions))
    return found


def _check_estimate(estimate: Estimate) -> None:
    keys.check(
        contrast=estimate.contrast, method=estimate.method, reasons=estimate.reasons, cautions=estimate.cautions, facts=tuple(estimate.facts)
    )
    assert all(math.isfinite(value) for value in estimate.facts.values())
    if estimate.value is None:
        assert estimate.claim == "descriptive" and estimate.cautions
    elif estimate.low is not None and estimate.high is not None:
        assert estimate.low <= estimate.value <= estimate.high


def _parts(found: Any) -> Iterator[Any]:
    yield found
    if isinstance(found, Estimate):
        return
    if dataclasses.is_dataclass(found) and not isinstance(found, type):
        for field in dataclasses.fields(found):
            yield from _parts(getattr(found, field.name))
    elif isinstance(found, Mapping):
        for value in found.values():
            yield from _parts(value)
    elif isinstance(found, list | tuple):
        for value in found:
            yield from _parts(value)
