"""Funnel limits against the formulas of FunnelPlotR written a second time in R (r/funnel.R)."""

from __future__ import annotations

import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt.estimates import funnel
from tests.reference.frozen import frozen

R = frozen("funnel")
UNITS = [f"practice {number:02d}" for number in range(37)]
RATIOS = pd.DataFrame({"unit": UNITS, "observed": R["observed"], "expected": R["expected"]})
SHARES = pd.DataFrame({"unit": UNITS, "observed": R["observed"], "n": R["n"]})


@pytest.mark.parametrize(
    ("practices", "options", "key"),
    [
        (RATIOS, {"overdispersion": "truncate"}, "shmi"),
        (RATIOS, {"overdispersion": "winsorise"}, "cqc"),
        (RATIOS, {"overdispersion": "winsorise", "share": 0.05}, "cqc05"),
        (RATIOS, {"overdispersion": "truncate", "transformation": "sqrt"}, "truncate_sqrt"),
        (SHARES, {"overdispersion": "winsorise"}, "proportion"),
    ],
    ids=["truncate", "winsorise", "winsorise less", "truncate on the root", "shares"],
)
def test_phi_and_tau2(practices: pd.DataFrame, options: dict, key: str) -> None:
    found = funnel(practices, **options)
    assert (found.phi, found.tau2) == pytest.approx((R[key]["phi"], R[key]["tau2"]), rel=1e-9)
    assert found.adjusted


def test_unadjusted_limits_are_exact_poisson() -> None:
    limits = funnel(RATIOS).limits
    for ours, theirs in (("low_95", "exact_low95"), ("high_95", "exact_high95"), ("low_998", "exact_low998"), ("high_998", "exact_high998")):
        assert_allclose(limits[ours], R[theirs], rtol=1e-9)


def test_adjusted_limits_add_tau2_on_the_transformed_scale() -> None:
    truncated = funnel(RATIOS, overdispersion="truncate").limits
    assert_allclose(truncated["high_998"], R["shmi_high"], rtol=1e-9)
    assert_allclose(truncated["low_95"], R["shmi_low"], rtol=1e-9)
    winsorised = funnel(RATIOS, overdispersion="winsorise").limits
    assert_allclose(winsorised["low_998"], R["cqc_low"], rtol=1e-9)
    assert_allclose(winsorised["high_95"], R["cqc_high"], rtol=1e-9)
    assert_allclose(funnel(SHARES, overdispersion="winsorise").limits["high_95"], R["proportion_high"], rtol=1e-9)


def test_the_unit_planted_far_out_is_the_outlier_with_and_without_room() -> None:
    assert UNITS[4] in set(funnel(RATIOS).outliers["unit"])
    assert list(funnel(RATIOS, overdispersion="winsorise").outliers["unit"]) == [UNITS[4]]
    assert list(funnel(RATIOS, overdispersion="winsorise").outliers["side"]) == ["high"]


def test_rows_of_a_unit_are_added_up_and_their_order_does_not_matter() -> None:
    halves = pd.concat([RATIOS.assign(expected=RATIOS["expected"] / 2, observed=0), RATIOS.assign(expected=RATIOS["expected"] / 2)])
    mixed = funnel(halves.sample(frac=1, random_state=2), overdispersion="truncate")
    assert (mixed.phi, mixed.tau2) == pytest.approx((R["shmi"]["phi"], R["shmi"]["tau2"]), rel=1e-9)


def test_units_that_vary_by_chance_alone_get_the_exact_limits() -> None:
    still = RATIOS.assign(observed=RATIOS["expected"].round())
    found = funnel(still, overdispersion="winsorise")
    assert found.tau2 == 0 and not found.adjusted
    assert_allclose(found.limits["high_998"], R["exact_high998"], rtol=1e-9)


def test_two_units_tell_a_spread_and_one_does_not() -> None:
    two = pd.DataFrame({"unit": ["a", "b"], "observed": [4, 36], "expected": [16.0, 16.0]})
    found = funnel(two, overdispersion="winsorise", share=1e-9)
    assert found.phi == pytest.approx(16.0)  # z is -4 and 4
    assert found.tau2 == pytest.approx((2 * 16 - 1) / (128 - 64))
    one = funnel(two.iloc[:1], overdispersion="winsorise")
    assert one.tau2 == 0 and not one.adjusted and one.phi == pytest.approx(16.0)


def test_few_units_are_said_to_be_few() -> None:
    assert funnel(RATIOS.iloc[:9]).cautions == ("few_units_compared",)
    assert funnel(RATIOS.iloc[:10]).cautions == ()


def test_limits_of_shares_stay_between_none_and_all() -> None:
    small = pd.DataFrame({"unit": list("abc"), "observed": [2, 90, 1], "n": [2, 100, 3]})
    limits = funnel(small).limits
    assert limits["high_998"].tolist()[0] == pytest.approx(1.0) and (limits["low_998"] >= 0).all()
    assert (limits["low_998"] <= limits["low_95"]).all() and (limits["high_95"] <= limits["high_998"]).all()


def test_the_curve_runs_from_the_smallest_to_the_largest_unit() -> None:
    found = funnel(RATIOS, overdispersion="truncate")
    assert found.curve["expected"].iloc[[0, -1]].tolist() == [min(R["expected"]), max(R["expected"])]
    assert found.curve["high_95"].is_monotonic_decreasing
    largest = found.limits["expected"].idxmax()
    assert found.curve["low_998"].iloc[-1] == pytest.approx(found.limits["low_998"][largest])
