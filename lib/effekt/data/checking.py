"""Typing by our contracts, and the verdict on every row: the first rule it breaks, or none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from effekt.data.contracts import DUCKDB_TYPES, Column, Reaction, Rule
from effekt.data.reading import Found
from effekt.data.registers.source import Source


@dataclass(frozen=True)
class Broken:
    """One rule and the rows of one file that broke it: how many, and the first five row numbers (from 1 below the header)."""

    rule: str
    reaction: Reaction
    n: int
    rows: tuple[int, ...]
    da: str
    en: str


def check_rows(connection: duckdb.DuckDBPyConnection, found: Found) -> tuple[Broken, ...]:
    """Make `checked_<name>` (typed columns, `row_no`, `verdict`) and the view `kept_<name>` from `raw_<name>`; return the rules that were broken."""
    source = found.source
    typed = ", ".join(f'{_bounded(column, found.positions[column.name])} AS "{column.name}"' for column in source.columns)
    verdicts = " ".join(
        f"WHEN {condition} THEN '{rule.id}'"
        for column in source.columns
        for rule, condition in _column_checks(source.name, column, found.positions[column.name])
    )
    columns = f"rowid + 1 AS row_no, {typed}, CASE {verdicts} END AS verdict"
    connection.execute(f"CREATE OR REPLACE TABLE checked_{source.name} AS SELECT {columns} FROM raw_{source.name}")
    connection.execute(f"DROP TABLE raw_{source.name}")
    rules = {rule.id: rule for column in source.columns for rule, _ in _column_checks(source.name, column, 0)}
    for rule in (*_key_rules(source), *source.rules):
        rules[rule.id] = rule
        if rule.breaks:
            connection.execute(f"UPDATE checked_{source.name} SET verdict = '{rule.id}' WHERE verdict IS NULL AND ({rule.breaks})")
    connection.execute(f"CREATE OR REPLACE VIEW kept_{source.name} AS SELECT * EXCLUDE (verdict) FROM checked_{source.name} WHERE verdict IS NULL")
    counted = connection.execute(
        f"SELECT verdict, count(*), min(row_no, 5) FROM checked_{source.name} WHERE verdict IS NOT NULL GROUP BY verdict ORDER BY verdict"
    ).fetchall()
    return tuple(Broken(name, rules[name].reaction, n, tuple(rows), rules[name].da, rules[name].en) for name, n, rows in counted)


def empty_view(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """`kept_<name>` and `checked_<name>` without rows, for an optional file that was not delivered."""
    columns = ", ".join(f'NULL::{DUCKDB_TYPES[column.type]} AS "{column.name}"' for column in source.columns)
    connection.execute(f"CREATE OR REPLACE VIEW kept_{source.name} AS SELECT 0 AS row_no, {columns} WHERE false")
    connection.execute(f"CREATE OR REPLACE VIEW checked_{source.name} AS SELECT *, NULL::VARCHAR AS verdict FROM kept_{source.name}")


def _key_rules(source: Source) -> Iterator[Rule]:
    """Exact copies of a row: the first stays, the others are set aside. Rows that share the key and differ: all are quarantined."""
    if not source.key:
        return
    key = ", ".join(f'"{name}"' for name in source.key)
    whole = ", ".join(f'"{column.name}"' for column in source.columns)
    shared = f"(SELECT {key}, count(*) AS n FROM checked_{source.name} WHERE verdict IS NULL GROUP BY ALL HAVING n > 1)"
    rows = f"(SELECT row_no, {whole} FROM checked_{source.name} SEMI JOIN {shared} USING ({key}) WHERE verdict IS NULL)"
    yield Rule(
        f"{source.name}.row.duplicate",
        f"row_no IN (SELECT row_no FROM {rows} QUALIFY row_number() OVER (PARTITION BY {whole} ORDER BY row_no) > 1)",
        "set_aside",
        "Nøjagtig kopi af en tidligere række",
        "Exact copy of an earlier row",
    )
    yield Rule(
        f"{source.name}.{source.key[0]}.contradicts_row",
        f"row_no IN (SELECT row_no FROM {rows} QUALIFY count(*) OVER (PARTITION BY {key}) > 1)",
        "quarantine",
        "To rækker om det samme siger hver sit",
        "Two rows about the same thing disagree",
    )


def _typed(column: Column, position: int | None) -> str:
    kind = DUCKDB_TYPES[column.type]
    if position is None:
        return f"NULL::{kind}"
    text = f"nullif(trim(c{position}), '')"
    match column.type:
        case "text":
            return text
        case "date":
            return f"try_strptime({text}, '%Y-%m-%d')::DATE"
        case "timestamp":
            return f"try_strptime({text}, ['%Y-%m-%d %H:%M:%S.%f', '%Y-%m-%d %H:%M:%S', '%Y-%m-%dT%H:%M:%S', '%Y-%m-%d %H:%M', '%Y-%m-%d'])"
        case "integer":
            return f"CASE WHEN regexp_full_match({text}, '-?[0-9]{{1,15}}') THEN TRY_CAST({text} AS BIGINT) END"
        case "money":
            return f"CASE WHEN {_is_decimal(text)} THEN CAST(round(TRY_CAST({text} AS DOUBLE) * {column.scale}) AS BIGINT) END"
        case "number":
            return f"CASE WHEN {_is_decimal(text)} THEN TRY_CAST({text} AS DOUBLE) END"
    raise ValueError(f"a delivered column cannot be of type {column.type}")


def _bounded(column: Column, position: int | None) -> str:
    """The typed value, or missing where it lies outside its bounds: no later rule can stumble over it, whatever the order they are tried in."""
    typed = _typed(column, position)
    if position is None or (column.low is None and column.high is None):
        return typed
    return f"CASE WHEN NOT coalesce({_outside(column, typed)}, false) THEN {typed} END"


def _outside(column: Column, value: str) -> str:
    bounds = [f"{value} < {column.low}"] if column.low is not None else []
    bounds += [f"{value} > {column.high}"] if column.high is not None else []
    return " OR ".join(bounds)


def _is_decimal(text: str) -> str:
    """At most ten digits before the point: with any scale the product is a whole number that a double holds exactly."""
    return f"regexp_full_match({text}, '-?[0-9]{{1,10}}([.][0-9]{{1,6}})?')"


def _column_checks(table: str, column: Column, position: int | None) -> Iterator[tuple[Rule, str]]:
    text = "NULL" if position is None else f"nullif(trim(c{position}), '')"
    typed = _typed(column, position)
    name = f"{table}.{column.name}"
    if column.required and not (column.loose and position is None):
        yield Rule(f"{name}.missing", "", "quarantine", f"Mangler: {column.da}", f"Missing: {column.en}"), f"{text} IS NULL"
    if position is None:
        return
    if column.type != "text":
        rule = Rule(f"{name}.type", "", "quarantine", f"Kan ikke læses: {column.da}", f"Cannot be read: {column.en}")
        yield rule, f"{text} IS NOT NULL AND {typed} IS NULL"
    if column.shape:
        rule = Rule(f"{name}.shape", "", "quarantine", f"Har en anden form: {column.da}", f"Has another form: {column.en}")
        yield rule, f"NOT regexp_full_match({text}, '{column.shape}')"
    if column.codes:
        codes = ", ".join(f"'{code}'" for code in column.codes)
        yield Rule(f"{name}.code", "", "quarantine", f"Ukendt kode: {column.da}", f"Unknown code: {column.en}"), f"{text} NOT IN ({codes})"
    if column.low is not None or column.high is not None:
        rule = Rule(f"{name}.range", "", "quarantine", f"Uden for grænserne: {column.da}", f"Outside its bounds: {column.en}")
        yield rule, _outside(column, typed)
