"""Subgroups: which level a citizen is in, what a level is held against, and when levels are said to differ."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from effekt import Study, estimates, measures, report
from effekt.errors import DataError, UsageError
from effekt.estimates.estimate import Estimate
from effekt.estimates.interaction_contrasts import interaction
from effekt.measures.signs import SIGNS, add_signs
from effekt.measures.subgroups import age_on
from effekt.report.subgroup_changes import SubgroupChanges, keep_claim
from tests.snapshots import handmade, handmade_groups

EVALUATION = (handmade.STUDY / "evaluation.yml").read_text(encoding="utf-8")
UNITS = {"0791": "north", "0740": "north", "0615": "south", "0766": "south", "0461": "comparison", "0420": "comparison"}
EACH = 70


def measured(ratio: float | None, **influence: float) -> SimpleNamespace:
    """An effect whose error comes from these citizens."""
    se = math.sqrt(sum(value**2 for value in influence.values())) or None
    effect = Estimate("ratio", ratio, ratio and ratio / 2, ratio and ratio * 2, "controlled_time_series", "descriptive", se=se)
    return SimpleNamespace(effect=effect, influence=pd.Series(influence, dtype=float))


def test_in_one_unit_two_levels_differ_by_the_z_of_their_difference() -> None:
    found = interaction([[measured(1.2, a=0.3)], [measured(0.9, b=0.4)]])
    assert found.q == pytest.approx((math.log(0.9 / 1.2) / 0.5) ** 2) and found.df == 1 and found.ratio == pytest.approx(0.75)
    assert found.high == pytest.approx(0.75 * math.exp(1.959964 * 0.5), rel=1e-6)


def test_three_levels_of_one_unit_are_tested_as_by_cochran() -> None:
    levels = [measured(1.2, a=0.3), measured(0.9, b=0.4), measured(1.0, c=0.2)]
    by_hand = estimates.pool([one.effect for one in levels], tau2="EE")
    assert interaction([[one] for one in levels]).q == pytest.approx(by_hand.q)


def test_units_are_held_against_themselves_and_share_what_their_citizens_share() -> None:
    first = [measured(1.0, a=0.3, shared=0.2), measured(2.0, b=0.1, shared=0.2)]
    second = [measured(0.8, c=0.3, other=0.1), measured(1.7, d=0.2, other=0.1)]
    differences = np.log([0.8 / 1.0, 1.7 / 2.0])
    covariance = np.array([[0.09 + 0.04 + 0.09 + 0.01, 0.04 + 0.01], [0.04 + 0.01, 0.01 + 0.04 + 0.04 + 0.01]])
    weight = np.linalg.inv(covariance)
    mean, variance = (weight @ differences).sum() / weight.sum(), 1 / weight.sum()
    found = interaction([first, second])
    assert found.ratio == pytest.approx(math.exp(mean)) and found.q == pytest.approx(mean**2 / variance)
    lifted = [measured(10.0, a=0.3, shared=0.2), measured(2.0, b=0.1, shared=0.2)], [measured(8.0, c=0.3, other=0.1), second[1]]
    assert interaction(lifted).q == pytest.approx(found.q)      # one unit's larger effect in every level tells nothing of the levels


def test_a_unit_with_one_level_only_tells_nothing_and_without_two_levels_there_is_no_test() -> None:
    two = interaction([[measured(1.0, a=0.3), measured(5.0, b=0.1)], [measured(0.8, c=0.3), measured(None)]])
    assert two == interaction([[measured(1.0, a=0.3)], [measured(0.8, c=0.3)]])
    assert interaction([[measured(1.0, a=0.3), measured(None)], [measured(None), measured(0.8, c=0.3)]]).p is None
    with pytest.raises(DataError, match="one result a unit"):
        interaction([[measured(1.0, a=0.3)], []])


def test_a_birthday_on_the_day_of_the_start_has_been_reached() -> None:
    born = pd.Series(pd.to_datetime(["1938-10-01", "1938-10-02", "1938-09-30"]))
    assert list(age_on(born, pd.Timestamp("2013-10-01"))) == [75, 74, 75]


def test_signs_follow_the_protocol_and_one_that_is_not_told_is_missing() -> None:
    rows = handmade_groups.traits(1).head(1).assign(n_chronic=2, n_drugs=pd.NA, n_acute=1, care_minutes=0, lives_alone=False)
    for frame in (rows, rows.assign(n_chronic=1)):
        marked = add_signs(handmade.study(), frame.astype({"n_chronic": "Int64", "n_drugs": "Int64", "care_minutes": "Int64"}))
        chronic = bool(frame["n_chronic"].iloc[0] > 1)
        assert [marked[sign].iloc[0] for sign in SIGNS if sign != "drugs"] == [False, chronic, True, False] and marked["drugs"].isna().all()
        assert (marked["n_signs"].iloc[0], marked["frail"].iloc[0]) == (1 + chronic, chronic)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six municipalities of 70 citizens and 36 months around the starts; women's rate falls to a third in the north, nobody else's moves."""
    study = tmp_path_factory.mktemp("groups")
    (study / "evaluation.yml").write_text(EVALUATION + "subgroups: [sex, lives_alone, age]\n", encoding="utf-8")
    (study / "derived").mkdir()
    citizen = np.arange(len(UNITS) * EACH)
    code = np.repeat(list(UNITS), EACH)
    people = pd.DataFrame({"citizen_id": citizen, "kommunekode": code, "sex": 1 + citizen % 2, "cluster_id": [UNITS[one] for one in code]})
    months = pd.DataFrame({"month": pd.date_range("2011-10-01", periods=36, freq="MS")})
    rows = people.merge(months, how="cross")
    falls = (rows["cluster_id"] == "north") & (rows["sex"] == 2) & (rows["month"] >= "2013-03-01")
    rate = np.where(falls, 0.05, 0.15)
    rows["adm_acute_medical"] = np.random.default_rng(5).poisson(rate).astype("int32")
    rows["days"], rows["month"] = 30, rows["month"].dt.date
    rows.to_parquet(study / "derived" / "person_months.parquet")
    born = np.where(code == "0461", pd.Timestamp("1938-03-01").date(), pd.Timestamp("1940-01-01").date())      # 75 on the day that the north starts
    people.assign(birth_date=born)[["citizen_id", "sex", "birth_date"]].to_parquet(study / "derived" / "born.parquet")
    alone = pd.Series(pd.array(citizen // 2 % 2 == 0, dtype="boolean")).where(citizen % 5 > 0)
    traits = people.assign(start_of=people["cluster_id"].replace("comparison", "north"), lives_alone=alone, n_chronic=1)
    compared = traits[traits["cluster_id"] == "comparison"].assign(start_of="south")
    pd.concat([traits, compared]).to_parquet(study / "derived" / "traits.parquet")
    return study


@pytest.fixture(scope="module")
def north(folder: Path) -> SubgroupChanges:
    return report.subgroups_of(Study.open(folder, cluster="north"), "adm_acute_medical")


def test_the_levels_are_those_of_the_protocol_in_its_order(folder: Path, north: SubgroupChanges) -> None:
    assert [test.subgroup for test in north.tests] == ["sex", "lives_alone", "age"]
    held = measures.subgroup_levels(Study.open(folder, cluster="north"))
    assert list(held) == ["sex", "lives_alone", "age"] and held["age"].value_counts().to_dict() == {"young": 350, "middle": 70}
    assert held["lives_alone"].value_counts().to_dict() == {"together": 112, "alone": 112} and int(held["lives_alone"].isna().sum()) == 420 - 224
    with pytest.raises(UsageError, match="of\\(cluster\\)"):
        measures.subgroup_levels(Study.open(folder))


def test_a_level_is_the_primary_design_on_its_citizens_alone(folder: Path, north: SubgroupChanges) -> None:
    study = Study.open(folder, cluster="north")
    rows = measures.person_months(study, "adm_acute_medical")
    women = estimates.controlled_time_series(rows[rows["citizen_id"] % 2 == 1], **study.design).effect
    whole = estimates.controlled_time_series(rows, **study.design).effect
    level = north.of("sex")[1].effect
    assert (level.value, level.low, level.high) == pytest.approx((women.value, women.low, women.high)) and "subgroup" in level.cautions
    assert north.whole.value == pytest.approx(whole.value) and level.n_events == women.n_events


def test_a_difference_that_is_there_is_found_and_said_and_one_that_is_not_is_not(north: SubgroupChanges) -> None:
    sex, alone, age = north.tests
    assert sex.p_holm < 0.001 < 0.05 < alone.p_holm and age.p_holm is None
    assert north.of("age")[1].effect.cautions == ("subgroup_without_answer", "subgroup")
    told = str(report.subgroups_in_short(handmade.study(), north))
    assert "Divided by sex the difference is larger than chance" in told and "living alone" not in told
    assert 'lowest in the group "women"' in told and 'In the group "men" it cannot be said' in told


def test_the_region_pools_level_by_level_and_tests_within_clusters(folder: Path, north: SubgroupChanges) -> None:
    region = report.subgroups_of(Study.open(folder), "adm_acute_medical")
    south = report.subgroups_of(Study.open(folder, cluster="south"), "adm_acute_medical")
    ends = sorted(one.of("sex")[1].effect.value for one in (north, south))
    assert ends[0] < region.of("sex")[1].effect.value < ends[1] and region.whole.unit == "region"
    assert north.tests[0].found.q > region.tests[0].found.q > south.tests[0].found.q
    assert report.change(Study.open(folder), "adm_acute_medical").effect.value == pytest.approx(region.whole.value)


def test_no_level_claims_more_than_everybody(north: SubgroupChanges) -> None:
    sure, weak = handmade.RATIO, handmade.BEFORE_AFTER
    claims = [keep_claim(whole, level).claim for whole, level in ((weak, sure), (sure, weak), (sure, sure))]
    assert claims == ["descriptive", "descriptive", "identified"]
    assert all(keep_claim(north.whole, each.effect) == each.effect for each in north.levels)
