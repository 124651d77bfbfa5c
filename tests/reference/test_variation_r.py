"""Variation between units against MASS::glm.nb, lme4::glmer and numerical integration in R (r/variation.R)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt.estimates import median_odds_ratio, reliability, shrink, standardise_indirect, systematic_component
from effekt.estimates.shrinkage import _likelihood, _mean
from tests.reference.frozen import frozen

R = frozen("variation")
UNITS = [f"practice {number:02d}" for number in range(24)]
RATIOS = pd.DataFrame({"unit": UNITS, "observed": R["observed"], "expected": R["expected"]})
SHARES = pd.DataFrame({"unit": UNITS, "observed": R["events"], "n": R["n"]})


def test_the_gamma_between_units_is_that_of_glm_nb() -> None:
    found = shrink(RATIOS)
    assert (found.mean, found.shape) == pytest.approx((R["mean"], R["shape"]), rel=1e-8)
    assert found.tau2 == pytest.approx(R["mean"] ** 2 / R["shape"], rel=1e-8)


def test_the_shape_is_the_top_of_the_negative_binomial_likelihood() -> None:
    from scipy.stats import nbinom

    found = shrink(RATIOS)
    mu = found.mean * np.array(R["expected"])

    def height(shape: float) -> float:
        return float(nbinom.logpmf(R["observed"], shape, shape / (shape + mu)).sum())

    assert height(found.shape) > max(height(found.shape * 1.02), height(found.shape / 1.02))
    rise = _likelihood(np.array(R["observed"]), np.array(R["expected"]), found.shape) - height(found.shape)
    flat = _likelihood(np.array(R["observed"]), np.array(R["expected"]), 5.0) - nbinom.logpmf(
        R["observed"], 5.0, 5.0 / (5.0 + _mean(np.array(R["observed"]), np.array(R["expected"]), 5.0) * np.array(R["expected"]))
    ).sum()
    assert rise == pytest.approx(flat)  # a constant apart: the factorials


def test_the_posterior_is_gamma() -> None:
    units = shrink(RATIOS).units
    for ours, theirs in (("shrunk", "shrunk"), ("low", "low"), ("high", "high"), ("p_above", "above")):
        assert_allclose(units[ours], R[theirs], rtol=1e-8)


def test_the_posterior_mean_lies_between_own_and_common_ratio_by_the_reliability() -> None:
    found = shrink(RATIOS)
    units = found.units
    assert_allclose(units["shrunk"], units["reliability"] * units["ratio"] + (1 - units["reliability"]) * found.mean, rtol=1e-10)
    assert_allclose(units["reliability"], found.tau2 / (found.tau2 + found.mean / units["expected"]), rtol=1e-10)


def test_units_that_differ_by_chance_alone_all_get_the_common_ratio() -> None:
    found = shrink(RATIOS.assign(observed=RATIOS["expected"].round()))
    assert found.tau2 == 0 and found.shape is None and found.cautions == ("no_variation",)
    assert found.units["shrunk"].nunique() == 1 and (found.units["reliability"] == 0).all()
    common = standardise_indirect(found.units["observed"].sum(), found.units["expected"], [1.0] * 24)
    assert found.units[["shrunk", "low", "high"]].iloc[0].tolist() == pytest.approx([common.value, common.low, common.high])


def test_reliability_is_the_share_of_the_variance_that_is_not_chance() -> None:
    effects = pd.DataFrame({"unit": ["a", "b"], "estimate": [0.1, 0.3], "se": [0.1, 0.3]})
    assert reliability(effects, tau2=0.03)["reliability"].tolist() == pytest.approx([0.75, 0.25])
    assert reliability(effects, tau2=0.0)["reliability"].tolist() == [0.0, 0.0]


def test_the_systematic_component_and_its_jackknife_error() -> None:
    found = systematic_component(RATIOS)
    assert (found.value, found.se) == pytest.approx((R["scv"], R["scv_se"]), rel=1e-9)
    assert found.claim == "descriptive" and found.low < found.value < found.high


def test_the_median_odds_ratio_is_that_of_glmer() -> None:
    """glmer stops its search at a relative 1e-8 or so; the integration in R agrees with it to that."""
    found = median_odds_ratio(SHARES)
    assert found.value == pytest.approx(R["mor"], rel=1e-7)
    assert found.facts["tau2"] == pytest.approx(R["sigma"] ** 2, rel=1e-7)
    assert (found.low, found.high) == pytest.approx((R["mor_low"], R["mor_high"]), rel=1e-7)
    assert found.facts["icc"] == pytest.approx(R["sigma"] ** 2 / (R["sigma"] ** 2 + 3.289868), rel=1e-6)


def test_p_of_no_difference_halves_the_chi_square_of_the_likelihood_ratio() -> None:
    from scipy.stats import chi2

    assert median_odds_ratio(SHARES).p == pytest.approx(chi2.sf(R["likelihood_ratio"], 1) / 2, rel=1e-4)


def test_units_with_one_share_have_a_median_odds_ratio_of_one() -> None:
    found = median_odds_ratio(SHARES.assign(observed=20, n=60))
    assert (found.value, found.low, found.p, found.facts["icc"]) == (1.0, 1.0, 1.0, 0.0)
    assert found.cautions == ("no_variation",) and found.high > 1
