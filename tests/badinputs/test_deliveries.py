"""Deliveries that cannot become tables: what a person is told, that it is told at once, and that no row speaks through the message."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from effekt.data.checks.fixes import is_free
from effekt.data.delivery import import_delivery
from effekt.data.registers import REGISTERS
from effekt.errors import DeliveryError
from tests.tiny import ANNA, Row, tiny_files, write_rows, write_study

CANARIES = ("0101701234", "CANARY-Kirsten", "123456780000", "31-02-2012X")


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_study(tmp_path_factory.mktemp("delivered"))


@pytest.fixture
def study(delivered: Path, tmp_path: Path) -> Path:
    """A copy of the tiny study, not yet imported, to be spoilt."""
    return Path(shutil.copytree(delivered, tmp_path / "study"))


def refused(study: Path) -> str:
    with pytest.raises(DeliveryError) as told:
        import_delivery(study / "delivery", study)
    assert told.value.exit_code == 3
    assert not (study / "tables").exists() and not (study / "keys").exists()
    assert told.value.__cause__ is None and not any(canary in str(told.value) for canary in (*CANARIES, ANNA))
    return str(told.value)


def spoil(study: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    path = study / "delivery" / f"{name}.csv"
    path.write_bytes(change(path.read_bytes()))


def rows_with(change: Row) -> list[dict[str, object]]:
    rows = tiny_files()["lpr_adm"]
    return [rows[0] | change, *rows[1:]]


def test_no_folder_is_told_with_where_it_was_looked_for(study: Path) -> None:
    shutil.rmtree(study / "delivery")
    assert f"there is no folder {study / 'delivery'}" in refused(study)


def test_a_missing_file_is_told_with_what_to_ask_for(study: Path) -> None:
    (study / "delivery" / "sssy.csv").unlink()
    told = refused(study)
    assert "sssy.csv [file.missing]: looked for" in told and "the practice register SSSY: pnr, speciale" in told


def test_every_problem_of_every_file_is_told_at_once(study: Path) -> None:
    (study / "delivery" / "dod.csv").unlink()
    spoil(study, "bef", lambda text: text.replace(b"foed_dag", b"birthday", 1))
    spoil(study, "vnds", lambda text: b"")
    told = refused(study)
    assert "3 problems" in told
    assert all(part in told for part in ("dod.csv [file.missing]", "bef.csv [file.column_missing]: foed_dag", "vnds.csv [file.empty]"))


def test_problems_in_headers_and_in_rows_are_told_at_once(study: Path) -> None:
    (study / "delivery" / "vnds.csv").unlink()
    spoil(study, "dod", lambda text: text + b"1;2;3;4\n")
    spoil(study, "sssy", lambda text: text + text.splitlines()[1] + b";1\n")
    told = refused(study)
    assert all(part in told for part in ("vnds.csv [file.missing]", "dod.csv [file.ragged]", "sssy.csv [file.ragged]"))


def test_bytes_that_are_no_text_are_found_wherever_in_the_file_they_stand(study: Path) -> None:
    line = (study / "delivery" / "sssy.csv").read_bytes().splitlines()[1] + b"\n"
    spoil(study, "sssy", lambda text: text + line * 3000 + b"CANARY-Kirsten\xe6" + line)
    assert "sssy.csv [file.encoding]: not UTF-8 text all the way. Row 3005 " in refused(study)


FILE_LEVEL: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda text: b"", "[file.empty]"),
    "blank": (lambda text: b"\n", "[file.empty]"),
    "header only": (lambda text: text[: text.index(b"\n") + 1], "[file.header_only]"),
    "header without line end": (lambda text: text[: text.index(b"\n")], "[file.header_only]"),
    "comma": (lambda text: text.replace(b";", b","), "[file.delimiter]: the columns are separated by ','"),
    "tab": (lambda text: text.replace(b";", b"\t"), "[file.delimiter]: the columns are separated by 'tab'"),
    "missing column": (lambda text: text.replace(b"d_inddto", b"indate", 1), "[file.column_missing]: d_inddto. Expected: recnum, pnr"),
    "column twice": (lambda text: text.replace(b"c_spec", b"c_afd", 1), "[file.column_twice]: the column c_afd"),
    "ragged row": (lambda text: text + b"CANARY-Kirsten;0101701234\n", "[file.ragged]: a row has more or fewer columns than the header. Row 6 "),
    "too many columns": (lambda text: text + text.splitlines()[1] + b";CANARY-Kirsten\n", "[file.ragged]"),
    "truncated last line": (lambda text: text[: text.rindex(b";20")], "[file.ragged]: a row has more or fewer columns than the header. Row 5 "),
    "latin-1": (lambda text: text.replace(b"DI500", "DæCANARY-Kirsten".encode("latin-1")), "[file.encoding]"),
    "UTF-16": (lambda text: text.decode().encode("utf-16"), "[file.encoding]"),
    "zip": (lambda text: b"PK\x03\x04" + bytes(range(256)), "[file.unreadable]: the archive is damaged"),
    "open quote": (lambda text: text + b'"CANARY-Kirsten;0101701234' + b";1" * 15 + b"\n", "[file."),
    "a line of 3 MB": (lambda text: text + b"CANARY-Kirsten" * 220_000 + b";1" * 15 + b"\n", "[file.line_too_long]"),
}


@pytest.mark.parametrize("case", FILE_LEVEL)
def test_a_file_that_cannot_be_read_is_refused_in_words(study: Path, case: str) -> None:
    change, told = FILE_LEVEL[case]
    spoil(study, "lpr_adm", change)
    assert f"lpr_adm.csv {told}" in refused(study)


FORMS: dict[str, Callable[[bytes], bytes]] = {
    "UTF-8 with a mark": lambda text: b"\xef\xbb\xbf" + text,
    "Windows line ends": lambda text: text.replace(b"\n", b"\r\n"),
    "upper-case names with blanks": lambda text: text.replace(b"recnum;pnr;", b" RECNUM ; PNR ;", 1),
    "no last line end": lambda text: text.rstrip(b"\n"),
    "quoted texts": lambda text: text.replace(b"DI500", b'"DI500"'),
}


@pytest.mark.parametrize("case", FORMS)
def test_other_forms_of_the_same_file_give_the_same_rows(study: Path, case: str) -> None:
    spoil(study, "lpr_adm", FORMS[case])
    account = next(account for account in import_delivery(study / "delivery", study).accounts if account.file == "lpr_adm.csv")
    assert (account.n_in, account.n_kept) == (5, 5)


def test_columns_in_another_order_and_columns_nobody_asked_for_are_no_problem(study: Path) -> None:
    rows = [dict(reversed([*row.items(), ("remark", "CANARY-Kirsten")])) for row in tiny_files()["lpr_adm"]]
    write_rows(study / "delivery" / "lpr_adm.csv", rows)
    report = import_delivery(study / "delivery", study)
    assert report.tables["contact"] == 5
    assert "lpr_adm.csv: not used: c_kom, remark" in report.warnings
    assert not any(b"CANARY" in path.read_bytes() for path in (study / "tables").iterdir())


def test_a_column_the_study_can_do_without_is_read_as_missing_with_a_note(study: Path) -> None:
    write_rows(study / "delivery" / "lpr_adm.csv", [{key: value for key, value in row.items() if key != "c_udm"} for row in tiny_files()["lpr_adm"]])
    assert "lpr_adm.csv: absent, read as missing: c_udm" in import_delivery(study / "delivery", study).warnings


def test_a_rejected_delivery_leaves_the_tables_of_the_last_good_one(study: Path) -> None:
    import_delivery(study / "delivery", study)
    before = {path.name: path.read_bytes() for path in (study / "tables").iterdir()}
    spoil(study, "dod", lambda text: text + b"1;2;3;4\n")
    with pytest.raises(DeliveryError):
        import_delivery(study / "delivery", study)
    assert {path.name: path.read_bytes() for path in (study / "tables").iterdir()} == before
    assert sorted(path.name for path in study.iterdir()) == ["delivery", "evaluation.yml", "keys", "rejected.json", "tables"]


FREE = {
    (source.name, column.name) for register in REGISTERS for source in register.sources for column in source.columns if is_free(column)
} | {("dod", "doddato")}


def test_dirty_rows_with_canaries_never_reach_a_line_of_output_or_a_table(study: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Every file gets rows with a canary in one column at a time; nothing of them may come out, and every row is accounted for."""
    random.seed(20130201)
    n_in = {}
    files = tiny_files()
    files["initiatives"][0]["end"] = "2015-12-31"
    for name, rows in files.items():
        spoilt = [row | {column: random.choice(CANARIES)} for row in rows[:2] for column in row if (name, column) not in FREE]
        write_rows(study / "delivery" / f"{name}.csv", [*rows, *spoilt])
        n_in[f"{name}.csv"] = len(rows) + len(spoilt)
    lines: list[str] = []
    report = import_delivery(study / "delivery", study, report=lines.append)
    out, err = capfd.readouterr()
    said = "\n".join([*lines, out, err, (study / "tables" / "import.json").read_text(encoding="utf-8")])
    assert not any(canary in said for canary in (*CANARIES, ANNA))
    assert {account.file: account.n_in for account in report.accounts} == n_in
    assert all(account.n_in == account.n_kept + account.n_quarantined + account.n_set_aside for account in report.accounts)
    assert sum(account.n_quarantined for account in report.accounts) > 50
    quarantine = (study / "tables" / "quarantine.parquet").read_bytes()
    assert not any(canary.encode() in quarantine for canary in CANARIES)


def test_a_file_name_with_a_quote_in_its_path_is_read(tmp_path: Path) -> None:
    study = write_study(tmp_path / "it's a study; DROP TABLE x")
    assert import_delivery(study / "delivery", study).tables["citizen"] == 6
