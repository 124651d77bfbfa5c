"""The account of an import as a table, so that a page can show it: what came in, what became of it, what it blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

KINDS = ("read", "kept", "quarantine", "set_aside", "fix", "warn", "kept_before", "blocked")
NAME = "account"


def account_rows(accounts: Sequence[Any], before: Mapping[str, int], blocked: Mapping[str, Sequence[str]]) -> Iterator[dict[str, Any]]:
    """One row a fact: file, kind (one of KINDS), rule ("" for a count of rows), n, and the rule in words (da, en).

    before : file -> rows kept at the import before this one. blocked : outcome -> the files and columns it lacks; its row has the outcome as file
    and what it lacks as rule. Every file has read and kept; the other kinds are there where they are not zero.
    """
    for account in accounts:
        yield _row(account.file, "read", account.n_in)
        yield _row(account.file, "kept", account.n_kept)
        if account.file in before:
            yield _row(account.file, "kept_before", before[account.file])
        for item in (*account.broken, *account.marked):
            yield _row(account.file, item.reaction, item.n, item.rule, item.da, item.en)
    for outcome, lacks in blocked.items():
        yield _row(outcome, "blocked", len(lacks), ", ".join(lacks))


def write_accounts(folder: Path, rows: Iterator[dict[str, Any]]) -> None:
    """Write `account.parquet`; no value of any row is in it."""
    import pyarrow as pa
    from pyarrow import parquet

    columns = ("file", "kind", "rule", "n", "da", "en")
    schema = pa.schema([(name, pa.int64() if name == "n" else pa.string()) for name in columns])
    parquet.write_table(pa.Table.from_pylist(list(rows), schema=schema), folder / f"{NAME}.parquet", compression="zstd")


def _row(file: str, kind: str, n: int, rule: str = "", da: str = "", en: str = "") -> dict[str, Any]:
    return {"file": file, "kind": kind, "rule": rule, "n": n, "da": da, "en": en}
