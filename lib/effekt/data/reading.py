"""Files of a sender into DuckDB, every column as text and nothing dropped without a word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from effekt.data.contracts import Column
from effekt.data.declaration import FILE, ColumnSpec, Declaration, Entry
from effekt.data.detecting import detect_forms
from effekt.data.forms.csv_text import rephrase
from effekt.data.forms.opened import Detected, FormError, Rows
from effekt.data.locating import Candidate, Part, locate
from effekt.data.mapping import chosen, mapped
from effekt.data.registers.source import Source
from effekt.data.units import tells_hours

CONFIRM = f"If that is right, import with --accept-detected, or write it into {FILE}"
_UNIFORM = ("date", "timestamp", "number", "money")


@dataclass(frozen=True)
class Found:
    """A file of ours that can be read: of which parts it is made, and at which place of the raw table each column stands (None: absent).

    path : the first file it comes from; the delivery's folder where it comes from a database. taken : a part -> our column -> theirs, by place.
    deliveries : which delivery each part is of, oldest 0; () = all of one.
    """

    source: Source
    path: Path
    parts: tuple[Part, ...]
    taken: tuple[Mapping[str, tuple[int, ...]], ...]
    specs: tuple[Mapping[str, ColumnSpec], ...]
    positions: dict[str, int | None]
    warnings: tuple[str, ...]
    deliveries: tuple[int, ...] = ()

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every file that it is read from, each once."""
        return tuple(dict.fromkeys(part.path for part in self.parts if part.path is not None))


@dataclass(frozen=True)
class Loaded:
    """What came of loading a file: problems that stop the import, what is worth knowing, and the forms that were found and are not declared.

    kept : rows of each part.
    """

    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    detected: tuple[Detected, ...] = ()
    kept: tuple[int, ...] = ()


def find_file(source: Source, delivery: Path, declaration: Declaration, there: Sequence[Candidate], folder: Path) -> tuple[Found | None, list[str]]:
    """Locate one of our files and read the headers of its parts. None without problems: it is not there.

    folder : where packed files may be unpacked and others written as UTF-8; the import removes it.
    """
    parts, problems = locate(source, delivery, declaration, there, folder)
    taken, specs, warnings = [], [], []
    for part in parts:
        places, told, notes, wrong = _take(source, part, declaration)
        problems += wrong
        taken.append(places)
        specs.append(told)
        warnings += notes
    if problems or not parts:
        return None, problems
    there_now = {name for places in taken for name in places} | {name for told in specs for name, spec in told.items() if spec.value is not None}
    present = [column.name for column in source.columns if column.name in there_now]
    positions = {column.name: present.index(column.name) if column.name in present else None for column in source.columns}
    absent = [column.name for column in source.columns if not (column.required or column.rare) and column.name not in present]
    warnings += [f"{source.file}: absent, read as missing: {', '.join(absent)}"] if absent else []
    warnings += [f"{part.told}: {note}" for part in parts for note in part.opened.notes]
    path = next((part.path for part in parts if part.path is not None), delivery)
    return Found(source, path, tuple(parts), tuple(taken), tuple(specs), positions, tuple(warnings)), []


def load_text(connection: duckdb.DuckDBPyConnection, found: Found, accept: bool = False, limit: int | None = None) -> Loaded:
    """Load one file as table `raw_<name>` (columns c0, c1, ... as text, in the order of `positions`) by what is declared of it.

    Forms that are found and not declared are a problem each, unless `accept`; then they are used, and told.
    """
    source = found.source
    detected = [(part, item) for part in found.parts for item in part.opened.detected]
    problems = [f"{part.told} {_confirm(item)}" for part, item in detected if not accept]
    counts: list[tuple[Part, int, int]] = []
    connection.execute(f"DROP TABLE IF EXISTS raw_{source.name}")
    for part, places, specs in zip(found.parts, found.taken, found.specs, strict=True):
        try:
            counts.append((part, *_load_part(connection, found, part, places, specs, limit)))
        except FormError as error:
            problems.append(f"{part.told} {error}")
        except duckdb.Error as error:
            problems.append(f"{part.told} {rephrase(str(error), part.entry.form.delimiter or ';')}")
    if len(counts) < len(found.parts):
        return Loaded(tuple(problems), (), tuple(item for _, item in detected))
    problems += [f"{part.told} [file.header_only]: a header but no rows. Ask for it again." for part, n, _ in counts if n == 0]
    problems += _wrong_counts(found, counts)
    warnings = [f"{part.told}: {item.told}: accepted" for part, item in detected if accept]
    seen = _detect_values(connection, found)
    for item in seen:
        if accept and item.can_be_accepted:
            warnings.append(f"{source.file}: {item.told}: accepted")
        else:
            problems.append(f"{source.file} {_confirm(item)}")
    if accept and seen and not problems:
        _apply(connection, found, seen)
    all_warnings, all_detected = (*warnings, *_told_counts(found, counts)), (*(item for _, item in detected), *seen)
    return Loaded(tuple(problems), all_warnings, all_detected, tuple(kept for _, _, kept in counts))


def _take(source: Source, part: Part, declaration: Declaration) -> tuple[dict[str, tuple[int, ...]], dict[str, ColumnSpec], list[str], list[str]]:
    """Which of their columns become which of ours, with what is done to them; notes; problems."""
    names = [name.strip().lower() for name in part.opened.names]
    problems = []
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        problems.append(f"{part.told} [file.column_twice]: the column {', '.join(twice)} stands there twice. Ask which one holds.")
    places: dict[str, tuple[int, ...]] = {}
    specs: dict[str, ColumnSpec] = {}
    used: set[str] = {name.strip().lower() for name in (*part.entry.where, *part.entry.unless)}
    problems += [f"{part.told} [file.column_missing]: `where` names {name}, which is not there." for name in sorted(used - set(names))]
    for column in source.columns:
        spec = part.entry.columns.get(column.name) or _shared(declaration, column, names)
        if spec is None:
            told = [name for name in names if name in (column.name, *column.aliases)]
            if len(told) > 1 and column.name not in told:
                problems.append(f"{part.told} [file.column_twice]: {' and '.join(told)} are both {column.name}. Say in {FILE} which.")
            spec = ColumnSpec(**{"from": [column.name if column.name in told else told[0]]}) if told else None
        if spec is None:
            continue
        specs[column.name] = spec
        theirs = [name.strip().lower() for name in spec.source or ()]
        lost = [name for name in theirs if name not in names]
        if lost:
            problems.append(f"{part.told} [file.column_missing]: {FILE} reads {column.name} from {', '.join(lost)}, which is not there.")
        else:
            used |= set(theirs)
            places[column.name] = tuple(names.index(name) for name in theirs)
    missing = [column.name for column in source.columns if column.required and not column.loose and column.name not in specs]
    if missing:
        expected = ", ".join(column.name for column in source.columns if column.required)
        ask = f"Ask for {source.ask}, or say in {FILE} what they are called."
        problems.append(f"{part.told} [file.column_missing]: {', '.join(missing)}. Expected: {expected}. {ask}")
    extra = sorted({name for name in names if name} - used)
    notes = [f"{part.told}: not used: {', '.join(extra)}"] if extra else []
    plain = [column for column in source.columns if column.name in specs and specs[column.name].unit is None and specs[column.name].times is None]
    hours = [column.name for column in plain if any(tells_hours(column, name) for name in specs[column.name].source or ())]
    if hours:
        notes.append(f"{part.told}: read as minutes, though their names tell of hours: {', '.join(hours)}. If so, say `unit: hour` in {FILE}")
    return places, specs, notes, problems


def _shared(declaration: Declaration, column: Column, names: Sequence[str]) -> ColumnSpec | None:
    """What is said of a column for every file, where this file has it."""
    spec = declaration.columns.get(column.name)
    if spec is None or not all(name.strip().lower() in names for name in spec.source or ()):
        return None
    return spec


def _load_part(
    connection: duckdb.DuckDBPyConnection,
    found: Found,
    part: Part,
    places: Mapping[str, tuple[int, ...]],
    specs: Mapping[str, ColumnSpec],
    limit: int | None,
) -> tuple[int, int]:
    """Append the rows of a part to the raw table; rows of the file, and rows that were chosen."""
    table = f"raw_{found.source.name}"
    read = kept = 0
    for rows in part.opened.rows(connection, limit):
        columns = ", ".join(_selected(found, part.entry, rows, places, specs))
        condition = chosen(_lower(part.entry.where), _lower(part.entry.unless), _by_theirs(part, rows))
        query = f"SELECT {columns} FROM {rows.sql}" + (f" WHERE {condition}" if condition else "") + (f" LIMIT {limit}" if limit is not None else "")
        exists = connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [table]).fetchone()
        done = connection.execute(f"INSERT INTO {table} {query}" if exists else f"CREATE TABLE {table} AS {query}", rows.parameters).fetchone()
        inserted = int(done[0]) if done else 0
        kept += inserted
        if condition:
            row = connection.execute(f"SELECT count(*) FROM {rows.sql}", rows.parameters).fetchone()
            read += int(row[0]) if row else 0
        else:
            read += inserted
    return read, kept


def _selected(
    found: Found, entry: Entry, rows: Rows, places: Mapping[str, tuple[int, ...]], specs: Mapping[str, ColumnSpec]
) -> Iterator[str]:
    columns = {column.name: column for column in found.source.columns}
    for name, position in found.positions.items():
        if position is None:
            continue
        spec = specs.get(name)
        text = mapped(columns[name], spec, entry, [rows.texts[place] for place in places.get(name, ())]) if spec is not None else "NULL::VARCHAR"
        yield f"{text} AS c{position}"


def _by_theirs(part: Part, rows: Rows) -> dict[str, str]:
    return {name.strip().lower(): text for name, text in zip(part.opened.names, rows.texts, strict=True)}


def _lower(told: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    return {name.strip().lower(): texts for name, texts in told.items()}


def _confirm(item: Detected) -> str:
    if not item.value:
        return f"[file.{item.rule}]: {item.told}."
    if not item.can_be_accepted:
        return f"[file.{item.rule}]: {item.told}. Say which in {FILE} (`{item.key}: {item.value}`), or ask for ISO dates and a decimal point."
    return f"[file.{item.rule}]: {item.told}. {CONFIRM} (`{item.key}: \"{item.value}\"`)."


def _wrong_counts(found: Found, counts: Sequence[tuple[Part, int, int]]) -> list[str]:
    """What the sender says a file holds against what it held; several files by one line of delivery.yml are counted together."""
    problems = []
    for entry in {id(part.entry): part.entry for part, _, _ in counts}.values():
        n = sum(read for part, read, _ in counts if part.entry is entry)
        if entry.rows is not None and n != entry.rows:
            name = entry.path or entry.table
            problems.append(f"{name} [file.rows]: {n:,} rows, and {FILE} says {entry.rows:,}. Ask for the file again, or for the right number.")
    return problems


def _told_counts(found: Found, counts: Sequence[tuple[Part, int, int]]) -> Iterator[str]:
    if len(counts) > 1:
        first = 1
        for part, _, kept in counts:
            yield f"{found.source.file}: its rows {first:,} to {first + kept - 1:,} are those of {part.told}"
            first += kept
    for part, read, kept in counts:
        if read != kept:
            yield f"{part.told}: {kept:,} of {read:,} rows are {found.source.file}, as {FILE} says; row numbers count these"


def _detect_values(connection: duckdb.DuckDBPyConnection, found: Found) -> list[Detected]:
    """The forms of values in the columns of which nothing is declared."""
    undeclared = []
    for column in found.source.columns:
        position = found.positions[column.name]
        if position is not None and column.type in _UNIFORM and not _is_declared(column, found):
            undeclared.append((column, f"c{position}"))
    return detect_forms(connection, f"raw_{found.source.name}", undeclared)


def _is_declared(column: Column, found: Found) -> bool:
    keys = ("dates", "part") if column.type in ("date", "timestamp") else ("decimal", "thousands")
    told = [*(specs.get(column.name) for specs in found.specs), *(part.entry for part in found.parts)]
    return any(getattr(item, key, None) for item in told if item is not None for key in keys)


def _apply(connection: duckdb.DuckDBPyConnection, found: Found, seen: Sequence[Detected]) -> None:
    """Use the accepted forms: the raw table once more, with their columns mapped."""
    columns = {column.name: column for column in found.source.columns}
    chosen_form = {name: item for item in seen for name in item.columns}
    parts = []
    for name, position in found.positions.items():
        if position is None:
            continue
        item, text = chosen_form.get(name), f"c{position}"
        told = {} if item is None else {"thousands": ".", "decimal": ","} if item.key == "thousands" else {item.key: item.value}
        parts.append(f"{mapped(columns[name], ColumnSpec(**told), Entry(), [text])} AS {text}")
    table = f"raw_{found.source.name}"
    connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT {', '.join(parts)} FROM {table}")
