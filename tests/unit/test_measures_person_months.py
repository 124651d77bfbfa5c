"""Who is in the target population in a month, for how many days, and which events are theirs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pyarrow as pa

from effekt.catalogue.outcomes import CONDITIONS
from effekt.measures import build_person_months
from tests.derived import built, little, lived

STAY = pa.schema(
    [("citizen_id", pa.int64()), ("start", pa.timestamp("us")), ("bed_days", pa.int32())]
    + [(name, pa.bool_() if kind is bool else pa.string()) for name, kind in CONDITIONS["stays"].items()]
)


def stay(start: str, citizen: int = 1, **changes: Any) -> dict[str, Any]:
    row = {"citizen_id": citizen, "start": datetime.fromisoformat(start), "bed_days": 3, "is_admission": True, "acute": True, "medical": True}
    return row | changes


def months(residence: list, *, born: str = "1940-06-15", died: str | None = None, stays: list | None = None, **protocol: str) -> dict[str, dict]:
    citizens = sorted({row["citizen_id"] for row in residence})
    tables = {
        "residence": residence,
        "citizen": [{"citizen_id": citizen, "sex": 2, "birth_date": date.fromisoformat(born)} for citizen in citizens],
        "death": [{"citizen_id": 1, "death_date": date.fromisoformat(died)}] if died else [],
        "stays": pa.Table.from_pylist(stays or [], schema=STAY),
    }
    rows = built(build_person_months.build, tables, little(**protocol))
    keyed = {f"{row['month']:%Y-%m}" + (f" {row['citizen_id']}" if len(citizens) > 1 else ""): row for row in rows}
    assert len(keyed) == len(rows)
    return keyed


def test_a_resident_has_every_month_of_the_data_and_every_day_of_it() -> None:
    found = months([lived("0751", "2000-01-01", "2030-01-01")])
    assert len(found) == 36 and min(found) == "2012-01" and max(found) == "2014-12"
    assert [found[month]["days"] for month in ("2012-01", "2012-02", "2013-02")] == [31, 29, 28]
    assert found["2012-01"] | {"month": 0} == found["2012-01"] | {"month": 0, "cluster_id": "alfa", "kommunekode": "0751", "sex": 2, "age": 71}


def test_the_month_of_death_counts_up_to_and_with_the_day_of_death_and_is_the_last() -> None:
    found = months([lived("0751", "2012-01-01", "2015-01-01")], died="2013-05-10")
    assert max(found) == "2013-05" and found["2013-05"]["days"] == 10


def test_death_on_the_first_day_of_a_month_leaves_one_day_in_it() -> None:
    assert months([lived("0751", "2012-01-01", "2015-01-01")], died="2013-05-01")["2013-05"]["days"] == 1


def test_turning_65_on_the_first_of_the_month_is_in_time_and_on_the_second_is_not() -> None:
    assert min(months([lived("0751", "2012-01-01", "2015-01-01")], born="1948-03-01")) == "2013-03"
    assert min(months([lived("0751", "2012-01-01", "2015-01-01")], born="1948-03-02")) == "2013-04"


def test_born_on_29_february_turns_65_on_the_first_of_march_of_a_common_year() -> None:
    assert min(months([lived("0751", "2012-01-01", "2015-01-01")], born="1948-02-29")) == "2013-03"


def test_the_age_limit_is_a_parameter_of_the_protocol() -> None:
    assert min(months([lived("0751", "2012-01-01", "2015-01-01")], born="1934-03-01", target="{age_min: 80}")) == "2014-03"


def test_a_mover_within_the_study_keeps_all_days_and_counts_where_the_month_began() -> None:
    found = months([lived("0751", "2012-01-01", "2013-05-11"), lived("0461", "2013-05-11", "2015-01-01")])
    assert (found["2013-05"]["cluster_id"], found["2013-05"]["days"]) == ("alfa", 31)
    assert (found["2013-06"]["cluster_id"], found["2013-06"]["kommunekode"]) == ("comparison", "0461")


def test_who_moves_in_during_a_month_is_in_the_target_from_the_next() -> None:
    found = months([lived("0101", "2012-01-01", "2013-05-11"), lived("0751", "2013-05-11", "2015-01-01")])
    assert min(found) == "2013-06"


def test_who_moves_out_or_emigrates_has_the_days_until_then() -> None:
    found = months([lived("0751", "2012-01-01", "2013-05-11"), lived("0101", "2013-05-11", "2015-01-01")])
    assert max(found) == "2013-05" and found["2013-05"]["days"] == 10


def test_who_comes_back_has_no_months_while_away() -> None:
    found = months([lived("0751", "2012-01-01", "2013-02-01"), lived("0751", "2013-05-01", "2015-01-01")])
    assert "2013-01" in found and "2013-05" in found and not {"2013-02", "2013-03", "2013-04"} & set(found)


def test_a_month_without_events_has_zero_of_every_outcome() -> None:
    found = months([lived("0751", "2012-01-01", "2015-01-01")])
    assert all(found["2012-07"][outcome] == 0 for outcome in ("adm_rate", "adm_acute", "adm_acute_medical", "readm30", "beddays"))


def test_events_fall_in_the_month_the_stay_starts_and_only_where_every_condition_holds() -> None:
    stays = [
        stay("2012-07-31 23:50"),
        stay("2012-08-01 00:00", acute=False),
        stay("2012-08-02 10:00", medical=False, is_readmission_30=True),
        stay("2012-08-03 10:00", is_admission=False),
        stay("2012-08-04 10:00", medical=None),
    ]
    found = months([lived("0751", "2012-01-01", "2015-01-01")], stays=stays)
    assert [found["2012-07"][name] for name in ("adm_rate", "adm_acute_medical", "beddays")] == [1, 1, 3]
    assert [found["2012-08"][name] for name in ("adm_rate", "adm_acute", "adm_acute_medical", "readm30", "beddays")] == [3, 2, 0, 1, 9]


def test_an_event_in_a_month_outside_the_target_is_nobodys() -> None:
    found = months([lived("0101", "2012-01-01", "2013-05-11"), lived("0751", "2013-05-11", "2015-01-01")], stays=[stay("2013-05-20 10:00")])
    assert sum(row["adm_rate"] for row in found.values()) == 0


def test_an_event_late_in_the_month_of_the_move_counts_where_the_month_began() -> None:
    moved = [lived("0751", "2012-01-01", "2013-05-11"), lived("0615", "2013-05-11", "2015-01-01")]
    found = months(moved, stays=[stay("2013-05-20 10:00")])
    assert {row["cluster_id"]: row["adm_rate"] for row in found.values() if row["adm_rate"]} == {"alfa": 1}


def test_a_cluster_without_citizens_has_no_rows_and_the_others_have_theirs() -> None:
    found = months([lived("0751", "2012-01-01", "2015-01-01")])
    assert {row["cluster_id"] for row in found.values()} == {"alfa"}


def test_nobody_in_the_study_gives_an_empty_table_with_its_columns() -> None:
    assert months([lived("0101", "2012-01-01", "2015-01-01")]) == {}


def test_events_of_one_citizen_are_not_given_to_another() -> None:
    homes = [lived("0751", "2012-01-01", "2015-01-01", citizen=1), lived("0751", "2012-01-01", "2015-01-01", citizen=2)]
    found = months(homes, stays=[stay("2012-07-05 10:00", citizen=2)])
    assert (found["2012-07 1"]["adm_rate"], found["2012-07 2"]["adm_rate"]) == (0, 1)


def test_an_outcome_of_the_study_becomes_a_column() -> None:
    own = "[{id: planned, source: stays, where: {is_admission: true, acute: false}, measure: count, unit: per_person_year, direction: 0, aim: A1, "
    own += "triple_aim: quality, da: Planlagte, en: Planned}]"
    found = months([lived("0751", "2012-01-01", "2015-01-01")], stays=[stay("2012-08-01 00:00", acute=False)], outcomes=own)
    assert found["2012-08"]["planned"] == 1 and found["2012-09"]["planned"] == 0
