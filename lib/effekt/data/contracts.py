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
Reaction = Literal["reject", "quarantine", "set_aside", "warn", "fix"]
Meaning = Literal["", "person", "diagnosis", "municipality"]

DUCKDB_TYPES: Mapping[str, str] = MappingProxyType(
    {"text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "money": "BIGINT", "date": "DATE", "timestamp": "TIMESTAMP", "boolean": "BOOLEAN"}
)


_MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {"pnr": "person", "kom": "municipality", "kommunekode": "municipality"}
    | dict.fromkeys(("c_diag", "c_adiag", "diagnosekode", "diag_kode", "aktionsdiagnose", "adiag"), "diagnosis")
)


@dataclass(frozen=True)
class Column:
    """One column.

    type : text | integer | number | money (oere) | date | timestamp | boolean. da, en : what it holds. unit : of a number.
    codes : the only values allowed. shape : regular expression the whole text must match. low, high : bounds, both included.
    required : a row without it breaks a rule. scale : oere per unit of the sender's amount (100 for kroner, 100,000 for thousands of kroner).
    aliases : other names senders use for it, in small letters (v_cpr for pnr).
    loose : required in a row, but a file may lack the whole column: what is made of it is then not made (`data/needs.py`).
    meaning : what the text is, which decides the fixes and the checks it gets (`data/checks/`); told by the name where it is not given.
    may_be_future : a date that may lie after today (a plan, a deadline). rare : most senders do not have it, and its absence is not worth a word.
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
    loose: bool = False
    meaning: Meaning = ""
    may_be_future: bool = False
    rare: bool = False

    @property
    def kind(self) -> Meaning:
        """Its meaning, or the one that its name has in every file."""
        return self.meaning or _MEANINGS.get(self.name, "")


@dataclass(frozen=True)
class Rule:
    """Rows for which `breaks` (SQL on the typed columns) holds, and what becomes of them.

    id : "<file>.<column>.<what>", quoted in every message. da, en : the rule in words.
    reaction : reject (the delivery is refused, unless at most `tolerated`, a share of the file's rows, break it: those are quarantined) |
    quarantine | set_aside (expected, but not used) | warn (kept, and counted) | fix (kept as the rule says, and counted).
    The first rule that a row breaks of the first three kinds is its verdict; the last two are counted over the rows that were kept.
    """

    id: str
    breaks: str
    reaction: Reaction
    da: str
    en: str
    tolerated: float = 0.0


@dataclass(frozen=True)
class Stays:
    """Which rows of a file are stays, so that overlaps can be counted. SQL on the typed columns. hospital : where; where : which rows are stays."""

    start: str
    end: str
    hospital: str
    where: str


@dataclass(frozen=True)
class Table:
    """A canonical table: one row per `key`. da, en : what one row is."""

    name: str
    key: tuple[str, ...]
    da: str
    en: str
    columns: tuple[Column, ...]
