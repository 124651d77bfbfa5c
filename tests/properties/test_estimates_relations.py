"""Relations that hold whatever the data: what an estimate must not depend on, and how it moves when the data move."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st

from effekt import estimates
from effekt.estimates.estimate import Estimate
from tests.properties.estimate_frames import MONTHS, START, monthly, region
from tests.properties.relations import FILTERS, relation, scales, seeds, shuffled

pytestmark = pytest.mark.filterwarnings(*FILTERS)
EASY = {"min_events": 1, "min_citizens": 2}


def small(seed: int, **options) -> pd.DataFrame:
    """48 citizens of four municipalities, two of them treated, over 36 months."""
    frame = region(seed, citizens=48, treated_units=2, comparison_units=2, effect=0.8, **options)
    return frame[frame["month"] < MONTHS[36]]


def periods(seed: int) -> pd.DataFrame:
    """Thirty citizens before and after, with their events, person-years and costs; half of them treated."""
    rng, citizen = np.random.default_rng(seed), np.repeat(np.arange(30), 2)
    exposure, events = rng.uniform(0.3, 2, 60), rng.poisson(2 * rng.gamma(1, 1, 30)[citizen])
    frame = pd.DataFrame({"citizen_id": citizen, "after": np.arange(60) % 2 == 1, "treated": citizen % 2 == 1, "events": events})
    return frame.assign(exposure=exposure, cost_dkk=events * 21_000.0 + exposure * 4_000.0 * (citizen % 7))


def controlled(frame: pd.DataFrame, **options) -> Estimate:
    return estimates.controlled_time_series(frame, start=START, **{**EASY, **options}).effect


def same(one: Estimate, two: Estimate, *, factor: float = 1.0, se_factor: float | None = None, rel: float = 1e-6) -> None:
    """Value and ends times `factor` (a difference) or as they are, and the standard error times `se_factor`."""
    if one.value is None or one.low is None:
        assert (one.value is None, one.low, one.cautions) == (two.value is None, two.low, two.cautions)
        return
    expected = (one.value * factor, one.low * factor, one.high * factor) if se_factor is None else (one.value * factor,)
    found = (two.value, two.low, two.high) if se_factor is None else (two.value,)
    assert found == pytest.approx(expected, rel=rel, abs=1e-9)
    if one.se is not None:
        changed = se_factor if se_factor is not None else factor if one.scale != "ratio" else 1.0
        assert two.se == pytest.approx(one.se * changed, rel=rel, abs=1e-9)


def inverse(one: Estimate, two: Estimate) -> None:
    """The value and both ends as their inverses; an effect that cannot be told in one direction cannot be told in the other."""
    if one.value is None or one.low is None:
        assert (two.value is None, two.low) == (one.value is None, None)
        return
    assert (1 / two.value, 1 / two.high, 1 / two.low) == pytest.approx((one.value, one.low, one.high), rel=1e-6)


@relation(seeds, st.integers(-36, 36))
def test_primary_does_not_depend_on_order_or_names_and_moves_with_the_calendar(seed: int, months: int) -> None:
    frame, by = small(seed), pd.DateOffset(months=months)
    names = dict(zip(sorted(frame["unit"].unique()), ["x", "b", "q", "a"], strict=True))
    renamed = frame.assign(unit=frame["unit"].map(names), citizen_id=(frame["citizen_id"] * 7919) % 10_007, month=frame["month"] + by)
    same(controlled(frame), estimates.controlled_time_series(shuffled(renamed, seed), start=START + by, **EASY).effect)


@relation(seeds)
def test_primary_of_twice_the_citizens_is_the_same_with_an_error_smaller_by_the_root_of_two(seed: int) -> None:
    frame = small(seed)
    twice = pd.concat([frame, frame.assign(citizen_id=frame["citizen_id"] + 10_000)])
    same(controlled(frame), controlled(twice), se_factor=0.5**0.5)


@relation(seeds)
def test_primary_of_the_same_citizens_counted_twice_keeps_its_error(seed: int) -> None:
    frame = small(seed)
    same(controlled(frame), controlled(pd.concat([frame, frame])))


@relation(seeds)
def test_primary_with_the_arms_swapped_is_inverted(seed: int) -> None:
    frame = small(seed)
    inverse(controlled(frame, phase_in=0), controlled(frame.assign(treated=~frame["treated"]), phase_in=0))


@relation(seeds, scales)
def test_primary_does_not_depend_on_the_unit_of_events_or_of_time(seed: int, scale: float) -> None:
    frame = small(seed)
    other = frame.assign(events=frame["events"] * scale, exposure=frame["exposure"] * (1 + scale))
    same(controlled(frame, min_events=0), controlled(other, min_events=0))


@relation(seeds, st.floats(0.2, 5))
def test_primary_does_not_see_what_happens_to_everybody_or_always_to_a_unit(seed: int, factor: float) -> None:
    """A month in which all rates change (a registration break), and a unit that always has more, leave the ratio as it is without chance."""
    frame = small(seed)
    certain = frame.assign(events=frame["exposure"] * np.where(frame["treated"] & (frame["month"] >= START), 0.8, 1.0))
    everybody, one_unit = np.where(frame["month"] >= MONTHS[30], factor, 1.0), np.where(frame["unit"] == "0701", 2.0, 1.0)
    broken = certain.assign(events=certain["events"] * everybody * one_unit)
    assert controlled(certain).value == pytest.approx(0.8, rel=1e-7)
    assert controlled(broken).value == pytest.approx(0.8, rel=1e-7)


@relation(seeds)
def test_primary_does_not_depend_on_how_a_citizens_month_is_cut(seed: int) -> None:
    frame = small(seed)
    part = frame.assign(exposure=frame["exposure"] * 0.25, events=frame["events"] // 2)
    rest = frame.assign(exposure=frame["exposure"] * 0.75, events=frame["events"] - frame["events"] // 2)
    same(controlled(frame), controlled(pd.concat([part, rest])))


@relation(seeds)
def test_primary_does_not_change_with_a_unit_in_which_nothing_ever_happens(seed: int) -> None:
    frame = small(seed)
    quiet = frame[frame["unit"] == "0703"].assign(unit="0999", events=0, citizen_id=lambda rows: rows["citizen_id"] + 5_000)
    same(controlled(frame), controlled(pd.concat([frame, quiet])))


@relation(seeds, scales)
def test_series_do_not_depend_on_order_or_on_the_unit_of_time_and_move_with_whole_years(seed: int, scale: float) -> None:
    series = monthly(small(seed)).assign(events=lambda rows: rows["events"] + 3)
    found = estimates.interrupted_time_series(series, start=START)
    for changed, start in (
        (shuffled(series, seed), START),
        (series.assign(exposure=series["exposure"] * scale), START),
        (series.assign(month=series["month"] + pd.DateOffset(years=2)), START + pd.DateOffset(years=2)),
    ):
        again = estimates.interrupted_time_series(changed, start=start)
        same(found.ratio_at_12, again.ratio_at_12)
        assert again.events_avoided.value == pytest.approx(found.events_avoided.value, rel=1e-6, abs=1e-7)
        assert again.dispersion == pytest.approx(found.dispersion, rel=1e-6)


@relation(seeds)
def test_rates_and_costs_of_swapped_periods_are_inverted_or_negated(seed: int) -> None:
    frame = periods(seed)
    swapped = frame.assign(after=~frame["after"])
    for estimator in (estimates.rate_ratio, estimates.cost_ratio):
        inverse(estimator(frame), estimator(swapped))
    for estimator in (estimates.rate_difference, estimates.cost_difference):
        assert estimator(swapped).value == pytest.approx(-estimator(frame).value, rel=1e-9)


@relation(seeds, scales)
def test_costs_in_oere_scale_differences_and_leave_ratios(seed: int, scale: float) -> None:
    frame = periods(seed)
    other = frame.assign(cost_dkk=frame["cost_dkk"] * scale)
    same(estimates.cost_ratio(frame), estimates.cost_ratio(other))
    same(estimates.cost_difference(frame), estimates.cost_difference(other), factor=scale)
    same(estimates.mean_cost(frame), estimates.mean_cost(other), factor=scale)


@relation(seeds)
def test_rates_and_costs_of_twice_the_citizens_have_errors_smaller_by_the_root_of_two(seed: int) -> None:
    frame = periods(seed)
    twice = pd.concat([frame, frame.assign(citizen_id=frame["citizen_id"] + 10_000)])
    for estimator in (estimates.rate_ratio, estimates.rate_difference, estimates.cost_ratio, estimates.cost_difference, estimates.mean_cost):
        same(estimator(frame), estimator(shuffled(twice, seed)), se_factor=0.5**0.5)


@relation(seeds)
def test_the_bootstrap_does_not_depend_on_the_order_of_rows_or_on_the_names_of_citizens(seed: int) -> None:
    frame = periods(seed)
    options = {"value": "cost_dkk", "exposure": "exposure", "after": "after", "seed": seed, "replicates": 200}
    renamed = frame.assign(citizen_id=(frame["citizen_id"] * 7919) % 10_007)
    one, *others = (estimates.bootstrap_mean_difference(each, **options) for each in (frame, shuffled(frame, seed), renamed))
    for other in others:
        same(one, other, rel=1e-9)


@relation(seeds, scales, st.sampled_from(["percentile", "bca"]))
def test_the_bootstrap_scales_with_money_and_negates_with_the_arms(seed: int, scale: float, method: str) -> None:
    frame = periods(seed)
    options = {"value": "cost_dkk", "seed": seed, "replicates": 300, "method": method}
    one = estimates.bootstrap_mean_difference(frame, **options)
    same(one, estimates.bootstrap_mean_difference(frame.assign(cost_dkk=frame["cost_dkk"] * scale), **options), factor=scale)
    swapped = estimates.bootstrap_mean_difference(frame.assign(treated=~frame["treated"]), **options)
    assert swapped.value == pytest.approx(-one.value, rel=1e-9) and swapped.se == pytest.approx(one.se, rel=0.35)


@relation(st.integers(0, 60), st.integers(0, 60), st.floats(0.1, 1e4), st.floats(0.1, 1e4), scales)
def test_exact_ratios_swap_and_scale(first: int, second: int, one: float, two: float, scale: float) -> None:
    found, swapped = estimates.exact_rate_ratio((first, second), (one, two)), estimates.exact_rate_ratio((second, first), (two, one))
    assert (found.p is None) == (swapped.p is None) == (first + second == 0)
    if first + second:
        assert found.p == pytest.approx(swapped.p, rel=1e-6)
    if first and second:
        assert (1 / swapped.value, 1 / swapped.high, 1 / swapped.low) == pytest.approx((found.value, found.low, found.high), rel=1e-6)
        assert found.low <= found.value <= found.high
        again = estimates.exact_rate_ratio((first, second), (one * scale, two * scale))
        assert again.low == pytest.approx(found.low, rel=1e-9)
