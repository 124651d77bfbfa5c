"""Whom the programme enrols: people with a bad year behind them, who would get better anyway. Anybody comparing them before and after is misled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from effekt.data.synthetic.calendar import NEVER
from effekt.data.synthetic.region import Region
from effekt.data.synthetic.stays import PLANNED

YEAR_DAYS, HALF_YEAR = 365, 183
BAD_YEAR = 2          # acute admissions in the year before
TAKEN = 0.10          # of those with a bad year who are not yet enrolled, a month
ENROLS_UNTIL = 24     # months from the start of the cluster


@dataclass(frozen=True)
class Enrolments:
    """One entry a citizen, enrolled once. cluster : position. start, end : days (end NEVER: still enrolled when the data end)."""

    citizen: np.ndarray
    cluster: np.ndarray
    start: np.ndarray
    end: np.ndarray


def draw_enrolments(region: Region) -> Enrolments:
    """Every month from its start, each cluster enrols some of its residents with two or more acute admissions in the year before."""
    spec, citizens, stays = region.spec, region.citizens, region.stays
    calendar = spec.calendar
    rng = spec.draws("enrolments")
    acute = stays.inpatient & (stays.kind != PLANNED)
    who, when = stays.citizen[acute], stays.start[acute] // 1440
    enrolled = np.zeros(len(citizens), dtype=bool)
    found: list[tuple[np.ndarray, int, int]] = []
    for month in range(calendar.n_months):
        luck = rng.random(len(citizens))
        day = int(calendar.month_start[month])
        recent = np.bincount(who[(when < day) & (when >= day - YEAR_DAYS)], minlength=len(citizens))
        wanted = (recent >= BAD_YEAR) & (luck < TAKEN) & ~enrolled & (citizens.days[:, month] > 0) & (citizens.age[:, month] >= spec.age_min)
        for k, cluster in enumerate(spec.clusters):
            if cluster.start <= month < cluster.start + ENROLS_UNTIL:
                here = np.flatnonzero(wanted & (np.append(spec.cluster_of, -1)[np.maximum(citizens.place[:, month], -1)] == k))
                enrolled[here] = True
                found.append((here, k, day))
    citizen = np.concatenate([here for here, _, _ in found]) if found else np.zeros(0, dtype=np.int64)
    cluster = np.repeat([k for _, k, _ in found], [len(here) for here, _, _ in found]).astype(np.int64)
    start = np.repeat([day for _, _, day in found], [len(here) for here, _, _ in found]).astype(np.int64)
    end = np.minimum(start + HALF_YEAR, citizens.death[citizen])
    return Enrolments(citizen, cluster, start, np.where(end < calendar.n_days, end, NEVER))
