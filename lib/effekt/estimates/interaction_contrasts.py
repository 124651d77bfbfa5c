"""Whether an effect differs between the levels of a subgroup, told by differences within each unit alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import chdtrc, ndtri

from effekt.errors import DataError
from effekt.estimates import frames


@dataclass(frozen=True)
class Interaction:
    """What `interaction` found. n_levels : levels compared with another in some unit. first, last : places of the outermost of them.

    q, df, p : the test that the effect is the same in all of them. ratio, low, high : the effect in the last divided by that in the first. All None
    where no unit has an answer in two levels.
    """

    n_levels: int
    first: int | None = None
    last: int | None = None
    q: float | None = None
    df: float | None = None
    p: float | None = None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None


def interaction(levels: Sequence[Sequence[Any]], *, level: float = 0.95) -> Interaction:
    """Test that the log effects are the same in every level, each unit held against itself, and the ratio of the last level to the first.

    Generalised least squares of the log effects on unit and level with known covariances: the citizens of different levels are different people,
    so levels are independent; within a level the units share the comparison, and the covariance of two effects is the sum over citizens of the
    product of their influences. Units may differ in their effect as they like, so nothing is taken from which unit has how many of which level [1]_.
    With one unit q is that of Cochran: squared deviations from the weighted mean, and with two levels the squared z of their difference.

    Parameters
    ----------
    levels : one item a level, each with one result a unit, in the same order of units: records with `effect` (an `Estimate` on the scale ratio) and
        `influence` (Series, citizen_id -> influence on the log effect), as from `controlled_time_series`. An effect without a value is left out.
    level : level of the interval, both ends included.

    Returns
    -------
    Interaction

    Raises
    ------
    DataError
        Levels with different numbers of units, or an effect that is no ratio.

    References
    ----------
    .. [1] Fisher, Carpenter, Morris, Freeman, Tierney (2017). BMJ 356:j573 (within-trial interactions pooled). Altman, Bland (2003). BMJ 326:219.
    """
    frames.check_level(level)
    if len({len(units) for units in levels}) > 1:
        raise DataError("Every level needs one result a unit, in the same order; a unit without an answer has an effect without a value.")
    cells = [(place, unit, one) for place, units in enumerate(levels) for unit, one in enumerate(units) if one.effect.value is not None]
    cells = [cell for cell in cells if cell[2].effect.se]
    if any(one.effect.scale != "ratio" for _, _, one in cells):
        raise DataError("Interactions are tested on ratios.")
    several = {unit for _, unit, _ in cells if sum(other == unit for _, other, _ in cells) > 1}
    cells = [cell for cell in cells if cell[1] in several]
    places = sorted({place for place, _, _ in cells})
    if len(places) < 2:
        return Interaction(len(places))
    y = np.array([math.log(one.effect.value) for _, _, one in cells])
    weight = np.linalg.pinv(_covariance(cells))
    units = sorted(several)
    design = np.array([[unit == own for own in units] + [place == other for other in places[1:]] for place, unit, _ in cells], dtype=float)
    bread = design.T @ weight @ design
    if np.linalg.matrix_rank(bread) < len(bread):
        return Interaction(len(places))
    inverse = np.linalg.inv(bread)
    found, spread = (inverse @ design.T @ weight @ y)[len(units) :], inverse[len(units) :, len(units) :]
    q, df = float(found @ np.linalg.solve(spread, found)), float(len(found))
    reach = float(ndtri((1 + level) / 2)) * math.sqrt(spread[-1, -1])
    ends = (math.exp(found[-1] - reach), math.exp(found[-1] + reach))
    return Interaction(len(places), places[0], places[-1], q, df, float(chdtrc(df, q)), math.exp(found[-1]), *ends)


def _covariance(cells: list[tuple[int, int, Any]]) -> np.ndarray:
    """Covariances of the log effects, 0 between levels."""
    size = len(cells)
    covariance = np.zeros((size, size))
    for place in {cell[0] for cell in cells}:
        own = [number for number, cell in enumerate(cells) if cell[0] == place]
        table = pd.concat([cells[number][2].influence for number in own], axis=1, keys=range(len(own))).fillna(0.0).to_numpy()
        covariance[np.ix_(own, own)] = table.T @ table
    return covariance
