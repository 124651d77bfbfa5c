"""Follow-up home visits: offered after real simulated discharges, accepted, held, repeated. The visit itself changes nothing that is planted.

Who is visited has lived at home, without a new stay, until the day of the visit: to compare the visited with the others counts immortal time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from effekt.data.synthetic.calendar import MINUTES, NEVER
from effekt.data.synthetic.files import Names, dates, texts
from effekt.data.synthetic.places import acute_discharges, first_after, place_at
from effekt.data.synthetic.region import Region

OFFERED, ACCEPTED, HELD = 1.35, 0.86, 0.86   # offered: times the planted reach; the product is the reach where nothing comes between
FRAIL = 0.15                                 # the frail are offered a visit more often
SCREENED = 0.25                              # of those not offered: told in the file too
LATER = ((21, 0.70), (56, 0.60))             # days after the discharge and share of the second and third contact
REASONS = ("dead", "readmitted", "capacity", "declined")


@dataclass(frozen=True)
class Visits:
    """One entry a planned contact: positions of citizen, cluster and place; days of discharge, planned and held (NEVER: none); reason, -1: none."""

    citizen: np.ndarray
    cluster: np.ndarray
    place: np.ndarray
    discharge: np.ndarray
    number: np.ndarray
    offered: np.ndarray
    accepted: np.ndarray
    planned: np.ndarray
    held: np.ndarray
    reason: np.ndarray


def draw_visits(region: Region) -> tuple[Visits, dict[str, Any]]:
    """The contacts, and the truth of the funnel: counts by cluster."""
    spec, citizens = region.spec, region.citizens
    rng = spec.draws("home visits")
    stays, cluster = acute_discharges(region, spec.calendar.month_start[[one.start for one in spec.clusters]])
    n = len(stays)
    discharge = stays.end // MINUTES
    reach = np.array([one.reach for one in spec.clusters])[cluster]
    offered = rng.random(n) < np.clip(reach * OFFERED * citizens.frailty[stays.citizen] ** FRAIL, 0, 0.97)
    accepted = offered & (rng.random(n) < ACCEPTED)
    able = rng.random(n) < HELD
    screened = rng.random(n) < SCREENED
    shown = [_contact(region, stays, cluster, discharge, 1, discharge + 2 + rng.poisson(4.5, n), offered, accepted, able)]
    went_on = shown[0].held < NEVER
    for number, (days, share) in enumerate(LATER, 2):
        day = discharge + days + rng.integers(-4, 8, n)
        went_on &= rng.random(n) < share
        one = _contact(region, stays, cluster, discharge, number, day, went_on, went_on, rng.random(n) < 0.93)
        shown.append(one)
        went_on = one.held < NEVER
    funnel = {
        spec.cluster_ids[k]: {
            "eligible": int(here.sum()),
            "offered": int((offered & here).sum()),
            "accepted": int((accepted & here).sum()),
            "held": int((here & (shown[0].held < NEVER)).sum()),
            "held_within_7_days": int((here & (shown[0].held - discharge <= 7)).sum()),
            "second": int((here & (shown[1].held < NEVER)).sum()),
            "third": int((here & (shown[2].held < NEVER)).sum()),
        }
        for k in range(len(spec.clusters))
        for here in [cluster == k]
    }
    told = [_take(shown[0], offered | screened), *(_take(one, one.offered) for one in shown[1:])]
    visits = Visits(*(np.concatenate([getattr(one, name) for one in told]) for name in vars(told[0])))
    meaning = "the visit itself changes no rate beyond what the cluster's programme does: the visited lived at home until the visit (immortal time)"
    planted = {one.cluster_id: one.reach for one in spec.clusters}
    return visits, {"planted_reach": planted, "funnel": funnel, "effect_of_the_visit_itself": 1.0, "meaning": meaning}


def visits_table(region: Region, names: Names, visits: Visits) -> pa.Table:
    """home_visits.csv."""
    rng = region.spec.draws("home visits, told")
    n = len(visits.citizen)
    held = visits.held < NEVER
    performer = np.where(visits.number == 1, rng.choice(3, n, p=(0.7, 0.1, 0.2)), rng.choice(3, n, p=(0.2, 0.4, 0.4)))
    initiator = rng.choice(3, n, p=(0.7, 0.1, 0.2))
    place = np.where(visits.number == 1, 0, rng.choice(3, n, p=(0.6, 0.2, 0.2)))
    return pa.table(
        {
            "pnr": texts(names.pnr, visits.citizen),
            "kommunekode": texts(list(region.spec.municipalities), visits.place),
            "discharge_date": dates(region, visits.discharge),
            "contact_no": visits.number.astype(np.int8),
            "initiator": texts(["hospital", "gp", "municipality"], initiator),
            "offered": visits.offered.astype(np.int8),
            "accepted": pa.array(visits.accepted.astype(np.int8), mask=~visits.offered),
            "planned_date": dates(region, visits.planned),
            "held_date": dates(region, visits.held),
            "performer": pa.array(np.array(["joint", "gp", "nurse"])[performer], mask=~held),
            "place": pa.array(np.array(["home", "clinic", "phone"])[place], mask=~held),
            "not_held_reason": pa.array(np.array([*REASONS, ""])[visits.reason], mask=visits.reason < 0),
        }
    )


def _contact(region: Region, stays: Any, cluster: np.ndarray, discharge: np.ndarray, number: int, day: np.ndarray, *flags: np.ndarray) -> Visits:
    """One contact a discharge: held where accepted and able, alive, at home and without a new stay until the day."""
    offered, accepted, able = flags
    dead = region.citizens.death[stays.citizen] <= day
    away = first_after(region, stays.citizen, discharge) <= day
    gone = place_at(region, stays.citizen, day) < 0
    held = accepted & able & ~dead & ~away & ~gone
    reason = np.select([~offered | held, ~accepted, dead, away], [-1, 3, 0, 1], 2)
    planned = np.where(accepted, day, NEVER)
    n = len(stays)
    return Visits(
        stays.citizen, cluster, stays.place, discharge, np.full(n, number), offered, accepted, planned, np.where(held, day, NEVER), reason
    )


def _take(visits: Visits, chosen: np.ndarray) -> Visits:
    return Visits(**{name: column[chosen] for name, column in vars(visits).items()})
