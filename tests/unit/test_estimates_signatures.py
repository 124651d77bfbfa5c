"""The calls that are fixed because others make them: every parameter by its name and default, every field of every result by its name."""

from __future__ import annotations

import inspect

import numpy as np
import pandas as pd
import pytest

from effekt import estimates

CALLS = {
    "rate_ratio": "persons_or_counts exact=False level=0.95",
    "exact_rate_ratio": "events exposure",
    "interrupted_time_series": "series start season=2 slope='auto' hac_lags=None level=0.95",
    "difference_in_differences": "panel outcome='rate' model='linear' cluster='cluster' weights=None",
    "staggered": "panel outcome control aggregate base",
    "rollout_test": "panel statistic='did' level=0.95",
    "wild_cluster_bootstrap": "frame y x tested cluster weights=None null=0.0",
    "synthetic_control": "panel treated start predictors=None",
    "balance_weights": "persons treated covariates method='propensity' target='att'",
    "weighted_difference": "persons outcome treated weights",
    "cumulative_incidence": "spells at",
    "kaplan_meier": "spells at",
    "recurrent_events": "spells covariates cluster='citizen_id'",
    "gee": "persons outcome covariates groups family structure",
    "mixed": "persons outcome covariates groups slopes=()",
    "two_part_cost": "persons cost treated covariates",
    "one_part_cost": "persons cost treated covariates family='auto'",
    "bootstrap_mean_difference": "persons value treated method='percentile' replicates=10000 unit=None seed",
    "ancova": "persons post baseline group covariates=()",
    "pool": "effects tau2='REML' test='z' level=0.95",
    "meta_regression": "effects covariates",
    "funnel": "practices overdispersion='none' share=0.1",
    "xmr": "values",
    "p_chart": "events n",
    "u_chart": "events exposure",
    "c_chart": "events",
    "laney_p": "events n",
    "standardise_direct": "counts population standard",
    "standardise_indirect": "counts population standard",
    "holm": "p",
    "benjamini_hochberg": "p",
    "evalue": "ratio low high",
    "eq5d": "states version",
}


@pytest.mark.parametrize("name", CALLS)
def test_parameters_are_those_that_were_fixed(name: str) -> None:
    parameters = inspect.signature(getattr(estimates, name)).parameters
    for told in CALLS[name].split():
        wanted, _, default = told.partition("=")
        assert wanted in parameters
        if default:
            assert repr(parameters[wanted].default) == default
    needed = [key for key, parameter in parameters.items() if parameter.default is inspect.Parameter.empty]
    assert set(needed) <= {told.partition("=")[0] for told in CALLS[name].split()}, "the fixed call would lack an argument"


RNG = np.random.default_rng(1)
MONTHS = pd.date_range("2011-01-01", periods=48, freq="MS")
SERIES = pd.DataFrame({"month": MONTHS, "events": RNG.poisson(50, 48), "exposure": 10.0})
PANEL = pd.DataFrame({"unit": np.repeat(list("abcdef"), 8), "period": np.tile(np.arange(8), 6), "start": np.repeat([3, 3, 4, 5, np.nan, np.nan], 8)})
PANEL = PANEL.assign(events=RNG.poisson(20, 48), exposure=5.0)
PEOPLE = pd.DataFrame({"citizen_id": np.arange(60), "treated": np.arange(60) % 2, "age": RNG.normal(80, 5, 60), "group": np.arange(60) // 5})
PEOPLE = PEOPLE.assign(cost=RNG.gamma(2, 900, 60) * (np.arange(60) % 7 > 1), y=RNG.normal(size=60), before=RNG.normal(size=60), entry=0)
PEOPLE = PEOPLE.assign(exit=RNG.integers(1, 90, 60), event=np.arange(60) % 3, w=1.0)
EFFECTS = pd.DataFrame({"unit": list("abcde"), "estimate": [-0.2, 0.0, -0.1, -0.3, -0.1], "se": [0.1, 0.1, 0.2, 0.1, 0.1], "x": [1, 2, 3, 5, 4]})
PRACTICES = pd.DataFrame({"unit": np.arange(12), "observed": RNG.poisson(20, 12), "expected": 20.0})
ARMS = {"treated": "treated", "covariates": ["age"]}
POOLED = "estimate se low high tau2 i2 q prediction.low prediction.high prediction.df blups"
OVER_TIME = "step ratio_at_12 slope trend dispersion coefficients counterfactual events_avoided"
RESULTS = {
    "interrupted_time_series": (lambda call: call(SERIES, start=MONTHS[24]), OVER_TIME),
    "difference_in_differences": (lambda call: call(PANEL), "effect cr0.se cr0.df cr1.se cr1.df cr2.se cr2.df n"),
    "staggered": (lambda call: call(PANEL, aggregate="event"), "att_gt overall by_event by_group bands"),
    "rollout_test": (lambda call: call(PANEL), "p low high n_orders distribution"),
    "wild_cluster_bootstrap": (lambda call: call(PEOPLE, y="y", x=["age"], tested="treated", cluster="group"), "t p n_draws tie_rule"),
    "synthetic_control": (lambda call: call(PANEL, treated="a", start=3), "weights gap average_effect p_placebo"),
    "balance_weights": (lambda call: call(PEOPLE, **ARMS), "weights balance ess"),
    "weighted_difference": (lambda call: call(PEOPLE, outcome="y", treated="treated", weights="w"), "value low high se p"),
    "gee": (lambda call: call(PEOPLE, outcome="y", covariates=["age"], groups="group", family="gaussian", structure="exchangeable"), "coefficients"),
    "mixed": (lambda call: call(PEOPLE, outcome="y", covariates=["age"], groups="group"), "coefficients covariance residual"),
    "two_part_cost": (lambda call: call(PEOPLE, cost="cost", **ARMS), "means marginal_effect park coefficients"),
    "one_part_cost": (lambda call: call(PEOPLE, cost="cost", **ARMS, family="auto"), "means marginal_effect park coefficients"),
    "ancova": (lambda call: call(PEOPLE, post="y", baseline="before", group="treated"), "coefficients"),
    "pool": (lambda call: call(EFFECTS), POOLED),
    "meta_regression": (lambda call: call(EFFECTS, covariates=["x"]), POOLED),
    "funnel": (lambda call: call(PRACTICES), "limits phi tau2 outliers"),
    "xmr": (lambda call: call([3, 5, 4, 6, 5]), "centre low high signals"),
    "p_chart": (lambda call: call([3, 5, 4], [9, 9, 9]), "centre low high signals"),
    "u_chart": (lambda call: call([3, 5, 4], [9, 9, 9]), "centre low high signals"),
    "c_chart": (lambda call: call([3, 5, 4]), "centre low high signals"),
    "laney_p": (lambda call: call([3, 5, 4], [9, 9, 9]), "centre low high signals"),
}
COLUMNS = {
    "cumulative_incidence": (lambda call: call(PEOPLE, at=[1, 30]), "time estimate low high se at_risk"),
    "kaplan_meier": (lambda call: call(PEOPLE[PEOPLE["event"] < 2], at=30), "time estimate low high se at_risk"),
    "recurrent_events": (lambda call: call(PEOPLE[PEOPLE["event"] < 2], covariates=["treated"]), "name coefficient se_naive se_robust"),
    "interrupted_time_series": (lambda call: call(SERIES, start=MONTHS[24]).coefficients, "name estimate se se_hac"),
    "balance_weights": (lambda call: call(PEOPLE, **ARMS).balance, "smd_before smd_after"),
}


@pytest.mark.parametrize("name", RESULTS)
def test_results_have_the_fields_that_were_fixed(name: str) -> None:
    make, fields = RESULTS[name]
    found = make(getattr(estimates, name))
    for field in fields.split():
        value = found
        for part in field.split("."):
            assert hasattr(value, part), field
            value = getattr(value, part)


@pytest.mark.parametrize("name", COLUMNS)
def test_frames_have_the_columns_that_were_fixed(name: str) -> None:
    make, columns = COLUMNS[name]
    assert set(columns.split()) <= set(make(getattr(estimates, name)).columns)
