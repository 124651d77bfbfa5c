"""Interrupted time series, difference-in-differences, the roll-out test and pooling: recovery, claims, degenerate input."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt import estimates
from effekt.errors import DataError
from effekt.estimates.estimate import Estimate
from tests.properties.estimate_frames import MONTHS, START, clusters, monthly, region

pytestmark = pytest.mark.filterwarnings("error", "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


def certain_series(step: float = 0.8, slope: float = 0.995) -> pd.DataFrame:
    """60 months that are their own expectation."""
    time, months = np.arange(60), pd.date_range("2010-01-01", periods=60, freq="MS")
    after = time >= 30
    log_rate = -1.2 + 0.003 * time + 0.1 * np.sin(2 * np.pi * (time + 1) / 12) + after * (math.log(step) + math.log(slope) * (time - 30))
    exposure = 900.0 + time
    return pd.DataFrame({"month": months, "events": exposure * np.exp(log_rate), "exposure": exposure})


def test_without_chance_the_planted_series_comes_out() -> None:
    series = certain_series()
    found = estimates.interrupted_time_series(series, start=series["month"][30])
    assert (found.step.value, found.slope.value, found.trend.value) == pytest.approx((0.8, 0.995, math.exp(0.003)), rel=1e-7)
    assert found.ratio_at_12.value == pytest.approx(0.8 * 0.995**12, rel=1e-7) and found.effect is found.ratio_at_12
    time = np.arange(60)
    expected = np.exp(-1.2 + 0.003 * time + 0.1 * np.sin(2 * np.pi * (time + 1) / 12))
    assert_allclose(found.counterfactual["rate"], expected, rtol=1e-7)
    after = series[series["month"] >= series["month"][30]]
    assert found.events_avoided.value == pytest.approx((expected[30:] * after["exposure"] - after["events"]).sum(), rel=1e-6)


def test_an_own_trend_is_extrapolated() -> None:
    found = estimates.interrupted_time_series(monthly(region(4)), start=START)
    for estimate in (found.step, found.ratio_at_12, found.slope, found.trend, found.events_avoided):
        assert (estimate.claim, estimate.contrast) == ("extrapolated", "programme_forecast")
    assert found.step.n_events == monthly(region(4))["events"].sum()


def test_a_slope_changes_only_with_24_months_before_and_12_after() -> None:
    series = monthly(region(4))
    assert estimates.interrupted_time_series(series, start=MONTHS[24]).slope.value is not None
    short = estimates.interrupted_time_series(series, start=MONTHS[23])
    assert short.slope.value is None and "level_only" in short.step.cautions and "slope" not in set(short.coefficients["name"])
    assert estimates.interrupted_time_series(series, start=MONTHS[23], slope=True).slope.value is not None


def test_months_that_hang_together_or_scatter_too_much_are_told() -> None:
    series = certain_series()
    wave = series.assign(events=series["events"] * np.exp(0.1 * np.sin(np.arange(60) / 5)))
    scattered = series.assign(events=series["events"] * np.where(np.arange(60) % 2, 1.25, 0.75))
    assert "autocorrelated" in estimates.interrupted_time_series(wave, start=series["month"][30]).step.cautions
    assert "overdispersed" in estimates.interrupted_time_series(scattered, start=series["month"][30]).step.cautions


def test_too_few_events_in_a_series_give_words() -> None:
    series = certain_series()
    found = estimates.interrupted_time_series(series.assign(events=np.where(series["month"] < series["month"][30], 50, 0)), start=series["month"][30])
    assert found.step.value is None and found.ratio_at_12.claim == "descriptive" and found.step.cautions == ("too_few_events",)
    assert found.dispersion is None and found.counterfactual["observed"].notna().all() and found.events_avoided.value is None


@pytest.mark.parametrize(
    ("broken", "options", "said"),
    [
        (lambda rows: rows.drop(index=7), {}, "1 months between the first and the last are missing"),
        (lambda rows: pd.concat([rows, rows.iloc[:1]]), {}, "more than once"),
        (lambda rows: rows.assign(exposure=0.0), {}, "exposure is not above 0 in 60"),
        (lambda rows: rows, {"start": pd.Timestamp("2010-06-01")}, "5 months before and 55 after"),
        (lambda rows: rows, {"season": 7}, "season is 7"),
        (lambda rows: rows, {"hac_lags": 60}, "hac_lags is 60"),
        (lambda rows: rows.assign(month="June"), {}, "not a date"),
    ],
)
def test_a_series_that_cannot_be_used_is_refused(broken, options: dict, said: str) -> None:
    series = certain_series()
    with pytest.raises(DataError, match=said):
        estimates.interrupted_time_series(broken(series), **{"start": series["month"][30], **options})


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    """7 units, 30 months, three of them start in month 15."""
    frame = clusters(3, units=7)
    starts = np.where(frame["unit"].isin(["cluster 0", "cluster 1", "cluster 2"]), MONTHS[15], pd.NaT)
    return frame.assign(start=pd.Series(starts).astype("datetime64[s]"))


def test_one_common_start_with_a_quiet_year_before_is_identified_by_the_panel(panel: pd.DataFrame) -> None:
    found = estimates.difference_in_differences(panel, model="poisson")
    assert found.effect.claim == "identified" and found.effect.facts["months_before"] == 15
    shared = panel.copy()
    shared.attrs["comparison_exposure"] = "same_initiative"
    told = estimates.difference_in_differences(shared, model="poisson").effect
    assert (told.claim, told.contrast) == ("descriptive", "programme_other_effort")
    staggered = estimates.difference_in_differences(clusters(3), model="poisson").effect
    assert staggered.claim == "descriptive" and "late_compared_with_early" in staggered.reasons


def test_a_log_linear_panel_without_chance_gives_the_planted_ratio_and_a_linear_one_the_difference(panel: pd.DataFrame) -> None:
    unit, month = pd.factorize(panel["unit"])[0], pd.factorize(panel["month"])[0]
    after = (panel["month"] >= panel["start"]).to_numpy()
    ratio = panel.assign(events=panel["exposure"] * np.exp(0.1 * unit + 0.02 * month + math.log(0.7) * after))
    assert estimates.difference_in_differences(ratio, model="poisson").effect.value == pytest.approx(0.7, rel=1e-8)
    gap = panel.assign(rate=5 + 0.1 * unit + np.sin(month) - 1.5 * after)
    assert estimates.difference_in_differences(gap).effect.value == pytest.approx(-1.5, rel=1e-8)


def test_treatment_can_be_given_by_start_by_post_or_by_treated_and_post(panel: pd.DataFrame) -> None:
    post = (panel["month"] >= panel["start"]).to_numpy()
    bare = panel.drop(columns="start")
    frames = [panel, bare.assign(post=post), bare.assign(treated=panel["start"].notna(), post=panel["month"] >= MONTHS[15])]
    found = [estimates.difference_in_differences(frame) for frame in frames]
    numbers = [[f.coefficient, f.cr0.se, f.cr1.se, f.cr2.se, f.cr2.df] for f in found]
    assert_allclose(numbers, [numbers[0]] * 3, rtol=1e-9)


def test_one_cluster_has_no_error_and_few_clusters_few_degrees_of_freedom(panel: pd.DataFrame) -> None:
    single = estimates.difference_in_differences(panel.assign(cluster=1))
    assert single.effect.value is not None and single.effect.low is None and single.effect.cautions == ("one_cluster",)
    few = estimates.difference_in_differences(clusters(3)).effect
    assert "few_degrees_of_freedom" in few.cautions and few.facts["df"] < 5


@pytest.mark.parametrize(
    ("broken", "options", "said"),
    [
        (lambda rows: rows.drop(columns="start"), {}, "says nothing about treatment"),
        (lambda rows: rows.assign(start=pd.NaT), {}, "No row is treated"),
        (lambda rows: rows.assign(start=MONTHS[0]), {}, "Every row is treated"),
        (lambda rows: rows.assign(start=MONTHS[15]), {}, "cannot be told apart"),
        (lambda rows: rows, {"outcome": "cost"}, "lacks the column cost"),
        (lambda rows: rows, {"model": "logit"}, "linear or poisson"),
        (lambda rows: rows.assign(w=0.0), {"weights": "w"}, "w is not above 0"),
        (lambda rows: rows.assign(events=0), {"model": "poisson"}, "0 in every row"),
        (lambda rows: rows.assign(start=3), {}, "cannot be compared"),
    ],
)
def test_a_panel_that_cannot_be_used_is_refused(panel: pd.DataFrame, broken, options: dict, said: str) -> None:
    with pytest.raises(DataError, match=said):
        estimates.difference_in_differences(broken(panel), **options)


def brute_force(panel: pd.DataFrame, effect: float) -> tuple[np.ndarray, float]:
    """Every order's coefficient of the log rate less effect x started, and that of the order that happened."""
    units = pd.get_dummies(panel["unit"], dtype=float).to_numpy()
    periods = pd.get_dummies(panel["month"].astype(str), dtype=float).to_numpy()[:, 1:]
    happened = panel.groupby("unit")["start"].first()
    y = np.log(panel["events"] / panel["exposure"]) - effect * (panel["month"] >= panel["start"])

    def coefficient(order: tuple) -> float:
        started = (panel["month"] >= panel["unit"].map(dict(zip(happened.index, order, strict=True)))).to_numpy(dtype=float)
        return float(np.linalg.lstsq(np.column_stack([units, periods, started]), y.to_numpy(), rcond=None)[0][-1])

    return np.array([coefficient(order) for order in sorted(set(itertools.permutations(happened)))]), coefficient(tuple(happened))


def test_every_order_of_five_starts_is_tried_and_the_share_as_far_from_zero_is_p() -> None:
    panel = clusters(4)
    found, (every, own) = estimates.rollout_test(panel, statistic="log_did"), brute_force(panel, 0.0)
    assert found.n_orders == 120 and found.effect.value == pytest.approx(math.exp(own), rel=1e-9)
    assert_allclose(found.distribution, np.sort(every), atol=1e-10)
    assert found.p == pytest.approx(np.mean(np.abs(every) >= abs(own) - 1e-9))


def test_the_interval_holds_exactly_the_effects_that_are_not_rejected() -> None:
    panel = clusters(4)
    found = estimates.rollout_test(panel, statistic="log_did", level=0.9)
    for end, inside in ((found.low, 1e-6), (found.high, -1e-6)):
        for effect, kept in ((end + inside, True), (end - inside, False)):
            every, own = brute_force(panel, effect)
            assert (np.mean(np.abs(every) >= abs(own) - 1e-9) > 0.1 + 1e-9) == kept
    assert (found.effect.low, found.effect.high) == pytest.approx((math.exp(found.low), math.exp(found.high)))


def test_equal_starts_reduce_the_orders_and_units_that_never_start_keep_that() -> None:
    panel = clusters(4)
    equal = panel.assign(start=panel["start"].where(panel["start"] != MONTHS[11], MONTHS[8]))
    found = estimates.rollout_test(equal)
    assert found.n_orders == 60 and "equal_starts" in found.effect.cautions
    never = panel.assign(start=panel["start"].where(panel["unit"] != "cluster 4"))
    assert estimates.rollout_test(never).n_orders == 24
    assert "few_orders" in estimates.rollout_test(never, level=0.99).effect.cautions
    unbounded = estimates.rollout_test(never, level=0.99)
    assert (unbounded.low, unbounded.high) == (None, None) and "interval_unbounded" in unbounded.effect.cautions


def test_start_dates_are_dealt_to_the_clusters_that_got_them_whole() -> None:
    panel = clusters(4)
    parts = [panel.assign(unit=panel["unit"] + place, cluster=panel["unit"], events=panel["events"] + len(place)) for place in ("", " east")]
    towns = pd.concat(parts)
    found = estimates.rollout_test(towns)
    assert found.n_orders == 120 and found.effect.value == pytest.approx(estimates.difference_in_differences(towns).coefficient, rel=1e-9)
    broken = towns.assign(start=towns["start"].where(~towns["unit"].str.endswith("east"), MONTHS[14]))
    with pytest.raises(DataError, match="5 clusters have more than one start"):
        estimates.rollout_test(broken)


def test_an_order_that_was_not_drawn_by_lot_is_told() -> None:
    panel = clusters(4)
    assert "order_not_random" in estimates.rollout_test(panel).effect.cautions and estimates.rollout_test(panel).effect.claim == "descriptive"
    drawn = estimates.rollout_test(panel, random_order=True).effect
    assert "order_not_random" not in drawn.cautions and drawn.claim == "identified"


@pytest.mark.parametrize(
    ("broken", "options", "said"),
    [
        (lambda rows: rows.assign(start=rows["start"].where(rows["unit"] == "cluster 1")), {}, "Fewer than two units start"),
        (lambda rows: rows.assign(start=MONTHS[9]), {}, "cannot be told apart"),
        (lambda rows: rows.assign(start=rows["start"].where(rows["month"] != MONTHS[3], MONTHS[5])), {}, "more than one start"),
        (lambda rows: rows[rows["month"] >= MONTHS[8]], {}, "No period lies before"),
        (lambda rows: rows.assign(events=0), {"statistic": "log_did"}, "has no log"),
        (lambda rows: rows, {"statistic": "t"}, "statistic is 't'"),
    ],
)
def test_a_roll_out_that_cannot_be_tested_is_refused(broken, options: dict, said: str) -> None:
    with pytest.raises(DataError, match=said):
        estimates.rollout_test(broken(clusters(4)), **options)


def effects(*rows: tuple[str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["unit", "estimate", "se"])


def test_pooling_fewer_than_two_gives_words() -> None:
    found = estimates.pool(effects(("a", 0.1, 0.2)))
    assert (found.effect.value, found.estimate, found.tau2, found.prediction) == (None, None, None, None)
    assert found.effect.cautions == ("too_few_units",) and len(found.blups) == 0
    nothing = Estimate("ratio", None, None, None, "controlled_time_series", "descriptive", unit="b")
    assert estimates.pool([nothing]).effect.value is None


def test_a_pooled_claim_is_the_weakest_and_units_without_a_number_are_told() -> None:
    def one(unit: str, value: float | None, claim: str) -> Estimate:
        return Estimate("ratio", value, value, value, "x", claim, se=0.1, unit=unit, outcome="adm", contrast="programme_comparison", n_citizens=10)

    given = [one("a", 0.9, "identified"), one("b", 0.8, "extrapolated"), one("c", None, "descriptive")]
    found = estimates.pool(given)
    assert found.effect.claim == "extrapolated" and "units_left_out" in found.effect.cautions and found.effect.facts["n_units_left_out"] == 1
    assert (found.effect.contrast, found.effect.outcome, found.effect.n_citizens) == ("programme_comparison", "adm", 20)
    assert list(found.units["unit"]) == ["a", "b"]
    assert math.log(found.effect.value) == pytest.approx(found.estimate)
    assert estimates.pool(effects(("a", 0.1, 0.2), ("b", 0.3, 0.2)), scale="difference").effect.value == pytest.approx(0.2)


def test_shared_variance_is_exact_for_equal_covariances() -> None:
    """With one error common to all, the pooled mean of equal effects has the variance of generalised least squares."""
    own, common = np.array([0.04, 0.01, 0.09]), 0.02
    found = estimates.pool(effects(*zip("abc", [0.1, 0.3, -0.2], np.sqrt(own + common), strict=True)), tau2="EE", shared_variance=common)
    covariance = np.diag(own) + common
    weights = np.linalg.inv(covariance) @ np.ones(3)
    assert found.estimate == pytest.approx(weights @ [0.1, 0.3, -0.2] / weights.sum())
    assert found.se == pytest.approx(math.sqrt(1 / weights.sum()))


@pytest.mark.parametrize(
    ("given", "options", "said"),
    [
        (effects(("a", 0.1, 0.2), ("a", 0.3, 0.2)), {}, "more than once"),
        (effects(("a", 0.1, 0.0), ("b", 0.3, 0.2)), {}, "se is not above 0"),
        (effects(("a", np.nan, 0.1), ("b", 0.3, 0.2)), {}, "estimate is missing"),
        (effects(("a", 0.1, 0.2), ("b", 0.3, 0.2)), {"tau2": "HE"}, "tau2 is 'HE'"),
        (effects(("a", 0.1, 0.2), ("b", 0.3, 0.2)), {"test": "t"}, "z or hksj"),
        (effects(("a", 0.1, 0.2), ("b", 0.3, 0.2)), {"shared_variance": 0.05}, "2 of 2 units"),
        (effects(("a", 0.1, 0.2), ("b", 0.3, 0.2)), {"scale": "mean"}, "ratio"),
        (effects(("a", 0.1, 0.2), ("b", 0.3, 0.2)), {"level": 95}, "between 0 and 1"),
    ],
)
def test_effects_that_cannot_be_pooled_are_refused(given: pd.DataFrame, options: dict, said: str) -> None:
    with pytest.raises(DataError, match=said):
        estimates.pool(given, **options)


def test_leaving_one_out_needs_three_and_is_the_pool_of_the_rest() -> None:
    three = effects(("a", 0.1, 0.2), ("b", 0.3, 0.2), ("c", -0.2, 0.1))
    left = estimates.leave_one_out(three, test="hksj")
    assert left["estimate"].iloc[1] == pytest.approx(estimates.pool(three.drop(index=1), test="hksj").estimate)
    with pytest.raises(DataError, match="at least three"):
        estimates.leave_one_out(three.iloc[:2])
