"""The contracts: what a column holds, which rows break a rule, and what a canonical table is.

The same two records, `Column` and `Rule`, describe the files of a sender (`data/registers/`) and our own tables (`data/canonical_tables/`), so
that the checks, the messages and the documentation come from one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Type = Literal["text", "integer", "number", "money", "date", "timestamp", "boolean"]
Reaction = Literal["quarantine", "set_aside"]

DUCKDB_TYPES: Mapping[str, str] = MappingProxyType(
    {"text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "money": "BIGINT", "date": "DATE", "timestamp": "TIMESTAMP", "boolean": "BOOLEAN"}
)


@dataclass(frozen=True)
class Column:
    """One column.

    type : text | integer | number | money (oere) | date | timestamp | boolean. da, en : what it holds. unit : of a number.
    codes : the only values allowed. shape : regular expression the whole text must match. low, high : bounds, both included.
    required : a row without it breaks a rule. scale : oere per unit of the sender's amount (100 for kroner, 100,000 for thousands of kroner).
    aliases : other names senders use for it, in small letters (v_cpr for pnr).
    """

    name: str
    type: Type
    da: str
    en: str
    unit: str = ""
    codes: tuple[str, ...] = ()
    shape: str = ""
    low: float | None = None
    high: float | None = None
    required: bool = True
    scale: int = 100
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """Rows for which `breaks` (SQL on the typed columns) holds are quarantined, or set aside as expected but not used.

    id : "<file>.<column>.<what>", quoted in every message. da, en : the rule in words.
    """

    id: str
    breaks: str
    reaction: Reaction
    da: str
    en: str


@dataclass(frozen=True)
class Table:
    """A canonical table: one row per `key`. da, en : what one row is."""

    name: str
    key: tuple[str, ...]
    da: str
    en: str
    columns: tuple[Column, ...]
