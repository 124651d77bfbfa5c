"""What a test imports and looks at: the canonical tables, the study keys and the accounts of a tiny delivery."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet

from effekt.data.delivery import ImportReport, import_delivery
from tests.tiny import EVALUATION, Files, write_study


def imported(folder: Path, files: Files | None = None, evaluation: str = EVALUATION) -> ImportReport:
    """Import a delivery of these files; the report."""
    study = write_study(folder, evaluation, files)
    return import_delivery(study / "delivery", study)


def rows_of(folder: Path, table: str) -> list[dict[str, Any]]:
    """The rows of a canonical table."""
    return parquet.read_table(folder / "tables" / f"{table}.parquet").to_pylist()


def key_of(folder: Path, pnr: str) -> int:
    """The study key of a person."""
    keys = parquet.read_table(folder / "keys" / "citizen_key.parquet").to_pylist()
    return next(row["citizen_id"] for row in keys if row["pnr"] == pnr)


def counts(report: ImportReport, file: str) -> tuple[int, int, int, int]:
    """n_in, n_kept, n_quarantined, n_set_aside of a file."""
    account = next(account for account in report.accounts if account.file == f"{file}.csv")
    return account.n_in, account.n_kept, account.n_quarantined, account.n_set_aside


def marked(report: ImportReport) -> dict[str, tuple[int, tuple[int, ...]]]:
    """How many kept rows a rule warns of or has fixed, and the first of them."""
    return {item.rule: (item.n, item.rows) for account in report.accounts for item in account.marked}


def broken(report: ImportReport) -> dict[str, tuple[int, tuple[int, ...]]]:
    """How many rows broke each rule, and the first of them."""
    return {item.rule: (item.n, item.rows) for account in report.accounts for item in account.broken}
