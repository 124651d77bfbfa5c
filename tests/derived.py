"""Canonical tables written by hand, and what the builders make of them: a table in, rows out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import ibis
import pyarrow as pa

from effekt.data.canonical_tables import TABLES
from effekt.protocol import Protocol, read_protocol
from tests.tiny import EVALUATION

ARROW = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "money": pa.int64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "boolean": pa.bool_(),
}
Rows = list[dict[str, Any]]
_numbers = iter(range(1, 1_000_000))


def canonical(name: str, rows: Rows) -> pa.Table:
    """Rows as the canonical table `name`; columns left out are missing."""
    schema = pa.schema([(column.name, ARROW[column.type]) for column in TABLES[name].columns])
    return pa.Table.from_pylist([{column: row.get(column) for column in schema.names} for row in rows], schema=schema)


def built(build: Callable[..., ibis.Table], tables: dict[str, Rows | pa.Table], protocol: Protocol | None = None) -> Rows:
    """The rows a builder makes of these tables, as dicts."""
    return made(build, tables, protocol).to_pylist()


def made(build: Callable[..., ibis.Table], tables: dict[str, Rows | pa.Table], protocol: Protocol | None = None) -> pa.Table:
    """As `built`, as a table that another builder can take."""
    given = {name: ibis.memtable(rows if isinstance(rows, pa.Table) else canonical(name, rows)) for name, rows in tables.items()}
    return _connection().to_pyarrow(build(given, protocol or little()))


@cache
def _connection() -> ibis.BaseBackend:
    return ibis.duckdb.connect(threads=1)


def little(**changes: str) -> Protocol:
    """The protocol of the tiny study; `changes` are lines put at its end."""
    return read_protocol(EVALUATION + "".join(f"{key}: {value}\n" for key, value in changes.items()))


def contact(start: str, end: str | None, citizen: int = 1, **changes: Any) -> dict[str, Any]:
    """An acute medical inpatient contact with times such as "2012-03-01 10:30"; LPR2 knows only the hour."""
    row = {
        "contact_id": next(_numbers),
        "citizen_id": citizen,
        "source": "lpr2",
        "start": datetime.fromisoformat(start),
        "end": datetime.fromisoformat(end) if end else None,
        "time_precision": "hour",
        "kind": "inpatient",
        "acute": True,
        "shak": "6620011",
        "specialty": "01",
        "action_diagnosis": "DI500",
        "discharge_mode": "home" if end else None,
    }
    return row | changes


def lived(kommunekode: str, start: str, end: str, citizen: int = 1) -> dict[str, Any]:
    """A period of residence; `end` is the day after the last."""
    return {"citizen_id": citizen, "kommunekode": kommunekode, "start": date.fromisoformat(start), "end": date.fromisoformat(end)}


def later(time: str, hours: float) -> str:
    """A time so many hours after another."""
    return str(datetime.fromisoformat(time) + timedelta(hours=hours))
