"""Poisson regression with log exposure by iteratively reweighted least squares, small and without imports that cost a second."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from effekt.errors import DataError

ITERATIONS = 100
TOLERANCE = 1e-11
INDEPENDENT = 1e-5


@dataclass(frozen=True)
class PoissonFit:
    """coefficients (p), fitted events mu (n) and bread, the inverse of X' diag(mu) X (p x p)."""

    coefficients: np.ndarray
    mu: np.ndarray
    bread: np.ndarray


def fit_poisson(design: np.ndarray, events: np.ndarray, exposure: np.ndarray, weights: np.ndarray | None = None) -> PoissonFit:
    """Maximum (quasi-)likelihood of log E[events] = log exposure + design @ coefficients.

    design : n x p; linearly dependent columns get the solution of least norm. events : n, >= 0, not all 0. exposure : n, > 0.
    weights : n, > 0 (default 1); bread is then the inverse of X' diag(weights x mu) X.
    Raises DataError where it does not converge, which means that some column separates the events from the rest.
    """
    prior = np.ones(len(events)) if weights is None else weights
    mu = (events + exposure * (events.sum() / exposure.sum())) / 2
    log_exposure = np.log(exposure)
    eta = np.log(mu)
    last = np.inf
    for _ in range(ITERATIONS):
        weight = prior * mu
        working = eta - log_exposure + (events - mu) / mu
        coefficients = _weighted_least_squares(design, working, weight)
        eta = np.clip(design @ coefficients + log_exposure, -500.0, 500.0)
        mu = np.exp(eta)
        deviance = 2 * float(prior @ (events * (np.log(np.where(events > 0, events, 1.0)) - eta) - (events - mu)))
        if abs(deviance - last) <= TOLERANCE * (abs(deviance) + 1.0):
            return PoissonFit(coefficients, mu, _inverse((design * (prior * mu)[:, None]).T @ design))
        last = deviance
    raise DataError("The Poisson model found no answer: some group has events in one period only. Use longer periods or larger groups.")


def _weighted_least_squares(design: np.ndarray, y: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Normal equations (a tenth of the work, and the iteration mends their rounding) where the columns are independent, else least norm."""
    weighted = design * weight[:, None]
    factor = _cholesky(weighted.T @ design)
    if factor is not None:
        return cho_solve(factor, weighted.T @ y, check_finite=False)
    root = np.sqrt(weight)
    return np.linalg.lstsq(design * root[:, None], y * root, rcond=1e-11)[0]


def _inverse(information: np.ndarray) -> np.ndarray:
    factor = _cholesky(information)
    if factor is not None:
        return cho_solve(factor, np.eye(len(information)), check_finite=False)
    return np.linalg.pinv(information, rcond=1e-13, hermitian=True)


def _cholesky(matrix: np.ndarray) -> tuple[np.ndarray, bool] | None:
    """The factor, or None where columns depend on each other. Columns are judged on their own scale."""
    scale = np.sqrt(np.diag(matrix))
    if not scale.min() > 0:
        return None
    try:
        factor = cho_factor(matrix / scale / scale[:, None], lower=True, check_finite=False)[0]
    except np.linalg.LinAlgError:
        return None
    return (factor * scale[:, None], True) if np.diag(factor).min() > INDEPENDENT else None


def two_way_dummies(unit: np.ndarray, period: np.ndarray) -> np.ndarray:
    """n x (units + periods - 1) columns of 0/1: every unit, every period but the first. Codes must run 0, 1, ... without holes."""
    units, periods = int(unit.max()) + 1, int(period.max()) + 1
    design = np.zeros((len(unit), units + periods - 1))
    rows = np.arange(len(unit))
    design[rows, unit] = 1.0
    later = period > 0
    design[rows[later], units + period[later] - 1] = 1.0
    return design
