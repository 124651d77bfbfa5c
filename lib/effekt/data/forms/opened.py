"""A sender's table, opened: the names of its columns, and its rows as something DuckDB can select from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb


class FormError(Exception):
    """A file that cannot be opened as a table: the id of the rule, and what is wrong and what to do, in words without values."""

    def __init__(self, rule: str, sentence: str) -> None:
        super().__init__(f"[file.{rule}]: {sentence}")
        self.rule = rule


@dataclass(frozen=True)
class Rows:
    """Rows to select from. sql : what stands after FROM. texts : SQL of each column as text, in the order of the names. parameters : of `sql`."""

    sql: str
    texts: tuple[str, ...]
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Detected:
    """What was found and not declared: the rule it would break, what was found in words, and the key of delivery.yml that confirms it.

    can_be_accepted : False where what was found could be two things, so that only delivery.yml can say which.
    """

    rule: str
    told: str
    key: str
    value: str
    can_be_accepted: bool = True
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Opened:
    """One table. names : as the sender writes them. rows(connection, limit) : its rows, in one or several pieces, the file's order.

    notes : what was done to the file before it was read, for the report. detected : forms that were found and are not declared.
    """

    names: tuple[str, ...]
    rows: Callable[[duckdb.DuckDBPyConnection, int | None], Iterator[Rows]]
    notes: tuple[str, ...] = ()
    detected: tuple[Detected, ...] = ()


@dataclass(frozen=True)
class Form:
    """What is declared of a file's form. None: nothing was declared, and the default is expected."""

    encoding: str | None = None
    delimiter: str | None = None
    skip: int = 0
    sheet: str | None = None
    member: str | None = None


def fresh_place(folder: Path, name: str) -> Path:
    """Where a file of this name may be written in the import's own folder without meeting another of the same name."""
    place = folder / str(len(list(folder.iterdir())))
    place.mkdir()
    return place / name
