"""What every way of computing an answer starts from: the rows of a place added up once, with the age and month of each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates.citizen_cells import add_up
from effekt.estimates.controlled_effect import CitizenRows, Effect, keep_rows, sort_rows, with_events
from effekt.estimates.frames import month_number, month_stamps
from effekt.measures.frames import COMPARISON, clusters_of, rows_of
from effekt.measures.sensitivity import Plan, aged_months, elsewhere, plan_of

if TYPE_CHECKING:
    from effekt.study import Study


@dataclass(frozen=True)
class Ground:
    """What every way is computed from, for one cluster or municipality: its rows added up once, and the age and month of each row.

    Rows, ages and months are in the order of the citizens, `order` their places as they were read; months are numbers on the scale of
    `frames.month_number`.
    """

    study: Study
    outcome: str
    rows: CitizenRows
    order: np.ndarray
    age: np.ndarray
    month: np.ndarray
    plan: Plan | None
    away: pd.DataFrame = field(repr=False, compare=False)
    known: dict[str, Effect] = field(default_factory=dict, repr=False, compare=False)

    @property
    def counted(self) -> bool:
        """Whether events are counts; False for money."""
        return not self.study.outcome(self.outcome).is_cost

    @property
    def design(self) -> dict[str, Any]:
        """The keywords of `controlled_effect` by the protocol."""
        names = {"outcome": self.outcome, "unit": self.study.unit, "measure_unit": self.study.outcome(self.outcome).unit}
        return {**self.study.design, "counted": self.counted, "named": names}

    @property
    def own_units(self) -> tuple[str, ...]:
        """The programme's municipalities that have citizens."""
        return tuple(self.rows.cells.units[self.rows.cells.treated])

    @property
    def comparison_units(self) -> tuple[str, ...]:
        """The comparison's municipalities that have citizens, in the order of their codes."""
        return tuple(self.rows.cells.units[~self.rows.cells.treated])

    @property
    def sharing(self) -> tuple[str, ...]:
        """Own municipalities that share a hospital with another cluster."""
        return sharing(self.study, self.away)

    @property
    def start(self) -> int:
        """The start as a month number."""
        return month_number(self.study.start)

    def without(self, codes: tuple[str, ...]) -> CitizenRows:
        """The rows without those of these municipalities."""
        cells = self.rows.cells
        return keep_rows(self.rows, np.repeat(~np.isin(cells.units, codes), len(cells.months))[cells.cell])


def make_ground(study: Study, outcome: str) -> Ground:
    """The ground of a cluster or municipality; DataError where there is nobody."""
    frame = aged_months(study, outcome)
    rows, order = sort_rows(add_up(frame))
    month = rows.cells.months.astype(np.int32)[rows.cells.cell % len(rows.cells.months)]
    return Ground(study, outcome, rows, order, frame["age"].to_numpy()[order], month, plan_of(study, frame), elsewhere(study, frame))


def other_ground(ground: Ground, outcome: str) -> Ground | None:
    """The ground of the same place for another outcome, with the same rows where the other has them all; None where it has nobody."""
    study, cells = ground.study, ground.rows.cells
    frame = rows_of(study, outcome, [*clusters_of(study), COMPARISON], ["citizen_id", "month"])
    if len(frame) == len(ground.order):
        frame = frame.iloc[ground.order]
        months = frame["month"].dt.year.to_numpy() * 12 + frame["month"].dt.month.to_numpy() - 1
        if (frame["citizen_id"].to_numpy() == cells.citizens[cells.citizen]).all() and (months == ground.month).all():
            return replace(ground, outcome=outcome, rows=with_events(ground.rows, frame["events"].to_numpy(dtype=float)), known={})
    try:
        return make_ground(study, outcome)
    except DataError:
        return None


def grounds(study: Study, outcome: str) -> tuple[Ground, ...]:
    """The grounds of the place: one, or for the region one a cluster. A cluster without anybody has none."""
    places = [study] if study.cluster is not None else [study.of(cluster) for cluster in study.clusters]
    found = []
    for place in places:
        try:
            found.append(make_ground(place, outcome))
        except DataError:
            continue
    return tuple(found)


def unit_months(ground: Ground) -> pd.DataFrame:
    """The frame of `measures.panel`, of the municipalities of this ground alone, from its cells."""
    cells = ground.rows.cells
    own = np.repeat(cells.treated, len(cells.months))
    frame = pd.DataFrame({"unit": np.repeat(cells.units, len(cells.months)), "month": month_stamps(np.tile(cells.months, len(cells.units)))})
    frame = frame.assign(events=cells.events, exposure=cells.exposure, cluster=np.where(own, ground.study.cluster, COMPARISON))
    frame["start"] = pd.to_datetime(pd.Series(np.where(own, ground.study.start.to_datetime64(), np.datetime64("NaT"))))
    kept = frame[frame["exposure"] > 0].reset_index(drop=True)
    kept.attrs = {**ground.design["named"], "comparison_exposure": ground.study.comparison_exposure}
    return kept


def sharing(study: Study, away: pd.DataFrame) -> tuple[str, ...]:
    """Municipalities of whose admissions at least `shared_hospital_percent` are at another cluster's hospital. away : of `elsewhere`."""
    share = 100 * away["n_elsewhere"] / away["n"].where(away["n"] > 0)
    return tuple(away.loc[share >= study.protocol.sensitivity.shared_hospital_percent, "kommunekode"])
