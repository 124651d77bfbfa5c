"""Rates of small units drawn towards the common rate, and how much of what is seen is more than chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import gammainccinv, gammaincc, gammaincinv, gammaln, psi

from effekt.errors import DataError
from effekt.estimates import frames
from effekt.estimates.between_variance import ESTIMATORS

SHAPES = np.logspace(-3, 6, 91)
NO_SPREAD = 1e6


@dataclass(frozen=True)
class Shrunken:
    """What `shrink` found.

    units : frame, one row a unit in order of the units: unit, observed, expected, ratio, shrunk (posterior mean), low, high (posterior
        limits), reliability (0..1), p_above (posterior probability that the unit's ratio is above the common one).
    mean : the common ratio. tau2 : variance of the true ratios between units. shape : of their gamma distribution, mean^2 / tau2
        (None where the units differ by no more than chance). cautions : keys. facts : what they quote.
    """

    units: pd.DataFrame
    mean: float
    tau2: float
    shape: float | None
    cautions: tuple[str, ...] = ()
    facts: Mapping[str, float] = field(default_factory=dict)


def shrink(practices: pd.DataFrame, *, level: float = 0.95) -> Shrunken:
    """Empirical-Bayes ratios of observed to expected events: what is known of a unit, weighed against what is known of all.

    Observed events are Poisson with mean ratio x expected, the ratios gamma between units; its mean and shape by maximum likelihood (the
    negative binomial with log expected as offset, as `MASS::glm.nb` in R). The posterior of a unit is gamma(observed + shape, expected +
    shape / mean). `reliability` is tau2 / (tau2 + s^2) with s^2 = mean / expected, and is the weight of the unit's own ratio. The limits
    take mean and shape as known, and are a little too narrow with few units. A rank without them says nothing.

    Parameters
    ----------
    practices : one row a unit (more are added up): unit, observed (events, >= 0), expected (> 0).
    level : level of the interval, both ends included.

    Returns
    -------
    Shrunken
        Where the likelihood is greatest without any spread, tau2 is 0, every unit has the common ratio, low and high are those of the
        common ratio's exact Poisson interval, and the caution is no_variation. Fewer than ten units: caution few_units_compared.

    Raises
    ------
    DataError
        A column is missing, not a number or not in its range; fewer than two units; no events at all.

    References
    ----------
    .. [1] Clayton, Kaldor (1987). Biometrics 43:671-681.
    """
    frames.check_level(level)
    frames.require(practices, ["unit", "observed", "expected"], what="unit")
    code, units = frames.codes(practices, "unit")
    observed = np.bincount(code, frames.numbers(practices, "observed", minimum=0))
    expected = np.bincount(code, frames.numbers(practices, "expected", above=0))
    if len(units) < 2:
        raise DataError("One unit only: there are no others to draw it towards.")
    if observed.sum() == 0:
        raise DataError(f"None of the {len(units)} units has an event: no ratio is above 0.")
    cautions: tuple[str, ...] = ("few_units_compared",) if len(units) < 10 else ()
    shape = _shape(observed, expected)
    tail = (1 - level) / 2
    if shape is None:
        mean = float(observed.sum() / expected.sum())
        total = float(observed.sum())
        ends = float(gammaincinv(total, tail)) / expected.sum(), float(gammainccinv(total + 1, tail)) / expected.sum()
        columns = {"shrunk": mean, "low": ends[0], "high": ends[1], "reliability": 0.0, "p_above": 0.5}
        tau2, cautions = 0.0, (*cautions, "no_variation")
    else:
        mean = _mean(observed, expected, shape)
        tau2 = mean**2 / shape
        a, rate = observed + shape, expected + shape / mean
        columns = {
            "shrunk": a / rate, "low": gammaincinv(a, tail) / rate, "high": gammainccinv(a, tail) / rate,
            "reliability": expected / rate, "p_above": gammaincc(a, rate * mean),
        }  # fmt: skip
    table = pd.DataFrame({"unit": units, "observed": observed, "expected": expected, "ratio": observed / expected, **columns})
    return Shrunken(table, mean, tau2, shape, cautions, {"n_units": len(units)})


def reliability(effects: pd.DataFrame, *, tau2: float | None = None) -> pd.DataFrame:
    """Share of the variation of each unit's estimate that is more than its own chance error: tau2 / (tau2 + se^2).

    Parameters
    ----------
    effects : one row a unit: unit, estimate, se (> 0; both of the log for ratios).
    tau2 : variance between units (>= 0); by REML from the frame where it is not given (two units at least).

    Returns
    -------
    DataFrame
        unit, reliability, in the order given. Above 0.7 units can be told apart, above 0.9 a single unit can be judged, by custom [1]_.

    Raises
    ------
    DataError
        A column is missing or not in its range; tau2 is negative; one unit only and no tau2.

    References
    ----------
    .. [1] Adams (2009). The Reliability of Provider Profiling. RAND TR-653.
    """
    frames.require(effects, ["unit", "estimate", "se"], what="unit")
    frames.codes(effects, "unit")
    y, v = frames.numbers(effects, "estimate"), frames.numbers(effects, "se", above=0) ** 2
    if tau2 is None:
        if len(y) < 2:
            raise DataError("One unit only: give tau2, or more units to find it from.")
        tau2 = ESTIMATORS["REML"](y, v)
    if not (np.isfinite(tau2) and tau2 >= 0):
        raise DataError("tau2 must be a number of at least 0.")
    return pd.DataFrame({"unit": effects["unit"].to_numpy(), "reliability": tau2 / (tau2 + v)})


def _mean(observed: np.ndarray, expected: np.ndarray, shape: float) -> float:
    """The mean that maximises the likelihood for this shape."""
    low, high = 1e-12 * observed.sum() / expected.sum(), 2 * float((observed / expected).max())
    return float(brentq(lambda mean: float(np.sum((observed - mean * expected) / (1 + mean * expected / shape))), low, high, xtol=1e-15, rtol=1e-14))


def _slope(observed: np.ndarray, expected: np.ndarray, shape: float) -> float:
    """Derivative of the log likelihood in the shape, at the best mean for it (where sum (mu - observed) / (shape + mu) is 0)."""
    mu = _mean(observed, expected, shape) * expected
    return float(np.sum(psi(observed + shape) - psi(shape) - np.log1p(mu / shape)))


def _likelihood(observed: np.ndarray, expected: np.ndarray, shape: float) -> float:
    mu = _mean(observed, expected, shape) * expected
    terms = gammaln(observed + shape) - gammaln(shape) + observed * np.log(mu / (shape + mu)) + shape * np.log(shape / (shape + mu))
    return float(terms.sum())


def _shape(observed: np.ndarray, expected: np.ndarray) -> float | None:
    """The shape of greatest likelihood; None where it has no bound: the units differ by no more than chance."""
    slopes = [_slope(observed, expected, shape) for shape in SHAPES]
    peaks = [(SHAPES[i], SHAPES[i + 1]) for i in range(len(SHAPES) - 1) if slopes[i] > 0 >= slopes[i + 1]]
    if not peaks:
        return None
    roots = [float(brentq(lambda shape: _slope(observed, expected, shape), *ends, xtol=1e-14, rtol=1e-14)) for ends in peaks]
    best = max(roots, key=lambda shape: _likelihood(observed, expected, shape))
    return best if best < NO_SPREAD else None
