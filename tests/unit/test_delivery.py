"""From raw files to canonical tables: what each reader makes of its rows, and that every row is accounted for."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as parquet
import pytest

from effekt.data.contracts import TABLES
from effekt.data.delivery import FileAccount, import_delivery, read_report
from effekt.data.registers import REGISTERS
from tests.tiny import ANNA, BENT, BORN, CARL, DORA, EVA, EVALUATION, Files, contact, tiny_files, write_rows, write_study


def imported(folder: Path, files: Files | None = None, evaluation: str = EVALUATION):
    """Import a delivery of these files; the report."""
    study = write_study(folder, evaluation, files)
    return import_delivery(study / "delivery", study)


def rows_of(folder: Path, table: str) -> list[dict]:
    return parquet.read_table(folder / "tables" / f"{table}.parquet").to_pylist()


def key_of(folder: Path, pnr: str) -> int:
    keys = parquet.read_table(folder / "keys" / "citizen_key.parquet").to_pylist()
    return next(row["citizen_id"] for row in keys if row["pnr"] == pnr)


def counts(report, file: str) -> tuple[int, int, int, int]:
    account = next(account for account in report.accounts if account.file == f"{file}.csv")
    return account.n_in, account.n_kept, account.n_quarantined, account.n_set_aside


def broken(report) -> dict[str, tuple[int, tuple[int, ...]]]:
    return {item.rule: (item.n, item.rows) for account in report.accounts for item in account.broken}


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
    assert (contacts[0]["start"], contacts[0]["end"], contacts[0]["time_precision"]) == (datetime(2012, 5, 3, 10, 30), datetime(2012, 5, 6, 14), "hour")
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
    lines = {(row["sector"], row["service_type"], row["date"]): (row["quantity"], row["unit"], row["amount_oere"]) for row in rows_of(plain, "service")}
    assert lines[("hospital", "drg_inpatient", date(2012, 5, 6))] == (1.0, "contact", 2_012_500)
    assert lines[("practice", "gp", date(2013, 1, 3))] == (2.0, "service", 27_150)
    assert lines[("practice", "specialist", date(2014, 1, 2))] == (1.0, "service", 50_000)
    assert lines[("municipality", "personal_care", date(2014, 1, 2))] == (90.0, "minute", None)


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


def test_an_exact_copy_is_set_aside_and_the_first_stays(tmp_path: Path) -> None:
    files = tiny_files()
    files["lpr_adm"].append(dict(files["lpr_adm"][0]))
    report = imported(tmp_path, files)
    assert counts(report, "lpr_adm") == (6, 5, 0, 1)
    assert broken(report)["lpr_adm.row.duplicate"] == (1, (6,))


def test_rows_that_share_a_key_and_disagree_are_all_quarantined(tmp_path: Path) -> None:
    files = tiny_files()
    files["lpr_adm"].append(files["lpr_adm"][0] | {"c_adiag": "DJ189"})
    report = imported(tmp_path, files)
    assert broken(report)["lpr_adm.recnum.contradicts_row"] == (2, (1, 6))
    assert broken(report)["lpr_diag.recnum.unknown"][0] == broken(report)["drg_hel.recnum.unknown"][0] == 1


BREAKS = {
    "bef.kom.unknown": {"pnr": "100000000001", "kom": "999"},
    "bef.koen.range": {"pnr": "100000000002", "koen": "3"},
    "bef.foed_dag.type": {"pnr": "100000000003", "foed_dag": "1930-02-31"},
    "bef.pnr.missing": {"pnr": ""},
    "bef.pnr.shape": {"pnr": "12345678A"},
    "bef.foed_dag.after_snapshot": {"pnr": "100000000004", "foed_dag": "2020-01-01"},
    "dod.doddato.before_birth": {"pnr": BENT, "doddato": "1900-01-01"},
    "dod.pnr.unknown": {"pnr": "999999999999"},
    "vnds.indud_kode.code": {"indud_kode": "X"},
    "lpr_adm.c_pattype.code": {"recnum": "x1", "c_pattype": "9"},
    "lpr_adm.v_indtime.range": {"recnum": "x2", "v_indtime": "25"},
    "lpr_adm.d_inddto.type": {"recnum": "x3", "d_inddto": "03-05-2012"},
    "lpr_adm.d_uddto.before_admission": {"recnum": "x4", "d_uddto": "2012-05-02"},
    "lpr_adm.pnr.unknown": {"recnum": "x5", "pnr": "999999999999"},
    "lpr_adm.d_inddto.after_death": {"recnum": "x6", "pnr": EVA, "d_inddto": "2014-05-03", "d_uddto": "2014-05-04"},
    "lpr_diag.recnum.unknown": {"recnum": "x99"},
    "lpr_diag.c_diag.shape": {"c_diag": "I50 0"},
    "drg_hel.v_totpris_genop.type": {"recnum": "x1", "v_totpris_genop": "20,125"},
    "drg_amb.recnum.unknown": {"recnum": "x99"},
    "sssy.ydlant.type": {"ydlant": "1.01702E+08"},
    "sssy.bruhon.missing": {"bruhon": ""},
    "homecare.kommunekode.unknown": {"kommunekode": "9999"},
    "homecare.personlig_pleje_min.range": {"uge": 10, "personlig_pleje_min": "10081"},
    "homecare.uge.week": {"uge": 53},
    "unit_cost.unit.code": {"year": 2011, "unit": "week"},
    "initiatives.task.code": {"initiative_id": "a2", "task": "c"},
}


@pytest.fixture(scope="module")
def broken_rows(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, int], dict[str, tuple[int, tuple[int, ...]]]]:
    """A delivery with one more row for each rule, at the end of its file: the row number of each, and what the import counted."""
    files, places = tiny_files(), {}
    for rule, change in BREAKS.items():
        rows = files[rule.split(".")[0]]
        rows.append(rows[0] | change)
        places[rule] = len(rows)
    return places, broken(imported(tmp_path_factory.mktemp("broken"), files))


@pytest.mark.parametrize("rule", BREAKS)
def test_a_row_that_breaks_a_rule_is_counted_under_it(broken_rows: tuple, rule: str) -> None:
    places, counted = broken_rows
    assert counted[rule] == (1, (places[rule],))


def test_a_row_is_counted_under_one_rule_only(broken_rows: tuple) -> None:
    assert set(broken_rows[1]) == {*BREAKS, "homecare.leveret.allocated", "sssy.barnmak.child"}


def test_two_birth_dates_of_one_person_quarantine_all_that_persons_snapshots(tmp_path: Path) -> None:
    files = tiny_files()
    files["bef"][0]["foed_dag"] = "1931-05-01"
    assert broken(imported(tmp_path, files))["bef.pnr.contradicts"][0] == 12


def test_an_account_that_does_not_add_up_cannot_be_made() -> None:
    with pytest.raises(AssertionError, match=r"5 rows in, but 3 \+ 1 \+ 0"):
        FileAccount("bef.csv", 5, 3, 1, 0, ())


def test_the_quarantine_names_file_row_and_rule_and_nothing_of_what_the_row_says(tmp_path: Path) -> None:
    files = tiny_files()
    files["lpr_adm"][1]["c_pattype"] = "9"
    imported(tmp_path, files)
    rows = rows_of(tmp_path, "quarantine")
    assert {"file": "lpr_adm.csv", "row": 2, "rule": "lpr_adm.c_pattype.code", "reaction": "quarantine"} in rows
    assert set(rows[0]) == {"file", "row", "rule", "reaction"}


def test_the_screen_shows_the_account_of_every_file(tmp_path: Path) -> None:
    study, lines = write_study(tmp_path), []
    import_delivery(study / "delivery", study, report=lines.append)
    assert "sssy.csv: 4 rows in = 3 kept + 0 quarantined + 1 set aside" in lines
    assert any("[sssy.barnmak.child]" in line and "first rows 4" in line for line in lines)


def test_nothing_is_done_again_until_a_file_or_the_protocol_changes(tmp_path: Path) -> None:
    study = write_study(tmp_path)
    assert not import_delivery(study / "delivery", study).unchanged
    again = import_delivery(study / "delivery", study)
    assert again.unchanged and again.tables["contact"] == 5
    (study / "evaluation.yml").write_text(EVALUATION.replace("to: 2014-12", "to: 2014-11"), encoding="utf-8")
    assert not import_delivery(study / "delivery", study).unchanged
    files = tiny_files()
    files["dod"] = [{"pnr": DORA, "doddato": "2014-02-10"}]
    write_rows(study / "delivery" / "dod.csv", files["dod"])
    assert not import_delivery(study / "delivery", study).unchanged
    (study / "tables" / "death.parquet").unlink()
    assert not import_delivery(study / "delivery", study).unchanged


def test_an_interrupted_import_leaves_the_tables_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = write_study(tmp_path)
    import_delivery(study / "delivery", study)
    before = {path.name: path.read_bytes() for folder in ("tables", "keys") for path in (study / folder).iterdir()}
    write_rows(study / "delivery" / "dod.csv", [{"pnr": DORA, "doddato": "2014-02-10"}])

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("effekt.data.delivery.write_tables", interrupt)
    with pytest.raises(KeyboardInterrupt):
        import_delivery(study / "delivery", study)
    assert {path.name: path.read_bytes() for folder in ("tables", "keys") for path in (study / folder).iterdir()} == before
    assert sorted(path.name for path in study.iterdir()) == ["delivery", "evaluation.yml", "keys", "tables"]


def test_import_json_holds_the_accounts_and_the_hashes_of_the_files(plain: Path) -> None:
    record = json.loads((plain / "tables" / "import.json").read_text(encoding="utf-8"))
    assert record["stamp"]["files"]["bef.csv"]["bytes"] == (plain / "delivery" / "bef.csv").stat().st_size
    assert [account["file"] for account in record["accounts"]][:2] == ["bef.csv", "dod.csv"]


def test_every_rule_of_every_reader_says_itself_in_both_languages() -> None:
    rules = [rule for register in REGISTERS for source in register.sources for rule in source.rules]
    assert len({rule.id for rule in rules}) == len(rules)
    assert all(rule.da and rule.en and rule.da != rule.en and rule.id.count(".") == 2 for rule in rules)


def test_an_optional_file_that_is_not_there_gives_an_empty_table(plain: Path) -> None:
    assert rows_of(plain, "enrolment") == []


def test_the_demo_finds_every_planted_row_and_no_other(demo_study_path: Path) -> None:
    planted = json.loads((demo_study_path / "truth.json").read_text(encoding="utf-8"))["planted_rows"]
    accounts = json.loads((demo_study_path / "tables" / "import.json").read_text(encoding="utf-8"))["accounts"]
    assert {item["rule"]: item["n"] for account in accounts for item in account["broken"]} == planted
