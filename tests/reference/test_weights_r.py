"""Propensity and entropy weights and the difference under them: the published case of What If, and R (r/weights.R)."""

from __future__ import annotations

import causaldata
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt import estimates
from effekt.errors import DataError
from tests.reference.frozen import frozen

R, FITTED = frozen("weights"), frozen("weights_fitted")
DATA = pd.DataFrame(R["data"]).astype({"treated": bool})
WHAT_IF = [
    "sex", "race", "age", "age**2", "education", "smokeintensity", "smokeintensity**2", "smokeyrs", "smokeyrs**2", "exercise", "active", "wt71",
    "wt71**2",
]  # fmt: skip


def test_weight_gain_after_quitting_smoking_is_that_of_what_if_chapter_12() -> None:
    """3.44054 kg with HC0 error 0.52549 in 1,566 people."""
    people = causaldata.nhefs_complete.load_pandas().data
    weighting = estimates.balance_weights(people, treated="qsmk", covariates=WHAT_IF, target="ate")
    found = estimates.weighted_difference(people, outcome="wt82_71", treated="qsmk", weights=weighting)
    assert (found.value, found.se, found.n_citizens) == (pytest.approx(3.44054, abs=1e-5), pytest.approx(0.52549, abs=1e-5), 1566)
    # The book prints these of the stabilised weights: mean 0.9988, range 0.3312 to 4.2977.
    assert_allclose([weighting.weights.mean(), weighting.weights.min(), weighting.weights.max()], [0.9988, 0.3312, 4.2977], atol=5e-5)


@pytest.mark.parametrize("name", R["cases"])
def test_weights_balance_and_difference_are_those_of_r(name: str) -> None:
    method, target = name.split("_")
    wanted = R["cases"][name]
    found = estimates.balance_weights(DATA, treated="treated", covariates=["age", "sex", "stays"], method=method, target=target)
    assert_allclose(found.weights, wanted["weights"], rtol=1e-8)
    assert_allclose(found.ess, wanted["ess"], rtol=1e-8)
    assert_allclose(found.balance["smd_before"], wanted["smd_before"], rtol=1e-9)
    assert_allclose(found.balance["smd_after"], wanted["smd_after"], atol=1e-8)
    difference = estimates.weighted_difference(DATA, outcome="y", treated="treated", weights=found)
    assert_allclose([difference.value, difference.se], [wanted["estimate"], wanted["se"]], rtol=1e-8)


def test_entropy_weights_give_the_means_asked_for_and_sum_to_the_arm() -> None:
    found = estimates.balance_weights(DATA, treated="treated", covariates=["age", "sex", "stays"], method="entropy", target="att")
    table = found.balance
    assert_allclose(table["mean_comparison_weighted"], table["mean_treated"], rtol=1e-10)
    assert found.weights[~DATA["treated"]].sum() == pytest.approx(DATA["treated"].sum())
    assert (found.weights > 0).all() and found.propensity is None and found.cautions == ()


@pytest.mark.parametrize("name", R["cases"])
def test_errors_that_allow_for_the_fit_are_those_of_stacked_estimating_equations(name: str) -> None:
    """r/weights_fitted.R; its derivatives are taken by differences."""
    method, target = name.split("_")
    weights = estimates.balance_weights(DATA, treated="treated", covariates=["age", "sex", "stays"], method=method, target=target)
    found = estimates.weighted_difference(DATA, outcome="y", treated="treated", weights=weights, fitted=True)
    plain = estimates.weighted_difference(DATA, outcome="y", treated="treated", weights=weights)
    assert_allclose(found.se, FITTED[name], rtol=1e-7)
    assert (found.value, found.method, found.reasons) == (plain.value, "weighted_difference_fitted", plain.reasons)


def test_weights_that_were_not_fitted_here_cannot_be_allowed_for() -> None:
    with pytest.raises(DataError, match="balance_weights on these rows"):
        estimates.weighted_difference(DATA.assign(w=1.0), outcome="y", treated="treated", weights="w", fitted=True)
