"""How much units differ beyond chance: systematic component of variation, median odds ratio, intraclass correlation."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy.optimize import brentq, minimize
from scipy.special import expit, log_expit, logsumexp, ndtri
from scipy.stats import chi2

from effekt.errors import DataError
from effekt.estimates import claims, frames
from effekt.estimates.estimate import Estimate
from effekt.estimates.intervals import reach

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(41)
LOG_WEIGHTS = np.log(WEIGHTS) - 0.5 * math.log(2 * math.pi) + NODES**2 / 2
ZERO, LARGEST = 1e-4, 50.0


def systematic_component(practices: pd.DataFrame, *, level: float = 0.95) -> Estimate:
    """Variance of the units' true ratios of observed to expected events, after chance is taken out (McPherson's SCV, not times 100).

    The mean over the units of (O - E)^2 / E^2 - 1 / E. It can be negative, and then there is no more variation than chance gives
    (caution no_variation). Values times 100 above 3 to 5 are usually called notable, above 10 high. The standard error leaves out
    one unit at a time (jackknife), the interval is normal.

    Parameters
    ----------
    practices : one row a unit (more are added up): unit, observed (events, >= 0), expected (> 0; of the same people, sum(O) about sum(E)).
    level : level of the interval, both ends included.

    Returns
    -------
    Estimate
        scale index; claim descriptive.

    Raises
    ------
    DataError
        A column is missing, not a number or not in its range; fewer than two units.

    References
    ----------
    .. [1] McPherson, Wennberg, Hovind, Clifford (1982). N Engl J Med 307:1310-1314.
    """
    frames.check_level(level)
    frames.require(practices, ["unit", "observed", "expected"], what="unit")
    code, units = frames.codes(practices, "unit")
    observed = np.bincount(code, frames.numbers(practices, "observed", minimum=0))
    expected = np.bincount(code, frames.numbers(practices, "expected", above=0))
    k = len(units)
    if k < 2:
        raise DataError("One unit only: it cannot differ from others.")
    parts = (observed - expected) ** 2 / expected**2 - 1 / expected
    value, se = float(parts.mean()), float(parts.std(ddof=1) / math.sqrt(k))
    cautions = (("few_units_compared",) if k < 10 else ()) + (("no_variation",) if value <= 0 else ())
    half = reach(level) * se
    grade = claims.level_only()
    counted = int(round(observed.sum())) if np.array_equal(observed, np.round(observed)) else None
    return frames.named(
        Estimate(
            "index", value, value - half, value + half, "systematic_component", grade.claim, level=level, se=se, n_events=counted, cautions=cautions,
            reasons=grade.reasons, facts={"n_units": k},
        ),
        practices,
    )  # fmt: skip


def median_odds_ratio(practices: pd.DataFrame, *, level: float = 0.95) -> Estimate:
    """Median ratio of the odds of two citizens alike in two units drawn at random, the unit with the higher odds over the other.

    exp(sqrt(2) z_.75 sigma) with sigma the standard deviation of the units' log odds, from a logistic model with a normal random effect
    of the unit and no covariates, by maximum likelihood with 41-point adaptive Gauss-Hermite quadrature (as `lme4::glmer(cbind(observed,
    n - observed) ~ 1 + (1 | unit), family = binomial, nAGQ = 25)`). 1 is no difference between units. The interval is the profile
    likelihood's; p tests sigma = 0 with the half-half mixture of chi-square 0 and 1.

    Parameters
    ----------
    practices : one row a unit (more are added up): unit, observed (citizens with the event, >= 0), n (citizens, whole, >= observed, > 0).
    level : level of the interval, both ends included.

    Returns
    -------
    Estimate
        scale ratio; facts icc (intraclass correlation on the latent scale, sigma^2 / (sigma^2 + pi^2 / 3)), tau2 (sigma^2), n_units.
        Where the likelihood is greatest at sigma 0 the value and low are 1 and the caution is no_variation. `se` is None.

    Raises
    ------
    DataError
        A column is missing or not in its range; fewer than two units; nobody or everybody has the event.

    References
    ----------
    .. [1] Larsen, Merlo (2005). Am J Epidemiol 161:81-88. Self, Liang (1987). J Am Stat Assoc 82:605-610.
    """
    frames.check_level(level)
    frames.require(practices, ["unit", "observed", "n"], what="unit")
    code, units = frames.codes(practices, "unit")
    y = np.bincount(code, frames.numbers(practices, "observed", minimum=0))
    n = np.bincount(code, frames.numbers(practices, "n", above=0))
    if (y > n).any() or not np.array_equal(y, np.round(y)) or not np.array_equal(n, np.round(n)):
        raise DataError("observed and n must be whole numbers of citizens, and observed at most n, in every unit.")
    if len(units) < 2:
        raise DataError("One unit only: it cannot differ from others.")
    if y.sum() == 0 or y.sum() == n.sum():
        raise DataError(f"{'Nobody' if y.sum() == 0 else 'Everybody'} in the {len(units)} units has the event: there are no odds to compare.")
    sigma, top = _fit(y, n)
    null = -_negative(np.array([_logit(y, n), 0.0]), y, n)[0]
    bar = top - chi2.ppf(level, 1) / 2

    def profile(size: float) -> float:
        return _best_mean(size, y, n) - bar

    low = 0.0 if null >= bar or sigma <= ZERO else float(brentq(profile, 0.0, sigma, xtol=1e-10))
    above = max(2 * sigma, 0.1)
    while above < LARGEST and profile(above) > 0:
        above *= 2
    high = float(brentq(profile, sigma, above, xtol=1e-10)) if above < LARGEST else None
    flat = sigma <= ZERO
    held = {"few_units_compared": len(units) < 10, "no_variation": flat, "interval_unbounded": high is None}
    cautions = tuple(caution for caution, holds in held.items() if holds)
    variance = 0.0 if flat else sigma**2
    grade = claims.level_only()
    ratio = [None if size is None else math.exp(math.sqrt(2) * float(ndtri(0.75)) * size) for size in (0.0 if flat else sigma, low, high)]
    return frames.named(
        Estimate(
            "ratio", *ratio, "median_odds_ratio", grade.claim, level=level, p=1.0 if flat else float(chi2.sf(2 * max(top - null, 0.0), 1)) / 2,
            n_citizens=int(n.sum()), n_events=int(y.sum()), cautions=cautions, reasons=grade.reasons,
            facts={"icc": variance / (variance + math.pi**2 / 3), "tau2": variance, "n_units": len(units)},
        ),
        practices,
    )  # fmt: skip


def _logit(y: np.ndarray, n: np.ndarray) -> float:
    return math.log(y.sum() / (n.sum() - y.sum()))


def _negative(parameters: np.ndarray, y: np.ndarray, n: np.ndarray) -> tuple[float, np.ndarray]:
    """Minus the log likelihood at (mean, sigma), and its gradient; the binomial coefficients are left out."""
    mean, sigma = float(parameters[0]), float(parameters[1])
    mode = np.zeros(len(y))
    for _ in range(60):
        share = expit(mean + sigma * mode)
        step = (sigma * (y - n * share) - mode) / (1 + sigma**2 * n * share * (1 - share))
        mode = mode + np.clip(step, -2.0, 2.0)
        if np.max(np.abs(step)) < 1e-12:
            break
    share = expit(mean + sigma * mode)
    spread = 1 / np.sqrt(1 + sigma**2 * n * share * (1 - share))
    effect = mode[:, None] + spread[:, None] * NODES
    eta = mean + sigma * effect
    terms = y[:, None] * log_expit(eta) + (n - y)[:, None] * log_expit(-eta) - effect**2 / 2 + LOG_WEIGHTS + np.log(spread)[:, None]
    each = logsumexp(terms, axis=1)
    posterior = np.exp(terms - each[:, None])
    residual = y[:, None] - n[:, None] * expit(eta)
    gradient = np.array([np.sum(posterior * residual), np.sum(posterior * residual * effect)])
    return -float(each.sum()), -gradient


def _fit(y: np.ndarray, n: np.ndarray) -> tuple[float, float]:
    """sigma of greatest likelihood and that likelihood."""
    share = (y + 0.5) / (n + 1)
    first = max(0.05, float(np.std(np.log(share / (1 - share)))))
    found = [
        minimize(_negative, [_logit(y, n), size], args=(y, n), jac=True, method="L-BFGS-B", bounds=[(None, None), (0.0, LARGEST)],
                 options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 500})
        for size in (first, 0.3 * first)
    ]  # fmt: skip
    best = min(found, key=lambda result: result.fun)
    return float(best.x[1]), -float(best.fun)


def _best_mean(sigma: float, y: np.ndarray, n: np.ndarray) -> float:
    """The greatest log likelihood over the mean for this sigma."""

    def slope(mean: float) -> float:
        return float(_negative(np.array([mean, sigma]), y, n)[1][0])

    centre, width = _logit(y, n), 1.0 + sigma
    while slope(centre - width) > 0 or slope(centre + width) < 0:
        width *= 2
    return -_negative(np.array([float(brentq(slope, centre - width, centre + width, xtol=1e-12)), sigma]), y, n)[0]
