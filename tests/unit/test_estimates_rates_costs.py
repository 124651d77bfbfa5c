"""Rates and costs of two groups or periods: which rows count, what is claimed, what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt import estimates
from effekt.errors import DataError
from effekt.estimates.estimate import Estimate
from tests.properties.estimate_frames import persons as to_persons
from tests.properties.estimate_frames import region

pytestmark = pytest.mark.filterwarnings("error", "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module")
def persons() -> pd.DataFrame:
    return to_persons(region(2))


def rates(frame: pd.DataFrame, value: str = "events") -> dict[tuple[bool, bool], float]:
    totals = frame.groupby(["treated", "after"])[[value, "exposure"]].sum()
    return (totals[value] / totals["exposure"]).to_dict()


def test_both_columns_give_the_change_of_the_programme_against_that_of_the_comparison(persons: pd.DataFrame) -> None:
    rate = rates(persons)
    found = estimates.rate_ratio(persons)
    assert found.value == pytest.approx(rate[True, True] / rate[True, False] / (rate[False, True] / rate[False, False]))
    assert (found.contrast, found.claim, found.reasons) == ("programme_comparison", "descriptive", ("pretrend_not_testable",))
    assert (found.n_citizens, found.n_events) == (persons["citizen_id"].nunique(), persons["events"].sum())
    gap = estimates.rate_difference(persons)
    assert gap.value == pytest.approx(rate[True, True] - rate[True, False] - rate[False, True] + rate[False, False])


def test_after_before_is_the_programmes_own_citizens(persons: pd.DataFrame) -> None:
    rate = rates(persons)
    own = persons[persons["treated"]]
    frames = {"after_before": persons, None: own}
    for found in (*(estimates.rate_ratio(frame, contrast=name) for name, frame in frames.items()), estimates.rate_ratio(own.drop(columns="treated"))):
        assert found.value == pytest.approx(rate[True, True] / rate[True, False])
        assert (found.contrast, found.claim, found.reasons) == ("after_before", "descriptive", ("no_comparison",))
        assert found.n_citizens == own["citizen_id"].nunique()


def test_group_group_is_the_time_after_the_start(persons: pd.DataFrame) -> None:
    rate, found = rates(persons), estimates.rate_ratio(persons, contrast="group_group")
    assert found.value == pytest.approx(rate[True, True] / rate[False, True])
    assert (found.contrast, found.reasons) == ("group_group", ("groups_may_differ",))


def test_repeated_events_of_the_same_citizens_widen_the_interval(persons: pd.DataFrame) -> None:
    by_citizen, as_poisson = estimates.rate_ratio(persons), estimates.rate_ratio(persons.drop(columns="citizen_id"))
    assert by_citizen.value == pytest.approx(as_poisson.value) and by_citizen.se > 1.1 * as_poisson.se
    assert "counts_taken_as_poisson" in as_poisson.cautions and as_poisson.n_citizens is None


def test_splitting_a_citizens_rows_changes_nothing(persons: pd.DataFrame) -> None:
    half = persons.assign(exposure=persons["exposure"] / 2)
    split = pd.concat([half, half.assign(events=0)])
    one, two = estimates.rate_ratio(persons), estimates.rate_ratio(split)
    assert (one.value, one.se) == pytest.approx((two.value, two.se), rel=1e-12)


def test_a_citizen_with_time_in_both_arms_is_told(persons: pd.DataFrame) -> None:
    citizen = persons.loc[persons["treated"], "citizen_id"].iloc[0]
    moved = pd.concat([persons, persons[persons["citizen_id"] == citizen].assign(treated=False)])
    found = estimates.rate_ratio(moved)
    assert "moved_between_arms" in found.cautions and found.facts["n_moved"] == 1
    assert estimates.cost_ratio(moved).facts["n_moved"] == 1


def test_no_event_on_a_side_gives_no_ratio_but_an_exact_limit(persons: pd.DataFrame) -> None:
    none = persons.assign(events=np.where(persons["after"], 0, persons["events"]))
    own = none[none["treated"]]
    found = estimates.rate_ratio(own)
    assert (found.value, found.low, found.high, found.p) == (None, None, None, None) and "zero_events" in found.cautions
    exact = estimates.rate_ratio(own, exact=True)
    assert exact.value == 0 and exact.low == 0 and 0 < exact.high < 1 and exact.n_citizens == own["citizen_id"].nunique()
    nothing = estimates.rate_ratio(own.assign(events=0), exact=True)
    assert nothing.value is None and "zero_events" in nothing.cautions


@pytest.mark.parametrize("estimator", [estimates.rate_ratio, estimates.rate_difference])
@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda rows: rows.drop(columns=["after", "treated"]), "neither a column after nor"),
        (lambda rows: rows.drop(columns="events"), "lacks the column events"),
        (lambda rows: rows.assign(events=np.nan), "events is missing"),
        (lambda rows: rows.assign(exposure=np.where(rows["after"], 0.0, rows["exposure"])), "have no exposure"),
        (lambda rows: rows.assign(exposure=-1.0), "exposure is below 0"),
        (lambda rows: rows.assign(after=True, treated=True), "needs a column treated that is true in some rows"),
        (lambda rows: rows.assign(citizen_id=None), "citizen_id is missing"),
    ],
)
def test_persons_that_cannot_be_compared_are_refused(persons: pd.DataFrame, estimator, broken, said: str) -> None:
    with pytest.raises(DataError, match=said):
        estimator(broken(persons))


def test_an_exact_ratio_needs_two_groups_and_whole_events(persons: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="two groups"):
        estimates.rate_ratio(persons, exact=True)
    with pytest.raises(DataError, match="whole numbers"):
        estimates.rate_ratio(persons.assign(events=persons["events"] + 0.5), exact=True, contrast="after_before")
    for events, exposure in (((1, 2, 3), (1, 1)), ((1.5, 2), (1, 1)), ((-1, 2), (1, 1)), ((1, 2), (0, 1)), ((1, 2), (1, np.inf))):
        with pytest.raises(DataError):
            estimates.exact_rate_ratio(events, exposure)
    with pytest.raises(DataError, match="p_rule"):
        estimates.exact_rate_ratio((1, 2), (1, 1), p_rule="mid")


def test_costs_use_the_same_rows(persons: pd.DataFrame) -> None:
    rate = rates(persons, "cost_dkk")
    ratio, gap, means = estimates.cost_ratio(persons), estimates.cost_difference(persons), estimates.mean_costs(persons)
    assert ratio.value == pytest.approx(rate[True, True] / rate[True, False] / (rate[False, True] / rate[False, False]))
    assert gap.value == pytest.approx(rate[True, True] - rate[True, False] - rate[False, True] + rate[False, False])
    told = (means.comparison_before, means.comparison_after, means.before, means.after)
    assert_allclose([mean.value for mean in told], [rate[False, False], rate[False, True], rate[True, False], rate[True, True]])
    assert all(mean.scale == "mean" and mean.p is None and mean.claim == "descriptive" for mean in told)
    own = estimates.mean_costs(persons[persons["treated"]].drop(columns="treated"))
    assert own.comparison_before is None and own.before.value == pytest.approx(rate[True, False])
    assert (ratio.n_events, gap.n_events) == (None, None)


def test_a_citizen_without_cost_is_in_the_mean(persons: pd.DataFrame) -> None:
    free = persons.assign(cost_dkk=0.0, citizen_id=persons["citizen_id"] + 50_000)
    assert estimates.mean_cost(pd.concat([persons, free])).value == pytest.approx(estimates.mean_cost(persons).value / 2)


def test_no_cost_at_all_is_words_and_not_a_number(persons: pd.DataFrame) -> None:
    nothing = persons.assign(cost_dkk=0.0)
    assert estimates.cost_ratio(nothing).value is None and "zero_events" in estimates.cost_ratio(nothing).cautions
    for flat in (estimates.cost_difference(nothing), estimates.mean_cost(nothing)):
        assert (flat.value, flat.low, flat.high) == (0.0, None, None) and "perfect_fit" in flat.cautions
    with pytest.raises(DataError, match="nobody was there"):
        estimates.mean_cost(persons.assign(exposure=0.0))


def drawn(persons: pd.DataFrame, **options) -> Estimate:
    given = {"value": "cost_dkk", "exposure": "exposure", "after": "after", "seed": 1, "replicates": 2000} | options
    return estimates.bootstrap_mean_difference(persons, **given)


def test_the_bootstrap_draws_citizens_whole(persons: pd.DataFrame) -> None:
    found, closed = drawn(persons), estimates.cost_difference(persons)
    assert found.value == pytest.approx(closed.value) and found.se == pytest.approx(closed.se, rel=0.08)
    assert (found.contrast, found.p, found.n_citizens) == ("programme_comparison", None, closed.n_citizens)
    apart = drawn(persons.drop(columns="citizen_id"))
    assert apart.se != pytest.approx(closed.se, rel=0.02) or apart.n_citizens == len(persons)


def test_the_bootstrap_can_draw_municipalities_whole(persons: pd.DataFrame) -> None:
    found = drawn(persons, unit="unit")
    assert found.facts["n_units"] == persons["unit"].nunique() and found.value == pytest.approx(drawn(persons).value)
    assert found.se != pytest.approx(drawn(persons).se, rel=1e-3)


def test_the_same_seed_gives_the_same_interval_and_another_seed_another(persons: pd.DataFrame) -> None:
    assert drawn(persons) == drawn(persons) and drawn(persons, seed=2).low != drawn(persons).low


def test_too_few_to_draw_from_gives_no_interval(persons: pd.DataFrame) -> None:
    one = persons[~persons["treated"] | (persons["citizen_id"] == persons.loc[persons["treated"] & persons["after"], "citizen_id"].iloc[0])]
    if not {(True, False), (True, True)} <= set(zip(one["treated"], one["after"], strict=True)):
        one = pd.concat([one, one[one["treated"]].assign(after=False)])
    found = drawn(one)
    assert found.value is not None and (found.low, found.high, found.se) == (None, None, None) and "too_few_citizens" in found.cautions
    same = drawn(persons.assign(cost_dkk=persons["exposure"]))
    assert same.value == pytest.approx(0, abs=1e-12) and same.low is None or same.low == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"method": "normal"}, "percentile or bca"),
        ({"replicates": 10}, "at least 100"),
        ({"value": "kroner"}, "lacks the column kroner"),
        ({"treated": "citizen_id"}, "neither true nor false"),
        ({"level": 1.2}, "between 0 and 1"),
    ],
)
def test_a_bootstrap_that_cannot_be_is_refused(persons: pd.DataFrame, options: dict, said: str) -> None:
    with pytest.raises(DataError, match=said):
        drawn(persons, **options)


@pytest.mark.parametrize("p", [[0.1, np.nan], [-0.1], [1.1], ["a"], [0.2, None]])
def test_holm_refuses_what_is_no_p(p: list) -> None:
    with pytest.raises(DataError, match="0"):
        estimates.holm(p)


def test_holm_by_hand() -> None:
    assert_allclose(estimates.holm([0.04, 0.01, 0.03, 0.5]), [0.09, 0.04, 0.09, 0.5])
    assert estimates.holm([]).shape == (0,)
