"""Cluster-robust standard errors of one linear combination: CR0, CR1 and CR2 with Satterthwaite degrees of freedom."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

DIRECT = 1000


class ClusterError(NamedTuple):
    """A standard error and the degrees of freedom of its t distribution (inf = normal); None where the frame does not tell them."""

    se: float | None
    df: float | None


def cluster_errors(
    design: np.ndarray,
    residuals: np.ndarray,
    groups: np.ndarray,
    contrast: np.ndarray,
    *,
    weights: np.ndarray | None = None,
    working_variance: np.ndarray | None = None,
    counted: int | None = None,
    bread: np.ndarray | None = None,
    scalar: bool = False,
) -> dict[str, ClusterError]:
    """CR0, CR1 and CR2 of `contrast` @ coefficients of a (weighted) least-squares fit.

    design : n x K. residuals : n. groups : n integer codes 0..G-1. contrast : K. weights : n (default 1).
    working_variance : n, diagonal of the covariance under which CR2 is exactly unbiased (default 1, also when weights are given, as in
    clubSandwich for lm; for a generalised linear model give the inverse of its working weights).
    counted : number of parameters K in CR1's factor G/(G-1) x (n-1)/(n-K); default the rank of the design, fixed effects included.
    bread : K x K inverse of X' W X, where the caller has it.
    scalar : True scales each group's sum by one number that makes its square unbiased under the working variance, instead of its residuals by
    the symmetric root of a matrix: much less work for groups of many rows, the same aim; `cr2` is then that.

    CR0 has no factor and df inf; CR1 has df G-1; CR2 is Bell and McCaffrey's, with the symmetric generalised square root and the
    degrees of freedom of Pustejovsky and Tipton [1]_. A singular adjustment (a group with its own effect) takes the pseudo-inverse.

    References
    ----------
    .. [1] Pustejovsky, Tipton (2018). J Bus Econ Stat 36:672-683.
    """
    n = len(residuals)
    w = np.ones(n) if weights is None else weights
    phi = np.ones(n) if working_variance is None else working_variance
    if bread is None:
        bread = np.linalg.pinv((design * w[:, None]).T @ design, rcond=1e-12, hermitian=True)
    rank = int(np.linalg.matrix_rank(design * np.sqrt(w)[:, None])) if counted is None else counted
    groups_n = int(groups.max()) + 1
    direction = bread @ contrast
    projected = design * w[:, None]
    middle = bread @ ((projected * phi[:, None]).T @ projected) @ bread
    plain, adjusted, own = np.zeros(groups_n), np.zeros(groups_n), np.zeros(groups_n)
    left, right = np.zeros((groups_n, design.shape[1])), np.zeros((groups_n, design.shape[1]))
    blocks = []
    if groups_n < n:
        order = np.argsort(groups, kind="stable")
        blocks = np.split(order, np.searchsorted(groups[order], np.arange(1, groups_n)))
    else:
        hat = w * phi * np.einsum("ij,ij->i", design @ bread, design)
        spread = phi - 2 * hat + np.einsum("ij,ij->i", design @ middle, design)
        load = w * (design @ direction)
        a = load * np.where(spread > 1e-10 * phi, phi / np.sqrt(np.maximum(phi * spread, 1e-300)), 0.0)
        plain[groups], adjusted[groups], own[groups] = load * residuals, a * residuals, phi * a**2
        left[groups], right[groups] = (design * a[:, None]) @ bread, projected * (phi * a)[:, None]
    for g, rows in enumerate(blocks):
        x, wg, e, root = design[rows], w[rows], residuals[rows], np.sqrt(phi[rows])
        load = wg * (x @ direction)
        plain[g] = load @ e
        if scalar:
            toward, back = x.T @ load, x.T @ (wg * phi[rows] * load)
            kept, whole = load @ (phi[rows] * load) - 2 * toward @ bread @ back + toward @ middle @ toward, load @ (phi[rows] * load)
            a = load * (math.sqrt(whole / kept) if kept > 1e-10 * whole else 0.0)
        else:
            hat = x @ bread @ (x * (wg * phi[rows])[:, None]).T
            spread = np.diag(phi[rows]) - hat - hat.T + x @ middle @ x.T
            a = root * (_inverse_root(root[:, None] * spread * root[None, :]) @ (root * load))
        adjusted[g] = a @ e
        own[g] = a @ (phi[rows] * a)
        left[g] = bread @ (x.T @ a)
        right[g] = x.T @ (wg * phi[rows] * a)
    trace, square = _gram(own, left, right, (projected * phi[:, None]).T @ projected)
    df = trace**2 / square if square > 0 else None
    factor = groups_n / (groups_n - 1) * (n - 1) / (n - rank) if groups_n > 1 and n > rank else None
    variance = float(plain @ plain)
    return {
        "cr0": ClusterError(math.sqrt(variance), math.inf),
        "cr1": ClusterError(None if factor is None else math.sqrt(variance * factor), groups_n - 1),
        "cr2": ClusterError(math.sqrt(float(adjusted @ adjusted)), df),
    }


def _gram(own: np.ndarray, left: np.ndarray, right: np.ndarray, meat: np.ndarray) -> tuple[float, float]:
    """Trace and sum of squares of diag(own) - right left' - left right' + left meat left', without the G x G matrix where G is large."""
    first, second = np.hstack([-right, -left, left @ meat]), np.hstack([left, right, left])
    if len(own) <= DIRECT:
        gram = np.diag(own) + first @ second.T
        return float(np.trace(gram)), float(np.sum(gram**2))
    diagonal = np.einsum("ij,ij->i", first, second)
    square = float(own @ own + 2 * own @ diagonal + np.sum((first.T @ first) * (second.T @ second).T))
    return float((own + diagonal).sum()), square


def _inverse_root(matrix: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    keep = values > max(values[-1], 0.0) * 1e-10
    inverse = np.zeros_like(values)
    inverse[keep] = values[keep] ** -0.5
    return (vectors * inverse) @ vectors.T
