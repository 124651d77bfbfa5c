"""What a finished run depends on."""

from __future__ import annotations

import json
from pathlib import Path

from effekt.batch import preload
from effekt.batch.keys import installed, key_of, table_keys


def write(study: Path, **tables: dict[str, object]) -> None:
    (study / "derived").mkdir(parents=True, exist_ok=True)
    for table in tables:
        (study / "derived" / f"{table}.parquet").write_bytes(table.encode())
    (study / "derived" / "prepared.json").write_text(json.dumps(tables), encoding="utf-8")


def test_a_table_depends_on_the_tables_that_it_was_made_from(tmp_path: Path) -> None:
    others = {"person_months": {"key": "2", "inputs": ["citizen", "stays"]}, "costs": {"key": "3", "inputs": []}}
    write(tmp_path, stays={"key": "1", "inputs": ["contact"]}, **others)
    before = table_keys(tmp_path)
    write(tmp_path, stays={"key": "changed", "inputs": ["contact"]}, **others)
    after = table_keys(tmp_path)
    assert {table for table in after if after[table] != before[table]} == {"stays", "person_months"}


def test_a_derived_table_may_have_the_name_of_the_delivered_one_it_was_made_from(tmp_path: Path) -> None:
    write(tmp_path, meeting={"key": "1", "inputs": ["meeting"]})
    before = table_keys(tmp_path)
    write(tmp_path, meeting={"key": "2", "inputs": ["meeting"]})
    assert before["meeting"] != table_keys(tmp_path)["meeting"]


def test_every_table_depends_on_the_import(tmp_path: Path) -> None:
    write(tmp_path, stays={"key": "1"})
    before = table_keys(tmp_path)
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "import.json").write_text('{"stamp": {"library": "x"}, "rows": 1}', encoding="utf-8")
    stamped = table_keys(tmp_path)
    (tmp_path / "tables" / "import.json").write_text('{"stamp": {"library": "x"}, "rows": 2}', encoding="utf-8")
    assert before != stamped == table_keys(tmp_path)


def test_a_table_without_a_record_counts_by_its_content(tmp_path: Path) -> None:
    write(tmp_path, stays={})
    before = table_keys(tmp_path)
    (tmp_path / "derived" / "stays.parquet").write_bytes(b"other")
    assert table_keys(tmp_path) != before


def test_the_order_of_names_does_not_count_and_values_do() -> None:
    assert key_of({"a": 1, "b": 2}) == key_of({"b": 2, "a": 1}) != key_of({"a": 1, "b": 3})


def test_what_is_preloaded_is_foreign_and_needed_at_run_time() -> None:
    source = "import numpy as np, os\nfrom scipy import stats\nfrom effekt import Study\nfrom typing import TYPE_CHECKING\n"
    source += "if TYPE_CHECKING:\n    import duckdb\ndef f():\n    import pyarrow.parquet as pq\n"
    assert preload.foreign_imports(source) == {"numpy", "scipy", "scipy.stats", "pyarrow.parquet"}


def test_packages_of_an_extra_are_part_of_what_a_run_depends_on() -> None:
    found = installed(["pandas", "no-such-package-anywhere"])
    assert found["no-such-package-anywhere"] == "" and found["pandas"].count(".") >= 1
