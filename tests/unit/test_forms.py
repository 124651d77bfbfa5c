"""How files are opened: what is refused, in which words, and what simply works."""

from __future__ import annotations

import gzip
import io
import pickle
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest

from effekt.data.declaration import Declaration, Entry
from effekt.data.forms import packed
from effekt.data.forms.opened import FormError
from effekt.data.forms.text_scan import scan_text
from effekt.data.locating import candidates
from effekt.data.reading import find_file, load_text
from effekt.data.registers.bef import DOD
from tests.sas_files import Variable, write_sas7bdat, write_xport

ROWS = [("000000000017", "2013-02-10"), ("123456789012", "2014-01-31")]
PLAIN = "pnr;doddato\n" + "".join(f"{pnr};{day}\n" for pnr, day in ROWS)
CANARY = "CANARY-Kirsten"


def opened(folder: Path, declaration: Declaration | None = None, accept: bool = False) -> tuple[list[str], list[tuple[str | None, ...]]]:
    """The problems of a delivery that should hold deaths, and the rows as they reach the contract."""
    workspace = folder.parent / "workspace"
    workspace.mkdir(exist_ok=True)
    there, problems = candidates(folder)
    found, wrong = find_file(DOD, folder, declaration or Declaration(), there, workspace)
    if found is None:
        return [*problems, *wrong], []
    with duckdb.connect() as connection:
        loaded = load_text(connection, found, accept)
        rows = [] if loaded.problems else connection.execute("SELECT * FROM raw_dod").fetchall()
    return [*problems, *loaded.problems], rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "delivery"
    path.mkdir()
    return path


def zipped(*members: tuple[str | zipfile.ZipInfo, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members:
            archive.writestr(name, text)
    return out.getvalue()


def link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("dod.csv")
    info.external_attr = 0o120777 << 16
    return info


def workbook(*lines: list[object]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for line in lines:
        book.active.append(line)
    book.save(out)
    return out.getvalue()


WORKS: dict[str, tuple[str, bytes]] = {
    "capitals": ("DOD.CSV", PLAIN.encode()),
    "upper-case names and blanks": ("dod.csv", PLAIN.replace("pnr;doddato", " PNR ; DODDATO").encode()),
    "an alias": ("dod.csv", PLAIN.replace("pnr", "V_CPR").encode()),
    "a byte order mark": ("dod.csv", b"\xef\xbb\xbf" + PLAIN.encode()),
    "line ends of several kinds": ("dod.csv", PLAIN.replace("\n", "\r\n", 1).replace("10\n", "10\r").encode()),
    "no last line end": ("dod.csv", PLAIN.rstrip().encode()),
    "gz": ("dod.csv.gz", gzip.compress(PLAIN.encode())),
    "zip": ("dod.zip", zipped(("map/dod.csv", PLAIN))),
    "zip of a whole delivery": ("fra-dst.zip", zipped(("dod.csv", PLAIN), ("bef.csv", "a"), ("__MACOSX/._dod.csv", "x"))),
    "xlsx with texts": ("dod.xlsx", workbook(["PNR", "DODDATO"], *map(list, ROWS))),
    "xlsx with dates and empty rows": ("dod.xlsx", workbook([], ["pnr", "doddato"], *([pnr, pd.Timestamp(day)] for pnr, day in ROWS), [], [])),
}


@pytest.mark.parametrize("case", WORKS)
def test_other_forms_of_a_file_give_the_same_text(folder: Path, case: str) -> None:
    name, content = WORKS[case]
    (folder / name).write_bytes(content)
    assert opened(folder) == ([], ROWS)


def test_sas_files_and_parquet_give_dates_by_their_own_types(folder: Path) -> None:
    sas = [(pnr, (pd.Timestamp(day) - pd.Timestamp("1960-01-01")).days) for pnr, day in ROWS]
    writes: dict[str, Callable[[Path], object]] = {
        "dod.sas7bdat": lambda path: write_sas7bdat(path, [Variable("PNR", "", 12), Variable("DODDATO", "DATE")], sas),
        "dod.xpt": lambda path: write_xport(path, [Variable("PNR", "", 12), Variable("DODDATO", "DDMMYY")], sas),
        "dod.parquet": lambda path: pd.DataFrame(ROWS, columns=["PNR", "doddato"]).astype({"doddato": "datetime64[us]"}).to_parquet(path),
    }
    for name, write in writes.items():
        write(folder / name)
        assert opened(folder) == ([], ROWS), name
        (folder / name).unlink()


REFUSED: dict[str, tuple[str, bytes, str]] = {
    "pickle": ("dod.csv", pickle.dumps({"pnr": CANARY}), "[file.form]: it is a pickle by its first bytes, which can run code"),
    "pickle by name": ("dod.pkl", b"(lp0\n.", "[file.form]: a .pkl file is not opened"),
    "parquet called csv is still parquet": ("dod.csv", b"PAR1" + bytes(20), "[file.unreadable]: a parquet file that is damaged"),
    "text called parquet": ("dod.parquet", PLAIN.encode(), "[file.unreadable]: its name says parquet"),
    "truncated xlsx": ("dod.xlsx", workbook(["pnr"])[:-200], "[file.unreadable]"),
    "xls": ("dod.xls", b"\xd0\xcf\x11\xe0" + bytes(99), "[file.form]: it is an old Office file"),
    "SAS cut off in its header": ("dod.sas7bdat", bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011"), "[file.unreadable]"),
    "truncated gz": ("dod.csv.gz", gzip.compress(PLAIN.encode())[:-9], "[file.unreadable]: the archive is damaged"),
    "packed twice": ("dod.csv.gz", gzip.compress(gzip.compress(PLAIN.encode())), "[file.form]: is packed twice"),
    "a member that leads out": ("dod.zip", zipped(("../dod.csv", PLAIN)), "[file.name]"),
    "a member on a drive": ("dod.zip", zipped(("C:\\dod.csv", PLAIN)), "[file.name]"),
    "a member that is a link": ("dod.zip", zipped((link(), "/etc/passwd")), "[file.link]"),
    "twice-encoded letters": ("dod.csv", (PLAIN + "SÃ¸rensen;2013-01-01\n").encode(), "twice, or lost, first in line 4"),
    "a zero byte": ("dod.csv", PLAIN.encode() + b"\x00;2013-01-01\n", "no text (UTF-16 or a binary file), first in line 4"),
    "UTF-16": ("dod.csv", PLAIN.encode("utf-16"), "[file.encoding]: holds bytes that are no text in UTF-8: it is UTF-16"),
    "Windows-1252": ("dod.csv", PLAIN.encode() + "“;x\n".encode("cp1252"), "It reads as Windows-1252. If that is right"),
    "dates of Denmark": ("dod.csv", b"pnr;doddato\n000000000017;10-02-2013\n", "[file.dates]: the dates of doddato are written dd-mm-yyyy."),
    "SAS days": ("dod.csv", b"pnr;doddato\n000000000017;19399\n", "whole numbers and no dates: days since 1960 (SAS)"),
    "Excel days": ("dod.xlsx", workbook(["pnr", "doddato"], ["000000000017", 41315]), "days as Excel counts them"),
    "years of two digits": ("dod.csv", b"pnr;doddato\n000000000017;10-02-13\n", "the years of doddato have two digits"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_trusted_is_refused_in_words(folder: Path, case: str) -> None:
    name, content, told = REFUSED[case]
    (folder / name).write_bytes(content)
    problems, rows = opened(folder)
    said = "\n".join(problems)
    assert rows == [] and told in said and CANARY not in said and name.split(".")[0] in said


def test_what_was_found_is_used_once_it_is_confirmed_and_not_where_it_could_be_two_things(folder: Path) -> None:
    (folder / "dod.csv").write_bytes("pnr,doddato\n000000000017,10-02-2013\n123456789012,31-01-2014\n".encode())
    assert opened(folder, accept=True) == ([], ROWS)
    (folder / "dod.csv").write_bytes(b"pnr;doddato\n000000000017;19399\n")
    assert opened(folder, accept=True)[1] == []
    (folder / "dod.csv").write_bytes(b"pnr;doddato\n000000000017;10/02/2013\n")
    assert "could be dd/mm/yyyy or mm/dd/yyyy" in opened(folder, accept=True)[0][0]


def test_a_row_that_differs_from_the_rest_is_no_form(folder: Path) -> None:
    (folder / "dod.csv").write_text(PLAIN + "000000000055;10-02-2013\n", encoding="utf-8")
    assert opened(folder) == ([], [*ROWS, ("000000000055", "10-02-2013")])


def test_a_value_that_is_not_of_the_declared_form_breaks_the_rule_of_its_column(folder: Path) -> None:
    (folder / "dod.csv").write_text("pnr;doddato\n000000000017;10022013\n123456789012;2014-01-31\n", encoding="utf-8")
    declared = Declaration(files={"dod": [Entry(path="dod.csv", dates="ddmmyyyy")]})
    assert opened(folder, declared) == ([], [("000000000017", "2013-02-10"), ("123456789012", "?2014-01-31")])


def test_an_archive_that_would_fill_the_disk_stops_at_the_limit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "RATIO_COUNTS_FROM_BYTES", 1 << 20)
    for name, content in (("dod.csv.gz", gzip.compress(bytes(1 << 23))), ("dod.zip", zipped(("dod.csv", "0" * (1 << 23))))):
        (folder / name).write_bytes(content)
        assert "[file.bomb]" in opened(folder)[0][0]
        written = sum(path.stat().st_size for path in (folder.parent / "workspace").rglob("*") if path.is_file())
        assert written < 3 << 20
        (folder / name).unlink()


def test_a_link_in_the_folder_is_not_followed(folder: Path) -> None:
    (folder.parent / "elsewhere.csv").write_text(PLAIN, encoding="utf-8")
    (folder / "dod.csv").symlink_to(folder.parent / "elsewhere.csv")
    assert "dod.csv [file.link]" in opened(folder)[0][0]


def test_two_files_that_could_be_the_same_are_not_chosen_between(folder: Path) -> None:
    for name in ("dod.csv", "DOD.txt"):
        (folder / name).write_text(PLAIN, encoding="utf-8")
    assert "[file.ambiguous]: 2 files could be it: DOD.txt, dod.csv" in opened(folder)[0][0]


def test_a_sas_file_that_is_cut_off_between_rows_is_refused(folder: Path) -> None:
    path = folder / "dod.sas7bdat"
    write_sas7bdat(path, [Variable("PNR", "", 12), Variable("DODDATO", "DATE")], [("000000000017", 19399)] * 9000)
    whole = path.read_bytes()
    path.write_bytes(whole[: -(1 << 16)])
    assert "[file.unreadable]" in opened(folder)[0][0]


def test_texts_of_a_sas_file_that_are_not_of_its_encoding_are_refused(folder: Path) -> None:
    for encoding, told, rule in (("cp1252", "utf-8", "[file.encoding]"), ("utf-8", "latin-1", "[file.mojibake]")):
        rows = [("000000000017", "Sørensen", 19399)]
        variables = [Variable("PNR", "", 12), Variable("NAVN", "", 12), Variable("DODDATO", "DATE")]
        write_sas7bdat(folder / "dod.sas7bdat", variables, rows, encoding, told)
        problems, _ = opened(folder)
        assert problems and rule in problems[0] and "rensen" not in problems[0]


@pytest.mark.parametrize("size", [(1 << 22) - 1, 1 << 22, (1 << 22) + 1])
def test_a_letter_that_two_pieces_of_the_file_share_is_one_letter(tmp_path: Path, size: int) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"a" * (size - 1) + "ø\r\n".encode() + b"b\r\n")
    scan = scan_text(path)
    assert (scan.wrong_line, scan.mixed_ends, scan.twice_line) == (None, False, None)
    path.write_bytes(b"a\n" + b"a" * (size - 3) + b"\xf8\n")
    assert scan_text(path).wrong_line == 2


def test_a_size_beyond_the_limit_is_refused_before_anything_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.zip").write_bytes(zipped(("a.csv", "1" * 2000)))
    monkeypatch.setattr(packed, "MOST_BYTES", 1000)
    with pytest.raises(FormError, match=r"file\.bomb"):
        packed.members(tmp_path / "x.zip")


def test_a_workbook_with_definitions_of_its_own_is_not_read(folder: Path) -> None:
    book = zipfile.ZipFile(io.BytesIO(WORKS["xlsx with texts"][1]))
    parts = [(name, book.read(name).decode()) for name in book.namelist()]
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>'
    told = [(name, bomb + text if name == "xl/workbook.xml" else text) for name, text in parts]
    (folder / "dod.xlsx").write_bytes(zipped(*told))
    assert "[file.unreadable]: a workbook with definitions" in opened(folder)[0][0]


def test_damage_anywhere_is_told_in_words_and_never_a_traceback(folder: Path) -> None:
    draws = random.Random(20130201)
    whole = {name: content for name, content in WORKS.values() if name in ("dod.csv", "dod.csv.gz", "dod.zip", "dod.xlsx")}
    write_sas7bdat(folder / "dod.sas7bdat", [Variable("PNR", "", 12), Variable("DODDATO", "DATE")], [(pnr, 19399) for pnr, _ in ROWS])
    write_xport(folder / "dod.xpt", [Variable("PNR", "", 12), Variable("DODDATO", "DATE")], [(pnr, 19399) for pnr, _ in ROWS])
    pd.DataFrame(ROWS, columns=["pnr", "doddato"]).to_parquet(folder / "dod.parquet")
    for path in list(folder.iterdir()):
        whole[path.name] = path.read_bytes()
        path.unlink()
    told = 0
    for name, content in whole.items():
        for _ in range(20):
            damaged = bytearray(content)
            for _ in range(draws.choice([1, 5])):
                damaged[draws.randrange(len(damaged))] = draws.randrange(256)
            (folder / name).write_bytes(damaged[: draws.choice([None, draws.randrange(1, len(damaged))])])
            problems, _ = opened(folder)
            told += bool(problems)
            assert all("[file." in problem for problem in problems) and not any(pnr in "".join(problems) for pnr, _ in ROWS)
        (folder / name).unlink()
    assert told > 60
