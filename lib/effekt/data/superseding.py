"""A later delivery replaces what it tells anew: which rows of the earlier ones it supersedes, and whether it contradicts them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import duckdb

from effekt.data.checks.columns import plan_column
from effekt.data.contracts import Rule
from effekt.data.reading import Found
from effekt.data.registers.source import Source

REPLACE = "If the later delivery holds, import it with --replace; else ask the sender which holds"
FEWER = 0.6


@dataclass(frozen=True)
class Settled:
    """A file of several deliveries: with the rule that sets superseded rows aside, why it is refused, and what is worth knowing."""

    found: Found
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Later:
    """One later delivery of a file. last : number of the last row before it. older, newer : SQL of the rows that tell the same as the other."""

    last: int
    older: str
    newer: str


def superseded_rule(source: Source) -> str:
    """The id of the rule that sets aside what a later delivery tells anew."""
    return f"{source.name}.row.delivered_again"


def settle_deliveries(connection: duckdb.DuckDBPyConnection, found: Found, ends: Sequence[int], accepted: bool, fewer_accepted: bool) -> Settled:
    """Find what later deliveries of a file tell anew, before its rows are checked.

    The months of a later delivery replace the same months of earlier ones, whole months from its first day to its last; rows that belong to those of
    another file go with them; a file without days replaces the rows of the same key, or without a key all of them. Replaced rows are set aside by
    rule, counted as every row is.

    ends : number of the last row of each delivery that has the file, oldest first. accepted : the newest may contradict the earlier ones.
    fewer_accepted : it may have far fewer rows a month.
    """
    if len(ends) < 2:
        return Settled(found)
    source = found.source
    connection.execute(f"CREATE OR REPLACE VIEW told_{source.name} AS {_typed(found)}")
    later = [part for part in (_later(connection, source, last) for last in ends[:-1]) if part is not None]
    problems = [] if accepted or not later else list(_contradictions(connection, source, later[-1], ends[-2]))
    notes: list[str] = []
    if source.day and not fewer_accepted:
        problems += _fewer(connection, source, ends[-2])
    if source.day:
        notes += _gap(connection, source, ends[-2])
    breaks = " OR ".join(f"(row_no <= {part.last} AND {part.older})" for part in later)
    rule = Rule(superseded_rule(source), breaks, "set_aside", "Leveret igen i en senere leverance", "Delivered again in a later delivery")
    rules = (rule, *source.rules) if breaks else source.rules
    return Settled(replace(found, source=replace(source, rules=rules)), tuple(problems), tuple(notes))


def _typed(found: Found) -> str:
    """The rows as they would be typed, rules aside: row_no and every column of the contract."""
    plans = [plan_column(found.source.name, column, _raw(found.positions[column.name])) for column in found.source.columns]
    texts = "".join(f", {sql} AS {name}" for plan in plans for name, sql in plan.texts)
    values = "".join(f', {plan.value} AS "{plan.column.name}"' for plan in plans)
    return f"SELECT row_no{values} FROM (SELECT rowid + 1 AS row_no{texts} FROM raw_{found.source.name})"


def _raw(position: int | None) -> str | None:
    return None if position is None else f"c{position}"


def _later(connection: duckdb.DuckDBPyConnection, source: Source, last: int) -> _Later | None:
    """Which rows the deliveries after row `last` tell anew; None where they tell nothing of the kind."""
    table = f"told_{source.name}"
    if source.day:
        spans = [_span(connection, source, condition) for condition in (f"row_no > {last}", f"row_no <= {last}")]
        if spans[0] is None or spans[1] is None:
            return None
        older, newer = (f"({source.day})::DATE >= DATE '{first}' AND ({source.day})::DATE < DATE '{after}'" for first, after in spans)
        return _Later(last, older, newer)
    if source.belongs_to is not None:
        parent, column = source.belongs_to
        again = f'SELECT "{column}" FROM checked_{parent} WHERE verdict = \'{parent}.row.delivered_again\''
        return _Later(last, f'"{column}" IN ({again})', f'"{column}" IN ({again})')
    if source.key:
        key = ", ".join(f'"{name}"' for name in source.key)
        return _Later(
            last,
            f"({key}) IN (SELECT ({key}) FROM {table} WHERE row_no > {last})",
            f"({key}) IN (SELECT ({key}) FROM {table} WHERE row_no <= {last})",
        )
    return _Later(last, "true", "true")


def _span(connection: duckdb.DuckDBPyConnection, source: Source, condition: str) -> tuple[str, str] | None:
    """First day of the first month and of the month after the last, of the rows that meet `condition`."""
    first = f"date_trunc('month', min({source.day}))::DATE"
    after = f"(date_trunc('month', max({source.day})) + INTERVAL 1 MONTH)::DATE"
    row = connection.execute(f"SELECT {first}, {after} FROM told_{source.name} WHERE {condition}").fetchone()
    return None if row is None or row[0] is None else (str(row[0]), str(row[1]))


def _contradictions(connection: duckdb.DuckDBPyConnection, source: Source, part: _Later, last: int) -> Iterator[str]:
    """Rows that only one of the deliveries has, of those that tell the same."""
    columns = ", ".join(f'"{column.name}"' for column in source.columns)
    table = f"told_{source.name}"
    older = f"SELECT {columns} FROM {table} WHERE row_no <= {last} AND {part.older}"
    newer = f"SELECT {columns} FROM {table} WHERE row_no > {last} AND {part.newer}"
    gone, added = (
        _count(connection, f"SELECT count(*) FROM ({one} EXCEPT ALL {other})") for one, other in ((older, newer), (newer, older))
    )
    if gone or added:
        told = f"{gone:,} rows that were delivered before are not there now, and {added:,} rows are new, in what both deliveries tell"
        yield f"{source.file} [delivery.contradicts]: {told}. {REPLACE}."


def _fewer(connection: duckdb.DuckDBPyConnection, source: Source, last: int) -> Iterator[str]:
    """A later delivery with far fewer rows a month than those before it."""
    months = f"count(*) / count(DISTINCT date_trunc('month', {source.day}))"
    before, now = (
        connection.execute(f"SELECT {months} FROM told_{source.name} WHERE row_no {side} {last} AND {source.day} IS NOT NULL").fetchone()
        for side in ("<=", ">")
    )
    if before and now and before[0] and now[0] is not None and now[0] < FEWER * before[0]:
        told = f"{now[0]:,.0f} rows a month, and {before[0]:,.0f} in the deliveries before"
        yield f"{source.file} [delivery.fewer_rows]: {told}. Ask the sender; if it is right, import with --accept-fewer-rows."


def _gap(connection: duckdb.DuckDBPyConnection, source: Source, last: int) -> Iterator[str]:
    """Whole months between the deliveries that neither tells."""
    before, now = (_span(connection, source, f"row_no {side} {last}") for side in ("<=", ">"))
    if before is not None and now is not None and now[0] > before[1]:
        yield f"{source.file} [delivery.gap]: no rows from {before[1][:7]} until {now[0][:7]}, between two deliveries. Ask for those months."


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
