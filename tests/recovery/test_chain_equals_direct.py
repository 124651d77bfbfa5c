"""Reconciliation of the whole chain: what import and prepare find in the raw files is what the simulator counted without any file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from effekt import Study, measures
from effekt.data.delivery import read_report
from effekt.data.synthetic import load_spec, simulate_region
from effekt.data.synthetic.costs import cost_cells
from effekt.data.synthetic.counts import COUNTED, in_target, person_months, stay_events
from effekt.data.synthetic.files import draw_names
from effekt.data.synthetic.region import Region

COSTS = ("cost_hosp", "cost_prac", "cost_mun", "cost_total")


@dataclass(frozen=True)
class Both:
    """The region, and the rows of the chain with the position of citizen and month in it."""

    region: Region
    rows: pd.DataFrame
    citizen: np.ndarray
    month: np.ndarray


@pytest.fixture(scope="module")
def both(small_study_path: Path) -> Both:
    region = simulate_region(load_spec(small_study_path))
    rows = pd.read_parquet(small_study_path / "derived" / "person_months.parquet")
    costs = pd.read_parquet(small_study_path / "derived" / "cost_months.parquet")
    rows = rows.merge(costs[["citizen_id", "month", *COSTS]], on=["citizen_id", "month"], how="left", validate="one_to_one")
    position = positions(small_study_path, region)
    month = pd.to_datetime(rows["month"]).to_numpy().astype("datetime64[M]") - np.datetime64(region.spec.first_month, "M")
    return Both(region, rows, position[rows["citizen_id"]].to_numpy(), month.astype(int))


def positions(study: Path, region: Region) -> pd.Series:
    """Study key -> position in the simulator."""
    keys = pd.read_parquet(study / "keys" / "citizen_key.parquet")
    position = pd.Series(np.arange(len(region.citizens)), index=draw_names(region, 0).pnr)
    return pd.Series(position.reindex(keys["pnr"]).to_numpy(), index=keys["citizen_id"])


def test_the_same_citizens_are_in_the_target_in_the_same_months(both: Both) -> None:
    found = np.zeros_like(in_target(both.region))
    found[both.citizen, both.month] = True
    assert len(both.rows) == found.sum()
    assert np.array_equal(found, in_target(both.region))


@pytest.mark.parametrize("column", ["days", "age", "sex", "kommunekode"])
def test_they_have_the_same_days_age_sex_and_home(both: Both, column: str) -> None:
    citizens, spec = both.region.citizens, both.region.spec
    known = {
        "days": citizens.days[both.citizen, both.month],
        "age": citizens.age[both.citizen, both.month],
        "sex": citizens.sex[both.citizen],
        "kommunekode": np.array(spec.municipalities)[citizens.place[both.citizen, both.month]],
    }
    assert np.array_equal(both.rows[column].to_numpy(), known[column])


@pytest.mark.parametrize("outcome", COUNTED)
def test_they_have_the_same_events(both: Both, outcome: str) -> None:
    counted = stay_events(both.region, outcome)[both.citizen, both.month]
    assert counted.sum() > 0
    assert np.array_equal(both.rows[outcome].to_numpy(), counted)


@pytest.mark.parametrize("outcome", COSTS)
def test_they_cost_the_same_to_the_oere(both: Both, outcome: str) -> None:
    known = cost_cells(both.region)[outcome][both.citizen, both.month]
    assert known.sum() > 0
    assert np.array_equal(both.rows[outcome].to_numpy(), known)


@pytest.mark.parametrize("outcome", ["adm_acute_medical", "cost_total"])
def test_the_reader_gives_the_frame_that_the_simulator_gives(small_study_path: Path, both: Both, outcome: str) -> None:
    read = measures.person_months(Study.open(str(small_study_path), cluster="alfa"), outcome)
    read = read.assign(citizen_id=positions(small_study_path, both.region)[read["citizen_id"]].to_numpy())
    direct = person_months(both.region, outcome, "alfa")
    assert read.attrs == direct.attrs
    by = ["citizen_id", "month"]
    pd.testing.assert_frame_equal(
        read.sort_values(by, ignore_index=True), direct.sort_values(by, ignore_index=True), check_dtype=False, check_exact=True
    )


def test_every_planted_dirty_row_was_caught_by_its_own_rule_and_no_other_row(small_study_path: Path) -> None:
    planted = json.loads((small_study_path / "truth.json").read_text(encoding="utf-8"))["planted_rows"]
    report = read_report(small_study_path)
    assert report is not None
    assert {broken.rule: broken.n for account in report.accounts for broken in account.broken} == planted


def test_an_empty_cluster_is_empty_and_a_tiny_one_tiny(both: Both) -> None:
    citizens = both.rows.groupby("cluster_id")["citizen_id"].nunique()
    assert "empty" not in citizens
    assert 1 <= citizens["tiny"] <= 10
