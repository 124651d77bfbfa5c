"""The wild cluster bootstrap and synthetic control: conventions that a reader relies on, and what is refused."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import minimize

from effekt import estimates
from effekt.errors import DataError
from tests.sound import check

pytestmark = pytest.mark.filterwarnings("error", "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


def clustered(clusters: int = 6, rows: int = 48, seed: int = 3, effect: float = 0.5) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    group = np.arange(rows) % clusters
    x = generator.normal(size=rows) + 0.3 * group
    noise = generator.normal(size=clusters)[group] + generator.normal(size=rows)
    return pd.DataFrame({"g": group, "x": x, "z": generator.normal(size=rows), "y": effect * x + noise})


def test(frame: pd.DataFrame, **options: object) -> object:
    return check(estimates.wild_cluster_bootstrap(frame, **{"y": "y", "x": ["x", "z"], "tested": "x", "cluster": "g", **options}))


test.__test__ = False


def test_with_five_clusters_no_p_is_below_a_sixteenth() -> None:
    strong = clustered(5, 40, effect=50.0)
    found = test(strong)
    assert (found.p, found.smallest_p, found.n_draws) == (2 / 32, 0.0625, 32) and "few_clusters" in found.cautions


def test_the_null_that_is_the_estimate_is_never_rejected() -> None:
    found = test(clustered())
    at_estimate = test(clustered(), null=found.coefficient)
    assert at_estimate.p == 1.0 and at_estimate.t == pytest.approx(0, abs=1e-9)


def test_row_order_units_of_measure_and_an_own_intercept_change_nothing() -> None:
    frame = clustered()
    plain = test(frame)
    for other, options in (
        (frame.sample(frac=1, random_state=1), {}),
        (frame.assign(y=100 * frame["y"], x=frame["x"] / 7), {}),
        (frame.assign(one=1.0), {"x": ["one", "x", "z"]}),
        (frame.assign(g=frame["g"].map(lambda code: f"c{9 - code}")), {}),
        (frame.assign(w=2.5), {"weights": "w"}),
        (frame, {"x": ["z"]}),
    ):
        found = test(other, **options)
        assert (found.p, found.n_draws) == (plain.p, plain.n_draws) and found.t == pytest.approx(plain.t)


def test_fixed_effects_are_given_as_a_category_and_count_in_k() -> None:
    frame = clustered(rows=60).assign(year=lambda f: pd.Categorical(np.arange(len(f)) // 6 % 4))
    found = test(frame, x=["x", "year"])
    dummies = pd.get_dummies(frame["year"], prefix="t", dtype=float)
    same = test(pd.concat([frame, dummies], axis=1), x=["x", *dummies.columns])
    assert (found.p, found.t) == (same.p, pytest.approx(same.t))


def test_more_than_twelve_clusters_draw_from_the_seed_and_agree_with_every_pattern() -> None:
    frame = clustered(13, 78, effect=0.15)
    found, again, other = (test(frame, draws=4000, seed=seed) for seed in (1, 1, 2))
    assert found.p == again.p and not found.enumerated and found.n_draws == 4001 and found.smallest_p == 1 / 4001
    twelve = frame[frame["g"] < 12]
    exact = test(twelve)
    assert exact.enumerated and exact.n_draws == 4096
    assert found.p == pytest.approx(other.p, abs=0.05)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("weighted", [False, True])
def test_the_shortcut_is_the_same_as_refitting_every_pattern(seed: int, weighted: bool) -> None:
    frame = clustered(6, 24, seed=seed, effect=0.2).assign(w=lambda f: np.exp(f["z"]) if weighted else 1.0)
    x = np.column_stack([np.ones(24), frame["x"], frame["z"]])
    y, g, w = (frame[name].to_numpy() for name in ("y", "g", "w"))
    bread = np.linalg.inv((x * w[:, None]).T @ x)

    def t(outcome: np.ndarray) -> float:
        beta = bread @ x.T @ (w * outcome)
        scores = np.array([x[g == k].T @ (w * (outcome - x @ beta))[g == k] for k in range(6)])
        return float((beta[1] - 0.1) / np.sqrt((bread @ scores.T @ scores @ bread)[1, 1] * 6 / 5 * 23 / 21))

    others, shifted = x[:, [0, 2]], y - 0.1 * frame["x"].to_numpy()
    residual = shifted - others @ np.linalg.solve((others * w[:, None]).T @ others, others.T @ (w * shifted))
    drawn = np.array([t(y - residual + np.array(signs)[g] * residual) for signs in product([1, -1], repeat=6)])
    found = test(frame, weights="w", null=0.1)
    assert found.t == pytest.approx(t(y)) and found.p == np.mean(np.abs(drawn) >= abs(t(y)) - 1e-9)


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        ({"g": 1}, {}, "one value only"),
        ({"y": np.nan}, {}, "y is missing"),
        ({"z": lambda f: 3 * f["x"] + 1}, {}, "follows from the other columns"),
        ({"y": lambda f: f["z"] * 2 + 1}, {}, "fit y exactly"),
        ({}, {"tested": "absent"}, "no column of the design"),
        ({"w": 0.0}, {"weights": "w"}, "w is not above 0"),
    ],
)
def test_a_regression_that_cannot_be_tested_is_refused(change: dict, options: dict, said: str) -> None:
    with pytest.raises(DataError, match=said):
        test(clustered().assign(**change), **options)
    with pytest.raises(DataError, match="2 rows for 3 coefficients|coefficients"):
        test(clustered().iloc[:3])


def panel(seed: int = 4, units: int = 7, periods: int = 20, effect: float = -2.0) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    y = 5 + generator.normal(size=(units, 1)) + np.cumsum(generator.normal(0, 0.3, (units, periods)), axis=1)
    y[0] = 0.6 * y[1] + 0.4 * y[2] + generator.normal(0, 0.05, periods)
    y[0, 14:] += effect
    months = pd.date_range("2013-01-01", periods=periods, freq="MS")
    return pd.DataFrame({"unit": np.repeat(np.arange(units), periods), "month": np.tile(months, units), "y": y.ravel(), "exposure": 2.0})


def synthetic(frame: pd.DataFrame, **options: object) -> object:
    return check(estimates.synthetic_control(frame, **{"treated": 0, "start": pd.Timestamp("2014-03-01"), "outcome": "y", **options}))


def test_the_mix_that_made_the_unit_is_found_again() -> None:
    found = synthetic(panel())
    assert_allclose(found.weights[[1, 2]], [0.6, 0.4], atol=0.15)
    assert found.weights.sum() == pytest.approx(1) and (found.weights >= 0).all()
    assert found.average_effect.value == pytest.approx(-2, abs=0.3) and found.p_placebo == 1 / 7 == found.average_effect.p
    assert (found.average_effect.low, found.average_effect.claim) == (None, "identified") and "few_placebos" in found.average_effect.cautions
    assert found.placebos["treated"].tolist() == [True] + [False] * 6


def test_adding_to_all_units_and_scaling_change_the_effect_only_by_scale() -> None:
    plain, other = synthetic(panel()), synthetic(panel().assign(y=lambda f: 10 * f["y"] + 100))
    assert_allclose(other.weights, plain.weights, atol=1e-9)
    assert other.average_effect.value == pytest.approx(10 * plain.average_effect.value) and other.p_placebo == plain.p_placebo


def test_a_rate_is_events_by_exposure_and_several_treated_units_are_one() -> None:
    frame = panel().rename(columns={"y": "events"})
    assert synthetic(frame, outcome="rate").average_effect.value == pytest.approx(synthetic(panel()).average_effect.value / 2)
    both = synthetic(frame, outcome="rate", treated=[0, 1])
    assert len(both.weights) == 5 and both.average_effect.unit == "0+1"
    pair = frame[frame["unit"] < 2].groupby("month")[["events", "exposure"]].sum()
    assert_allclose(both.gap["observed"], pair["events"] / pair["exposure"])


def test_predictors_are_matched_in_standard_deviations() -> None:
    frame = panel().assign(age=lambda f: 70 + f["unit"] * 1.5, share=lambda f: 0.1 * (f["unit"] - 2) ** 2)
    found = synthetic(frame, predictors=["age", "share"])
    means = frame.groupby("unit")[["age", "share"]].mean()
    far = ((means - means.loc[0]) / means.std()).loc[1:].to_numpy()

    def loss(weights: np.ndarray) -> float:
        return float(np.sum((weights @ far) ** 2))

    searched = minimize(loss, np.full(6, 1 / 6), bounds=[(0, 1)] * 6, constraints={"type": "eq", "fun": lambda w: w.sum() - 1}, method="SLSQP")
    assert loss(found.weights.to_numpy()) == pytest.approx(searched.fun, rel=1e-4) and loss(found.weights.to_numpy()) <= searched.fun + 1e-12
    scaled = synthetic(frame.assign(age=frame["age"] * 1000), predictors=["age", "share"])
    assert_allclose(scaled.weights, found.weights, atol=1e-9)


def test_too_many_units_for_the_periods_is_said() -> None:
    frame = panel(units=12, periods=16)
    short = frame[frame["month"] >= "2013-12-01"]
    assert "weights_not_unique" in synthetic(short).average_effect.cautions


def test_units_that_are_all_alike_give_no_effect() -> None:
    found = synthetic(panel().assign(y=1.0))
    assert (found.average_effect.value, found.p_placebo) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("frame", "options", "said"),
    [
        (panel(), {"treated": 99}, "not in the column unit"),
        (panel().query("unit <= 1"), {}, "1 comparison units"),
        (panel(), {"start": pd.Timestamp("2013-01-01")}, "0 periods before"),
        (panel(), {"start": pd.Timestamp("2019-01-01")}, "and 0 after"),
        (panel().iloc[1:], {}, "no row or several"),
        (panel().assign(y=np.inf), {}, "y is infinite"),
        (panel().assign(age=4.0), {"predictors": ["age"]}, "age is the same for every unit"),
        (panel(), {"predictors": []}, "predictors is empty"),
        (panel().assign(events=1.0, exposure=0.0), {"outcome": "rate"}, "exposure is not above 0"),
        (panel().loc[lambda f: f["month"] != pd.Timestamp("2013-05-01")], {}, "missing"),
    ],
)
def test_a_panel_without_a_comparison_is_refused(frame: pd.DataFrame, options: dict, said: str) -> None:
    with pytest.raises(DataError, match=said):
        synthetic(frame, **options)
