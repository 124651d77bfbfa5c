"""What is delivered outside the hospital: contacts to general practice by billing week, and weekly minutes of municipal home care."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from effekt.data.synthetic.calendar import NEVER
from effekt.data.synthetic.citizens import YEAR, Citizens
from effekt.data.synthetic.effects import service_ratio
from effekt.data.synthetic.prices import price_index
from effekt.data.synthetic.region import Region
from effekt.data.synthetic.stays import draw_cells

# six digits: specialty 80 (general practice) and the service; fee in oere of 2013; share of the contacts
PRACTICE_SERVICES = {"800101": (13_300, 0.52), "800120": (28_500, 0.06), "800105": (4_250, 0.30), "800411": (21_000, 0.12)}
CARE_AGE, CARE_START, CARE_GROWTH = 65.0, 0.0072, 0.110


class _Rows:
    """Columns of equal length, as fields."""

    def take(self, chosen: np.ndarray) -> Self:
        return type(self)(**{name: column[chosen] for name, column in vars(self).items()})


@dataclass(frozen=True)
class Practice(_Rows):
    """One entry a billed contact.

    week : position of the billing week in `Calendar.thursdays`. service : position in PRACTICE_SERVICES. fee_oere : nominal.
    """

    citizen: np.ndarray
    week: np.ndarray
    service: np.ndarray
    quantity: np.ndarray
    fee_oere: np.ndarray


@dataclass(frozen=True)
class HomeCare(_Rows):
    """One entry a citizen and week with delivered care. week : position in `Calendar.thursdays`; minutes are whole."""

    citizen: np.ndarray
    week: np.ndarray
    place: np.ndarray
    personal_minutes: np.ndarray
    practical_minutes: np.ndarray


def draw_practice(region: Region) -> Practice:
    """Contacts are drawn at the highest rate any programme gives, and those beyond the rate of place and month left out again."""
    spec, citizens = region.spec, region.citizens
    rng = spec.draws("practice")
    ratio = service_ratio(spec, "practice")
    highest = max(1.0, max((cluster.practice for cluster in spec.clusters), default=1.0))
    own = citizens.frailty.astype(np.float32)[:, None] ** np.float32(0.4) * np.exp(np.float32(0.012) * (citizens.age.astype(np.float32) - 75))
    citizen, month = draw_cells(rng, spec.rates.practice * highest * own * (citizens.days / np.float32(YEAR)))
    n = len(citizen)
    wanted = ratio[citizens.place[citizen, month], month] if region.programme else np.ones(n)
    day = spec.calendar.month_start[month] + np.floor(rng.random(n) * citizens.days[citizen, month])
    late = rng.choice(3, n, p=(0.6, 0.3, 0.1))   # weeks from the contact to the bill
    week = np.searchsorted(spec.calendar.thursdays, day - 3) + late
    fees, shares = (np.array(column) for column in zip(*PRACTICE_SERVICES.values(), strict=True))
    service = rng.choice(len(fees), n, p=shares)
    quantity = 1 + rng.poisson(0.6, n)
    luck = rng.random(n)
    year = spec.calendar.iso_weeks[0][np.minimum(week, len(spec.calendar.thursdays) - 1)]
    fee = np.round(fees[service] * quantity * price_index(year) / 100).astype(np.int64)
    return Practice(citizen, week, service, quantity, fee).take((luck * highest < wanted) & (week < len(spec.calendar.thursdays)))


def draw_home_care(region: Region) -> HomeCare:
    """About one in seven receives care; once begun it goes on, grows a little, and is more in the last three months of life."""
    spec, citizens = region.spec, region.citizens
    rng = spec.draws("home care")
    begins = _draw_begin(rng, citizens)
    n = len(citizens)
    weekly = np.exp(rng.normal(np.log(175), 0.75, n))
    personal = rng.beta(4, 2, n)
    thursday = spec.calendar.thursdays
    month = spec.calendar.month_of_day[thursday]
    within = thursday - spec.calendar.month_start[month]
    receivers = np.flatnonzero(begins < spec.calendar.n_days)
    there = (within < citizens.days[receivers][:, month]) & (thursday >= begins[receivers, None])
    row, week = np.nonzero(there)
    citizen = receivers[row]
    place = citizens.place[citizen, month[week]]
    minutes = weekly[citizen] * np.exp(0.05 * (thursday[week] - np.maximum(begins[citizen], 0)) / YEAR + rng.normal(0, 0.15, len(citizen)))
    minutes = minutes * np.where(citizens.death[citizen] - thursday[week] < 90, 1.5, 1.0)
    if region.programme:
        minutes = minutes * service_ratio(spec, "home_care")[place, month[week]]
    by_kind = (np.round(minutes * share).astype(np.int64) for share in (personal[citizen], 1 - personal[citizen]))
    return HomeCare(citizen, week, place, *by_kind)


def _draw_begin(rng: np.random.Generator, citizens: Citizens) -> np.ndarray:
    """Day on which home care begins (negative: before the period), from a hazard that grows with age and frailty."""
    hazard = CARE_START * (0.3 + 0.7 * citizens.frailty)
    age = CARE_AGE + np.log1p(rng.exponential(size=len(citizens)) * CARE_GROWTH / hazard) / CARE_GROWTH
    return np.minimum(np.floor(citizens.birth + age * YEAR), NEVER).astype(np.int64)
