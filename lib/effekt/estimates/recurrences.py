"""Events that come again and again to the same citizen: the Andersen-Gill model with errors robust by citizen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import covariates as design_of
from effekt.estimates import frames
from effekt.estimates.glm import check_rank
from effekt.estimates.intervals import reach, two_sided
from effekt.estimates.risk_sets import Spells, read_spells

ITERATIONS = 50
TOLERANCE = 1e-10


@dataclass(frozen=True)
class _Ties:
    """Where the events stand: `first`, `last` (a row is at risk at event times first..last-1), `rows` of the events, their event time
    `at`, and for Efron's method one entry an event: `moment` and `part`, the share of the tied events already taken out."""

    n: int
    first: np.ndarray
    last: np.ndarray
    rows: np.ndarray
    at: np.ndarray
    moment: np.ndarray
    part: np.ndarray


def recurrent_events(spells: pd.DataFrame, *, covariates: Iterable[str], cluster: str = "citizen_id", level: float = 0.95) -> pd.DataFrame:
    """Ratio of the rates at which events come back, by proportional intensities over all events of a citizen (Andersen-Gill).

    Counting-process form: every spell is at risk from `entry` (excluded) to `exit` (included), the baseline rate is free, and past events
    change it only through covariates. Ties by Efron's method. `se_robust` comes from the score residuals added up by `cluster`, without
    small-sample factor [1]_; `se_naive` believes the events of one citizen to be independent and is shown for comparison only. Both, and
    the coefficients, are those of R's `survival::coxph(Surv(entry, exit, event) ~ ..., ties = "efron", cluster = citizen_id)`.
    A death ends the time at risk and is a censoring here: the ratio is about rates while alive, and is shown beside mortality.

    Parameters
    ----------
    spells : DataFrame
        citizen_id, entry, exit (exit > entry, spells of a citizen do not overlap), event (0 or 1) and the covariates, each constant within
        a spell. A citizen without events is one row with event 0 over the whole time at risk.
    covariates : columns or simple terms, as everywhere: text is a factor with its first level as reference.
    cluster : the column whose values are independent of each other.

    Returns
    -------
    DataFrame
        One row a coefficient: name, coefficient (log ratio), se_naive, se_robust, ratio, low, high, p (normal, robust).

    Raises
    ------
    DataError
        The frame is not as above, has no event or one cluster only; a covariate does not vary or follows from others; a covariate
        separates those with events from those without (the ratio would be 0 or infinite).

    References
    ----------
    .. [1] Andersen, Gill (1982). Ann Stat 10:1100-1120. Lin, Wei (1989). J Am Stat Assoc 84:1074-1078. Efron (1977). J Am Stat Assoc 72:557-565.
    """
    frames.check_level(level)
    frames.require(spells, ["citizen_id", "entry", "exit", "event", cluster], what="spell")
    read = read_spells(spells, events=(1,), once=False)
    groups = frames.codes(spells, cluster)[0][read.order]
    built = design_of.build(spells, covariates, what="spell")
    if not built.names:
        raise DataError("covariates is empty: there is no ratio to estimate.")
    if not (read.event == 1).any():
        raise DataError(f"None of the {len(read.event)} spells ends in an event: no ratio exists.")
    if groups.min() == groups.max():
        raise DataError(f"{cluster} has one value only: errors robust by {cluster} cannot be computed.")
    x = built.matrix[read.order]
    check_rank(np.column_stack([np.ones(len(x)), x]), ["intercept", *built.names], where="the spells")
    scale = x.std(axis=0)
    x = (x - x.mean(axis=0)) / scale
    ties = _ties(read)
    beta, inverse = _fit(x, ties)
    residuals = _score_residuals(x, ties, beta)
    summed = np.column_stack([np.bincount(groups, column) for column in residuals.T]) @ inverse
    robust = np.sqrt((summed**2).sum(axis=0)) / scale
    coefficient, naive = beta / scale, np.sqrt(np.diag(inverse)) / scale
    half = reach(level) * robust
    return pd.DataFrame(
        {
            "name": built.names, "coefficient": coefficient, "se_naive": naive, "se_robust": robust, "ratio": np.exp(coefficient),
            "low": np.exp(coefficient - half), "high": np.exp(coefficient + half),
            "p": [two_sided(b / s) if s > 0 else 1.0 for b, s in zip(coefficient, robust, strict=True)],
        }
    )  # fmt: skip


def _ties(read: Spells) -> _Ties:
    moments = np.unique(read.exit[read.event == 1])
    rows = np.flatnonzero(read.event == 1)
    at = np.searchsorted(moments, read.exit[rows])
    tied = np.bincount(at, minlength=len(moments))
    moment = np.repeat(np.arange(len(moments)), tied)
    part = (np.arange(len(moment)) - np.repeat(np.cumsum(tied) - tied, tied)) / np.repeat(tied, tied)
    first, last = (np.searchsorted(moments, times, side="right") for times in (read.entry, read.exit))
    return _Ties(len(moments), first, last, rows, at, moment, part)


def _over_risk(ties: _Ties, values: np.ndarray) -> np.ndarray:
    """Sum of `values` (rows x c) over the rows at risk at each event time (times x c)."""
    change = np.column_stack([np.bincount(ties.first, v, ties.n + 1) - np.bincount(ties.last, v, ties.n + 1) for v in values.T])
    return np.cumsum(change, axis=0)[: ties.n]


def _over_tied(ties: _Ties, values: np.ndarray) -> np.ndarray:
    return np.column_stack([np.bincount(ties.at, v, ties.n) for v in values[ties.rows].T])


def _sums(x: np.ndarray, ties: _Ties, risk: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Efron's sums of risk, risk * x and risk * x x' for each event (events x 1, p, p * p)."""
    p = x.shape[1]
    squares = (x[:, :, None] * x[:, None, :]).reshape(len(x), p * p)
    values = np.column_stack([np.ones(len(x)), x, squares]) * risk[:, None]
    sums = _over_risk(ties, values)[ties.moment] - ties.part[:, None] * _over_tied(ties, values)[ties.moment]
    return sums[:, 0], sums[:, 1 : 1 + p], sums[:, 1 + p :].reshape(-1, p, p)


def _fit(x: np.ndarray, ties: _Ties) -> tuple[np.ndarray, np.ndarray]:
    beta = np.zeros(x.shape[1])
    likelihood, step = -np.inf, np.zeros_like(beta)
    for _ in range(ITERATIONS):
        eta = x @ beta
        shift = eta.max()
        zero, one, two = _sums(x, ties, np.exp(eta - shift))
        if not (zero > 0).all():
            break
        new = float((eta[ties.rows] - shift).sum() - np.log(zero).sum())
        if new < likelihood - 1e-9 * abs(likelihood):
            step = step / 2
            beta = beta - step
            continue
        likelihood = new
        mean = one / zero[:, None]
        score = x[ties.rows].sum(axis=0) - mean.sum(axis=0)
        information = (two / zero[:, None, None]).sum(axis=0) - mean.T @ mean
        if np.linalg.cond(information) > 1e12 or (np.diag(information) < 1e-9).any():
            break
        step = np.linalg.solve(information, score)
        beta = beta + step
        if np.max(np.abs(step)) < TOLERANCE * (1 + np.max(np.abs(beta))):
            return beta, np.linalg.inv(information)
    raise DataError("Some covariate tells exactly which spells end in an event: its ratio would be 0 or infinite. Merge small groups.")


def _score_residuals(x: np.ndarray, ties: _Ties, beta: np.ndarray) -> np.ndarray:
    """Each row's contribution to the score (rows x p), with Efron's part weights for the tied events."""
    risk = np.exp(x @ beta - (x @ beta).max())
    zero, one, _ = _sums(x, ties, risk)
    mean = one / zero[:, None]
    increment = np.column_stack([1 / zero, mean / zero[:, None]])
    running = np.vstack([np.zeros(increment.shape[1]), np.cumsum(_by_moment(ties, increment), axis=0)])
    passed = running[ties.last] - running[ties.first]
    passed[ties.rows] -= _by_moment(ties, increment * ties.part[:, None])[ties.at]
    residuals = -risk[:, None] * (x * passed[:, :1] - passed[:, 1:])
    average = _by_moment(ties, mean) / np.bincount(ties.at, minlength=ties.n)[:, None]
    residuals[ties.rows] += x[ties.rows] - average[ties.at]
    return residuals


def _by_moment(ties: _Ties, values: np.ndarray) -> np.ndarray:
    return np.column_stack([np.bincount(ties.moment, column, ties.n) for column in values.T])
