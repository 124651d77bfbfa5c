"""From kept rows to canonical tables, each held to its contract before it counts as written."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import duckdb

from effekt.data.canonical_tables import TABLES
from effekt.data.contracts import DUCKDB_TYPES, Column, Table
from effekt.data.registers import REGISTERS


def write_tables(connection: duckdb.DuckDBPyConnection, folder: Path, incomplete: Collection[str] = ()) -> dict[str, int]:
    """Write every canonical table to `folder`, in the order of the contracts; later ones may read earlier ones by name. Returns rows a table.

    Rows are ordered by the key of the table (by all columns where it has none), so that the order of the delivery tells no more of who is who
    than the study keys do. Of a register that was delivered `incomplete`, without columns that a table needs, no rows of that table are made.
    Raises AssertionError where a reader gave rows that its contract forbids: a fault of the library, not of the delivery.
    """
    return {table.name: _write(connection, table, folder / f"{table.name}.parquet", incomplete) for table in TABLES.values()}


def _write(connection: duckdb.DuckDBPyConnection, table: Table, path: Path, incomplete: Collection[str]) -> int:
    columns = ", ".join(f'"{column.name}"::{DUCKDB_TYPES[column.type]} AS "{column.name}"' for column in table.columns)
    whole = " AND ".join(f'"{column.name}" IS NOT NULL' for column in table.columns if column.required)
    parts = {register.name: register.tables[table.name] for register in REGISTERS if table.name in register.tables}
    query = " UNION ALL ".join(
        f"SELECT {columns} FROM ({part}){f' WHERE {whole}' if name in incomplete else ''}" for name, part in parts.items()
    )
    order = ", ".join(f'"{name}"' for name in table.key) or "ALL"
    quoted = str(path).replace("'", "''")
    connection.execute(f"COPY (FROM ({query}) ORDER BY {order}) TO '{quoted}' (FORMAT parquet, COMPRESSION zstd)")
    connection.execute(f"CREATE OR REPLACE VIEW {table.name} AS FROM read_parquet('{quoted}')")
    broken = [f"count(*) FILTER (WHERE {condition})" for column in table.columns for condition in _forbidden(column)]
    named = [column.name for column in table.columns for _ in _forbidden(column)]
    key = f"count(*) - count(DISTINCT ({', '.join(table.key)}))" if table.key else "0"
    n, twice, *counts = connection.execute(f"SELECT count(*), {key}, {', '.join(broken)} FROM {table.name}").fetchone() or (0, 0)
    wrong = sorted({name for name, count in zip(named, counts, strict=True) if count})
    if wrong or twice:
        raise AssertionError(f"canonical table {table.name} breaks its contract: columns {wrong}, {twice} rows share a key")
    return int(n)


def _forbidden(column: Column) -> list[str]:
    name = f'"{column.name}"'
    conditions = [f"{name} IS NULL"] if column.required else []
    conditions += [f"{name} NOT IN ({', '.join(repr(code) for code in column.codes)})"] if column.codes else []
    conditions += [f"NOT regexp_full_match({name}, '{column.shape}')"] if column.shape else []
    conditions += [f"{name} < {column.low}"] if column.low is not None else []
    conditions += [f"{name} > {column.high}"] if column.high is not None else []
    return conditions
