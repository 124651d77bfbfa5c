"""Patient-reported scores against R's geepack, lme4, lm and sandwich (r/scores.R)."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt.estimates import ancova, gee, mixed
from tests.reference.frozen import frozen

R = frozen("scores")
ROWS = pd.DataFrame(R["rows"])
WIDE = pd.DataFrame(R["wide"])
FAMILIES = {"satisfied": "binomial", "visits": "poisson", "score": "gaussian", "cost": "gamma"}
TERMS = ["wave", "treated", "age", "wave:treated"]


@pytest.mark.parametrize("structure", ["independence", "exchangeable", "ar1"])
@pytest.mark.parametrize("outcome", list(FAMILIES))
def test_gee_is_geeglm(outcome: str, structure: str) -> None:
    """geepack stops when a coefficient moves by less than 1e-13; its alpha then still carries a few parts in 1e8."""
    expected = R["gee"][f"{outcome} {structure}"]
    found = gee(ROWS, outcome=outcome, covariates=["wave", "treated", "age"], groups="id", family=FAMILIES[outcome], structure=structure, time="wave")
    assert_allclose(found.coefficients["estimate"], expected["estimate"], rtol=1e-6)
    assert_allclose(found.coefficients["se"], expected["se"], rtol=1e-6)
    assert (found.dispersion, found.correlation) == pytest.approx((expected["dispersion"], expected["correlation"]), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("kind", ["gee", "mixed"])
def test_intervals_of_coefficients_are_normal(kind: str) -> None:
    options = {"outcome": "score", "covariates": ["wave"], "groups": "id", "level": 0.9}
    table = (gee(ROWS, family="gaussian", **options) if kind == "gee" else mixed(ROWS, **options)).coefficients
    assert table["name"].tolist() == ["intercept", "wave"]
    assert_allclose(table["low"], table["estimate"] - 1.6448536269514722 * table["se"], rtol=1e-9)
    assert_allclose(table["high"], table["estimate"] + 1.6448536269514722 * table["se"], rtol=1e-9)
    assert_allclose(table["p"], [2 * NormalDist().cdf(-abs(z)) for z in table["estimate"] / table["se"]], rtol=1e-6, atol=1e-15)


def test_few_groups_are_said_to_be_few() -> None:
    options = {"outcome": "score", "covariates": ["wave"], "groups": "id"}
    assert gee(ROWS, family="gaussian", **options).cautions == () and mixed(ROWS, **options).cautions == ()
    few = ROWS[ROWS["id"] <= 29]
    assert gee(few, family="gaussian", **options).cautions == ("few_units_compared",) == mixed(few, **options).cautions
    assert gee(few, family="gaussian", **options).n_groups == mixed(few, **options).n_groups == few["id"].nunique()


def test_log_exposure_is_an_offset() -> None:
    found = gee(ROWS, outcome="visits", covariates=["treated"], groups="id", family="poisson", structure="exchangeable", exposure="years")
    assert_allclose(found.coefficients["estimate"], R["offset"]["estimate"], rtol=1e-6)
    assert_allclose(found.coefficients["se"], R["offset"]["se"], rtol=1e-6)


def test_the_order_of_the_rows_does_not_matter_to_gee() -> None:
    mixed_up = ROWS.sample(frac=1, random_state=5)
    one, other = (
        gee(frame, outcome="score", covariates=["wave"], groups="id", family="gaussian", structure="ar1", time="wave").coefficients
        for frame in (ROWS, mixed_up)
    )
    assert_allclose(other.drop(columns="name"), one.drop(columns="name"), rtol=1e-9)


def test_errors_by_cluster_are_the_sandwich_over_clusters() -> None:
    """With independence the sandwich by municipality is that of municipalities as groups."""
    rows = ROWS.assign(town=ROWS["id"] % 7)
    options = {"outcome": "score", "covariates": ["wave", "treated"], "family": "gaussian"}
    by_cluster = gee(rows, groups="id", cluster="town", **options).coefficients
    by_group = gee(rows, groups="town", **options).coefficients
    assert_allclose(by_cluster["se"], by_group["se"], rtol=1e-10)


@pytest.mark.parametrize(("slopes", "key"), [((), "intercept"), (("wave",), "slope")])
def test_mixed_is_lmer(slopes: tuple[str, ...], key: str) -> None:
    """bobyqa sees the height of a flat minimum only: variances to 1e-5, coefficients to a millionth of their standard error."""
    expected = R["mixed"][key]
    found = mixed(ROWS, outcome="score", covariates=TERMS, groups="id", slopes=slopes)
    away = (found.coefficients["estimate"] - expected["estimate"]) / expected["se"]
    assert np.abs(away).max() < 1e-6
    assert_allclose(found.coefficients["se"], expected["se"], rtol=1e-6)
    assert_allclose(found.covariance, np.atleast_2d(expected["covariance"]), rtol=1e-5)
    assert found.residual == pytest.approx(expected["residual"], rel=1e-6)
    assert found.log_likelihood == pytest.approx(expected["log_likelihood"], rel=1e-9)


def test_a_variance_of_zero_between_groups_is_said() -> None:
    rng = np.random.default_rng(3)
    rows = ROWS.assign(score=rng.normal(size=len(ROWS)))
    rows["score"] -= rows.groupby("id")["score"].transform("mean")
    found = mixed(rows, outcome="score", covariates=["wave"], groups="id")
    assert "singular_variance" in found.cautions
    assert found.covariance.to_numpy().item() == pytest.approx(0.0, abs=1e-6)


def test_ancova_is_lm_with_hc3_beside_it() -> None:
    found, expected = ancova(WIDE, post="score_after", baseline="score_before", group="treated", covariates=["age"]), R["ancova"]
    for column in ("estimate", "se", "p", "low", "high", "se_robust"):
        assert_allclose(found.coefficients[column], expected[column], rtol=1e-9, err_msg=column)
    assert (found.residual, found.r2) == pytest.approx((expected["residual"], expected["r2"]), rel=1e-10)
    assert (found.effect.value, found.effect.low, found.effect.p) == pytest.approx((expected["estimate"][2], expected["low"][2], expected["p"][2]))
    assert found.effect.claim == "descriptive"


def test_more_than_two_groups_have_coefficients_and_no_single_effect() -> None:
    found = ancova(WIDE, post="score_after", baseline="score_before", group="arm")
    assert found.effect is None
    assert_allclose(found.coefficients["estimate"], R["ancova_three"]["estimate"], rtol=1e-9)
    assert found.coefficients["name"].tolist()[2:] == ["arm[programme]", "arm[programme plus]"]
