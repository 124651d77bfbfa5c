"""Entropy balancing: the weights nearest to equal ones that give exactly the wanted means."""

from __future__ import annotations

import numpy as np

from effekt.errors import DataError

ITERATIONS = 500
TOLERANCE = 1e-11
ROUNDING = 1e-14


def entropy_weights(matrix: np.ndarray, target: np.ndarray, *, arm: str) -> np.ndarray:
    """Weights of the rows (n, > 0, sum 1) with weighted column means equal to `target`, of the largest entropy [1]_.

    matrix : n x q. target : q. arm : how the rows are called in an error. The weights are exp(matrix @ multipliers), normalised; the convex
    dual is solved by Newton's method with halved steps until every mean differs by less than 1e-11 standard deviations. Columns that
    follow from others change nothing. Raises DataError where no such weights exist: a wanted mean lies outside what the rows can be
    weighted to, or only a few rows could carry it.

    References
    ----------
    .. [1] Hainmueller (2012). Political Analysis 20:25-46.
    """
    spread = matrix.std(axis=0)
    gap = np.abs(matrix.mean(axis=0) - target)
    if (gap[spread == 0] > 1e-9 * (1 + np.abs(target[spread == 0]))).any():
        raise DataError(
            f"A covariate is the same for the whole {arm} arm but not for the other: no weights can balance it. "
            "Leave it out, or restrict the citizens."
        )
    z = (matrix - target)[:, spread > 0] / spread[spread > 0]
    multipliers = np.zeros(z.shape[1])
    value, weights = _dual(z, multipliers)
    for _ in range(ITERATIONS):
        gradient = weights @ z
        if np.max(np.abs(gradient), initial=0.0) < TOLERANCE:
            return weights
        hessian = (z * weights[:, None]).T @ z - np.outer(gradient, gradient)
        move = np.linalg.lstsq(hessian, -gradient, rcond=1e-13)[0]
        step = 1.0
        while step > 1e-8:
            new_value, new_weights = _dual(z, multipliers + step * move)
            if new_value <= value + 1e-4 * step * float(gradient @ move) + ROUNDING * max(1.0, abs(value)):
                break
            step /= 2
        multipliers, value, weights = multipliers + step * move, new_value, new_weights
        if np.max(np.abs(multipliers)) > 1e4 or step <= 1e-8:
            break
    raise DataError(
        f"No weights of the {arm} arm give the wanted means: its citizens do not overlap with the others on these covariates. "
        "Use fewer covariates, or only citizens of the kind that occurs in both arms."
    )


def _dual(z: np.ndarray, multipliers: np.ndarray) -> tuple[float, np.ndarray]:
    eta = z @ multipliers
    top = float(eta.max(initial=-np.inf)) if len(eta) else 0.0
    raw = np.exp(eta - top)
    total = raw.sum()
    return top + float(np.log(total)), raw / total
