"""Staggered starts, few clusters, weights, synthetic comparison and bootstrap as a stranger would give and call them (r/strangers_comparison.R)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt import estimates
from tests.reference.frozen import frozen

R = frozen("strangers_comparison")
Frame = pd.DataFrame
JANUARY = pd.Timestamp("2012-01-01")


def stamp(period: float) -> pd.Timestamp | None:
    return None if np.isnan(period) else JANUARY + pd.DateOffset(months=int(period))


def monthly(panel: Frame) -> Frame:
    told = panel.assign(month=[stamp(period) for period in panel["period"]], start=pd.to_datetime([stamp(start) for start in panel["start"]]))
    return told.drop(columns="period")


FORMS: dict[str, Callable[[Frame], Frame]] = {
    "as it is": lambda panel: panel,
    "mixed": lambda panel: panel.assign(unit="k" + panel["unit"].astype(str), left_over="q").sample(frac=1, random_state=4),
    "categories": lambda panel: panel.assign(unit=panel["unit"].astype("category"), start=panel["start"].astype("Int64")),
    "objects": lambda panel: panel.assign(start=[None if np.isnan(start) else int(start) for start in panel["start"]]),
    "months": monthly,
    "periods": lambda panel: monthly(panel).assign(
        month=lambda rows: rows["month"].dt.to_period("M"), start=lambda rows: rows["start"].dt.to_period("M")
    ),
}


def cohorts(name: str) -> Frame:
    given = R["stag"][name]
    y, start, periods = np.array(given["y"]), np.array(given["g"], dtype=float), given["periods"]
    n = len(start)
    return pd.DataFrame(
        {"unit": np.repeat(np.arange(n) * 3 + 5, len(periods)), "period": np.tile(periods, n), "y": y.ravel(),
         "start": np.repeat(np.where(start == 0, np.nan, start), len(periods))}
    )  # fmt: skip


GAPLESS = [(name, form) for name in "ABCD" for form in FORMS if not (name == "B" and form in ("months", "periods"))]


@pytest.mark.parametrize(("name", "form"), GAPLESS)
def test_staggered_starts(name: str, form: str) -> None:
    """A: four cohorts; B: every second year; C: a cohort that starts in the first period; D: everybody starts sooner or later."""
    panel = FORMS[form](cohorts(name))
    for control, base in ((control, base) for control in ("never", "not_yet") for base in ("varying", "universal")):
        wanted = R["stag"][name].get(f"{control}_{base}")
        if wanted is None:
            continue
        options = {"outcome": "y", "control": control, "base": base, "replicates": 1}
        simple, event, group = (estimates.staggered(panel, **options, aggregate=way) for way in ("simple", "event", "group"))
        assert_allclose(simple.att_gt[["estimate", "se"]], np.array(wanted["att"])[:, 2:], rtol=1e-6, atol=1e-12)
        assert_allclose(event.by_event[["estimate", "se"]], np.array(wanted["event"])[:, 1:], rtol=1e-6, atol=1e-12)
        assert_allclose(group.by_group[["estimate", "se"]], np.array(wanted["group"])[:, 1:], rtol=1e-6, atol=1e-12)
        for found, key in ((simple, "simple"), (event, "event_overall"), (group, "group_overall")):
            assert_allclose([found.overall.value, found.overall.se], wanted[key], rtol=1e-6)


DID = R["did"]
PANEL = pd.DataFrame(DID["panel"]).assign(start=lambda rows: rows["start"].astype(float))


def two_way(found: estimates.DifferenceInDifferences, wanted: dict, rel: float = 1e-6) -> None:
    theirs = [wanted["b"], wanted["cr0"], wanted["cr1"], wanted["cr2"]]
    assert_allclose([found.coefficient, found.cr0.se, found.cr1.se, found.cr2.se], theirs, rtol=rel)
    assert found.cr2.df == pytest.approx(wanted["df"], rel=1e-4) and found.n == wanted["n"]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_two_way_effects(form: Callable[[Frame], Frame]) -> None:
    panel = form(PANEL)
    two_way(estimates.difference_in_differences(panel), DID["lin"])
    two_way(estimates.difference_in_differences(panel, weights="pop"), DID["wt"])
    two_way(estimates.difference_in_differences(panel, model="poisson"), DID["poi"], 1e-5)
    two_way(estimates.difference_in_differences(panel.drop(columns="rate"), model="poisson"), DID["poi"], 1e-5)
    two_way(estimates.difference_in_differences(panel, outcome="score"), DID["score"])
    two_way(estimates.difference_in_differences(panel.drop(columns="cluster")), DID["byunit"])


def test_two_way_effects_with_rows_missing() -> None:
    two_way(estimates.difference_in_differences(PANEL.drop(index=DID["unbal_rows"])), DID["unbal"])


FIRST, SECOND = pd.DataFrame(R["wild"]["w1"]), pd.DataFrame(R["wild"]["w2"])
ON_POST = {"y": "y", "x": ["post", "z"], "tested": "post", "cluster": "kom"}
ON_X = {"y": "y", "x": ("x", "z"), "tested": "x", "cluster": "g"}
WILD = {
    "a": (FIRST, ON_POST),
    "a ": (FIRST.assign(post=FIRST["post"].astype(bool)).sample(frac=1, random_state=3), {**ON_POST, "x": ["z"]}),
    "b": (FIRST.assign(year=FIRST["year"].astype("category")), {**ON_POST, "x": ["post", "z", "year"]}),
    "b ": (FIRST.assign(year=FIRST["year"].astype(str)), {**ON_POST, "x": ["post", "z", "year"]}),
    "c": (FIRST, {**ON_POST, "null": 0.25}),
    "d": (FIRST, {**ON_POST, "weights": "ww"}),
    "e": (SECOND, ON_X),
    "e ": (SECOND.assign(constant=1.0), {**ON_X, "x": ["constant", "x", "z"]}),
    "f": (SECOND, {**ON_X, "x": "x"}),
}


@pytest.mark.parametrize("case", WILD)
def test_wild_bootstrap_by_full_enumeration(case: str) -> None:
    frame, options = WILD[case]
    t, p, _ = R["wild"][case.strip()]
    found = estimates.wild_cluster_bootstrap(frame, **options)
    assert_allclose([found.t, found.p], [t, p], rtol=1e-6)
    assert found.n_draws == 2**found.n_clusters and found.tie_rule == "at_least_as_extreme"


CITIZENS = pd.DataFrame(R["wts"]["data"])
ODD = CITIZENS.assign(tr=CITIZENS["tr"].astype(bool), kom=CITIZENS["kom"].astype("category"), female=CITIZENS["female"].astype(bool))
WEIGHTS = {"prop_att": {}, "ent_att": {"method": "entropy"}, "ent_ate": {"method": "entropy", "target": "ate"}}


@pytest.mark.parametrize("key", WEIGHTS)
@pytest.mark.parametrize("frame", [CITIZENS, ODD.sample(frac=1, random_state=9)], ids=["as it is", "mixed"])
def test_weights(frame: Frame, key: str) -> None:
    found = estimates.balance_weights(frame, treated="tr", covariates=["age", "female", "adm", "kom"], **WEIGHTS[key])
    assert_allclose(found.weights.sort_index(), R["wts"]["w"][key], rtol=1e-6)
    assert_allclose(found.ess, R["wts"]["ess"][key], rtol=1e-6)
    if key == "prop_att":
        assert_allclose(found.balance["smd_before"], R["wts"]["smd0"], rtol=1e-6)
    for weights in (found.weights.to_numpy(), list(found.weights)):
        told = estimates.weighted_difference(frame, outcome="out", treated="tr", weights=weights)
        assert_allclose([told.value, told.se], R["wts"]["est"][key], rtol=1e-6)


Y = np.array(R["syn"]["Y"])
DONORS = pd.DataFrame({"unit": np.repeat(list("ABCDEFG"), Y.shape[1]), "period": np.tile(np.arange(Y.shape[1]) + 2000, len(Y)), "rate": Y.ravel()})
SYNTHETIC = {
    "as it is": (DONORS, "C"),
    "mixed": (DONORS.sample(frac=1, random_state=1).assign(unit=lambda rows: rows["unit"].astype("category"), start=np.nan), "C"),
    "numbers": (DONORS.assign(unit=DONORS["unit"].map({name: place for place, name in enumerate("ABCDEFG")})), 2),
    "counts": (DONORS.assign(events=DONORS["rate"] * 7, exposure=7.0).drop(columns="rate"), ["C"]),
}


@pytest.mark.parametrize("form", SYNTHETIC)
def test_synthetic_control(form: str) -> None:
    panel, treated = SYNTHETIC[form]
    found = estimates.synthetic_control(panel, treated=treated, start=2011)
    assert_allclose(found.weights, R["syn"]["w"], atol=1e-6)
    assert_allclose([*found.gap["gap"], found.average_effect.value, found.p_placebo], [*R["syn"]["gap"], R["syn"]["avg"], R["syn"]["p"]], atol=1e-5)


def test_bootstrap_of_a_mean() -> None:
    frame, wanted = pd.DataFrame(R["boot"]["data"]), R["boot"]
    for method, key in (("percentile", "perc"), ("bca", "bca")):
        found = estimates.bootstrap_mean_difference(frame, value="v", treated="tr", method=method, seed=1)
        assert found.value == pytest.approx(wanted["t0"]) and found.se == pytest.approx(wanted["se"], rel=0.05)
        assert_allclose([found.low, found.high], wanted[key], atol=150)  # Monte-Carlo of 10,000 and 20,000 draws


def test_municipalities_with_both_arms_can_be_drawn_whole() -> None:
    frame = pd.DataFrame(R["boot"]["data"]).assign(kom=lambda rows: np.arange(len(rows)) % 9)
    found = estimates.bootstrap_mean_difference(frame, value="v", treated="tr", unit="kom", seed=1, replicates=500)
    assert found.low is not None and found.low < found.value < found.high and found.facts["n_units"] == 9
