"""The citizens that calibration draws its regions from: simulated one by one by the known-truth generator, once a process.

A replication is a region of citizens drawn from such a pool with replacement, so that it has all that the generator has (frailty, good and
bad years, bursts of readmissions, surge before death, ageing, deaths, prices), costs milliseconds, and its truth is that of the pool.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from effekt.data.synthetic.calendar import MINUTES, NEVER
from effekt.data.synthetic.citizens import YEAR
from effekt.data.synthetic.costs import cost_cells
from effekt.data.synthetic.counts import in_target
from effekt.data.synthetic.region import Region, simulate_region
from effekt.data.synthetic.spec import ClusterSpec, Rates, RegionSpec
from effekt.data.synthetic.stays import EMERGENCY, PLANNED, Stays

START = 42        # July 2013, counted from January 2010
PHASE_IN = 3
BREAK = 48        # January 2014: some emergency visits are registered as admissions from then on
RATIO = 0.85      # planted: expected acute admissions with the programme / without it
CITIZENS = 40_000
SEED = 20130701
ENVELOPE = 2.0    # the pool of events is drawn at twice the rates; each replication keeps the part that its shocks allow
LINKED_DAYS = 30
WINDOW_DAYS = 30


@dataclass(frozen=True)
class EventPool:
    """Acute medical admissions of each citizen, at ENVELOPE times the rates of the generator and without its common shocks.

    days : citizens x months, alive, resident and old enough. first : where the stays of each citizen begin (one more than citizens).
    month : of each stay. root : whether it begins a burst (no stay of the citizen ended in the 30 days before). late : an emergency visit
    that is registered as an admission from the break on.
    """

    days: np.ndarray
    first: np.ndarray
    month: np.ndarray
    root: np.ndarray
    late: np.ndarray

    def __len__(self) -> int:
        return len(self.days)


@dataclass(frozen=True)
class CostPool:
    """Cost of each citizen in oere, and days, before the start and after the phase-in; `after` with the programme and without it."""

    before: np.ndarray
    after_with: np.ndarray
    after_without: np.ndarray
    days_before: np.ndarray
    days_after: np.ndarray

    @property
    def ratio(self) -> float:
        """The truth: cost with the programme / without it, of the same citizens."""
        return float(self.after_with.sum() / self.after_without.sum())


@dataclass(frozen=True)
class SpellPool:
    """Days from the first discharge to acute readmission (event 1), death (2) or the 30th day (0), as rows (days, event); three worlds."""

    before: np.ndarray
    with_programme: np.ndarray
    without: np.ndarray

    @property
    def difference(self) -> float:
        """The truth: probability of readmission within 30 days with the programme - without it."""
        return float((self.with_programme[:, 1] == 1).mean() - (self.without[:, 1] == 1).mean())


@lru_cache(maxsize=1)
def event_pool() -> EventPool:
    """Drawn without the programme: what it avoids is decided replication by replication, stay by stay."""
    plain = Rates()
    higher = replace(plain, acute=plain.acute * ENVELOPE, last=plain.last * ENVELOPE, shock=0.0, influenza=0.0, place=0.0)
    region = simulate_region(_spec(higher)).without_programme()
    stays, inside = region.stays, in_target(region)
    burst = _bursts(stays)
    counted = stays.inpatient & (stays.kind != PLANNED) & stays.medical & inside[stays.citizen, stays.month]
    chosen, burst = stays.take(counted), burst[counted]
    root = np.ones(len(chosen), dtype=bool)
    root[1:] = burst[1:] != burst[:-1]
    first = np.searchsorted(chosen.citizen, np.arange(len(region.citizens) + 1))
    days = np.where(inside, region.citizens.days, 0).astype(np.int8)[:, region.spec.run_in :]
    return EventPool(days, first, (chosen.month - region.spec.run_in).astype(np.int16), root, chosen.kind == EMERGENCY)


@lru_cache(maxsize=1)
def cost_pool() -> CostPool:
    """Total cost in fixed prices, with the registration break and without common shocks (they would hit both arms alike)."""
    region = _region()
    target, (before, after) = in_target(region), _months(region.spec)
    with_it, without = (cost_cells(each)["cost_total"] * target for each in (region, region.without_programme()))
    days = region.citizens.days * target
    earlier, later = (days[:, span].sum(axis=1) for span in (before, after))
    return CostPool(with_it[:, before].sum(axis=1), with_it[:, after].sum(axis=1), without[:, after].sum(axis=1), earlier, later)


@lru_cache(maxsize=1)
def spell_pool() -> SpellPool:
    """First discharges alive of citizens in target, before the start, and from the end of the phase-in with and without the programme."""
    region = _region()
    bare = region.without_programme()
    return SpellPool(_spells(region, after=False), _spells(region, after=True), _spells(bare, after=True))


@lru_cache(maxsize=1)
def _region() -> Region:
    return simulate_region(_spec(replace(Rates(), shock=0.0, influenza=0.0, place=0.0)))


def _spec(rates: Rates) -> RegionSpec:
    spec = RegionSpec(clusters=(), comparison=(), citizens=CITIZENS, comparison_citizens=0, phase_in=PHASE_IN, seed=SEED, rates=rates)
    cluster = ClusterSpec("pool", ("0751",), start=START + spec.run_in, admissions=RATIO)
    return replace(spec, clusters=(cluster,), registration_break=BREAK + spec.run_in)


def _months(spec: RegionSpec) -> tuple[np.ndarray, np.ndarray]:
    month = np.arange(spec.n_months) - spec.run_in
    return (month >= 0) & (month < START), month >= START + PHASE_IN


def _bursts(stays: Stays) -> np.ndarray:
    """A number for each burst of stays of one citizen: one follows within 30 days of the end of the one before."""
    again = np.zeros(len(stays), dtype=bool)
    again[1:] = (stays.citizen[1:] == stays.citizen[:-1]) & (stays.start[1:] - stays.end[:-1] <= LINKED_DAYS * MINUTES)
    return np.cumsum(~again)


def _spells(region: Region, after: bool) -> np.ndarray:
    stays = region.stays.take(region.stays.inpatient)
    spec, target = region.spec, in_target(region)
    month_start, window = spec.calendar.month_start, WINDOW_DAYS * MINUTES
    opens = (START + PHASE_IN if after else 0) + spec.run_in
    closes = spec.n_months if after else START + spec.run_in
    wanted = (stays.end >= month_start[opens] * MINUTES) & (stays.end + window < month_start[closes] * MINUTES) & ~stays.died
    wanted &= target[stays.citizen, stays.month]
    index = np.flatnonzero(wanted)
    index = index[np.unique(stays.citizen[index], return_index=True)[1]]
    later = np.append(np.where(stays.kind != PLANNED, stays.start, NEVER * MINUTES), NEVER * MINUTES)
    owner = np.append(stays.citizen, -1)
    end, death = stays.end[index], region.citizens.death[stays.citizen[index]] * MINUTES + MINUTES // 2
    back = np.full(len(index), NEVER * MINUTES)
    for step in range(1, 6):   # a planned stay may lie between
        place = np.minimum(index + step, len(stays))
        back = np.minimum(back, np.where(owner[place] == stays.citizen[index], later[place], NEVER * MINUTES))
    moment = np.minimum(np.minimum(back, death), end + window)
    event = np.select([moment >= end + window, back <= death], [0, 1], 2)
    return np.column_stack([np.maximum(moment - end, 1) / MINUTES, event])


@lru_cache(maxsize=1)
def steady_rates() -> tuple[np.ndarray, np.ndarray]:
    """Events and person-years a citizen of the pool and month, with a straight log trend and one season: without ageing, chance and the break."""
    pool = event_pool()
    lived = pool.days.sum(axis=0, dtype=np.int64)
    rate = np.bincount(pool.month[~pool.late], minlength=len(lived)) / lived
    month = np.arange(len(rate))
    angle = 2 * np.pi * month / 12
    smooth = np.column_stack([np.ones(len(rate)), month, np.cos(angle), np.sin(angle)])
    expected = np.exp(smooth @ np.linalg.lstsq(smooth, np.log(rate), rcond=None)[0])
    return expected * lived.mean() / ENVELOPE / len(pool), np.full(len(rate), lived.mean() / len(pool) / YEAR)


def months_dates() -> np.ndarray:
    """First days of the 84 months, January 2010 to December 2016."""
    return (np.datetime64("2010-01", "M") + np.arange(84)).astype("datetime64[s]")


DAYS_A_YEAR = YEAR
