"""Readmissions by rows counted by hand: what is followed, until when, and what it counts as."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from effekt.errors import UsageError
from effekt.measures import build_discharges
from effekt.measures.readmissions import discharges
from effekt.study import Study
from tests.derived import built, little, lived
from tests.snapshots import handmade

# The north starts on 2013-03-01 with three months of phase-in; an earlier effort ran from 2011-04 to 2011-12


def admission(start: str, end: str, citizen: int = 1, **changes: Any) -> dict[str, Any]:
    """An acute medical admission of somebody of 80 in the north, who stays alive and there."""
    row = {"citizen_id": citizen, "stay_id": 0, "start": pd.Timestamp(start), "end": pd.Timestamp(end), "cluster_id": "north", "kommunekode": "0791"}
    row |= {"sex": 2, "age": 80, "acute": True, "medical": True, "short_stay": False, "discharged_alive": True}
    row |= {"first_group": None, "last_group": None}
    return row | {"n_before": 0, "death_date": pd.NaT, "leaves": pd.Timestamp("2030-01-01")} | changes


def dead(day: str) -> dict[str, Any]:
    return {"death_date": pd.Timestamp(day)}


@pytest.fixture
def follow(monkeypatch: pytest.MonkeyPatch):
    """Index discharges of these admissions as lists of (after, event, days until it)."""
    def ask(*rows: dict[str, Any], whole: bool = False, **rules: Any) -> Any:
        frame = pd.DataFrame(rows).assign(stay_id=range(len(rows)))
        monkeypatch.setattr(Study, "read", lambda study, table: frame)
        found = discharges(handmade.study(), **rules)
        return found if whole else [(row.after, row.event, round(row.exit, 3)) for row in found.itertuples()]

    return ask


OUT = "2014-01-10 12:00"
INDEX = admission("2014-01-05 10:00", OUT)


def test_exactly_thirty_days_is_a_readmission_and_an_hour_more_is_none(follow) -> None:
    assert follow(INDEX, admission("2014-02-09 12:00", "2014-02-11 10:00"))[0] == (True, 1, 30.0)
    assert follow(INDEX, admission("2014-02-09 13:00", "2014-02-11 10:00"))[0] == (True, 0, 30.0)


def test_a_planned_admission_is_passed_over_and_followed_itself(follow) -> None:
    found = follow(INDEX, admission("2014-01-15 12:00", "2014-01-16 12:00", acute=False), admission("2014-01-20 12:00", "2014-01-22 12:00"))
    assert found == [(True, 1, 10.0), (True, 1, 4.0), (True, 0, 30.0)]


def test_a_death_before_a_readmission_competes_with_it_and_one_after_it_does_not(follow) -> None:
    assert follow(INDEX | dead("2014-01-20")) == [(True, 2, 10.0)]
    again = admission("2014-01-15 12:00", "2014-01-18 12:00", discharged_alive=False) | dead("2014-01-18")
    found = follow(INDEX | dead("2014-01-18"), again, whole=True)
    assert [(row.event, round(row.exit, 3), row.died, round(row.alive, 3)) for row in found.itertuples()] == [(1, 5.0, True, 8.0)]


def test_a_death_on_the_day_of_the_discharge_still_has_a_time(follow) -> None:
    assert follow(admission("2014-01-05 10:00", "2014-01-10 16:00") | dead("2014-01-10")) == [(True, 2, round(1 / 24, 3))]


def test_whoever_moves_away_is_followed_until_then(follow) -> None:
    assert follow(INDEX | {"leaves": pd.Timestamp("2014-01-15")}) == [(True, 0, 4.5)]


def test_a_death_on_the_day_the_residence_ends_is_a_death_and_not_a_move(follow) -> None:
    gone = {"leaves": pd.Timestamp("2014-01-15")} | dead("2014-01-15")
    found = follow(INDEX | gone, whole=True)
    assert [(row.event, row.exit, row.died) for row in found.itertuples()] == [(2, 5.0, True)]


def test_nobody_is_followed_after_a_death_in_hospital_outside_the_study_or_below_the_age(follow) -> None:
    outside = INDEX | {"cluster_id": None, "kommunekode": None}
    assert follow(INDEX | {"discharged_alive": False}, outside | {"citizen_id": 2}, INDEX | {"citizen_id": 3, "age": 64}) == []


def test_before_is_a_whole_window_before_the_start_and_after_begins_with_the_phase_in_over(follow) -> None:
    ends = {"2013-01-30 00:00": False, "2013-01-30 01:00": None, "2013-05-31 23:00": None, "2013-06-01 00:00": True, "2011-06-10 12:00": None}
    for end, after in ends.items():
        found = follow(admission("2011-01-01 10:00", end))
        assert [row[0] for row in found] == ([] if after is None else [after]), end


def test_the_last_days_of_the_data_give_no_index(follow) -> None:
    assert len(follow(admission("2016-11-20 10:00", "2016-12-02 00:00"))) == 1
    assert follow(admission("2016-11-20 10:00", "2016-12-02 01:00")) == []
    assert follow(admission("2016-11-20 10:00", "2016-12-02 00:00"), horizon_days=180) == []


def test_groups_of_diagnoses_leave_out_an_index_by_its_last_and_a_readmission_by_its_first(follow) -> None:
    hurt = admission("2014-01-20 12:00", "2014-01-22 12:00", first_group="injury", last_group="injury")
    third = admission("2014-01-25 12:00", "2014-01-26 12:00")
    assert follow(INDEX, hurt, third) == [(True, 1, 15.0), (True, 1, 3.0), (True, 0, 30.0)]
    assert follow(INDEX, hurt, third, excluded="")[0] == (True, 1, 10.0)
    ill = INDEX | {"last_group": "cancer", "first_group": "cancer"}
    assert follow(ill, third) == [(True, 0, 30.0)]
    assert len(follow(ill, third, excluded="injury")) == 2
    assert len(follow(INDEX | {"last_group": "birth"}, third)) == 2


def test_a_readmission_is_followed_itself_or_not_as_the_rule_says(follow) -> None:
    chain = [INDEX, admission("2014-01-20 12:00", "2014-01-22 12:00"), admission("2014-02-01 12:00", "2014-02-03 12:00")]
    assert [row[1] for row in follow(*chain)] == [1, 1, 0]
    assert follow(*chain, index_again=False) == [(True, 1, 10.0), (True, 0, 30.0)]


def test_citizens_are_never_each_others_readmission(follow) -> None:
    assert follow(INDEX, admission("2014-01-15 12:00", "2014-01-16 12:00", citizen=2)) == [(True, 0, 30.0), (True, 0, 30.0)]


def test_medical_wards_alone(follow) -> None:
    assert follow(INDEX | {"medical": False}, medical_only=True) == []


def test_the_comparison_is_split_at_the_dates_of_the_cluster(follow) -> None:
    other = {"cluster_id": "comparison", "kommunekode": "0461", "citizen_id": 2}
    found = follow(INDEX, admission("2012-01-05 10:00", "2012-01-10 12:00") | other, whole=True)
    assert list(zip(found["treated"], found["after"], found["cluster"], strict=True)) == [(True, True, "north"), (False, False, "north")]


@pytest.mark.parametrize(("rules", "said"), [({"horizon_days": 0}, "from 1 to 365"), ({"excluded": "cancre"}, "did you mean 'cancer'")])
def test_a_rule_that_does_not_exist_is_said(follow, rules: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        follow(INDEX, **rules)


STAY = {"is_admission": True, "acute": True, "medical": True, "short_stay": False, "discharged_alive": True}


def stay(number: int, start: str, end: str, diagnosis: str = "DI500", citizen: int = 1, **changes: Any) -> dict[str, Any]:
    days = {"start": pd.Timestamp(start), "end": pd.Timestamp(end)}
    return {"stay_id": number, "citizen_id": citizen, "primary_diagnosis": diagnosis, "last_diagnosis": diagnosis} | days | STAY | changes


def test_every_admission_of_somebody_of_the_study_is_a_row_with_what_a_rule_asks() -> None:
    stays = [
        stay(1, "2012-03-01 10:00", "2012-03-05 10:00", "DS720"), stay(2, "2013-02-28 10:00", "2013-03-02 10:00", "DC349", last_diagnosis="DF03"),
        stay(3, "2013-04-01 10:00", "2013-04-02 10:00", is_admission=False), stay(4, "2013-05-01 10:00", "2013-05-02 10:00", citizen=9),
    ]  # fmt: skip
    tables = {
        "stays": _arrow(stays), "residence": [lived("0751", "2010-01-01", "2013-03-01"), lived("0101", "2013-03-01", "2030-01-01")],
        "citizen": [{"citizen_id": 1, "sex": 2, "birth_date": pd.Timestamp("1930-05-01").date()}],
        "death": [{"citizen_id": 1, "death_date": pd.Timestamp("2014-01-01").date()}],
    }  # fmt: skip
    rows = sorted(built(build_discharges.build, tables, little()), key=lambda row: row["stay_id"])
    assert [(row["stay_id"], row["cluster_id"], row["kommunekode"], row["n_before"]) for row in rows] == [(1, "alfa", "0751", 0), (2, None, None, 1)]
    assert [(row["first_group"], row["last_group"]) for row in rows] == [("injury", "injury"), ("cancer", "psychiatric")]
    assert [(str(row["leaves"]), row["age"]) for row in rows] == [("2013-03-01", 81), ("None", 82)]


def _arrow(rows: list[dict[str, Any]]) -> Any:
    import pyarrow as pa

    return pa.Table.from_pandas(pd.DataFrame(rows).astype({"start": "datetime64[us]", "end": "datetime64[us]"}), preserve_index=False)
