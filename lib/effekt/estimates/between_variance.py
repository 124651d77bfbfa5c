"""Estimators of tau2, the variance between units, under y_i ~ N(mean, v_i + tau2). Inputs: y (k), v (k, > 0). None is below 0."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from effekt.estimates.largest_root import largest_root

Estimator = Callable[[np.ndarray, np.ndarray], float]


def weighted_mean(y: np.ndarray, weights: np.ndarray) -> float:
    """The mean of y with these weights."""
    return float(weights @ y / weights.sum())


def generalised_q(y: np.ndarray, v: np.ndarray, tau2: float) -> float:
    """Sum of squared deviations from the mean, both weighted by 1 / (v + tau2)."""
    weights = 1 / (v + tau2)
    return float(weights @ (y - weighted_mean(y, weights)) ** 2)


def _none(y: np.ndarray, v: np.ndarray) -> float:
    return 0.0


def _dersimonian_laird(y: np.ndarray, v: np.ndarray) -> float:
    weights = 1 / v
    excess = generalised_q(y, v, 0.0) - (len(y) - 1)
    return max(0.0, float(excess / (weights.sum() - (weights**2).sum() / weights.sum())))


def _paule_mandel(y: np.ndarray, v: np.ndarray) -> float:
    return _root(lambda tau2: generalised_q(y, v, tau2) - (len(y) - 1), y, v)


def _maximum_likelihood(y: np.ndarray, v: np.ndarray) -> float:
    def score(tau2: float) -> float:
        weights = 1 / (v + tau2)
        return float((weights**2) @ (y - weighted_mean(y, weights)) ** 2 - weights.sum())

    return _root(score, y, v)


def _restricted_likelihood(y: np.ndarray, v: np.ndarray) -> float:
    def score(tau2: float) -> float:
        weights = 1 / (v + tau2)
        return float((weights**2) @ (y - weighted_mean(y, weights)) ** 2 - weights.sum() + (weights**2).sum() / weights.sum())

    return _root(score, y, v)


def _sidik_jonkman(y: np.ndarray, v: np.ndarray) -> float:
    first = float(np.var(y))
    return first * generalised_q(y, v, first) / (len(y) - 1) if first > 0 else 0.0


def _root(score: Callable[[float], float], y: np.ndarray, v: np.ndarray) -> float:
    return largest_root(score, float(np.var(y) * len(y) + v.max()) + 1e-12)


ESTIMATORS: dict[str, Estimator] = {
    "EE": _none,
    "DL": _dersimonian_laird,
    "PM": _paule_mandel,
    "REML": _restricted_likelihood,
    "ML": _maximum_likelihood,
    "SJ": _sidik_jonkman,
}
