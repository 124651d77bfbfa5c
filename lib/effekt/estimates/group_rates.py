"""Exposure-weighted rates of two groups, or of two groups in two periods, with influences of citizens; the ground of ratios and differences.

A rate is sum(amount) / sum(exposure): the answer of every log-link model with a saturated design whose weights are the exposure, whatever the
family, so that a closed form serves counts and kroner alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import claims, frames
from effekt.estimates.claims import Grade

CONTRASTS = ("after_before", "group_group", "programme_comparison")


@dataclass(frozen=True)
class GroupRates:
    """Cells of one contrast: signs +1/-1 (c), amount and exposure (c), citizens' influences on each rate (citizens x c), and counts.

    The ratio is the product of rate ** sign, the difference the sum of rate x sign. moved : citizens with time in both arms.
    """

    signs: np.ndarray
    amount: np.ndarray
    exposure: np.ndarray
    influence: np.ndarray
    happenings: np.ndarray
    n_citizens: int
    moved: int
    grade: Grade
    row_cell: np.ndarray
    row_amount: np.ndarray
    row_exposure: np.ndarray

    @property
    def rates(self) -> np.ndarray:
        return self.amount / self.exposure

    def log_ratio(self) -> tuple[float, float]:
        """Log of the ratio and its standard error, robust by citizen (no small-sample factor)."""
        value = float(self.signs @ np.log(self.rates))
        return value, float(np.linalg.norm(self.influence @ (self.signs / self.rates)))

    def difference(self) -> tuple[float, float]:
        """Difference and its standard error, robust by citizen (no small-sample factor)."""
        return float(self.signs @ self.rates), float(np.linalg.norm(self.influence @ self.signs))


def compare(persons: pd.DataFrame, value: str, contrast: str | None, citizen: str | None = "citizen_id") -> GroupRates:
    """The cells of `persons` (value, exposure, and after and/or treated), for `contrast` or, if None, for what varies in the frame.

    after only: after_before. treated only: group_group. Both: programme_comparison, the programme's change against the comparison's. Naming
    after_before with both in the frame takes the programme's rows (treated) alone; naming group_group takes the rows after the start alone.
    citizen : column of the citizen, None where every row is taken as independent.
    """
    frames.require(persons, [value, "exposure"], what="citizen, or citizen and period")
    if contrast is not None and contrast not in CONTRASTS:
        raise DataError(f"contrast is {contrast!r}; it must be one of {', '.join(CONTRASTS)}, or None.")
    if not {"after", "treated"} & set(persons.columns):
        raise DataError("The frame has neither a column after nor a column treated: there is nothing to compare.")
    after = frames.flags(persons, "after") if "after" in persons else None
    treated = frames.flags(persons, "treated") if "treated" in persons else None
    kept, cell, signs, grade = contrast_cells(after, treated, contrast)
    amount = frames.numbers(persons, value, minimum=0)[kept]
    exposure = frames.numbers(persons, "exposure", minimum=0)[kept]
    cell = cell[kept]
    total, time = np.bincount(cell, amount, len(signs)), np.bincount(cell, exposure, len(signs))
    empty = int((time <= 0).sum())
    if empty:
        raise DataError(f"{empty} of the {len(signs)} groups of the contrast {grade.contrast} have no exposure: there is nothing to divide by.")
    who = frames.codes(persons, citizen)[0][kept] if citizen else np.arange(len(cell))
    _, who = np.unique(who, return_inverse=True)
    n = int(who.max()) + 1
    rates = total / time
    influence = np.zeros((n, len(signs)))
    np.add.at(influence, (who, cell), (amount - exposure * rates[cell]) / time[cell])
    moved = 0
    if citizen and treated is not None and grade.contrast != "after_before":
        arms = treated[kept]
        moved = int(((np.bincount(who, arms, n) > 0) & (np.bincount(who, ~arms, n) > 0)).sum())
    happenings = np.bincount(cell, amount > 0, len(signs))
    return GroupRates(signs, total, time, influence, happenings, n, moved, grade, cell, amount, exposure)


def contrast_cells(after: np.ndarray | None, treated: np.ndarray | None, contrast: str | None) -> tuple[np.ndarray, np.ndarray, np.ndarray, Grade]:
    """Rows kept, cell code a row, sign a cell, and the grade. Cell 0 is the reference of its pair."""
    after_varies, arm_varies = _varies(after), _varies(treated)
    if contrast is None:
        contrast = "programme_comparison" if after_varies and arm_varies else "after_before" if after_varies else "group_group"
    needed = {"after_before": (after_varies, True), "group_group": (True, arm_varies), "programme_comparison": (after_varies, arm_varies)}[contrast]
    for there, column in zip(needed, ("after", "treated"), strict=True):
        if not there:
            raise DataError(f"The contrast {contrast} needs a column {column} that is true in some rows and false in others.")
    everything = np.ones(len(after if after is not None else treated), dtype=bool)
    if contrast == "after_before":
        kept = treated if arm_varies else everything
        if not _varies(after[kept]):
            raise DataError("The programme's rows (treated) are all before, or all after, the start: there is nothing to compare.")
        return kept, after.astype(np.int64), np.array([-1.0, 1.0]), claims.before_after()
    if contrast == "group_group":
        kept = after if after_varies else everything
        if not _varies(treated[kept]):
            raise DataError("The rows after the start are all of one group: there is nothing to compare.")
        return kept, treated.astype(np.int64), np.array([-1.0, 1.0]), claims.two_groups()
    return everything, 2 * treated.astype(np.int64) + after, np.array([1.0, -1.0, -1.0, 1.0]), claims.two_by_two()


def _varies(flag: np.ndarray | None) -> bool:
    return flag is not None and bool(flag.any()) and not bool(flag.all())


def park_exponent(groups: GroupRates) -> float | None:
    """Exponent of the modified Park test over the groups: the power of the mean with which the variance grows; None where all means are equal.

    Gamma regression with log link of the squared residual of a row's rate (times its exposure) on the log of its group's mean [1]_, on the
    groups' mean squares, which gives the same answer as on the rows.

    References
    ----------
    .. [1] Manning, Mullahy (2001). J Health Econ 20:461-494.
    """
    there = groups.row_exposure > 0
    cell, weight = groups.row_cell[there], groups.row_exposure[there]
    squared = weight * (groups.row_amount[there] / weight - groups.rates[cell]) ** 2
    n = np.bincount(cell, minlength=len(groups.signs))
    spread = np.bincount(cell, squared, len(groups.signs)) / n
    if (spread <= 0).any() or np.ptp(np.log(groups.rates)) < 1e-9:
        return None
    design = np.column_stack([np.ones(len(n)), np.log(groups.rates)]) * np.sqrt(n)[:, None]
    slope = np.linalg.lstsq(design, np.log(spread) * np.sqrt(n), rcond=None)[0]
    for _ in range(100):
        fitted = np.exp(design @ slope / np.sqrt(n))
        step = np.linalg.lstsq(design, (spread / fitted - 1) * np.sqrt(n), rcond=None)[0]
        slope = slope + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-12:
            break
    return float(slope[1])
