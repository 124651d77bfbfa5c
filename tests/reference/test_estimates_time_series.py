"""The interrupted time series against R's glm(quasipoisson) and sandwich::NeweyWest (r/time_series.R), and against statsmodels."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt.estimates import interrupted_time_series
from effekt.estimates.time_series import TimeSeriesChange
from tests.reference.frozen import frozen

R = frozen("time_series")
OURS = {"(Intercept)": "intercept"}


def series(case: dict) -> tuple[pd.DataFrame, pd.Timestamp]:
    months = pd.date_range("2010-01-01", periods=case["n"], freq="MS")
    return pd.DataFrame({"month": months, "events": case["events"], "exposure": case["exposure"]}), months[case["start"]]


def fitted(case: dict) -> TimeSeriesChange:
    frame, start = series(case)
    return interrupted_time_series(frame, start=start, season=case["season"], slope=case["sloped"], hac_lags=case["lag"])


@pytest.mark.parametrize("name", R)
def test_coefficients_model_errors_and_hac_errors(name: str) -> None:
    case, ours = R[name], fitted(R[name]).coefficients.set_index("name")
    assert list(ours.index) == [OURS.get(term, term) for term in case["names"]]
    assert_allclose(ours["estimate"], case["estimate"], rtol=1e-7, atol=1e-10)
    assert_allclose(ours["se"], case["se"], rtol=1e-7)
    assert_allclose(ours["se_hac"], case["se_hac"], rtol=1e-6)


@pytest.mark.parametrize("name", R)
def test_ratio_a_year_after_with_its_delta_method_interval(name: str) -> None:
    case, ours = R[name], fitted(R[name]).ratio_at_12
    half = 1.959963984540054 * case["se_ratio_12"]
    assert_allclose((ours.value, ours.low, ours.high), np.exp(case["log_ratio_12"] + np.array([0, -half, half])), rtol=1e-7)
    assert_allclose(ours.facts["se_hac"], case["hac_ratio_12"], rtol=1e-6)


@pytest.mark.parametrize("name", R)
def test_dispersion_autocorrelation_and_the_series_without_the_change(name: str) -> None:
    case, ours = R[name], fitted(R[name])
    assert_allclose((ours.dispersion, ours.autocorrelation), (case["dispersion"], case["autocorrelation"]), rtol=1e-7)
    for column in ("rate", "low", "high"):
        assert_allclose(ours.counterfactual[column], case[column], rtol=1e-7)


def test_default_lags_and_the_slope_decided_by_the_number_of_months() -> None:
    frame, start = series(R["seasonal"])
    whole = interrupted_time_series(frame, start=start)
    assert whole.hac_lags == 6 and whole.slope.value is not None
    assert_allclose(whole.coefficients["se_hac"], R["seasonal"]["se_hac"], rtol=1e-6)
    short, start = series(R["step_only"])
    ours = interrupted_time_series(short, start=start, season=1)
    assert ours.slope.value is None and "level_only" in ours.step.cautions
    assert_allclose(math.log(ours.step.value), math.log(ours.ratio_at_12.value))


def test_statsmodels_gives_the_same_quasi_poisson_and_hac_errors() -> None:
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    frame, start = series(R["seasonal"])
    ours = interrupted_time_series(frame, start=start)
    from effekt.estimates import frames, time_series

    months = frames.month_numbers(frame["month"])
    _, design = time_series._design(months, (frame["month"] >= start).to_numpy(), 2, True)
    model = GLM(frame["events"].to_numpy(), design, family=Poisson(), offset=np.log(frame["exposure"].to_numpy()))
    assert_allclose(ours.coefficients["se"], model.fit(scale="X2", tol=1e-12).bse, rtol=1e-7)
    hac = model.fit(cov_type="HAC", cov_kwds={"maxlags": 6, "use_correction": False}, tol=1e-12)
    assert_allclose(ours.coefficients["se_hac"], hac.bse, rtol=1e-6)
