"""Who lives where and when: births, deaths, moves and emigration, drawn before anything is known of the programme."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from effekt.data.synthetic.calendar import NEVER, Calendar
from effekt.data.synthetic.spec import RegionSpec, allot_citizens

ELSEWHERE, ABROAD, UNKNOWN = -1, -2, -3   # in no municipality of the study; UNKNOWN: no row in the register (younger than 64, or dead)
YEAR = 365.25
KNOWN_FROM = 64                           # age from which the delivery holds a citizen
AGE_BANDS = np.array([65, 70, 75, 80, 85, 90], dtype=float)
AGE_SHARES = np.array([0.315, 0.235, 0.180, 0.135, 0.090, 0.045])
FRAIL_DIE = 0.65                          # share of the hazard of death that is proportional to frailty
STOCK = 0.69                              # of all ever 65+: those who are so on the first day


@dataclass(frozen=True)
class Citizens:
    """One entry a citizen; days count from the first day of the data period.

    Fields
    ------
    birth, death : day (death is NEVER for who survives the period). sex : 1 man, 2 woman.
    frailty : gamma, mean 1 at 65; less among the old of the first day, whose frail contemporaries have died.
    home : position of the municipality in each quarter, or ELSEWHERE, ABROAD, UNKNOWN. Shape (citizens, quarters).
    emigration, back : day of leaving the country and first quarter back in it; NEVER where it does not happen.
    """

    calendar: Calendar
    birth: np.ndarray
    death: np.ndarray
    sex: np.ndarray
    frailty: np.ndarray
    home: np.ndarray
    emigration: np.ndarray
    back: np.ndarray

    def __len__(self) -> int:
        return len(self.birth)

    @cached_property
    def place(self) -> np.ndarray:
        """Municipality on the first day of each month (negative: none of the study). Shape (citizens, months), int8."""
        return np.repeat(self.home, 3, axis=1)[:, : self.calendar.n_months]

    @cached_property
    def days(self) -> np.ndarray:
        """Days of each month alive and resident in the study area, the day of death counted, that of emigration not. Shape (citizens, months)."""
        calendar = self.calendar
        start, length = calendar.month_start[:-1], calendar.month_length
        days = np.clip(self.death.astype(np.int32)[:, None] + 1 - start, 0, length).astype(np.int8)
        for i in np.flatnonzero(self.emigration < NEVER):
            month = int(calendar.month_of_day[self.emigration[i]])
            days[i, month] = min(days[i, month], self.emigration[i] - start[month])
            days[i, month + 1 : min(self.back[i], calendar.n_quarters) * 3] = 0
        days[self.place < 0] = 0
        return days

    @cached_property
    def age(self) -> np.ndarray:
        """Whole years of age on the first day of each month. Shape (citizens, months), int16."""
        born = self.calendar.dates(self.birth)
        month = born.astype("datetime64[M]")
        late = (born - month.astype("datetime64[D]")).astype(int) > 0
        first = self.calendar.month_dates[:-1].astype("datetime64[M]").astype(int)
        return ((first - month.astype(int)[:, None] - late[:, None]) // 12).astype(np.int16)


def draw_citizens(spec: RegionSpec) -> Citizens:
    """The open cohort of one region: who is 65 on the first day, who turns 65 later, who dies, moves, leaves and comes back."""
    rng = spec.draws("citizens")
    calendar, rates = spec.calendar, spec.rates
    first_home = np.repeat(np.arange(len(spec.municipalities), dtype=np.int8), allot_citizens(spec))
    n = len(first_home)
    birth = _draw_births(rng, n, calendar)
    age0 = -birth / YEAR
    sex = np.where(rng.random(n) < np.clip(0.50 + 0.007 * (np.maximum(age0, 65) - 65), 0.5, 0.75), 2, 1).astype(np.int8)
    frailty = rng.gamma(rates.frailty_shape, 1.0, n) / (rates.frailty_shape + FRAIL_DIE * _cumulative_hazard(spec, np.maximum(age0, 65), sex))
    known = np.maximum(0, birth + np.ceil(KNOWN_FROM * YEAR)).astype(np.int64)
    death = _draw_deaths(rng, spec, known, birth, sex, frailty)
    home, emigration, back = _draw_homes(rng, spec, first_home, known)
    emigration = np.where(emigration < death, emigration, NEVER)
    home[calendar.quarter_start >= death[:, None]] = UNKNOWN
    return Citizens(calendar, birth, death, sex, frailty, home, emigration, np.where(emigration < NEVER, back, NEVER))


def _draw_births(rng: np.random.Generator, n: int, calendar: Calendar) -> np.ndarray:
    """Days of birth: the age pyramid of the first day, and those who turn 65 later (more of them around 2012: the large cohorts of 1946-48)."""
    band = rng.choice(len(AGE_BANDS), n, p=AGE_SHARES)
    inside = rng.random(n)
    age = AGE_BANDS[band] + np.where(band == 5, np.minimum(-3.0 * np.log1p(-inside), 15.0), 5.0 * inside)
    turns = calendar.n_days / YEAR * rng.beta(1.15, 1.3, n)
    age = np.where(rng.random(n) < STOCK, age, 65 - turns)
    return -np.round(age * YEAR).astype(np.int64)


def _cumulative_hazard(spec: RegionSpec, age: np.ndarray, sex: np.ndarray) -> np.ndarray:
    """Hazard of death added up from 65 to `age` at frailty 1."""
    rates = spec.rates
    return rates.death / rates.death_age * np.expm1(rates.death_age * (age - 65)) * np.where(sex == 1, 1.2, 0.8)


def _draw_deaths(
    rng: np.random.Generator, spec: RegionSpec, known: np.ndarray, birth: np.ndarray, sex: np.ndarray, frailty: np.ndarray
) -> np.ndarray:
    """Days of death from a Gompertz hazard (age, sex, frailty), by inversion; alive when the delivery first knows of the citizen."""
    rates = spec.rates
    age = (known - birth) / YEAR
    hazard = rates.death * np.exp(rates.death_age * (age - 65)) * np.where(sex == 1, 1.2, 0.8) * (1 - FRAIL_DIE + FRAIL_DIE * frailty)
    years = np.log1p(rng.exponential(size=len(birth)) * rates.death_age / hazard) / rates.death_age
    day = known + 1 + np.floor(years * YEAR).astype(np.int64)
    return np.where(day < spec.calendar.n_days, day, NEVER)


def _draw_homes(rng: np.random.Generator, spec: RegionSpec, first_home: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Municipality by quarter (people move at the turn of a quarter: the register is a quarterly snapshot), and emigration to the day."""
    calendar, rates = spec.calendar, spec.rates
    n, quarters = len(first_home), calendar.n_quarters
    home = np.repeat(first_home[:, None], quarters, axis=1)
    _newcomers(rng, home)
    size = allot_citizens(spec).astype(float)
    regional = spec.cluster_of >= 0
    for quarter in range(1, quarters):
        movers = np.flatnonzero(rng.random(n) < rates.move)
        draw, pick = rng.random(len(movers)), rng.random(len(movers))
        here = home[movers, quarter]
        same = np.where(here >= 0, regional[np.maximum(here, 0)], draw < 0.6)
        towards = np.where(draw < 0.70, same, ~same)
        target = np.where(towards, _pick(pick, size * regional), _pick(pick, size * ~regional))
        target = np.where(draw >= 0.85, ELSEWHERE, target)
        home[movers, quarter:] = target.astype(np.int8)[:, None]
    emigration = np.full(n, NEVER, dtype=np.int64)
    back = np.full(n, NEVER, dtype=np.int64)
    leaves = np.floor(rng.exponential(1 / rates.emigrate, n) * YEAR).astype(np.int64) + known + 90
    returns = rng.random(n) < 0.25
    for i in np.flatnonzero(leaves < calendar.n_days - 1):
        quarter = calendar.month_of_day[leaves[i]] // 3
        emigration[i] = max(leaves[i], calendar.quarter_start[quarter] + 1)   # the snapshot of that day still has him or her
        back[i] = quarter + 3 if returns[i] and quarter + 3 < quarters else NEVER
        home[i, quarter + 1 : min(back[i], quarters)] = ABROAD
    home[calendar.quarter_start < known[:, None]] = UNKNOWN
    return home, emigration, back


def _newcomers(rng: np.random.Generator, home: np.ndarray) -> None:
    """One in eighty lives elsewhere in the country at first and moves in later."""
    n, quarters = home.shape
    late = np.flatnonzero(rng.random(n) < 1 / 80)
    arrival = rng.integers(1, max(quarters, 2), len(late))
    home[late] = np.where(np.arange(quarters) < arrival[:, None], ELSEWHERE, home[late])


def _pick(uniform: np.ndarray, weight: np.ndarray) -> np.ndarray:
    if weight.sum() == 0:
        return np.full(len(uniform), ELSEWHERE)
    return np.minimum(np.searchsorted(np.cumsum(weight) / weight.sum(), uniform, side="right"), len(weight) - 1)
