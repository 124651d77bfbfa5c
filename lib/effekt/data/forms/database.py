"""Tables of a database that Ibis opens: read only, credentials from the environment alone, and never a word of the driver's in a message."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from effekt.data.forms.opened import FormError, Opened, Rows
from effekt.data.forms.rendering import text_of

CHUNK_ROWS = 100_000
FILE_KINDS = ("duckdb", "sqlite")
_BATCH = "database_batch"
_READ_ONLY = "-c default_transaction_read_only=on"


@dataclass(frozen=True)
class Database:
    """Where tables are. name : as delivery.yml calls it. path : of a DuckDB or SQLite file. variable : of the environment, holds the address."""

    name: str
    kind: str
    path: Path | None = None
    variable: str | None = None


def open_table(database: Database, table: str) -> Opened:
    """Open `table` (or "schema.table"). Raises FormError where the variable is not set, the driver is missing, or database or table do not open."""
    with _faults(database), connected(database) as source:
        names = tuple(_table(source, database, table).columns)

    def rows(connection: duckdb.DuckDBPyConnection, limit: int | None) -> Iterator[Rows]:
        with _faults(database), connected(database) as source:
            wanted = _table(source, database, table)
            if database.kind == "sqlite":
                wanted = wanted.mutate(**{name: wanted[name].cast("string") for name in names})
            if limit is not None:
                wanted = wanted.limit(limit)
            for batch in wanted.to_pyarrow_batches(chunk_size=CHUNK_ROWS):
                if batch.num_rows:
                    yield from _registered(connection, batch)

    return Opened(names, rows, (f"read from the database {database.name}, in the order in which it gave its rows",))


def _registered(connection: duckdb.DuckDBPyConnection, batch: Any) -> Iterator[Rows]:
    import pyarrow as pa

    connection.register(_BATCH, pa.Table.from_batches([batch]))
    described = connection.execute(f"DESCRIBE SELECT * FROM {_BATCH}").fetchall()
    yield Rows(_BATCH, tuple(text_of('"' + row[0].replace('"', '""') + '"', row[1]) for row in described))
    connection.unregister(_BATCH)


def _table(source: Any, database: Database, table: str) -> Any:
    place, _, name = table.rpartition(".")
    try:
        return source.table(name, database=place or None)
    except Exception:
        raise FormError("database", f"the database {database.name} has no table {table} that this user may read.") from None


@contextmanager
def connected(database: Database) -> Iterator[Any]:
    """A connection of Ibis that cannot write. Raises FormError where the variable is not set; what a driver raises comes out as it is."""
    import ibis

    if database.path is not None:
        with open(database.path, "rb"):
            pass
        source = ibis.duckdb.connect(database.path, read_only=True) if database.kind == "duckdb" else _sqlite(database.path)
    else:
        address = os.environ.get(database.variable or "")
        if not address:
            raise FormError("database", f"the address of {database.name} is not set: put it into the environment variable {database.variable}.")
        source = _postgres(address) if database.kind == "postgres" else ibis.connect(address)
    try:
        yield source
    finally:
        source.disconnect()


def _sqlite(path: Path) -> Any:
    """SQLite opens for writing whatever it is asked for; every statement that would change anything is then refused by SQLite itself."""
    import ibis

    source = ibis.sqlite.connect(path)
    source.con.execute("PRAGMA query_only = ON")
    return source


def _postgres(address: str) -> Any:
    """A session of PostgreSQL in which every transaction is read only."""
    import ibis

    source = ibis.connect(address, options=_READ_ONLY)
    source.con.execute("SET default_transaction_read_only = on")
    source.con.commit()
    return source


@contextmanager
def _faults(database: Database) -> Iterator[None]:
    """Drivers put hosts, users and rows into their messages: only the name in delivery.yml is told."""
    try:
        yield
    except FormError:
        raise
    except ImportError:
        extra = f"pip install 'ibis-framework[{database.kind}]', or effekt's own extra of that name"
        raise FormError("database", f"the driver for {database.kind} is not installed: {extra}.") from None
    except Exception:
        raise FormError("database", _told(database)) from None


def _told(database: Database) -> str:
    if database.path is not None:
        return f"{database.path.name} cannot be read as a database of the kind {database.kind}. Ask for it again."
    return f"{database.name} cannot be opened or read. Check the address in {database.variable}, the network, and that the user may read the table."
