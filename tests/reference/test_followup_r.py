"""Standardised change of a share, weights for non-response and quality-adjusted life years against R (r/followup.R)."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt import estimates
from tests.reference.frozen import frozen

R = frozen("followup")
ROWS = pd.DataFrame(R["rows"])
PERSONS = pd.DataFrame(R["persons"])
SCORES = pd.DataFrame(R["scores"]).rename(columns={"id": "citizen_id"})
CHANGES = {
    "own": {"contrast": "after_before"},
    "arms": {"contrast": "group_group"},
    "both": {},
    "exchangeable": {"structure": "exchangeable"},
    "by_unit": {"cluster": "unit"},
    "plain": {"covariates": []},
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_standardised_change_is_that_of_geepack_and_a_prediction_by_hand(name: str) -> None:
    found = estimates.proportion_change(ROWS, **{"outcome": "falls", "groups": "id", "covariates": ["age", "sex"], **CHANGES[name]})
    assert_allclose([found.value, found.se], list(R["change"][name].values()), rtol=1e-6)
    assert (found.scale, found.claim, found.method) == ("difference", "descriptive", "gee_standardised")
    assert found.high - found.value == pytest.approx(1.959963984540054 * found.se)


def test_without_covariates_it_is_the_difference_of_differences_of_shares() -> None:
    share = ROWS.groupby(["treated", "after"])["falls"].mean()
    wanted = share[1, 1] - share[1, 0] - share[0, 1] + share[0, 0]
    assert R["change"]["plain"]["value"] == pytest.approx(wanted) == estimates.proportion_change(ROWS, outcome="falls", groups="id").value


def test_weights_for_non_response_are_one_over_the_fitted_probability_of_an_arm_and_wave() -> None:
    found = estimates.response_table(ROWS, wave="after", covariates=["age", "sex"])
    assert_allclose(found.weights, R["weights"], rtol=1e-8)
    for arm, wave, asked, answered, low, high in R["response"]:
        row = found.table.set_index(["treated", "wave"]).loc[(bool(arm), wave)]
        assert (row["asked"], row["answered"]) == (asked, answered)
        assert_allclose([row["low"], row["high"]], [low, high], rtol=1e-9)
    before, after = (found.balance[name].abs().max() for name in ("smd_before", "smd_after"))
    assert after < before / 3


def test_quality_adjusted_life_years_are_the_areas_by_hand() -> None:
    found = estimates.quality_years(PERSONS, SCORES, horizon=R["horizon"])
    assert_allclose(found.by_citizen["qaly"], R["qaly"], rtol=1e-12)
    for estimate, wanted in ((found.mean, R["mean"]), (found.difference, R["difference"]), (found.adjusted, R["adjusted"])):
        assert_allclose([estimate.value, estimate.se], wanted, rtol=1e-9)
    alive = R["alive"]
    assert_allclose([found.while_alive.value, found.while_alive.se], alive["all"], rtol=1e-9)
    wanted = [alive["treated"][0] - alive["comparison"][0], math.hypot(alive["treated"][1], alive["comparison"][1])]
    assert_allclose([found.while_alive_difference.value, found.while_alive_difference.se], wanted, rtol=1e-9)
