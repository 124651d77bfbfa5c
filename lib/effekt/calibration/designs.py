"""The designs that are calibrated: how one region is drawn, what each estimator says of it, and what is true.

Each design draws one region and looks at it twice: as the programme was planted, and as it would have been without any effect.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np
import pandas as pd

from effekt.calibration import draws, pools
from effekt.data.synthetic.spec import ClusterSpec, RegionSpec, allot_citizens
from effekt.estimates.before_after import rate_ratio
from effekt.estimates.comparison import difference_in_differences
from effekt.estimates.controlled import controlled_time_series
from effekt.estimates.cost import cost_ratio
from effekt.estimates.estimate import Estimate
from effekt.estimates.pooling import pool
from effekt.estimates.rollout import rollout_test
from effekt.estimates.time_series import interrupted_time_series
from effekt.estimates.time_to_event import incidence_difference

CLOSED_FORM, OTHERS = 10_000, 2_000
SCENARIOS = ("planted", "null")
NAIVE = "naive"
START, PHASE_IN, MONTHS = pools.START, pools.PHASE_IN, draws.MONTHS
ROLLOUT = np.array([38, 40, 42, 44, 45])     # March, May, July, September and October 2013
FIVE_YEARS = (12, 72)                        # January 2011 to December 2015, where 84 months of citizens would take long
SERIES = 4_000                               # citizens of the one cluster of a series
SPREAD_OF_EFFECTS = 0.08                     # standard deviation of the log effect between the clusters that are pooled
OWN_SWINGS, MEMORY = 0.05, 0.8               # of places' own shocks, where a design has them
CLUSTERS: Mapping[str, tuple[str, ...]] = {
    "aarhus": ("0751", "0741"),
    "horsens": ("0615", "0766", "0727", "0746"),
    "randers": ("0730", "0710", "0707", "0706"),
    "midt": ("0791", "0740", "0779"),
    "vest": ("0657", "0661", "0756", "0665", "0760", "0671"),
}
COMPARISON = ("0461", "0420", "0430", "0510", "0530", "0540", "0550", "0561", "0573", "0580", "0607", "0630")
Told = dict[str, Estimate]
Draw = Callable[[np.random.Generator], dict[str, Told]]


@dataclass(frozen=True)
class Design:
    """One design.

    draw : from random numbers to what each estimator says, planted and null. estimators : their names, the naive one last.
    truth : log ratio (or difference) that was planted. scale : ratio | difference. replications : how many make the full table.
    held : the estimators whose assumptions the design keeps, so that the bounds are asked of them.
    """

    name: str
    draw: Draw
    estimators: tuple[str, ...]
    truth: Callable[[], float]
    scale: str = "ratio"
    replications: int = OTHERS
    held: tuple[str, ...] = ()


def _planted() -> float:
    return float(np.log(pools.RATIO))


def draw_months(rng: np.random.Generator, *, swings: float = 0.0, memory: float = 0.0) -> dict[str, Told]:
    """Months that know nothing of each other beyond trend, season and, where asked for, a shock that lasts: what the method assumes, or not."""
    level = draws.draw_common(rng)
    if swings:
        level = level + draws.draw_swings(rng, 1, swings, memory)[0]
    counts, years = draws.draw_counts(rng, SERIES, level, draws.step_ratio(1, np.array([START]), pools.RATIO)[0])
    return {scenario: _series(events, years) for scenario, events in zip(SCENARIOS, counts, strict=True)}


def draw_series(rng: np.random.Generator, *, registration_break: bool = False) -> dict[str, Told]:
    """One cluster of citizens who stay the same from month to month, with their good and bad years, their ageing and their deaths."""
    drawn = draws.draw_region(rng, np.array([SERIES]), draws.draw_common(rng)[None], registration_break=registration_break)
    told = {}
    for scenario, ratio in zip(SCENARIOS, (pools.RATIO, 1.0), strict=True):
        seen = drawn.seen(draws.step_ratio(1, np.array([START]), ratio))
        events, exposure = draws.count_panel(drawn, seen, 1)
        told[scenario] = _series(events[0], exposure[0], draws.persons_frame(drawn, seen, (0, START), (START, MONTHS)))
    return told


def _series(events: np.ndarray, exposure: np.ndarray, persons: pd.DataFrame | None = None) -> Told:
    """The own trend carried forward with both its errors; the plain before/after of the citizens, or of the counts where there are none."""
    series = pd.DataFrame({"month": pools.months_dates(), "events": events, "exposure": exposure})
    found = interrupted_time_series(series, start=_stamp(START)).ratio_at_12
    hac = replace(found, low=found.facts["low_hac"], high=found.facts["high_hac"], se=found.facts["se_hac"], p=None)
    plain = rate_ratio(series.assign(after=np.arange(MONTHS) >= START) if persons is None else persons)
    return {"interrupted_time_series": found, "interrupted_time_series_hac": hac, NAIVE: plain}


def draw_rollout(rng: np.random.Generator) -> dict[str, Told]:
    """Five clusters that start in an order drawn by lot, each with swings of its own; no comparison."""
    sizes = _sizes()
    clusters = np.array([sizes[_owner() == k].sum() for k in range(len(CLUSTERS))]) // 2
    starts = rng.permutation(ROLLOUT)
    level = draws.draw_common(rng) + draws.draw_swings(rng, 5, OWN_SWINGS, MEMORY) + rng.normal(0, draws.PLACE, (5, 1)).clip(-0.25, 0.25)
    drawn = draws.draw_region(rng, clusters, level, registration_break=True)
    told = {}
    for scenario, ratio in zip(SCENARIOS, (pools.RATIO, 1.0), strict=True):
        seen = drawn.seen(draws.step_ratio(5, starts, ratio))
        events, exposure = draws.count_panel(drawn, seen, 5)
        panel = _panel(events, exposure, pools.months_dates(), pd.Series(pools.months_dates()).to_numpy()[starts])
        panel["log_rate"] = np.log(panel["events"] / panel["exposure"])
        by_order = rollout_test(panel, statistic="log_did", random_order=True).effect
        few = difference_in_differences(panel, outcome="log_rate").effect
        persons = draws.persons_frame(drawn, seen, (0, ROLLOUT.min()), (ROLLOUT.max(), MONTHS))
        told[scenario] = {"rollout_test": by_order, "difference_in_differences_few": few, NAIVE: rate_ratio(persons)}
    return told


def draw_places(rng: np.random.Generator) -> dict[str, Told]:
    """Nineteen municipalities that start together against twelve that never do, in half-years, each with swings of its own."""
    sizes, treated = _sizes() // 2, _owner() >= 0
    units = len(sizes)
    level = draws.draw_common(rng) + draws.draw_swings(rng, units, OWN_SWINGS, MEMORY) + rng.normal(0, draws.PLACE, (units, 1)).clip(-0.25, 0.25)
    drawn = draws.draw_region(rng, sizes, level, registration_break=True)
    used = np.ones(MONTHS, dtype=bool)
    used[START : START + PHASE_IN] = False
    told = {}
    for scenario, ratio in zip(SCENARIOS, (pools.RATIO, 1.0), strict=True):
        starts = np.where(treated, START, MONTHS)
        seen = drawn.seen(draws.step_ratio(units, starts, ratio, PHASE_IN))
        halves = [(cells * used).reshape(units, -1, 6).sum(axis=2) for cells in draws.count_panel(drawn, seen, units)]
        panel = _panel(*halves, np.arange(MONTHS // 6), np.where(treated, START // 6, np.nan)).rename(columns={"month": "period"})
        persons = draws.persons_frame(drawn, seen, (0, START), (START + PHASE_IN, MONTHS))
        told[scenario] = {
            "difference_in_differences": difference_in_differences(panel, model="poisson").effect,
            NAIVE: rate_ratio(persons[treated[persons["unit"].to_numpy()]]),
        }
    return told


def draw_controlled(rng: np.random.Generator) -> dict[str, Told]:
    """One cluster of four municipalities and 2,000 citizens against eight municipalities with 3,600, over five years: the primary estimator."""
    sizes = np.array([800, 600, 400, 200] + [450] * 8)
    treated = np.arange(12) < 4
    level = draws.draw_common(rng) + rng.normal(0, draws.PLACE, (12, 1)).clip(-0.25, 0.25)
    drawn = draws.draw_region(rng, sizes, level, registration_break=True)
    starts = np.where(treated, START, MONTHS)
    seen = [drawn.seen(draws.step_ratio(12, starts, ratio, PHASE_IN)) for ratio in (pools.RATIO, 1.0)]
    told = {}
    for scenario, mask, frame in zip(SCENARIOS, seen, draws.months_frames(drawn, seen, treated, FIVE_YEARS), strict=True):
        persons = draws.persons_frame(drawn, mask, (FIVE_YEARS[0], START), (START + PHASE_IN, FIVE_YEARS[1]))
        told[scenario] = {
            "controlled_time_series": controlled_time_series(frame, start=_stamp(START), phase_in=PHASE_IN).effect,
            NAIVE: rate_ratio(persons[treated[persons["unit"].to_numpy()]]),
        }
    return told


def draw_pooled(rng: np.random.Generator) -> dict[str, Told]:
    """Five clusters whose true effects differ, pooled by REML with Hartung-Knapp-Sidik-Jonkman.

    "pool": each against a part of the comparison of its own; "pool_shared": all against the same comparison, with their shared variance.
    """
    sizes, owner = _sizes() // 3, _owner()
    units, k = len(sizes), len(CLUSTERS)
    level = draws.draw_common(rng) + rng.normal(0, draws.PLACE, (units, 1)).clip(-0.25, 0.25)
    drawn = draws.draw_region(rng, sizes, level, registration_break=True)
    apart = rng.normal(0, SPREAD_OF_EFFECTS, k)
    part = np.where(owner >= 0, owner, np.arange(units) % k)
    told = {}
    for scenario, centre in zip(SCENARIOS, (pools.RATIO, 1.0), strict=True):
        ratio = np.append(np.minimum(centre * np.exp(apart), _MOST), 1.0)[owner]
        seen = drawn.seen(draws.step_ratio(units, np.where(owner >= 0, START, MONTHS), ratio, PHASE_IN) / _MOST)
        persons = draws.persons_frame(drawn, seen, (0, START), (START + PHASE_IN, MONTHS))
        unit = persons.pop("unit").to_numpy()
        persons["treated"] = treated = owner[unit] >= 0
        own = [_named(rate_ratio(persons[part[unit] == each]), each) for each in range(k)]
        all_of_them = [_named(rate_ratio(persons[(owner[unit] == each) | ~treated]), each) for each in range(k)]
        plain = [_named(rate_ratio(persons[owner[unit] == each].drop(columns="treated")), each) for each in range(k)]
        shared = min(rate_ratio(persons[~treated].drop(columns="treated")).se ** 2, 0.9 * min(one.se for one in all_of_them) ** 2)
        options = {"tau2": "REML", "test": "hksj"}
        told[scenario] = {
            "pool": pool(own, **options).effect,
            "pool_shared": pool(all_of_them, shared_variance=shared, **options).effect,
            NAIVE: pool(plain, **options).effect,
        }
    return told


def _named(effect: Estimate, cluster: int) -> Estimate:
    return effect.named(outcome="", unit=str(cluster))


_MOST = 1.3   # the largest true ratio of a cluster under no mean effect (more than three standard deviations out)


def draw_cost(rng: np.random.Generator) -> dict[str, Told]:
    """3,000 citizens of the programme and 3,000 of the comparison, total cost before the start and after the phase-in."""
    lives = pools.cost_pool()
    who = rng.integers(0, len(lives.before), (2, 3_000))
    told = {}
    for scenario, after in zip(SCENARIOS, (lives.after_with, lives.after_without), strict=True):
        cost = np.concatenate([lives.before[who[0]], lives.before[who[1]], after[who[0]], lives.after_without[who[1]]]) / 100
        days = np.concatenate([lives.days_before[who].ravel(), lives.days_after[who].ravel()])
        frame = pd.DataFrame(
            {
                "citizen_id": np.tile(np.arange(who.size), 2), "treated": np.tile(np.repeat([True, False], who.shape[1]), 2),
                "after": np.repeat([False, True], who.size), "cost_dkk": cost, "exposure": days / pools.DAYS_A_YEAR,
            }
        )  # fmt: skip
        told[scenario] = {"cost_ratio": cost_ratio(frame), NAIVE: cost_ratio(frame, contrast="after_before")}
    return told


def draw_readmission(rng: np.random.Generator) -> dict[str, Told]:
    """1,500 first discharges of the programme and 1,500 of the comparison; the naive sets the programme's against its own before."""
    spells, n = pools.spell_pool(), 1_500
    other, earlier = _some(rng, spells.without, n), _some(rng, spells.before, n)
    luck = rng.integers(0, 2**32)
    told = {}
    for scenario, world in zip(SCENARIOS, (spells.with_programme, spells.without), strict=True):
        own = _some(np.random.default_rng(luck), world, n)
        told[scenario] = {
            "incidence_difference": incidence_difference(_spells(own, other), at=pools.WINDOW_DAYS),
            NAIVE: incidence_difference(_spells(own, earlier), at=pools.WINDOW_DAYS),
        }
    return told


def _some(rng: np.random.Generator, rows: np.ndarray, n: int) -> np.ndarray:
    return rows[rng.integers(0, len(rows), n)]


def _spells(own: np.ndarray, other: np.ndarray) -> pd.DataFrame:
    rows = np.vstack([own, other])
    treated = np.arange(len(rows)) < len(own)
    return pd.DataFrame({"citizen_id": np.arange(len(rows)), "entry": 0.0, "exit": rows[:, 0], "event": rows[:, 1].astype(int), "treated": treated})


def _stamp(month: int) -> pd.Timestamp:
    return pd.Timestamp(pools.months_dates()[month])


def _panel(events: np.ndarray, exposure: np.ndarray, periods: np.ndarray, starts: np.ndarray) -> pd.DataFrame:
    units, length = events.shape
    columns = {"unit": np.repeat(np.arange(units), length), "month": np.tile(periods, units)}
    return pd.DataFrame({**columns, "events": events.ravel(), "exposure": exposure.ravel(), "start": np.repeat(starts, length)})


@lru_cache(maxsize=1)
def _sizes() -> np.ndarray:
    """Citizens of each municipality, as in the demonstration study: 20,000 in the clusters, 10,000 in the comparison."""
    return allot_citizens(RegionSpec(tuple(ClusterSpec(name, codes, 0) for name, codes in CLUSTERS.items()), COMPARISON))


@lru_cache(maxsize=1)
def _owner() -> np.ndarray:
    """Position of the cluster of each municipality, -1 for the comparison."""
    return np.array([k for k, codes in enumerate(CLUSTERS.values()) for _ in codes] + [-1] * len(COMPARISON))


ITS, HAC, DID, FEW, ROLL = (
    "interrupted_time_series", "interrupted_time_series_hac", "difference_in_differences", "difference_in_differences_few", "rollout_test"
)  # fmt: skip
DESIGNS: tuple[Design, ...] = (
    Design("controlled", draw_controlled, ("controlled_time_series", NAIVE), _planted, held=("controlled_time_series",)),
    Design("months", draw_months, (ITS, HAC, NAIVE), _planted, replications=CLOSED_FORM, held=(ITS,)),
    Design("months_memory", partial(draw_months, swings=0.08, memory=0.6), (ITS, HAC, NAIVE), _planted),
    Design("series", draw_series, (ITS, HAC, NAIVE), _planted),
    Design("series_break", partial(draw_series, registration_break=True), (ITS, HAC, NAIVE), _planted),
    Design("places", draw_places, (DID, NAIVE), _planted, held=(DID,)),
    Design("rollout", draw_rollout, (ROLL, FEW, NAIVE), _planted, held=(ROLL, FEW)),
    Design(
        "cost", draw_cost, ("cost_ratio", NAIVE), lambda: float(np.log(pools.cost_pool().ratio)), replications=CLOSED_FORM, held=("cost_ratio",)
    ),
    Design(
        "readmission", draw_readmission, ("incidence_difference", NAIVE), lambda: pools.spell_pool().difference, "difference", CLOSED_FORM,
        held=("incidence_difference",),
    ),
    Design("pooled", draw_pooled, ("pool", "pool_shared", NAIVE), _planted, held=("pool", "pool_shared")),
)  # fmt: skip
