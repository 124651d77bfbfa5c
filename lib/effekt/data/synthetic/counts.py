"""Person-months straight from a simulated region, without files: what `measures.person_months` must give for the delivery of that region."""

from __future__ import annotations

import numpy as np
import pandas as pd

from effekt.data.synthetic.calendar import MINUTES
from effekt.data.synthetic.citizens import YEAR
from effekt.data.synthetic.region import Region
from effekt.data.synthetic.stays import PLANNED, Stays
from effekt.errors import UsageError


COUNTED = ("adm_rate", "adm_acute", "adm_acute_medical", "readm30", "beddays")
HOUR, READMISSION_HOURS = 60, 30 * 24


def in_target(region: Region) -> np.ndarray:
    """Citizens x months: alive, resident in the study area and old enough on the first day of the month."""
    return region.citizens.in_target & (region.citizens.age >= region.spec.age_min)


def stay_events(region: Region, outcome: str) -> np.ndarray:
    """Events of an outcome counted in stays, in the month the stay starts. Shape (citizens, months), int32."""
    stays = region.stays
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


def person_months(region: Region, outcome: str, cluster: str | None = None) -> pd.DataFrame:
    """The frame that estimators take: citizen_id, unit, month, events, exposure (person-years), treated; and `.attrs` naming the outcome.

    Residents of `cluster` (None: of all clusters) and of the comparison, one row a citizen and month in target; citizen_id is the position.
    """
    spec, citizens = region.spec, region.citizens
    events = stay_events(region, outcome)
    own = np.append(spec.cluster_of, -9)[np.maximum(citizens.place, -1)]
    wanted = (own >= 0) if cluster is None else own == spec.cluster_ids.index(cluster)
    row = np.flatnonzero((wanted | (own == -1)) & in_target(region))
    citizen, month = row // spec.n_months, row % spec.n_months
    place = citizens.place.ravel()[row]
    frame = pd.DataFrame(
        {
            "citizen_id": citizen,
            "unit": pd.Categorical.from_codes(place, list(spec.municipalities)),
            "month": spec.calendar.month_dates[:-1].astype("datetime64[s]")[month],
            "events": events.ravel()[row],
            "exposure": citizens.days.ravel()[row] / YEAR,
            "treated": spec.cluster_of[place] >= 0,
        },
        copy=False,
    )
    frame.attrs = {"outcome": outcome, "unit": cluster or "region", "measure_unit": "per_person_year"}
    return frame
