"""The estimates as a table: one row a number, no formula, the same numbers in all three files."""

from __future__ import annotations

import csv
import io

import pytest
from openpyxl import load_workbook
from pyarrow import parquet

from effekt.batch import tidy

ROW = {name: None for name in tidy.COLUMNS} | {"value": -0.25, "n_events": 12, "outcome": "adm_rate", "synthetic": True, "suppressed": False}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\t=1"])
def test_a_text_that_a_spreadsheet_would_calculate_stays_text(text: str) -> None:
    row = {**ROW, "unit": text}
    told = next(csv.DictReader(io.StringIO(tidy.as_csv([row]))))
    sheet = load_workbook(io.BytesIO(tidy.as_xlsx([row]))).active
    cell = sheet.cell(2, list(tidy.COLUMNS).index("unit") + 1)
    assert told["unit"] == cell.value == f"'{text}"
    assert cell.data_type == "s"


def test_a_negative_number_is_a_number_in_every_file() -> None:
    place = list(tidy.COLUMNS).index("value") + 1
    assert next(csv.DictReader(io.StringIO(tidy.as_csv([ROW]))))["value"] == "-0.25"
    assert load_workbook(io.BytesIO(tidy.as_xlsx([ROW]))).active.cell(2, place).value == -0.25
    assert parquet.read_table(io.BytesIO(tidy.as_parquet([ROW]))).to_pylist() == [ROW]


def test_no_estimate_gives_a_table_with_headings() -> None:
    assert tidy.as_csv([]).strip() == ",".join(tidy.COLUMNS)
    assert parquet.read_table(io.BytesIO(tidy.as_parquet([]))).column_names == list(tidy.COLUMNS)
