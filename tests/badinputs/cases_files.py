"""1 to 30: the file itself."""

from __future__ import annotations

import gzip
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet

from effekt.data.delivery import import_delivery
from tests.badinputs.case import Case, both, every, raw, row
from tests.sas_files import Variable, write_sas7bdat
from tests.tiny import Files, tiny_files, write_rows

_ADM = "lpr_adm"
_UTF_8 = "form: {encoding: utf-8}\n"


def _instead(name: str, content: bytes, file: str = _ADM) -> Callable[[Path], object]:
    """Another file in the place of one."""

    def spoil(study: Path) -> None:
        (study / "delivery" / f"{file}.csv").unlink()
        (study / "delivery" / name).write_bytes(content)

    return spoil


def _declared(text: str) -> Callable[[Path], object]:
    return lambda study: (study / "delivery" / "delivery.yml").write_text(text, encoding="utf-8")


def _after(*steps: Callable[[Path], object]) -> Callable[[Path], object]:
    def spoil(study: Path) -> None:
        for step in steps:
            step(study)

    return spoil


def _letters(encoding: str) -> Callable[[bytes], bytes]:
    """The Danish letters of the initiative's name in another encoding."""
    return lambda text: text.decode("utf-8").encode(encoding)


def _column(name: str, value: str) -> Callable[[bytes], bytes]:
    def change(text: bytes) -> bytes:
        head, *rows = text.decode("utf-8").splitlines()
        return "\n".join([f"{head};{name}", *(f"{line};{value}" for line in rows), ""]).encode()

    return change


def _turned(text: bytes) -> bytes:
    return b"\n".join(b";".join(reversed(line.split(b";"))) for line in text.splitlines()) + b"\n"


def _as_parquet(study: Path) -> None:
    path = study / "delivery" / f"{_ADM}.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    columns = dict(zip(head.split(";"), zip(*(line.split(";") for line in rows), strict=True), strict=True))
    parquet.write_table(pa.table({name: pa.array(values) for name, values in columns.items()}), path.with_suffix(".parquet"))
    path.unlink()
    whole = path.with_suffix(".parquet").read_bytes()
    path.with_suffix(".parquet").write_bytes(whole[: len(whole) // 2])


def _bomb(study: Path) -> None:
    path = study / "delivery" / f"{_ADM}.csv"
    head = path.read_bytes()
    path.unlink()
    with gzip.open(path.with_suffix(".csv.gz"), "wb") as packed:
        packed.write(head)
        for _ in range(220):
            packed.write(b"0" * (1 << 20))


def _escaping(study: Path) -> None:
    path = study / "delivery" / f"{_ADM}.csv"
    with zipfile.ZipFile(study / "delivery" / "lpr_adm.zip", "w") as archive:
        archive.writestr("all/../../lpr_adm.csv", path.read_bytes())
    path.unlink()


def _link(study: Path) -> None:
    path = study / "delivery" / f"{_ADM}.csv"
    elsewhere = study.parent / "elsewhere.csv"
    path.rename(elsewhere)
    os.symlink(elsewhere, path)


def _wrong_tag(study: Path) -> None:
    path = study / "delivery" / "dod.csv"
    path.unlink()
    variables = [Variable("pnr", "", 12), Variable("doddato", "", 10)]
    write_sas7bdat(path.with_suffix(".sas7bdat"), variables, [("æøå", "2013-02-10")], "latin-1", "utf-8")


def _later(*changes: Callable[[Files], object]) -> Callable[[Path], object]:
    """The delivery is the second one; the first was the tiny one."""

    def spoil(study: Path) -> None:
        first, files = study.parent / "first", tiny_files()
        (study / "delivery").rename(first)
        import_delivery(first, study)
        both(*changes)(files)
        for name, rows in files.items():
            write_rows(study / "delivery" / f"{name}.csv", rows)

    return spoil


def _few_weeks(files: Files) -> None:
    files["sssy"] = files["sssy"][1:2]


_SAS = b"\0" * 12 + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011") + b"\0" * 300

CASES = (
    Case(1, "latin-1", "R", "file.encoding", folder=raw("initiatives", _letters("latin-1"))),
    Case(2, "cp1252 said to be UTF-8", "R", "file.encoding", folder=_after(raw("initiatives", _letters("cp1252")), _declared(_UTF_8))),
    Case(3, "a byte order mark", "W", told="byte order mark", folder=raw(_ADM, lambda text: b"\xef\xbb\xbf" + text)),
    Case(4, "UTF-16", "R", "file.encoding", folder=raw(_ADM, lambda text: text.decode().encode("utf-16"))),
    Case(5, "letters encoded twice", "R", "file.mojibake", folder=raw("initiatives", lambda text: text.decode().encode().decode("latin-1").encode())),
    Case(6, "a zero byte", "R", "file.encoding", folder=raw(_ADM, lambda text: text.replace(b"DI500", b"DI\x0000", 1))),
    Case(7, "empty", "R", "file.empty", folder=raw(_ADM, lambda text: b"")),
    Case(8, "header only", "R", "file.header_only", folder=raw(_ADM, lambda text: text[: text.index(b"\n") + 1])),
    Case(
        9,
        "commas said to be semicolons",
        "R",
        "file.delimiter",
        folder=_after(raw(_ADM, lambda text: text.replace(b";", b",")), _declared('form: {delimiter: ";"}\n')),
    ),
    Case(10, "a needed column is missing", "R", "file.column_missing", folder=raw(_ADM, lambda text: text.replace(b"d_inddto", b"indate", 1))),
    Case(11, "a column twice", "R", "file.column_twice", folder=raw(_ADM, lambda text: text.replace(b"c_spec", b"c_afd", 1))),
    Case(12, "a column nobody asked for", "W", told="not used: c_kom, remark", folder=raw(_ADM, _column("remark", "CANARY 010170-1234"))),
    Case(13, "columns in another order", "ok", folder=raw(_ADM, _turned)),
    Case(14, "a name in capitals with blanks", "ok", folder=raw(_ADM, lambda text: text.replace(b"recnum;pnr", b" RECNUM ; Pnr ", 1))),
    Case(14, "a name in other words", "R", "file.column_missing", folder=raw("dod", lambda text: text.replace(b"doddato", b"d\xc3\xb8dsdag", 1))),
    Case(15, "a row that is too short", "R", "file.ragged", folder=raw(_ADM, lambda text: text + b"CANARY;0101701234\n")),
    Case(16, "a quotation mark that is not closed", "R", "file.quote", folder=raw(_ADM, lambda text: text.replace(b"DI500", b'"CANARY', 1))),
    Case(17, "a line end inside a field", "ok", folder=raw("initiatives", lambda text: text.replace(b"visits", b'"vis\nits"'))),
    Case(18, "line ends of three kinds", "ok", folder=raw(_ADM, lambda text: text.replace(b"\n", b"\r\n", 1).replace(b"\nr3", b"\rr3", 1))),
    Case(19, "the last line is cut off", "R", "file.ragged", folder=raw(_ADM, lambda text: text[: text.rindex(b";20")])),
    Case(20, "a parquet file cut off", "R", "file.unreadable", folder=_as_parquet),
    Case(21, "a damaged sas7bdat", "R", "file.unreadable", folder=_instead("lpr_adm.sas7bdat", _SAS)),
    Case(22, "a sas7bdat with the wrong encoding", "R", "file.encoding", folder=_wrong_tag),
    Case(23, "a bomb", "R", "file.bomb", folder=_bomb),
    Case(23, "a line of 3 MB", "R", "file.line_too_long", folder=raw(_ADM, lambda text: text + b"CANARY" * 500_000 + b";1" * 15 + b"\n")),
    Case(24, "a pickle", "R", "file.form", folder=_instead("lpr_adm.csv", pickle.dumps({"CANARY": "0101701234"}))),
    Case(25, "two deliveries of one period that disagree", "R", "delivery.contradicts", folder=_later(row("lpr_adm", 1, c_adiag="DJ189"))),
    Case(26, "months between two deliveries", "W", told="[delivery.gap]", folder=_later(row("vnds", 1, haend_dato="2016-05-01"))),
    Case(27, "40 pct. fewer rows a month", "R", "delivery.fewer_rows", folder=_later(_few_weeks)),
    Case(28, "one value in every row", "W", "bef.foed_dag.constant", files=every("bef", foed_dag="1940-12-31")),
    Case(29, "the manifest counts other rows", "R", "file.rows", folder=_declared("files: {lpr_adm: [{path: lpr_adm.csv, rows: 7}]}\n")),
    Case(30, "a name that leads out", "R", "file.name", folder=_escaping),
    Case(30, "a link", "R", "file.link", folder=_link),
)
