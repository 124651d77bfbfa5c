"""Directly and indirectly standardised rates."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import gammaincinv, pdtr, pdtrc

from effekt.errors import DataError
from effekt.estimates import claims, frames
from effekt.estimates.estimate import Estimate

Strata = Sequence[float] | np.ndarray | pd.Series


def standardise_direct(counts: Strata, population: Strata, standard: Strata, *, level: float = 0.95) -> Estimate:
    """The rate a standard population would have if each of its strata (age and sex bands) had the rate seen here; per unit of `population`.

    sum s_i x_i / n_i over sum s_i. The interval is Fay and Feuer's gamma interval [1]_ with w_max = max(s_i / n_i), which holds its level
    when events are few and does not run below 0 (as R's `epitools::ageadjust.direct` and `dsr` of SAS). `se` is the root of sum w_i^2 x_i.

    Parameters
    ----------
    counts : events of each stratum (>= 0). population : citizens or person-years of each (> 0). standard : the standard population of each
        (>= 0, any scale). Three sequences of one length and order, or Series with the strata as index, which are matched by it.
    level : level of the interval, both ends included.

    Returns
    -------
    Estimate
        scale mean; 0 with an upper limit where nothing happened. A level: the claim is "descriptive".

    Raises
    ------
    DataError
        Lengths or strata differ; a number is missing, infinite or negative; a population is 0; the standard has nobody.

    References
    ----------
    .. [1] Fay, Feuer (1997). Stat Med 16:791-801.
    """
    frames.check_level(level)
    x, n, s = _strata({"counts": counts, "population": population, "standard": standard})
    if (n <= 0).any():
        raise DataError(f"population is 0 in {int((n <= 0).sum())} of {len(n)} strata: they have no rate. Merge them with their neighbours.")
    if s.sum() <= 0:
        raise DataError("standard adds up to 0: there is no population to standardise to.")
    weights = s / s.sum() / n
    value, variance, most = float(weights @ x), float(weights**2 @ x), float(weights.max())
    tail = (1 - level) / 2
    low = variance / value * float(gammaincinv(value**2 / variance, tail)) if value > 0 else 0.0
    shifted, spread = value + most, variance + most**2
    high = spread / shifted * float(gammaincinv(shifted**2 / spread, 1 - tail))
    return _level("mean", value, low, high, level, "direct_gamma", float(x.sum()), float(n.sum()), se=math.sqrt(variance))


def standardise_indirect(
    counts: Strata | float, population: Strata, standard: Strata, standard_population: Strata | None = None, *, level: float = 0.95
) -> Estimate:
    """Events seen divided by the events expected if each stratum had the standard's rate: the standardised ratio (SMR, SIR).

    The interval is exact for a Poisson count with a known expected number (Garwood, by chi-square quantiles); p of "ratio = 1" sums the
    counts that are no more likely than the one seen (as R's `poisson.test`); the fact p_doubling is twice the smaller tail. Ratios of two
    areas are not comparable with each other where their strata differ in size: each is compared with the standard only.

    Parameters
    ----------
    counts : events of each stratum, or their total. population : citizens or person-years of each stratum (>= 0).
    standard : the standard's rate of each stratum (events per unit of `population`); or its events, where `standard_population` (> 0) is given.
    level : level of the interval, both ends included.

    Returns
    -------
    Estimate
        scale ratio; facts observed, expected. 0 events give value 0 and an upper limit. `se` (of the log) is 1 / sqrt(observed).

    Raises
    ------
    DataError
        Lengths or strata differ; a number is missing, infinite or negative; the total is not whole; nothing is expected.

    References
    ----------
    .. [1] Garwood (1936). Biometrika 28:437-442. Breslow, Day (1987). Statistical Methods in Cancer Research II, chapter 2.
    """
    frames.check_level(level)
    given: dict[str, Strata] = {"population": population, "standard": standard}
    if standard_population is not None:
        given["standard_population"] = standard_population
    whole = np.ndim(counts) == 0
    if not whole:
        given["counts"] = counts
    columns = dict(zip(given, _strata(given), strict=True))
    rates = columns["standard"]
    if standard_population is not None:
        people = columns["standard_population"]
        if (people <= 0).any():
            raise DataError(f"standard_population is 0 in {int((people <= 0).sum())} of {len(people)} strata. Merge them with their neighbours.")
        rates = rates / people
    total = _strata({"counts": [counts]})[0] if whole else columns["counts"]
    observed, expected = float(total.sum()), float(rates @ columns["population"])
    if abs(observed - round(observed)) > 1e-9:
        raise DataError("counts do not add up to a whole number: an exact interval is for counts of events.")
    if expected <= 0:
        raise DataError("No events are expected: the population or the standard's rates are 0 in every stratum.")
    low, high = (float(limit) for limit in poisson_limits(np.array(observed), level=level))
    doubled = min(1.0, 2 * min(float(pdtr(observed, expected)), float(pdtrc(observed - 1, expected)) if observed > 0 else 1.0))
    return _level(
        "ratio", observed / expected, low / expected, high / expected, level, "indirect_exact", observed, float(columns["population"].sum()),
        se=1 / math.sqrt(observed) if observed > 0 else None, p=_no_more_likely(int(round(observed)), expected),
        facts={"observed": observed, "expected": expected, "p_doubling": doubled},
    )  # fmt: skip


def poisson_limits(counts: np.ndarray, *, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Exact central limits (Garwood) of the mean of a Poisson variable seen as `counts` (>= 0, not necessarily whole)."""
    tail = (1 - level) / 2
    return np.where(counts > 0, gammaincinv(np.where(counts > 0, counts, 1.0), tail), 0.0), gammaincinv(counts + 1.0, 1 - tail)


def _no_more_likely(seen: int, mean: float) -> float:
    """Sum of the probabilities of the counts that are no more likely than the one seen."""

    def log_mass(count: int) -> float:
        return count * math.log(mean) - math.lgamma(count + 1)

    bar = log_mass(seen) + 1e-7
    if seen == mean:
        return 1.0
    if seen < mean:
        low, high = math.ceil(mean), math.ceil(2 * mean) + 10
        while log_mass(high) > bar:
            high *= 2
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if log_mass(middle) <= bar else (middle + 1, high)
        return min(1.0, float(pdtr(seen, mean)) + float(pdtrc(low - 1, mean)))
    low, high = -1, math.floor(mean)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if log_mass(middle) <= bar else (low, middle - 1)
    return min(1.0, float(pdtrc(seen - 1, mean)) + (float(pdtr(low, mean)) if low >= 0 else 0.0))


def _strata(given: dict[str, Strata]) -> list[np.ndarray]:
    """The sequences as float arrays of one length, Series matched by their index; DataError where they do not fit."""
    indexed = [name for name, values in given.items() if isinstance(values, pd.Series)]
    if len(indexed) == len(given) and indexed:
        first = given[indexed[0]].index
        for name in indexed:
            index = given[name].index
            if not index.is_unique or len(index) != len(first) or not index.isin(first).all():
                raise DataError(f"The strata of {name} are not those of {indexed[0]}, or occur more than once. Give each stratum once in both.")
        given = {name: values.reindex(first) for name, values in given.items()}
    arrays = []
    for name, values in given.items():
        frame = pd.DataFrame({name: np.asarray(values).ravel()})
        frames.require(frame, [name], what="stratum")
        arrays.append(frames.numbers(frame, name, minimum=0))
    lengths = {name: len(values) for name, values in zip(given, arrays, strict=True)}
    if len(set(lengths.values())) > 1:
        raise DataError(f"The strata do not fit together: {', '.join(f'{name} has {size}' for name, size in lengths.items())}.")
    return arrays


def _level(
    scale: str, value: float, low: float, high: float, level: float, method: str, events: float, people: float,
    *, se: float | None = None, p: float | None = None, facts: dict[str, float] | None = None,
) -> Estimate:  # fmt: skip
    grade = claims.level_only()
    return Estimate(
        scale, value, low, high, method, grade.claim, contrast=grade.contrast, level=level, reasons=grade.reasons, se=se, p=p,
        n_events=int(round(events)) if abs(events - round(events)) < 1e-9 else None, exposure=people, facts=facts or {},
    )  # fmt: skip
