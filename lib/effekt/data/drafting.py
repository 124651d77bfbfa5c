"""A first `delivery.yml` from the files that were found: which is which, what their columns are called, how they write. A person corrects it."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from pathlib import Path

import duckdb

from effekt.data.contracts import Column
from effekt.data.declaration import DRAFT, FILE, ColumnSpec, Declaration, Entry
from effekt.data.engine import engine_errors
from effekt.data.forms.opened import Detected, FormError, Opened, Rows
from effekt.data.locating import Candidate, candidates, open_candidate
from effekt.data.mapping import trimmed
from effekt.data.reading import find_file, load_text
from effekt.data.registers.source import Source, pnr
from effekt.data.units import tells_hours
from effekt.errors import DeliveryError

SAMPLE_ROWS = 20_000
MOST_CODES, LONGEST_CODE = 20, 12
MOST_TITLES = 5
_ALIKE, _MOSTLY = 0.8, 0.6
_PLAIN = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})


@dataclass(frozen=True)
class Guess:
    """One of their tables, and which of our files it looks like. lines : its entry in the draft."""

    candidate: Candidate
    source: Source
    skip: int = field(default=0, kw_only=True)
    columns: dict[str, str]
    left: tuple[str, ...]
    detected: tuple[Detected, ...] = ()
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)


def write_draft(folder: Path, sources: Sequence[Source]) -> tuple[Path, list[str]]:
    """Write the draft into the delivery's folder: `delivery.yml`, or `delivery.draft.yml` where there is one already, which stays as it is.

    Returns where, and lines for the screen. Values of rows are in it only where a column holds codes, they are short and there are few of them.
    Raises DeliveryError where there is no such folder.
    """
    if not folder.is_dir():
        raise DeliveryError(f"There is no folder {folder.absolute()}. Name the folder that holds the sender's files.")
    with tempfile.TemporaryDirectory(prefix="effekt-draft-") as workspace, duckdb.connect() as connection:
        with engine_errors(lambda name: DeliveryError(f"{folder}: the files could not be looked at ({name}).")):
            guesses, unknown, problems = _guess_all(folder, sources, Path(workspace), connection)
    target = folder / FILE if not (folder / FILE).exists() else folder / DRAFT
    target.write_text("\n".join(_draft_lines(guesses, unknown, sources)) + "\n", encoding="utf-8", newline="\n")
    kept = f"{FILE} is there already and stays as it is: " if target.name == DRAFT else ""
    told = [f"{kept}{len(guesses)} of {len(guesses) + len(unknown)} tables were recognised in {folder.name}; the draft is {target}"]
    told += [f"  {guess.candidate.told} as {guess.source.name}: {len(guess.columns)} columns" for guess in guesses]
    told += [f"  not recognised: {item.told}" for item in unknown] + [f"  {problem}" for problem in problems]
    return target, [*told, "Read it and correct it before you import: what it says is then taken as said by you."]


def _guess_all(
    folder: Path, sources: Sequence[Source], workspace: Path, connection: duckdb.DuckDBPyConnection
) -> tuple[list[Guess], list[Candidate], list[str]]:
    there, problems = candidates(folder)
    containers = {item.path for item in there if item.member or item.sheet}
    guesses: list[Guess] = []
    unknown: list[Candidate] = []
    for item in there:
        if item.path in containers and not (item.member or item.sheet):
            continue
        try:
            guess = _guess_below_titles(item, sources, workspace, connection)
        except FormError as error:
            problems.append(f"{item.told} {error}")
            continue
        if guess is None:
            unknown.append(item)
        else:
            guesses.append(_looked_at(guess, folder, workspace, connection))
    return guesses, unknown, problems


def _guess_below_titles(item: Candidate, sources: Sequence[Source], workspace: Path, connection: duckdb.DuckDBPyConnection) -> Guess | None:
    """The guess with the first row as the header; of a sheet, else with one of the next rows, as people write titles above their tables."""
    for skip in range(MOST_TITLES + 1 if item.path.name.lower().endswith(".xlsx") else 1):
        try:
            opened = open_candidate(item, workspace, skip)
        except FormError:
            if skip:
                return None
            raise
        guess = _guess(item, opened, sources, connection)
        if guess is not None and (guess.columns or skip == MOST_TITLES):
            return replace(guess, skip=skip)
    return None


def _guess(item: Candidate, opened: Opened, sources: Sequence[Source], connection: duckdb.DuckDBPyConnection) -> Guess | None:
    best, pairs, score = None, {}, 0.0
    person = _column_of_persons(opened, connection)
    bare = re.sub(r"[\W_]*\d[\d\W_]*$", "", item.stem)
    for source in sources:
        columns = _pair(source, opened.names, person)
        required = [column.name for column in source.columns if column.required]
        share = sum(name in columns for name in required) / max(len(required), 1)
        named = 2.0 if item.stem in source.known_stems else 1.5 if bare in source.known_stems else 0.0
        if (named or (share >= _MOSTLY and len(columns) > 1)) and named + share > score:
            best, pairs, score = source, columns, named + share
    if best is None:
        return None
    return Guess(item, best, pairs, tuple(name for name in opened.names if name and name not in pairs.values()))


def _pair(source: Source, names: Sequence[str], person: str | None) -> dict[str, str]:
    """Our columns and theirs: the same name or an alias, else the nearest name that is left; `person` is their column of people."""
    left = [name for name in names if name]
    pairs: dict[str, str] = {}
    if person is not None and any(column.name == "pnr" for column in source.columns):
        pairs["pnr"] = person
        left.remove(person)
    for column in source.columns:
        known = {_bare(name) for name in (column.name, *column.aliases)} if column.name not in pairs else set()
        exact = next((name for name in left if _bare(name) in known), None)
        if exact is not None:
            pairs[column.name] = exact
            left.remove(exact)
    for column in source.columns:
        near = max(left, key=lambda name: _likeness(column, name), default=None) if column.name not in pairs else None
        if near is not None and _likeness(column, near) >= _ALIKE:
            pairs[column.name] = near
            left.remove(near)
    return pairs


def _likeness(column: Column, name: str) -> float:
    return max(SequenceMatcher(None, _bare(name), _bare(known)).ratio() for known in (column.name, *column.aliases))


def _bare(name: str) -> str:
    return re.sub(r"[\W_]", "", name.lower().translate(_PLAIN))


def _column_of_persons(opened: Opened, connection: duckdb.DuckDBPyConnection) -> str | None:
    """The first column whose values have the form of person identifiers; None where there is none, or the rows cannot be read."""
    try:
        return next((name for rows in opened.rows(connection, SAMPLE_ROWS) for name in _person_names(rows, opened, connection)), None)
    except (duckdb.Error, FormError):
        return None


def _person_names(rows: Rows, opened: Opened, connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    for name, text in zip(opened.names, rows.texts, strict=True):
        fits = f"count(*) FILTER (WHERE regexp_full_match(value, '{pnr().shape}'))"
        sample = f"SELECT {trimmed(text)} AS value FROM {rows.sql} LIMIT {SAMPLE_ROWS}"
        n, same = connection.execute(f"SELECT count(value), {fits} FROM ({sample})", rows.parameters).fetchone() or (0, 0)
        if name and n and same > 0.95 * n:
            yield name


def _looked_at(guess: Guess, folder: Path, workspace: Path, connection: duckdb.DuckDBPyConnection) -> Guess:
    """Load the first rows as the draft would, and note which forms they have and which codes are not ours."""
    source = replace(guess.source, columns=tuple(replace(column, required=False) for column in guess.source.columns))
    columns = {ours: ColumnSpec(**{"from": [theirs]}) for ours, theirs in guess.columns.items()}
    item = guess.candidate
    entry = Entry(path=item.path.name, member=item.member, sheet=item.sheet, skip=guess.skip, columns=columns)
    found, _ = find_file(source, folder, Declaration(files={source.name: [entry]}), [], workspace)
    if found is None:
        return guess
    loaded = load_text(connection, found, accept=True, limit=SAMPLE_ROWS)
    if loaded.problems and not connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [f"raw_{source.name}"]).fetchone():
        return replace(guess, detected=loaded.detected)
    codes = {}
    for column in source.columns:
        position = found.positions[column.name]
        if _codes_of(column) and position is not None:
            seen = _codes(connection, f"raw_{source.name}", f"c{position}", column)
            codes |= {column.name: seen} if seen else {}
    connection.execute(f"DROP TABLE IF EXISTS raw_{source.name}")
    return replace(guess, detected=loaded.detected, codes=codes)


def _codes(connection: duckdb.DuckDBPyConnection, table: str, name: str, column: Column) -> tuple[str, ...]:
    """The values that are no codes of ours, where they look like codes: short, few, and each used by several rows."""
    ours = ", ".join("'" + code.replace("'", "''") + "'" for code in _codes_of(column))
    text = trimmed(name)
    other = f"SELECT {text} AS value, count(*) AS n FROM {table} WHERE {text} NOT IN ({ours}) GROUP BY 1 LIMIT {MOST_CODES + 1}"
    rows = connection.execute(f"SELECT value, n FROM ({other}) ORDER BY 1").fetchall()
    codelike = all(len(value) <= LONGEST_CODE and re.fullmatch(r"[^\W\d][\w .+/-]*|[\d+]{1,3}", value) for value, _ in rows)
    return tuple(value for value, n in rows if n > 1) if len(rows) <= MOST_CODES and codelike else ()


def _codes_of(column: Column) -> tuple[str, ...]:
    """The codes of a column; of a whole number with few values, those."""
    if column.type == "integer" and column.low is not None and column.high is not None and column.high - column.low < 10:
        return tuple(str(code) for code in range(int(column.low), int(column.high) + 1))
    return column.codes


def _draft_lines(guesses: Sequence[Guess], unknown: Sequence[Candidate], sources: Sequence[Source]) -> Iterator[str]:
    yield "# A first draft: what was found, and what was made of it. Correct it; data/README.md explains every key."
    yield "# Our name of a thing stands first, the sender's after the colon."
    yield "sender: \"\""
    yield "files:" if guesses else "files: {}"
    for source in sources:
        mine = [guess for guess in guesses if guess.source.name == source.name]
        if mine:
            yield f"  {source.name}:"
        for guess in _grouped(mine):
            yield from (f"    {line}" for line in _entry_lines(guess))
    if unknown:
        yield "# Nothing of ours looks like these; take a name out of `unused` when you know what it is."
        names = dict.fromkeys(item.path.name for item in unknown if not any(guess.candidate.path == item.path for guess in guesses))
        yield f"unused: [{', '.join(map(_text, names))}]"
    missing = [source for source in sources if not source.optional and not any(guess.source.name == source.name for guess in guesses)]
    for source in missing:
        yield f"# not found: {source.name}, {source.ask}"


def _grouped(guesses: Sequence[Guess]) -> Iterator[Guess]:
    """Files that differ in the digits of their names alone (one a year) are one path."""
    groups: dict[tuple[object, ...], list[Guess]] = {}
    for guess in guesses:
        item = guess.candidate
        forms = tuple((found.key, found.value) for found in guess.detected)
        told = (re.sub(r"\d+", "*", item.path.name), guess.skip, item.member, item.sheet, tuple(guess.columns.items()), forms)
        groups.setdefault(told, []).append(guess)
    for (pattern, *_), mine in groups.items():
        first = mine[0]
        path = Path(str(pattern)) if len(mine) > 1 else first.candidate.path
        codes = {name: seen for guess in mine for name, seen in guess.codes.items()}
        yield replace(first, candidate=replace(first.candidate, path=path), codes=codes)


def _entry_lines(guess: Guess) -> Iterator[str]:
    item = guess.candidate
    yield f"- path: {_text(item.path.name)}"
    if item.member:
        yield f"  member: {_text(item.member)}"
    if item.sheet:
        yield f"  sheet: {_text(item.sheet)}"
    if guess.skip:
        yield f"  skip: {guess.skip}"
    own: dict[str, list[str]] = {}
    for found in guess.detected:
        sure = "" if found.can_be_accepted else "   # check this: " + found.told
        told = [f"{found.key}: {_text(found.value)}{sure}"] if found.value else [f"# {found.told}"]
        told += ['decimal: ","'] if found.key == "thousands" else []
        if not found.columns:
            yield from (f"  {line}" for line in told)
        for name in found.columns:
            own.setdefault(name, []).extend(told)
    yield "  columns:"
    for column in guess.source.columns:
        yield from (f"    {line}" for line in _column_lines(column, guess, own.get(column.name, [])))
    if guess.left:
        yield f"  # not used: {', '.join(guess.left)}"


def _column_lines(column: Column, guess: Guess, own: Sequence[str]) -> Iterator[str]:
    theirs = guess.columns.get(column.name)
    if theirs is None:
        yield f"# {column.name}:   # {'needed' if column.required else 'may be missing'}: {column.en}"
        return
    codes = guess.codes.get(column.name, ())
    own = [*own, 'unit: "hour"   # check this: by its name it holds hours, and we have minutes'] if tells_hours(column, theirs) else own
    if not own and not codes:
        yield f"{column.name}: {_text(theirs)}"
        return
    yield f"{column.name}:"
    yield f"  from: {_text(theirs)}"
    yield from (f"  {line}" for line in own)
    if codes:
        listed = ", ".join(_text(code) + ": \"\"" for code in codes)
        yield f"  # codes: {{{listed}}}   # each is one of {', '.join(_codes_of(column))}"


def _text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") + '"'
