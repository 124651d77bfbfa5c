"""Delimited text: UTF-8 goes straight to DuckDB's own reader; other encodings are first written as UTF-8, a piece at a time.

DuckDB's own messages quote the line they fail on; here they become a rule id and a row number.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb

from effekt.data.forms.first_bytes import starts_as_utf_16
from effekt.data.forms.opened import Detected, Form, FormError, Opened, Rows, fresh_place
from effekt.data.forms.text_scan import Scan, rewrite, scan_text

DELIMITER = ";"
NAMES = {";": "semicolon", ",": "comma", "\t": "tab", "|": "bar"}
_LONGEST_LINE = 2_000_000


def open_text(path: Path, form: Form, folder: Path) -> Opened:
    """Open a text file. Its encoding and delimiter are those of `form`, else UTF-8 and ';', else what was detected, which is then told as such.

    Raises FormError for what cannot be read as a table of text: no header, no rows, zero bytes, letters encoded twice, a delimiter that
    contradicts what is declared.
    """
    with open(path, "rb") as file:
        head = file.read(4)
    scan = scan_text(path)
    if starts_as_utf_16(head) or form.encoding == "utf-16":
        scan = _utf_16(scan, form)
    encoding, detected = _encoding(scan, form)
    notes = ["starts with a byte order mark, which was left out"] if scan.has_mark else []
    if encoding != "utf-8" or scan.mixed_ends:
        path = rewrite(path, encoding, fresh_place(folder, path.name))
        notes += [f"read as {encoding}"] if encoding != "utf-8" else []
        notes += ["line ends of several kinds made one"] if scan.mixed_ends else []
    elif scan.twice_line:
        told = f"letters were encoded twice, or lost, first in line {scan.twice_line}. Ask for the file in UTF-8, exported anew."
        raise FormError("mojibake", told)
    line = _header_line(path, form.skip)
    delimiter, found = _delimiter(line, form)
    names = _names(line, delimiter)

    def rows(connection: duckdb.DuckDBPyConnection, limit: int | None) -> Iterator[Rows]:
        columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(names)))
        sql = (
            f"read_csv($path, columns = {{{columns}}}, header = true, skip = {form.skip}, delim = '{delimiter}', quote = '\"', escape = '\"', "
            "auto_detect = false, strict_mode = true, null_padding = false, nullstr = '')"
        )
        yield Rows(sql, tuple(f"c{place}" for place in range(len(names))), {"path": str(path)})

    return Opened(names, rows, tuple(notes), (*detected, *found))


def rephrase(message: str, delimiter: str = DELIMITER) -> str:
    """DuckDB's reason without the line it quotes."""
    line = re.search(r"CSV Error on Line:\s*(\d+)", message)
    row = f" Row {int(line.group(1)) - 1} (counted from 1 below the header)." if line else ""
    low = message.lower()
    if "unicode" in low or "utf-8" in low:
        return f"[file.encoding]: not UTF-8 text all the way.{row} Ask the sender for UTF-8."
    if "quote" in low and "unterminated" in low:
        return f"[file.quote]: a quotation mark is opened and not closed.{row} Ask for the file again."
    if "expected number of columns" in low or "too many columns" in low or "missing columns" in low:
        ask = f"Ask for the file again, or for quotes around texts with '{delimiter}'."
        return f"[file.ragged]: a row has more or fewer columns than the header.{row} {ask}"
    if "maximum line size" in low:
        return f"[file.line_too_long]: a line is longer than 2 MB.{row} Ask for the file again."
    return f"[file.unreadable]: not text of rows and columns.{row} Ask for the file again."


def _utf_16(scan: Scan, form: Form) -> Scan:
    if form.encoding == "utf-16":
        return Scan(scan.n_bytes, None, None, None, False, False, False)
    raise FormError("encoding", "holds bytes that are no text in UTF-8: it is UTF-16. Ask the sender for UTF-8 text, or declare encoding: utf-16.")


def _encoding(scan: Scan, form: Form) -> tuple[str, list[Detected]]:
    if scan.zero_line:
        told = f"holds bytes that are no text (UTF-16 or a binary file), first in line {scan.zero_line}. Ask the sender for UTF-8 text."
        raise FormError("encoding", told)
    declared = (form.encoding or "").lower().replace("utf-8-sig", "utf-8").replace("windows-1252", "cp1252")
    if declared and declared != "utf-8":
        return declared, []
    if scan.wrong_line is None:
        return "utf-8", []
    row = f"Row {scan.wrong_line - 1} (counted from 1 below the header) is the first that is not." if scan.wrong_line > 1 else "The header is not."
    if declared:
        raise FormError("encoding", f"delivery.yml says UTF-8, and it is not UTF-8 text all the way. {row} It may be Windows-1252 (cp1252).")
    value, name = ("cp1252", "Windows-1252") if scan.c1 else ("latin-1", "latin-1 (or Windows-1252, which is the same here)")
    return value, [Detected("encoding", f"not UTF-8 text all the way. {row} It reads as {name}", "encoding", value)]


def _header_line(path: Path, skip: int) -> str:
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            for _ in range(skip):
                file.readline(_LONGEST_LINE)
            line, more = file.readline(_LONGEST_LINE), file.read(1)
    except OSError:
        raise FormError("unreadable", f"{path.name} cannot be opened. Check the permission of the file, or copy it again.") from None
    if len(line) >= _LONGEST_LINE:
        raise FormError("line_too_long", "the header is longer than 2 MB. Ask for the file again.")
    if not line.strip():
        raise FormError("empty", "the file has no header and no rows. Ask for it again.")
    if not more:
        raise FormError("header_only", "a header but no rows. Ask for it again.")
    return line


def _names(line: str, delimiter: str) -> tuple[str, ...]:
    try:
        return tuple(name.strip() for name in next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter)))
    except csv.Error:
        raise FormError("line_too_long", "a column's name is longer than any name is. Ask for the file again, with a line of column names.") from None


def _delimiter(line: str, form: Form) -> tuple[str, list[Detected]]:
    bare = re.sub(r'"[^"]*"', "", line)
    seen = max(NAMES, key=lambda mark: (bare.count(mark), mark == DELIMITER))
    expected = form.delimiter or DELIMITER
    if expected in bare or seen == expected or not bare.count(seen):
        return expected, []
    told = {"\t": "tab"}.get(seen, seen)
    if form.delimiter:
        wrong = {"\t": "tab"}.get(expected, expected)
        raise FormError("delimiter", f"the columns are separated by '{told}', and delivery.yml says '{wrong}'. Correct it there.")
    return seen, [Detected("delimiter", f"the columns are separated by '{told}', expected '{DELIMITER}'", "delimiter", NAMES[seen])]
