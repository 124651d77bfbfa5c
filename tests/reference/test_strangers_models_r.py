"""Series, repeated measures, costs, pooling and time to event as a stranger would give and call them, against R (r/strangers_models.R)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt import estimates
from effekt.errors import DataError
from tests.reference.frozen import frozen

R = frozen("strangers_models")
ITS = R["its"]
MONTHS = pd.date_range("2009-08-01", periods=ITS["n"], freq="MS")
START = MONTHS[ITS["start"]]
SERIES = pd.DataFrame({"month": MONTHS, "events": ITS["events"], "exposure": ITS["exposure"]})
Frame = pd.DataFrame
SPELLS = pd.DataFrame({"citizen_id": np.arange(len(R["aj"]["t"])), "entry": 0, "exit": R["aj"]["t"], "event": R["aj"]["e"]})
AGAIN, PEOPLE, WAVES = pd.DataFrame(R["ag"]["data"]), pd.DataFrame(R["two"]["data"]), pd.DataFrame(R["gee_data"])


def odd(frame: Frame) -> Frame:
    """Rows in another order, under an index that is not unique, with a column nobody asked for."""
    mixed = frame.sample(frac=1, random_state=3).assign(left_over="x")
    return mixed.set_axis(np.arange(len(frame)) // 2, axis=0)


FORMS: dict[str, Callable[[Frame], Frame]] = {
    "stamps": odd,
    "text": lambda frame: odd(frame).assign(month=lambda rows: rows["month"].dt.strftime("%Y-%m-%d")),
    "year and month": lambda frame: odd(frame).assign(month=lambda rows: rows["month"].dt.strftime("%Y-%m")),
    "periods": lambda frame: odd(frame).assign(month=lambda rows: rows["month"].dt.to_period("M")),
    "dates": lambda frame: odd(frame).assign(month=lambda rows: rows["month"].dt.date),
    "zoned": lambda frame: odd(frame).assign(month=lambda rows: rows["month"].dt.tz_localize("UTC")),
    "nullable": lambda frame: odd(frame).assign(events=lambda rows: rows["events"].astype("Int64")),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize(
    ("key", "options"),
    [("h2", {}), ("h1", {"season": 1, "hac_lags": 3}), ("h3", {"season": 3, "slope": True}), ("h0", {"season": 0, "hac_lags": 12}),
     ("lev", {"slope": False})],
)  # fmt: skip
def test_a_seasonal_series(form: Callable[[Frame], Frame], key: str, options: dict) -> None:
    wanted = ITS[key]
    found = estimates.interrupted_time_series(form(SERIES), start=START, **options)
    ours = found.coefficients.set_index("name")
    for name, theirs in (("trend", "t"), ("step", "step"), ("slope", "sl")):
        if theirs in wanted["names"]:
            place = wanted["names"].index(theirs)
            three = [wanted[what][place] for what in ("est", "se", "hac")]
            assert_allclose(ours.loc[name, ["estimate", "se", "se_hac"]].astype(float), three, rtol=1e-6)
    assert_allclose([found.dispersion, found.events_avoided.value], [wanted["disp"], wanted["avoided"]], rtol=1e-6)


@pytest.mark.parametrize("start", [str(START.date()), START.strftime("%Y-%m"), START.date(), np.datetime64(START), START.to_period("M")], ids=type)
def test_the_start_may_be_told_in_any_usual_way(start: object) -> None:
    assert estimates.interrupted_time_series(SERIES, start=start).step.se == pytest.approx(ITS["h2"]["se"][2], rel=1e-6)


@pytest.mark.parametrize("structure", ["independence", "exchangeable", "ar1"])
@pytest.mark.parametrize(("family", "outcome"), [("gaussian", "y"), ("poisson", "adm"), ("binomial", "any")])
def test_gee(family: str, outcome: str, structure: str) -> None:
    frame = odd(WAVES).assign(who=lambda rows: rows["who"].astype(str), treated=lambda rows: rows["treated"].astype(bool))
    options = {"outcome": outcome, "covariates": ["treated", "age"], "groups": "who", "family": family, "structure": structure}
    found = estimates.gee(frame, **options, **({"time": "wave"} if structure == "ar1" else {}))
    wanted = R["gee"][f"{family}_{structure}"]
    assert_allclose(found.coefficients[["estimate", "se"]].T, [wanted["est"], wanted["se"]], rtol=1e-4)
    assert_allclose([found.correlation, found.dispersion], [wanted["alpha"], wanted["phi"]], rtol=1e-4, atol=1e-9)


def test_mixed_with_and_without_a_slope() -> None:
    plain = estimates.mixed(odd(WAVES), outcome="y", covariates=["treated", "wave", "age", "treated:wave"], groups="who")
    wanted = R["mixed"]["int"]
    assert_allclose(plain.coefficients[["estimate", "se"]].T, [wanted["est"], wanted["se"]], rtol=1e-4)
    assert_allclose([plain.covariance.iloc[0, 0], plain.residual], wanted["vc"], rtol=1e-4)
    sloped = estimates.mixed(WAVES, outcome="y", covariates=["treated", "wave"], groups="who", slopes=("wave",))
    assert_allclose(sloped.coefficients["estimate"], R["mixed"]["slo"]["est"], rtol=1e-3)
    assert sloped.log_likelihood == pytest.approx(R["mixed"]["slo"]["ll"], abs=1e-5) and "singular_variance" in sloped.cautions


def test_a_variance_that_the_first_search_took_for_none() -> None:
    """From R's lmer on the same rows: a search that steps onto 0 finds no slope there, and 0 is not the minimum."""
    rng, who = np.random.default_rng(400), np.repeat(np.arange(12), 3)
    frame = pd.DataFrame({"who": who, "wave": np.tile([0.0, 1, 2], 12), "treated": who % 2, "years": rng.uniform(0.3, 1, 36)})
    frame["y"] = rng.normal(0, 1, 12)[who] + 0.3 * frame["wave"] + rng.normal(size=36)
    found = estimates.mixed(frame.assign(who=100 - who), outcome="y", covariates=["treated", "wave"], groups="who")
    assert_allclose(np.sqrt([found.covariance.iloc[0, 0], found.residual]), [0.1162406837, 1.2712806189], rtol=1e-5)


def test_two_part_cost() -> None:
    wanted = R["two"]
    frame = odd(PEOPLE).assign(tr=lambda rows: rows["tr"].astype(bool), kom=lambda rows: rows["kom"].astype("category"))
    found = estimates.two_part_cost(frame, cost="cost", treated="tr", covariates=["age", "sex", "kom"])
    assert_allclose(found.means[["estimate", "se"]].T, [wanted["means"], wanted["se"]], rtol=1e-5)
    assert_allclose([found.marginal_effect.value, found.marginal_effect.se], [wanted["means"][0] - wanted["means"][1], wanted["diff_se"]], rtol=1e-5)
    assert_allclose(found.coefficients["estimate"], wanted["logit"] + wanted["amount"], rtol=1e-6)
    assert_allclose([*found.coefficients["se"], found.park.exponent], [*wanted["logit_se"], *wanted["amount_se"], wanted["park"][1]], rtol=1e-6)


@pytest.mark.parametrize("test", ["z", "hksj"])
@pytest.mark.parametrize("tau2", ["REML", "DL", "PM", "ML", "SJ", "EE"])
@pytest.mark.parametrize("spread", [1, 2, 3])
def test_pooling_five(spread: int, tau2: str, test: str) -> None:
    given = R[f"pool{spread}"]
    wanted = given[f"{tau2}_{'z' if test == 'z' else 'knha'}"]
    frame = pd.DataFrame({"unit": list("vwxyz"), "estimate": given["yi"], "se": given["sei"]})
    found = estimates.pool(odd(frame), tau2=tau2, test=test)
    assert_allclose([found.estimate, found.se, found.low, found.high], [wanted[name] for name in ("b", "se", "lo", "hi")], rtol=1e-5)
    assert_allclose([found.tau2, found.i2, found.q], [wanted["tau2"], wanted["i2"], wanted["q"]], rtol=1e-5, atol=1e-9)
    if isinstance(wanted["pl"], float):
        assert_allclose([found.prediction.low, found.prediction.high], [wanted["pl"], wanted["ph"]], rtol=1e-5)
        assert found.prediction.df == (4 if test == "hksj" else np.inf)
    if wanted["blup"] and test == "z":
        assert_allclose(found.blups.set_index("unit").loc[list("vwxyz"), ["estimate", "se"]].T, [wanted["blup"], wanted["blupse"]], rtol=1e-4)


def test_competing_events_and_kaplan_meier() -> None:
    wanted = R["aj"]
    frame = odd(SPELLS).assign(citizen_id=lambda rows: rows["citizen_id"].astype(str), event=lambda rows: rows["event"].astype("Int8"))
    found = estimates.cumulative_incidence(frame, at=wanted["at"])
    theirs = [wanted["at"], wanted["est"], wanted["se"], wanted["lo"], wanted["hi"], wanted["risk"]]
    assert_allclose(found[["time", "estimate", "se", "low", "high", "at_risk"]].T, theirs, rtol=1e-6)
    alive = estimates.kaplan_meier(frame.assign(event=frame["event"] == 1), at=wanted["at"])
    theirs = [wanted["km"], wanted["kmse"], wanted["kmlo"], wanted["kmhi"], wanted["kmrisk"]]
    assert_allclose(alive[["estimate", "se", "low", "high", "at_risk"]].T, theirs, rtol=1e-6)
    with pytest.raises(DataError, match="use cumulative_incidence"):
        estimates.kaplan_meier(SPELLS, at=30)
    with pytest.raises(DataError, match="days since a start"):
        estimates.cumulative_incidence(SPELLS.assign(exit=pd.Timestamp("2014-01-01") + pd.to_timedelta(SPELLS["exit"], unit="D")), at=30)


def test_recurrent_events_with_a_factor() -> None:
    frame = odd(AGAIN).assign(treated=lambda rows: rows["treated"].astype(bool), citizen_id=lambda rows: rows["citizen_id"].astype("category"))
    for covariates, names in ((["treated", "age"], ("coef", "naive", "robust")), (["treated", "age", "zone"], ("zcoef", "znaive", "zrobust"))):
        found = estimates.recurrent_events(frame, covariates=covariates)
        assert_allclose(found[["coefficient", "se_naive", "se_robust"]].T, [R["ag"][name] for name in names], rtol=1e-6)
