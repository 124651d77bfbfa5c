"""Every row of a delivery is accounted for: kept, quarantined or set aside by a rule with a name; and nothing is done twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from effekt.data.delivery import FileAccount, import_delivery
from effekt.data.registers import REGISTERS
from tests.delivered import broken, counts, imported, rows_of
from tests.tiny import BENT, DORA, EVA, EVALUATION, tiny_files, write_rows, write_study


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
    "dod.doddato.before_birth": {"pnr": BENT, "doddato": "1901-01-01"},
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
    "drg_hel.v_totpris_genop.type": {"recnum": "x1", "v_totpris_genop": "inf"},
    "drg_amb.recnum.unknown": {"recnum": "x99"},
    "sssy.ydlant.type": {"ydlant": "two"},
    "sssy.bruhon.missing": {"bruhon": ""},
    "homecare.kommunekode.unknown": {"kommunekode": "9999"},
    "homecare.personlig_pleje_min.range": {"uge": 10, "personlig_pleje_min": "10081"},
    "homecare.uge.week": {"uge": 53},
    "unit_cost.service_type.code": {"year": 2011, "service_type": "Personlig pleje"},
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


@pytest.mark.thorough
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


def test_import_json_holds_the_accounts_and_the_hashes_of_the_files(tmp_path: Path) -> None:
    imported(tmp_path)
    record = json.loads((tmp_path / "tables" / "import.json").read_text(encoding="utf-8"))
    assert record["stamp"]["deliveries"][0]["files"]["bef.csv"]["bytes"] == (tmp_path / "delivery" / "bef.csv").stat().st_size
    assert [account["file"] for account in record["accounts"]][:2] == ["bef.csv", "dod.csv"]


def test_every_rule_of_every_reader_says_itself_in_both_languages() -> None:
    rules = [rule for register in REGISTERS for source in register.sources for rule in source.rules]
    assert len({rule.id for rule in rules}) == len(rules)
    assert all(rule.da and rule.en and rule.da != rule.en and rule.id.count(".") == 2 for rule in rules)


def test_the_demo_finds_every_planted_row_and_no_other(demo_study_path: Path) -> None:
    planted = json.loads((demo_study_path / "truth.json").read_text(encoding="utf-8"))["planted_rows"]
    accounts = json.loads((demo_study_path / "tables" / "import.json").read_text(encoding="utf-8"))["accounts"]
    assert {item["rule"]: item["n"] for account in accounts for item in account["broken"]} == planted
