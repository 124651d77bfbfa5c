"""Funnels, charts, standardisation, rates and moderators as a stranger would give and call them, against R (r/strangers_practices.R)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt import estimates
from tests.reference.frozen import frozen

R = frozen("strangers_practices")


@pytest.mark.parametrize("number", [1, 2, 3])
def test_funnels_by_both_rules(number: int) -> None:
    given = R[f"funnel{number}"]
    frame = pd.DataFrame({"unit": np.arange(len(given["O"])) + 100, "observed": given["O"], "expected": given["E"], "cluster": "x"})
    mixed = frame.sample(frac=1, random_state=1).assign(observed=lambda rows: rows["observed"].astype("float32"))
    plain = estimates.funnel(mixed)
    limits = plain.limits.set_index("unit").loc[frame["unit"]]
    assert_allclose([limits["low_95"], limits["high_95"]], [given["lo95"], given["hi95"]], rtol=1e-6)
    assert plain.phi == pytest.approx(given["none"], rel=1e-6)
    for options, key in (({"overdispersion": "winsorise"}, "wins"), ({"overdispersion": "winsorise", "share": 0.05}, "wins5"),
                         ({"overdispersion": "truncate"}, "trunc"), ({"overdispersion": "truncate", "share": 0.2}, "trunc2")):  # fmt: skip
        if key in given:  # a unit without events has no log
            found = estimates.funnel(mixed, **options)
            assert_allclose([found.phi, found.tau2], given[key], rtol=1e-6, atol=1e-12)


FORMS = [list, tuple, np.array, lambda values: pd.Series(values, index=range(5, 5 + len(values))), lambda values: pd.Series(values, dtype="Int64")]


@pytest.mark.parametrize("form", FORMS, ids=["list", "tuple", "array", "series", "nullable"])
def test_charts(form) -> None:
    single, share = R["xmr"], R["p"]
    found = estimates.xmr(form(single["v"]))
    assert_allclose([found.centre, found.low, found.high], [single["c"], single["lo"], single["hi"]], rtol=1e-9)
    plain, laney = estimates.p_chart(form(share["e"]), form(share["n"])), estimates.laney_p(form(share["e"]), form(share["n"]))
    assert_allclose([plain.low, plain.high, laney.low, laney.high], [share["lo"], share["hi"], share["llo"], share["lhi"]], rtol=1e-9)
    assert (plain.centre, laney.spread) == pytest.approx((share["c"], share["sz"]))


def test_one_size_may_stand_for_all_periods() -> None:
    events = R["p"]["e"]
    assert_allclose(estimates.p_chart(events, 150).high, estimates.p_chart(events, [150] * len(events)).high)
    assert_allclose(estimates.u_chart(events, 150.0).high, estimates.u_chart(events, [150] * len(events)).high)


@pytest.mark.parametrize("form", [list, tuple, np.array, pd.Series])
def test_standardisation(form) -> None:
    given, direct, indirect = R["std"], R["direct"], R["indirect"]
    counts, people, standard = form(given["cnt"]), form(given["pop"]), form(given["st"])
    found = estimates.standardise_direct(counts, people, standard)
    assert_allclose([found.value, found.low, found.high], [direct["d"], direct["lo"], direct["hi"]], rtol=1e-6)
    for observed in (counts, sum(given["cnt"])):
        found = estimates.standardise_indirect(observed, people, form(indirect["rates"]))
        assert_allclose([found.value, found.low, found.high], [indirect["smr"], indirect["lo"], indirect["hi"]], rtol=1e-6)


def test_rates_by_citizen_and_from_counts() -> None:
    given = R["rate"]
    frame = pd.DataFrame(given["data"])
    wanted = [given[key] for key in ("est", "se", "diff", "dse")]
    for rows in (frame, frame.sample(frac=1, random_state=1).astype({"after": bool}), frame.astype({"citizen_id": str})):
        ratio, difference = estimates.rate_ratio(rows), estimates.rate_difference(rows)
        assert_allclose([np.log(ratio.value), ratio.se, difference.value, difference.se], wanted, rtol=1e-6)
    counts = estimates.rate_ratio(frame.groupby("after", as_index=False)[["events", "exposure"]].sum())
    assert_allclose([np.log(counts.value), counts.se], [given["est"], given["naive"]], rtol=1e-6)


def test_exact_ratios() -> None:
    for events, exposure, key in (((17, 29), (410.5, 377), "exact"), ([0, 6], [100, 120], "exact0")):
        found, wanted = estimates.exact_rate_ratio(events, exposure), R[key]
        assert_allclose([found.value, found.low, found.high, found.p], [wanted[name] for name in ("r", "lo", "hi", "p")], rtol=1e-6)


@pytest.mark.parametrize(("test", "key"), [("z", "mr_z"), ("hksj", "mr_knha")])
def test_moderators_with_a_factor(test: str, key: str) -> None:
    given, wanted = R["mr"], R[key]
    frame = pd.DataFrame({"unit": range(9), "estimate": given["yi"], "se": given["sei"], "x": given["x"], "z": given["z"]})
    found = estimates.meta_regression(frame, covariates=["x", "z"], test=test)
    assert_allclose(found.coefficients[["estimate", "se", "low"]].T, [wanted["b"], wanted["se"], wanted["lo"]], rtol=1e-4)
    assert found.tau2 == pytest.approx(wanted["tau2"], rel=1e-4)
