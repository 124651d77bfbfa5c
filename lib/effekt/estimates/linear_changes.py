"""Ratios of sums (a rate, a share of the cost) of two groups in two periods, and what each citizen adds to their change.

Where groups began at different dates (`stratum`), each stratum has its own before and after, also of the comparison, and the strata are averaged by
their weight in the programme. A citizen who is in several strata or in both groups counts as one in every error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import claims, frames
from effekt.estimates.claims import Grade


@dataclass(frozen=True)
class LinearChanges:
    """Levels of K ratios and the citizens' influences on them.

    levels : 2 x 2 x K, comparison/programme by before/after (NaN where there is no comparison). influence : citizens x 2 x 2 x K; its column sums
    are 0 and the square sum of a linear combination is its variance (robust by citizen, no small-sample factor). citizens : their ids.
    n : 2 x 2 citizens. grade : what the change may claim.
    """

    levels: np.ndarray
    influence: np.ndarray
    citizens: np.ndarray
    present: np.ndarray
    n: np.ndarray
    grade: Grade

    @property
    def compared(self) -> bool:
        """Whether there is a comparison."""
        return not np.isnan(self.levels[0]).any()

    def change(self) -> np.ndarray:
        """The programme's change, minus the comparison's where there is one."""
        own = self.levels[:, 1] - self.levels[:, 0]
        return own[1] - own[0] if self.compared else own[1]

    def change_influence(self) -> np.ndarray:
        """Citizens x K: influence on `change`."""
        own = self.influence[:, :, 1] - self.influence[:, :, 0]
        return own[:, 1] - own[:, 0] if self.compared else own[:, 1]

    def values(self) -> np.ndarray:
        """Citizens x 2 x K: values whose mean over a group's citizens is the group's change, and whose spread is its error; NaN elsewhere."""
        own = self.influence[:, :, 1] - self.influence[:, :, 0]
        counts = self.present.sum(axis=0)
        change = self.levels[:, 1] - self.levels[:, 0]
        return np.where(self.present[:, :, None], change[None] + counts[None, :, None] * own, np.nan)


def add_up_changes(
    persons: pd.DataFrame, numerators: np.ndarray, denominators: np.ndarray, *, treated: str, after: str, stratum: str | None
) -> LinearChanges:
    """`LinearChanges` of sum(numerator) / sum(denominator); both arrays are rows x K. Weights of strata: the programme's first denominators.

    Raises DataError where a group of a stratum has no denominator before or after.
    """
    arm, period = frames.flags(persons, treated).astype(int), frames.flags(persons, after).astype(int)
    who, citizens = frames.codes(persons, "citizen_id")
    part = frames.codes(persons, stratum)[0] if stratum else np.zeros(len(arm), dtype=np.int64)
    strata, k = int(part.max()) + 1, numerators.shape[1]
    compared = bool((arm == 0).any())
    cell = (part * 2 + arm) * 2 + period
    amount, base = np.zeros((strata * 4, k)), np.zeros((strata * 4, k))
    np.add.at(amount, cell, numerators)
    np.add.at(base, cell, denominators)
    amount, base = amount.reshape(strata, 2, 2, k), base.reshape(strata, 2, 2, k)
    needed = base if compared else base[:, 1:]
    empty = int((needed <= 0).any(axis=-1).sum())
    if empty:
        groups = needed.shape[0] * needed.shape[1] * 2
        raise DataError(f"{empty} of {groups} groups have nothing before or after the start to divide by. Leave them out.")
    weight = base[:, 1, :, 0].sum(axis=1)
    weight = weight / weight.sum()
    shares = np.divide(amount, base, out=np.full_like(amount, np.nan), where=base > 0)
    levels = np.einsum("s,sapk->apk", weight, shares)
    flat = shares.reshape(strata * 4, k)[cell]
    rows = weight[part][:, None] * (numerators - flat * denominators) / base.reshape(strata * 4, k)[cell]
    influence = np.zeros((len(citizens), 2, 2, k))
    np.add.at(influence, (who, arm, period), rows)
    present = np.zeros((len(citizens), 2), dtype=bool)
    present[who, arm] = True
    n = np.array([[len(np.unique(who[(arm == a) & (period == p)])) for p in (0, 1)] for a in (0, 1)])
    return LinearChanges(levels, influence, citizens, present, n, claims.two_by_two() if compared else claims.before_after())


def read_columns(persons: pd.DataFrame, columns: Sequence[str], *others: str | None) -> np.ndarray:
    """Rows x columns, every number finite; raises DataError for what is missing."""
    frames.require(persons, ["citizen_id", *columns, *(name for name in others if name)], what="citizen, group and period")
    return np.column_stack([frames.numbers(persons, name) for name in columns])
