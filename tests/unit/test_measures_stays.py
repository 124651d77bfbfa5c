"""The rules that make contacts into stays, admissions and readmissions, one a test."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from effekt.measures import build_stays
from effekt.protocol import read_protocol
from tests.derived import built, contact, later, little, lived
from tests.tiny import EVALUATION

OUT = "2012-03-03 10:00"


def stays(*contacts: dict[str, Any], **protocol: str) -> list[dict[str, Any]]:
    rows = built(build_stays.build, {"contact": list(contacts), "residence": []}, little(**protocol))
    return sorted(rows, key=lambda row: (row["citizen_id"], row["start"]))


def test_gap_of_exactly_four_hours_is_one_stay() -> None:
    assert [row["n_contacts"] for row in stays(contact("2012-03-01 10:00", OUT), contact(later(OUT, 4), later(OUT, 30)))] == [2]


def test_gap_of_five_hours_is_two_stays() -> None:
    assert [row["n_contacts"] for row in stays(contact("2012-03-01 10:00", OUT), contact(later(OUT, 5), later(OUT, 30)))] == [1, 1]


def test_hours_are_compared_where_the_register_knows_no_minutes() -> None:
    late = contact(later(OUT, 4.98), later(OUT, 30))
    assert len(stays(contact("2012-03-01 10:00", OUT), late)) == 1
    to_the_minute = [contact("2012-03-01 10:00", OUT, time_precision="minute"), late | {"time_precision": "minute"}]
    assert len(stays(*to_the_minute)) == 2


def test_the_gap_is_a_parameter_of_the_protocol() -> None:
    pair = contact("2012-03-01 10:00", OUT), contact(later(OUT, 5), later(OUT, 30))
    assert len(stays(*pair, stays="{gap_hours: 5}")) == 1
    assert len(stays(*pair, stays="{gap_hours: 0}")) == 2


def test_a_contact_inside_another_does_not_shorten_the_stay() -> None:
    inside = contact("2012-03-01 14:00", "2012-03-01 18:00")
    after = contact("2012-03-03 12:00", "2012-03-04 09:00")
    found = stays(contact("2012-03-01 10:00", OUT), inside, after)
    assert [(row["n_contacts"], row["end"]) for row in found] == [(3, datetime(2012, 3, 4, 9))]


def test_a_transfer_within_the_hour_is_one_admission_of_the_first_department() -> None:
    moved = contact("2012-03-01 10:00", OUT, discharge_mode="transfer", specialty="30", action_diagnosis="DK800")
    found = stays(moved, contact("2012-03-03 10:20", "2012-03-05 09:00"))
    assert [(row["medical"], row["primary_diagnosis"], row["bed_days"]) for row in found] == [(False, "DK800", 4)]


def test_contacts_of_two_citizens_never_merge() -> None:
    assert len(stays(contact("2012-03-01 10:00", OUT, citizen=1), contact("2012-03-01 10:00", OUT, citizen=2))) == 2


def test_the_order_of_the_rows_does_not_matter() -> None:
    rows = [contact("2012-03-01 10:00", OUT), contact(later(OUT, 3), later(OUT, 9)), contact(later(OUT, 12), later(OUT, 30))]
    without_id = [[{key: value for key, value in row.items() if key != "stay_id"} for row in stays(*order)] for order in (rows, rows[::-1])]
    assert without_id[0] == without_id[1]


def test_an_emergency_visit_before_the_ward_belongs_to_the_admission_and_does_not_name_it() -> None:
    visit = contact("2012-03-01 08:00", "2012-03-01 10:00", kind="emergency", specialty="30", action_diagnosis="DR074")
    row = stays(visit, contact("2012-03-01 10:30", OUT))[0]
    assert (row["is_admission"], row["medical"], row["primary_diagnosis"], row["start"]) == (True, True, "DI500", datetime(2012, 3, 1, 8))


def test_an_emergency_visit_alone_is_a_stay_and_no_admission() -> None:
    row = stays(contact("2012-03-01 08:00", "2012-03-01 10:00", kind="emergency"))[0]
    assert (row["is_admission"], row["bed_days"], row["short_stay"]) == (False, 0, False)


def test_an_outpatient_course_of_months_makes_no_stay_and_joins_none() -> None:
    course = contact("2012-01-01 08:00", "2012-12-31 10:00", kind="outpatient")
    assert len(stays(course, contact("2012-03-01 10:00", OUT), contact("2012-06-01 10:00", "2012-06-02 10:00"))) == 2


def test_acute_is_taken_from_the_first_inpatient_contact() -> None:
    planned = contact("2012-03-01 10:00", OUT, acute=False)
    assert [row["acute"] for row in stays(planned, contact(later(OUT, 1), later(OUT, 9)))] == [False]


def test_a_missing_specialty_is_not_medical() -> None:
    assert stays(contact("2012-03-01 10:00", OUT, specialty=None))[0]["medical"] is False


@pytest.mark.parametrize(("end", "days"), [("2012-03-01 23:00", 1), ("2012-03-02 00:00", 1), ("2012-03-03 01:00", 2), ("2012-03-31 10:00", 30)])
def test_bed_days_are_midnights_and_at_least_one(end: str, days: int) -> None:
    assert stays(contact("2012-03-01 10:00", end))[0]["bed_days"] == days


@pytest.mark.parametrize(("hours", "short"), [(23, True), (24, False)])
def test_a_short_stay_is_under_24_hours(hours: int, short: bool) -> None:
    assert stays(contact("2012-03-01 10:00", later("2012-03-01 10:00", hours)))[0]["short_stay"] is short


def test_an_open_contact_lasts_to_the_end_of_the_data_and_is_not_discharged_alive() -> None:
    row = stays(contact("2014-12-30 12:00", None))[0]
    assert (row["end"], row["bed_days"], row["discharged_alive"]) == (datetime(2015, 1, 1), 2, False)


def test_a_contact_after_the_data_makes_no_stay() -> None:
    assert stays(contact("2015-01-01 12:00", None)) == []


@pytest.mark.parametrize(("hours", "kind"), [(12, True), (11, False)])
def test_without_inpatient_codes_twelve_hours_make_an_admission(hours: int, kind: bool) -> None:
    visit = contact("2012-03-01 10:00", later("2012-03-01 10:00", hours), source="lpr3a", kind="emergency")
    assert stays(visit)[0]["is_admission"] is kind
    assert stays(visit | {"source": "lpr2"})[0]["is_admission"] is False


@pytest.mark.parametrize(("hours", "is_readmission"), [(720, True), (721, False), (5, True)])
def test_readmission_at_exactly_30_days_is_the_last_that_counts(hours: int, is_readmission: bool) -> None:
    first, second = stays(contact("2012-03-01 10:00", OUT), contact(later(OUT, hours), later(OUT, hours + 20)))
    assert second["is_readmission_30"] is is_readmission
    assert second["readmission_of"] == (first["stay_id"] if is_readmission else None)
    assert second["days_to_readmission"] == (hours / 24 if is_readmission else None)
    assert first["is_readmission_30"] is False


def test_a_planned_admission_is_no_readmission_but_can_have_one() -> None:
    found = stays(contact("2012-03-01 10:00", OUT), contact(later(OUT, 48), later(OUT, 96), acute=False), contact(later(OUT, 120), later(OUT, 130)))
    assert [row["is_readmission_30"] for row in found] == [False, False, True]
    assert found[2]["readmission_of"] == found[1]["stay_id"]


def test_a_readmission_can_have_a_readmission() -> None:
    found = stays(contact("2012-03-01 10:00", OUT), contact(later(OUT, 48), later(OUT, 96)), contact(later(OUT, 144), later(OUT, 150)))
    assert [row["readmission_of"] for row in found] == [None, found[0]["stay_id"], found[1]["stay_id"]]


def test_after_a_stay_that_ended_in_death_nothing_is_a_readmission() -> None:
    found = stays(contact("2012-03-01 10:00", OUT, discharge_mode="dead"), contact(later(OUT, 48), later(OUT, 96)))
    assert [row["discharged_alive"] for row in found] == [False, True]
    assert found[1]["is_readmission_30"] is False


def test_an_emergency_visit_between_two_admissions_does_not_hide_the_readmission() -> None:
    visit = contact(later(OUT, 24), later(OUT, 26), kind="emergency")
    found = stays(contact("2012-03-01 10:00", OUT), visit, contact(later(OUT, 48), later(OUT, 96)))
    assert [row["is_readmission_30"] for row in found] == [False, False, True]
    assert found[2]["readmission_of"] == found[0]["stay_id"]


NAMED = EVALUATION.replace("id: alfa", "id: aarhus").replace("id: beta", "id: horsens")
"""The tiny study with clusters that the list of hospitals knows; 6620 lies in aarhus."""


@pytest.mark.parametrize(
    ("home", "hospital", "crossed"),
    [("0751", "6620", False), ("0615", "6620", True), ("0461", "6620", None), ("0751", "9999", None), ("0751", "7005", None)],
)
def test_cross_cluster_needs_a_home_and_a_hospital_in_clusters_of_the_study(home: str, hospital: str, crossed: bool | None) -> None:
    tables = {"contact": [contact("2012-03-01 10:00", OUT, shak=f"{hospital}011")], "residence": [lived(home, "2012-01-01", "2013-01-01")]}
    assert [row["cross_cluster"] for row in built(build_stays.build, tables, read_protocol(NAMED))] == [crossed]


def test_home_is_where_the_citizen_lives_on_the_day_the_stay_starts() -> None:
    moved = [lived("0615", "2012-01-01", "2012-03-01"), lived("0751", "2012-03-01", "2013-01-01")]
    tables = {"contact": [contact("2012-03-01 10:00", OUT), contact("2012-02-29 10:00", "2012-02-29 12:00")], "residence": moved}
    rows = built(build_stays.build, tables, read_protocol(NAMED))
    assert {str(row["start"].date()): row["cross_cluster"] for row in rows} == {"2012-02-29": True, "2012-03-01": False}


def test_a_late_readmission_is_within_180_days() -> None:
    pairs = [(contact("2012-03-01 10:00", OUT, days), contact(later(OUT, 24 * days), later(OUT, 24 * days + 20), days)) for days in (30, 180, 181)]
    found = [row for row in stays(*(one for pair in pairs for one in pair)) if row["start"] > datetime(2012, 3, 2)]
    assert [(row["is_readmission_30"], row["is_readmission_180"]) for row in found] == [(True, True), (False, True), (False, False)]


PREVENTABLE = {
    "DE869": "dehydration", "DK590": "constipation", "DK591": None, "DJ159": "lower_respiratory", "DJ16": None, "DJ449": "lower_respiratory",
    "DN300": "bladder", "DN390": None, "DA09": "gastroenteritis", "DS720": "fracture", "DS710": None, "DD509": "nutritional_anaemia", "DD54": None,
    "DZ742": "social", "DZ73": None, "DL89": "pressure_ulcer", None: None,
}  # fmt: skip


def test_preventable_groups_are_ranges_with_both_ends() -> None:
    found = stays(*(contact("2012-03-01 10:00", OUT, citizen, action_diagnosis=code) for citizen, code in enumerate(PREVENTABLE)))
    assert {row["primary_diagnosis"]: row["preventable_group"] for row in found} == PREVENTABLE


def test_the_last_diagnosis_is_that_of_the_last_contact() -> None:
    row = stays(contact("2012-03-01 10:00", OUT), contact(later(OUT, 1), later(OUT, 9), action_diagnosis="DF03"))[0]
    assert (row["primary_diagnosis"], row["last_diagnosis"]) == ("DI500", "DF03")
