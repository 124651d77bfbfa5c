"""One- and two-part cost models with recycled predictions and delta-method errors against R (r/cost_parts.R)."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt import estimates
from tests.reference.frozen import frozen

R = frozen("cost_parts")
DATA = pd.DataFrame(R["data"])
COVARIATES = ["age", "sex"]


def same(found, wanted: dict) -> None:
    """Means by arm, their difference and the log of their ratio, each with its standard error (R's derivative is numerical)."""
    for place, arm in enumerate(("treated", "comparison")):
        assert_allclose(found.means.loc[place, ["estimate", "se"]].astype(float), [wanted[arm]["value"], wanted[arm]["se"]], rtol=1e-6)
    assert_allclose([found.marginal_effect.value, found.marginal_effect.se], [wanted["difference"]["value"], wanted["difference"]["se"]], rtol=1e-6)
    assert_allclose([math.log(found.ratio.value), found.ratio.se], [wanted["log_ratio"]["value"], wanted["log_ratio"]["se"]], rtol=1e-6)


@pytest.mark.parametrize("errors", ["model", "robust"])
def test_two_part_cost_is_that_of_r(errors: str) -> None:
    found = estimates.two_part_cost(DATA, cost="cost", treated="treated", covariates=COVARIATES, errors=errors)
    same(found, R["two"][errors])
    assert_allclose(found.coefficients["estimate"], R["two"]["coefficients"], rtol=1e-6)
    assert_allclose([found.dispersion, found.park.exponent, found.park.se], [R["two"]["dispersion"], *R["two"]["park"].values()], rtol=1e-6)
    if errors == "model":
        assert_allclose(found.coefficients["se"], R["two"]["se"], rtol=1e-6)
    assert found.marginal_effect.claim == "descriptive" and found.family == "gamma"


@pytest.mark.parametrize("family", R["one"])
def test_one_part_cost_with_zeros_is_that_of_r(family: str) -> None:
    wanted = R["one"][family]
    options = {"cost": "cost", "treated": "treated", "covariates": COVARIATES, "family": family}
    found = estimates.one_part_cost(DATA, **options)
    same(found, wanted["model"])
    assert_allclose(found.coefficients[["estimate", "se"]].T, [wanted["coefficients"], wanted["se"]], rtol=1e-6)
    assert found.dispersion == pytest.approx(wanted["dispersion"], rel=1e-7)
    robust = estimates.one_part_cost(DATA, **options, errors="robust")
    same(robust, wanted["robust"])
    assert_allclose(robust.coefficients["se"], wanted["se_robust"], rtol=1e-6)
    same(estimates.one_part_cost(DATA, **options, errors="robust", groups="unit"), wanted["by_unit"])


@pytest.mark.parametrize("family", R["positive"])
def test_one_part_cost_of_those_with_a_cost_is_that_of_r(family: str) -> None:
    some = DATA[DATA["cost"] > 0]
    found = estimates.one_part_cost(some, cost="cost", treated="treated", covariates=COVARIATES, family=family)
    same(found, R["positive"][family]["model"])


def test_the_park_test_chooses_the_family_and_exposure_makes_it_a_yearly_cost() -> None:
    found = estimates.one_part_cost(DATA, cost="cost", treated="treated", covariates=COVARIATES)
    assert_allclose([found.park.exponent, found.park.se], list(R["one_park"].values()), rtol=1e-6)
    assert found.family == found.park.family == ["gaussian", "poisson", "gamma", "inverse_gaussian"][round(R["one_park"]["exponent"])]
    same(estimates.one_part_cost(DATA, cost="cost", treated="treated", covariates=COVARIATES, family="gamma", exposure="years"), R["yearly"])
