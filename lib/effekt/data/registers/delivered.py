"""Columns that a sender delivers just as the canonical table holds them: truth as 0 and 1, money in kroner, the rest unchanged."""

from __future__ import annotations

from dataclasses import replace

from effekt.data.contracts import Column

OERE, DKK = "_oere", "_dkk"


def as_delivered(column: Column) -> Column:
    """The column of the sender's file that fills a canonical one: `cost_oere` comes as `cost_dkk`, a truth as 1 or 0."""
    if column.type == "boolean":
        return replace(column, type="integer", da=f"{column.da}: 1 ja, 0 nej", en=f"{column.en}: 1 yes, 0 no", low=0, high=1)
    if column.type == "money":
        da, en = column.da.replace(", i øre", ", i kroner").replace(" i øre", " i kroner"), column.en.replace(" in oere", " in kroner")
        return replace(column, name=column.name.removesuffix(OERE) + DKK, da=da, en=en)
    return column


def canonical_sql(column: Column) -> str:
    """The SQL that makes the canonical column of what `as_delivered` read."""
    if column.type == "boolean":
        return f'"{column.name}" = 1 AS "{column.name}"'
    if column.type == "money":
        return f'"{column.name.removesuffix(OERE)}{DKK}" AS "{column.name}"'
    return f'"{column.name}"'


def sources_sql(columns: tuple[Column, ...], source: str) -> str:
    """A whole canonical table from a file that holds its columns as delivered."""
    return f"SELECT {', '.join(map(canonical_sql, columns))} FROM kept_{source}"
