"""Time to event, recurrent events, standardised rates."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from effekt import estimates as e

RNG = np.random.default_rng(34)
N = 40
SPELLS = pd.DataFrame({"citizen_id": np.arange(N), "entry": np.where(np.arange(N) % 4 == 0, 1.0, 0.0), "event": RNG.integers(0, 3, N)})
SPELLS["exit"] = RNG.integers(2, 15, N).astype(float)
SPELLS = SPELLS.assign(treated=np.arange(N) % 2, age=RNG.normal(80, 5, N).round(), town=np.arange(N) // 5, kind=list("abcde") * 8)
FIRST = SPELLS.assign(event=SPELLS["event"] % 2)
SPLIT = pd.concat([FIRST.assign(exit=1.5, event=RNG.integers(0, 2, N)), FIRST.assign(entry=1.5)], ignore_index=True)
STRATA = {"counts": [4, 9, 12], "population": [100.0, 80.0, 50.0], "standard": [300, 200, 50]}
NAMED = {name: pd.Series(values, index=["young", "old", "oldest"]) for name, values in STRATA.items()}
BOTH = (e.kaplan_meier, e.cumulative_incidence)


def again(frame: pd.DataFrame = SPLIT, covariates: tuple[str, ...] = ("treated",), **options: object) -> object:
    return e.recurrent_events(frame, covariates=list(covariates), **options)


def direct(**change: object) -> object:
    return e.standardise_direct(**{**STRATA, **change})


def indirect(**change: object) -> object:
    return e.standardise_indirect(**{"counts": [4, 9, 12], "population": [100.0, 80.0, 50.0], "standard": [0.05, 0.08, 0.2], **change})


CALLS: dict[str, Callable[[], object]] = {
    **{f"{f.__name__} {i}": partial(f, FIRST, at=[0, 2, 5, 9], interval=i) for f in BOTH for i in ("log", "log-log", "plain", "exact")},
    **{f"{f.__name__} at one time": partial(f, FIRST, at=6, level=0.8) for f in BOTH},
    **{f"{f.__name__} too late": partial(f, FIRST, at=[1, 99]) for f in BOTH},
    **{f"{f.__name__} at a word": partial(f, FIRST, at=["x"]) for f in BOTH},
    **{f"{f.__name__} at no time": partial(f, FIRST, at=[]) for f in BOTH},
    **{f"{f.__name__} at a missing time": partial(f, FIRST, at=[1, np.nan]) for f in BOTH},
    **{f"{f.__name__} at level 0": partial(f, FIRST, at=1, level=0) for f in BOTH},
    **{f"{f.__name__} of a short spell": partial(f, FIRST.assign(exit=FIRST["entry"]), at=1) for f in BOTH},
    **{f"{f.__name__} of a strange event": partial(f, FIRST.assign(event=4), at=1) for f in BOTH},
    **{f"{f.__name__} of an overlap": partial(f, FIRST.assign(citizen_id=1, event=0), at=3) for f in BOTH},
    **{f"{f.__name__} after the event": partial(f, pd.concat([FIRST.assign(event=1), FIRST.assign(entry=20, exit=30)]), at=3) for f in BOTH},
    **{f"{f.__name__} of nothing": partial(f, FIRST.assign(event=0), at=[3, 8]) for f in BOTH},
    **{f"{f.__name__} of everybody": partial(f, FIRST.assign(event=1), at=[3, 14]) for f in BOTH},
    **{
        f"incidence {v} {k}": partial(e.cumulative_incidence, SPELLS, at=[2, 7, 12], event=k, variance=v)
        for v in ("jackknife", "aalen") for k in (1, 2)
    },
    "incidence of split spells": lambda: e.cumulative_incidence(pd.concat([SPELLS.assign(exit=1.5, event=0), SPELLS.assign(entry=1.5)]), at=[3, 9]),
    "incidence of a third": lambda: e.cumulative_incidence(SPELLS, at=1, event=3),
    "incidence of another variance": lambda: e.cumulative_incidence(SPELLS, at=1, variance="greenwood"),
    "kaplan-meier of competing events": lambda: e.kaplan_meier(SPELLS, at=1),
    "incidence difference": lambda: e.incidence_difference(SPELLS, at=8),
    "incidence difference of deaths": lambda: e.incidence_difference(SPELLS, at=8, event=2, level=0.9),
    "incidence difference of one arm": lambda: e.incidence_difference(SPELLS.assign(treated=1), at=3),
    "incidence difference of no arm": lambda: e.incidence_difference(SPELLS.assign(treated=0), at=3),
    "incidence difference of both arms": lambda: (
        e.incidence_difference(pd.concat([SPELLS.assign(event=0, exit=1.5), SPELLS.assign(entry=1.5, treated=1)]), at=3)
    ),
    "incidence difference of no events": lambda: e.incidence_difference(SPELLS.assign(event=0), at=3),
    "again": again,
    "again by town": lambda: again(cluster="town", level=0.9, covariates=("treated", "age", "kind")),
    "again with few clusters": lambda: again(SPLIT.assign(town=SPLIT["town"] % 3), cluster="town"),
    "again without covariates": lambda: again(covariates=()),
    "again without events": lambda: again(SPLIT.assign(event=0)),
    "again of one": lambda: again(SPLIT.assign(town=1), cluster="town"),
    "again of separation": lambda: again(SPLIT.assign(event=SPLIT["event"] * SPLIT["treated"])),
    "again of a constant": lambda: again(SPLIT.assign(treated=1)),
    "again of competing events": lambda: again(SPELLS),
    "again of one event": lambda: again(FIRST.assign(event=(FIRST["citizen_id"] == 7).astype(int)), ("age",)),
    "direct": direct,
    "direct named": lambda: e.standardise_direct(NAMED["counts"], NAMED["population"].iloc[::-1], NAMED["standard"], level=0.9),
    "direct of no events": lambda: direct(counts=[0, 0, 0]),
    "direct of nobody": lambda: direct(population=[1, 0, 2]),
    "direct to nobody": lambda: direct(standard=[0, 0, 0]),
    "direct of two lengths": lambda: direct(standard=[1, 2]),
    "direct of two kinds": lambda: e.standardise_direct(NAMED["counts"], NAMED["population"].rename({"old": "other"}), NAMED["standard"]),
    "direct of a hole": lambda: direct(counts=[1, np.nan, 2]),
    "direct of less": lambda: direct(counts=[1, -1, 2]),
    "direct of one stratum": lambda: direct(counts=[5], population=[90], standard=[7]),
    "indirect": indirect,
    "indirect of a total": lambda: indirect(counts=31, level=0.9),
    "indirect of none": lambda: indirect(counts=0),
    "indirect of many": lambda: indirect(counts=70),
    "indirect by events": lambda: indirect(standard=[50, 40, 30], standard_population=[900, 500, 100]),
    "indirect by events of nobody": lambda: indirect(standard_population=[900, 0, 100]),
    "indirect of halves": lambda: indirect(counts=2.5),
    "indirect of nothing expected": lambda: indirect(standard=[0, 0, 0]),
    "indirect of two lengths": lambda: indirect(standard=[0.1, 0.2]),
    "indirect at level 3": lambda: indirect(level=3),
}
