"""From a coefficient and its standard error to an `Estimate`: normal, or t where degrees of freedom are given."""

from __future__ import annotations

import math
from typing import Any

from scipy.special import ndtr, ndtri, stdtr, stdtrit

from effekt.estimates.estimate import Estimate


def reach(level: float, df: float = math.inf) -> float:
    """The quantile by which a standard error is multiplied."""
    return float(ndtri((1 + level) / 2) if math.isinf(df) else stdtrit(df, (1 + level) / 2))


def two_sided(statistic: float, df: float = math.inf) -> float:
    """Two-sided p of a z or t statistic."""
    return float(2 * (ndtr(-abs(statistic)) if math.isinf(df) else stdtr(df, -abs(statistic))))


def ratio(log_value: float, se: float, *, level: float, df: float = math.inf, **fields: Any) -> Estimate:
    """A ratio from its log and the standard error of the log; se 0 gives no interval (caution perfect_fit)."""
    log_value, se = float(log_value), float(se)
    if not se > 0:
        return _bare("ratio", math.exp(log_value), level, fields)
    half = reach(level, df) * se
    value, low, high = (math.exp(log_value + part) for part in (0.0, -half, half))
    return Estimate("ratio", value, low, high, level=level, se=se, p=two_sided(log_value / se, df), **fields)


def difference(value: float, se: float, *, level: float, df: float = math.inf, scale: str = "difference", **fields: Any) -> Estimate:
    """A difference, or with another `scale` a level without a p-value, from its value and standard error."""
    value, se = float(value), float(se)
    if not se > 0:
        return _bare(scale, value, level, fields)
    half = reach(level, df) * se
    p = two_sided(value / se, df) if scale == "difference" else None
    return Estimate(scale, value, value - half, value + half, level=level, se=se, p=p, **fields)


def _bare(scale: str, value: float, level: float, fields: dict[str, Any]) -> Estimate:
    cautions = (*fields.pop("cautions", ()), "perfect_fit")
    return Estimate(scale, value, None, None, level=level, cautions=cautions, **fields)
