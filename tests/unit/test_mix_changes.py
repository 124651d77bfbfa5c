"""Each sector's share of the cost before and after, against a comparison, and what came for what was saved: sums that can be checked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from effekt import estimates
from effekt.errors import DataError
from effekt.estimates.group_rates import compare

SECTORS = ["hospital", "practice", "home"]
N = 60


def frame(*, strata: int = 1, seed: int = 7) -> pd.DataFrame:
    """Citizens before and after in both groups; the comparison is there once a stratum."""
    rng = np.random.default_rng(seed)
    rows = []
    for stratum in range(strata):
        for treated in (True, False):
            ids = np.arange(N) + (1000 * (stratum + 1) if treated else 0)
            for after in (False, True):
                use = {name: rng.gamma(0.5, 1000 * (1 + k + after * treated), N) for k, name in enumerate(SECTORS)}
                rows.append(pd.DataFrame({"citizen_id": ids, "cluster": f"c{stratum}", "treated": treated, "after": after, **use}))
    told = pd.concat(rows, ignore_index=True)
    return told.assign(exposure=rng.uniform(0.5, 3.0, len(told)), days=rng.poisson(3, len(told)), hours=rng.poisson(20, len(told)))


def share(rows: pd.DataFrame, sector: str, treated: bool, after: bool) -> float:
    own = rows[(rows["treated"] == treated) & (rows["after"] == after)]
    return own[sector].sum() / own[SECTORS].sum().sum()


def test_a_share_is_of_every_krone_and_the_change_is_beyond_that_of_the_comparison() -> None:
    rows = frame()
    found = estimates.mix_change(rows, sectors=SECTORS)
    by_hand = {name: share(rows, name, True, True) - share(rows, name, True, False) for name in SECTORS}
    other = {name: share(rows, name, False, True) - share(rows, name, False, False) for name in SECTORS}
    for name in SECTORS:
        assert found.changes[name].value == pytest.approx(by_hand[name] - other[name])
        assert found.own.set_index("sector").loc[name, "change"] == pytest.approx(by_hand[name])
        assert found.other.set_index("sector").loc[name, "change"] == pytest.approx(other[name])
    assert sum(one.value for one in found.changes.values()) == pytest.approx(0.0, abs=1e-12)
    assert found.outside.value == pytest.approx(-found.changes["hospital"].value)
    assert found.effect is found.outside and found.outside.claim == "descriptive" and found.outside.contrast == "programme_comparison"
    levels = found.levels[found.levels["sector"].isin(SECTORS)].groupby(["treated", "after"])["share"].sum()
    assert levels.to_list() == pytest.approx([1.0] * 4)


def test_the_error_is_that_of_a_ratio_of_two_totals_robust_by_citizen() -> None:
    rows = frame()
    outside = rows.assign(out=rows["practice"] + rows["home"], exposure=rows[SECTORS].sum(axis=1))
    value, error = compare(outside, "out", "programme_comparison").difference()
    found = estimates.mix_change(rows, sectors=SECTORS).outside
    assert (found.value, found.se) == (pytest.approx(value), pytest.approx(error))


def test_strata_are_averaged_by_the_cost_of_the_programme_and_the_same_comparison_is_no_new_people() -> None:
    rows = frame(strata=2)
    parts = {name: estimates.mix_change(own, sectors=SECTORS).outside for name, own in rows.groupby("cluster")}
    cost = rows[rows["treated"]].groupby("cluster")[SECTORS].sum().sum(axis=1)
    found = estimates.mix_change(rows, sectors=SECTORS, stratum="cluster").outside
    assert found.value == pytest.approx(sum(parts[name].value * cost[name] for name in parts) / cost.sum())
    twice = pd.concat([own.assign(cluster=name, citizen_id=own["citizen_id"]) for name in "ab" for own in [frame()]], ignore_index=True)
    once = estimates.mix_change(frame(), sectors=SECTORS).outside
    same = estimates.mix_change(twice, sectors=SECTORS, stratum="cluster").outside
    assert same.se == pytest.approx(once.se) and same.n_citizens == once.n_citizens == 2 * N


def test_without_a_comparison_it_is_the_programmes_own_change_and_says_so() -> None:
    rows = frame()
    found = estimates.mix_change(rows[rows["treated"]], sectors=SECTORS)
    assert found.changes["home"].value == pytest.approx(share(rows, "home", True, True) - share(rows, "home", True, False))
    assert found.outside.contrast == "after_before" and found.other.empty and found.levels["treated"].all()


def test_a_substitution_is_the_ratio_of_two_changes_per_year_and_not_of_two_levels() -> None:
    rows = frame()

    def rate(column: str, treated: bool, after: bool) -> float:
        own = rows[(rows["treated"] == treated) & (rows["after"] == after)]
        return own[column].sum() / own["exposure"].sum()

    gone = {name: rate(name, True, True) - rate(name, True, False) - rate(name, False, True) + rate(name, False, False) for name in ("days", "hours")}
    found = estimates.substitution_of_changes(rows, less="days", more="hours")
    assert found.facts["difference_less"] == pytest.approx(gone["days"]) and found.facts["difference_more"] == pytest.approx(gone["hours"])
    assert found.value == pytest.approx(-gone["hours"] / gone["days"])
    _, error = compare(rows, "days", "programme_comparison").difference()
    assert (found.low is None) == (abs(gone["days"]) < 1.95 * error)
    assert found.contrast == "programme_comparison" and found.reasons == ("pretrend_not_testable",)


def test_fiellers_interval_holds_the_ratios_that_the_two_changes_do_not_contradict() -> None:
    rows = frame().assign(days=lambda r: 5.0 - 4.0 * (r["treated"] & r["after"]) + 0.3 * r["days"], exposure=1.0)
    found = estimates.substitution_of_changes(rows, less="days", more="hours")
    at_the_end = compare(rows.assign(both=rows["hours"] + found.low * rows["days"] + 1000.0), "both", "programme_comparison").difference()
    assert abs(at_the_end[0] / at_the_end[1]) == pytest.approx(1.96, abs=0.03)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda rows: rows[~(rows["treated"] & rows["after"])], "nothing before or after"),
        (lambda rows: rows.assign(hospital=np.nan), "hospital is missing"),
        (lambda rows: rows.assign(**dict.fromkeys(SECTORS, 0.0)), "nothing before or after"),
    ],
)
def test_a_group_without_cost_is_refused(change, told: str) -> None:
    with pytest.raises(DataError, match=told):
        estimates.mix_change(change(frame()), sectors=SECTORS)


def test_a_substitution_without_a_comparison_is_refused() -> None:
    with pytest.raises(DataError, match="against a comparison"):
        estimates.substitution_of_changes(frame().query("treated"), less="days", more="hours")
