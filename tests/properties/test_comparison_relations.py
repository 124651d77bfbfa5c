"""Relations of staggered starts, few clusters, synthetic comparisons and weights that hold whatever the data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st

from effekt import estimates
from tests.properties.relations import FILTERS, close, relation, scales, seeds, shuffled

pytestmark = pytest.mark.filterwarnings(*FILTERS)
controls = st.sampled_from(["never", "not_yet"])
averages = st.sampled_from(["simple", "group", "event"])
bases = st.sampled_from(["varying", "universal"])
STARTS = np.array([3.0, 3, 4, 4, 5, np.nan, np.nan, np.nan])
FAST = {"outcome": "y", "replicates": 1}


def cohorts(seed: int) -> pd.DataFrame:
    """Eight units over six periods that start in 3, 4, 5 or never."""
    rng, periods = np.random.default_rng(seed), np.arange(1, 7)
    unit, period = np.repeat(np.arange(len(STARTS)), len(periods)), np.tile(periods, len(STARTS))
    y = 2 + 0.3 * unit + np.sin(period) - 0.5 * (period >= STARTS[unit]) + rng.normal(0, 0.4, len(unit))
    return pd.DataFrame({"unit": unit, "period": period, "start": STARTS[unit], "y": y})


def numbers(found) -> list[float]:
    return [found.overall.value, found.overall.se, *found.att_gt["estimate"], *found.att_gt["se"]]


@relation(seeds, controls, averages, bases)
def test_staggered_effects_do_not_depend_on_order_names_or_the_zero_of_time(seed: int, control: str, aggregate: str, base: str) -> None:
    panel, options = cohorts(seed), {"control": control, "aggregate": aggregate, "base": base, **FAST}
    moved = panel.assign(unit="u" + ((panel["unit"] * 5) % 8).astype(str), period=panel["period"] + 2010, start=panel["start"] + 2010)
    close(numbers(estimates.staggered(panel, **options)), numbers(estimates.staggered(shuffled(moved, seed), **options)))


@relation(seeds, controls, averages, bases, st.floats(-3, 3))
def test_staggered_effects_take_up_an_added_effect_and_no_unit_or_period(seed: int, control: str, aggregate: str, base: str, effect: float) -> None:
    panel, options = cohorts(seed), {"control": control, "aggregate": aggregate, "base": base, **FAST}
    fixed = panel["unit"] ** 2 + np.cos(panel["period"] * seed)
    moved = panel.assign(y=panel["y"] + fixed + effect * (panel["period"] >= panel["start"]))
    one, other = estimates.staggered(panel, **options), estimates.staggered(moved, **options)
    close(one.overall.value + effect, other.overall.value)
    close(one.att_gt["estimate"] + effect * (one.att_gt["event"] >= 0), other.att_gt["estimate"])
    close([one.overall.se, *one.att_gt["se"]], [other.overall.se, *other.att_gt["se"]])


@relation(seeds, controls, averages)
def test_staggered_effects_of_twice_the_units_have_errors_smaller_by_the_root_of_two(seed: int, control: str, aggregate: str) -> None:
    panel, options = cohorts(seed), {"control": control, "aggregate": aggregate, **FAST}
    one, other = estimates.staggered(panel, **options), estimates.staggered(pd.concat([panel, panel.assign(unit=panel["unit"] + 100)]), **options)
    close(one.att_gt["estimate"], other.att_gt["estimate"])
    close(np.array([one.overall.value, one.overall.se]) * [1, 0.5**0.5], [other.overall.value, other.overall.se])


@relation(seeds, controls, st.floats(-5, 5))
def test_staggered_effects_do_not_see_a_unit_that_had_always_been_treated(seed: int, control: str, effect: float) -> None:
    panel = cohorts(seed)
    always = panel[panel["unit"] == 0].assign(unit=99, start=1.0, y=panel["y"] + effect)
    one, other = (estimates.staggered(frame, control=control, **FAST) for frame in (panel, pd.concat([always, panel])))
    close(numbers(one), numbers(other))
    assert "units_always_treated" in other.overall.cautions and "units_always_treated" not in one.overall.cautions


def clustered(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(6), 5)
    frame = pd.DataFrame({"g": group, "x": rng.normal(size=30) + group % 2, "z": rng.normal(size=30)})
    return frame.assign(y=0.3 * frame["x"] + 0.5 * frame["z"] + rng.normal(size=6)[group] + rng.normal(size=30))


@relation(seeds, st.floats(0.1, 10), st.floats(-5, 5))
def test_the_wild_bootstrap_does_not_depend_on_order_names_units_or_what_the_other_columns_explain(seed: int, scale: float, more: float) -> None:
    frame, options = clustered(seed), {"y": "y", "x": ["x", "z"], "tested": "x", "cluster": "g"}
    other = frame.assign(g="c" + ((frame["g"] + 2) % 6).astype(str), x=frame["x"] * scale - 4, y=(frame["y"] + more * frame["z"] + 7) * scale)
    one, two = estimates.wild_cluster_bootstrap(frame, **options), estimates.wild_cluster_bootstrap(shuffled(other, seed), **options)
    close([one.t, one.p, one.coefficient, one.se], [two.t, two.p, two.coefficient, two.se], 1e-7)


@relation(seeds, st.floats(-2, 2), st.floats(-2, 2))
def test_the_wild_bootstrap_moves_with_its_null_and_turns_with_its_arms(seed: int, null: float, more: float) -> None:
    frame, options = clustered(seed), {"y": "y", "x": ["x", "z"], "tested": "x", "cluster": "g"}
    one = estimates.wild_cluster_bootstrap(frame, **options, null=null)
    moved = estimates.wild_cluster_bootstrap(frame.assign(y=frame["y"] + more * frame["x"]), **options, null=null + more)
    turned = estimates.wild_cluster_bootstrap(frame.assign(x=1 - frame["x"]), **options, null=-null)
    close([one.t, one.p], [moved.t, moved.p], 1e-7)
    close([one.t, one.p], [-turned.t, turned.p], 1e-7)
    assert one.p >= one.smallest_p == 2 / 64


def donors(seed: int) -> pd.DataFrame:
    rng, periods = np.random.default_rng(seed), 9
    y = 5 + rng.normal(0, 1, (6, 1)) + np.cumsum(rng.normal(0, 0.5, (6, periods)), axis=1)
    return pd.DataFrame({"unit": np.repeat(np.arange(6), periods), "period": np.tile(np.arange(periods), 6), "y": y.ravel()})


@relation(seeds, scales, st.floats(-10, 10))
def test_a_synthetic_comparison_does_not_depend_on_order_names_unit_zero_or_a_common_shock(seed: int, scale: float, shift: float) -> None:
    panel = donors(seed)
    other = panel.assign(unit="u" + panel["unit"].astype(str), y=panel["y"] * scale + shift * np.sin(panel["period"]) + shift)
    one = estimates.synthetic_control(panel, treated=2, start=6, outcome="y")
    two = estimates.synthetic_control(shuffled(other, seed), treated="u2", start=6, outcome="y")
    close([one.average_effect.value * scale, *one.gap["gap"] * scale], [two.average_effect.value, *two.gap["gap"]], 1e-5)
    assert one.p_placebo == pytest.approx(two.p_placebo) and one.weights.sum() == pytest.approx(1) and (one.weights >= 0).all()


@relation(seeds, st.floats(-5, 5))
def test_a_synthetic_gap_takes_up_an_added_effect_and_keeps_its_weights(seed: int, effect: float) -> None:
    panel = donors(seed)
    moved = panel.assign(y=panel["y"] + effect * ((panel["unit"] == 2) & (panel["period"] >= 6)))
    one, two = (estimates.synthetic_control(frame, treated=2, start=6, outcome="y") for frame in (panel, moved))
    close(one.weights, two.weights)
    close(one.average_effect.value + effect, two.average_effect.value)


def citizens(seed: int, n: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    woman = rng.permuted(np.tile(np.arange(n // 2) % 2, (2, 1)), axis=1).T.ravel()  # half of each arm, so that weights exist
    frame = pd.DataFrame({"treated": np.arange(n) % 2, "age": rng.normal(80, 5, n).round(1), "woman": woman})
    return frame.assign(y=rng.normal(size=n) + 0.1 * frame["age"])


OVER = {"treated": "treated", "covariates": ["age", "woman"]}
targets = st.sampled_from(["att", "ate"])
methods = st.sampled_from(["propensity", "entropy"])


@relation(seeds, methods, targets, st.floats(0.1, 10), st.floats(-50, 50))
def test_weights_do_not_depend_on_order_or_on_the_unit_and_zero_of_a_covariate(
    seed: int, method: str, target: str, scale: float, shift: float
) -> None:
    frame = citizens(seed)
    other = shuffled(frame.assign(age=frame["age"] * scale + shift, woman=1 - frame["woman"]), seed)
    one, two = (estimates.balance_weights(rows, **OVER, method=method, target=target) for rows in (frame, other))
    close(one.weights, two.weights.sort_index(), 1e-5)
    close(one.balance["smd_before"] * [1, -1], two.balance["smd_before"], 1e-6)
    close(one.ess, two.ess, 1e-5)


@relation(seeds, targets)
def test_entropy_weights_give_the_arms_the_means_that_were_asked_for(seed: int, target: str) -> None:
    frame = citizens(seed)
    found = estimates.balance_weights(frame, **OVER, method="entropy", target=target)
    wanted = frame[frame["treated"] == 1] if target == "att" else frame
    for arm in (0, 1):
        rows = frame["treated"] == arm
        means = [np.average(frame.loc[rows, name], weights=found.weights[rows]) for name in ("age", "woman")]
        close([wanted["age"].mean(), wanted["woman"].mean()], means, 1e-6)
    assert (found.weights > 0).all() and (found.ess <= frame["treated"].value_counts().max() + 1e-9).all()


@relation(seeds, methods, st.floats(0.1, 10), st.floats(-20, 20))
def test_a_weighted_difference_turns_with_the_arms_and_does_not_see_the_size_of_weights(seed: int, method: str, scale: float, shift: float) -> None:
    frame = citizens(seed)
    weights = estimates.balance_weights(frame, **OVER, method=method, target="ate").weights
    options = {"outcome": "y", "treated": "treated"}
    one = estimates.weighted_difference(frame, **options, weights=weights)
    sized = estimates.weighted_difference(frame.assign(y=frame["y"] + shift), **options, weights=weights * np.where(frame["treated"], scale, 1))
    turned = estimates.weighted_difference(frame.assign(treated=1 - frame["treated"]), **options, weights=weights)
    close([one.value, one.se], [sized.value, sized.se], 1e-7)
    close([one.value, one.low, one.high], [-turned.value, -turned.high, -turned.low])


@relation(seeds, methods)
def test_weights_of_twice_the_citizens_are_the_same_with_twice_the_effective_size(seed: int, method: str) -> None:
    frame = citizens(seed)
    one, two = (estimates.balance_weights(rows, **OVER, method=method) for rows in (frame, pd.concat([frame, frame], ignore_index=True)))
    close(np.tile(one.weights, 2), two.weights, 1e-6)
    close(one.ess * 2, two.ess, 1e-6)
