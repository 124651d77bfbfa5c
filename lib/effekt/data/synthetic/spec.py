"""What is simulated: the places, the programme with its planted effects, how many citizens, and the rates they live by."""

from __future__ import annotations

import csv
import zlib
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from importlib import resources
from pathlib import Path

import numpy as np
import yaml

from effekt.data.synthetic.calendar import Calendar
from effekt.errors import UsageError
from effekt.protocol import load_protocol

COMPARISON = "comparison"
PLANTED = "synthetic.yml"
RUN_IN = 3   # months; whole quarters, so that the snapshots of the population fall on the quarters of the data period


@dataclass(frozen=True)
class ClusterSpec:
    """One cluster: its municipalities, when the programme starts there, and what the programme truly does.

    `admissions`, `practice`, `home_care` are ratios of expectations with the programme to without it, once phased in (1 = nothing).
    `earlier` is the same ratio for an earlier project in the months of `contaminated` (pairs of first and last month, both included).
    `citizens` fixes the number of citizens; None leaves it to the size of the municipalities.
    `satisfaction` is what the programme adds to every answer of the second survey, in points of the scale 1-5 before rounding. `reach` is the share
    of discharges followed up by a visit where nothing comes between. `audits` is the number of pathways audited a round.
    """

    cluster_id: str
    municipalities: tuple[str, ...]
    start: int
    admissions: float = 0.80
    practice: float = 1.05
    home_care: float = 1.08
    earlier: float = 0.90
    contaminated: tuple[tuple[int, int], ...] = ()
    citizens: int | None = None
    satisfaction: float = 0.30
    reach: float = 0.50
    audits: int = 24


@dataclass(frozen=True)
class Rates:
    """How often things happen to a citizen of 75 with average frailty, a year; and how that varies."""

    acute: float = 0.38              # acute events before the cascade: admissions and emergency visits
    emergency_share: float = 0.28    # of the acute events: treated and sent home
    registered_admitted: float = 0.30    # of the emergency visits from the break on: registered as a short acute admission
    planned: float = 0.09
    outpatient: float = 1.7
    practice: float = 6.6
    frailty_shape: float = 0.7       # gamma, mean 1: the smaller, the more of the events fall on the few
    year_shape: float = 3.0          # gamma, mean 1: good and bad years of the same citizen
    age: float = 0.065               # log rate per year of age
    male: float = 0.12
    season: float = 0.07
    trend: float = 0.012             # log rate a calendar year, everywhere
    shock: float = 0.04              # standard deviation of the monthly shock that hits everybody
    influenza: float = 0.10          # mean of the extra winter shock; stronger with age
    dying: float = 9.0               # how much higher the rate is at the very end of life
    dying_days: float = 50.0         # e-folding time of that
    cascade: tuple[float, float, float] = (0.125, 0.16, 0.18)   # probability of a readmission after the first, second, third stay of a burst
    cascade_days: float = 9.0
    last: float = 0.40               # probability of an acute admission in the last days of life
    last_days: float = 6.0
    medical: float = 0.75
    place: float = 0.10              # standard deviation of the log rate between municipalities
    death: float = 0.0155            # hazard a year at 65
    death_age: float = 0.092
    move: float = 0.0022             # a quarter
    emigrate: float = 0.0016         # a year


@dataclass(frozen=True)
class RegionSpec:
    """Everything one region is drawn from: with the same spec comes the same region, whatever the process or the order of calls.

    The simulation begins `run_in` months before the data period, so that its first month already has readmissions and people in hospital.
    All positions of months (`start`, `contaminated`, `registration_break`) count from `first_month`, run-in included.
    """

    clusters: tuple[ClusterSpec, ...]
    comparison: tuple[str, ...]
    first_month: str = "2009-10"
    n_months: int = 87
    run_in: int = 3
    citizens: int = 20_000
    comparison_citizens: int = 10_000
    age_min: int = 65
    phase_in: int = 3
    registration_break: int = 51
    price_year: int = 2013
    seed: int = 1
    rates: Rates = field(default_factory=Rates)

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar(self.first_month, self.n_months)

    @cached_property
    def municipalities(self) -> tuple[str, ...]:
        """All municipalities: cluster by cluster, then the comparison. Their position is how the simulator names them."""
        return tuple(code for cluster in self.clusters for code in cluster.municipalities) + self.comparison

    @cached_property
    def cluster_of(self) -> np.ndarray:
        """Position of the cluster of each municipality; -1 for the comparison. Shape (municipalities,)."""
        owner = [k for k, cluster in enumerate(self.clusters) for _ in cluster.municipalities]
        return np.array(owner + [-1] * len(self.comparison), dtype=np.int16)

    @property
    def first_day(self) -> int:
        """Day on which the data period begins."""
        return int(self.calendar.month_start[self.run_in])

    @property
    def cluster_ids(self) -> tuple[str, ...]:
        return tuple(cluster.cluster_id for cluster in self.clusters)

    def with_seed(self, seed: int) -> RegionSpec:
        return replace(self, seed=seed)

    def draws(self, part: str) -> np.random.Generator:
        """The random numbers of one part of the simulation: the same whatever the other parts drew."""
        return np.random.default_rng(np.random.SeedSequence([self.seed, zlib.crc32(part.encode())]))


def load_spec(study_path: str | Path) -> RegionSpec:
    """The region of a synthetic study: places and dates from `evaluation.yml`, sizes and planted effects from `synthetic.yml` beside it."""
    folder = Path(study_path)
    protocol = load_protocol(folder)
    if not protocol.synthetic:
        raise UsageError(f"{folder / 'evaluation.yml'} does not say `synthetic: true`: a delivery is generated for synthetic studies only.")
    planted = _planted(folder / PLANTED, {cluster.id for cluster in protocol.clusters})
    first = (np.datetime64(protocol.data_period.first, "M") - RUN_IN).item()

    def month(day: date) -> int:
        return (day.year - first.year) * 12 + day.month - first.month

    n_months = month(protocol.data_period.last) + 1
    clusters = tuple(
        ClusterSpec(
            cluster_id=cluster.id,
            municipalities=tuple(cluster.municipalities),
            start=month(cluster.start),
            contaminated=tuple((month(span.first), month(span.last)) for span in cluster.contaminated),
            **planted["clusters"].get(cluster.id, {}),
        )
        for cluster in protocol.clusters
    )
    return RegionSpec(
        clusters=clusters,
        comparison=tuple(protocol.comparison.municipalities),
        first_month=f"{first:%Y-%m}",
        n_months=n_months,
        run_in=RUN_IN,
        age_min=protocol.target.age_min,
        phase_in=protocol.phase_in_months,
        registration_break=min((month(known.month) for known in protocol.known_breaks), default=n_months),
        price_year=protocol.price_year,
        seed=protocol.seed,
        **planted["citizens"],
    )


def _planted(file: Path, cluster_ids: set[str]) -> dict[str, dict]:
    """`synthetic.yml` as the keyword arguments of RegionSpec and ClusterSpec; a name that means nothing is refused."""
    said = (yaml.safe_load(file.read_text(encoding="utf-8")) or {}) if file.is_file() else {}
    sizes = {"region": "citizens", "comparison": "comparison_citizens"}
    ratios = {"admissions", "practice", "home_care", "earlier", "citizens", "satisfaction", "reach", "audits"}
    clusters = said.get("clusters", {})
    wrong = [*(set(said) - {"citizens", "clusters"}), *(set(said.get("citizens", {})) - set(sizes)), *(set(clusters) - cluster_ids)]
    wrong += [name for given in clusters.values() for name in given if name not in ratios]
    if wrong:
        raise UsageError(f"{file}: not understood: {', '.join(sorted(map(str, wrong)))}. data/demo/synthetic.yml shows what can be said.")
    return {"citizens": {sizes[k]: int(v) for k, v in said.get("citizens", {}).items()}, "clusters": clusters}


def load_places() -> dict[str, dict[str, str]]:
    """The municipalities the simulator knows: population and share 65+ (recalled, for synthetic data only) and their hospital."""
    text = resources.files("effekt.data.synthetic").joinpath("municipalities.csv").read_text(encoding="utf-8")
    return {row["kommunekode"]: row for row in csv.DictReader(text.splitlines(), delimiter=";")}


def allot_citizens(spec: RegionSpec) -> np.ndarray:
    """How many citizens live in each municipality at first: proportional to its population 65+, by largest remainder. Shape (municipalities,)."""
    places = load_places()
    weight = np.array([_weight(places.get(code)) for code in spec.municipalities])
    number = np.zeros(len(weight), dtype=np.int64)
    free = np.zeros(len(weight), dtype=bool)
    for k, cluster in enumerate(spec.clusters):
        here = spec.cluster_of == k
        if cluster.citizens is None:
            free |= here
        else:
            number[here] = _shares(cluster.citizens, weight[here])
    fixed = int(number.sum())
    if free.any():
        number[free] = _shares(max(spec.citizens - fixed, 0), weight[free])
    outside = spec.cluster_of == -1
    number[outside] = _shares(spec.comparison_citizens, weight[outside])
    return number


def _weight(place: dict[str, str] | None) -> float:
    return 10_000.0 if place is None else float(place["population"]) * float(place["share_65"]) / 100


def _shares(total: int, weight: np.ndarray) -> np.ndarray:
    exact = total * weight / weight.sum()
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole
