"""Parquet, read by DuckDB in place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from effekt.data.forms.opened import Form, FormError, Opened, Rows
from effekt.data.forms.rendering import typed_rows


def open_parquet(path: Path, form: Form, folder: Path) -> Opened:
    """Open a parquet file. Raises FormError where it is damaged or cut off."""
    with duckdb.connect() as connection:
        try:
            columns = connection.execute("DESCRIBE SELECT * FROM read_parquet($path)", {"path": str(path)}).fetchall()
        except duckdb.Error:
            raise FormError("unreadable", "a parquet file that is damaged or cut off. Ask for it again.") from None

    def rows(connection: duckdb.DuckDBPyConnection, limit: int | None) -> Iterator[Rows]:
        return typed_rows(connection, "read_parquet($path)", {"path": str(path)}, limit)

    return Opened(tuple(row[0] for row in columns), rows)
