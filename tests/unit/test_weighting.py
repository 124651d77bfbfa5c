"""Weights and weighted differences: what they are invariant to, what is said of poor overlap, what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt import estimates
from effekt.errors import DataError
from tests.sound import check

pytestmark = pytest.mark.filterwarnings("error", "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
KINDS = [(method, target) for method in ("propensity", "entropy") for target in ("att", "ate")]


def people(n: int = 200, seed: int = 5) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    age, alone = generator.normal(80, 6, n), generator.integers(0, 2, n)
    treated = generator.random(n) < 1 / (1 + np.exp(-(age - 80) / 10 - 0.5 * alone + 0.3))
    y = 0.1 * age + alone - 0.5 * treated + generator.normal(size=n)
    return pd.DataFrame({"age": age, "alone": alone, "kind": generator.choice(["a", "b", "c"], n), "treated": treated, "y": y})


def weigh(frame: pd.DataFrame, **options: object) -> object:
    return check(estimates.balance_weights(frame, **{"treated": "treated", "covariates": ["age", "alone", "kind"], **options}))


@pytest.mark.parametrize(("method", "target"), KINDS)
def test_weights_do_not_depend_on_units_row_order_or_the_names_of_levels(method: str, target: str) -> None:
    frame = people()
    plain = weigh(frame, method=method, target=target)
    shuffled = frame.sample(frac=1, random_state=1)
    months = frame.assign(age=12 * frame["age"], kind=frame["kind"].map({"a": "z", "b": "y", "c": "x"}))
    assert_allclose(weigh(shuffled, method=method, target=target).weights.sort_index(), plain.weights, rtol=1e-6)
    assert_allclose(weigh(months, method=method, target=target).weights, plain.weights, rtol=1e-6)
    assert plain.balance["smd_after"].abs().max() < plain.balance["smd_before"].abs().max()


@pytest.mark.parametrize(("method", "target"), KINDS)
def test_doubling_everybody_keeps_weights_and_estimate_and_shrinks_the_error_by_root_two(method: str, target: str) -> None:
    frame = people()
    twice = pd.concat([frame, frame], ignore_index=True)
    plain, double = (weigh(f, method=method, target=target) for f in (frame, twice))
    assert_allclose(double.weights[: len(frame)], plain.weights, rtol=1e-6)
    first, second = (
        check(estimates.weighted_difference(f, outcome="y", treated="treated", weights=w)) for f, w in ((frame, plain), (twice, double))
    )
    assert second.value == pytest.approx(first.value) and second.se == pytest.approx(first.se / np.sqrt(2))
    assert_allclose(double.ess, 2 * plain.ess, rtol=1e-6)


def test_swapping_the_arms_turns_the_sign_of_the_average_effect() -> None:
    frame = people()
    swapped = frame.assign(treated=~frame["treated"])
    values = [
        estimates.weighted_difference(f, outcome="y", treated="treated", weights=weigh(f, target="ate")).value for f in (frame, swapped)
    ]
    assert values[1] == pytest.approx(-values[0])


def test_the_scale_of_the_weights_does_not_matter_and_a_column_serves_as_well() -> None:
    frame = people().assign(w=lambda f: 1 + f["alone"])
    plain = estimates.weighted_difference(frame, outcome="y", treated="treated", weights="w")
    for weights in (frame["w"] * 7, (frame["w"] * 7).to_list()):
        assert estimates.weighted_difference(frame, outcome="y", treated="treated", weights=weights).se == pytest.approx(plain.se)
    assert "alike_on_measured" not in plain.reasons and plain.claim == "descriptive"
    weighed = estimates.weighted_difference(frame, outcome="y", treated="treated", weights=weigh(frame))
    assert "alike_on_measured" in weighed.reasons and weighed.n_citizens == len(frame)


def test_equal_weights_give_the_plain_difference_of_means() -> None:
    frame = people()
    found = estimates.weighted_difference(frame, outcome="y", treated="treated", weights=np.ones(len(frame)))
    arms = frame.groupby("treated")["y"]
    assert found.value == pytest.approx(arms.mean()[True] - arms.mean()[False])
    assert found.se == pytest.approx(np.sqrt((arms.var(ddof=0) / arms.size()).sum()))


def test_terms_are_the_columns_they_stand_for() -> None:
    frame = people().assign(age2=lambda f: f["age"] ** 2, product=lambda f: f["age"] * f["alone"], alone=lambda f: f["alone"].astype(float))
    by_term = weigh(frame, covariates=["age", "alone", "age**2", "age:alone"])
    by_column = weigh(frame, covariates=["age", "alone", "age2", "product"])
    assert_allclose(by_term.weights, by_column.weights, rtol=1e-6)
    factor = weigh(frame, covariates=["age", "C(alone)"])
    assert factor.balance["covariate"].tolist() == ["age", "alone[1.0]"]
    assert_allclose(factor.weights, weigh(frame, covariates=["age", "alone"]).weights, rtol=1e-6)


def test_poor_overlap_is_said_in_the_result_and_in_the_estimate() -> None:
    frame = people(400)
    generator = np.random.default_rng(1)
    frame["treated"] = generator.random(400) < 1 / (1 + np.exp(-(frame["age"] - 85)))
    found = weigh(frame, covariates=["age"], target="ate")
    assert {"weights_unbalanced", "weights_few"} & set(found.cautions)
    estimate = check(estimates.weighted_difference(frame, outcome="y", treated="treated", weights=found))
    assert set(found.cautions) <= set(estimate.cautions) and estimate.facts["largest_smd"] == pytest.approx(found.facts["largest_smd"])


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        ({"treated": True}, {}, "true in all 200 rows"),
        ({"treated": False}, {}, "false in all 200 rows"),
        ({"treated": 2}, {}, "neither true nor false"),
        ({"age": np.nan}, {}, "age is missing"),
        ({"age": np.inf}, {}, "age is infinite"),
        ({"kind": None}, {}, "kind is missing"),
        ({"age": 1.0}, {}, "age does not vary"),
        ({"alone": lambda f: f["treated"].astype(int)}, {}, "separation"),
        ({"alone": lambda f: f["treated"].astype(int)}, {"method": "entropy"}, "the same for the whole comparison arm"),
        ({"age": lambda f: np.where(f["treated"], f["age"] + 100, f["age"])}, {"method": "entropy"}, "No weights of the comparison arm"),
        ({}, {"covariates": []}, "covariates is empty"),
        ({}, {"covariates": "age"}, "one text"),
        ({}, {"covariates": ["age", "age"]}, "more than once"),
        ({}, {"covariates": ["height"]}, "lacks the column height"),
        ({}, {"method": "matching"}, "must be propensity or entropy"),
    ],
)
def test_what_cannot_be_balanced_is_refused(change: dict, options: dict, said: str) -> None:
    with pytest.raises(DataError, match=said):
        weigh(people().assign(**change), **options)


def test_weights_that_do_not_fit_the_frame_are_refused() -> None:
    frame = people()
    for weights, said in (
        (np.ones(3), "3 weights for 200 rows"), (pd.Series(1.0, index=range(1, 201)), "another index"), (-np.ones(200), "below 0"),
        (np.where(frame["treated"], 0.0, 1.0), "one arm are 0"), (np.where(frame["treated"], 1.0, 0.0), "one arm are 0"),
        (np.full(200, np.nan), "missing"),
    ):  # fmt: skip
        with pytest.raises(DataError, match=said):
            estimates.weighted_difference(frame, outcome="y", treated="treated", weights=weights)


@pytest.mark.parametrize("treated", [True, False])
def test_a_difference_needs_both_arms(treated: bool) -> None:
    with pytest.raises(DataError, match="nobody to compare with"):
        estimates.weighted_difference(people().assign(treated=treated), outcome="y", treated="treated", weights=np.ones(200))


def test_a_constant_outcome_has_no_difference_and_no_interval() -> None:
    found = check(estimates.weighted_difference(people().assign(y=2.0), outcome="y", treated="treated", weights=np.ones(200)))
    assert (found.value, found.low) == (0.0, None) and "perfect_fit" in found.cautions
