"""Meta-regression: whether what is known of the units explains why their effects differ."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import chdtrc, fdtrc

from effekt.errors import DataError
from effekt.estimates import covariates as columns
from effekt.estimates import frames, intervals
from effekt.estimates.estimate import Estimate
from effekt.estimates.glm import check_rank
from effekt.estimates.largest_root import largest_root
from effekt.estimates.pooling import Tau2, Test

ESTIMATORS = ("REML", "DL", "PM", "ML", "SJ", "EE")


@dataclass(frozen=True)
class Moderated:
    """What `meta_regression` found, on the scale of the frame (logs for ratios).

    coefficients : frame name, estimate, se, low, high, p. estimate, se, low, high : the same as Series by name. tau2 : variance between units
    that is left. tau2_without : the same without covariates. r2 : per cent of it that the covariates explain (never below 0; None where there
    was none). i2 : per cent of the unexplained variance that lies between units. q, q_p : residual heterogeneity (df k - p).
    qm, qm_p : test of all covariates together. blups, prediction : frames unit, estimate, se, low, high, of the units' own effects, and of a
    new unit with the same covariates (this one also df). moderators : name -> Estimate of a coefficient (a ratio where scale is ratio).
    """

    coefficients: pd.DataFrame
    estimate: pd.Series
    se: pd.Series
    low: pd.Series
    high: pd.Series
    tau2: float
    tau2_without: float
    r2: float | None
    i2: float
    q: float
    q_p: float
    qm: float
    qm_p: float
    blups: pd.DataFrame
    prediction: pd.DataFrame
    moderators: dict[str, Estimate]


def meta_regression(
    effects: pd.DataFrame, *, covariates: Iterable[str], tau2: Tau2 = "REML", test: Test = "hksj", level: float = 0.95, scale: str = "ratio"
) -> Moderated:
    """How much the units' effects differ by what is known of the units (mixed-effects meta-regression).

    y_i ~ N(x_i b, v_i + tau2), with an intercept, weights 1 / (v_i + tau2). tau2: REML, ML and PM by root-finding, DL, SJ (started at the
    variance of y with divisor k), EE (0). test "z": normal quantiles, qm chi-square. test "hksj" (the default, as in `pool`): covariance times
    the weighted residual mean square (Knapp and Hartung, not truncated), t(k - p), qm / m as F(m, k - p). i2 = 100 tau2 / (tau2 + typical
    variance), typical = (k - p) / trace of P at tau2 = 0; for EE from q. These are metafor's conventions [1]_.

    Parameters
    ----------
    effects : DataFrame
        One row a unit: unit, estimate, se (log scale for ratios, > 0), and the columns of `covariates` (see `covariates.build`).
    scale : ratio (estimates are logs) or difference: the scale of `moderators`.
    tau2, test : as in `pool`.
    level : level of the interval, both ends included.

    Returns
    -------
    Moderated
        Claim of the moderators: descriptive, whatever the effects are: units that differ in one thing differ in others too. Caution
        few_units_pooled below 10 units a covariate.

    Raises
    ------
    DataError
        A column is missing or not finite, se not above 0, a unit occurs twice, a covariate does not vary or follows from others, or there are
        not more units than coefficients.

    References
    ----------
    .. [1] Viechtbauer (2010). J Stat Softw 36(3). Knapp, Hartung (2003). Stat Med 22:2693-2710.
    """
    frames.check_level(level)
    if tau2 not in ESTIMATORS or test not in ("z", "hksj") or scale not in ("ratio", "difference"):
        raise DataError(f"tau2 must be one of {', '.join(ESTIMATORS)}, test z or hksj, scale ratio or difference.")
    frames.require(effects, ("unit", "estimate", "se"), what="unit")
    y, v = frames.numbers(effects, "estimate"), frames.numbers(effects, "se", above=0) ** 2
    unit = [str(name) for name in effects["unit"]]
    if len(set(unit)) < len(unit):
        raise DataError(f"{len(unit) - len(set(unit))} units occur more than once among the effects. One effect a unit.")
    given = columns.build(effects, covariates, what="unit")
    if not given.names:
        raise DataError("covariates is empty. Use pool where nothing is to explain the differences.")
    x, names = columns.with_intercept(given, len(y))
    k, p = x.shape
    if k <= p:
        raise DataError(f"There are {k} units for {p} coefficients. Use fewer covariates, or pool the units.")
    check_rank(x, names, where="the effects")
    between = _between(y, v, x, tau2)
    solved = _Solved(y, v + between, x)
    df = float(k - p) if test == "hksj" else math.inf
    covariance = solved.covariance * (solved.rss / (k - p) if test == "hksj" else 1.0)
    se, reach = np.sqrt(np.diag(covariance)), intervals.reach(level, df)
    wald = float(solved.b[1:] @ np.linalg.solve(covariance[1:, 1:], solved.b[1:])) if (se > 0).all() else 0.0
    fixed = _Solved(y, v, x)
    q = fixed.rss
    typical = (k - p) / float(np.trace(fixed.projection))
    without = _between(y, v, np.ones((k, 1)), tau2)
    table = pd.DataFrame(
        {"name": names, "estimate": solved.b, "se": se, "low": solved.b - reach * se, "high": solved.b + reach * se,
         "p": [intervals.two_sided(b / s, df) if s > 0 else 1.0 for b, s in zip(solved.b, se, strict=True)]}
    )  # fmt: skip
    indexed = table.set_index("name")
    fitted = x @ solved.b
    line = np.einsum("ij,jk,ik->i", x, covariance, x)
    kept = between / (between + v)
    i2 = 100 * between / (between + typical) if tau2 != "EE" else 100 * max(0.0, (q - (k - p)) / q if q > 0 else 0.0)
    return Moderated(
        coefficients=table, estimate=indexed["estimate"], se=indexed["se"], low=indexed["low"], high=indexed["high"], tau2=between,
        tau2_without=without,
        r2=100 * max(0.0, (without - between) / without) if without > 0 else None, i2=float(i2), q=q, q_p=float(chdtrc(k - p, q)),
        qm=wald / (p - 1) if test == "hksj" else wald, qm_p=float(fdtrc(p - 1, k - p, wald / (p - 1)) if test == "hksj" else chdtrc(p - 1, wald)),
        blups=_frame(unit, kept * y + (1 - kept) * fitted, np.sqrt(kept * v + (1 - kept) ** 2 * line), reach),
        prediction=_frame(unit, fitted, np.sqrt(line + between), reach).assign(df=df),
        moderators={
            name: _moderator(effects, solved.b[j], se[j], df, k, p, test, tau2, scale, level, between, float(i2)) for j, name in enumerate(names) if j
        },
    )  # fmt: skip


class _Solved:
    """Weighted least squares with weights 1 / variance: b, covariance, rss (weighted), projection P."""

    def __init__(self, y: np.ndarray, variance: np.ndarray, x: np.ndarray) -> None:
        w = 1 / variance
        self.covariance = np.linalg.inv((x * w[:, None]).T @ x)
        self.b = self.covariance @ (x.T @ (w * y))
        self.projection = np.diag(w) - (x * w[:, None]) @ self.covariance @ (x * w[:, None]).T
        self.rss = float(w @ (y - x @ self.b) ** 2)


def _between(y: np.ndarray, v: np.ndarray, x: np.ndarray, method: str) -> float:
    k, p = x.shape
    if method == "EE":
        return 0.0
    if method == "DL":
        fixed = _Solved(y, v, x)
        return max(0.0, (fixed.rss - (k - p)) / float(np.trace(fixed.projection)))
    if method == "SJ":
        first = float(np.var(y))
        return first * _Solved(y, v + first, x).rss / (k - p) if first > 0 else 0.0

    def score(between: float) -> float:
        solved = _Solved(y, v + between, x)
        if method == "PM":
            return solved.rss - (k - p)
        pull = solved.projection @ y
        return float(pull @ pull) - float(np.trace(solved.projection) if method == "REML" else np.sum(1 / (v + between)))

    return largest_root(score, float(np.var(y) * k + v.max()))


def _frame(unit: list[str], value: np.ndarray, error: np.ndarray, reach: float) -> pd.DataFrame:
    return pd.DataFrame({"unit": unit, "estimate": value, "se": error, "low": value - reach * error, "high": value + reach * error})


def _moderator(
    effects: pd.DataFrame, b: float, se: float, df: float, k: int, p: int, test: str, tau2: str, scale: str, level: float, between: float, i2: float
) -> Estimate:
    make: Any = intervals.ratio if scale == "ratio" else intervals.difference
    facts = {"k": k, "tau2": between, "i2": i2} | ({"df": df} if test == "hksj" else {})
    made = make(
        b, se, df=df, level=level, method=f"meta_regression_{test}", claim="descriptive", contrast="group_group", reasons=("units_may_differ",),
        cautions=("few_units_pooled",) if k < 10 * (p - 1) else (), facts=facts,
    )  # fmt: skip
    return frames.named(made, effects)
