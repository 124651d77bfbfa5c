"""`effekt compare`: number by number, whatever moved on the page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from effekt import cli
from effekt.batch.comparing import compare_runs
from effekt.report.results import MIME


def run(folder: Path, pages: dict[str, list[list[Any]]], failed: tuple[str, ...] = ()) -> Path:
    """A run whose pages hold one result each, with the columns unit (label), month, n (count) and share (percent)."""
    columns = [{"key": key, "type": kind} for key, kind in (("unit", "label"), ("month", "month"), ("n", "count"), ("share", "percent"))]
    (folder / "notebooks").mkdir(parents=True)
    for page, rows in pages.items():
        bundle = {"id": "table", "view": "table", "columns": columns, "rows": rows}
        cell = {"cell_type": "code", "source": "x", "outputs": [{"output_type": "display_data", "data": {MIME: bundle}}]}
        (folder / "notebooks" / f"{page}.ipynb").write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    told = [{"id": page, "status": "failed" if page in failed else "ok"} for page in [*pages, *failed]]
    (folder / "run.json").write_text(json.dumps({"runs": told}), encoding="utf-8")
    return folder


ROWS = [["alfa", "2013-01-01", 10, 5.0], ["beta", "2013-01-01", 20, None]]


@pytest.fixture
def before(tmp_path: Path) -> Path:
    return run(tmp_path / "before", {"03_alfa": ROWS})


def test_a_run_is_the_same_as_itself(before: Path) -> None:
    found = compare_runs(before, before)
    assert (found.changed, found.n_same) == ((), 3)


def test_a_changed_number_is_told_with_its_place_and_by_how_much(before: Path, tmp_path: Path) -> None:
    after = run(tmp_path / "after", {"03_alfa": [["alfa", "2013-01-01", 12, 5.0], ROWS[1]]})
    (item,) = compare_runs(before, after).changed
    assert (item.page, item.result, item.row, item.column) == ("03_alfa", "table", "alfa 2013-01-01", "n")
    assert (item.before, item.after, item.change, item.percent) == (10, 12, 2, 20)


def test_rows_that_moved_are_compared_with_themselves(before: Path, tmp_path: Path) -> None:
    assert compare_runs(before, run(tmp_path / "after", {"03_alfa": [ROWS[1], ROWS[0]]})).changed == ()


def test_a_number_that_comes_or_goes_is_a_change_without_a_size(before: Path, tmp_path: Path) -> None:
    after = run(tmp_path / "after", {"03_alfa": [["alfa", "2013-01-01", 10, None], ["beta", "2013-01-01", 20, 1.0]]})
    found = {(item.row.split()[0], item.before, item.after, item.change) for item in compare_runs(before, after).changed}
    assert found == {("alfa", 5.0, None, None), ("beta", None, 1.0, None)}


def test_rows_of_one_name_are_counted_in_order(tmp_path: Path) -> None:
    twice = [["alfa", "2013-01-01", 1, None], ["alfa", "2013-01-01", 2, None]]
    one = run(tmp_path / "one", {"03_alfa": twice})
    two = run(tmp_path / "two", {"03_alfa": [twice[0], ["alfa", "2013-01-01", 3, None]]})
    (item,) = compare_runs(one, two).changed
    assert (item.row, item.before, item.after) == ("alfa 2013-01-01 #2", 2, 3)


def test_pages_of_one_run_only_and_failed_ones_are_named_and_not_counted(before: Path, tmp_path: Path) -> None:
    after = run(tmp_path / "after", {"06_alfa": ROWS}, failed=("03_alfa",))
    found = compare_runs(before, after)
    assert (found.changed, found.only_before, found.only_after) == ((), ("03_alfa",), ("06_alfa",))


def test_from_zero_there_is_no_percent(tmp_path: Path) -> None:
    one = run(tmp_path / "one", {"03": [["alfa", "2013-01-01", 0, None]]})
    two = run(tmp_path / "two", {"03": [["alfa", "2013-01-01", 4, None]]})
    (item,) = compare_runs(one, two).changed
    assert (item.change, item.percent) == (4, None)


def test_the_command_tells_and_writes_a_file(before: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    after = run(tmp_path / "after", {"03_alfa": [["alfa", "2013-01-01", 12, 5.0], ROWS[1]]})
    assert cli.main(["compare", str(before), str(after), "--csv", str(tmp_path / "changed.csv")]) == 0
    told = capsys.readouterr().out
    assert "1 numbers changed on 1 pages; 2 are the same." in told and "n: 10 -> 12 (+2, +20.0%)" in told
    assert (tmp_path / "changed.csv").read_text(encoding="utf-8").splitlines() == [
        "page,result,row,column,before,after,change,percent",
        "03_alfa,table,alfa 2013-01-01,n,10.0,12.0,2.0,20.0",
    ]


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["compare", str(tmp_path), str(tmp_path)]) == 2
    assert "is no run: it has no run.json" in capsys.readouterr().err
