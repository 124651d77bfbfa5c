"""Relations that hold for panels, pooled units and many p-values, whatever the data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from effekt import estimates
from effekt.estimates.estimate import Estimate
from tests.properties.estimate_frames import clusters
from tests.properties.relations import FILTERS, relation, scales, seeds, shuffled

pytestmark = pytest.mark.filterwarnings(*FILTERS)


@relation(seeds, scales, st.sampled_from(["linear", "poisson"]))
def test_difference_in_differences_scales_and_does_not_depend_on_order_or_names(seed: int, scale: float, model: str) -> None:
    panel = clusters(seed, units=4, months=20)
    found = estimates.difference_in_differences(panel, model=model)
    renamed = shuffled(panel.assign(unit=panel["unit"].str[::-1]), seed)
    scaled = panel.assign(events=panel["events"] * scale)
    for changed, factor in ((renamed, 1.0), (scaled, scale if model == "linear" else 1.0)):
        again = estimates.difference_in_differences(changed, model=model)
        scale_of = {"linear": factor, "poisson": 1.0}[model]
        ends = ("value", "low", "high", "se")
        assert_allclose([getattr(again.effect, end) for end in ends], [getattr(found.effect, end) * scale_of for end in ends], rtol=1e-5)
        assert again.cr2.df == pytest.approx(found.cr2.df, rel=1e-5)


@relation(seeds, st.floats(-2, 2))
def test_difference_in_differences_takes_up_an_added_effect_and_nothing_else(seed: int, effect: float) -> None:
    panel = clusters(seed, units=4, months=20)
    rate = panel["events"] / panel["exposure"]
    shift = pd.factorize(panel["unit"])[0] * 0.3 + np.sin(pd.factorize(panel["month"])[0])
    plain = estimates.difference_in_differences(panel.assign(rate=rate))
    moved = estimates.difference_in_differences(panel.assign(rate=rate + shift + effect * (panel["month"] >= panel["start"])))
    assert moved.coefficient == pytest.approx(plain.coefficient + effect, abs=1e-9)
    assert (moved.cr1.se, moved.cr2.se) == pytest.approx((plain.cr1.se, plain.cr2.se), rel=1e-7)


@relation(seeds, st.floats(0.5, 2))
def test_the_roll_out_test_does_not_depend_on_order_names_levels_or_season_and_inverts(seed: int, factor: float) -> None:
    panel = clusters(seed, units=4)
    found = estimates.rollout_test(panel, statistic="log_did")
    season = np.exp(np.cos(2 * np.pi * pd.factorize(panel["month"])[0] / 12)) * np.where(panel["unit"] == "cluster 2", factor, 1.0)
    for changed in (shuffled(panel.assign(unit=panel["unit"].str[::-1]), seed), panel.assign(events=panel["events"] * season)):
        again = estimates.rollout_test(changed, statistic="log_did")
        assert (again.p, again.effect.value) == pytest.approx((found.p, found.effect.value), rel=1e-9)
    upside = estimates.rollout_test(panel.assign(rate=-np.log(panel["events"] / panel["exposure"])), outcome="rate")
    assert upside.p == pytest.approx(found.p) and -upside.effect.value == pytest.approx(np.log(found.effect.value), rel=1e-9)


@relation(seeds)
def test_the_roll_out_interval_excludes_no_effect_exactly_where_p_is_small(seed: int) -> None:
    found = estimates.rollout_test(clusters(seed, units=4, effect=0.9), level=0.8)
    if found.p > 0.2 + 1e-9:
        assert found.low is None or found.low <= 0 <= found.high
    assert found.low is None or found.low <= found.effect.value <= found.high


units = st.lists(st.tuples(st.floats(-2, 2), st.floats(0.05, 1)), min_size=2, max_size=9)
methods = st.sampled_from(["EE", "DL", "PM", "REML", "ML", "SJ"])
tests = st.sampled_from(["z", "hksj"])


def frame_of(rows: list[tuple[float, float]]) -> pd.DataFrame:
    return pd.DataFrame({"unit": range(len(rows)), "estimate": [y for y, _ in rows], "se": [se for _, se in rows]})


@relation(units, methods, tests, st.randoms(use_true_random=False))
def test_pooling_does_not_depend_on_order_and_mirrors_and_shifts(rows: list, tau2: str, test: str, chance) -> None:
    frame = frame_of(rows)
    one = estimates.pool(frame, tau2=tau2, test=test)
    order = list(range(len(rows)))
    chance.shuffle(order)
    for changed, sign, shift in (
        (frame.iloc[order], 1, 0.0),
        (frame.assign(estimate=-frame["estimate"]), -1, 0.0),
        (frame.assign(estimate=frame["estimate"] + 3), 1, 3.0),
    ):
        two = estimates.pool(changed, tau2=tau2, test=test)
        assert two.estimate == pytest.approx(sign * one.estimate + shift, abs=1e-6)
        assert (two.se, two.tau2, two.q) == pytest.approx((one.se, one.tau2, one.q), rel=1e-5, abs=1e-7)


@relation(units, methods, tests, st.floats(0.1, 10))
def test_pooling_on_another_scale_scales(rows: list, tau2: str, test: str, scale: float) -> None:
    frame = frame_of(rows)
    one = estimates.pool(frame, tau2=tau2, test=test)
    two = estimates.pool(frame.assign(estimate=frame["estimate"] * scale, se=frame["se"] * scale), tau2=tau2, test=test)
    assert (two.estimate, two.se, two.tau2) == pytest.approx((one.estimate * scale, one.se * scale, one.tau2 * scale**2), rel=1e-4, abs=1e-6)
    assert two.i2 == pytest.approx(one.i2, abs=1e-2)


@relation(units, methods, tests)
def test_pooled_lies_among_the_units_and_drawn_units_between_themselves_and_the_mean(rows: list, tau2: str, test: str) -> None:
    found = estimates.pool(frame_of(rows), tau2=tau2, test=test)
    y = np.array([value for value, _ in rows])
    assert y.min() - 1e-9 <= found.estimate <= y.max() + 1e-9 and found.tau2 >= 0 and 0 <= found.i2 <= 100
    assert found.prediction.low <= found.low + 1e-12 and found.high <= found.prediction.high + 1e-12
    drawn = found.blups["estimate"].to_numpy()
    assert ((drawn - y) * (drawn - found.estimate) <= 1e-9).all()
    assert found.units["weight"].sum() == pytest.approx(1)


@relation(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_holm_follows_its_p_values_and_lies_between_them_and_bonferroni(p: list[float], chance) -> None:
    adjusted = estimates.holm(p)
    order = list(range(len(p)))
    chance.shuffle(order)
    assert_allclose(estimates.holm([p[place] for place in order]), adjusted[order])
    assert (adjusted >= np.array(p)).all() and (adjusted <= np.minimum(1, np.array(p) * len(p)) + 1e-15).all()
    assert (np.diff(adjusted[np.argsort(p, kind="stable")]) >= 0).all()


@relation(st.floats(0.1, 3), st.floats(0.01, 1), st.sampled_from(["", "horsens", "0615", "æøå"]))
def test_a_name_is_no_part_of_a_number(value: float, se: float, name: str) -> None:
    one = Estimate("ratio", value, value / 2, value * 2, "x", "descriptive", se=se)
    assert replace(one.named(outcome=name, unit=name), outcome="", unit="") == one
    assert Estimate.from_record(one.named(outcome=name, unit=name).record()).record() == one.named(outcome=name, unit=name).record()
