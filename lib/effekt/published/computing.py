"""Our estimators on the data of the published cases: for each case, figure -> number."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from effekt import estimates
from effekt.published import reading

Found = dict[str, float]
SEED = 20130201
ALPHA = 0.05
WHAT_IF = (
    "sex", "race", "age", "age**2", "education", "smokeintensity", "smokeintensity**2", "smokeyrs", "smokeyrs**2", "exercise", "active", "wt71",
    "wt71**2",
)  # fmt: skip
PLAN_AND_HEALTH = ("lncoins", "idp", "lpi", "fmde", "physlm", "disea", "hlthg", "hlthf", "hlthp")


def _injury() -> Found:
    found = estimates.difference_in_differences(reading.read_injury(), outcome="log_durat")
    return {"estimate": found.coefficient, "se_model": found.classical.se, "se_robust": found.cr1.se}


def _castle(weights: str | None = None) -> Found:
    panel = reading.read_castle().drop(columns="start").rename(columns={"period": "month"})
    found = estimates.difference_in_differences(panel, outcome="log_homicide", weights=weights)
    return {"estimate": found.coefficient, "cr0": found.cr0.se, "cr1": found.cr1.se, "cr2": found.cr2.se, "df": found.cr2.df}


def _castle_weighted() -> Found:
    return _castle("popwt")


def _castle_staggered() -> Found:
    panel = reading.read_castle()
    out: Found = {}
    for control in ("never", "not_yet"):
        found = estimates.staggered(panel, outcome="log_homicide", control=control, aggregate="simple", replicates=0).overall
        out |= {control: found.value, f"{control}_se": found.se}
    return out


def _nsw() -> Found:
    people = reading.read_nsw()
    out: Found = {}
    for method in ("percentile", "bca"):
        found = estimates.bootstrap_mean_difference(people, value="re78", treated="treat", method=method, seed=SEED)
        out |= {"estimate": found.value, f"{method}_low": found.low, f"{method}_high": found.high}
    return out


def _nhefs() -> Found:
    people = reading.read_nhefs()
    weights = estimates.balance_weights(people, treated="qsmk", covariates=WHAT_IF, target="ate")
    found = estimates.weighted_difference(people, outcome="wt82_71", treated="qsmk", weights=weights)
    return {"estimate": found.value, "se_robust": found.se}


def _randhie() -> Found:
    found = estimates.gee(
        reading.read_randhie(), outcome="mdvis", covariates=PLAN_AND_HEALTH, groups="row", family="poisson", structure="independence"
    )
    table = found.coefficients.set_index("name")
    return {**{name: table.loc[name, "estimate"] for name in ("lncoins", "idp", "physlm", "disea")}, "se_robust": table.loc["lncoins", "se"]}


def _bcg() -> Found:
    trials = reading.read_bcg()
    dl, reml, hksj = (estimates.pool(trials, tau2=tau2, test=test) for tau2, test in (("DL", "z"), ("REML", "z"), ("REML", "hksj")))
    return {
        "dl": dl.estimate, "reml": reml.estimate, "reml_se": reml.se, "tau2": reml.tau2, "hksj_low": hksj.low, "hksj_high": hksj.high,
        "prediction_low": hksj.prediction.low, "prediction_high": hksj.prediction.high,
    }  # fmt: skip


def _exact() -> Found:
    found = estimates.exact_rate_ratio((11, 21), (800, 3011))
    return {"ratio": found.value, "low": found.low, "high": found.high, "p": found.p}


def _several() -> Found:
    adjusted = {"bh": estimates.benjamini_hochberg(reading.THROMBOLYSIS_P), "holm": estimates.holm(reading.THROMBOLYSIS_P)}
    return {name: float((p <= ALPHA).sum()) for name, p in adjusted.items()}


def _evalue() -> Found:
    more, less = estimates.evalue(3.9, 1.8, 8.7), estimates.evalue(0.80, 0.71, 0.91)
    return {"more": float(more[0]), "more_limit": float(more[1]), "less": float(less[0]), "less_limit": float(less[1])}


CASES: Mapping[str, Callable[[], Found]] = {
    "injury": _injury, "castle": _castle, "castle_weighted": _castle_weighted, "castle_staggered": _castle_staggered, "nsw": _nsw, "nhefs": _nhefs,
    "randhie": _randhie, "bcg": _bcg, "exact": _exact, "several": _several, "evalue": _evalue,
}  # fmt: skip
