"""Rows of citizens added up to unit x month cells, and the citizens' scores of a model fitted on the cells.

A Poisson model whose covariates are constant within a cell has the same estimating equations on the cells as on the rows. Only the robust
errors need the rows: a citizen's score is the sum over his or her rows of (events - exposure x fitted rate of the cell) x covariates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import frames


@dataclass(frozen=True)
class CitizenCells:
    """Rows (citizen, cell, events, exposure) and their sums a cell (cell = unit code x months + month code).

    treated : bool a unit. months : month numbers in order, without gaps. citizens, units : labels of the codes.
    """

    citizen: np.ndarray
    cell: np.ndarray
    row_events: np.ndarray
    row_exposure: np.ndarray
    citizens: np.ndarray
    units: np.ndarray
    months: np.ndarray
    treated: np.ndarray
    events: np.ndarray
    exposure: np.ndarray

    @property
    def cell_unit(self) -> np.ndarray:
        return np.repeat(np.arange(len(self.units)), len(self.months))

    @property
    def cell_month(self) -> np.ndarray:
        return np.tile(self.months, len(self.units))

    @property
    def cell_treated(self) -> np.ndarray:
        return np.repeat(self.treated, len(self.months))


def add_up(person_months: pd.DataFrame) -> CitizenCells:
    """The cells of a frame `citizen_id`, `unit`, `month`, `events`, `exposure`, `treated` (constant within a unit)."""
    frames.require(person_months, ("citizen_id", "unit", "month", "events", "exposure", "treated"), what="citizen and month")
    citizen, citizens = frames.codes(person_months, "citizen_id")
    unit, units = frames.codes(person_months, "unit")
    month = frames.month_numbers(person_months["month"])
    events = frames.numbers(person_months, "events", minimum=0)
    exposure = frames.numbers(person_months, "exposure", minimum=0)
    flag = frames.flags(person_months, "treated")
    treated = np.bincount(unit, flag, len(units))
    mixed = (treated > 0) & (treated < np.bincount(unit))
    if mixed.any():
        raise DataError(f"treated is both true and false in {int(mixed.sum())} units. A unit is in the programme or in the comparison.")
    months = np.arange(month.min(), month.max() + 1)
    seen = np.bincount(month - months[0], minlength=len(months))
    if (seen == 0).any():
        frames.check_months(months[seen > 0])
    cell = unit * len(months) + (month - months[0])
    size = len(units) * len(months)
    total_events, total_exposure = np.bincount(cell, events, size), np.bincount(cell, exposure, size)
    orphan = (total_exposure == 0) & (total_events > 0)
    if orphan.any():
        raise DataError(f"{int(orphan.sum())} unit-months have events but no exposure. Check how exposure was counted there.")
    return CitizenCells(citizen, cell, events, exposure, citizens, units, months, treated > 0, total_events, total_exposure)


def citizen_scores(cells: CitizenCells, used: np.ndarray, mu: np.ndarray, unit: np.ndarray, period: np.ndarray, extra: np.ndarray) -> np.ndarray:
    """Scores, citizens x (units + periods - 1 + extra columns), in the column order of `two_way_dummies` followed by `extra`.

    used : bool a cell. mu, unit, period, extra : fitted events, codes and further covariates of the used cells, in cell order.
    """
    place = np.full(len(used), -1)
    place[used] = np.arange(int(used.sum()))
    row = place[cells.cell]
    inside = row >= 0
    row, citizen = row[inside], cells.citizen[inside]
    rate = mu / cells.exposure[used]
    residual = cells.row_events[inside] - cells.row_exposure[inside] * rate[row]
    n, units, periods = len(cells.citizens), int(unit.max()) + 1, int(period.max()) + 1
    by_unit = np.bincount(citizen * units + unit[row], residual, n * units).reshape(n, units)
    by_period = np.bincount(citizen * periods + period[row], residual, n * periods).reshape(n, periods)
    others = [np.bincount(citizen, residual * column[row], n)[:, None] for column in extra.T]
    return np.hstack([by_unit, by_period[:, 1:], *others])
