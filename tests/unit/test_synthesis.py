"""Meta-regression, probabilities and the spread verdict: the rule is data, and every branch of it is reached."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt import estimates
from effekt.errors import DataError
from effekt.estimates import Estimate
from effekt.estimates.spread import CRITERIA, VERDICTS
from effekt.report.sentences import has_text
from tests.sound import check

pytestmark = pytest.mark.filterwarnings("error", "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
GOOD = Estimate("ratio", 0.85, 0.79, 0.92, "controlled_time_series", "identified", se=0.04, n_events=900, n_citizens=4000)


def effects() -> pd.DataFrame:
    generator = np.random.default_rng(7)
    reach = np.linspace(0.2, 0.9, 10)
    return pd.DataFrame({"unit": list("abcdefghij"), "estimate": -0.3 * reach + generator.normal(0, 0.05, 10), "se": 0.05, "reach": reach})


def test_meta_regression_finds_what_explains_the_effects_and_says_it_is_no_cause() -> None:
    found = check(estimates.meta_regression(effects(), covariates=["reach"]))
    slope = found.moderators["reach"]
    assert slope.low < np.exp(-0.3) < slope.high and (slope.claim, slope.reasons) == ("descriptive", ("units_may_differ",))
    assert found.tau2 <= found.tau2_without and list(found.estimate.index) == ["intercept", "reach"]
    other = estimates.meta_regression(effects().sample(frac=1, random_state=1).assign(reach=lambda f: 100 * f["reach"]), covariates=["reach"])
    assert other.estimate["reach"] == pytest.approx(found.estimate["reach"] / 100) and other.qm_p == pytest.approx(found.qm_p)


def test_a_covariate_that_explains_nothing_leaves_the_pooled_mean() -> None:
    centred = effects().assign(noise=np.tile([1.0, -1.0], 5))
    found = estimates.meta_regression(centred, covariates=["noise"], tau2="EE", test="z")
    pooled = estimates.pool(centred, tau2="EE", test="z")
    assert (found.estimate["intercept"], found.se["intercept"]) == (pytest.approx(pooled.estimate), pytest.approx(pooled.se))


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        ({"se": 0.0}, {}, "se is not above 0"),
        ({"estimate": np.nan}, {}, "estimate is missing"),
        ({"reach": 0.5}, {}, "reach does not vary"),
        ({"unit": "a"}, {}, "more than once"),
        ({}, {"covariates": []}, "Use pool"),
        ({}, {"tau2": "HE"}, "tau2 must be one of"),
    ],
)
def test_effects_that_cannot_be_regressed_are_refused(change: dict, options: dict, said: str) -> None:
    with pytest.raises(DataError, match=said):
        estimates.meta_regression(effects().assign(**change), **{"covariates": ["reach"], **options})
    with pytest.raises(DataError, match="2 units for 2 coefficients"):
        estimates.meta_regression(effects().head(2), covariates=["reach"])


def test_the_probability_of_beating_no_effect_is_one_minus_half_the_p() -> None:
    pooled = estimates.pool(effects())
    assert estimates.probability_better(pooled) == pytest.approx(1 - pooled.effect.p / 2)
    assert estimates.probability_better(pooled, better="higher") == pytest.approx(pooled.effect.p / 2)
    assert estimates.probability_better(GOOD, margin=0.85) == pytest.approx(0.5)
    assert estimates.probability_better(replace(GOOD, value=None, low=None, high=None, claim="descriptive")) is None


def test_a_new_unit_is_less_certain_than_the_mean() -> None:
    spread = effects().assign(estimate=lambda f: 3 * f["estimate"])
    pooled = estimates.pool(spread)
    mean, new = (estimates.probability_better(pooled, new_unit=flag) for flag in (False, True))
    assert 0.5 < new < mean
    edge = float(np.exp(pooled.prediction.high))
    assert estimates.probability_better(pooled, margin=edge, new_unit=True) == pytest.approx(0.975)
    for options, said in (({"margin": -1.0}, "margin"), ({"better": "more"}, "lower or higher"), ({"new_unit": True}, "pooled")):
        with pytest.raises(DataError, match=said):
            estimates.probability_better(GOOD, **options)


def test_probabilities_of_being_best_add_up_and_a_rank_has_its_range() -> None:
    pooled = estimates.pool(effects().assign(estimate=lambda f: 3 * f["estimate"]))
    found = check(estimates.probability_best(pooled, draws=20_000))
    assert found["probability"].sum() == pytest.approx(1) and found["mean_rank"].mean() == pytest.approx(5.5)
    assert found.loc[found["probability"].idxmax(), "unit"] == pooled.blups.loc[pooled.blups["estimate"].idxmin(), "unit"]
    assert (found["rank_low"] <= found["mean_rank"]).all() and (found["mean_rank"] <= found["rank_high"]).all()
    turned = estimates.probability_best(pooled, better="higher", draws=20_000)
    assert_allclose(found["mean_rank"] + turned["mean_rank"], 11, atol=0.1)
    assert found.equals(estimates.probability_best(pooled, draws=20_000))


def test_two_equal_units_are_best_half_the_time() -> None:
    pair = pd.DataFrame({"unit": ["a", "b"], "estimate": [-0.1, -0.1], "se": [0.1, 0.1]})
    assert_allclose(estimates.probability_best(estimates.pool(pair, tau2="DL", test="z"), draws=50_000)["probability"], 0.5, atol=0.01)


HARM = Estimate("ratio", 1.3, 1.2, 1.41, "controlled_time_series", "identified", se=0.04)
SAFE = replace(HARM, value=1.0, low=0.92, high=1.08)
DEAR = Estimate("difference", 5000.0, 4000.0, 6000.0, "cost_difference", "descriptive", se=500.0)


def given(value: float, se: float = 0.04, **change: object) -> Estimate:
    return replace(GOOD, value=value, low=value * np.exp(-2 * se), high=value * np.exp(2 * se), se=se, **change)


@pytest.mark.parametrize(
    ("effect", "options", "verdict"),
    [
        (GOOD, {}, "spread"),
        (GOOD, {"harms": [SAFE], "reach": 0.6, "rule": {"reach": 0.5}}, "spread"),
        (GOOD, {"rule": {"reach": 0.5}}, "spread_with_evaluation"),
        (replace(GOOD, claim="descriptive"), {}, "spread_with_evaluation"),
        (replace(GOOD, claim="descriptive"), {"rule": {"claim": "descriptive"}}, "spread"),
        (given(0.96), {}, "spread_with_evaluation"),
        (GOOD, {"harms": [SAFE, replace(HARM, value=None, low=None, high=None, claim="descriptive")]}, "spread_with_evaluation"),
        (given(0.99), {}, "adapt_and_test"),
        (GOOD, {"reach": 0.3, "rule": {"reach": 0.5}}, "adapt_and_test"),
        (GOOD, {"cost": DEAR, "rule": {"cost_limit": 1000.0}}, "adapt_and_test"),
        (GOOD, {"cost": DEAR, "rule": {"cost_limit": 9000.0}}, "spread"),
        (given(1.06), {}, "stop"),
        (GOOD, {"harms": [HARM]}, "stop"),
        (replace(GOOD, value=None, low=None, high=None, claim="descriptive"), {}, "insufficient_data"),
        (replace(GOOD, n_events=19), {}, "insufficient_data"),
        (replace(GOOD, n_citizens=49), {}, "insufficient_data"),
        (given(1.15), {"rule": {"better": "higher"}}, "spread"),
    ],
)
def test_the_verdict_is_what_the_rule_says(effect: Estimate, options: dict, verdict: str) -> None:
    found = check(estimates.spread_verdict(effect, **{"rule": {}, **options}))
    assert found.verdict == verdict and verdict in VERDICTS
    assert found.criteria["criterion"].tolist() == list(CRITERIA)


def test_every_criterion_of_the_verdict_shows_what_was_seen_and_the_limit() -> None:
    rule = estimates.SpreadRule(reach=0.5, fidelity=0.7, transferability=2)
    table = estimates.spread_verdict(GOOD, rule=rule, reach=0.6, fidelity=0.6).criteria.set_index("criterion")
    assert table.loc["reach"].tolist() == [0.6, 0.5, True] and table.loc["fidelity"].tolist() == [0.6, 0.7, False]
    assert table.loc["transferability", "met"] is None and table.loc["benefit", "observed"] == estimates.probability_better(GOOD)


def test_a_pooled_effect_may_be_judged_for_a_new_unit() -> None:
    pooled = estimates.pool(effects().assign(estimate=lambda f: 4 * f["estimate"] + 0.2))
    mean, new = (estimates.spread_verdict(pooled, rule={"new_unit": flag}) for flag in (False, True))
    assert new.probability < mean.probability


@pytest.mark.parametrize("key", [*VERDICTS, *(f"criterion_{name}" for name in CRITERIA)])
def test_every_verdict_and_criterion_has_its_words(key: str) -> None:
    assert has_text(f"verdict.{key}")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"stop": 0.9}, "stop < evaluate"),
        ({"better": "less", "harm_probability": 2}, "better must be lower or higher; harm_probability"),
        ({"fidelty": 0.5}, "has no fidelty"),
        ({"claim": "proven"}, "claim must be"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_with_every_fault(rule: dict, said: str) -> None:
    with pytest.raises(DataError, match=said):
        estimates.spread_verdict(GOOD, rule=rule)
    with pytest.raises(DataError, match="reach is not finite"):
        estimates.spread_verdict(GOOD, rule={}, reach=float("nan"))
