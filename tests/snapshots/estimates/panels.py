"""Units over time: difference-in-differences, staggered starts, roll-out orders, wild bootstrap, synthetic control."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from effekt import estimates as e
from tests.properties.estimate_frames import clusters

RNG = np.random.default_rng(36)
UNITS, PERIODS = 9, 10
START = np.array([4, 4, 6, 6, 8, 8, np.nan, np.nan, np.nan])
PANEL = pd.DataFrame({"unit": np.repeat(list("abcdefghi"), PERIODS), "period": np.tile(np.arange(1, PERIODS + 1), UNITS)})
PANEL["start"] = np.repeat(START, PERIODS)
PANEL["treated_now"] = PANEL["period"] >= PANEL["start"].fillna(99)
PANEL["exposure"] = RNG.uniform(50, 90, len(PANEL))
RATE = 1 + 0.1 * np.repeat(np.arange(UNITS), PERIODS) + 0.02 * PANEL["period"] - 0.3 * PANEL["treated_now"]
PANEL["events"] = RNG.poisson(RATE * PANEL["exposure"])
PANEL["rate"] = PANEL["events"] / PANEL["exposure"]
PANEL["w"] = np.repeat(RNG.uniform(1, 3, UNITS), PERIODS)
PANEL["town"] = np.repeat(np.arange(UNITS) // 2, PERIODS)
PANEL.attrs = {"outcome": "adm_acute", "unit": "region", "measure_unit": "per_person_year"}
ONCE = PANEL.assign(start=np.where(PANEL["start"].notna(), 6.0, np.nan))
SQUARE = pd.DataFrame({"treated": [0, 0, 1, 1] * 5, "post": [0, 1] * 10, "y": RNG.normal(3, 1, 20), "events": RNG.poisson(5, 20), "exposure": 2.0})
DATED = clusters(1)
EIGHT = pd.DataFrame({"g": np.repeat(np.arange(8), 6), "treated": np.repeat(np.arange(8) < 3, 6), "x": RNG.normal(size=48)})
EIGHT["w"] = RNG.uniform(1, 2, 48)
EIGHT["y"] = 0.4 * EIGHT["treated"] + EIGHT["x"] + RNG.normal(size=8)[EIGHT["g"]] + RNG.normal(size=48)


def did(frame: pd.DataFrame = PANEL, **options: object) -> object:
    return e.difference_in_differences(frame, **options)


def staggered(frame: pd.DataFrame = PANEL, **options: object) -> object:
    return e.staggered(frame, **{"replicates": 299, **options})


def rollout(frame: pd.DataFrame = PANEL, **options: object) -> object:
    return e.rollout_test(frame, **options)


def wild(frame: pd.DataFrame = EIGHT, **options: object) -> object:
    return e.wild_cluster_bootstrap(frame, **{"y": "y", "x": ["treated", "x"], "tested": "treated", "cluster": "g", **options})


def synthetic(frame: pd.DataFrame = PANEL, **options: object) -> object:
    return e.synthetic_control(frame, **{"treated": "a", "start": 6, **options})


CALLS: dict[str, Callable[[], object]] = {
    **{f"did {m}{' nested' if n else ''}": partial(did, model=m, nested=n) for m in ("linear", "poisson") for n in (False, True)},
    "did weighted": lambda: did(weights="w", level=0.9),
    "did poisson weighted": lambda: did(weights="w", model="poisson"),
    "did by town": lambda: did(cluster="town"),
    "did of one column": lambda: did(outcome="events"),
    "did poisson of one column": lambda: did(outcome="events", model="poisson"),
    "did once": lambda: did(ONCE),
    "did of flags": lambda: did(ONCE.drop(columns="start").assign(post=ONCE["period"] >= 6, treated=ONCE["start"].notna())),
    "did of one flag": lambda: did(PANEL.drop(columns="start").assign(treated=PANEL["treated_now"])),
    "did square": lambda: did(SQUARE, outcome="y"),
    "did square poisson": lambda: did(SQUARE, model="poisson"),
    "did of dates": lambda: did(DATED),
    "did of a third model": lambda: did(model="probit"),
    "did of nothing": lambda: did(PANEL.drop(columns="start")),
    "did of none": lambda: did(PANEL.assign(start=np.nan)),
    "did of all": lambda: did(PANEL.assign(start=0)),
    "did of two kinds": lambda: did(PANEL.assign(start="x")),
    "did of one date": lambda: did(PANEL.assign(start=6)),
    "did of no events": lambda: did(PANEL.assign(events=0), model="poisson"),
    "did without exposure": lambda: did(PANEL.drop(columns=["rate", "exposure"])),
    "did of a constant": lambda: did(PANEL.assign(rate=1.0)),
    "did of few units": lambda: did(PANEL[PANEL["unit"].isin(["a", "i"])]),
    "did at level 7": lambda: did(level=7),
    **{
        f"staggered {a} {c} {b}": partial(staggered, aggregate=a, control=c, base=b)
        for a in ("simple", "group", "event") for c in ("never", "not_yet") for b in ("varying", "universal")
    },
    "staggered weighted": lambda: staggered(weights="w", level=0.9),
    "staggered by town": lambda: staggered(cluster="town", aggregate="event"),
    "staggered of a column": lambda: staggered(outcome="events", aggregate="event"),
    "staggered of dates": lambda: staggered(DATED, control="not_yet", aggregate="group"),
    "staggered of dates without never": lambda: staggered(DATED),
    "staggered of a third control": lambda: staggered(control="later"),
    "staggered of a third aggregate": lambda: staggered(aggregate="year"),
    "staggered of a third base": lambda: staggered(base="last"),
    "staggered of a row twice": lambda: staggered(pd.concat([PANEL, PANEL.iloc[:2]])),
    "staggered without a row": lambda: staggered(PANEL.iloc[1:]),
    "staggered without starts": lambda: staggered(PANEL.assign(start=np.nan)),
    "staggered of words": lambda: staggered(PANEL.assign(start="x")),
    "staggered from the first": lambda: staggered(PANEL.assign(start=1)),
    "staggered at zero": lambda: staggered(PANEL.assign(start=PANEL["start"].fillna(0))),
    "staggered after the data": lambda: staggered(PANEL.assign(start=PANEL["start"].replace(8, 50))),
    "staggered of changing starts": lambda: staggered(PANEL.assign(start=PANEL["period"])),
    "staggered of changing weights": lambda: staggered(PANEL.assign(w=PANEL["exposure"]), weights="w"),
    "staggered all at once": lambda: staggered(PANEL.assign(start=5.0), control="not_yet"),
    "staggered of few": lambda: staggered(PANEL[PANEL["unit"].isin(["a", "c", "h", "i"])], aggregate="event"),
    "staggered of infinite starts": lambda: staggered(PANEL.assign(start=-np.inf)),
    **{
        f"bounds {m}": partial(lambda m: e.trend_bounds(staggered(aggregate="event"), multiples=m), m)
        for m in ((0, 1), (0.5,), (), (-1,), (np.inf,))
    },
    "bounds universal": lambda: e.trend_bounds(staggered(aggregate="event", base="universal"), level=0.9),
    "bounds without the event study": lambda: e.trend_bounds(staggered()),
    "bounds without periods before": lambda: e.trend_bounds(staggered(PANEL[PANEL["period"] >= 7], aggregate="event")),
    "rollout": rollout,
    "rollout of logs": lambda: rollout(statistic="log_did"),
    "rollout by lot": lambda: rollout(random_order=True, level=0.8),
    "rollout of clusters": lambda: rollout(PANEL.assign(cluster=PANEL["start"].fillna(-PANEL["town"]).astype(str))),
    "rollout of dates": lambda: rollout(DATED, random_order=True),
    "rollout of a column": lambda: rollout(outcome="events"),
    "rollout of a third statistic": lambda: rollout(statistic="ratio"),
    "rollout of no log": lambda: rollout(PANEL.assign(events=0, rate=0.0), statistic="log_did"),
    "rollout of two starts": lambda: rollout(PANEL.assign(start=PANEL["period"])),
    "rollout of words": lambda: rollout(PANEL.assign(start="x")),
    "rollout of one": lambda: rollout(PANEL.assign(start=PANEL["start"].where(PANEL["unit"] == "a"))),
    "rollout from the first": lambda: rollout(PANEL.assign(start=PANEL["start"].replace(4, 1))),
    "rollout all at once": lambda: rollout(PANEL.assign(start=5)),
    "rollout of few": lambda: rollout(PANEL[PANEL["unit"].isin(["a", "c", "i"])]),
    "rollout of no exposure": lambda: rollout(PANEL.drop(columns="rate").assign(exposure=0.0)),
    "wild": wild,
    "wild of no x": lambda: wild(x=[]),
    "wild weighted": lambda: wild(weights="w"),
    "wild against a value": lambda: wild(null=0.4),
    "wild drawn": lambda: wild(EIGHT.assign(g=np.arange(48) // 3), draws=499, seed=2),
    "wild of a slope": lambda: wild(tested="x"),
    "wild of fixed effects": lambda: wild(EIGHT.assign(k=EIGHT["g"].astype(str), treated=np.arange(48) % 2), x=["treated", "k"]),
    "wild of one cluster": lambda: wild(EIGHT.assign(g=1)),
    "wild of few rows": lambda: wild(EIGHT.iloc[[0, 20, 40]]),
    "wild of nothing left": lambda: wild(EIGHT.assign(y=EIGHT["x"])),
    "wild of no such column": lambda: wild(EIGHT.assign(treated=EIGHT["treated"].map({True: "yes", False: "no"}))),
    "wild of no variation": lambda: wild(EIGHT.assign(g=EIGHT["treated"].astype(int)), x=["treated"]),
    "wild of one treated": lambda: wild(EIGHT.assign(treated=EIGHT["g"] == 0)),
    "wild of four": lambda: wild(EIGHT[EIGHT["g"].isin([0, 1, 6, 7])]),
    "synthetic": synthetic,
    "synthetic of two": lambda: synthetic(treated=["a", "b"], level=0.9),
    "synthetic of a column": lambda: synthetic(outcome="events"),
    "synthetic with predictors": lambda: synthetic(predictors=["exposure", "events"]),
    "synthetic of dates": lambda: synthetic(DATED.drop(columns="start"), treated="cluster 0", start=pd.Timestamp("2012-01-01")),
    "synthetic with no predictor": lambda: synthetic(predictors=[]),
    "synthetic with a flat predictor": lambda: synthetic(PANEL.assign(flat=1.0), predictors=["flat"]),
    "synthetic of a stranger": lambda: synthetic(treated=["a", "zz"]),
    "synthetic of nobody": lambda: synthetic(treated=[]),
    "synthetic of everybody": lambda: synthetic(treated=list("abcdefghi")),
    "synthetic of two units": lambda: synthetic(PANEL[PANEL["unit"].isin(["a", "b"])]),
    "synthetic without a row": lambda: synthetic(PANEL.iloc[1:]),
    "synthetic without a before": lambda: synthetic(start=2),
    "synthetic without an after": lambda: synthetic(start=11),
    "synthetic of three": lambda: synthetic(PANEL[PANEL["unit"].isin(["a", "b", "c"])]),
    "did without a column": lambda: did(PANEL.drop(columns="unit")),
    "did of a hole": lambda: did(PANEL.assign(rate=PANEL["rate"].where(PANEL["period"] > 1))),
    "did of weights below zero": lambda: did(weights="w", frame=PANEL.assign(w=-1.0)),
    "did of negative events": lambda: did(PANEL.assign(events=-1), model="poisson"),
    "did of no events in one unit": lambda: did(PANEL.assign(events=PANEL["events"] * (PANEL["unit"] != "h")), model="poisson"),
    "staggered without a column": lambda: staggered(PANEL.drop(columns="start")),
    "staggered of negative weights": lambda: staggered(PANEL.assign(w=-1.0), weights="w"),
    "staggered from another seed": lambda: staggered(aggregate="event", seed=9, level=0.8),
    "rollout without a column": lambda: rollout(PANEL.drop(columns="start")),
    "rollout at a level that no order reaches": lambda: rollout(PANEL[PANEL["unit"].isin(["a", "c", "e"])], level=0.99),
    "wild without a column": lambda: wild(EIGHT.drop(columns="y")),
    "wild of negative weights": lambda: wild(EIGHT.assign(w=-1.0), weights="w"),
    "synthetic without a column": lambda: synthetic(PANEL.drop(columns="unit")),
    "synthetic of a predictor with holes": lambda: synthetic(PANEL.assign(exposure=np.nan), predictors=["events", "exposure"]),
}
