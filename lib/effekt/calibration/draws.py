"""One region of a replication: citizens drawn from the pool, the shocks of its months, and the frames that estimators take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from effekt.calibration.pools import DAYS_A_YEAR, ENVELOPE, EventPool, event_pool, months_dates, steady_rates

MONTHS = 84
SHOCK, INFLUENZA = 0.04, 0.10      # as in the generator: every month's own shock, and the extra one of a winter month (its mean)
PLACE = 0.10                       # standard deviation of the log level between municipalities
DISPERSION = 1.25                  # variance over mean of a month's admissions given its shocks: bursts, and frail citizens
WINTER = np.arange(MONTHS) % 12 < 3


@dataclass(frozen=True)
class Drawn:
    """The potential admissions of one region.

    citizen : position in the pool of each citizen drawn (n). unit : of each citizen (n). slot, month, luck : of each admission (e): whose, when,
    and a uniform number: the programme avoids it where that is at least the planted ratio of its unit and month.
    """

    citizen: np.ndarray
    unit: np.ndarray
    slot: np.ndarray
    month: np.ndarray
    luck: np.ndarray

    def seen(self, ratio: np.ndarray) -> np.ndarray:
        """Which admissions happen under `ratio` (units x months)."""
        return self.luck < ratio[self.unit[self.slot], self.month]


def draw_common(rng: np.random.Generator) -> np.ndarray:
    """Log shocks that hit every place in the same month: a normal one in all months and an exponential one in winter."""
    return rng.normal(0, SHOCK, MONTHS) + np.where(WINTER, rng.exponential(INFLUENZA, MONTHS), 0.0)


def draw_swings(rng: np.random.Generator, units: int, spread: float, memory: float) -> np.ndarray:
    """Log shocks of each place's own: stationary autoregression with standard deviation `spread`. Shape (units, months)."""
    noise = rng.normal(0, spread, (units, MONTHS))
    out = np.empty_like(noise)
    out[:, 0] = noise[:, 0]
    for month in range(1, MONTHS):
        out[:, month] = memory * out[:, month - 1] + np.sqrt(1 - memory**2) * noise[:, month]
    return out


def draw_region(rng: np.random.Generator, sizes: np.ndarray, level: np.ndarray, *, registration_break: bool) -> Drawn:
    """Citizens and their potential admissions, `sizes` citizens a unit, under the log shocks `level` (units x months).

    A burst of admissions happens where its own uniform number is below exp(level of its first month) / ENVELOPE, so that bursts stay whole.
    """
    pool = event_pool()
    unit = np.repeat(np.arange(len(sizes)), sizes)
    citizen = rng.integers(0, len(pool), len(unit))
    count = pool.first[citizen + 1] - pool.first[citizen]
    slot = np.repeat(np.arange(len(unit)), count)
    place = np.arange(len(slot)) + np.repeat(pool.first[citizen] - (np.cumsum(count) - count), count)
    month = pool.month[place]
    head = np.maximum.accumulate(np.where(pool.root[place], np.arange(len(slot)), 0))
    chance = np.exp(level) / ENVELOPE
    kept = rng.random(len(slot))[head] < chance[unit[slot], month[head]]
    if not registration_break:
        kept &= ~pool.late[place]
    return Drawn(citizen, unit, slot[kept], month[kept], rng.random(int(kept.sum())))


def draw_counts(rng: np.random.Generator, citizens: int, level: np.ndarray, ratio: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Events and person-years of months that know nothing of each other but `level` (log shocks): gamma-Poisson counts. Both (months,).

    Two rows of events, for `ratio` and for a ratio of 1, by thinning the same events.
    """
    rate, years = steady_rates()
    mean = citizens * rate * np.exp(level)
    without = rng.poisson(rng.gamma(mean / (DISPERSION - 1), DISPERSION - 1))
    return np.stack([rng.binomial(without, ratio), without]).astype(float), citizens * years


def count_panel(drawn: Drawn, seen: np.ndarray, units: int) -> tuple[np.ndarray, np.ndarray]:
    """Events and person-years by unit and month, both (units, months)."""
    cell = drawn.unit[drawn.slot[seen]] * MONTHS + drawn.month[seen]
    return np.bincount(cell, minlength=units * MONTHS).reshape(units, MONTHS).astype(float), person_years(drawn, units)


def person_years(drawn: Drawn, units: int) -> np.ndarray:
    """Person-years by unit and month."""
    days = event_pool().days[drawn.citizen]
    edges = np.searchsorted(drawn.unit, np.arange(units))
    return np.add.reduceat(days, edges, axis=0, dtype=np.int64) / DAYS_A_YEAR


def persons_frame(drawn: Drawn, seen: np.ndarray, before: tuple[int, int], after: tuple[int, int]) -> pd.DataFrame:
    """One row a citizen and period: citizen_id, unit, after, events, exposure. Periods are (first month, month after the last)."""
    n = len(drawn.citizen)
    columns = {"citizen_id": np.tile(np.arange(n), 2), "unit": np.tile(drawn.unit, 2), "after": np.repeat([False, True], n)}
    events = [
        np.bincount(drawn.slot[seen & (drawn.month >= low) & (drawn.month < high)], minlength=n) for low, high in (before, after)
    ]
    exposure = [_lived(*span)[drawn.citizen] for span in (before, after)]
    return pd.DataFrame({**columns, "events": np.concatenate(events), "exposure": np.concatenate(exposure)})


def months_frames(drawn: Drawn, seen: Iterable[np.ndarray], treated: np.ndarray, span: tuple[int, int]) -> list[pd.DataFrame]:
    """One row a citizen and month lived: citizen_id, unit, month, events, exposure, treated (by unit); one frame for each of `seen`.

    span : first month, and the month after the last.
    """
    days = event_pool().days[drawn.citizen]
    days[:, : span[0]] = days[:, span[1] :] = 0
    cell = np.flatnonzero(days.ravel())
    slot = cell // MONTHS
    unit = drawn.unit[slot]
    columns = {"citizen_id": slot, "unit": unit, "month": months_dates()[cell % MONTHS], "exposure": days.ravel()[cell] / DAYS_A_YEAR}
    columns["treated"] = treated[unit]
    counts = [np.bincount(drawn.slot[each] * MONTHS + drawn.month[each], minlength=days.size)[cell] for each in seen]
    return [pd.DataFrame({**columns, "events": events}, copy=False) for events in counts]


def step_ratio(units: int, starts: np.ndarray, ratio: np.ndarray | float, phase_in: int = 0) -> np.ndarray:
    """Expected admissions with the programme / without it: `ratio` from the start on, rising over the phase-in as in the generator.

    starts : first month of each unit, MONTHS = never. Shape (units, months).
    """
    share = np.clip((np.arange(MONTHS)[None, :] - np.asarray(starts)[:, None] + 1) / (phase_in + 1), 0, 1)
    return np.broadcast_to(np.asarray(ratio, dtype=float).reshape(-1, 1), (units, 1)) ** share


@lru_cache(maxsize=16)
def _lived(first: int, end: int) -> np.ndarray:
    pool: EventPool = event_pool()
    return pool.days[:, first:end].sum(axis=1, dtype=np.int64) / DAYS_A_YEAR
