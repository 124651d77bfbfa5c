"""Robustness: specification curves, placebos, negative controls, detectable effects, subgroups, missing values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from effekt import estimates as e
from tests.properties.estimate_frames import MONTHS, region
from tests.snapshots.estimates.changes import PERSONS, SERIES, SINCE
from tests.snapshots.estimates.synthesis import BAD, GOOD, MONEY, NONE, SAME

RNG = np.random.default_rng(38)
N = 50
GAPS = pd.DataFrame({"citizen_id": np.arange(N), "treated": np.arange(N) % 2 == 0, "age": RNG.normal(80, 5, N)})
GAPS = GAPS.assign(score=RNG.normal(0.6, 0.2, N), y=RNG.normal(2, 1, N))
GAPS["score"] = GAPS["score"].where(np.arange(N) % 5 != 0)
GAPS["y"] = GAPS["y"].where(np.arange(N) % 7 != 0)
KNOWN = GAPS.assign(score=GAPS["score"].fillna(0.5), y=GAPS["y"].fillna(1.0))
REGION = region(3, citizens=60, treated_units=2, comparison_units=2)
FEW = {"start": MONTHS[24], "phase_in": 0, "min_events": 1, "min_citizens": 1}
DETECT = {"citizens": (300, 600), "rate": 1.2, "years": (2.0, 1.0), "replicates": 60, "ratios": (0.9, 0.7)}
UNPLANNED = (
    ("rate", 0), ("rate", "x"), ("years", (0, 1)), ("citizens", (3, 600)), ("shape", -1), ("unit_sd", -1), ("power", 1), ("level", 0),
    ("ratios", (0.9, 1.1)), ("errors", "none"), ("replicates", 0), ("ratios", (0.0, 0.5)),
)  # fmt: skip
GROUPED = PERSONS.assign(sex=np.where(PERSONS["citizen_id"] % 3 == 0, "m", "f"), old=PERSONS["citizen_id"] % 5 > 2)


def curve(frame: pd.DataFrame = SERIES, **options: object) -> object:
    given = {"base": {"start": SINCE, "season": 2, "slope": "auto"}, "alternatives": {"season": [0, 1], "slope": [False]}, **options}
    return e.specification_curve(e.interrupted_time_series, frame, **given)


def dates(*months: str, **options: object) -> object:
    return e.placebo_dates(e.interrupted_time_series, SERIES, start=SINCE, dates=[pd.Timestamp(f"{month}-01") for month in months], **options)


def detect(**options: object) -> object:
    return e.minimum_detectable_effect(**{**DETECT, **options})


def impute(frame: pd.DataFrame = GAPS, **options: object) -> object:
    return e.impute_chained(frame, **{"columns": ["score", "y"], "auxiliary": ["age"], "imputations": 2, "iterations": 2, **options})


def bounds(frame: pd.DataFrame = GAPS, **options: object) -> object:
    return e.missing_outcome_bounds(frame, **{"outcome": "score", "treated": "treated", "low": -0.6, "high": 1.5, **options})


def subgroups(frame: pd.DataFrame = GROUPED, **options: object) -> object:
    return e.subgroup_effects(e.rate_ratio, frame, **{"by": ["sex", "old"], "declared": ["sex"], **options})


def difference(frame: pd.DataFrame) -> e.Estimate:
    return e.weighted_difference(frame, outcome="y", treated="treated", weights=np.ones(len(frame)))


CALLS: dict[str, Callable[[], object]] = {
    "curve": curve,
    "curve crossed": lambda: curve(crossed=True),
    "curve of one": lambda: curve(alternatives={}),
    "curve with one that fails": lambda: curve(alternatives={"season": [9]}),
    "curve of the main again": lambda: curve(alternatives={"season": [2, 3]}),
    "curve of a main that fails": lambda: curve(base={"start": SINCE, "season": 9}, alternatives={"season": [1]}),
    "curve without a column": lambda: curve(leave_out="unit"),
    "curve without each unit": lambda: (
        e.specification_curve(e.controlled_time_series, REGION, base=FEW, alternatives={"horizon": [6]}, leave_out="unit")
    ),
    "placebos": lambda: dates("2011-06", "2011-09", "2012-01"),
    "placebos that fail": lambda: dates("2010-03", "2011-09", season=1),
    "placebos of none": dates,
    "placebos after": lambda: dates("2013-01", "2011-09"),
    "placebos of no effect": lambda: (
        e.placebo_dates(e.interrupted_time_series, SERIES.assign(events=0), start=SINCE, dates=[pd.Timestamp("2011-09-01")])
    ),
    "controls": lambda: e.negative_controls([replace(SAME, outcome="x"), replace(BAD, outcome="z")], effect=GOOD),
    "controls alone": lambda: e.negative_controls([replace(SAME, outcome="x")]),
    "controls of none": lambda: e.negative_controls([NONE]),
    "controls with one without": lambda: e.negative_controls([NONE, replace(SAME, outcome="x")], effect=NONE),
    "controls of two scales": lambda: e.negative_controls([SAME, MONEY]),
    "controls twice": lambda: e.negative_controls([SAME, SAME]),
    "controls in kroner": lambda: e.negative_controls([MONEY], effect=replace(MONEY, value=-3000.0, low=-4000.0, high=-2000.0)),
    "detectable": detect,
    "detectable upward": lambda: detect(ratios=(1.1, 1.6), level=0.9),
    "detectable by unit": lambda: detect(errors="unit", unit_sd=0.1, units=(4, 6), power=0.5),
    "detectable nothing": lambda: detect(ratios=(0.99,), seed=4),
    **{
        f"detectable with {name} {value}": partial(detect, **{name: value})
        for name, value in UNPLANNED
    },
    "detectable of one unit": lambda: detect(errors="unit", units=(1, 6)),
    "subgroups": subgroups,
    "subgroups declared": lambda: subgroups(declared=["sex", "old"], level=0.9),
    "subgroups of none": lambda: subgroups(by=[]),
    "subgroups that change": lambda: subgroups(GROUPED.assign(sex=GROUPED["after"]), by=["sex"]),
    "subgroups of one": lambda: subgroups(GROUPED.assign(sex="f"), by=["sex"]),
    "subgroups with holes": lambda: subgroups(GROUPED.assign(sex=GROUPED["sex"].where(GROUPED["citizen_id"] > 3)), by=["sex"]),
    "subgroups with one that fails": lambda: (
        subgroups(GROUPED.assign(sex=np.where(GROUPED["citizen_id"] == 0, "x", "f")), by=["sex"], contrast="after_before")
    ),
    "imputed": impute,
    "imputed from a seed": lambda: impute(seed=5, neighbours=2),
    "imputed of nothing missing": lambda: impute(KNOWN),
    "imputed flags": lambda: impute(GAPS.assign(flag=(GAPS["age"] > 80).astype(float).where(np.arange(N) % 4 != 0)), columns=["flag"]),
    "imputed once": lambda: impute(imputations=1),
    "imputed without iterations": lambda: impute(iterations=0),
    "imputed from no neighbour": lambda: impute(neighbours=0),
    "imputed with a flat column": lambda: impute(GAPS.assign(age=1.0)),
    "imputed alone": lambda: impute(columns=["score"], auxiliary=[]),
    "imputed from few": lambda: impute(GAPS.assign(score=GAPS["score"].where(np.arange(N) < 3))),
    "imputed infinite": lambda: impute(GAPS.assign(score=np.inf)),
    "pooled copies": lambda: e.pool_imputations([GOOD, SAME, BAD]),
    "pooled copies in kroner": lambda: e.pool_imputations([MONEY, replace(MONEY, value=-800.0)], level=0.9),
    "pooled copies alike": lambda: e.pool_imputations([GOOD, GOOD]),
    "pooled copies of one": lambda: e.pool_imputations([GOOD]),
    "pooled copies of two scales": lambda: e.pool_imputations([GOOD, MONEY]),
    "pooled copies without a value": lambda: e.pool_imputations([GOOD, NONE]),
    "pooled copies of weaker claims": lambda: e.pool_imputations([GOOD, replace(SAME, claim="descriptive", cautions=("autocorrelated",))]),
    "with imputation": lambda: e.with_imputation(GAPS, difference, columns=["score", "y"], auxiliary=["age"], imputations=3, iterations=2, seed=2),
    "bounds": bounds,
    "bounds of all known": lambda: bounds(KNOWN, level=0.9),
    "bounds upside down": lambda: bounds(low=2, high=1),
    "bounds without end": lambda: bounds(high=np.inf),
    "bounds too narrow": lambda: bounds(low=0.5, high=0.6),
    "bounds of one arm": lambda: bounds(GAPS.assign(treated=True)),
    "bounds of words": lambda: bounds(GAPS.assign(score="x")),
    "controls of three": lambda: e.negative_controls([replace(SAME, outcome="x"), replace(BAD, outcome="z"), replace(GOOD, outcome="w")]),
    "curve upward": lambda: curve(SERIES.assign(events=SERIES["events"] * np.where(np.arange(60) >= 36, 2, 1))),
    "curve of no effect": lambda: curve(SERIES.assign(events=0)),
}
