"""Time to event against R's survival and cmprsk (r/survival.R), to 1e-8: both sides are closed-form or solved to the last digit."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt.estimates import cumulative_incidence, incidence_difference, kaplan_meier, recurrent_events
from tests.reference.frozen import frozen

R = frozen("survival")
ON_TIME = pd.DataFrame({"citizen_id": range(150), "entry": 0, "exit": R["spells"]["exit"], "event": R["spells"]["event"]})
LATE = ON_TIME.assign(entry=R["spells"]["entry"])


def close(found: pd.DataFrame, expected: dict, *columns: str) -> None:
    for column in columns:
        assert_allclose(found[column], expected[column], rtol=1e-8, err_msg=column)


@pytest.mark.parametrize(("event", "key"), [(1, "survfit_event"), (2, "survfit_death")])
def test_cumulative_incidence_and_its_jackknife_error_are_those_of_survfit(event: int, key: str) -> None:
    close(cumulative_incidence(ON_TIME, at=R["at"], event=event), R[key], "estimate", "se", "low", "high", "at_risk")


@pytest.mark.parametrize(("interval", "key"), [("log-log", "survfit_loglog"), ("plain", "survfit_plain")])
def test_the_other_intervals_are_those_of_survfit_too(interval: str, key: str) -> None:
    close(cumulative_incidence(ON_TIME, at=R["at"], interval=interval), R[key], "estimate", "se", "low", "high")


def test_late_entry_gives_what_survfit_gives_for_start_and_stop() -> None:
    close(cumulative_incidence(LATE, at=R["late_at"]), R["survfit_late"], "estimate", "se", "low", "high", "at_risk")


@pytest.mark.parametrize(("event", "key"), [(1, "cuminc_event"), (2, "cuminc_death")])
def test_aalens_variance_is_that_of_cmprsk(event: int, key: str) -> None:
    found = cumulative_incidence(ON_TIME, at=R["at"], event=event, variance="aalen")
    assert_allclose(found["estimate"], R[key]["estimate"], rtol=1e-8)
    assert_allclose(found["se"] ** 2, R[key]["variance"], rtol=1e-8)


@pytest.mark.parametrize(
    ("spells", "at", "interval", "key"), [(ON_TIME, "at", "log", "km"), (ON_TIME, "at", "log-log", "km_loglog"), (LATE, "late_at", "log", "km_late")]
)
def test_kaplan_meier_is_survfit_with_greenwoods_error(spells: pd.DataFrame, at: str, interval: str, key: str) -> None:
    found = kaplan_meier(spells.assign(event=spells["event"].eq(1).astype(int)), at=R[at], interval=interval)
    close(found, R[key], "estimate", "se", "low", "high", "at_risk")


def test_recurrent_events_are_coxph_with_efron_ties_and_cluster() -> None:
    found = recurrent_events(pd.DataFrame(R["recurrent"]), covariates=["treated", "age"])
    close(found, R["andersen_gill"], "coefficient", "se_naive", "se_robust")


def test_the_interval_of_a_ratio_is_robust_and_normal_on_the_log_scale() -> None:
    found = recurrent_events(pd.DataFrame(R["recurrent"]), covariates=["treated", "age"], level=0.9)
    coefficient, se = (np.array(R["andersen_gill"][name]) for name in ("coefficient", "se_robust"))
    assert_allclose(found["ratio"], np.exp(coefficient), rtol=1e-8)
    assert_allclose(found["low"], np.exp(coefficient - 1.6448536269514722 * se), rtol=1e-8)
    assert_allclose(found["high"], np.exp(coefficient + 1.6448536269514722 * se), rtol=1e-8)
    assert_allclose(found["p"], [2 * NormalDist().cdf(-abs(z)) for z in coefficient / se], rtol=1e-8)


def test_errors_may_be_robust_by_another_column() -> None:
    spells = pd.DataFrame(R["recurrent"])
    by_town = recurrent_events(spells.assign(town=spells["citizen_id"] % 9), covariates=["treated"], cluster="town")
    by_citizen = recurrent_events(spells, covariates=["treated"])
    assert by_town["coefficient"][0] == by_citizen["coefficient"][0] and by_town["se_naive"][0] == by_citizen["se_naive"][0]
    assert by_town["se_robust"][0] != pytest.approx(by_citizen["se_robust"][0], rel=1e-3)


def test_before_the_first_event_nothing_is_uncertain() -> None:
    few = pd.DataFrame({"citizen_id": [1, 2, 3], "entry": [0.0, 0.0, 1.5], "exit": [2.0, 3.0, 4.0], "event": [1, 2, 0]})
    for variance in ("jackknife", "aalen"):
        found = cumulative_incidence(few, at=[0, 1], variance=variance)
        assert found[["time", "estimate", "low", "high", "se", "at_risk"]].to_numpy().tolist() == [[0, 0, 0, 0, 0, 2], [1, 0, 0, 0, 0, 2]]
    found = kaplan_meier(few.assign(event=[1, 0, 0]), at=[0, 1.5, 2])
    assert found["estimate"].tolist() == pytest.approx([1, 1, 2 / 3])
    assert found["se"].tolist() == pytest.approx([0, 0, (2 / 27) ** 0.5])
    assert found["at_risk"].tolist() == [2, 2, 3]


def test_a_curve_that_has_fallen_to_nothing_keeps_the_uncertainty_from_just_before() -> None:
    few = pd.DataFrame({"citizen_id": [1, 2, 3], "entry": 0.0, "exit": [1.0, 2.0, 3.0], "event": 1})
    before, after = kaplan_meier(few, at=[2, 3]).to_dict("records")
    assert before["estimate"] == pytest.approx(1 / 3) and 0 < before["low"] < 1 / 3 < before["high"] <= 1
    assert (after["estimate"], after["low"], after["high"], after["se"]) == (0.0, 0.0, before["high"], before["se"])


def test_everybody_at_once_leaves_no_doubt() -> None:
    together = pd.DataFrame({"citizen_id": [1, 2, 3], "entry": 0.0, "exit": 2.0, "event": 1})
    for variance in ("jackknife", "aalen"):
        found = cumulative_incidence(together, at=2, variance=variance).iloc[0]
        assert (found["estimate"], found["se"], found["low"], found["high"]) == (1.0, 0.0, 1.0, 1.0)


def test_the_difference_of_two_arms_adds_their_variances() -> None:
    both = LATE.assign(treated=np.arange(150) % 3 == 0)
    arms = [cumulative_incidence(both[both["treated"] == arm], at=30, event=2).iloc[0] for arm in (True, False)]
    found = incidence_difference(both, at=30, event=2)
    assert found.value == pytest.approx(arms[0]["estimate"] - arms[1]["estimate"], rel=1e-12)
    assert found.se == pytest.approx(np.hypot(arms[0]["se"], arms[1]["se"]), rel=1e-12)
    assert (found.low, found.high) == pytest.approx((found.value - 1.959964 * found.se, found.value + 1.959964 * found.se), rel=1e-6)
    assert (found.n_citizens, found.n_events) == (150, sum(event == 2 for event in R["spells"]["event"]))


def test_with_nobody_censored_the_incidence_is_the_share_and_its_error_binomial() -> None:
    whole = ON_TIME.assign(event=ON_TIME["event"].replace(0, 2))
    share = ((whole["exit"] <= 30) & (whole["event"] == 1)).mean()
    found = cumulative_incidence(whole, at=30).iloc[0]
    assert (found["estimate"], found["se"]) == pytest.approx((share, (share * (1 - share) / 150) ** 0.5), rel=1e-10)


def test_the_order_of_rows_and_the_names_of_citizens_do_not_matter() -> None:
    spells = pd.DataFrame(R["recurrent"])
    mixed = spells.assign(citizen_id=1000 - spells["citizen_id"]).sample(frac=1, random_state=1)
    expected = recurrent_events(spells, covariates=["treated", "age"])
    assert_allclose(recurrent_events(mixed, covariates=["treated", "age"]).drop(columns="name"), expected.drop(columns="name"), rtol=1e-9)


def test_cutting_a_spell_in_two_changes_nothing() -> None:
    whole = LATE[LATE["exit"] - LATE["entry"] > 2]
    half = (whole["entry"] + whole["exit"]) / 2 // 1 + 0.5
    cut = pd.concat([whole.assign(exit=half, event=0), whole.assign(entry=half)])
    expected = cumulative_incidence(whole, at=R["late_at"])
    assert_allclose(cumulative_incidence(cut, at=R["late_at"]), expected, rtol=1e-10)
    ag = pd.DataFrame(R["recurrent"])
    ag = ag[ag["exit"] - ag["entry"] > 2]
    middle = ag["entry"] + 1.5
    twice = pd.concat([ag.assign(exit=middle, event=0), ag.assign(entry=middle)])
    columns = ["coefficient", "se_naive", "se_robust"]
    one, two = (recurrent_events(frame, covariates=["treated"])[columns].to_numpy() for frame in (ag, twice))
    assert_allclose(two, one, rtol=1e-9)
    assert np.isfinite(one).all()
