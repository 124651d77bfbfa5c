"""Specification curves, placebos, negative controls, detectable effects, subgroups: what they find where nothing or something is."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt import estimates
from effekt.errors import DataError
from effekt.estimates import Estimate
from tests.properties.estimate_frames import MONTHS, region
from tests.sound import check

pytestmark = pytest.mark.filterwarnings("error", "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


def series(effect: float = 0.75, seed: int = 8, months: int = 60, start: int = 36) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    t = np.arange(months)
    rate = 2 * np.exp(0.004 * t + 0.1 * np.cos(2 * np.pi * t / 12)) * np.where(t >= start, effect, 1.0)
    return pd.DataFrame({"month": pd.date_range("2010-01-01", periods=months, freq="MS"), "events": generator.poisson(100 * rate), "exposure": 100.0})


START = pd.Timestamp("2013-01-01")


def test_every_declared_alternative_is_in_the_curve_and_the_main_one_is_marked() -> None:
    found = check(
        estimates.specification_curve(
            estimates.interrupted_time_series, series(), base={"start": START, "season": 2}, alternatives={"season": [0, 1], "slope": [False]}
        )
    )
    table = found.specifications
    assert len(table) == 4 and table["main"].sum() == 1 and found.n == 4 and (table["note"] == "").all()
    main = estimates.interrupted_time_series(series(), start=START, season=2)
    assert found.main.value == main.effect.value and table.loc[table["main"], "value"].item() == main.effect.value
    assert table["value"].is_monotonic_increasing and found.lowest == table["value"].min() and found.same_direction == 1.0
    level = estimates.interrupted_time_series(series(), start=START, season=2, slope=False).effect
    assert table.loc[table["slope"] == "False", "value"].item() == level.value


def test_crossed_alternatives_are_all_combinations() -> None:
    found = estimates.specification_curve(
        estimates.interrupted_time_series, series(), base={"start": START, "season": 2, "slope": "auto"},
        alternatives={"season": [0, 1], "slope": [False]}, crossed=True,
    )  # fmt: skip
    assert len(found.specifications) == 6 and found.specifications.groupby(["season", "slope"]).size().eq(1).all()


def test_leaving_out_each_unit_in_turn_is_part_of_the_curve() -> None:
    frame = region(3, citizens=160, treated_units=2, comparison_units=2)
    few = {"start": MONTHS[24], "phase_in": 0, "min_events": 1, "min_citizens": 1}
    found = estimates.specification_curve(
        estimates.controlled_time_series, frame, base=few, alternatives={}, leave_out="unit"
    )
    left = set(found.specifications["without_unit"]) - {""}
    assert left == set(frame["unit"].unique()) and found.n == 1 + len(left)
    one = estimates.controlled_time_series(frame[frame["unit"] != "0700"], **few).effect
    assert found.specifications.loc[found.specifications["without_unit"] == "0700", "value"].item() == pytest.approx(one.value)


def test_a_specification_without_an_answer_stays_with_its_reason() -> None:
    late = pd.Timestamp("2014-12-01")
    found = check(estimates.specification_curve(estimates.interrupted_time_series, series(), base={"start": START}, alternatives={"start": [late]}))
    assert (found.n, found.n_without) == (1, 1)
    note = found.specifications.loc[~found.specifications["main"]]
    assert note["value"].item() is None and note["note"].item() != ""


def test_a_curve_without_a_main_answer_or_with_a_repeated_value_is_refused() -> None:
    with pytest.raises(DataError, match="main specification has no answer"):
        estimates.specification_curve(estimates.interrupted_time_series, series(), base={"start": pd.Timestamp("2030-01-01")}, alternatives={})
    with pytest.raises(DataError, match="repeat its main value"):
        estimates.specification_curve(estimates.interrupted_time_series, series(), base={"start": START, "season": 2}, alternatives={"season": [2]})
    with pytest.raises(DataError, match="no column"):
        estimates.specification_curve(estimates.interrupted_time_series, series(), base={"start": START}, alternatives={}, leave_out="unit")


DATES = list(pd.date_range("2011-03-01", "2011-12-01", freq="2MS"))


def test_false_starts_find_little_where_the_true_one_finds_much() -> None:
    found = check(estimates.placebo_dates(estimates.interrupted_time_series, series(0.6), start=START, dates=DATES, slope=False))
    assert len(found.dates) == len(DATES) and found.rejected <= 0.2 and found.p_among == pytest.approx(1 / (len(DATES) + 1))
    none = estimates.placebo_dates(estimates.interrupted_time_series, series(1.0, seed=3), start=START, dates=DATES, slope=False)
    assert none.p_among > 0.2


def test_a_false_start_sees_no_month_after_the_true_one() -> None:
    frame = series(0.6)
    before = frame[frame["month"] < START]
    found = estimates.placebo_dates(estimates.interrupted_time_series, frame, start=START, dates=DATES[:1], slope=False)
    own = estimates.interrupted_time_series(before, start=DATES[0], slope=False).effect
    assert found.dates["value"].item() == own.value


def test_false_starts_that_are_none_are_refused_and_those_without_an_answer_are_kept() -> None:
    for dates, said in (([], "dates is empty"), ([START], "not before the true one")):
        with pytest.raises(DataError, match=said):
            estimates.placebo_dates(estimates.interrupted_time_series, series(), start=START, dates=dates)
    found = check(estimates.placebo_dates(estimates.interrupted_time_series, series(), start=START, dates=[pd.Timestamp("2010-03-01")]))
    assert found.dates["note"].item() != "" and (found.rejected, found.p_among) == (None, None)


def control(value: float, outcome: str, se: float = 0.05) -> Estimate:
    half, p = 1.959964 * se, math.erfc(abs(math.log(value)) / se / math.sqrt(2))
    fields = {"contrast": "group_group", "se": se, "p": p, "outcome": outcome}
    return Estimate("ratio", value, value * np.exp(-half), value * np.exp(half), "poisson_by_citizen", "descriptive", **fields)


def test_controls_without_effect_leave_the_effect_alone_and_biased_ones_move_and_widen_it() -> None:
    effect = control(0.8, "adm")
    clean = check(estimates.negative_controls([control(1.0, name) for name in "abcd"], effect=effect))
    assert not clean.any_rejected and clean.calibrated.value == pytest.approx(0.8) and clean.calibrated.se == pytest.approx(0.05)
    biased = check(estimates.negative_controls([control(v, n) for v, n in zip((0.7, 0.8, 0.9, 0.75), "abcd", strict=True)], effect=effect))
    assert biased.any_rejected and biased.calibrated.value > 0.95 and biased.calibrated.se > 0.05 and biased.bias < 0
    assert "calibrated_on_controls" in biased.calibrated.cautions
    few = estimates.negative_controls([control(1.0, "a")], effect=effect)
    assert few.calibrated is None and few.controls["p_holm"].item() == few.controls["p"].item()


def test_controls_of_several_scales_or_without_numbers_are_refused() -> None:
    with pytest.raises(DataError, match="several scales"):
        estimates.negative_controls([control(1.0, "a")], effect=Estimate("difference", 1.0, 0.0, 2.0, "cost_difference", "descriptive", se=0.5))
    with pytest.raises(DataError, match="No negative control"):
        estimates.negative_controls([])
    with pytest.raises(DataError, match="more than once"):
        estimates.negative_controls([control(1.0, "a"), control(1.1, "a")])


PLAN = {"citizens": (300, 600), "rate": 0.5, "years": (2.0, 1.5), "ratios": (0.9, 0.7, 0.5), "replicates": 200}


def test_power_rises_with_the_effect_and_the_detectable_one_lies_where_it_passes_the_target() -> None:
    found = check(estimates.minimum_detectable_effect(**PLAN, seed=1))
    table = found.power
    assert table["ratio"].tolist() == [1.0, 0.9, 0.7, 0.5] and table["power"].is_monotonic_increasing
    assert found.size == table["power"].iloc[0] < 0.12 and 0.5 < found.ratio < 0.9
    assert found.power.equals(estimates.minimum_detectable_effect(**PLAN, seed=1).power)
    larger = estimates.minimum_detectable_effect(**{**PLAN, "citizens": (1200, 2400)}, seed=1)
    assert larger.ratio > found.ratio


def test_shocks_of_whole_units_make_the_citizen_test_find_too_much_and_the_unit_test_not() -> None:
    plan = {**PLAN, "unit_sd": 0.25, "units": (4, 8), "ratios": (0.9,), "replicates": 300}
    citizen, unit = (estimates.minimum_detectable_effect(**plan, errors=errors) for errors in ("citizen", "unit"))
    assert citizen.size > 0.15 and unit.size < 0.10 and unit.ratio is None


def test_a_plan_that_is_none_is_refused() -> None:
    for change, said in (({"rate": 0}, "above 0"), ({"ratios": (0.9, 1.1)}, "all below 1"), ({"errors": "unit", "units": (1, 5)}, "two units")):
        with pytest.raises(DataError, match=said):
            estimates.minimum_detectable_effect(**{**PLAN, **change})


def people(seed: int = 9) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    n = 400
    frame = pd.DataFrame({"citizen_id": np.arange(n), "treated": generator.integers(0, 2, n), "sex": generator.choice(["k", "m"], n), "w": 1.0})
    frame["old"] = generator.integers(0, 2, n)
    frame["y"] = frame["treated"] * np.where(frame["sex"] == "k", 1.0, 0.0) + generator.normal(size=n)
    return frame


OPTIONS = {"outcome": "y", "treated": "treated", "weights": "w"}


def test_the_test_of_two_subgroups_is_the_squared_z_of_their_difference() -> None:
    found = check(estimates.subgroup_effects(estimates.weighted_difference, people(), by=["sex", "old"], declared=["sex"], **OPTIONS))
    k, m = found.effects["sex"]["k"], found.effects["sex"]["m"]
    row = found.tests.set_index("subgroup").loc["sex"]
    assert row["q"] == pytest.approx((k.value - m.value) ** 2 / (k.se**2 + m.se**2)) and row["p"] < 0.001 and row["df"] == 1
    assert row["p_holm"] == row["p"] and found.tests.set_index("subgroup").loc["old", "p_holm"] is None
    assert "subgroup_not_declared" in found.effects["old"]["0"].cautions and "subgroup_not_declared" not in k.cautions


def test_declared_subgroups_share_one_correction() -> None:
    found = estimates.subgroup_effects(estimates.weighted_difference, people(), by=["sex", "old"], declared=["sex", "old"], **OPTIONS)
    assert_allclose(found.tests["p_holm"].astype(float), estimates.holm(found.tests["p"].astype(float).to_list()))


def test_a_level_without_an_answer_is_said_and_a_citizen_in_two_levels_is_refused() -> None:
    frame = people()
    frame.loc[frame["old"] == 1, "treated"] = 0
    found = check(estimates.subgroup_effects(estimates.weighted_difference, frame, by=["old"], **OPTIONS))
    assert "subgroup_without_answer" in found.effects["old"]["1"].cautions and found.tests["p"].item() is None
    with pytest.raises(DataError, match="changes within 1 citizens"):
        moved = frame.assign(citizen_id=frame["citizen_id"].replace(1, 0), old=np.arange(400) % 2)
        estimates.subgroup_effects(estimates.weighted_difference, moved, by=["old"], **OPTIONS)
    with pytest.raises(DataError, match="by is empty"):
        estimates.subgroup_effects(estimates.weighted_difference, frame, by=[], **OPTIONS)


def test_an_estimate_from_one_subgroup_is_the_estimator_on_its_rows() -> None:
    frame = people()
    found = estimates.subgroup_effects(estimates.weighted_difference, frame, by=["sex"], declared=["sex"], **OPTIONS).effects["sex"]["k"]
    own = estimates.weighted_difference(frame[frame["sex"] == "k"], **OPTIONS)
    assert found == replace(own, cautions=("subgroup",))
