"""Service mix, net benefit, Fieller, gamma-Poisson, Rubin's rules and Imbens-Manski bounds against R (r/mix_money.R)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt import estimates
from effekt.estimates import Estimate
from tests.reference.frozen import frozen

R = frozen("mix_money")
DATA = pd.DataFrame(R["data"])
SECTORS = ["hospital", "practice", "municipality"]


def test_mean_shares_are_those_of_a_fractional_multinomial_logit() -> None:
    found = estimates.service_mix(DATA, sectors=SECTORS, treated="treated", covariates=["age"])
    for name in ("treated", "comparison", "difference", "se"):
        assert_allclose(found.shares[name], R["mix"][name], rtol=1e-6, atol=1e-9)
    assert found.shares["difference"].sum() == pytest.approx(0, abs=1e-12)
    assert found.n_without == 3


def test_net_benefit_is_the_welch_comparison_of_priced_effects() -> None:
    found = estimates.net_monetary_benefit(DATA, cost="cost", effect="qaly", treated="treated", threshold=200_000)
    wanted = R["money"]
    assert_allclose([found.benefit.value, found.benefit.se, found.icer], [wanted["benefit"], wanted["se"], wanted["icer"]], rtol=1e-9)
    assert_allclose([found.probability, found.correlation], [wanted["probability"], wanted["correlation"]], rtol=1e-9)


def test_the_substitution_interval_is_fiellers() -> None:
    t = DATA["treated"]
    data = DATA.assign(hospital=DATA["hospital"] - 6 * t, municipality=DATA["municipality"] + 30 * t)
    found = estimates.substitution_ratio(data, less="hospital", more="municipality", treated="treated")
    assert_allclose([found.value, found.low, found.high], [R["fieller"][name] for name in ("value", "low", "high")], rtol=1e-7)


def test_the_spread_of_citizens_rates_is_that_of_glm_nb() -> None:
    counts = pd.DataFrame({"before": R["counts"], "years": R["years"]})
    found = estimates.regression_to_mean(counts.assign(enrolled=counts["before"] >= 2), enrolled="enrolled", exposure="years")
    assert_allclose([found.mean, found.shape], [R["gamma"]["mean"], R["gamma"]["shape"]], rtol=1e-5)


def test_imputed_copies_are_pooled_by_rubins_rules() -> None:
    wanted = R["rubin"]
    given = zip(wanted["values"], wanted["ses"], strict=True)
    copies = [Estimate("difference", q, q - s, q + s, "weighted_difference", "descriptive", se=s) for q, s in given]
    found = estimates.pool_imputations(copies)
    assert_allclose([found.value, found.se, found.low, found.high], [wanted[name] for name in ("value", "se", "low", "high")], rtol=1e-9)
    assert found.facts["df"] == pytest.approx(wanted["df"], rel=1e-9) and found.facts["imputations"] == 5


def test_bounds_of_missing_outcomes_have_the_imbens_manski_interval() -> None:
    data = DATA.assign(y=np.array(R["outcome"], dtype=float))
    found = estimates.missing_outcome_bounds(data, outcome="y", treated="treated", low=0, high=1)
    wanted = R["bounds"]
    assert_allclose([found.facts["bound_low"], found.facts["bound_high"]], [wanted["low"], wanted["high"]], rtol=1e-9)
    assert_allclose([found.low, found.high], [wanted["ci_low"], wanted["ci_high"]], rtol=1e-7)
    assert found.value is None and found.cautions == ("bounds_only",)
