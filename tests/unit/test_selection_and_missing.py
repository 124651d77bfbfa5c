"""Regression to the mean, immortal time, imputation and bounds: known answers, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt import estimates
from effekt.errors import DataError
from tests.sound import check

pytestmark = pytest.mark.filterwarnings("error", "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


def test_picking_citizens_with_two_admissions_gives_a_drop_of_44_per_cent_with_no_effect_at_all() -> None:
    found = estimates.selection_drop(0.5, 0.6, 2)
    assert_allclose(found, [2.69, 1.50, 0.556], atol=0.005)
    assert 1 - found.ratio == pytest.approx(0.44, abs=0.005)


def test_picking_everybody_gives_no_drop_and_harder_picking_a_larger_one() -> None:
    assert_allclose(estimates.selection_drop(0.5, 0.6, 0), [0.5, 0.5, 1.0])
    ratios = [estimates.selection_drop(0.5, 0.6, at_least).ratio for at_least in (1, 2, 3)]
    alike = [estimates.selection_drop(0.5, shape, 2).ratio for shape in (0.3, 0.6, 5.0)]
    assert 1 > ratios[0] > ratios[1] > ratios[2]
    assert alike[0] > alike[1] > alike[2], "the less citizens differ, the more of a bad year is luck"
    with pytest.raises(DataError):
        estimates.selection_drop(0.0, 0.6, 2)


def population(n: int = 20_000, seed: int = 10) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    own, years = generator.gamma(0.6, 0.5 / 0.6, n), generator.choice([0.5, 1.0], n)
    frame = pd.DataFrame({"before": generator.poisson(own * years), "after": generator.poisson(own), "years": years, "later": 1.0})
    return frame.assign(enrolled=frame["before"] >= 2)


METER = {"enrolled": "enrolled", "exposure": "years", "after": "after", "exposure_after": "later"}


def test_the_meter_expects_what_happens_to_the_enrolled_when_nothing_is_done() -> None:
    found = check(estimates.regression_to_mean(population(), **METER))
    assert found.beyond.low < 1 < found.beyond.high
    assert found.expected.value == pytest.approx(found.observed.value / found.beyond.value)
    assert found.observed.high < 0.8, "the naive before/after sees a large effect"
    assert (found.expected.low, found.expected.reasons) == (None, ("selection_alone",)) and "selected_on_outcome" in found.observed.cautions
    assert (found.mean, found.shape) == (pytest.approx(0.5, rel=0.05), pytest.approx(0.6, rel=0.1))


def test_what_a_programme_does_beyond_selection_is_found() -> None:
    generator = np.random.default_rng(2)
    treated = population().assign(after=lambda f: np.where(f["enrolled"], generator.binomial(f["after"], 0.7), f["after"]))
    assert check(estimates.regression_to_mean(treated, **METER)).beyond.value == pytest.approx(0.7, abs=0.05)


def test_the_meter_needs_counts_of_everybody_eligible() -> None:
    for change, said in (
        ({"enrolled": True}, "Give everybody eligible"), ({"before": 0.5}, "not whole"),
        ({"before": lambda f: f["before"] * ~f["enrolled"]}, "no event"), ({"years": 0.0}, "years is not above 0"),
        ({"before": np.nan}, "before is missing"),
    ):  # fmt: skip
        with pytest.raises(DataError, match=said):
            estimates.regression_to_mean(population(500).assign(**change), **METER)
    silent = check(estimates.regression_to_mean(population(500).assign(after=0), **METER))
    assert silent.observed.value is None and "zero_events" in silent.observed.cautions


def test_equal_citizens_regress_all_the_way() -> None:
    generator = np.random.default_rng(3)
    frame = pd.DataFrame({"before": generator.poisson(1.0, 4000)})
    found = check(estimates.regression_to_mean(frame.assign(enrolled=frame["before"] >= 2), enrolled="enrolled"))
    assert found.expected_rate == pytest.approx(found.mean, rel=0.1) and found.observed is None


def followed() -> pd.DataFrame:
    """Death at the same rate for everybody; a programme that starts some time after entry, for those still there."""
    generator = np.random.default_rng(11)
    n = 6000
    death, wish = generator.exponential(700, n), generator.uniform(0, 600, n)
    end = np.minimum(np.ceil(death), 730)
    willing = generator.random(n) < 0.6
    joined = np.where(willing & (wish < end), np.floor(wish), np.nan)
    entry = pd.Timestamp("2014-01-01")
    return pd.DataFrame(
        {"entry": entry, "exit": entry + pd.to_timedelta(end, unit="D"), "enrolled": entry + pd.to_timedelta(joined, unit="D"), "died": death <= 730}
    )


AUDIT = {"entry": "entry", "exit": "exit", "enrolled": "enrolled", "event": "died"}


def test_counting_the_wait_as_exposed_makes_a_programme_without_effect_look_lifesaving() -> None:
    found = check(estimates.immortal_time_audit(followed(), **AUDIT))
    assert found.split.low < 1 < found.split.high and found.naive.high < 0.7
    assert found.bias == pytest.approx(found.naive.value / found.split.value) and 0 < found.share < 1
    assert "immortal_time" in found.naive.cautions and "immortal_time" not in found.split.cautions
    days = (followed()["enrolled"] - followed()["entry"]).dt.days
    assert found.immortal_years == pytest.approx(days.sum() / 365.25) and found.n_enrolled == days.notna().sum()


def test_dates_and_days_are_the_same_and_enrolment_at_entry_is_no_wait() -> None:
    frame = followed()
    start = pd.Timestamp("2014-01-01")
    days = frame.assign(**{name: (frame[name] - start).dt.days for name in ("entry", "exit", "enrolled")})
    plain, other = (estimates.immortal_time_audit(f, **AUDIT) for f in (frame, days))
    assert (plain.naive.value, plain.immortal_years) == (pytest.approx(other.naive.value), pytest.approx(other.immortal_years))
    none = check(estimates.immortal_time_audit(frame.assign(enrolled=frame["entry"].where(frame["enrolled"].notna())), **AUDIT))
    assert none.immortal_years == 0 and none.bias == 1 and none.naive.cautions == ()


def test_dates_that_cannot_be_are_refused_and_exposed_time_before_enrolment_too() -> None:
    frame = followed()
    for change, said in (
        ({"exit": frame["entry"]}, "exit is not after entry in 6000"),
        ({"enrolled": frame["exit"] + pd.Timedelta(days=1)}, "enrolled is after exit in 6000"),
        ({"enrolled": pd.NaT}, "Nobody is enrolled"), ({"entry": pd.NaT}, "entry is missing in 6000"),
    ):  # fmt: skip
        with pytest.raises(DataError, match=said):
            estimates.immortal_time_audit(frame.assign(**change), **AUDIT)
    time = pd.DataFrame({"start": [0, 10, 0], "treated": [False, True, False], "enrolled": [10.0, 10.0, np.nan]})
    estimates.check_exposed_time(time, start="start", treated="treated", enrolled="enrolled")
    with pytest.raises(DataError, match="2 of 3 rows count time before enrolment"):
        estimates.check_exposed_time(time.assign(treated=True), start="start", treated="treated", enrolled="enrolled")
    no_death = check(estimates.immortal_time_audit(frame.assign(died=False), **AUDIT))
    assert no_death.naive.value is None and no_death.bias is None


def survey(n: int = 300, seed: int = 12) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    x = generator.normal(size=n)
    treated = generator.integers(0, 2, n)
    frame = pd.DataFrame({"treated": treated, "x": x, "y": x + 0.5 * treated + generator.normal(size=n), "alone": (x > 0).astype(float)})
    frame.loc[generator.random(n) < 1 / (1 + np.exp(1 - frame["y"])), "x"] = np.nan
    frame.loc[generator.random(n) < 0.1, "alone"] = np.nan
    return frame


def test_imputed_copies_keep_what_is_known_fill_what_is_not_and_repeat_with_the_seed() -> None:
    frame = survey()
    options = {"columns": ["x", "alone"], "auxiliary": ["treated", "y"], "imputations": 3, "iterations": 3, "seed": 1}
    copies, again = (estimates.impute_chained(frame, **options) for _ in range(2))
    known = frame["x"].notna()
    for copy, same in zip(copies, again, strict=True):
        assert not copy.isna().to_numpy().any() and (copy.loc[known, "x"] == frame.loc[known, "x"]).all() and copy.equals(same)
        assert set(copy["alone"]) == {0.0, 1.0} and list(copy.columns) == list(frame.columns)
    assert not copies[0]["x"].equals(copies[1]["x"]) and frame["x"].isna().any(), "the frame itself is left as it was"


def test_imputation_with_the_outcome_takes_out_the_bias_of_leaving_rows_out() -> None:
    frame = survey(1500)
    complete = frame.assign(w=1.0).dropna()

    def mean_of_x(copy: pd.DataFrame) -> estimates.Estimate:
        against_zero = pd.concat([copy.assign(g=1), pd.DataFrame({"x": [0.0], "g": [0]})])
        return estimates.weighted_difference(against_zero, outcome="x", treated="g", weights=np.ones(len(copy) + 1))

    found = check(estimates.with_imputation(frame, mean_of_x, columns=["x"], auxiliary=["treated", "y"], imputations=5, iterations=3))
    assert abs(found.value) < abs(complete["x"].mean()) / 2 and "values_imputed" in found.cautions and 0 < found.facts["missing_information"] < 1


def test_a_complete_frame_is_copied_and_pooling_equal_copies_changes_nothing() -> None:
    frame = survey().assign(x=1.0 * np.arange(300), alone=0.0, w=1.0)
    copies = estimates.impute_chained(frame, columns=["x"], auxiliary=["y"], imputations=2)
    assert all(copy.equals(frame) for copy in copies)
    own = estimates.weighted_difference(frame, outcome="y", treated="treated", weights="w")
    pooled = estimates.pool_imputations([own, own, own])
    assert (pooled.value, pooled.se, pooled.low) == (pytest.approx(own.value), pytest.approx(own.se), pytest.approx(own.low))
    assert pooled.facts["missing_information"] == 0


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        ({"x": np.nan}, {}, "known in 0 of 300"),
        ({"x": np.inf}, {}, "x is infinite"),
        ({"x": "a"}, {}, "not a number"),
        ({"y": 1.0}, {}, "y does not vary"),
        ({"y": np.nan}, {}, "y is missing"),
        ({}, {"imputations": 1}, "At least 2 imputations"),
        ({}, {"auxiliary": []}, "One column alone"),
    ],
)
def test_what_cannot_be_imputed_is_refused(change: dict, options: dict, said: str) -> None:
    with pytest.raises(DataError, match=said):
        estimates.impute_chained(survey().assign(**change), **{"columns": ["x"], "auxiliary": ["y"], **options})


def test_copies_that_cannot_be_pooled_are_refused() -> None:
    own = estimates.weighted_difference(survey(), outcome="y", treated="treated", weights=np.ones(300))
    blank = estimates.Estimate("difference", None, None, None, "weighted_difference", "descriptive")
    ratio = estimates.Estimate("ratio", 1.0, 0.9, 1.1, "", "descriptive", se=0.1)
    for given, said in (([own], "1 imputed copies"), ([own, blank], "1 of 2 copies"), ([own, ratio], "several scales")):
        with pytest.raises(DataError, match=said):
            estimates.pool_imputations(given)


def test_bounds_hold_the_truth_whatever_the_missing_outcomes_were_and_close_where_nothing_is_missing() -> None:
    generator = np.random.default_rng(4)
    full = pd.DataFrame({"treated": np.arange(400) % 2, "y": generator.random(400)})
    truth = full.groupby("treated")["y"].mean().diff().iloc[-1]
    gone = full.assign(y=full["y"].where(full["y"] < 0.8))
    found = check(estimates.missing_outcome_bounds(gone, outcome="y", treated="treated", low=0, high=1))
    assert found.facts["bound_low"] <= truth <= found.facts["bound_high"] and found.low < found.facts["bound_low"]
    assert found.facts["bound_high"] - found.facts["bound_low"] == pytest.approx(2 * found.facts["share_missing"], rel=0.05)
    closed = check(estimates.missing_outcome_bounds(full, outcome="y", treated="treated", low=0, high=1))
    arms = full.groupby("treated")["y"]
    se = np.sqrt((arms.var() / arms.size()).sum())
    assert closed.value == pytest.approx(truth) and closed.high == pytest.approx(truth + 1.959964 * se) and closed.cautions == ()
    for options, said in (({"low": 0.5}, "outside the stated range"), ({"low": 2}, "low must be below high")):
        with pytest.raises(DataError, match=said):
            estimates.missing_outcome_bounds(full, **{"outcome": "y", "treated": "treated", "low": 0, "high": 1, **options})
