"""What a `delivery.yml` must not say although every key of it is well formed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath, PureWindowsPath

from effekt.catalogue.outcomes import nearest
from effekt.data.contracts import Column
from effekt.data.date_forms import PARTS, WHAT, read_form
from effekt.data.declaration import DELIMITERS, ColumnSpec, Declaration, Entry, Writing
from effekt.data.forms.database import FILE_KINDS
from effekt.data.forms.text_scan import ENCODINGS
from effekt.data.registers import REGISTERS
from effekt.data.registers.source import Source
from effekt.data.units import factor, units_for

Place = tuple[str | int, ...]
Problem = tuple[Place, str]
_NUMBERS = ("integer", "number", "money")
_DATES = ("date", "timestamp")


def check_meaning(declaration: Declaration) -> list[Problem]:
    """Every contradiction, as (place in the file, sentence)."""
    sources = {source.name: source for register in REGISTERS for source in register.sources}
    return [
        *_check_writing(declaration.form, ("form",)),
        *_check_text_form(declaration.form.encoding, declaration.form.delimiter, ("form",)),
        *_check_databases(declaration),
        *_check_shared(declaration, sources),
        *_check_without(declaration, sources),
        *(
            problem
            for name, entries in declaration.files.items()
            for number, entry in enumerate(entries)
            for problem in _check_entry(declaration, sources, name, entry, ("files", name, number))
        ),
    ]


def _check_entry(declaration: Declaration, sources: dict[str, Source], name: str, entry: Entry, place: Place) -> Iterator[Problem]:
    source = sources.get(name)
    if source is None:
        yield place[:2], f"{name!r} is none of our files{nearest(name, list(sources))}; data/README.md lists them"
        return
    if (entry.path is None) == (entry.table is None):
        yield place, "say either `path`, a file of the delivery, or `database` and `table`"
    if entry.path is not None and leads_out(entry.path):
        yield (*place, "path"), "a path stays inside the delivery: no .., no drive, no / at its beginning"
    if entry.table is not None and entry.database not in declaration.databases:
        yield (*place, "database"), f"{entry.database or 'no name'} is not among `databases:`"
    if entry.sha256 and entry.path and re.search(r"[*?\[]", entry.path):
        yield (*place, "sha256"), "a sum holds for one file, and this path means several"
    yield from _check_text_form(entry.encoding, entry.delimiter, place)
    yield from _check_writing(entry, place)
    columns = {column.name: column for column in source.columns}
    for ours, spec in entry.columns.items():
        if ours not in columns:
            theirs = " (our name stands first, theirs after the colon)" if spec.source and spec.source[0] in columns else ""
            yield (*place, "columns", ours), f"{name} has no column {ours!r}{nearest(ours, list(columns))}{theirs}"
        else:
            yield from _check_column(spec, columns[ours], (*place, "columns", ours))


def _check_column(spec: ColumnSpec, column: Column, place: Place) -> Iterator[Problem]:
    if (spec.source is None) == (spec.value is None):
        yield place, "say either `from`, a column of theirs, or `value`, the same text for every row"
    yield from _check_writing(spec, place)
    for theirs, ours in spec.codes.items():
        if column.codes and ours not in column.codes:
            yield (*place, "codes", theirs), f"{ours!r} is no code of ours: {', '.join(column.codes)}"
    if spec.part is not None and spec.part not in PARTS:
        yield (*place, "part"), f"part: expected one of {', '.join(PARTS)}"
    if spec.dates is not None and spec.part is None and column.type not in _DATES:
        yield place, f"{column.name} is no date: say which part of the date it is (`part: {', '.join(PARTS)}`)"
    if (spec.unit is not None or spec.times is not None) and column.type not in _NUMBERS:
        yield place, f"{column.name} is no number, so it has no unit"
    elif spec.unit is not None and factor(spec.unit, column) is None:
        known = ", ".join(units_for(column))
        yield (*place, "unit"), f"unit: expected one of {known}" if known else f"{column.name} has no unit that could be another; use `times:`"
    if spec.unit is not None and spec.times is not None:
        yield place, "say either `unit` or `times`"
    if spec.characters is not None and not 1 <= spec.characters[0] <= spec.characters[1]:
        yield (*place, "characters"), "characters: first and last place, counted from 1, such as [1, 4]"


def _check_shared(declaration: Declaration, sources: dict[str, Source]) -> Iterator[Problem]:
    columns = {column.name: column for source in sources.values() for column in source.columns}
    for ours, spec in declaration.columns.items():
        if ours not in columns:
            yield ("columns", ours), f"no file of ours has a column {ours!r}{nearest(ours, list(columns))}"
        else:
            yield from _check_column(spec, columns[ours], ("columns", ours))


def _check_without(declaration: Declaration, sources: dict[str, Source]) -> Iterator[Problem]:
    known = [*sources, *(f"{name}.{column.name}" for name, source in sources.items() for column in source.columns)]
    for number, item in enumerate(declaration.without):
        hint = nearest(item, known)
        if item not in known:
            told = hint if hint.startswith("; did you") else "; data/README.md lists them"
            yield ("without", number), f"{item!r} is none of our files or columns, such as dod or bef.kom{told}"


def _check_writing(writing: Writing, place: Place) -> Iterator[Problem]:
    if writing.dates is not None and read_form(writing.dates) is None:
        short = re.search(r"(?<!y)yy(?!y)", writing.dates.lower())
        why = "a year of two digits does not say its century: ask for four" if short else f"expected {WHAT}"
        yield (*place, "dates"), f"dates: {why}"
    if writing.decimal is not None and writing.decimal == writing.thousands:
        yield (*place, "thousands"), "the same mark cannot stand both before decimals and between thousands"


def _check_text_form(encoding: str | None, delimiter: str | None, place: Place) -> Iterator[Problem]:
    if encoding is not None and encoding.lower() not in ENCODINGS:
        yield (*place, "encoding"), f"encoding: expected one of {', '.join(ENCODINGS)}"
    if delimiter is not None and DELIMITERS.get(delimiter, delimiter) not in DELIMITERS.values():
        yield (*place, "delimiter"), f"delimiter: expected one of {', '.join(DELIMITERS)}"


def _check_databases(declaration: Declaration) -> Iterator[Problem]:
    for name, database in declaration.databases.items():
        place: Place = ("databases", name)
        if (database.path is None) == (database.environment is None):
            yield place, "say either `path`, a file of the delivery, or `environment`, the variable that holds the address"
        if database.path is not None and (leads_out(database.path) or database.kind not in FILE_KINDS):
            yield (*place, "path"), f"a path is for {' and '.join(FILE_KINDS)}, and stays inside the delivery"
        if database.environment is not None and not re.fullmatch(r"[A-Z_][A-Z0-9_]*", database.environment):
            yield (*place, "environment"), "the name of a variable in capitals, such as EFFEKT_REGISTER; never the address itself"


def leads_out(path: str) -> bool:
    """Whether a path could mean something outside the folder it is written in."""
    posix, windows = PurePosixPath(path.replace("\\", "/")), PureWindowsPath(path)
    return posix.is_absolute() or bool(windows.drive) or ".." in posix.parts or "\0" in path or path.startswith("~")
