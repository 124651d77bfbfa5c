"""The primary estimator: what it recovers, what it leaves out, what it claims."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt.errors import DataError
from effekt.estimates import controlled_time_series, pool, shared_variance
from effekt.estimates.controlled import ControlledChange
from tests.properties.estimate_frames import MONTHS, START, certain_region, region

pytestmark = pytest.mark.filterwarnings("error", "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
FEW = {"min_citizens": 5, "min_events": 1}


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return region(1)


@pytest.fixture(scope="module")
def change(frame: pd.DataFrame) -> ControlledChange:
    return controlled_time_series(frame, start=START)


def rows_model(frame: pd.DataFrame):
    """The same model on the rows, in statsmodels, clustered by citizen without small-sample factor."""
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    month = (frame["month"].dt.year - START.year) * 12 + frame["month"].dt.month - START.month
    treated = frame["treated"]
    rows = frame[~(treated & month.between(0, 2))]
    month, treated = month[rows.index], treated[rows.index]
    dummies = pd.get_dummies(rows["unit"], dtype=float).join(pd.get_dummies(rows["month"].astype(str), dtype=float).iloc[:, 1:])
    exposed = (treated & (month >= 0)).astype(float)
    design = np.column_stack([dummies, exposed, exposed * (month - 12) / 12])
    model = GLM(rows["events"].to_numpy(), design, family=Poisson(), offset=np.log(rows["exposure"].to_numpy()))
    return model.fit(cov_type="cluster", cov_kwds={"groups": rows["citizen_id"].to_numpy(), "use_correction": False}, tol=1e-13, maxiter=200)


def test_cells_give_the_coefficients_and_citizen_robust_errors_of_the_rows(frame: pd.DataFrame, change: ControlledChange) -> None:
    fit = rows_model(frame)
    assert_allclose((np.log(change.effect.value), np.log(change.slope.value)), fit.params[-2:], rtol=1e-6)
    assert_allclose((change.effect.se, change.slope.se), fit.bse[-2:], rtol=1e-6)
    at_start = np.array([1.0, -1.0])
    assert_allclose(np.log(change.step.value), at_start @ fit.params[-2:], rtol=1e-6)
    assert_allclose(change.step.se, np.sqrt(at_start @ fit.cov_params()[-2:, -2:] @ at_start), rtol=1e-6)


def test_without_chance_the_planted_step_slope_and_series_come_out_exactly() -> None:
    frame = certain_region(step=0.8, yearly=1.1)
    found = controlled_time_series(frame, start=START, **FEW)
    assert (found.effect.value, found.slope.value, found.step.value) == pytest.approx((0.8, 1.1, 0.8 / 1.1), rel=1e-8)
    own = frame[frame["treated"]]
    months = (own["month"].dt.year - START.year) * 12 + own["month"].dt.month - START.month
    planted = np.where(months >= 0, 0.8 * 1.1 ** ((months - 12) / 12), 1.0)
    by_month = own.assign(without=own["events"] / planted).groupby("month")[["without", "events", "exposure"]].sum()
    assert_allclose(found.counterfactual["rate"], by_month["without"] / by_month["exposure"], rtol=1e-8)
    assert_allclose(found.counterfactual["observed"], by_month["events"] / by_month["exposure"], rtol=1e-8)
    used = by_month[by_month.index >= MONTHS[27]]
    assert found.events_avoided.value == pytest.approx((used["without"] - used["events"]).sum(), rel=1e-7)


def test_the_horizon_is_where_the_ratio_is_stated() -> None:
    frame = certain_region(step=0.8, yearly=1.1)
    later = controlled_time_series(frame, start=START, horizon=18, **FEW)
    assert later.effect.value == pytest.approx(0.8 * 1.1**0.5, rel=1e-8)


def test_months_of_the_phase_in_and_of_an_earlier_effort_are_left_out_of_the_programme_alone(frame: pd.DataFrame) -> None:
    dirty = [(MONTHS[3], MONTHS[8])]
    left_out = frame["month"].between(MONTHS[3], MONTHS[8]) | frame["month"].between(MONTHS[24], MONTHS[26])
    base = controlled_time_series(frame, start=START, contaminated=dirty)
    moved = frame.assign(events=np.where(left_out & frame["treated"], 5, frame["events"]))
    again = controlled_time_series(moved, start=START, contaminated=dirty)
    assert (again.effect.value, again.effect.se) == pytest.approx((base.effect.value, base.effect.se), rel=1e-9)
    comparison = frame.assign(events=np.where(left_out & ~frame["treated"], 5, frame["events"]))
    assert controlled_time_series(comparison, start=START, contaminated=dirty).effect.value != pytest.approx(base.effect.value, rel=1e-3)
    assert base.n_months_before == 24 - 6 and base.n_months_after == 24 - 3
    assert base.counterfactual.set_index("month")["used"].loc[[MONTHS[3], MONTHS[8], MONTHS[24], MONTHS[26]]].tolist() == [False] * 4
    assert base.counterfactual["used"].sum() == 18 + 21
    assert "contaminated_left_out" in base.effect.reasons and base.effect.facts["contaminated_months"] == 6


def test_influences_of_citizens_add_up_to_the_variance_and_to_nothing(change: ControlledChange) -> None:
    assert np.sqrt((change.influence**2).sum()) == pytest.approx(change.effect.se, rel=1e-12)
    assert change.influence.sum() == pytest.approx(0.0, abs=1e-9)
    assert change.influence.index.is_unique and len(change.influence) == change.effect.n_citizens


def test_counts_under_the_number_are_those_of_the_months_used(frame: pd.DataFrame, change: ControlledChange) -> None:
    used = frame[~(frame["treated"] & frame["month"].between(MONTHS[24], MONTHS[26]))]
    facts = change.effect.facts
    assert (change.effect.n_events, change.effect.n_citizens) == (used["events"].sum(), used["citizen_id"].nunique())
    assert change.effect.exposure == pytest.approx(used["exposure"].sum())
    own = used[used["treated"]]
    assert facts["n_events_before"] == own.loc[own["month"] < START, "events"].sum() and facts["n_events_treated"] == own["events"].sum()
    assert facts["n_citizens_treated"] == own["citizen_id"].nunique()


def test_names_come_from_the_frame(change: ControlledChange) -> None:
    for estimate in (change.effect, change.step, change.slope, change.pretrend, change.events_avoided):
        assert (estimate.outcome, estimate.unit, estimate.measure_unit) == ("adm_acute", "vest", "per_person_year")


def test_an_untreated_comparison_with_two_quiet_years_before_is_identified(change: ControlledChange) -> None:
    assert change.effect.claim == "identified" and change.effect.contrast == "programme_comparison"
    assert change.effect.reasons == ("comparison_untreated", "enough_months_before", "pretrend_not_rejected", "phase_in_left_out")


@pytest.mark.parametrize("exposure", ["same_initiative", "unknown"])
def test_a_comparison_with_the_same_initiative_describes_only(frame: pd.DataFrame, exposure: str) -> None:
    found = controlled_time_series(frame, start=START, comparison_exposure=exposure).effect
    assert found.claim == "descriptive" and found.contrast == "programme_other_effort" and f"comparison_{exposure}" in found.reasons


def test_a_programme_that_drifted_before_its_start_describes_only(frame: pd.DataFrame) -> None:
    early = frame["treated"] & (frame["month"] < MONTHS[12])
    drifting = frame.assign(events=frame["events"] + np.where(early & (frame["citizen_id"] % 3 == 0), 1, 0))
    found = controlled_time_series(drifting, start=START)
    assert found.pretrend.p < 0.05 and found.effect.claim == "descriptive" and "pretrend_rejected" in found.effect.reasons


def test_too_few_months_before_describe_only(frame: pd.DataFrame) -> None:
    found = controlled_time_series(frame, start=START, contaminated=[(MONTHS[0], MONTHS[14])])
    assert found.n_months_before == 9 and found.effect.claim == "descriptive"
    assert "few_months_before" in found.effect.reasons and "few_months_before" in found.effect.cautions


def test_an_effect_stated_after_the_data_end_is_extrapolated(frame: pd.DataFrame) -> None:
    found = controlled_time_series(frame, start=START, horizon=36).effect
    assert found.claim == "extrapolated" and "horizon_after_data" in found.cautions


def test_fewer_than_twelve_months_after_give_a_step_only(frame: pd.DataFrame) -> None:
    found = controlled_time_series(frame[frame["month"] < MONTHS[38]], start=START)
    assert found.n_months_after == 11 and "level_only" in found.effect.cautions
    assert found.slope.value is None and found.step.value == pytest.approx(found.effect.value)


def test_the_interval_is_wider_where_the_pretrend_found_may_go_on(change: ControlledChange) -> None:
    facts = change.effect.facts
    assert facts["bound_low"] < change.effect.low < change.effect.high < facts["bound_high"]
    years = (24 + 12 - np.arange(24).mean()) / 12
    assert facts["bound_high"] / change.effect.high == pytest.approx(np.exp(abs(np.log(change.pretrend.value)) * years), rel=1e-9)
    assert facts["pretrend_detectable"] == pytest.approx(np.exp((1.959964 + 0.841621) * change.pretrend.se), rel=1e-5)


def test_shocks_to_whole_municipalities_are_seen_in_the_errors_by_unit() -> None:
    quiet, shaken = (controlled_time_series(region(8, citizens=1500, comparison_units=9, shock=shock), start=START).effect for shock in (0.0, 0.15))
    assert "errors_differ_by_level" not in quiet.cautions and 0.4 < quiet.facts["se_by_unit"] / quiet.se < 1.5
    assert "errors_differ_by_level" in shaken.cautions and shaken.facts["se_by_unit"] > 1.5 * shaken.se


def test_units_and_months_without_any_event_change_nothing_but_are_told(frame: pd.DataFrame, change: ControlledChange) -> None:
    extra = frame[frame["unit"] == "0708"].assign(unit="0999", events=0, citizen_id=lambda rows: rows["citizen_id"] + 90_000)
    found = controlled_time_series(pd.concat([frame, extra]), start=START)
    assert found.effect.value == pytest.approx(change.effect.value, rel=1e-9)
    assert "units_without_events" in found.effect.cautions and found.effect.facts["n_units_without_events"] == 1


@pytest.mark.parametrize(
    ("thinned", "caution"),
    [
        (lambda rows: rows.assign(events=np.where(rows["treated"] & (rows["month"] >= START), 0, rows["events"])), "too_few_events"),
        (lambda rows: rows.assign(events=np.where(rows["treated"], rows["events"], 0)), "too_few_events"),
        (lambda rows: rows.assign(events=0), "too_few_events"),
        (lambda rows: rows[~rows["treated"] | (rows["citizen_id"] < 1040)], "too_few_citizens"),
    ],
    ids=["no event after", "no event in the comparison", "no event at all", "a handful of citizens"],
)
def test_too_little_gives_words_instead_of_a_number(frame: pd.DataFrame, thinned, caution: str) -> None:
    found = controlled_time_series(thinned(frame), start=START)
    for estimate in (found.effect, found.step, found.slope, found.pretrend, found.events_avoided):
        assert (estimate.value, estimate.low, estimate.high, estimate.p, estimate.claim) == (None, None, None, None, "descriptive")
        assert caution in estimate.cautions
    assert found.counterfactual["observed"].notna().all() and len(found.counterfactual) == 48


def test_kroner_are_no_count_of_events(frame: pd.DataFrame, change: ControlledChange) -> None:
    cost = frame.assign(events=frame["events"] * 25_000.5)
    cost.attrs["measure_unit"] = "dkk_per_person_year"
    found = controlled_time_series(cost, start=START)
    assert found.effect.n_events is None and not any(key.startswith("n_events") for key in found.effect.facts)
    assert found.effect.value == pytest.approx(change.effect.value, rel=1e-9)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda rows: rows.drop(columns=["exposure", "unit"]), "lacks the columns unit, exposure"),
        (lambda rows: rows.iloc[:0], "no rows"),
        (lambda rows: rows.assign(events=np.where(np.arange(len(rows)) == 7, np.nan, rows["events"])), "events is missing in 1 of"),
        (lambda rows: rows.assign(exposure=np.where(np.arange(len(rows)) < 3, np.inf, rows["exposure"])), "exposure is infinite in 3 of"),
        (lambda rows: rows.assign(events=-rows["events"]), "events is below 0"),
        (lambda rows: rows.assign(treated=rows["citizen_id"] % 2 == 0), "both true and false in 9 units"),
        (lambda rows: rows.assign(treated=True), "no comparison unit"),
        (lambda rows: rows.assign(treated=False), "no programme unit"),
        (lambda rows: rows.assign(treated=2), "neither true nor false"),
        (lambda rows: rows[rows["month"] != MONTHS[20]], "missing one is 2012-09"),
        (lambda rows: rows[rows["month"] >= START], "No month is left before"),
        (lambda rows: rows[rows["month"] < MONTHS[26]], "No month is left after the start in the programme"),
        (lambda rows: rows.assign(unit=rows["unit"].where(rows["unit"] != "0700")), "unit is missing"),
        (lambda rows: rows.assign(month=5), "holds numbers, not dates"),
        (lambda rows: rows.assign(exposure=rows["exposure"].where(rows["unit"] != "0701", 0.0)), "events but no exposure"),
    ],
)
def test_a_frame_that_cannot_be_used_is_refused_in_words(frame: pd.DataFrame, broken, said: str) -> None:
    with pytest.raises(DataError, match=said):
        controlled_time_series(broken(frame), start=START)


def test_an_exposure_of_the_comparison_that_is_no_word_of_the_protocol_is_refused(frame: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="same_initiative"):
        controlled_time_series(frame, start=START, comparison_exposure="some")


def test_shared_variance_is_the_covariance_that_one_comparison_puts_between_two_programmes() -> None:
    one = region(5, citizens=900, treated_units=4, comparison_units=5)
    halves = [one[~one["treated"] | one["unit"].isin(units)] for units in (["0700", "0701"], ["0702", "0703"])]
    changes = [controlled_time_series(half, start=START) for half in halves]
    both = changes[0].influence.to_frame("a").join(changes[1].influence.rename("b"), how="inner")
    assert shared_variance(changes) == pytest.approx((both["a"] * both["b"]).sum(), rel=1e-12) and shared_variance(changes) > 0
    assert shared_variance(changes[:1]) == 0.0
    together = pool([c.effect.named(outcome="x", unit=str(i)) for i, c in enumerate(changes)], tau2="EE", shared_variance=shared_variance(changes))
    apart = pool([c.effect.named(outcome="x", unit=str(i)) for i, c in enumerate(changes)], tau2="EE")
    assert together.se > apart.se and together.effect.claim == "identified"


def test_errors_of_events_avoided_and_of_the_expected_series_are_those_of_leaving_citizens_out() -> None:
    frame = region(6, citizens=140, treated_units=2, comparison_units=2, effect=1.5)

    def numbers(rows: pd.DataFrame) -> np.ndarray:
        found = controlled_time_series(rows, start=START, **FEW)
        return np.array([found.events_avoided.value, *np.log(found.counterfactual["rate"].iloc[[5, 30, 45]]), np.log(found.pretrend.value)])

    whole = controlled_time_series(frame, start=START, **FEW)
    left = np.array([numbers(frame[frame["citizen_id"] != citizen]) for citizen in frame["citizen_id"].unique()])
    jackknife = np.sqrt(((left - left.mean(axis=0)) ** 2).sum(axis=0))
    band = np.log(whole.counterfactual["high"] / whole.counterfactual["low"]).iloc[[5, 30, 45]] / (2 * 1.959964)
    assert_allclose([whole.events_avoided.se, *band, whole.pretrend.se], jackknife, rtol=0.2)
