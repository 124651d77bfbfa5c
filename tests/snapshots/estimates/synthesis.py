"""Pooling, moderators, probabilities, the spread verdict, multiplicity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from effekt import estimates as e
from tests.properties.estimate_frames import START, region

RNG = np.random.default_rng(37)
K = 7
EFFECTS = pd.DataFrame({"unit": list("abcdefg"), "estimate": RNG.normal(-0.2, 0.25, K), "se": RNG.uniform(0.05, 0.15, K)})
EFFECTS = EFFECTS.assign(reach=RNG.uniform(0, 1, K), kind=list("xyxyxyx"))
EFFECTS.attrs = {"outcome": "adm_acute", "measure_unit": "per_person_year"}
ALIKE = EFFECTS.assign(estimate=-0.1 + 0.001 * np.arange(K))
GOOD = e.Estimate("ratio", 0.80, 0.75, 0.86, "controlled_time_series", "identified", se=0.035, p=1e-6, n_events=900, n_citizens=4000, unit="a")
GOOD = replace(GOOD, outcome="adm_acute")
SAME = replace(GOOD, value=0.99, low=0.9, high=1.09, se=0.05, unit="b")
BAD = replace(GOOD, value=1.3, low=1.2, high=1.41, se=0.04, unit="c")
NONE = replace(GOOD, value=None, low=None, high=None, se=None, claim="descriptive", unit="d")
MONEY = e.Estimate("difference", -900.0, -1500.0, -300.0, "cost_difference", "descriptive", se=306.0)
ESTIMATORS = ("REML", "DL", "PM", "ML", "SJ", "EE")
RULE = {"margin": 0.95, "cost_limit": 0.0, "reach": 0.5, "fidelity": 0.6, "transferability": 2}
SHOWN = {"reach": 0.7, "fidelity": 0.8, "transferability": 2.5}


def pool(frame: object = EFFECTS, **options: object) -> object:
    return e.pool(frame, **options)


def regress(frame: pd.DataFrame = EFFECTS, **options: object) -> object:
    return e.meta_regression(frame, **{"covariates": ["reach"], **options})


def verdict(effect: object = GOOD, rule: dict[str, object] = RULE, **options: object) -> object:
    return e.spread_verdict(effect, **{"rule": rule, "harms": [SAME], "cost": MONEY, **SHOWN, **options})


def changes() -> list[e.ControlledChange]:
    frame = region(4, citizens=150)
    units = sorted(frame.loc[frame["treated"], "unit"].unique())
    few = {"start": START, "min_events": 1, "min_citizens": 1}
    found = []
    for unit in units:
        own = frame[~frame["treated"] | (frame["unit"] == unit)]
        own.attrs["unit"] = unit
        found.append(e.controlled_time_series(own, **few))
    return found


CALLS: dict[str, Callable[[], object]] = {
    **{f"pool {t} {w}": partial(pool, tau2=t, test=w) for t in ESTIMATORS for w in ("z", "hksj")},
    **{f"pool alike {t}": partial(pool, ALIKE, tau2=t, test="hksj") for t in ESTIMATORS},
    **{f"pool {k} units {w}": partial(pool, EFFECTS.head(k), test=w) for k in (1, 2, 3, 4) for w in ("z", "hksj")},
    "pool of differences": lambda: pool(scale="difference", level=0.9),
    "pool with shared variance": lambda: pool(shared_variance=0.001),
    "pool with shared variance hksj": lambda: pool(shared_variance=0.001, test="hksj"),
    "pool with too much shared": lambda: pool(shared_variance=0.5),
    "pool with less shared": lambda: pool(shared_variance=-0.1),
    "pool of estimates": lambda: pool([GOOD, SAME, BAD]),
    "pool of estimates and one without": lambda: pool([GOOD, SAME, NONE], test="hksj"),
    "pool of none": lambda: pool([NONE, replace(NONE, unit="e")]),
    "pool of nothing": lambda: pool([]),
    "pool of changes": lambda: pool(changes()),
    "pool of two scales": lambda: pool([GOOD, MONEY]),
    "pool of two outcomes": lambda: pool([GOOD, replace(SAME, outcome="ed")]),
    "pool of one unit twice": lambda: pool([GOOD, GOOD]),
    "pool of weaker claims": lambda: pool([GOOD, replace(SAME, claim="extrapolated", cautions=("autocorrelated",))]),
    "pool by another": lambda: pool(tau2="HE"),
    "pool tested otherwise": lambda: pool(test="t"),
    "pool of another scale": lambda: pool(scale="odds"),
    "pool of a unit twice": lambda: pool(EFFECTS.assign(unit="a")),
    "pool of no error": lambda: pool(EFFECTS.assign(se=0.0)),
    "pool of a hole": lambda: pool(EFFECTS.assign(estimate=np.nan)),
    "pool at level 0": lambda: pool(level=0),
    "leave one out": lambda: e.leave_one_out(EFFECTS, test="hksj"),
    "leave one of two out": lambda: e.leave_one_out(EFFECTS.head(2)),
    "leave one estimate out": lambda: e.leave_one_out([GOOD, SAME, BAD, NONE]),
    "shared": lambda: e.shared_variance(changes()),
    "shared by one": lambda: e.shared_variance(changes()[:1]),
    **{f"regression {t} {w}": partial(regress, tau2=t, test=w) for t in ESTIMATORS for w in ("z", "hksj")},
    "regression of kinds": lambda: regress(covariates=["reach", "kind"], level=0.9),
    "regression of differences": lambda: regress(scale="difference"),
    "regression of alike": lambda: regress(ALIKE),
    "regression by another": lambda: regress(tau2="HE"),
    "regression tested otherwise": lambda: regress(test="t"),
    "regression of another scale": lambda: regress(scale="odds"),
    "regression of a unit twice": lambda: regress(EFFECTS.assign(unit="a")),
    "regression on nothing": lambda: regress(covariates=[]),
    "regression of few": lambda: regress(EFFECTS.head(2)),
    "regression on a constant": lambda: regress(EFFECTS.assign(reach=1.0)),
    "regression on the same twice": lambda: regress(EFFECTS.assign(again=EFFECTS["reach"]), covariates=["reach", "again"]),
    "regression of no error": lambda: regress(EFFECTS.assign(se=0.0)),
    "better": lambda: e.probability_better(GOOD),
    "better than a margin": lambda: e.probability_better(GOOD, margin=0.85),
    "higher than a margin": lambda: e.probability_better(BAD, margin=1.25, better="higher"),
    "better of money": lambda: e.probability_better(MONEY, margin=-500),
    "better of money than none": lambda: e.probability_better(MONEY),
    "better of none": lambda: e.probability_better(NONE),
    "better of pooled": lambda: e.probability_better(pool(test="hksj")),
    "better in a new unit": lambda: e.probability_better(pool(), new_unit=True),
    "better in a new unit of one": lambda: e.probability_better(pool(EFFECTS.head(1)), new_unit=True),
    "better of one estimate in a new unit": lambda: e.probability_better(GOOD, new_unit=True),
    "more": lambda: e.probability_better(GOOD, better="more"),
    "better than zero": lambda: e.probability_better(GOOD, margin=0),
    "better than no end": lambda: e.probability_better(MONEY, margin=np.inf),
    "best": lambda: e.probability_best(pool(), draws=2000, seed=1),
    "best upward": lambda: e.probability_best(pool(ALIKE), draws=2000, seed=1, better="higher", level=0.8),
    "best of more": lambda: e.probability_best(pool(), better="more"),
    "best of nothing": lambda: e.probability_best(pool([NONE])),
    "best of few draws": lambda: e.probability_best(pool(), draws=99),
    "verdict": verdict,
    **{f"verdict of {name}": partial(verdict, effect) for name, effect in (("same", SAME), ("bad", BAD), ("none", NONE))},
    "verdict of pooled": lambda: verdict(pool()),
    "verdict of pooled in a new unit": lambda: verdict(pool(), rule={**RULE, "new_unit": True}),
    "verdict of a weak claim": lambda: verdict(replace(GOOD, claim="descriptive")),
    "verdict of an extrapolation": lambda: verdict(replace(GOOD, claim="extrapolated"), rule={**RULE, "claim": "extrapolated"}),
    "verdict with harm": lambda: verdict(harms=[SAME, BAD]),
    "verdict with unknown harm": lambda: verdict(harms=[NONE]),
    "verdict with harm in kroner": lambda: verdict(harms=[replace(MONEY, value=900.0, low=300.0, high=1500.0)]),
    "verdict without harms": lambda: verdict(harms=[]),
    "verdict without cost": lambda: verdict(cost=None),
    "verdict too dear": lambda: verdict(cost=replace(MONEY, value=900.0, low=300.0, high=1500.0)),
    **{f"verdict without {name}": partial(verdict, **{name: None}) for name in SHOWN},
    **{f"verdict with little {name}": partial(verdict, **{name: 0.1}) for name in SHOWN},
    **{f"verdict with endless {name}": partial(verdict, **{name: np.inf}) for name in SHOWN},
    "verdict of few events": lambda: verdict(replace(GOOD, n_events=19)),
    "verdict of enough events": lambda: verdict(replace(GOOD, n_events=20, n_citizens=50)),
    "verdict of few citizens": lambda: verdict(replace(GOOD, n_citizens=49)),
    "verdict of unknown counts": lambda: verdict(replace(GOOD, n_citizens=None, n_events=None)),
    "verdict in between": lambda: verdict(replace(GOOD, value=0.92, low=0.86, high=0.98, se=0.034)),
    "verdict without a rule": lambda: verdict(rule={}),
    "verdict of a rule": lambda: verdict(rule=e.SpreadRule(spread=0.9, evaluate=0.7, stop=0.1)),
    **{
        f"rule with {name}": partial(e.SpreadRule.from_mapping, {name: value})
        for name, value in (
        ("better", "more"), ("stop", 0.9), ("evaluate", 0.97), ("spread", 1.1), ("harm_probability", 2), ("cost_probability", -1), ("claim", "sure"),
        ("margins", 1), ("better", "higher"), ("stop", -0.1), ("spread", 1.0))
    },
    "rule of several faults": lambda: e.SpreadRule(better="more", claim="sure", stop=0.9),
    "holm": lambda: e.holm([0.01, 0.04, 0.03, 0.04, 0.9]),
    "holm of none": lambda: e.holm([]),
    **{f"{f.__name__} of {p}": partial(f, p) for f in (e.holm, e.benjamini_hochberg) for p in (["x"], [1.2, 0.1], [np.nan], [0.0, 1.0], [-0.1])},
    "false discoveries": lambda: e.benjamini_hochberg([0.01, 0.04, 0.03, 0.04, 0.9]),
    "false discoveries of a table": lambda: e.benjamini_hochberg(np.ones((2, 2))),
    "e-value": lambda: e.evalue([0.5, 1.0, 2.0, 3.3], [0.4, 0.8, 1.1, 3.0], [0.7, 1.2, 3.0, 4.0]),
    "e-value of one": lambda: e.evalue(0.8),
    "e-value crossing": lambda: e.evalue([0.8, 1.2], [0.7, 0.9], [1.0, 1.5]),
    "e-value with one limit": lambda: e.evalue(0.8, low=0.7),
    "e-value of two shapes": lambda: e.evalue([0.8], [0.7, 0.6], [0.9, 0.9]),
    "e-value outside": lambda: e.evalue([0.8, 0.9], [0.85, 0.8], [0.9, 0.95]),
    "e-value of words": lambda: e.evalue("x"),
    "e-value of zero": lambda: e.evalue([0.0, 1.0]),
    "pool of none at another level": lambda: pool([NONE], level=0.8, test="hksj"),
    "pool of one at another level": lambda: pool(EFFECTS.head(1), level=0.8, test="hksj"),
    "pool without a column": lambda: pool(EFFECTS.drop(columns="se")),
    "pool of two alike": lambda: pool(ALIKE.head(2), test="hksj", level=0.8),
    "pool of ten": lambda: pool(pd.concat([EFFECTS, ALIKE.assign(unit=list("hijklmn"))], ignore_index=True), test="hksj"),
    "leave one out at another level": lambda: e.leave_one_out(EFFECTS, tau2="DL", level=0.8),
    "leave one out of differences": lambda: e.leave_one_out(EFFECTS, scale="difference"),
    "regression at another level": lambda: regress(test="z", level=0.8, tau2="DL"),
    "regression without a column": lambda: regress(EFFECTS.drop(columns="reach")),
    "rule that never stops": lambda: e.SpreadRule(stop=0.0),
    "rule that stops before nothing": lambda: e.SpreadRule(stop=-0.01),
    "pool of estimates and one without an error": lambda: pool([GOOD, SAME, replace(BAD, se=0.0)]),
    "shared by what is no change": lambda: e.shared_variance([GOOD]),
}
