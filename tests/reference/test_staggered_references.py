"""Staggered starts against regressions and formulas in R (r/staggered.R), diff-diff and pyfixest (python/staggered.py)."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt import estimates
from tests.reference.frozen import frozen

R, PYTHON = frozen("staggered"), frozen("staggered", "python")


def small() -> pd.DataFrame:
    """24 units, 7 years, three cohorts and never-treated ones."""
    y, start = np.array(R["y"]), np.array(R["start"], dtype=float)
    wide = y.shape[1]
    panel = pd.DataFrame({"unit": np.repeat(np.arange(len(y)), wide), "period": np.tile(R["periods"], len(y)), "y": y.ravel()})
    start[start == 0] = np.nan
    return panel.assign(start=np.repeat(start, wide), w=np.repeat(R["weights"], wide), pair=np.repeat(np.arange(len(y)) // 2, wide))


def castle() -> pd.DataFrame:
    """50 states, 2000-2010, five cohorts."""
    given = pd.DataFrame(PYTHON["castle_panel"])
    return given.assign(start=given["g"].where(given["g"] > 0))


@pytest.mark.parametrize("case", R["cases"], ids=lambda case: f"{case['control']} {case['base']} {'weighted' if case['weighted'] else 'plain'}")
def test_effects_averages_and_errors_are_those_of_r(case: dict) -> None:
    options = {"outcome": "y", "control": case["control"], "base": case["base"], "weights": "w" if case["weighted"] else None, "replicates": 0}
    simple = estimates.staggered(small(), aggregate="simple", **options)
    assert_allclose(simple.att_gt[["group", "period", "estimate", "se"]].astype(float), case["att"], atol=1e-9)
    assert_allclose([simple.overall.value, simple.overall.se], case["simple"], rtol=1e-9)
    pairs = estimates.staggered(small(), aggregate="simple", cluster="pair", **options)
    assert_allclose([pairs.overall.value, pairs.overall.se], [case["simple"][0], case["simple_by_pairs"]], rtol=1e-9)
    event = estimates.staggered(small(), aggregate="event", **options)
    assert_allclose(event.by_event[["event", "estimate", "se"]].astype(float), case["event"], atol=1e-9)
    assert_allclose([event.overall.value, event.overall.se], case["event_overall"], rtol=1e-9)
    group = estimates.staggered(small(), aggregate="group", **options)
    assert_allclose(group.by_group[["group", "estimate", "se"]].astype(float), case["group"], atol=1e-9)
    assert_allclose([group.overall.value, group.overall.se], case["group_overall"], rtol=1e-9)


@pytest.mark.parametrize("panel", ["small", "castle"])
@pytest.mark.parametrize("place", range(4), ids=lambda place: f"{PYTHON['small'][place]['control']} {PYTHON['small'][place]['base']}")
def test_effects_and_errors_are_those_of_diff_diff(panel: str, place: int) -> None:
    wanted, data = PYTHON[panel][place], small() if panel == "small" else castle()
    options = {"outcome": "y", "control": wanted["control"], "base": wanted["base"], "replicates": 0}
    simple = estimates.staggered(data, aggregate="simple", **options)
    assert_allclose([simple.overall.value, simple.overall.se], wanted["simple"], rtol=1e-8)
    found = {(row.group, row.period): (row.estimate, row.se) for row in simple.att_gt.itertuples()}
    for group, period, estimate, se in wanted["att"]:
        assert found[(group, period)] == (pytest.approx(estimate, abs=1e-9), pytest.approx(se or 0.0, abs=1e-9))
    event = estimates.staggered(data, aggregate="event", **options).by_event.set_index("event")
    for number, estimate, se in wanted["event"]:
        assert_allclose(event.loc[number, ["estimate", "se"]].astype(float), [estimate, se or 0.0], atol=1e-9)
    groups = estimates.staggered(data, aggregate="group", **options).by_group.set_index("group")
    for number, estimate, se in wanted["group"]:
        assert_allclose(groups.loc[number, ["estimate", "se"]].astype(float), [estimate, se], atol=1e-9)


def test_universal_effects_against_never_treated_are_the_saturated_regression_of_pyfixest() -> None:
    effects = estimates.staggered(small(), outcome="y", base="universal", aggregate="simple", replicates=0)
    found = effects.att_gt.set_index(["group", "event"])["estimate"]
    seen = 0
    for name, value in PYTHON["saturated"]:
        match = re.fullmatch(r"rel_time::(-?\d+)\.0:first_treated_period::(\d+)", name)
        if match:
            assert found[(int(match.group(2)), int(match.group(1)))] == pytest.approx(value, abs=1e-8)
            seen += 1
    assert seen == 18
