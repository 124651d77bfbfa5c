"""Files of a sender into DuckDB, every column as text and nothing dropped without a word.

DuckDB's own messages quote the line they fail on; here they become a rule id and a row number.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from effekt.data.registers.source import Source

DELIMITER = ";"
_OTHER_DELIMITERS = (",", "\t", "|")


@dataclass(frozen=True)
class Found:
    """A file that can be read: where it is, and at which position each column of the contract stands (None: absent, and not required)."""

    source: Source
    path: Path
    names: tuple[str, ...]
    positions: dict[str, int | None]
    warnings: tuple[str, ...]

    @property
    def placed(self) -> list[int]:
        """The positions that are read, in the order of the contract."""
        return [place for place in self.positions.values() if place is not None]


def find_file(source: Source, delivery: Path) -> tuple[Found | None, list[str]]:
    """Locate one file and read its header. Returns what was found, or None with every problem in words; None without any if it is not there."""
    path = next((path for path in sorted(delivery.iterdir()) if _is_of(source, path)), delivery / source.file)
    if not path.is_file():
        return None, []
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            line, second = file.readline(), file.read(1)
    except UnicodeDecodeError:
        return None, [f"{source.file} [file.encoding]: not UTF-8 text. Ask the sender for UTF-8 (it may be latin-1 or Windows-1252 now)."]
    except OSError:
        return None, [f"{source.file} [file.unreadable]: {path} cannot be opened. Check the permission of the file, or copy it again."]
    if not line.strip():
        return None, [f"{source.file} [file.empty]: the file has no header and no rows. Ask for it again."]
    if "\0" in line:
        return None, [f"{source.file} [file.encoding]: holds bytes that are no text (UTF-16 or a binary file). Ask the sender for UTF-8 text."]
    theirs = {alias: column.name for column in source.columns for alias in (*column.aliases, column.name)}
    told = [name.strip().lower() for name in next(csv.reader([line.rstrip("\r\n")], delimiter=DELIMITER))]
    names = tuple(theirs.get(name, name) for name in told)
    problems = _header_problems(source, names, line)
    if not problems and not second:
        problems = [f"{source.file} [file.header_only]: a header but no rows. Ask for it again."]
    if problems:
        return None, problems
    wanted = {column.name for column in source.columns}
    extra = sorted(set(names) - wanted)
    absent = [column.name for column in source.columns if not column.required and column.name not in names]
    warnings = [f"{source.file}: not used: {', '.join(extra)}"] if extra else []
    warnings += [f"{source.file}: absent, read as missing: {', '.join(absent)}"] if absent else []
    positions = {column.name: names.index(column.name) if column.name in names else None for column in source.columns}
    return Found(source, path, names, positions, tuple(warnings)), []


def _is_of(source: Source, path: Path) -> bool:
    stem, _, extension = path.name.lower().partition(".")
    return stem in source.known_stems and extension == "csv"


def load_text(connection: duckdb.DuckDBPyConnection, found: Found) -> list[str]:
    """Load one file as table `raw_<name>` (columns c0, c1, ... as text, in the order of the file). Returns the problems, in words without values."""
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(found.names)))
    wanted = ", ".join(f"c{place}" for place in found.placed)
    query = (
        f"CREATE OR REPLACE TABLE raw_{found.source.name} AS SELECT {wanted} FROM read_csv($path, columns = {{{columns}}}, header = true, "
        f"delim = '{DELIMITER}', quote = '\"', escape = '\"', auto_detect = false, strict_mode = true, null_padding = false, nullstr = '')"
    )
    try:
        connection.execute(query, {"path": str(found.path)})
    except duckdb.Error as error:
        return [f"{found.source.file} {_rephrase(str(error))}"]
    count = connection.execute(f"SELECT count(*) FROM raw_{found.source.name}").fetchone()
    return [] if count and count[0] else [f"{found.source.file} [file.header_only]: a header but no rows. Ask for it again."]


def _header_problems(source: Source, names: tuple[str, ...], line: str) -> list[str]:
    twice = sorted({name for name in names if names.count(name) > 1})
    missing = [column.name for column in source.columns if column.required and not column.loose and column.name not in names]
    if missing and len(names) == 1:
        other = next((mark for mark in _OTHER_DELIMITERS if mark in line), None)
        if other:
            told = {"\t": "tab"}.get(other, other)
            return [f"{source.file} [file.delimiter]: the columns are separated by '{told}', expected '{DELIMITER}'. Ask for '{DELIMITER}'."]
    problems = [f"{source.file} [file.column_twice]: the column {', '.join(twice)} stands there twice. Ask which one holds."] if twice else []
    if missing:
        expected = ", ".join(column.name for column in source.columns if column.required)
        problems.append(f"{source.file} [file.column_missing]: {', '.join(missing)}. Expected: {expected}. Ask for {source.ask}.")
    return problems


def _rephrase(message: str) -> str:
    """DuckDB's reason without the line it quotes."""
    line = re.search(r"CSV Error on Line:\s*(\d+)", message)
    row = f" Row {int(line.group(1)) - 1} (counted from 1 below the header)." if line else ""
    low = message.lower()
    if "unicode" in low or "utf-8" in low:
        return f"[file.encoding]: not UTF-8 text all the way.{row} Ask the sender for UTF-8."
    if "quote" in low and "unterminated" in low:
        return f"[file.quote]: a quotation mark is opened and not closed.{row} Ask for the file again."
    if "expected number of columns" in low or "too many columns" in low or "missing columns" in low:
        ask = f"Ask for the file again, or for quotes around texts with '{DELIMITER}'."
        return f"[file.ragged]: a row has more or fewer columns than the header.{row} {ask}"
    if "maximum line size" in low:
        return f"[file.line_too_long]: a line is longer than 2 MB.{row} Ask for the file again."
    return f"[file.unreadable]: not text of rows and columns.{row} Ask for the file again."
