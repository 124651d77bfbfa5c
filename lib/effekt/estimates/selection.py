"""What selection alone makes of a before/after of the enrolled: the meter of regression to the mean."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

from effekt.errors import DataError
from effekt.estimates import claims, frames, intervals
from effekt.estimates.estimate import Estimate

SHAPES = (-7.0, 9.0)


class SelectionDrop(NamedTuple):
    """Mean count before of those picked, mean count expected after without any effect, and their ratio."""

    before: float
    after: float
    ratio: float


def selection_drop(mean: float, shape: float, at_least: int) -> SelectionDrop:
    """What picking citizens with `at_least` events makes of their mean in the next period of equal length, without any effect.

    Each citizen has an own rate (gamma, `mean`, `shape`), counts are Poisson; mean .5, shape .6, picked for >= 2: 2.69 before, 1.50 after.

    Parameters
    ----------
    mean, shape : of the gamma distribution of citizens' rates, > 0. at_least : events for which one is picked, >= 0.

    Returns
    -------
    SelectionDrop
        Mean before and after of those picked, and their ratio.

    Raises
    ------
    DataError
        mean or shape is not above 0, or nobody could be picked.

    References
    ----------
    .. [1] Morton, Torgerson (2003). BMJ 326:1083-1084.
    """
    if any(isinstance(number, str) or not (math.isfinite(number) and number > 0) for number in (mean, shape)) or at_least < 0:
        raise DataError("mean and shape must be above 0, and at_least not negative.")
    y = np.arange(at_least)
    p = np.exp(gammaln(y + shape) - gammaln(shape) - gammaln(y + 1) + shape * math.log(shape / (shape + mean)) + y * math.log(mean / (shape + mean)))
    picked = 1 - float(p.sum())
    if picked <= 1e-12:
        raise DataError(f"Next to nobody has {at_least} events with this mean and shape: there is nobody to pick.")
    before = (mean - float(y @ p)) / picked
    after = (shape + before) / (shape / mean + 1)
    return SelectionDrop(before, after, after / before)


@dataclass(frozen=True)
class RegressionToMean:
    """What `regression_to_mean` found.

    expected : ratio after / before that selection alone gives the enrolled. observed, beyond : the ratio they had, and observed / expected
    (what is left once selection is taken out); None where nothing is known of after. mean, shape : the fitted gamma of citizens' rates
    (per unit of exposure). before_rate, expected_rate : of the enrolled.
    """

    expected: Estimate
    observed: Estimate | None
    beyond: Estimate | None
    mean: float
    shape: float
    before_rate: float
    expected_rate: float


def regression_to_mean(
    persons: pd.DataFrame, *, enrolled: str, before: str = "before", exposure: str | None = None, after: str | None = None,
    exposure_after: str | None = None, level: float = 0.95,
) -> RegressionToMean:  # fmt: skip
    """Drop in the enrolled's event rate to be expected with no effect at all, because they were picked on a bad period.

    Counts before of everybody eligible, enrolled or not, give the spread of citizens' own rates: gamma-Poisson (negative binomial) by maximum
    likelihood. A citizen's expected rate after is the mean of his or her posterior, (shape + count) / (shape / mean + exposure); the meter is
    its mean over the enrolled against their rate before. It holds if enrolment went by the past alone and rates do not change otherwise.

    Parameters
    ----------
    persons : DataFrame
        One row a citizen, all eligible: before (count, >= 0, whole), enrolled (bool), and optionally exposure (> 0, default 1), after (count)
        and exposure_after (> 0, default the exposure before).
    level : level of the interval, both ends included.

    Returns
    -------
    RegressionToMean
        `expected` has no interval: it is the reading of a meter. `observed` and `beyond` are ratios with errors by citizen (the fitted gamma taken
        as known), claim descriptive. Where counts spread no more than Poisson the shape ends at its largest value and nothing regresses.

    Raises
    ------
    DataError
        A column is missing, not finite or not a count; nobody or everybody is enrolled; no events before.

    References
    ----------
    .. [1] Barnett, van der Pols, Dobson (2005). Int J Epidemiol 34:215-220. Robbins (1956), empirical Bayes.
    """
    frames.check_level(level)
    given = [name for name in (exposure, after, exposure_after) if name]
    frames.require(persons, (before, enrolled, *given), what="citizen")
    y, arm = frames.numbers(persons, before, minimum=0), frames.flags(persons, enrolled)
    if (y != np.floor(y)).any():
        raise DataError(f"{before} is not whole in {int((y != np.floor(y)).sum())} rows. Regression to the mean is reckoned on counts.")
    if arm.all() or not arm.any():
        raise DataError(f"{enrolled} is {'true' if arm.all() else 'false'} in all {len(arm)} rows. Give everybody eligible, enrolled or not.")
    if not y[arm].any():
        raise DataError(f"The enrolled have no event in {before}: there is nothing to fall from.")
    time = frames.numbers(persons, exposure, above=0) if exposure else np.ones(len(y))
    later = frames.numbers(persons, exposure_after, above=0) if exposure_after else time
    mean, shape = _gamma_poisson(y, time)
    expected_count = (shape + y) / (shape / mean + time) * later
    before_rate = float(y[arm].sum() / time[arm].sum())
    expected_rate = float(expected_count[arm].sum() / later[arm].sum())
    grade = claims.before_after()
    fields: dict[str, Any] = {
        "method": "regression_to_mean", "claim": grade.claim, "contrast": grade.contrast, "n_citizens": int(arm.sum()), "n_events": int(y[arm].sum()),
        "reasons": ("selection_alone",), "facts": {"gamma_mean": mean, "gamma_shape": shape}, "level": level,
    }  # fmt: skip
    expected = Estimate("ratio", expected_rate / before_rate, None, None, **fields)
    observed = beyond = None
    if after:
        seen = frames.numbers(persons, after, minimum=0)
        total, hoped = float(seen[arm].sum()), float(expected_count[arm].sum())
        fields |= {"cautions": ("selected_on_outcome",), "reasons": grade.reasons, "n_events": int(total)}
        if total == 0:
            fields["cautions"] = ("selected_on_outcome", "zero_events")
            observed = beyond = Estimate("ratio", None, None, None, **fields)
        else:
            rate = total / float(later[arm].sum())
            now = (seen[arm] - rate * later[arm]) / total
            then = (y[arm] - before_rate * time[arm]) / float(y[arm].sum())
            observed = intervals.ratio(math.log(rate / before_rate), math.sqrt(float(np.sum((now - then) ** 2))), **fields)
            left = (seen[arm] - total / hoped * expected_count[arm]) / total
            beyond = intervals.ratio(math.log(total / hoped), math.sqrt(float(np.sum(left**2))), **fields)
    named = [None if estimate is None else frames.named(estimate, persons) for estimate in (expected, observed, beyond)]
    return RegressionToMean(named[0] or expected, named[1], named[2], mean, shape, before_rate, expected_rate)


def _gamma_poisson(y: np.ndarray, time: np.ndarray) -> tuple[float, float]:
    """Maximum-likelihood mean and shape of citizens' rates; the shape between e^-7 and e^9."""
    cells, counts = np.unique(np.column_stack([y, time]), axis=0, return_counts=True)
    y, time = cells[:, 0], cells[:, 1]

    def mean_at(shape: float) -> float:
        mean = float(counts @ y / (counts @ time))
        for _ in range(100):
            weight = counts / (shape + mean * time)
            new = float(weight @ y / (weight @ time))
            if abs(new - mean) <= 1e-13 * mean:
                break
            mean = new
        return mean

    def loss(log_shape: float) -> float:
        shape = math.exp(log_shape)
        expected = mean_at(shape) * time
        return -float(
            counts @ (gammaln(y + shape) - gammaln(shape) + shape * np.log(shape / (shape + expected)) + y * np.log(expected / (shape + expected)))
        )

    best = math.exp(float(minimize_scalar(loss, bounds=SHAPES, method="bounded", options={"xatol": 1e-10}).x))
    return mean_at(best), best
