"""What is known of a citizen before the start, who was enrolled, who came and went: rows that a person can count."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from effekt import Study, measures
from effekt.measures import build_enrolled, build_movements, build_person_months, build_residents, build_stays, build_traits, build_treatments
from effekt.protocol import read_protocol
from tests.derived import Rows, built, contact, lived, made
from tests.tiny import EVALUATION

TEXT = EVALUATION.replace("id: alfa", "id: aarhus").replace("id: beta", "id: horsens")
PROTOCOL = read_protocol(TEXT)
"""aarhus (0751, 0741) starts on 1 March 2013, horsens (0615) on 1 June; the data are 2012 to 2014, and citizens count from 65 years."""
ANNA, BENT, CARL, CLARA, DORA, EVA, FINN = range(1, 8)
BORN = {ANNA: "1930-05-01", BENT: "1948-04-01", CARL: "1940-01-01", CLARA: "1941-01-01", DORA: "1935-01-01", EVA: "1936-01-01", FINN: "1937-01-01"}
HOMES = [
    lived("0751", "2000-01-01", "2015-01-01", ANNA),
    lived("0741", "2000-01-01", "2015-01-01", BENT),
    lived("0461", "2000-01-01", "2015-01-01", CARL),
    lived("0461", "2000-01-01", "2015-01-01", CLARA),
    lived("0751", "2000-01-01", "2015-01-01", DORA),
    lived("0615", "2000-01-01", "2013-05-31", EVA),
    lived("0751", "2013-05-31", "2015-01-01", EVA),
    lived("0751", "2000-01-01", "2012-06-10", FINN),
    lived("0751", "2013-01-15", "2015-01-01", FINN),
]
VISITS = {  # contact -> its first day, and its diagnoses with their types
    101: ("2011-02-28", [("DC509", "A")]),
    102: ("2011-03-01", [("DM169", "A")]),
    103: ("2012-05-05", [("DI509", "A"), ("DI500", "B"), ("DE119", "B"), ("DJ449", "H"), ("DC449", "A")]),
    104: ("2013-03-01", [("DN189", "A")]),
    105: ("2012-06-01", [("DS525", "A")]),
    106: ("2012-08-01", [("DI509", "A")]),
}


def day(text: str) -> date:
    return date.fromisoformat(text)


def drug(atc7: str, dispensed: str, back: bool = False) -> dict[str, Any]:
    return {"citizen_id": ANNA, "atc7": atc7, "dispensed": day(dispensed), "is_reversal": back}


def care(on: str, minutes: float, kind: str = "personal_care", unit: str = "minute") -> dict[str, Any]:
    return {"citizen_id": ANNA, "service_type": kind, "date": day(on), "quantity": minutes, "unit": unit}


@pytest.fixture(scope="module")
def tables() -> dict[str, Rows | pa.Table]:
    stays = [
        contact("2012-02-29 10:00", "2012-02-29 20:00", ANNA),
        contact("2012-03-01 10:00", "2012-03-01 20:00", ANNA),
        contact("2012-07-01 10:00", "2012-07-05 20:00", ANNA, acute=False),
        contact("2013-02-28 23:00", "2013-03-01 04:00", ANNA, shak="6006011"),
        contact("2013-03-20 10:00", "2013-03-20 18:00", ANNA),
        contact("2013-04-01 10:00", "2013-04-03 10:00", ANNA, specialty="30"),
        contact("2013-05-01 10:00", "2013-05-03 10:00", ANNA, shak="9999011"),
        contact("2013-03-01 00:00", "2013-03-02 10:00", FINN),
    ]
    seen = [
        contact(f"{on} 09:00", f"{on} 09:30", CLARA if number == 105 else ANNA, contact_id=number, kind="outpatient", acute=False)
        for number, (on, _) in VISITS.items()
    ]
    given: dict[str, Rows | pa.Table] = {
        "contact": [*stays, *seen],
        "diagnosis": [{"contact_id": number, "code": code, "type": kind} for number, (_, codes) in VISITS.items() for code, kind in codes],
        "citizen": [{"citizen_id": citizen, "sex": 2, "birth_date": day(born)} for citizen, born in BORN.items()],
        "death": [{"citizen_id": DORA, "death_date": day("2013-02-28")}],
        "residence": HOMES,
        "household": [
            {"citizen_id": ANNA, "date": day("2012-04-01"), "lives_alone": False},
            {"citizen_id": ANNA, "date": day("2012-10-01"), "lives_alone": True},
            {"citizen_id": ANNA, "date": day("2013-03-01"), "lives_alone": False},
            {"citizen_id": CLARA, "date": day("2012-04-01"), "lives_alone": True},
            {"citizen_id": CLARA, "date": day("2012-10-01"), "lives_alone": None},
        ],
        "prescription": [
            drug("C03AB01", "2012-12-01"), drug("C03AB01", "2012-12-05", back=True), drug("N02BE01", "2012-11-01"), drug("N02BE01", "2012-12-01"),
            drug("B01AC06", "2012-10-31"), drug("A10BA02", "2013-03-01"),
        ],
        "service": [care("2012-11-30", 60), care("2012-11-29", 30), care("2013-03-01", 15), care("2013-01-10", 2, "home_nursing", "visit")],
        "enrolment": [
            {"citizen_id": ANNA, "initiative_id": "a", "start": day("2013-09-01")},
            {"citizen_id": ANNA, "initiative_id": "b", "start": day("2013-05-01")},
            {"citizen_id": BENT, "initiative_id": "a", "start": day("2013-06-01")},
            {"citizen_id": CARL, "initiative_id": "a", "start": day("2013-06-01")},
        ],
    }  # fmt: skip
    given["stays"] = made(build_stays.build, {name: given[name] for name in ("contact", "residence")}, PROTOCOL)
    given["person_months"] = made(build_person_months.build, {name: given[name] for name in ("residence", "citizen", "death", "stays")}, PROTOCOL)
    return given


@pytest.fixture(scope="module")
def traits(tables: dict[str, Rows | pa.Table]) -> dict[tuple[int, str], dict[str, Any]]:
    rows = built(build_traits.build, tables, PROTOCOL)
    keyed = {(row["citizen_id"], row["start_of"]): row for row in rows}
    assert len(keyed) == len(rows)
    return keyed


def test_on_the_day_of_the_start_those_alive_resident_and_old_enough_are_there_and_the_comparison_for_each_start(traits: dict) -> None:
    comparison = {(citizen, start) for citizen in (CARL, CLARA) for start in ("aarhus", "horsens")}
    assert set(traits) == {(ANNA, "aarhus"), (FINN, "aarhus")} | comparison
    anna = traits[ANNA, "aarhus"]
    assert (anna["age"], anna["cluster_id"], anna["kommunekode"], anna["start"]) == (82, "aarhus", "0751", PROTOCOL.clusters[0].start)


def test_living_alone_is_the_latest_row_before_the_start_and_one_that_does_not_say_is_missing(traits: dict) -> None:
    assert [traits[key]["lives_alone"] for key in ((ANNA, "aarhus"), (CLARA, "aarhus"), (CARL, "aarhus"))] == [True, None, None]


def test_chronic_groups_count_once_each_within_the_window_and_not_from_referrals(traits: dict) -> None:
    assert traits[ANNA, "aarhus"]["n_chronic"] == 3      # osteoarthritis on the first day of the window, heart failure once, diabetes
    assert [traits[key]["n_chronic"] for key in ((FINN, "aarhus"), (CLARA, "aarhus"), (CARL, "horsens"))] == [0, 0, 0]


def test_acute_admissions_are_those_begun_in_the_year_before(traits: dict) -> None:
    assert traits[ANNA, "aarhus"]["n_acute"] == 2 and traits[FINN, "aarhus"]["n_acute"] == 0


def test_medicines_returned_or_outside_the_days_before_do_not_count(traits: dict) -> None:
    assert traits[ANNA, "aarhus"]["n_drugs"] == 1 and traits[FINN, "aarhus"]["n_drugs"] == 0


def test_home_care_is_the_minutes_of_the_weeks_before(traits: dict) -> None:
    assert traits[ANNA, "aarhus"]["care_minutes"] == 60


def test_where_a_source_tells_of_nobody_on_a_side_it_is_missing_and_not_none(traits: dict) -> None:
    assert {(row["n_drugs"], row["care_minutes"]) for (citizen, _), row in traits.items() if citizen in (CARL, CLARA)} == {(None, None)}


def test_the_rolling_rule_asks_for_an_acute_medical_day_or_more_from_the_start_on(traits: dict) -> None:
    found = [traits[citizen, "aarhus"]["rolling_on"] for citizen in (ANNA, FINN, CARL)]
    assert found == [day("2013-05-03"), day("2013-03-02"), None]


def test_the_first_enrolment_is_kept_with_home_and_the_year_before(tables: dict, traits: dict) -> None:
    rows = {row["citizen_id"]: row for row in built(build_enrolled.build, tables, PROTOCOL)}
    assert set(rows) == {ANNA, BENT}                     # Carl lives in the comparison
    assert traits[ANNA, "aarhus"]["enrolled_on"] == rows[ANNA]["enrolled_on"] == day("2013-05-01")
    assert [(row["kommunekode"], row["at_start"], row["n_acute"]) for row in (rows[ANNA], rows[BENT])] == [("0751", True, 3), ("0741", False, 0)]


def test_the_delivery_knows_residents_too_young_for_the_target(tables: dict) -> None:
    rows = built(build_residents.build, tables, PROTOCOL)
    assert {(row["kommunekode"], row["age"], row["n"]) for row in rows} == {("0741", 64, 1), ("0751", 82, 1), ("0751", 76, 1)}


def test_an_admission_knows_the_cluster_of_its_hospital_and_the_home_of_its_month(tables: dict) -> None:
    rows = [row for row in built(build_treatments.build, tables, PROTOCOL) if row["citizen_id"] == ANNA and row["month"] >= day("2013-01-01")]
    told = [(f"{row['month']:%Y-%m}", row["after"], row["hospital_cluster"], row["cluster_id"]) for row in sorted(rows, key=lambda row: row["month"])]
    assert told == [
        ("2013-02", False, "horsens", "aarhus"), ("2013-03", True, "aarhus", "aarhus"), ("2013-04", True, "aarhus", "aarhus"),
        ("2013-05", True, None, "aarhus"),
    ]  # fmt: skip


def test_every_coming_and_going_has_its_reason(tables: dict) -> None:
    rows = built(build_movements.build, tables, PROTOCOL)
    told = {(row["citizen_id"], f"{row['month']:%Y-%m}", row["from_code"], row["to_code"], row["reason"]) for row in rows}
    assert len(told) == len(rows)
    assert told - {row for row in told if row[4] in ("first_month", "last_month")} == {
        (BENT, "2013-04", None, "0741", "age"),
        (DORA, "2013-03", "0751", None, "death"),
        (EVA, "2013-06", "0615", "0751", "move"),
        (FINN, "2012-07", "0751", None, "move"),
        (FINN, "2013-02", None, "0751", "move"),
    }
    assert {row[0] for row in told if row[4] == "first_month"} == set(BORN) - {BENT}
    assert {row[0] for row in told if row[4] == "last_month"} == set(BORN) - {DORA}


def test_without_any_source_nothing_is_told_and_nothing_breaks(tables: dict) -> None:
    bare = tables | {name: [] for name in ("household", "contact", "diagnosis", "prescription", "service", "enrolment")}
    rows = built(build_traits.build, bare, PROTOCOL)
    told = {(row["lives_alone"], row["n_chronic"], row["n_drugs"], row["care_minutes"], row["enrolled_on"]) for row in rows}
    assert len(rows) == 6 and told == {(None, None, None, None, None)}


@pytest.fixture(scope="module")
def study_path(tables: dict, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study with the tables that the readers take."""
    study = tmp_path_factory.mktemp("cohort")
    (study / "evaluation.yml").write_text(TEXT, encoding="utf-8")
    (study / "derived").mkdir()
    for name, builder in (("traits", build_traits), ("movements", build_movements)):
        parquet.write_table(made(builder.build, tables, PROTOCOL), study / "derived" / f"{name}.parquet")
    parquet.write_table(tables["person_months"], study / "derived" / "person_months.parquet")
    return study


@pytest.mark.parametrize(
    ("unit", "before", "after"),
    [("aarhus", (3, 1, 2, 2), (2, 2, 0, 4)), ("0741", (0, 0, 0, 0), (0, 1, 0, 1)), ("region", (4, 1, 3, 2), (2, 2, 0, 4))],
)
def test_those_there_to_begin_with_and_those_who_came_less_those_who_left_are_there_at_the_end(study_path: Path, unit: str, before, after) -> None:
    rows = measures.movements(Study.open(study_path, cluster=unit))
    for is_after, (begun, came, left, there) in ((False, before), (True, after)):
        period = rows[rows["after"] == is_after]
        enters = period[period["enters"]]
        n_left = int((~period["enters"] & (period["reason"] != "last_month")).sum())
        assert (int((enters["reason"] != "first_month").sum()), n_left) == (came, left) and begun + came - left == there
    assert int((rows["reason"] == "last_month").sum()) == after[3]


def test_the_fixed_cohort_holds_those_of_the_start_alone_and_the_comparison_is_seen_once(study_path: Path) -> None:
    study = Study.open(study_path, cluster="aarhus")
    persons = measures.persons(study, "adm_acute_medical")
    assert set(persons.loc[persons["treated"], "citizen_id"]) == {ANNA, BENT, DORA, EVA, FINN}
    assert set(measures.fixed_cohort(study, persons)["citizen_id"]) == {ANNA, FINN}
    region = measures.traits(Study.open(study_path))
    assert region[["citizen_id", "treated"]].values.tolist() == [[ANNA, True], [FINN, True], [CARL, False], [CLARA, False]]
