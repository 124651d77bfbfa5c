"""Person-months straight from a simulated region, without files: what `measures.person_months` must give for the delivery of that region."""

from __future__ import annotations

import numpy as np
import pandas as pd

from effekt.data.synthetic.calendar import MINUTES
from effekt.data.synthetic.citizens import YEAR
from effekt.data.synthetic.costs import cost_cells
from effekt.data.synthetic.region import Region
from effekt.data.synthetic.stays import PLANNED, Stays
from effekt.errors import UsageError


COUNTED = ("adm_rate", "adm_acute", "adm_acute_medical", "readm30", "beddays")
HOUR, READMISSION_HOURS = 60, 30 * 24


def in_target(region: Region) -> np.ndarray:
    """Citizens x months: a month of the data period, alive, resident in the study area and old enough on its first day."""
    inside = np.arange(region.spec.n_months) >= region.spec.run_in
    return (region.citizens.days > 0) & (region.citizens.age >= region.spec.age_min) & inside


def stay_events(region: Region, outcome: str) -> np.ndarray:
    """Events of an outcome counted in stays that a delivery holds, in the month the stay starts. Shape (citizens, months), int32."""
    stays = region.stays.take(region.stays.end >= region.spec.first_day * MINUTES)
    weight = _weight(stays, outcome, region.spec.calendar.n_days * MINUTES)
    size = region.citizens.days.shape
    cell = stays.citizen * size[1] + stays.month
    return np.bincount(cell, weight, size[0] * size[1]).astype(np.int32).reshape(size)


def _weight(stays: Stays, outcome: str, end_of_data: int) -> np.ndarray:
    """What each stay counts for in an outcome of the catalogue."""
    acute = stays.inpatient & (stays.kind != PLANNED)
    if outcome == "adm_rate":
        return stays.inpatient.astype(float)
    if outcome == "adm_acute":
        return acute.astype(float)
    if outcome == "adm_acute_medical":
        return (acute & stays.medical).astype(float)
    if outcome == "beddays":
        midnights = np.minimum(stays.end, end_of_data) // MINUTES - stays.start // MINUTES
        return np.where(stays.inpatient, np.maximum(midnights, 1), 0).astype(float)
    if outcome == "readm30":
        return (acute & _soon_after_discharge(stays)).astype(float)
    raise UsageError(f"The simulator does not count the outcome {outcome!r} itself; it counts {', '.join(COUNTED)}.")


def _soon_after_discharge(stays: Stays) -> np.ndarray:
    """Stays that start at most 30 days (in whole hours) after the citizen's last admission ended, alive."""
    found = np.zeros(len(stays), dtype=bool)
    admission = np.flatnonzero(stays.inpatient)
    earlier, later = admission[:-1], admission[1:]
    gap = stays.start[later] // HOUR - stays.end[earlier] // HOUR
    found[later] = (stays.citizen[later] == stays.citizen[earlier]) & ~stays.died[earlier] & (gap <= READMISSION_HOURS)
    return found


def outcome_cells(region: Region, outcome: str) -> np.ndarray:
    """Any outcome the simulator knows, citizens x months: events, or kroner in fixed prices for a cost."""
    return cost_cells(region)[outcome] / 100 if outcome.startswith("cost_") else stay_events(region, outcome)


def person_months(region: Region, outcome: str, cluster: str | None = None, cells: np.ndarray | None = None) -> pd.DataFrame:
    """The frame that estimators take: citizen_id, unit, month, events, exposure (person-years), treated; and `.attrs` naming the outcome.

    Residents of `cluster` (None: of all clusters) and of the comparison, one row a citizen and month in target; citizen_id is the position.
    `cells` are those of `outcome_cells`, for whoever asks for several clusters.
    """
    spec, citizens = region.spec, region.citizens
    events = outcome_cells(region, outcome) if cells is None else cells
    own = np.append(spec.cluster_of, -9)[np.maximum(citizens.place, -1)]
    wanted = (own >= 0) if cluster is None else own == spec.cluster_ids.index(cluster)
    row = np.flatnonzero((wanted | (own == -1)) & in_target(region))
    citizen, month = row // spec.n_months, row % spec.n_months
    place = citizens.place.ravel()[row]
    frame = pd.DataFrame(
        {
            "citizen_id": citizen,
            "unit": pd.array(list(spec.municipalities), dtype="str").take(place),
            "month": spec.calendar.month_dates[:-1].astype("datetime64[s]")[month],
            "events": events.ravel()[row],
            "exposure": citizens.days.ravel()[row] / YEAR,
            "treated": spec.cluster_of[place] >= 0,
        },
        copy=False,
    )
    unit = "dkk_per_person_year" if outcome.startswith("cost_") else "days_per_person_year" if outcome == "beddays" else "per_person_year"
    frame.attrs = {"outcome": outcome, "unit": cluster or "region", "measure_unit": unit}
    return frame
