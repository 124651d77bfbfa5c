"""Typed values as the text a careful sender would have written: whole numbers without a point, ISO dates, no time where it is midnight."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from effekt.data.forms.opened import FormError, Rows

TEXTUAL = ("VARCHAR", "ENUM", "UUID")
DECIMALS = 6
_TRAILING = r"\.?0+$"


def text_of(name: str, kind: str) -> str:
    """SQL of a column of DuckDB's type `kind` as text. Missing stays missing, and so does not-a-number (a missing value of pandas and SAS).

    Raises FormError for lists, structures and bytes.
    """
    kind = kind.upper()
    if kind.startswith(TEXTUAL):
        return name if kind == "VARCHAR" else f"{name}::VARCHAR"
    if kind in ("DOUBLE", "FLOAT"):
        return number_text(f"{name}::DOUBLE")
    if kind.startswith("DECIMAL"):
        broken = f"regexp_replace({name}::VARCHAR, '{_TRAILING}', '')"
        return f"CASE WHEN {name} = trunc({name}) THEN trunc({name})::DECIMAL(38, 0)::VARCHAR ELSE {broken} END"
    if kind.startswith("TIMESTAMP WITH TIME ZONE"):
        return _moment(f"({name} AT TIME ZONE 'Europe/Copenhagen')")
    if kind.startswith("TIMESTAMP"):
        return _moment(f"{name}::TIMESTAMP")
    if kind == "BOOLEAN":
        return f"{name}::INTEGER::VARCHAR"
    if kind.startswith(("LIST", "STRUCT", "MAP", "BLOB", "UNION", "BIT")) or kind.endswith("]"):
        raise FormError("column_type", "holds a column of bytes or lists, which is no table of plain values. Ask for plain columns.")
    return f"{name}::VARCHAR"


def number_text(name: str) -> str:
    """SQL of a double as text, to six decimals."""
    whole = f"{name}::HUGEINT::VARCHAR"
    broken = f"regexp_replace(printf('%.{DECIMALS}f', {name}), '{_TRAILING}', '')"
    is_whole = f"{name} = trunc({name}) AND abs({name}) < 1e18"
    return f"CASE WHEN isnan({name}) THEN NULL WHEN isinf({name}) THEN 'inf' WHEN {is_whole} THEN {whole} ELSE {broken} END"


def typed_rows(connection: duckdb.DuckDBPyConnection, sql: str, parameters: dict[str, object], limit: int | None) -> Iterator[Rows]:
    """The rows of a relation with typed columns, each as text."""
    described = connection.execute(f"DESCRIBE SELECT * FROM {sql}", parameters).fetchall()
    texts = tuple(text_of('"' + row[0].replace('"', '""') + '"', row[1]) for row in described)
    yield Rows(sql, texts, parameters)


def _moment(name: str) -> str:
    midnight = f"{name} = date_trunc('day', {name})"
    second = f"{name} = date_trunc('second', {name})"
    return (
        f"CASE WHEN {midnight} THEN strftime({name}, '%Y-%m-%d') WHEN {second} THEN strftime({name}, '%Y-%m-%d %H:%M:%S') "
        f"ELSE strftime({name}, '%Y-%m-%d %H:%M:%S.%f') END"
    )
