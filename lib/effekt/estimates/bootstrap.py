"""Difference of means by drawing citizens (or units) again: for skewed money, with no assumption on its distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from effekt.errors import DataError
from effekt.estimates import claims, frames
from effekt.estimates.estimate import Estimate

DRAWS_AT_ONCE = 4_000_000
SIGNS = np.array([-1.0, 1.0])
DOUBLE_SIGNS = np.array([1.0, -1.0, -1.0, 1.0])


def bootstrap_mean_difference(
    persons: pd.DataFrame,
    *,
    value: str,
    treated: str = "treated",
    method: Literal["percentile", "bca"] = "percentile",
    replicates: int = 10_000,
    unit: str | None = None,
    seed: int,
    exposure: str | None = None,
    after: str | None = None,
    level: float = 0.95,
) -> Estimate:
    """Mean of the treated minus mean of the others, with an interval from drawing them again with replacement.

    With `exposure` the means are sum(value) / sum(exposure). With `after` it is the change of the treated minus the change of the others,
    and a citizen is drawn whole, with both periods. Drawing is within arms, whose sizes stay as they are (citizens with time in both arms
    are an arm of their own). "percentile": the quantiles of the replicates (linear interpolation). "bca": bias-corrected and accelerated [1]_,
    bias from the share of replicates below the estimate (ties half), acceleration from the empirical influence values. The replicates are
    moved together by the mean of their linear part, whose expectation is 0: less depends on the seed [2]_.

    Parameters
    ----------
    persons : DataFrame
        One row a citizen, or citizen and period: `value` (any number), `treated` (bool or 0/1), `exposure` (person-years, >= 0) and `after` (bool
        or 0/1) where named, citizen_id where a citizen has several rows (without it each row is a citizen). The order of the rows, and what
        the citizens are called, does not change the result.
    unit : str
        Column of units (municipalities) to draw whole instead of citizens; with fewer than about 20 a side the interval is too narrow.
    replicates, seed : number of draws, and the seed that makes them repeatable.
    method : percentile or bca.
    level : level of the interval, both ends included.

    Returns
    -------
    Estimate
        scale difference; se is the standard deviation of the replicates; no p. Fewer than two citizens (units) in an arm, or draws that
        leave a group without exposure: value without interval, caution too_few_citizens. Claim descriptive.

    Raises
    ------
    DataError
        A column is missing or not a finite number, one arm (or period) is empty, exposure is negative or a group has none, or there are
        fewer than 100 replicates.

    References
    ----------
    .. [1] Efron (1987). J Am Stat Assoc 82:171-185. DiCiccio, Efron (1996). Stat Sci 11:189-228.
    .. [2] Efron (1990). J Am Stat Assoc 85:79-89.
    """
    frames.check_level(level)
    if method not in ("percentile", "bca"):
        raise DataError(f"method is {method!r}; it must be percentile or bca.")
    if replicates < 100:
        raise DataError(f"replicates is {replicates}; at least 100 are needed for an interval, 10,000 for one that does not depend on the seed.")
    drawn = _read(persons, value, treated, exposure, after, unit)
    estimate = drawn.estimate(drawn.sums.sum(axis=0)[None, :])[0]
    grade = claims.two_by_two() if after else claims.two_groups()
    common = {
        "method": f"bootstrap_{method}", "claim": grade.claim, "contrast": grade.contrast, "reasons": grade.reasons, "level": level,
        "n_citizens": drawn.n_citizens, "exposure": drawn.person_years,
    }  # fmt: skip
    facts: dict[str, float] = {"replicates": replicates, "seed": seed} | ({"n_units": len(drawn.sums)} if unit else {})
    totals = _draw(drawn, replicates, seed) if drawn.smallest_arm >= 2 else None
    if totals is None or (totals[:, drawn.cells :] <= 0).any():
        bare = Estimate("difference", estimate, None, None, cautions=("too_few_citizens",), facts=facts, **common)
        return frames.named(bare, persons)
    found = np.sort(drawn.estimate(totals) - drawn.linear(totals).mean())
    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    if found[0] == found[-1]:
        bare = Estimate("difference", estimate, None, None, cautions=("perfect_fit",), facts=facts, **common)
        return frames.named(bare, persons)
    if method == "bca":
        below = (np.searchsorted(found, estimate, "left") + np.searchsorted(found, estimate, "right")) / 2 / replicates
        bias = float(ndtri(np.clip(below, 0.5 / replicates, 1 - 0.5 / replicates)))
        acceleration = drawn.acceleration()
        moved = bias + ndtri(tails)
        tails = ndtr(bias + moved / (1 - acceleration * moved))
        facts |= {"bias_correction": bias, "acceleration": acceleration}
    low, high = np.quantile(found, tails)
    return frames.named(Estimate("difference", estimate, low, high, se=float(found.std(ddof=1)), facts=facts, **common), persons)


@dataclass(frozen=True)
class _Drawn:
    """What is drawn: sums (draws x 2c: amounts of the c cells, then their exposures), arm (0 others, 1 treated, 2 both) a draw, signs (c)."""

    sums: np.ndarray
    arm: np.ndarray
    signs: np.ndarray
    n_citizens: int
    person_years: float | None

    @property
    def cells(self) -> int:
        return len(self.signs)

    @property
    def smallest_arm(self) -> int:
        others, treated, both = np.bincount(self.arm, minlength=3)
        return int(max(min(others, treated), both))

    def estimate(self, totals: np.ndarray) -> np.ndarray:
        return (totals[:, : self.cells] / totals[:, self.cells :]) @ self.signs

    def linear(self, sums: np.ndarray) -> np.ndarray:
        """The linear part of the estimate's deviation: an influence a draw, or its sum a replicate; over all possible replicates its mean is 0."""
        amount, exposure = np.split(self.sums.sum(axis=0), 2)
        return ((sums[:, : self.cells] - sums[:, self.cells :] * (amount / exposure)) / exposure) @ self.signs

    def acceleration(self) -> float:
        influence = self.linear(self.sums)
        means = np.bincount(self.arm, influence) / np.maximum(np.bincount(self.arm), 1)
        centred = influence - means[self.arm]
        return float((centred**3).sum() / 6 / (centred**2).sum() ** 1.5)


def _read(persons: pd.DataFrame, value: str, treated: str, exposure: str | None, after: str | None, unit: str | None) -> _Drawn:
    frames.require(persons, [name for name in (value, treated, exposure, after, unit) if name], what="citizen, or citizen and period")
    amount, arm = frames.numbers(persons, value), frames.flags(persons, treated)
    time = frames.numbers(persons, exposure, minimum=0) if exposure else np.ones(len(amount))
    cell, signs = arm.astype(np.int64), SIGNS
    if after:
        cell, signs = 2 * cell + frames.flags(persons, after), DOUBLE_SIGNS
    empty = int((np.bincount(cell, time, len(signs)) <= 0).sum())
    if empty:
        raise DataError(f"{empty} of the {len(signs)} groups ({treated}{' x ' + after if after else ''}) have no rows or no exposure.")
    citizen = frames.codes(persons, "citizen_id")[0] if "citizen_id" in persons else np.arange(len(amount))
    who = frames.codes(persons, unit)[0] if unit else citizen
    n, c = int(who.max()) + 1, len(signs)
    sums = np.zeros((n, 2 * c))
    np.add.at(sums, (who, cell), amount)
    np.add.at(sums, (who, c + cell), time)
    in_treated, in_others = np.bincount(who, arm, n) > 0, np.bincount(who, ~arm, n) > 0
    kind = np.where(in_treated & in_others, 2, in_treated.astype(np.int64))
    order = np.lexsort((*_sort_keys(sums).T[::-1], kind))
    return _Drawn(sums[order], kind[order], signs, int(citizen.max()) + 1, float(time.sum()) if exposure else None)


def _sort_keys(sums: np.ndarray) -> np.ndarray:
    """The sums on a scale of their own, to nine digits: an order that neither the rows, nor the names, nor the currency unit can change."""
    largest = np.abs(sums).max(axis=0)
    return np.round(sums / np.where(largest > 0, largest, 1.0), 9)


def _draw(drawn: _Drawn, replicates: int, seed: int) -> np.ndarray:
    """replicates x 2c sums of draws with replacement within arms."""
    generator = np.random.default_rng(seed)
    totals = np.zeros((replicates, drawn.sums.shape[1]))
    for arm in np.unique(drawn.arm):
        rows = drawn.sums[drawn.arm == arm]
        n = len(rows)
        fixed = np.ptp(rows, axis=0) == 0
        totals[:, fixed] += rows[0, fixed] * n
        columns = np.ascontiguousarray(rows[:, ~fixed].T)
        chunk = max(1, DRAWS_AT_ONCE // n)
        for begin in range(0, replicates, chunk):
            size = min(chunk, replicates - begin)
            picked = generator.integers(0, n, size=(size, n), dtype=np.int32)
            for place, column in zip(np.flatnonzero(~fixed), columns, strict=True):
                totals[begin : begin + size, place] += column[picked].sum(axis=1)
    return totals
