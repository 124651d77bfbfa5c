"""Potential stays: every acute event, readmission and planned admission that would happen without the programme.

The intensities are those of citizens, not of a regression: gamma frailty, good and bad years, a surge before death, bursts of readmissions and
shocks that hit the old harder. What the programme avoids is decided afterwards, stay by stay (`effects.avoided`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from effekt.data.synthetic.calendar import MINUTES, NEVER
from effekt.data.synthetic.citizens import YEAR, Citizens
from effekt.data.synthetic.spec import RegionSpec

ACUTE, EMERGENCY, PLANNED = 0, 1, 2       # an emergency visit is treated and sent home
APART = 6 * 60                            # minutes between two potential stays: more than any merge rule bridges
LONGEST = 120.0


@dataclass(frozen=True)
class Stays:
    """One entry a stay, by citizen and start; minutes count from the first day of the period, ends are whole hours.

    Fields
    ------
    citizen, month, place : position of the citizen, of the month of the start, and of the municipality lived in then.
    start, end : minute. kind : ACUTE, EMERGENCY or PLANNED. inpatient : registered as an admission. medical : on a medical ward.
    died : ends with the death of the citizen. luck : uniform; the programme avoids an acute stay where it exceeds the planted ratio.
    """

    citizen: np.ndarray
    month: np.ndarray
    place: np.ndarray
    start: np.ndarray
    end: np.ndarray
    kind: np.ndarray
    inpatient: np.ndarray
    medical: np.ndarray
    died: np.ndarray
    luck: np.ndarray

    def __len__(self) -> int:
        return len(self.citizen)

    def take(self, chosen: np.ndarray) -> Stays:
        """The stays of a mask or of positions."""
        return Stays(*(getattr(self, f.name)[chosen] for f in fields(self)))


def draw_stays(spec: RegionSpec, citizens: Citizens) -> Stays:
    """All potential stays; one that would begin less than six hours after an earlier one of the citizen has ended is not there."""
    rng = spec.draws("stays")
    level = _log_level(spec, citizens, rng)
    present = citizens.days.astype(np.float32) / np.float32(YEAR)
    rates = spec.rates
    acute = draw_cells(rng, rates.acute * np.exp(level) * present)
    slow = np.sqrt(citizens.frailty).astype(np.float32)[:, None] * np.exp(0.01 * (citizens.age.astype(np.float32) - 75))
    planned = draw_cells(rng, rates.planned * slow * present)
    citizen, month = (np.concatenate([a, b]) for a, b in zip(acute, planned, strict=True))
    kind = np.full(len(citizen), PLANNED, dtype=np.int8)
    kind[: len(acute[0])] = np.where(rng.random(len(acute[0])) < rates.emergency_share, EMERGENCY, ACUTE)
    start = _draw_minutes(rng, spec, citizens, citizen, month, kind)
    first = _complete(rng, spec, citizens, citizen, start, kind)
    bursts = [first]
    for probability in rates.cascade:
        bursts.append(_draw_readmissions(rng, spec, citizens, bursts[-1], probability))
    bursts.append(_draw_last(rng, spec, citizens))
    stays = Stays(*(np.concatenate([getattr(part, f.name) for part in bursts]) for f in fields(Stays)))
    return _drop_overlapping(stays.take(np.lexsort((stays.start, stays.citizen))))


def _log_level(spec: RegionSpec, citizens: Citizens, rng: np.random.Generator) -> np.ndarray:
    """Log rate of acute events of each citizen in each month, relative to `Rates.acute`. Shape (citizens, months), float32."""
    rates, calendar = spec.rates, spec.calendar
    year = calendar.year_of_month - calendar.year_of_month[0]
    shock = rng.normal(0, rates.shock, calendar.n_months)
    winter = np.isin(calendar.month_of_year, (0, 1, 2))
    influenza = np.where(winter, rng.exponential(rates.influenza, calendar.n_months), 0.0)
    common = shock + influenza + rates.season * np.cos(2 * np.pi * calendar.month_of_year / 12) + rates.trend * np.arange(calendar.n_months) / 12
    place = np.append(rng.normal(0, rates.place, len(spec.municipalities)), 0.0).astype(np.float32)
    years = rng.gamma(rates.year_shape, 1 / rates.year_shape, (len(citizens), year[-1] + 1)) * citizens.frailty[:, None]
    own = (np.log(np.maximum(years, 1e-9)) + np.where(citizens.sex == 1, rates.male, 0.0)[:, None]).astype(np.float32)
    age = citizens.age.astype(np.float32) - 75
    level = age * (rates.age + 0.02 * influenza).astype(np.float32)
    level += own[:, year]
    level += common.astype(np.float32)
    level += place[np.maximum(citizens.place, -1)]
    dying = np.flatnonzero(citizens.death < NEVER)
    left = np.maximum(citizens.death[dying, None] - (calendar.month_start[:-1] + 15), 0)
    level[dying] += np.log1p(rates.dying * np.exp(-left / rates.dying_days)).astype(np.float32)
    return level


def draw_cells(rng: np.random.Generator, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Independent Poisson events in the cells of citizens x months, as the cell of each event."""
    total = np.append(np.cumsum(expected.ravel(), dtype=np.float64), 0.0)[: max(expected.size, 1)]
    at = np.sort(rng.random(rng.poisson(total[-1]))) * total[-1]
    cell = np.minimum(np.searchsorted(total, at, side="right"), len(total) - 1)
    return cell // expected.shape[1], cell % expected.shape[1]


def _draw_minutes(
    rng: np.random.Generator, spec: RegionSpec, citizens: Citizens, citizen: np.ndarray, month: np.ndarray, kind: np.ndarray
) -> np.ndarray:
    day = spec.calendar.month_start[month] + np.floor(rng.random(len(citizen)) * citizens.days[citizen, month])
    uniform, office = rng.random(len(citizen)), 7 * 60 + rng.random(len(citizen)) * 4 * 60
    side = 2 * uniform - 1   # acute stays begin at any time, most around noon
    acute = (1 + np.sign(side) * np.abs(side) ** 1.5) / 2 * MINUTES
    return (day * MINUTES + np.floor(np.where(kind == PLANNED, office, np.minimum(acute, MINUTES - 1)))).astype(np.int64)


def _complete(rng: np.random.Generator, spec: RegionSpec, citizens: Citizens, citizen: np.ndarray, start: np.ndarray, kind: np.ndarray) -> Stays:
    """Ward, length and end of stays whose citizen, start and kind are known."""
    rates, n = spec.rates, len(citizen)
    month = spec.calendar.month_of_day[start // MINUTES].astype(np.int64)
    admitted = (kind == EMERGENCY) & (month >= spec.registration_break) & (rng.random(n) < rates.registered_admitted)
    inpatient = (kind != EMERGENCY) | admitted
    medical = rng.random(n) < np.where(kind == PLANNED, 0.25, rates.medical)
    days = np.minimum(np.exp(rng.normal(np.where(medical, 1.0, 0.9), 1.05)), LONGEST)
    hours = np.where(kind == EMERGENCY, 1 + rng.integers(0, 5, n) + 5 * admitted, np.ceil(days * 24))
    end = -(-start // 60) * 60 + hours.astype(np.int64) * 60
    last = citizens.death[citizen] * MINUTES + (start // 60 * 7 % 24) * 60   # an hour of the day of death, fixed by the stay
    died = end >= citizens.death[citizen] * MINUTES
    end = np.where(died, np.maximum(np.minimum(end, last), -(-start // 60) * 60 + 60), end)
    return Stays(citizen, month, citizens.place[citizen, month], start, end, kind, inpatient, medical, died, rng.random(n))


def _draw_readmissions(rng: np.random.Generator, spec: RegionSpec, citizens: Citizens, stays: Stays, probability: float) -> Stays:
    """Acute readmissions soon after some of `stays`, of citizens alive and at home in the study area on that day."""
    again = rng.random(len(stays)) < np.where(stays.kind == ACUTE, probability, np.where(stays.kind == PLANNED, probability / 3, 0.0))
    start = stays.end + APART + np.floor(rng.exponential(spec.rates.cascade_days * MINUTES, len(stays))).astype(np.int64)
    again &= ~stays.died & (start < spec.calendar.n_days * MINUTES)
    citizen, start = stays.citizen[again], start[again]
    there = _at_home(spec, citizens, citizen, start)
    citizen, start = citizen[there], start[there]
    return _complete(rng, spec, citizens, citizen, start, np.full(len(citizen), ACUTE, dtype=np.int8))


def _at_home(spec: RegionSpec, citizens: Citizens, citizen: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Whether the citizen is alive and resident in the study area on the day of the minute `start`."""
    day = start // MINUTES
    month = spec.calendar.month_of_day[day]
    return day < spec.calendar.month_start[month] + citizens.days[citizen, month]


def _draw_last(rng: np.random.Generator, spec: RegionSpec, citizens: Citizens) -> Stays:
    """The acute admission in which many die, unless an earlier stay reaches into it."""
    lead = np.floor(rng.exponential(spec.rates.last_days * MINUTES, len(citizens))).astype(np.int64)
    start = citizens.death * MINUTES - lead
    found = (rng.random(len(citizens)) < spec.rates.last) & (citizens.death < NEVER) & (start >= 0)
    citizen, start = np.flatnonzero(found), start[found]
    there = _at_home(spec, citizens, citizen, start)
    citizen, start = citizen[there], start[there]
    stays = _complete(rng, spec, citizens, citizen, start, np.full(len(citizen), ACUTE, dtype=np.int8))
    end = np.where(rng.random(len(citizen)) < 0.8, citizens.death[citizen] * MINUTES + (start // 60 * 7 % 24) * 60, stays.end)
    end = np.maximum(end, -(-start // 60) * 60 + 60)
    return replace(stays, end=end, died=end >= citizens.death[citizen] * MINUTES)


def _drop_overlapping(stays: Stays) -> Stays:
    ahead = stays.citizen * np.int64(10 * NEVER)
    latest = np.maximum.accumulate(ahead + stays.end)
    before = np.concatenate([[np.int64(-10 * NEVER)], latest[:-1]])
    return stays.take(ahead + stays.start >= before + APART)
