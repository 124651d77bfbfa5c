"""Exact rate ratios and Holm against R (r/rates.R), the NSW programme's earnings, and citizen-robust errors against statsmodels."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt import estimates
from tests.reference.frozen import frozen

R = frozen("rates")


def limit(value: float | str, least: float = 0.0) -> float:
    """R writes an infinite limit as a word."""
    return math.inf if value == "Inf" else max(float(value), least)


def test_exact_rate_ratio_of_11_in_800_against_21_in_3011_years() -> None:
    """R's poisson.test(c(11, 6+8+7), c(800, 1083+1050+878)), from its help page."""
    found = estimates.exact_rate_ratio((11, 21), (800, 3011))
    assert (found.value, found.low, found.high) == pytest.approx((1.9714880952, 0.85842640, 4.27726594), abs=1e-7)
    assert found.p == pytest.approx(0.0796686330, abs=1e-9) and found.method == "exact_minimum_likelihood"
    doubled = estimates.exact_rate_ratio((11, 21), (800, 3011), p_rule="doubling")
    assert doubled.p == pytest.approx(0.1120, abs=5e-5) and doubled.method == "exact_doubling"


@pytest.mark.parametrize("case", R["cases"], ids=lambda case: f"{case['events'][0]} v {case['events'][1]}")
def test_exact_rate_ratios_are_those_of_poisson_test(case: dict) -> None:
    for level, low, high in ((0.95, "low", "high"), (0.8, "low80", "high80")):
        found = estimates.exact_rate_ratio(case["events"], case["exposure"], level=level)
        assert_allclose(found.p, case["p"], rtol=1e-9)
        assert_allclose(found.low, case[low], rtol=1e-7, atol=1e-12)
        assert found.high is None if case[high] == "Inf" else found.high == pytest.approx(case[high], rel=1e-7)
        assert found.value is None if case["ratio"] == "Inf" else found.value == pytest.approx(case["ratio"], rel=1e-12)


def test_a_frame_of_counts_gives_the_exact_and_the_wald_ratio() -> None:
    counts = pd.DataFrame({"after": [True, False, False], "events": [11, 6, 15], "exposure": [800.0, 1083.0, 1928.0]})
    exact, wald = estimates.rate_ratio(counts, exact=True), estimates.rate_ratio(counts)
    assert (exact.low, exact.high) == pytest.approx((0.85842640, 4.27726594), abs=1e-7)
    half = 1.959963984540054 * math.sqrt(1 / 11 + 1 / 21)
    assert (wald.low, wald.high) == pytest.approx((wald.value * math.exp(-half), wald.value * math.exp(half)))


@pytest.fixture(scope="module")
def persons() -> pd.DataFrame:
    generator = np.random.default_rng(20130301)
    n = 300
    frame = pd.DataFrame({"citizen_id": np.repeat(np.arange(n), 2), "after": np.tile([False, True], n)})
    frame["treated"] = frame["citizen_id"] % 3 == 0
    frail = np.repeat(generator.gamma(0.6, 1 / 0.6, n), 2)
    frame["exposure"] = generator.uniform(0.1, 3.0, 2 * n)
    frame["events"] = generator.poisson(frail * frame["exposure"] * 0.8)
    frame["cost_dkk"] = frame["events"] * generator.gamma(2.0, 15000, 2 * n)
    return frame


def clustered(frame: pd.DataFrame, family, y: str, weighted: bool):
    """A generalised linear model with log link in statsmodels, clustered by citizen without small-sample factor."""
    from statsmodels.genmod.generalized_linear_model import GLM

    design = np.column_stack([np.ones(len(frame)), frame["treated"], frame["after"], frame["treated"] & frame["after"]]).astype(float)
    exposure = frame["exposure"].to_numpy()
    outcome = (frame[y] / exposure).to_numpy() if weighted else frame[y].to_numpy()
    parts = {"var_weights": exposure} if weighted else {"offset": np.log(exposure)}
    return GLM(outcome, design, family=family, **parts).fit(
        cov_type="cluster", cov_kwds={"groups": frame["citizen_id"].to_numpy(), "use_correction": False}, tol=1e-13, maxiter=300
    )


def test_the_rate_ratio_is_a_poisson_model_clustered_by_citizen(persons: pd.DataFrame) -> None:
    from statsmodels.genmod.families import Poisson

    fit, ours = clustered(persons, Poisson(), "events", weighted=False), estimates.rate_ratio(persons)
    assert_allclose((math.log(ours.value), ours.se), (fit.params[3], fit.bse[3]), rtol=1e-7)


@pytest.mark.filterwarnings("ignore:cov_type not fully supported with var_weights")
@pytest.mark.parametrize("family", ["Poisson", "Gamma", "Gaussian"])
def test_the_cost_ratio_is_the_log_link_model_of_any_family(persons: pd.DataFrame, family: str) -> None:
    from statsmodels.genmod import families

    frame = persons.assign(cost_dkk=persons["cost_dkk"] + 100.0)
    fit = clustered(frame, getattr(families, family)(link=families.links.Log()), "cost_dkk", weighted=True)
    ours = estimates.cost_ratio(frame)
    assert_allclose((math.log(ours.value), ours.se), (fit.params[3], fit.bse[3]), rtol=1e-5)


def test_the_park_exponent_is_the_gamma_model_of_squared_residuals(persons: pd.DataFrame) -> None:
    from statsmodels.genmod import families
    from statsmodels.genmod.generalized_linear_model import GLM

    totals = persons.groupby(["treated", "after"])[["cost_dkk", "exposure"]].transform("sum")
    mean = (totals["cost_dkk"] / totals["exposure"]).to_numpy()
    squared = persons["exposure"] * (persons["cost_dkk"] / persons["exposure"] - mean) ** 2
    design = np.column_stack([np.ones(len(mean)), np.log(mean)])
    fit = GLM(squared.to_numpy(), design, family=families.Gamma(link=families.links.Log())).fit(tol=1e-12, maxiter=300)
    assert_allclose(estimates.cost_ratio(persons).facts["park_lambda"], fit.params[1], rtol=1e-6)


def test_the_mean_cost_is_the_ratio_of_sums_with_its_linearised_error(persons: pd.DataFrame) -> None:
    ours = estimates.mean_cost(persons)
    totals = persons.groupby("citizen_id")[["cost_dkk", "exposure"]].sum()
    mean = totals["cost_dkk"].sum() / totals["exposure"].sum()
    error = math.sqrt(((totals["cost_dkk"] - mean * totals["exposure"]) ** 2).sum()) / totals["exposure"].sum()
    assert (ours.value, ours.se, ours.n_citizens) == pytest.approx((mean, error, 300))


@pytest.fixture(scope="module")
def nsw() -> pd.DataFrame:
    """National Supported Work: Dehejia and Wahba (1999), J Am Stat Assoc 94:1053-1062, as in Cunningham, The Mixtape, ch. 5."""
    from causaldata import nsw_mixtape

    return nsw_mixtape.load_pandas().data


@pytest.mark.parametrize(("method", "low", "high"), [("percentile", 516, 3132), ("bca", 572, 3219)])
def test_bootstrap_of_nsw_earnings(nsw: pd.DataFrame, method: str, low: float, high: float) -> None:
    found = estimates.bootstrap_mean_difference(nsw, value="re78", treated="treat", method=method, seed=20130201)
    assert found.value == pytest.approx(1794.34238, abs=1e-5)
    assert (found.low, found.high) == pytest.approx((low, high), abs=60)


def test_welch_interval_of_nsw_earnings_is_that_of_two_independent_means(nsw: pd.DataFrame) -> None:
    found = estimates.cost_difference(nsw.assign(exposure=1.0, treated=nsw["treat"] == 1), value="re78")
    arms = [nsw.loc[nsw["treat"] == arm, "re78"].astype(float) for arm in (1, 0)]
    assert found.value == pytest.approx(1794.34238, abs=1e-5)
    assert found.se == pytest.approx(math.sqrt(sum(arm.var(ddof=0) / len(arm) for arm in arms)), rel=1e-9)


def test_bootstrap_replicates_cover_every_possible_draw_of_a_tiny_frame() -> None:
    """Two and three citizens: the exact distribution over all 4 x 27 draws is known, and the percentile interval is read from it."""
    treated, others = [1.0, 5.0], [0.0, 2.0, 10.0]
    draws = [
        np.mean(a) - np.mean(b)
        for a in [(x, y) for x in treated for y in treated]
        for b in [(x, y, z) for x in others for y in others for z in others]
    ]
    frame = pd.DataFrame({"value": treated + others, "treated": [True, True, False, False, False]})
    found = estimates.bootstrap_mean_difference(frame, value="value", seed=1, replicates=200_000, level=0.8)
    assert found.se == pytest.approx(np.std(draws), rel=0.01)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(draws, [0.1, 0.9])), abs=0.05)


def test_bca_is_that_of_scipy_up_to_its_own_chance(nsw: pd.DataFrame) -> None:
    from scipy.stats import bootstrap

    arms = tuple(nsw.loc[nsw["treat"] == arm, "re78"].astype(float).to_numpy() for arm in (1, 0))

    def difference(x, y, axis=-1):
        return x.mean(axis=axis) - y.mean(axis=axis)

    theirs = bootstrap(arms, difference, n_resamples=4000, method="BCa", rng=np.random.default_rng(3)).confidence_interval
    ours = estimates.bootstrap_mean_difference(nsw, value="re78", treated="treat", method="bca", seed=4, replicates=40_000)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=80)
    jackknife = [(np.delete(arms[0], i).mean() - arms[1].mean()) for i in range(len(arms[0]))]
    other = [(arms[0].mean() - np.delete(arms[1], i).mean()) for i in range(len(arms[1]))]
    parts = [(len(j) - 1) * (np.mean(j) - np.array(j)) for j in (jackknife, other)]
    top, bottom = (sum((part**power).sum() / len(part) ** power for part in parts) for power in (3, 2))
    assert ours.facts["acceleration"] == pytest.approx(top / (6 * bottom**1.5), rel=1e-9)


def test_holm_is_p_adjust_and_never_rejects_less_than_bonferroni() -> None:
    adjusted = estimates.holm(R["p"])
    assert_allclose(adjusted, R["holm"], rtol=1e-12)
    assert (adjusted <= 0.05).sum() == 3
    assert (adjusted <= np.minimum(np.array(R["p"]) * len(R["p"]), 1)).all()
