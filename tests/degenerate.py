"""One entry a public estimator: a sound frame, the call, and what its columns are for, so that every kind of bad input can be made from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from tests.properties.estimate_frames import clusters, monthly, persons, region

Frame = pd.DataFrame


@dataclass(frozen=True)
class Entry:
    """How to ask an estimator, and of what.

    needed : columns without which it must refuse. numbers : columns in which a missing, infinite or written value must be refused.
    outcome, arm, unit, cluster, month, exposure, start : columns of those parts where the frame has them ("" = it has none).
    passed : defect -> why it is no defect here.
    """

    call: Callable[[Frame], Any]
    frame: Callable[[], Frame]
    needed: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    outcome: str = ""
    arm: str = ""
    unit: str = ""
    cluster: str = ""
    month: str = ""
    exposure: str = ""
    start: str = ""
    passed: Mapping[str, str] = field(default_factory=dict)


@lru_cache
def people() -> Frame:
    """One row a citizen: costs, scores, flags, covariates, twelve municipalities."""
    generator = np.random.default_rng(11)
    n = 60
    frame = pd.DataFrame({"citizen_id": np.arange(n), "treated": np.arange(n) % 2, "age": generator.normal(80, 6, n).round(1)})
    frame["municipality"] = np.arange(n) // 5
    frame["cost"] = np.where(generator.random(n) < 0.7, generator.gamma(1.5, 9000, n).round(), 0.0)
    frame["effect"] = generator.normal(0.6, 0.2, n).round(3)
    frame["before"] = generator.normal(0.6, 0.2, n).round(3)
    frame["post"] = (frame["before"] * 0.7 + generator.normal(0.2, 0.1, n)).round(3)
    frame["fell"] = (generator.random(n) < 0.4).astype(int)
    frame["w"] = generator.uniform(0.5, 2, n).round(3)
    for sector, mean in (("hospital", 5.0), ("practice", 9.0), ("municipality_hours", 20.0)):
        frame[sector] = generator.gamma(2.0, mean, n).round(2)
    frame["stays"] = generator.poisson(1.2, n)
    frame["stays_after"] = generator.poisson(0.9, n)
    frame["enrolled"] = (frame["stays"] >= 2).astype(int)
    frame["years"] = 1.0
    return frame


@lru_cache
def waves() -> Frame:
    """One row a citizen and wave: a score, a flag, whether they answered."""
    generator = np.random.default_rng(12)
    frame = pd.DataFrame({"citizen_id": np.repeat(np.arange(40), 3), "wave": np.tile([0, 1, 2], 40)})
    frame["treated"] = frame["citizen_id"] % 2
    frame["after"] = (frame["wave"] > 0).astype(int)
    frame["age"] = generator.normal(80, 6, 40).round(1)[frame["citizen_id"]]
    frame["score"] = (0.6 + generator.normal(0, 0.1, 40)[frame["citizen_id"]] + generator.normal(0, 0.1, 120)).round(3)
    frame["yes"] = (generator.random(120) < 0.5).astype(int)
    frame["answered"] = (generator.random(120) < 0.7).astype(int)
    return frame


@lru_cache
def spells() -> Frame:
    """One row a spell at risk."""
    generator = np.random.default_rng(13)
    n = 40
    length = generator.exponential(5, n).round(1) + 0.1
    frame = pd.DataFrame({"citizen_id": np.arange(n), "entry": 0.0, "exit": length, "event": generator.integers(0, 2, n)})
    return frame.assign(treated=np.arange(n) % 2, age=80.0 + generator.normal(0, 5, n))


@lru_cache
def person_time() -> Frame:
    """One row a citizen with dates in days: entry, exit, enrolled (missing = never), whether the event happened."""
    frame = spells()[["citizen_id", "event"]].assign(entry=0.0, exit=400.0)
    return frame.assign(enrolled=np.where(frame["citizen_id"] % 2 == 0, 30.0 + frame["citizen_id"], np.nan))


@lru_cache
def months() -> Frame:
    """person_months of a small region."""
    return region(2, citizens=150)


@lru_cache
def periods() -> Frame:
    """The same by citizen and period."""
    return persons(months())


@lru_cache
def series() -> Frame:
    """The same by month."""
    return monthly(months())


@lru_cache
def panel() -> Frame:
    """unit x month rows; five units start one after another, three never do."""
    started = clusters(2)
    never = clusters(3, units=3).assign(unit=lambda rows: "never " + rows["unit"], start=pd.NaT)
    both = pd.concat([started, never.astype({"start": started["start"].dtype})], ignore_index=True)
    return both.assign(cluster=both["unit"])


@lru_cache
def rollout() -> Frame:
    """unit x month rows; all five start."""
    return clusters(2)


@lru_cache
def effects() -> Frame:
    """One row a unit with its effect on the log scale."""
    frame = pd.DataFrame({"unit": list("abcde"), "estimate": [-0.2, 0.05, -0.15, -0.3, -0.1], "se": [0.05, 0.06, 0.05, 0.06, 0.07]})
    return frame.assign(age=[80, 78, 83, 81, 79.5])


@lru_cache
def practices() -> Frame:
    """One row a practice."""
    return pd.DataFrame({"unit": list("abcdef"), "observed": [4, 9, 2, 12, 7, 6], "expected": [5.0, 6, 2.5, 9, 7, 5], "n": [40, 60, 30, 90, 70, 50]})


@lru_cache
def counts() -> Frame:
    """One row a month of a chart, or a stratum."""
    return pd.DataFrame({"events": [4, 9, 2, 12, 7, 6, 5, 8], "n": [40, 60, 30, 90, 70, 50, 45, 66], "standard": 100.0, "rate": 0.11})


@lru_cache
def judged() -> Frame:
    """One row a case or an answer."""
    return pd.DataFrame(
        {
            "item_id": [1, 1, 1, 2, 2, 2, 3, 3], "met": [1, 0, 1, 1, 1, 0, 0, 1], "first": [1, 2, 3, 1, 2, 3, 1, 2],
            "second": [1, 2, 2, 1, 3, 3, 1, 2],
            "value": [5, 4, 3, 5, 2, 4, 1, 5], "phase": list("aabbbcad"), "error_type": list("xxyxyyxz"), "cluster_id": list("mnmnoooo"),
            "weight": 1.0,
        }
    )  # fmt: skip


@lru_cache
def money() -> Frame:
    """One row a payer and service."""
    return pd.DataFrame(
        {"payer": ["region", "municipality", "region"], "amount_dkk": [100.0, 50.0, 25.0], "dkk": [100.0, 50.0, 25.0], "funding_id": list("abc")}
    )


def homes() -> Frame:
    """One row a citizen with dates."""
    return pd.DataFrame(
        {"citizen_id": np.arange(8), "start": pd.Timestamp("2014-01-01"), "death": pd.to_datetime([None] * 7 + ["2014-02-01"]), "treated": [0, 1] * 4}
    )


AWAY = pd.DataFrame({"citizen_id": [0, 1], "start": pd.Timestamp("2014-01-05"), "end": pd.Timestamp("2014-01-09")})
ANSWERS = pd.DataFrame({"citizen_id": np.repeat(np.arange(8), 2), "time": [0.0, 1.0] * 8, "index": np.linspace(0.3, 0.95, 16)})
ANSWERS = ANSWERS[(ANSWERS["citizen_id"] < 7) | (ANSWERS["time"] < 0.5)]


def survivors() -> Frame:
    """One row a citizen with the death in years."""
    return pd.DataFrame({"citizen_id": np.arange(8), "death": [np.nan] * 7 + [0.5], "treated": [0, 1] * 4})
