"""The planted change of total cost comes out again; the truth of each region is its own potential outcome."""

from __future__ import annotations

import pandas as pd
import pytest

from effekt.data.synthetic import load_spec
from effekt.paths import DEMO
from tests.recovery.replication import BEFORE_AFTER, CONTROLLED, FIRST_SEED, TWICE_COMPARED, replicate_cost, summarise

pytestmark = pytest.mark.thorough
REGIONS, AT_LEAST = 4, 15   # 20 intervals of true coverage 95%: fewer than 15 in one of 3,000 sets of seeds


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    spec = load_spec(DEMO)
    records = [record for seed in range(FIRST_SEED, FIRST_SEED + REGIONS) for record in replicate_cost(spec, seed)]
    return summarise(records).set_index(["estimator", "cluster"])


@pytest.mark.parametrize("estimator", [CONTROLLED, TWICE_COMPARED])
def test_the_intervals_hold_the_true_ratio_of_cost(table: pd.DataFrame, estimator: str) -> None:
    assert table.loc[estimator, "holds"].sum() >= AT_LEAST, table.loc[estimator, "holds"].to_dict()


@pytest.mark.parametrize("estimator", [CONTROLLED, TWICE_COMPARED])
def test_the_mean_error_is_within_its_standard_error(table: pd.DataFrame, estimator: str) -> None:
    rows = table.loc[estimator]
    assert abs(rows["bias"].mean()) <= 3 * rows["mean_se"].mean() / len(rows) ** 0.5


def test_cost_falls_in_truth_where_admissions_are_avoided_though_home_care_rises(table: pd.DataFrame) -> None:
    truth = table.loc[CONTROLLED, "truth"]
    assert truth["horsens"] == pytest.approx(1, abs=1e-4)   # some there moved in from another cluster in the middle of a stay
    assert truth.drop("horsens").between(0.85, 0.99).all()


def test_the_plain_before_after_misses_it(table: pd.DataFrame) -> None:
    assert table.loc[BEFORE_AFTER, "bias"].mean() > 0.02
