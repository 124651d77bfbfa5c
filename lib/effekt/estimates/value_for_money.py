"""Cost against effect: net monetary benefit, and how likely the programme is to be worth its price."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr

from effekt.errors import DataError
from effekt.estimates import claims, frames, intervals
from effekt.estimates.estimate import Estimate

METHOD = "net_monetary_benefit"
CELLS = 4_000_000


@dataclass(frozen=True)
class NetBenefit:
    """What `net_monetary_benefit` found.

    benefit : threshold x effect difference - cost difference (kroner a citizen). cost, gain : the two differences, treated - comparison.
    probability : that the benefit is above 0. icer : cost difference / effect difference, None where `quadrant` is not one in which it says
    anything. quadrant : "dominant" (cheaper, better), "dominated" (dearer, worse), "dearer_better" or "cheaper_worse".
    correlation : between the two differences.
    """

    benefit: Estimate
    cost: Estimate
    gain: Estimate
    probability: float
    icer: float | None
    quadrant: str
    correlation: float

    @property
    def effect(self) -> Estimate:
        """The headline: `benefit`."""
        return self.benefit


def net_monetary_benefit(
    persons: pd.DataFrame, *, cost: str, effect: str, treated: str, threshold: float, groups: str | None = None, level: float = 0.95
) -> NetBenefit:
    """Mean gain in effect priced at `threshold` kroner a unit, minus mean extra cost: treated minus comparison.

    Differences of arithmetic means. Without `groups` the variance of a mean is that of the citizens (divisor n - 1) / n, arms independent
    (Welch); with groups it is the cluster sandwich G/(G-1) over groups that may have citizens in both arms. The covariance of cost and effect
    within citizens is kept. Normal intervals; probability = Phi(benefit / se): the acceptability of the programme at that price [1]_.

    Parameters
    ----------
    persons : DataFrame
        One row a citizen: cost (kroner) and effect (for instance QALY, or days at home; more is better), numeric and finite; treated, bool or 0/1.
    threshold : kroner a unit of effect, >= 0.
    groups : column of units that were treated as a whole; None = citizens independent.
    level : level of the interval, both ends included.

    Returns
    -------
    NetBenefit
        Estimates on the scale difference, claim descriptive.

    Raises
    ------
    DataError
        A column is missing or not finite, an arm has fewer than two citizens, threshold is negative or not finite, or fewer than two groups.

    References
    ----------
    .. [1] Stinnett, Mullahy (1998). Med Decis Making 18:S68-S80. Fenwick, Claxton, Sculpher (2001). Health Econ 10:779-787.
    """
    _threshold(threshold)
    difference, covariance, n = mean_differences(persons, cost, effect, treated, groups, level)
    load = np.array([-1.0, threshold])
    grade = claims.two_groups()
    fields = {
        "method": METHOD, "claim": grade.claim, "contrast": grade.contrast, "reasons": grade.reasons, "n_citizens": n, "level": level,
        "facts": {"threshold": float(threshold)},
    }  # fmt: skip
    sd = np.sqrt(np.diag(covariance))
    value, se = float(load @ difference), math.sqrt(max(0.0, float(load @ covariance @ load)))
    benefit = intervals.difference(value, se, **fields)
    quadrant = {(True, True): "dominant", (True, False): "cheaper_worse", (False, True): "dearer_better", (False, False): "dominated"}[
        (difference[0] <= 0, difference[1] > 0)
    ]
    dear, gain = (intervals.difference(difference[k], sd[k], **{**fields, "facts": {}}) for k in (0, 1))
    return NetBenefit(
        frames.named(benefit, persons), frames.named(dear, persons), frames.named(gain, persons), _positive(value, se),
        float(difference[0] / difference[1]) if quadrant in ("dearer_better", "cheaper_worse") and difference[1] != 0 else None, quadrant,
        float(covariance[0, 1] / (sd[0] * sd[1])) if (sd > 0).all() else 0.0,
    )  # fmt: skip


def acceptability_curve(
    persons: pd.DataFrame, *, cost: str, effect: str, treated: str, thresholds: Iterable[float], groups: str | None = None, replicates: int = 0,
    seed: int = 0, level: float = 0.95,
) -> pd.DataFrame:  # fmt: skip
    """Probability that the net monetary benefit is above 0, at each price of a unit of effect.

    replicates 0: by the normal approximation of `net_monetary_benefit`. Otherwise citizens are drawn again `replicates` times within each arm
    (whole groups, over both arms, where `groups` is given) from `seed`, and the probability is the share of draws with a benefit above 0.

    Parameters
    ----------
    persons : DataFrame
        One row a citizen: `cost` (kroner), `effect` (for instance QALYs), `treated` (bool or 0/1).
    cost, effect, treated : names of those columns.
    thresholds : kroner paid for one unit of effect, each >= 0.
    groups : column of units that were treated as a whole; None = citizens independent.
    replicates : draws; 0 = normal approximation. seed : of the draws.
    level : level of the interval, both ends included.

    Returns
    -------
    DataFrame
        threshold, benefit, low, high (normal, `level`), probability; one row a threshold in the order given.

    Raises
    ------
    DataError
        As `net_monetary_benefit`, and where there is no threshold.

    References
    ----------
    .. [1] van Hout, Al, Gordon, Rutten (1994). Health Econ 3:309-319.
    """
    prices = [float(price) for price in thresholds]
    if not prices:
        raise DataError("thresholds is empty. Give the prices of a unit of effect, for instance 0, 100000, 200000.")
    for price in prices:
        _threshold(price)
    difference, covariance, _ = mean_differences(persons, cost, effect, treated, groups, level)
    load = np.column_stack([-np.ones(len(prices)), prices])
    value = load @ difference
    se = np.sqrt(np.maximum(0.0, np.einsum("ij,jk,ik->i", load, covariance, load)))
    if replicates:
        drawn = _draw(persons, cost, effect, treated, groups, replicates, seed)
        probability = np.mean(drawn @ load.T > 0, axis=0)
    else:
        probability = np.array([_positive(v, s) for v, s in zip(value, se, strict=True)])
    half = intervals.reach(level) * se
    return pd.DataFrame({"threshold": prices, "benefit": value, "low": value - half, "high": value + half, "probability": probability})


def _positive(value: float, se: float) -> float:
    return float(ndtr(value / se)) if se > 0 else float(value > 0)


def _threshold(value: float) -> None:
    if not (math.isfinite(value) and value >= 0):
        raise DataError("A threshold must be a finite number of kroner a unit of effect, at least 0.")


def _read(persons: pd.DataFrame, cost: str, effect: str, treated: str) -> tuple[np.ndarray, np.ndarray]:
    frames.require(persons, (cost, effect, treated), what="citizen")
    arm = frames.flags(persons, treated)
    if min(arm.sum(), (~arm).sum()) < 2:
        raise DataError(f"{treated}: an arm has {int(min(arm.sum(), (~arm).sum()))} citizens. At least two in each are needed.")
    return np.column_stack([frames.numbers(persons, cost), frames.numbers(persons, effect)]), arm


def mean_differences(
    persons: pd.DataFrame, first: str, second: str, treated: str, groups: str | None, level: float
) -> tuple[np.ndarray, np.ndarray, int]:
    """Differences of the means of two columns, treated - comparison (2), their covariance (2 x 2) and the number of citizens."""
    frames.check_level(level)
    y, arm = _read(persons, first, second, treated)
    means = np.array([y[arm].mean(axis=0), y[~arm].mean(axis=0)])
    if groups is None:
        covariance = sum(np.cov(y[side], rowvar=False, ddof=1) / side.sum() for side in (arm, ~arm))
        return means[0] - means[1], np.asarray(covariance), len(y)
    frames.require(persons, (groups,), what="citizen")
    group, labels = frames.codes(persons, groups)
    if len(labels) < 2:
        raise DataError(f"{groups} has one value only: the spread between groups cannot be estimated.")
    influence = np.where(arm[:, None], (y - means[0]) / arm.sum(), -(y - means[1]) / (~arm).sum())
    summed = np.zeros((len(labels), 2))
    np.add.at(summed, group, influence)
    return means[0] - means[1], summed.T @ summed * len(labels) / (len(labels) - 1), len(y)


def _draw(persons: pd.DataFrame, cost: str, effect: str, treated: str, groups: str | None, replicates: int, seed: int) -> np.ndarray:
    """replicates x 2 differences of means of citizens (or groups) drawn again."""
    y, arm = _read(persons, cost, effect, treated)
    generator = np.random.default_rng(seed)
    if groups is None:
        return _resampled_means(y[arm], replicates, generator) - _resampled_means(y[~arm], replicates, generator)
    group, labels = frames.codes(persons, groups)
    sums = np.zeros((len(labels), 6))
    np.add.at(sums, group, np.column_stack([y * arm[:, None], arm, y * ~arm[:, None], ~arm]))
    total = generator.multinomial(len(labels), np.full(len(labels), 1 / len(labels)), size=replicates) @ sums
    total = total[(total[:, 2] > 0) & (total[:, 5] > 0)]
    return total[:, :2] / total[:, 2:3] - total[:, 3:5] / total[:, 5:6]


def _resampled_means(y: np.ndarray, replicates: int, generator: np.random.Generator) -> np.ndarray:
    n, size = len(y), max(1, CELLS // len(y))
    parts = [y[generator.integers(0, n, size=(min(size, replicates - at), n))].mean(axis=1) for at in range(0, replicates, size)]
    return np.vstack(parts)
