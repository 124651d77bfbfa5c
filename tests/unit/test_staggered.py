"""Staggered starts: a case reckoned by hand, what is left out and said, bands, claims, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt import estimates
from effekt.errors import DataError
from tests.sound import check

pytestmark = pytest.mark.filterwarnings("error", "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


def by_hand() -> pd.DataFrame:
    """Two units start in period 2, one in 3, two never; all numbers whole."""
    y = {"a": [1, 4, 6], "b": [3, 4, 8], "c": [2, 3, 9], "d": [0, 1, 2], "e": [4, 7, 8]}
    start = {"a": 2, "b": 2, "c": 3, "d": np.nan, "e": np.nan}
    return pd.DataFrame([{"unit": u, "period": t + 1, "y": float(v), "start": start[u]} for u, values in y.items() for t, v in enumerate(values)])


def monthly(units: int = 12, months: int = 30, effect: float = -0.2, seed: int = 1) -> pd.DataFrame:
    """Rates of units of which a third starts in month 15, a third in 20."""
    generator = np.random.default_rng(seed)
    month = pd.date_range("2012-01-01", periods=months, freq="MS")
    rows = []
    for unit in range(units):
        start = [15, 20, None][unit % 3]
        rate = 1 + 0.1 * unit + 0.02 * np.arange(months) + effect * (np.arange(months) >= start if start else 0)
        exposure = generator.uniform(200, 300, months)
        rows.append(
            pd.DataFrame({"unit": f"{unit:03d}", "month": month, "events": generator.poisson(rate * exposure), "exposure": exposure,
                          "start": month[start] if start else pd.NaT})
        )  # fmt: skip
    return pd.concat(rows, ignore_index=True)


def test_the_small_case_reckoned_by_hand() -> None:
    """ATT(2,2) = mean(3, 1) - mean(1, 3) = 0. ATT(2,3) = mean(5, 5) - mean(2, 4) = 2. ATT(3,3) = 6 - mean(1, 1) = 5."""
    found = check(estimates.staggered(by_hand(), outcome="y", aggregate="simple")).att_gt.set_index(["group", "period"])
    assert_allclose([found.loc[key, "estimate"] for key in ((2, 2), (2, 3), (3, 3))], [0, 2, 5])
    # ATT(3,2), before the start: c moves 1, the never treated 1 and 3.
    assert found.loc[(3, 2), "estimate"] == pytest.approx(-1)
    # se(2,2): treated deviate by 1 and -1 from their mean (each / 2), the never treated too: sqrt(4 x (1/2)^2) = 1.
    assert found.loc[(2, 2), "se"] == pytest.approx(1.0)
    # se(3,3): the cohort is one unit, the never treated both move by 1: no variation at all.
    assert found.loc[(3, 3), "se"] == 0.0


def test_averages_of_the_small_case() -> None:
    simple, event, group = (estimates.staggered(by_hand(), outcome="y", aggregate=name) for name in ("simple", "event", "group"))
    assert simple.overall.value == pytest.approx((2 * 0 + 2 * 2 + 1 * 5) / 5)
    assert_allclose(event.by_event.set_index("event").loc[[0, 1], "estimate"], [(2 * 0 + 5) / 3, 2])
    assert event.overall.value == pytest.approx((5 / 3 + 2) / 2)
    assert_allclose(group.by_group["estimate"], [1, 5])
    assert group.overall.value == pytest.approx((2 * 1 + 1 * 5) / 3)
    assert simple.by_event is None and simple.by_group is None and event.by_group is None
    assert list(simple.bands.columns) == ["group", "period", "estimate", "low", "high"]


def test_not_yet_treated_units_serve_as_controls_until_they_start() -> None:
    found = estimates.staggered(by_hand(), outcome="y", control="not_yet", aggregate="simple").att_gt.set_index(["group", "period"])
    assert found.loc[(2, 2), "estimate"] == pytest.approx(2 - (1 + 1 + 3) / 3) and found.loc[(2, 2), "n_control"] == 3
    assert found.loc[(2, 3), "estimate"] == pytest.approx(5 - (2 + 4) / 2) and found.loc[(2, 3), "n_control"] == 2


def test_without_never_treated_units_periods_after_the_last_start_are_left_out_and_said() -> None:
    panel = by_hand().dropna()
    found = check(estimates.staggered(panel, outcome="y", control="not_yet"))
    assert found.overall.value == pytest.approx(2 - 1) and "cohort_periods_left_out" in found.overall.cautions
    assert found.overall.facts["n_cohort_periods_left_out"] == 3
    with pytest.raises(DataError, match="not_yet"):
        estimates.staggered(panel, outcome="y")


def test_units_that_had_started_by_the_first_period_are_left_out_and_said() -> None:
    early = pd.DataFrame({"unit": "z", "period": [1, 2, 3], "y": [9.0, 9.0, 9.0], "start": 1})
    found, plain = (estimates.staggered(frame, outcome="y") for frame in (pd.concat([by_hand(), early]), by_hand()))
    assert found.overall.value == pytest.approx(plain.overall.value) and found.overall.se == pytest.approx(plain.overall.se)
    assert "units_always_treated" in found.overall.cautions and found.overall.facts["n_units_always_treated"] == 1


def test_a_start_after_the_data_is_never_within_the_data() -> None:
    late = by_hand().assign(start=lambda frame: frame["start"].fillna(99))
    assert estimates.staggered(late, outcome="y").overall.value == pytest.approx(estimates.staggered(by_hand(), outcome="y").overall.value)


def test_row_order_labels_and_shifted_months_change_nothing() -> None:
    panel = monthly()
    plain = check(estimates.staggered(panel, aggregate="event"))
    shift = pd.DateOffset(years=3)
    shuffled = panel.sample(frac=1, random_state=2)
    other = shuffled.assign(unit="x" + shuffled["unit"], month=shuffled["month"] + shift, start=shuffled["start"] + shift)
    moved = estimates.staggered(other, aggregate="event")
    assert_allclose(moved.by_event["estimate"], plain.by_event["estimate"], atol=1e-12)
    assert (moved.overall.se, moved.critical) == (pytest.approx(plain.overall.se), pytest.approx(plain.critical))


def test_bands_hold_all_events_at_once_so_they_are_wider_than_the_intervals_and_repeat_with_the_seed() -> None:
    found, again, other = (estimates.staggered(monthly(), aggregate="event", seed=seed) for seed in (1, 1, 2))
    assert found.critical == again.critical != other.critical and found.critical == pytest.approx(other.critical, rel=0.05)
    table = found.by_event
    assert (found.bands["low"] < table["low"]).all() and found.critical > 2.5
    assert_allclose(found.bands["high"] - found.bands["estimate"], found.critical * table["se"])
    assert_allclose(np.sqrt((found.influence**2).sum()), table["se"])


def test_one_effect_has_a_band_as_wide_as_its_interval() -> None:
    panel = by_hand().query("unit != 'c'")
    found = estimates.staggered(panel, outcome="y", aggregate="group")
    assert found.critical == pytest.approx(1.959964, abs=0.2) and len(found.bands) == 1


def test_the_claim_follows_from_comparison_months_and_pretrend() -> None:
    panel = monthly(effect=0.0)
    found = estimates.staggered(panel)
    assert (found.overall.claim, found.overall.contrast) == ("identified", "programme_comparison")
    assert found.overall.n_events == panel["events"].sum() and found.overall.exposure == pytest.approx(panel["exposure"].sum())
    panel.attrs["comparison_exposure"] = "same_initiative"
    assert (estimates.staggered(panel).overall.claim, estimates.staggered(panel).overall.contrast) == ("descriptive", "programme_other_effort")
    drifting = monthly(effect=0.0).assign(events=lambda f: f["events"] + np.where(f["start"].notna(), 6.0 * f.groupby("unit").cumcount(), 0))
    assert "pretrend_rejected" in estimates.staggered(drifting).overall.reasons
    short = monthly(effect=0.0).loc[lambda f: f["month"] >= pd.Timestamp("2013-01-01")]
    assert "few_months_before" in estimates.staggered(short).overall.reasons


def test_a_constant_outcome_gives_no_effect_and_no_interval() -> None:
    found = check(estimates.staggered(by_hand().assign(y=3.0), outcome="y", aggregate="event"))
    assert (found.overall.value, found.overall.low, found.overall.claim) == (0.0, None, "descriptive") and "perfect_fit" in found.overall.cautions
    zero = check(estimates.staggered(monthly().assign(events=0)))
    assert (zero.overall.value, zero.overall.se) == (0.0, None)


def broken(**change: object) -> pd.DataFrame:
    return by_hand().assign(**change)


@pytest.mark.parametrize(
    ("panel", "said"),
    [
        (broken(y=[np.nan] + [1.0] * 14), "y is missing in 1 of 15"),
        (broken(y=[np.inf] + [1.0] * 14), "y is infinite"),
        (broken(start=np.nan), "no unit ever starts"),
        (broken(start=2), "not_yet"),
        (broken(start=1), "no before"),
        (broken(start=0), "Leave start empty"),
        (broken(start=[2, 3] + [np.nan] * 13), "changes within 1 units"),
        (by_hand().iloc[1:], "1 of 15 combinations"),
        (pd.concat([by_hand(), by_hand().iloc[:1]]), "occur more than once"),
        (by_hand().drop(columns="start"), "lacks the column start"),
        (by_hand().query("unit == 'a'"), "not_yet"),
        (monthly().loc[lambda f: f["month"] != pd.Timestamp("2013-03-01")], "missing"),
        (monthly().assign(exposure=0.0), "exposure is not above 0"),
        (broken(start="2013"), "start is of type"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(panel: pd.DataFrame, said: str) -> None:
    with pytest.raises(DataError, match=said):
        estimates.staggered(panel, outcome="y" if "y" in panel else "rate")


def test_bounds_open_with_the_violation_allowed_and_say_where_the_effect_is_lost() -> None:
    panel = monthly(effect=-0.4)
    for base in ("varying", "universal"):
        effects = estimates.staggered(panel, aggregate="event", base=base)
        found = check(estimates.trend_bounds(effects, multiples=(0, 0.1, 1)))
        assert_allclose(found.bounds.loc[0, ["low", "high"]].astype(float), [effects.overall.low, effects.overall.high])
        assert (found.bounds["low"].diff().dropna() < 0).all() and (found.bounds["high"].diff().dropna() > 0).all()
        edge = estimates.trend_bounds(effects, multiples=(found.breakdown,)).bounds.loc[0, "high"]
        assert edge == pytest.approx(0, abs=1e-9) and found.breakdown > 0
    before = estimates.staggered(panel, aggregate="event").by_event.query("event < 0")["estimate"]
    assert estimates.trend_bounds(estimates.staggered(panel, aggregate="event")).largest_before == pytest.approx(before.abs().max())
    with pytest.raises(DataError, match="event"):
        estimates.trend_bounds(estimates.staggered(panel))


def test_with_one_cohort_and_two_periods_the_small_sample_interval_is_welchs() -> None:
    from scipy.stats import ttest_ind

    generator = np.random.default_rng(4)
    change, start = generator.normal(size=11) * np.repeat([1.0, 3.0], [4, 7]), np.repeat([2.0, np.nan], [4, 7])
    panel = pd.DataFrame({"unit": np.repeat(np.arange(11), 2), "period": np.tile([1, 2], 11), "start": np.repeat(start, 2)})
    panel["y"] = np.where(panel["period"] == 2, np.repeat(change, 2), 0.0)
    found = check(estimates.staggered(panel, outcome="y", small_sample=True, replicates=0))
    welch = ttest_ind(change[:4], change[4:], equal_var=False)
    interval = welch.confidence_interval(0.95)
    assert_allclose([found.overall.low, found.overall.high, found.overall.p], [interval.low, interval.high, welch.pvalue], rtol=1e-9)
    assert found.overall.facts["df"] == pytest.approx(welch.df)
    row = found.att_gt.iloc[0]
    assert_allclose([row["low"], row["high"]], [interval.low, interval.high], rtol=1e-9)
    narrow = estimates.staggered(panel, outcome="y", replicates=0).overall
    assert narrow.high - narrow.low < found.overall.high - found.overall.low and narrow.value == found.overall.value


def test_the_small_sample_error_of_clusters_is_by_all_clusters() -> None:
    panel = monthly().assign(pair=lambda rows: rows["unit"].astype("category").cat.codes // 2)
    plain, small = (estimates.staggered(panel, cluster="pair", small_sample=s, replicates=0).overall for s in (False, True))
    clusters = panel["pair"].nunique()
    assert small.facts["df"] == pytest.approx(clusters - 1)
    assert small.se == pytest.approx(plain.se * np.sqrt(clusters / (clusters - 1)), rel=1e-6)
