"""Pooling against metafor (r/pooling.R) and the 13 BCG trials as published (statistics of Colditz et al. 1994, JAMA 271:698)."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt.estimates import leave_one_out, pool
from tests.reference.frozen import frozen

R = frozen("pooling")
TESTS = {"z": "z", "knha": "hksj"}
CASES = [(name, fit) for name in ("bcg", "five", "alike") for fit in R[name]["fits"]]
PAULE_MANDEL = 2e-4  # metafor stops its search for the Paule-Mandel root early, whatever tolerance it is given; ours goes on to the root


def effects(name: str) -> pd.DataFrame:
    y = R[name]["yi"]
    return pd.DataFrame({"unit": [f"trial {number}" for number in range(len(y))], "estimate": y, "se": np.sqrt(R[name]["vi"])})


@pytest.mark.parametrize(("name", "fit"), CASES, ids=[f"{name}-{fit['method']}-{fit['test']}" for name, fit in CASES])
def test_every_estimator_of_the_spread_and_both_tests_are_metafors(name: str, fit: dict) -> None:
    ours = pool(effects(name), tau2=fit["method"], test=TESTS[fit["test"]])
    close = {"rtol": PAULE_MANDEL, "atol": PAULE_MANDEL} if fit["method"] == "PM" else {"rtol": 1e-6, "atol": 1e-9}
    for field in ("estimate", "se", "low", "high", "i2", "q"):
        assert_allclose(getattr(ours, field), fit[field], **close, err_msg=field)
    assert_allclose(ours.tau2, fit["tau2"], rtol=close["rtol"], atol=max(close["atol"], 1e-8))
    assert_allclose(ours.effect.p, fit["p"], rtol=1e-3 if fit["method"] == "PM" else 1e-5)
    assert_allclose(ours.effect.facts["q_p"], fit["q_p"], rtol=1e-8)
    ahead = (fit["low"], fit["high"]) if fit["method"] == "EE" else (fit["prediction_low"], fit["prediction_high"])
    assert_allclose(ours.prediction[:2], ahead, **close)
    assert ours.prediction.df == (len(ours.units) - 1 if fit["test"] == "knha" else math.inf)
    assert_allclose(ours.effect.value, math.exp(fit["estimate"]), **close)
    if fit["method"] != "EE":
        assert_allclose(ours.blups["estimate"], fit["blup"], **close)
        assert_allclose(ours.blups["se"], fit["blup_se"], rtol=max(close["rtol"], 1e-5), atol=max(close["atol"], 1e-7))
        assert_allclose(ours.blups["low"], fit["blup_low"], rtol=max(close["rtol"], 1e-5), atol=max(close["atol"], 1e-6))


@pytest.mark.parametrize(
    ("tau2", "test", "estimate", "se", "spread"),
    [
        ("DL", "z", -0.714117, 0.178742, 0.308760),
        ("PM", "z", None, None, 0.318068),
        ("REML", "z", -0.714532, 0.179782, 0.313243),
        ("REML", "hksj", -0.714532, 0.180792, 0.313243),
    ],
)
def test_the_bcg_trials_as_published(tau2: str, test: str, estimate: float | None, se: float | None, spread: float) -> None:
    ours = pool(effects("bcg"), tau2=tau2, test=test)
    assert ours.tau2 == pytest.approx(spread, abs=1e-6)
    assert ours.q == pytest.approx(152.233, abs=1e-3)
    if estimate is not None:
        assert (ours.estimate, ours.se) == pytest.approx((estimate, se), abs=1e-6)


def test_the_bcg_trials_interval_and_prediction_interval_with_12_degrees_of_freedom() -> None:
    ours = pool(effects("bcg"), tau2="REML", test="hksj")
    assert (ours.low, ours.high) == pytest.approx((-1.108444, -0.320621), abs=1e-6)
    assert (ours.prediction.low, ours.prediction.high) == pytest.approx((-1.996017, 0.566953), abs=1e-4)
    assert ours.prediction.df == 12


def test_leaving_one_out_is_metafors() -> None:
    left = leave_one_out(effects("bcg"), tau2="DL")
    for field in ("estimate", "se", "tau2"):
        assert_allclose(left[field], R["bcg"]["left_out"][field], rtol=1e-9)
