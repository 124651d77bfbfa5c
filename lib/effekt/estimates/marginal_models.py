"""Generalised estimating equations for outcomes that hang together within groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from effekt.errors import DataError
from effekt.estimates import covariates as design_of
from effekt.estimates import frames
from effekt.estimates.glm import check_rank
from effekt.estimates.wald import coefficient_table

Family = Literal["gaussian", "binomial", "poisson", "gamma"]
Structure = Literal["independence", "exchangeable", "ar1"]
ITERATIONS, TOLERANCE = 200, 1e-11
FEW_GROUPS = 40
LARGEST_ETA, OVERFLOW = 60.0, 300.0


class _Family(NamedTuple):
    mean: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]
    variance: Callable[[np.ndarray], np.ndarray]
    first: Callable[[np.ndarray], np.ndarray]


def _expit(eta: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-eta))


FAMILIES: dict[str, _Family] = {
    "gaussian": _Family(lambda eta: eta, np.ones_like, np.ones_like, lambda y: y),
    "binomial": _Family(_expit, lambda mu: mu * (1 - mu), lambda mu: mu * (1 - mu), lambda y: np.log((y + 0.5) / (1.5 - y))),
    "poisson": _Family(np.exp, lambda mu: mu, lambda mu: mu, lambda y: np.log((y + y.mean()) / 2)),
    "gamma": _Family(np.exp, lambda mu: mu, lambda mu: mu**2, lambda y: np.log((y + y.mean()) / 2)),
}


@dataclass(frozen=True)
class MarginalModel:
    """What `gee` found.

    coefficients : frame name, estimate, se (robust), low, high, p. correlation : of two rows of a group (exchangeable), of neighbours one
    unit of time apart (ar1), 0 (independence). dispersion : mean squared Pearson residual. n, n_groups : rows, groups. cautions : keys.
    facts : what they quote. covariance : robust, of the coefficients in their order (p x p).
    """

    coefficients: pd.DataFrame
    correlation: float
    dispersion: float
    n: int
    n_groups: int
    cautions: tuple[str, ...] = ()
    facts: Mapping[str, float] = field(default_factory=dict)
    covariance: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)), compare=False, repr=False)


@dataclass(frozen=True)
class _Rows:
    """Rows ordered by group and time: group codes, sizes of the groups, whether a row follows one of its group, and how much later."""

    group: np.ndarray
    sizes: np.ndarray
    follows: np.ndarray
    gap: np.ndarray
    time: np.ndarray


def gee(
    persons: pd.DataFrame,
    *,
    outcome: str,
    covariates: Iterable[str],
    groups: str,
    family: Family,
    structure: Structure = "independence",
    time: str | None = None,
    exposure: str | None = None,
    cluster: str | None = None,
    level: float = 0.95,
) -> MarginalModel:
    """Effects on the average of an outcome whose rows hang together within groups (waves of a citizen, citizens of a unit).

    Links: identity (gaussian), logit (binomial), log (poisson, gamma). Standard errors are the sandwich over groups without small-sample
    factor, right also where the working correlation is not. Coefficients, errors, dispersion and correlation are those of R's
    `geepack::geeglm`: dispersion sum r^2 / N (no degrees of freedom taken off), exchangeable correlation the mean product of all pairs
    within groups over the dispersion, ar1 the least-squares fit of correlation^|time apart| to them. (statsmodels' GEE takes p off N and
    off the number of pairs, and its autoregressive structure allows neither gaps in time nor a negative correlation.)

    Parameters
    ----------
    persons : one row a measurement: outcome (binomial: 0/1; poisson: >= 0; gamma: > 0), the covariates, groups.
    time : column of whole numbers (wave) that orders the rows of a group for ar1; the order of the frame where it is not given.
    exposure : column (> 0) whose log is an offset, for poisson and gamma.
    cluster : column by which errors are robust instead of `groups`, where groups lie within clusters (citizens within municipalities).
    family : gaussian, binomial, poisson or gamma. structure : independence, exchangeable or ar1.
    level : level of the interval, both ends included.

    Returns
    -------
    MarginalModel
        Caution few_units_compared with fewer than 40 groups (or clusters): the errors are then too small.

    Raises
    ------
    DataError
        A column is missing or not in its range; a covariate does not vary or follows from others; one group only; the outcome does not
        vary; the model separates the rows or does not converge; groups of more than one cluster; two rows of a group at one time (ar1).

    References
    ----------
    .. [1] Liang, Zeger (1986). Biometrika 73:13-22. Hojsgaard, Halekoh, Yan (2006). J Stat Softw 15(2).
    """
    frames.check_level(level)
    if family not in FAMILIES:
        raise DataError(f"family is {family!r}; it must be one of {', '.join(FAMILIES)}.")
    if structure not in ("independence", "exchangeable", "ar1"):
        raise DataError(f"structure is {structure!r}; it must be independence, exchangeable or ar1.")
    frames.require(persons, [outcome, groups, *(c for c in (time, exposure, cluster) if c)], what="measurement")
    y = _outcome(persons, outcome, family)
    rows, order = _rows(persons, groups, time, structure)
    x, names = design_of.with_intercept(design_of.build(persons, covariates, what="measurement"), len(y))
    check_rank(x, names)
    if exposure is not None and family not in ("poisson", "gamma"):
        raise DataError(f"exposure goes with a log link (poisson, gamma), not with {family}.")
    shift = np.log(frames.numbers(persons, exposure, above=0)) if exposure else np.zeros(len(y))
    robust_by = _clusters(persons, cluster, order, rows)
    x, y, shift = x[order], y[order], shift[order]
    beta, mu, dispersion, correlation = _solve(x, y, shift, FAMILIES[family], structure, rows)
    if not dispersion > 1e-20:
        raise DataError(f"{outcome} follows exactly from the covariates: there is no uncertainty to measure.")
    chosen = FAMILIES[family]
    root = np.sqrt(chosen.variance(mu))
    scaled = x * (chosen.slope(mu) / root)[:, None]
    weighed = _decorrelate(scaled, structure, correlation, rows)
    inverse = np.linalg.inv(scaled.T @ weighed)
    residual = _decorrelate(((y - mu) / root)[:, None], structure, correlation, rows)
    scores = np.column_stack([np.bincount(robust_by, column) for column in (scaled * residual).T])
    covariance = inverse @ (scores.T @ scores) @ inverse
    cautions = ("few_units_compared",) if len(scores) < FEW_GROUPS else ()
    table = coefficient_table(names, beta, np.sqrt(np.diag(covariance)), level=level)
    return MarginalModel(table, correlation, dispersion, len(y), len(rows.sizes), cautions, {"n_units": len(scores)}, covariance)


def _outcome(persons: pd.DataFrame, outcome: str, family: str) -> np.ndarray:
    if family == "binomial":
        y = frames.flags(persons, outcome).astype(float)
    elif family == "gamma":
        y = frames.numbers(persons, outcome, above=0)
    else:
        y = frames.numbers(persons, outcome, minimum=0 if family == "poisson" else None)
    if y.min() == y.max():
        raise DataError(f"{outcome} is the same in all {len(y)} rows: there is nothing to explain.")
    return y


def _rows(persons: pd.DataFrame, groups: str, time: str | None, structure: str) -> tuple[_Rows, np.ndarray]:
    group, labels = frames.codes(persons, groups)
    if len(labels) < 2:
        raise DataError(f"{groups} has one value only: errors robust by {groups} cannot be computed.")
    moments = frames.numbers(persons, time) if time else np.zeros(len(group))
    order = np.lexsort((moments, group))
    group, moments = group[order], moments[order]
    follows = np.concatenate([[False], group[1:] == group[:-1]])
    sizes = np.bincount(group)
    if not time:
        moments = np.arange(len(group)) - np.repeat(np.cumsum(sizes) - sizes, sizes).astype(float)
    gap = np.where(follows, np.diff(moments, prepend=0.0), 1.0)
    if structure == "ar1" and ((gap <= 0).any() or not np.array_equal(gap, np.round(gap))):
        raise DataError(f"{time} must be a whole number, different for every row of a group (the number of the wave).")
    return _Rows(group, sizes, follows, gap, moments), order


def _clusters(persons: pd.DataFrame, cluster: str | None, order: np.ndarray, rows: _Rows) -> np.ndarray:
    if cluster is None:
        return rows.group
    code, labels = frames.codes(persons, cluster)
    code = code[order]
    if (code[1:] != code[:-1])[rows.follows[1:]].any():
        raise DataError(f"Some groups lie in more than one {cluster}. Each group must lie within one.")
    if len(labels) < 2:
        raise DataError(f"{cluster} has one value only: errors robust by {cluster} cannot be computed.")
    return code


def _solve(
    x: np.ndarray, y: np.ndarray, shift: np.ndarray, family: _Family, structure: str, rows: _Rows
) -> tuple[np.ndarray, np.ndarray, float, float]:
    beta = np.linalg.lstsq(x, family.first(y) - shift, rcond=None)[0]
    correlation, step = 0.0, np.inf
    for turn in range(ITERATIONS):
        eta = x @ beta + shift
        if family is not FAMILIES["gaussian"] and not (np.abs(eta).max() < OVERFLOW and np.ptp(x @ beta) < LARGEST_ETA):
            break
        mu = family.mean(eta)
        root = np.sqrt(family.variance(mu))
        residual = (y - mu) / root
        dispersion = float(np.mean(residual**2))
        if step < TOLERANCE:
            return beta, mu, dispersion, correlation
        if turn > 2:
            correlation = _correlation(residual / np.sqrt(dispersion), structure, rows) if dispersion > 0 else 0.0
        scaled = x * (family.slope(mu) / root)[:, None]
        weighed = _decorrelate(scaled, structure, correlation, rows)
        squares = scaled.T @ weighed
        if not np.linalg.cond(squares) < 1e15:
            break
        change = np.linalg.solve(squares, weighed.T @ residual)
        beta = beta + change
        step = float(np.max(np.abs(change) / (1 + np.abs(beta)))) if turn > 4 else np.inf
    raise DataError("The model found no answer: some covariate tells the rows with the outcome exactly from those without. Merge small groups.")


def _decorrelate(values: np.ndarray, structure: str, correlation: float, rows: _Rows) -> np.ndarray:
    """The inverse of the working correlation of each group times `values` (n x c)."""
    if structure == "independence" or correlation == 0:
        return values
    if structure == "exchangeable":
        total = np.column_stack([np.bincount(rows.group, column) for column in values.T])
        common = correlation / (1 + (rows.sizes - 1) * correlation)
        return (values - (total * common[:, None])[rows.group]) / (1 - correlation)
    link = np.where(rows.follows, correlation**rows.gap, 0.0)[:, None]
    news = (values - link * np.vstack([np.zeros((1, values.shape[1])), values[:-1]])) / (1 - link**2)
    onward = np.vstack([(link * news)[1:], np.zeros((1, values.shape[1]))])
    return news - onward


def _correlation(z: np.ndarray, structure: str, rows: _Rows) -> float:
    if structure == "independence" or rows.sizes.max() < 2:
        return 0.0
    if structure == "exchangeable":
        pairs = float((rows.sizes * (rows.sizes - 1) / 2).sum())
        products = float((np.bincount(rows.group, z) ** 2).sum() - (z**2).sum()) / 2
        return _inside(products / pairs, -1 / (rows.sizes.max() - 1))
    lags, sums, counts = _products(z, rows)

    def slope(rho: float) -> float:
        return float(np.sum(lags * rho ** (lags - 1) * (sums - counts * rho**lags)))

    edges = np.linspace(-0.999, 0.999, 400)
    signs = [slope(edge) for edge in edges]
    roots = [brentq(slope, edges[i], edges[i + 1], xtol=1e-15) for i in range(len(edges) - 1) if signs[i] > 0 >= signs[i + 1]]
    fits = [float(np.sum(counts * rho ** (2 * lags) - 2 * sums * rho**lags)) for rho in roots]
    return float(roots[int(np.argmin(fits))]) if roots else 0.0


def _products(z: np.ndarray, rows: _Rows) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each distance in time between rows of a group: the distance, the sum of the products, the number of pairs."""
    distances, products = [], []
    for step in range(1, int(rows.sizes.max())):
        same = rows.group[step:] == rows.group[:-step]
        distances.append((rows.time[step:] - rows.time[:-step])[same])
        products.append((z[step:] * z[:-step])[same])
    every = np.concatenate(distances)
    lags, place = np.unique(every, return_inverse=True)
    return lags, np.bincount(place, np.concatenate(products)), np.bincount(place).astype(float)


def _inside(correlation: float, low: float) -> float:
    if not low < correlation < 1:
        raise DataError("The rows of a group are so alike that no working correlation below 1 fits. Use structure='independence'.")
    return correlation
