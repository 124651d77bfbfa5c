"""From raw files to canonical tables: what each reader makes of its rows."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as parquet
import pytest

from effekt.data.canonical_tables import TABLES
from effekt.data.delivery import read_report
from tests.delivered import counts, imported, key_of, rows_of
from tests.tiny import ANNA, BENT, BORN, CARL, DORA, EVA, EVALUATION, contact, tiny_files


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny study, imported. Read it, never write to it."""
    imported(folder := tmp_path_factory.mktemp("plain"))
    return folder


def test_every_canonical_table_is_written_with_the_columns_of_its_contract(plain: Path) -> None:
    for name, table in TABLES.items():
        assert parquet.read_schema(plain / "tables" / f"{name}.parquet").names == [column.name for column in table.columns]


def test_person_identifiers_are_replaced_by_study_keys_in_every_table(plain: Path) -> None:
    people = {ANNA, BENT, CARL, DORA, EVA}
    for path in (plain / "tables").glob("*.parquet"):
        assert not people & {str(value) for column in parquet.read_table(path).to_pydict().values() for value in column}
    assert sorted(row["citizen_id"] for row in rows_of(plain, "citizen")) == [1, 2, 3, 4, 5, 6]


def test_study_keys_of_a_real_study_come_from_secrets_and_differ_between_imports(tmp_path: Path) -> None:
    orders = set()
    for attempt in range(3):
        imported(tmp_path / str(attempt))
        orders.add(tuple(key_of(tmp_path / str(attempt), pnr) for pnr in BORN))
    assert len(orders) > 1


@pytest.mark.thorough
def test_study_keys_of_a_synthetic_study_follow_its_seed(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        imported(tmp_path / name, evaluation=EVALUATION + f"synthetic: true\nseed: {seed}\n")
    keys = [[key_of(tmp_path / name, pnr) for pnr in BORN] for name in "abc"]
    assert keys[0] == keys[1] != keys[2]


def test_snapshots_in_the_same_municipality_are_one_residence_that_ends_three_months_after_the_last(plain: Path) -> None:
    homes = [row for row in rows_of(plain, "residence") if row["citizen_id"] == key_of(plain, ANNA)]
    assert [(row["kommunekode"], row["start"], row["end"]) for row in homes] == [("0751", date(2012, 1, 1), date(2015, 1, 1))]


def test_a_mover_lives_in_the_new_municipality_from_its_first_snapshot(tmp_path: Path) -> None:
    files = tiny_files()
    for row in files["bef"]:
        if row["pnr"] == ANNA and row["referencetid"] >= "2013-07":
            row["kom"] = "461"
    imported(tmp_path, files)
    homes = [row for row in rows_of(tmp_path, "residence") if row["citizen_id"] == key_of(tmp_path, ANNA)]
    assert [(row["kommunekode"], row["start"], row["end"]) for row in homes] == [
        ("0751", date(2012, 1, 1), date(2013, 7, 1)),
        ("0461", date(2013, 7, 1), date(2015, 1, 1)),
    ]


def test_an_emigrant_lives_in_the_municipality_until_the_day_of_emigration(plain: Path) -> None:
    homes = [row for row in rows_of(plain, "residence") if row["citizen_id"] == key_of(plain, BENT)]
    assert homes[-1]["end"] == date(2014, 11, 16)


def test_hours_become_times_and_an_open_contact_has_no_end(plain: Path) -> None:
    contacts = sorted(rows_of(plain, "contact"), key=lambda row: row["start"])
    first = contacts[0]
    assert (first["start"], first["end"], first["time_precision"]) == (datetime(2012, 5, 3, 10, 30), datetime(2012, 5, 6, 14), "hour")
    assert contacts[-1]["end"] is None and contacts[-1]["discharge_mode"] is None


def test_discharge_within_the_hour_of_admission_is_no_discharge_before_it(tmp_path: Path) -> None:
    files = tiny_files()
    files["lpr_adm"] = [contact("r1", ANNA, "2012-05-03 10:40", "2012-05-03 10")]
    report = imported(tmp_path, files | {"lpr_diag": files["lpr_diag"][:1], "drg_hel": files["drg_hel"][:1]})
    assert counts(report, "lpr_adm") == (1, 1, 0, 0)
    assert rows_of(tmp_path, "contact")[0]["end"] == datetime(2012, 5, 3, 10, 40)


@pytest.mark.parametrize(
    ("pattype", "acute", "year", "kind"),
    [
        ("0", "1", 2012, "inpatient"),
        ("3", "1", 2012, "emergency"),
        ("2", "1", 2013, "outpatient"),
        ("2", "1", 2014, "emergency"),
        ("2", "2", 2014, "outpatient"),
    ],
)
def test_emergency_visits_are_recognised_on_both_sides_of_the_2014_break(tmp_path: Path, pattype: str, acute: str, year: int, kind: str) -> None:
    files = tiny_files()
    files["lpr_adm"] = [contact("r1", ANNA, f"{year}-05-03 10:00", f"{year}-05-03 12", c_pattype=pattype, c_indm=acute)]
    imported(tmp_path, files)
    assert [row["kind"] for row in rows_of(tmp_path, "contact")] == [kind]


@pytest.mark.parametrize(("code", "mode"), [("8", "dead"), ("F", "transfer"), ("L", "transfer"), ("1", "home"), ("", None)])
def test_mode_of_discharge_follows_the_lpr2_codes(tmp_path: Path, code: str, mode: str | None) -> None:
    files = tiny_files()
    files["lpr_adm"] = [contact("r1", ANNA, "2012-05-03 10:00", "2012-05-04 12", c_udm=code)]
    imported(tmp_path, files)
    assert [row["discharge_mode"] for row in rows_of(tmp_path, "contact")] == [mode]


def test_thousands_of_kroner_kroner_and_minutes_become_what_the_contract_says(plain: Path) -> None:
    told = ("sector", "quantity", "unit", "amount_oere")
    lines = {(row["service_type"], row["date"]): tuple(row[name] for name in told) for row in rows_of(plain, "service")}
    assert lines["drg_inpatient", date(2012, 5, 6)] == ("hospital", 1.0, "contact", 2_012_500)
    assert lines["gp", date(2013, 1, 3)] == ("practice", 2.0, "service", 27_150)
    assert lines["specialist", date(2014, 1, 2)] == ("practice", 1.0, "service", 50_000)
    assert lines["personal_care", date(2014, 1, 2)] == ("municipality", 90.0, "minute", None)


def test_two_identical_services_of_one_billing_week_are_two_services(plain: Path) -> None:
    assert sum(row["service_type"] == "gp" for row in rows_of(plain, "service")) == 2


WEEKS = [("1301", date(2013, 1, 3)), ("1253", None), ("0953", date(2009, 12, 31)), ("1300", None), ("9801", date(1998, 1, 1))]


@pytest.mark.parametrize(("honuge", "thursday"), WEEKS)
def test_a_billing_week_is_its_thursday_and_a_week_that_does_not_exist_is_quarantined(tmp_path: Path, honuge: str, thursday: date | None) -> None:
    files = tiny_files()
    files["sssy"] = [files["sssy"][0] | {"honuge": honuge}]
    report = imported(tmp_path, files)
    assert [row["date"] for row in rows_of(tmp_path, "service") if row["sector"] == "practice"] == ([thursday] if thursday else [])
    assert counts(report, "sssy")[2] == (0 if thursday else 1)


def test_an_open_contact_is_charged_on_the_last_day_of_the_data(plain: Path) -> None:
    assert max(row["date"] for row in rows_of(plain, "service") if row["sector"] == "hospital") == date(2014, 12, 31)


def test_care_only_allocated_and_services_to_a_child_are_set_aside(plain: Path) -> None:
    report = read_report(plain)
    assert counts(report, "homecare") == (3, 2, 0, 1)
    assert counts(report, "sssy") == (4, 3, 0, 1)


def test_an_optional_file_that_is_not_there_gives_an_empty_table(plain: Path) -> None:
    assert rows_of(plain, "enrolment") == []
