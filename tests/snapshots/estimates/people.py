"""Weights, scores, shares, agreement, findings, EQ-5D, days at home, life years, responses."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from effekt import estimates as e

RNG = np.random.default_rng(31)
N = 60
PEOPLE = pd.DataFrame({"citizen_id": np.arange(N), "age": RNG.normal(80, 6, N), "alone": RNG.integers(0, 2, N)})
PEOPLE["kind"] = RNG.choice(["a", "b", "c"], N)
PEOPLE["treated"] = RNG.random(N) < 1 / (1 + np.exp(-(PEOPLE["age"] - 80) / 10 + 0.3))
PEOPLE["before"] = RNG.normal(50, 10, N)
PEOPLE["post"] = 5 + 0.8 * PEOPLE["before"] + 3 * PEOPLE["treated"] + RNG.normal(0, 6, N)
PEOPLE["y"] = 0.1 * PEOPLE["age"] - 0.5 * PEOPLE["treated"] + RNG.normal(size=N)
PEOPLE.attrs = {"outcome": "score", "unit": "vest", "measure_unit": "points"}
WAVES = PEOPLE.loc[PEOPLE.index.repeat(3)].assign(wave=np.tile([0, 1, 2], N), score=lambda f: f["y"] + RNG.normal(0, 0.5, 3 * N) + 0.2 * f["wave"])
WAVES = WAVES.assign(
    yes=(WAVES["score"] > 7.8).astype(int), visits=RNG.poisson(2, 3 * N), years=RNG.uniform(0.5, 1, 3 * N), cost=RNG.gamma(2, 500, 3 * N),
    town=WAVES["citizen_id"] % 9, after=WAVES["wave"] > 0, answered=RNG.random(3 * N) < 0.7, dead=(WAVES["wave"] == 2) & (WAVES["citizen_id"] < 5),
)  # fmt: skip
WAVES["answered"] &= ~WAVES["dead"]
COVARIATES = ["age", "kind"]
BALANCE = partial(e.balance_weights, treated="treated", covariates=COVARIATES)
DIFFERENCE = partial(e.weighted_difference, outcome="y", treated="treated")
CASES = pd.DataFrame({"first": list("aabbccabca"), "second": list("aabbcaabcc"), "third": [*"aabbca", None, None, "c", "b"]})
GRADES = pd.DataFrame({"first": [1, 2, 3, 3, 2, 1, 2], "second": [1, 3, 3, 2, 2, 1, 1]})
FINDINGS = pd.DataFrame({
    "phase": list("gghhhmgdg"), "error_type": list("xyxxyzxyx"), "cluster_id": list("112233124"), "case_id": [1, 1, 2, 3, 3, 4, 5, 6, 7],
    "weight": [1, 2, 1, 0, 3, 1, 1, 2, 1.5],
})  # fmt: skip
ANSWERS = pd.DataFrame({"item_id": list("aaabbbb"), "met": [1, 1, 0, 0, 0, 1, 0], "value": [5, 4, 3, 1, 2, 4, 5]})
DAY = pd.Timestamp("2014-01-01")
HOME = pd.DataFrame({
    "citizen_id": range(1, 9), "start": DAY, "death": [pd.NaT, DAY + pd.Timedelta(days=9), *[pd.NaT] * 6], "treated": [1, 1, 1, 1, 0, 0, 0, 0],
    "followed_to": [DAY + pd.Timedelta(days=400)] * 7 + [DAY + pd.Timedelta(days=5)],
})  # fmt: skip
AWAY = pd.DataFrame({
    "citizen_id": [1, 1, 2, 3, 5, 99], "start": DAY + pd.to_timedelta([1, 3, 5, -4, 20, 2], unit="D"),
    "end": [*(DAY + pd.Timedelta(days=day) for day in (4, 12, 30, 2)), pd.NaT, DAY + pd.Timedelta(days=3)],
})  # fmt: skip
LIVES = pd.DataFrame({"citizen_id": range(8), "death": [np.nan, 0.7, *[np.nan] * 3, 0.4, np.nan, np.nan], "treated": [1, 1, 1, 1, 0, 0, 0, 0]})
INDEX = pd.DataFrame({
    "citizen_id": [0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7], "time": [0, 0.5, 1, 0, 0.5, 0, 1, 0, 1.2, 0, 1, 0, 0.3, 0, 1, 0],
    "index": [0.7, 0.8, 0.75, 0.4, 0.3, 0.9, 0.85, 0.6, 0.65, 0.5, 0.55, 0.2, 0.1, 0.8, 0.7, 0.6],
})  # fmt: skip


def mixed(frame: pd.DataFrame = WAVES, **options: object) -> object:
    return e.mixed(frame, **{"outcome": "score", "covariates": ["wave", "treated", "wave:treated"], **options})


def gee(frame: pd.DataFrame = WAVES, **options: object) -> object:
    given = {"outcome": "yes", "covariates": ["treated", "age"], "groups": "citizen_id", "family": "binomial", **options}
    return e.gee(frame, **given)


def ancova(frame: pd.DataFrame = PEOPLE, **options: object) -> object:
    return e.ancova(frame, **{"post": "post", "baseline": "before", "group": "treated", **options})


def responders(frame: pd.DataFrame = PEOPLE, **options: object) -> object:
    return e.responder_share(frame, **{"post": "post", "baseline": "before", "important": 3, **options})


CALLS: dict[str, Callable[[], object]] = {
    **{f"weights {m} {t}": partial(BALANCE, PEOPLE, method=m, target=t) for m in ("propensity", "entropy") for t in ("att", "ate")},
    "weights of one column": lambda: e.balance_weights(PEOPLE, treated="treated", covariates=["alone", "age**2"]),
    "weights where few overlap": lambda: (
        e.balance_weights(PEOPLE.assign(x=PEOPLE["treated"] * 3 + PEOPLE["alone"]), treated="treated", covariates=["x"])
    ),
    "weights by a third method": lambda: BALANCE(PEOPLE, method="matching"),
    "weights for a third target": lambda: BALANCE(PEOPLE, target="atc"),
    "weights of one arm": lambda: BALANCE(PEOPLE.assign(treated=True)),
    "weights of the other arm": lambda: BALANCE(PEOPLE.assign(treated=False)),
    "weights without covariates": lambda: e.balance_weights(PEOPLE, treated="treated", covariates=[]),
    "weights of one text": lambda: e.balance_weights(PEOPLE, treated="treated", covariates="age"),
    "weights of a covariate twice": lambda: e.balance_weights(PEOPLE, treated="treated", covariates=["age", "age"]),
    "weights of a constant": lambda: BALANCE(PEOPLE.assign(age=1.0)),
    "entropy without overlap": lambda: BALANCE(PEOPLE.assign(age=PEOPLE["treated"] * 9 + PEOPLE["alone"]), method="entropy"),
    "entropy of a flat arm": lambda: BALANCE(PEOPLE.assign(age=np.where(PEOPLE["treated"], PEOPLE["age"], 1.0)), method="entropy"),
    "propensity of a flat arm": lambda: (
        e.balance_weights(PEOPLE.assign(x=np.where(PEOPLE["treated"], 1, PEOPLE["alone"])), treated="treated", covariates=["x"])
    ),
    "propensity of separation": lambda: BALANCE(PEOPLE.assign(age=PEOPLE["treated"] * 9 + PEOPLE["alone"])),
    "difference with weights": lambda: DIFFERENCE(PEOPLE, weights=BALANCE(PEOPLE)),
    "difference with entropy": lambda: DIFFERENCE(PEOPLE, weights=BALANCE(PEOPLE, method="entropy", target="ate"), level=0.9),
    "difference with a column": lambda: DIFFERENCE(PEOPLE.assign(w=1.0 + PEOPLE["alone"]), weights="w"),
    "difference with numbers": lambda: DIFFERENCE(PEOPLE, weights=np.arange(1.0, N + 1)),
    "difference with another index": lambda: DIFFERENCE(PEOPLE, weights=pd.Series(np.ones(N), index=np.arange(N) + 1)),
    "difference with few weights": lambda: DIFFERENCE(PEOPLE, weights=np.ones(3)),
    "difference with negative weights": lambda: DIFFERENCE(PEOPLE, weights=-np.ones(N)),
    "difference with weights of zero": lambda: DIFFERENCE(PEOPLE, weights=PEOPLE["treated"].astype(float)),
    "difference of one arm": lambda: DIFFERENCE(PEOPLE.assign(treated=False), weights=np.ones(N)),
    "difference of all treated": lambda: DIFFERENCE(PEOPLE.assign(treated=True), weights=np.ones(N)),
    "kappa": lambda: e.kappa(CASES),
    "kappa linear": lambda: e.kappa(GRADES, weights="linear"),
    "kappa quadratic": lambda: e.kappa(GRADES, weights="quadratic", level=0.8),
    "kappa of one category": lambda: e.kappa(CASES.assign(first="a", second="a")),
    "kappa of all alike": lambda: e.kappa(CASES.assign(second=CASES["first"])),
    "kappa of others": lambda: e.kappa(CASES.iloc[:6], first="first", second="third"),
    "kappa with a hole": lambda: e.kappa(CASES, second="third"),
    "kappa cubic": lambda: e.kappa(CASES, weights="cubic"),
    "kappa of nobody": lambda: e.kappa(CASES.iloc[:0]),
    "ac1": lambda: e.gwet_ac1(CASES),
    "ac1 of three": lambda: e.gwet_ac1(CASES, raters=["first", "second", "third"], level=0.9),
    "ac1 of one category": lambda: e.gwet_ac1(CASES.assign(first="a", second="a")),
    "ac1 of one": lambda: e.gwet_ac1(CASES, raters=["first"]),
    "ac1 of one case": lambda: e.gwet_ac1(CASES.iloc[:1]),
    "ac1 of no pair": lambda: e.gwet_ac1(CASES.assign(second=None)),
    "ac1 of no judgement": lambda: e.gwet_ac1(CASES.assign(first=CASES["third"], second=CASES["third"])),
    "pareto": lambda: e.pareto(FINDINGS),
    "pareto weighted": lambda: e.pareto(FINDINGS, by="error_type", weight="weight", most=0.5),
    "pareto of all": lambda: e.pareto(FINDINGS, most=1),
    "pareto of none": lambda: e.pareto(FINDINGS, most=0),
    "pareto of more": lambda: e.pareto(FINDINGS, most=1.1),
    "pareto of nothing": lambda: e.pareto(FINDINGS.assign(weight=0), weight="weight"),
    "pareto of less": lambda: e.pareto(FINDINGS.assign(weight=-1), weight="weight"),
    "pareto of holes": lambda: e.pareto(FINDINGS.assign(phase=None)),
    "recurring": lambda: e.recurring_findings(FINDINGS),
    "recurring once": lambda: e.recurring_findings(FINDINGS, k=1, case="case_id"),
    "recurring by two": lambda: e.recurring_findings(FINDINGS, k=2, finding=["phase", "error_type"], case="case_id"),
    "recurring never": lambda: e.recurring_findings(FINDINGS, k=5),
    "recurring in none": lambda: e.recurring_findings(FINDINGS, k=0),
    "recurring without a case": lambda: e.recurring_findings(FINDINGS.assign(case_id=None), case="case_id"),
    "item shares": lambda: e.item_shares(ANSWERS),
    "item shares of another level": lambda: e.item_shares(ANSWERS, level=0.8),
    "items without a number": lambda: e.item_shares(ANSWERS.assign(item_id=None)),
    "items half met": lambda: e.item_shares(ANSWERS.assign(met=0.5)),
    "top box": lambda: e.top_box(ANSWERS),
    "top box of one": lambda: e.top_box(ANSWERS, top=(5,), level=0.9),
    "top box of ten": lambda: e.top_box(ANSWERS, top=(5, 9), scale=(0, 10)),
    "top box outside": lambda: e.top_box(ANSWERS, scale=(2, 5)),
    "top above": lambda: e.top_box(ANSWERS, top=(6,)),
    "top below": lambda: e.top_box(ANSWERS, top=(0, 5)),
    "top of nothing": lambda: e.top_box(ANSWERS, top=()),
    "top box of a hole": lambda: e.top_box(ANSWERS.assign(value=np.nan)),
    **{
        f"wilson {k} of {n}": partial(e.wilson, k, n)
        for k, n in ((0, 10), (3, 10), (10, 10), (1, 1), (11, 10), (-1, 5), (0, 0), (0.5, 2), (np.nan, 2))
    },
    "wilson level": lambda: e.wilson(3, 10, level=0.8),
    "wilson at level 1": lambda: e.wilson(3, 10, level=1),
    "wilson of words": lambda: e.wilson_limits(["x"], [3]),
    "wilson of two shapes": lambda: e.wilson_limits([1, 2], [3]),
    "wilson in bulk": lambda: e.wilson_limits([1, 0, 7], [3, 9, 7], level=0.9),
    "wilson of words in n": lambda: e.wilson_limits([3], ["x"]),
    "newcombe": lambda: e.share_difference(8, 20, 3, 25),
    "newcombe at the ends": lambda: e.share_difference(5, 5, 0, 7, level=0.9),
    "newcombe of nobody": lambda: e.share_difference(8, 20, 0, 0),
    "eq5d 3L": lambda: e.eq5d([11111, "11121", 33333, 21232, 12313], "3L"),
    "eq5d 5L": lambda: e.eq5d([11111, "11121", 55555, 21435, 52314, 43253], "5L"),
    "eq5d of one": lambda: e.eq5d("11312", "3L"),
    "eq5d of levels": lambda: e.eq5d(np.array([[1, 2, 3, 4, 5], [5, 4, 3, 2, 1]]), "5L"),
    "eq5d of a frame": lambda: e.eq5d(pd.DataFrame([[1, 1, 2, 3, 1.0], [2, 1, 1, 1, 1]]), "3L"),
    "eq5d of a series": lambda: e.eq5d(pd.Series([11111, 22222]), "3L"),
    "eq5d 4L": lambda: e.eq5d("11111", "4L"),
    "eq5d of four": lambda: e.eq5d(["1111", "11111", None], "3L"),
    "eq5d above": lambda: e.eq5d(["11411", "11111"], "3L"),
    "eq5d of zero": lambda: e.eq5d(["10111", "11111"], "5L"),
    "eq5d of four columns": lambda: e.eq5d(np.ones((2, 4)), "5L"),
    "eq5d of words": lambda: e.eq5d(pd.DataFrame([list("abcde")]), "5L"),
    "eq5d half": lambda: e.eq5d(np.full((1, 5), 1.5), "5L"),
    "eq5d with a hole": lambda: e.eq5d(np.array([[1, 1, 1, 1, np.nan], [1, 1, 1, 1, 1]]), "5L"),
    "ancova": ancova,
    "ancova more": lambda: ancova(covariates=COVARIATES, level=0.9),
    "ancova of one arm": lambda: ancova(PEOPLE.assign(treated=1)),
    "ancova exact": lambda: ancova(PEOPLE.assign(post=PEOPLE["before"])),
    "ancova of few": lambda: ancova(PEOPLE.iloc[:4], covariates=["age", "alone", "y"]),
    "ancova of few and enough": lambda: ancova(PEOPLE.iloc[:8]),
    "ancova with a hole": lambda: ancova(PEOPLE.assign(post=np.nan)),
    "responders": responders,
    "responders by arm": lambda: responders(group="treated"),
    "responders where lower is better": lambda: responders(group="treated", higher_is_better=False, level=0.9),
    "responders of nothing": lambda: responders(important=0),
    "responders of one arm": lambda: responders(PEOPLE.assign(treated=0), group="treated"),
    "responders of infinity": lambda: responders(important=np.inf),
    "mixed": mixed,
    "mixed with slopes": lambda: mixed(slopes=["wave"]),
    "mixed of few": lambda: mixed(WAVES.iloc[:18], covariates=["wave"], level=0.9),
    "mixed constant": lambda: mixed(WAVES.assign(score=1.0)),
    "mixed of one": lambda: mixed(WAVES.assign(citizen_id=1)),
    "mixed of singles": lambda: mixed(WAVES.assign(citizen_id=range(3 * N))),
    "mixed of two rows": lambda: mixed(WAVES.iloc[:4], covariates=["wave", "age", "post", "visits"]),
    "gee": gee,
    **{f"gee {s}": partial(gee, structure=s, time="wave") for s in ("exchangeable", "ar1")},
    "gee poisson": lambda: gee(outcome="visits", family="poisson", exposure="years", structure="exchangeable"),
    "gee gamma": lambda: gee(outcome="cost", family="gamma", structure="ar1"),
    "gee gaussian": lambda: gee(outcome="score", family="gaussian", level=0.9),
    "gee by town": lambda: gee(cluster="town"),
    "gee of few": lambda: gee(WAVES.iloc[:24], covariates=["age"]),
    "gee of no family": lambda: gee(family="weibull"),
    "gee of no structure": lambda: gee(structure="toeplitz"),
    "gee with exposure": lambda: gee(exposure="years"),
    "gee of two waves": lambda: gee(WAVES.assign(wave=0), structure="ar1", time="wave"),
    "gee of one group": lambda: gee(WAVES.assign(citizen_id=1)),
    "gee of half answers": lambda: gee(WAVES.assign(yes=0.5)),
    "gee of all": lambda: gee(WAVES.assign(yes=1)),
    "gee of no cost": lambda: gee(WAVES.assign(cost=0.0), outcome="cost", family="gamma"),
    "gee of separation": lambda: gee(WAVES.assign(yes=WAVES["treated"].astype(int))),
    "gee across towns": lambda: gee(WAVES.assign(town=range(3 * N)), cluster="town"),
    "gee of half waves": lambda: gee(WAVES.assign(wave=WAVES["wave"] / 2), structure="ar1", time="wave"),
    "proportion": lambda: e.proportion_change(WAVES, outcome="yes"),
    "proportion before and after": lambda: e.proportion_change(WAVES, outcome="yes", contrast="after_before", covariates=["age"]),
    "proportion of groups": lambda: e.proportion_change(WAVES, outcome="yes", contrast="group_group", structure="exchangeable", level=0.9),
    "proportion of no contrast": lambda: e.proportion_change(WAVES, outcome="yes", contrast="other"),
    "proportion of nothing": lambda: e.proportion_change(WAVES[["citizen_id", "yes"]], outcome="yes"),
    "proportion of all": lambda: e.proportion_change(WAVES.assign(yes=1), outcome="yes"),
    "proportion by town": lambda: e.proportion_change(WAVES, outcome="yes", cluster="town", time="wave", structure="ar1"),
    "days at home": lambda: e.days_alive_at_home(HOME, AWAY, days=30),
    "days at home of all": lambda: e.days_alive_at_home(HOME.drop(columns=["treated", "followed_to"]), AWAY, days=10, level=0.9),
    "days of nobody away": lambda: e.days_alive_at_home(HOME, AWAY.iloc[:0], days=30),
    "no days": lambda: e.days_alive_at_home(HOME, AWAY, days=0),
    "days twice": lambda: e.days_alive_at_home(HOME.assign(citizen_id=1), AWAY),
    "days of the dead": lambda: e.days_alive_at_home(HOME.assign(death=DAY - pd.Timedelta(days=1)), AWAY),
    "days not followed": lambda: e.days_alive_at_home(HOME.assign(followed_to=DAY), AWAY),
    "days of one arm": lambda: e.days_alive_at_home(HOME.assign(treated=1), AWAY, days=30),
    "days of numbers": lambda: e.days_alive_at_home(HOME.assign(start=5), AWAY),
    "days of words": lambda: e.days_alive_at_home(HOME.assign(start="spring"), AWAY),
    "days without a start": lambda: e.days_alive_at_home(HOME.assign(start=pd.NaT), AWAY),
    "days without stays": lambda: e.days_alive_at_home(HOME, None),
    "days of stays without end": lambda: e.days_alive_at_home(HOME, AWAY.drop(columns="end")),
    "days backward": lambda: e.days_alive_at_home(HOME, AWAY.assign(end=DAY - pd.Timedelta(days=9))),
    "quality years": lambda: e.quality_years(LIVES, INDEX, horizon=1),
    "quality years of all": lambda: e.quality_years(LIVES.drop(columns="treated"), INDEX, horizon=0.8, level=0.9),
    "quality years of no time": lambda: e.quality_years(LIVES, INDEX, horizon=0),
    "quality years twice": lambda: e.quality_years(LIVES.assign(citizen_id=1), INDEX, horizon=1),
    "quality years of nobody": lambda: e.quality_years(LIVES.assign(death=np.nan), INDEX, horizon=5),
    "quality years of one arm": lambda: e.quality_years(LIVES.assign(treated=0), INDEX, horizon=1),
    "quality years of scores": lambda: e.quality_years(LIVES, INDEX.assign(index=70), horizon=1),
    "responses": lambda: e.response_table(WAVES, covariates=["age"], dead="dead"),
    "responses plain": lambda: e.response_table(WAVES, level=0.9),
    "responses of the dead": lambda: e.response_table(WAVES.assign(dead=True), dead="dead"),
    "responses of nobody": lambda: e.response_table(WAVES.assign(dead=True, answered=False), dead="dead"),
    "responses of no answers": lambda: e.response_table(WAVES.assign(answered=False)),
    "responses of all": lambda: e.response_table(WAVES.assign(answered=True), covariates=COVARIATES),
    "proportion of two groups": lambda: e.proportion_change(WAVES.drop(columns="after"), outcome="yes"),
    "proportion of two periods": lambda: e.proportion_change(WAVES.drop(columns="treated"), outcome="yes"),
    "days from texts": lambda: e.days_alive_at_home(HOME.assign(start="2014-01-01"), AWAY, days=30),
    "pareto with ties": lambda: e.pareto(FINDINGS, by="cluster_id", weight="case_id", most=0.6),
    "recurring with ties": lambda: e.recurring_findings(FINDINGS.assign(error_type=list("zyxwvuzyx")), k=1),
    "weights in an arm of one": lambda: e.balance_weights(
        PEOPLE.assign(treated=PEOPLE["citizen_id"] == 7), treated="treated", covariates=["age"], target="ate"
    ),
}
