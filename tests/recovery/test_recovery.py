"""The planted effects come out again: twenty re-simulated regions here (ten in `make test`), five hundred in tests/verify/recovery.py.

The regions are simulated citizen by citizen; nothing in them is drawn from the model that is fitted. With 100 intervals of true coverage 95%, fewer
than 88 hold the truth in about one of 250 sets of seeds, and of 50 fewer than 43 in one of 300; the seeds are fixed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from effekt.data.synthetic import load_spec
from effekt.paths import DEMO
from tests.conftest import QUICK
from tests.recovery.replication import BEFORE_AFTER, CONTROLLED, FIRST_SEED, replicate, summarise

REGIONS, AT_LEAST, IN_EACH = (10, 43, 7) if QUICK else (20, 88, 15)
MONTE_CARLO = 3   # errors that a mean over regions may be away


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    spec = load_spec(DEMO)
    return [record for seed in range(FIRST_SEED, FIRST_SEED + REGIONS) for record in replicate(spec, seed, own_trends=False)]


@pytest.fixture(scope="module")
def table(records: list[dict[str, Any]]) -> pd.DataFrame:
    return summarise(records).set_index(["estimator", "cluster"])


def test_the_intervals_of_the_primary_estimate_hold_the_planted_ratio(table: pd.DataFrame) -> None:
    holds = table.loc[CONTROLLED, "holds"]
    assert holds.sum() >= AT_LEAST, holds.to_dict()
    assert (holds >= IN_EACH).all(), holds.to_dict()


def test_the_primary_estimate_has_no_bias_beyond_monte_carlo_error(table: pd.DataFrame) -> None:
    primary = table.loc[CONTROLLED]
    assert (primary["bias"].abs() <= MONTE_CARLO * primary["bias_mc_se"]).all(), primary["bias"].to_dict()


def test_the_clusters_together_show_no_bias_either(records: list[dict[str, Any]]) -> None:
    primary = pd.DataFrame([record for record in records if record["estimator"] == CONTROLLED])
    of_region = np.log(primary["value"] / primary["truth"]).groupby(primary["seed"]).mean()
    assert abs(of_region.mean()) <= MONTE_CARLO * of_region.sem()


def test_the_standard_error_is_as_large_as_the_spread_of_the_estimates(table: pd.DataFrame) -> None:
    primary = table.loc[CONTROLLED]
    assert 0.8 <= np.sqrt((primary["mean_se"] ** 2).mean() / (primary["sd"] ** 2).mean()) <= 1.25


def test_no_effect_is_claimed_where_none_was_planted(table: pd.DataFrame) -> None:
    assert table.loc[(CONTROLLED, "horsens"), "truth"] == 1
    assert table.loc[(CONTROLLED, "horsens"), "excludes_1"] <= 0.2


def test_the_plain_before_after_is_biased_in_every_cluster_and_fails_the_same_test(table: pd.DataFrame) -> None:
    plain = table.loc[BEFORE_AFTER]
    assert (plain["bias"] > MONTE_CARLO * plain["bias_mc_se"]).all(), plain["bias"].to_dict()
    assert plain["holds"].sum() < AT_LEAST / 2
