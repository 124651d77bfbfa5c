"""Linear mixed models for scores measured several times."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from effekt.errors import DataError
from effekt.estimates import covariates as design_of
from effekt.estimates import frames
from effekt.estimates.glm import check_rank
from effekt.estimates.wald import coefficient_table

FEW_GROUPS = 30
SINGULAR = 1e-4
STEP, NEWTON = 1e-3, 12
OFF_ZERO = (0.3, 0.1, 0.03, 0.01)


@dataclass(frozen=True)
class MixedModel:
    """What `mixed` found.

    coefficients : frame name, estimate, se, low, high, p. covariance : frame, variances and covariances of the random effects between
    groups, intercept first. residual : residual variance. log_likelihood : restricted. n, n_groups : rows and groups. cautions : keys.
    facts : what they quote.
    """

    coefficients: pd.DataFrame
    covariance: pd.DataFrame
    residual: float
    log_likelihood: float
    n: int
    n_groups: int
    cautions: tuple[str, ...] = ()
    facts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class _Sums:
    """What the rows say of the design x, the outcome y (as the last column of w = [x y]) and the columns z of the random effects.

    ww : (p + 1) x (p + 1), w'w. zz : patterns x q x q, the distinct z'z of the groups. count : groups of each pattern.
    outer : patterns x q x q x (p + 1) x (p + 1), sums over the groups of a pattern of the products of z'w with itself.
    """

    ww: np.ndarray
    zz: np.ndarray
    count: np.ndarray
    outer: np.ndarray
    n: int


def mixed(
    persons: pd.DataFrame, *, outcome: str, covariates: Iterable[str], groups: str = "citizen_id", slopes: Iterable[str] = (), level: float = 0.95
) -> MixedModel:
    """Differences of a score measured several times, with a random intercept (and slopes) of each group, by restricted maximum likelihood.

    outcome ~ covariates + (1 + slopes | group), random effects normal with an unstructured covariance, residuals independent. Coefficients,
    their standard errors (given the variances) and the variances are those of R's `lme4::lmer`; intervals are normal. Rows that are not
    there are taken as missing at random given the rows that are: citizens who died have no score after their death, and the model speaks
    of scores while alive. (statsmodels' MixedLM finds the same estimates but adds the uncertainty of the variances to some errors.)

    Parameters
    ----------
    persons : one row a citizen and wave: outcome, the columns of covariates and slopes, and groups.
    covariates : columns or simple terms, as "wave", "treated", "wave:treated". slopes : columns whose coefficient varies between groups.
    level : level of the interval, both ends included.

    Returns
    -------
    MixedModel
        Cautions: singular_variance where a variance between groups is estimated as 0 or two effects as one; few_units_compared with fewer
        than 30 groups, where the normal intervals are too narrow.

    Raises
    ------
    DataError
        A column is missing, not a number or not finite; a covariate does not vary or follows from others; fewer than two groups; every
        group has one row only; the score is constant.

    References
    ----------
    .. [1] Laird, Ware (1982). Biometrics 38:963-974. Bates, Maechler, Bolker, Walker (2015). J Stat Softw 67(1).
    """
    frames.check_level(level)
    frames.require(persons, [outcome, groups], what="measurement")
    y = frames.numbers(persons, outcome)
    group, labels = frames.codes(persons, groups)
    x, names = design_of.with_intercept(design_of.build(persons, covariates, what="measurement"), len(y))
    check_rank(x, names)
    random = design_of.build(persons, slopes, what="measurement")
    z, effects = design_of.with_intercept(random, len(y))
    check_rank(z, effects)
    if len(labels) < 2 or len(labels) == len(y):
        raise DataError(f"{groups} has {len(labels)} values in {len(y)} rows. A mixed model needs several groups, and several rows in some of them.")
    if len(y) <= x.shape[1]:
        raise DataError(f"{len(y)} rows cannot tell {x.shape[1]} coefficients. Leave out covariates.")
    scale = np.sqrt(np.mean(x**2, axis=0))
    spread = np.sqrt(np.mean(z**2, axis=0))
    first = np.linalg.lstsq(x / scale, y, rcond=None)[0]
    rest = y - (x / scale) @ first
    unit = float(np.sqrt(np.mean(rest**2)))
    if not unit > 1e-10 * (1 + float(np.abs(y).max())):
        raise DataError(f"{outcome} is the same in every row, or follows exactly from the covariates: there is nothing left to explain.")
    sums = _sums(x / scale, rest / unit, z / spread, group, len(labels))
    theta = _minimise(sums, z.shape[1])
    deviance, beta, inverse, variance = _profile(theta, sums)
    root = _lower(theta, z.shape[1])
    between = variance * unit**2 * (root @ root.T) / np.outer(spread, spread)
    covariance = variance * unit**2 * inverse / np.outer(scale, scale)
    sizes = np.linalg.eigvalsh(root @ root.T)
    cautions = (("few_units_compared",) if len(labels) < FEW_GROUPS else ()) + (("singular_variance",) if sizes[0] < SINGULAR**2 else ())
    dof = len(y) - x.shape[1]
    likelihood = -0.5 * (deviance + dof * (1 + math.log(2 * math.pi * unit**2 / dof)) + 2 * float(np.log(scale).sum()))
    return MixedModel(
        coefficient_table(names, (first + beta * unit) / scale, np.sqrt(np.diag(covariance)), level=level),
        pd.DataFrame(between, index=effects, columns=effects), variance * unit**2, likelihood, len(y), len(labels), cautions,
        {"n_units": len(labels)},
    )  # fmt: skip


def _sums(x: np.ndarray, y: np.ndarray, z: np.ndarray, group: np.ndarray, k: int) -> _Sums:
    def by_group(values: np.ndarray) -> np.ndarray:
        flat = values.reshape(len(values), -1)
        return np.column_stack([np.bincount(group, column, k) for column in flat.T]).reshape(k, *values.shape[1:])

    w = np.column_stack([x, y])
    zz, zw = by_group(z[:, :, None] * z[:, None, :]), by_group(z[:, :, None] * w[:, None, :])
    distinct, pattern, count = np.unique(zz.reshape(k, -1), axis=0, return_inverse=True, return_counts=True)
    order = np.argsort(pattern.ravel(), kind="stable")
    outer = [np.einsum("kai,kbj->abij", rows, rows) for rows in np.split(zw[order], np.cumsum(count)[:-1])]
    return _Sums(w.T @ w, distinct.reshape(-1, *zz.shape[1:]), count, np.stack(outer), len(y))


def _lower(theta: np.ndarray, q: int) -> np.ndarray:
    root = np.zeros((q, q))
    root[np.tril_indices(q)] = theta
    return root


def _profile(theta: np.ndarray, sums: _Sums) -> tuple[float, np.ndarray, np.ndarray, float]:
    """Restricted deviance at the relative factor theta (a constant left out), coefficients, inverse of X'V^-1 X, and residual variance."""
    root = _lower(theta, sums.zz.shape[1])
    inner = np.eye(len(root)) + root.T @ sums.zz @ root
    middle = root @ np.linalg.solve(inner, np.broadcast_to(root.T, inner.shape))
    left_over = sums.ww - np.einsum("nab,nabij->ij", middle, sums.outer)
    xx, xy = left_over[:-1, :-1], left_over[:-1, -1]
    inverse = np.linalg.inv(xx)
    beta = inverse @ xy
    left = max(float(left_over[-1, -1] - beta @ xy), 1e-300)
    logs = float(sums.count @ np.linalg.slogdet(inner)[1]) + float(np.linalg.slogdet(xx)[1])
    dof = sums.n - len(beta)
    return logs + dof * math.log(left), beta, inverse, left / dof


def _minimise(sums: _Sums, q: int) -> np.ndarray:
    """The factor of the smallest deviance. Its slope is flat at a spread of 0 whether or not that is the minimum, so it is left and tried again."""
    rows, columns = np.tril_indices(q)
    bounds = [(0.0, None) if row == column else (None, None) for row, column in zip(rows, columns, strict=True)]

    def deviance(theta: np.ndarray) -> float:
        return _profile(theta, sums)[0]

    def down(start: np.ndarray) -> np.ndarray:
        return minimize(deviance, start, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-14, "gtol": 1e-8}).x

    diagonal = np.flatnonzero(rows == columns)
    best = min((down(np.where(rows == columns, size, 0.0)) for size in (1.0, 0.2)), key=deviance)
    for place in diagonal[best[diagonal] < OFF_ZERO[-1]]:
        off = [np.where(np.arange(len(best)) == place, size, best) for size in OFF_ZERO]
        lower = min(off, key=deviance)
        best = min((best, down(lower)), key=deviance) if deviance(lower) < deviance(best) else best
    return _polished(deviance, best, rows == columns)


def _polished(deviance: Callable[[np.ndarray], float], theta: np.ndarray, bounded: np.ndarray) -> np.ndarray:
    """Newton steps with five-point differences: a flat minimum is told from its slope to more digits than from its height."""
    free = np.flatnonzero(~bounded | (theta > 2 * STEP))
    for _ in range(NEWTON):
        slope = _slope(deviance, theta, free)
        bend = np.empty((len(free), len(free)))
        for row, place in enumerate(free):
            up, down = theta.copy(), theta.copy()
            up[place] += STEP
            down[place] -= STEP
            bend[row] = (_slope(deviance, up, free) - _slope(deviance, down, free)) / (2 * STEP)
        if not len(free) or np.linalg.eigvalsh((bend + bend.T) / 2)[0] <= 0:
            return theta
        step = np.linalg.solve((bend + bend.T) / 2, slope)
        moved = theta.copy()
        moved[free] -= step
        if (moved[bounded] < 0).any() or deviance(moved) > deviance(theta) + 1e-7:
            return theta
        theta = moved
        if np.max(np.abs(step)) < 1e-11 * (1 + np.max(np.abs(theta))):
            break
    return theta


def _slope(deviance: Callable[[np.ndarray], float], theta: np.ndarray, free: np.ndarray) -> np.ndarray:
    def at(place: int, steps: int) -> float:
        moved = theta.copy()
        moved[place] += steps * STEP
        return deviance(moved)

    return np.array([(at(i, -2) - 8 * at(i, -1) + 8 * at(i, 1) - at(i, 2)) / (12 * STEP) for i in free])
