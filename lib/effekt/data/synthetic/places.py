"""Who is where on a day: what several of the sources beside the registers ask of a simulated region."""

from __future__ import annotations

import numpy as np

from effekt.data.synthetic.calendar import MINUTES
from effekt.data.synthetic.region import Region
from effekt.data.synthetic.stays import PLANNED, Stays

DAY_HOURS = 24


def cluster_at(region: Region, citizen: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Position of the cluster in which each citizen lives on each day; -1 for elsewhere, not alive or outside the period."""
    place = place_at(region, citizen, day)
    return np.where(place >= 0, region.spec.cluster_of[np.maximum(place, 0)], -1)


def place_at(region: Region, citizen: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Position of the municipality in which each citizen lives on each day; -1 for elsewhere, not alive or outside the period."""
    calendar, citizens = region.spec.calendar, region.citizens
    inside = (day >= 0) & (day < calendar.n_days)
    month = calendar.month_of_day[np.where(inside, day, 0)]
    there = inside & (day - calendar.month_start[month] < citizens.days[citizen, month])
    return np.where(there, citizens.place[citizen, month], -1)


def acute_discharges(region: Region, first: np.ndarray | int, medical_only: bool = True, hours: int = DAY_HOURS) -> tuple[Stays, np.ndarray]:
    """Acute admissions of residents of a cluster, discharged alive within the data, and the cluster of each.

    first : first day of discharge, one for all or one a cluster. hours : shortest stay.
    """
    spec, stays = region.spec, region.stays
    day = stays.end // MINUTES
    owner = np.where(stays.place >= 0, spec.cluster_of[stays.place], -1)
    since = np.broadcast_to(first, len(spec.clusters))[np.maximum(owner, 0)]
    wanted = stays.inpatient & (stays.kind != PLANNED) & ~stays.died & (stays.end - stays.start >= hours * 60)
    wanted &= (owner >= 0) & (day >= since) & (day < spec.calendar.n_days) & (region.citizens.age[stays.citizen, stays.month] >= spec.age_min)
    if medical_only:
        wanted &= stays.medical
    return stays.take(wanted), owner[wanted]


def next_trouble(region: Region) -> tuple[np.ndarray, np.ndarray]:
    """Stays in order as one number each (citizen and day of the start), so that the next stay after a day is found by `first_after`."""
    return region.stays.citizen, region.stays.start // MINUTES


def first_after(region: Region, citizen: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Day on which the next stay of each citizen begins after each day; a day that never comes where there is none."""
    key = np.int64(10**7)
    who, when = next_trouble(region)
    at = np.searchsorted(who * key + when, citizen * key + day, side="right")
    there = (at < len(who)) & (who[np.minimum(at, len(who) - 1)] == citizen) if len(who) else np.zeros(len(citizen), dtype=bool)
    return np.where(there, when[np.minimum(at, max(len(who) - 1, 0))] if len(who) else 0, 10**8)
