"""Every estimate of a batch as one tidy table, one row a number: parquet for programs, csv for everybody, xlsx for a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from effekt.batch import files
from effekt.batch.index import Outcome
from effekt.batch.pages import bundles_of

TEXT, NUMBER, COUNT, FLAG = "text", "number", "count", "flag"
COLUMNS: dict[str, str] = {
    "run_id": TEXT,
    "notebook": TEXT,
    "cluster": TEXT,
    "result": TEXT,
    "outcome": TEXT,
    "measure_unit": TEXT,
    "unit": TEXT,
    "contrast": TEXT,
    "scale": TEXT,
    "value": NUMBER,
    "low": NUMBER,
    "high": NUMBER,
    "level": NUMBER,
    "p": NUMBER,
    "se": NUMBER,
    "n_citizens": COUNT,
    "n_events": COUNT,
    "exposure": NUMBER,
    "method": TEXT,
    "claim": TEXT,
    "cautions": TEXT,
    "reasons": TEXT,
    "facts": TEXT,
    "data_hash": TEXT,
    "synthetic": FLAG,
    "suppressed": FLAG,
}
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rows(outcomes: Sequence[Outcome], run_id: str) -> Iterator[dict[str, Any]]:
    """One row for each different estimate of each run that was ok; `result` is the first result of the notebook that holds it."""
    for outcome in outcomes:
        if not outcome.ok or outcome.finished is None:
            continue
        seen = set()
        for bundle in bundles_of(outcome.finished.notebook()):
            for estimate in bundle.get("estimates", ()):
                same = json.dumps(estimate, sort_keys=True)
                if same not in seen:
                    seen.add(same)
                    yield _row(outcome, run_id, bundle, estimate)


def write(folder: Path, table: Sequence[Mapping[str, Any]]) -> None:
    """Write estimates.parquet, estimates.csv and estimates.xlsx into `folder`."""
    files.write_bytes(folder / "estimates.parquet", as_parquet(table))
    files.write_text(folder / "estimates.csv", as_csv(table))
    files.write_bytes(folder / "estimates.xlsx", as_xlsx(table))


def as_parquet(table: Sequence[Mapping[str, Any]]) -> bytes:
    """The table as it is."""
    import pyarrow as arrow
    from pyarrow import parquet

    types = {TEXT: arrow.string(), NUMBER: arrow.float64(), COUNT: arrow.int64(), FLAG: arrow.bool_()}
    schema = arrow.schema([(name, types[kind]) for name, kind in COLUMNS.items()])
    out = io.BytesIO()
    parquet.write_table(arrow.Table.from_pylist([dict(row) for row in table], schema=schema), out)
    return out.getvalue()


def as_csv(table: Sequence[Mapping[str, Any]]) -> str:
    """UTF-8, commas, decimal points; a text that a spreadsheet would read as a formula begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_plain(row[name]) for name in COLUMNS] for row in table)
    return out.getvalue()


def as_xlsx(table: Sequence[Mapping[str, Any]]) -> bytes:
    """One sheet with a frozen, filtered heading and no formula."""
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    sheet.title = "estimates"
    sheet.append(list(COLUMNS))
    for row in table:
        sheet.append([_plain(row[name]) for name in COLUMNS])
    for number, name in enumerate(COLUMNS, 1):
        sheet.cell(1, number).font = Font(bold=True)
        longest = max([len(name), *(len(str(row[name])) for row in table)])
        sheet.column_dimensions[get_column_letter(number)].width = min(longest, 40) + 2
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _plain(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _row(outcome: Outcome, run_id: str, bundle: Mapping[str, Any], estimate: Mapping[str, Any]) -> dict[str, Any]:
    finished = outcome.finished
    around = {
        "run_id": run_id,
        "notebook": outcome.run.notebook.name,
        "cluster": outcome.run.cluster or "region",
        "result": bundle["id"],
        "data_hash": finished.facts["data"] if finished else "",
        "synthetic": bool(bundle.get("synthetic", True)),
        "suppressed": False,
        "cautions": " ".join(estimate.get("cautions", ())),
        "reasons": " ".join(estimate.get("reasons", ())),
        "facts": json.dumps(estimate.get("facts", {}), sort_keys=True),
    }
    return {name: around[name] if name in around else estimate.get(name) for name in COLUMNS}
