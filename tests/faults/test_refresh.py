"""The committed notebooks are refreshed to the same bytes every time, and a notebook that fails is left as it was."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from effekt.batch.plan import find_notebooks
from effekt.batch.refresh import refresh
from tests.faults.toys import notebook, write_notebook


def again(folder: Path, **options: Any) -> tuple[tuple[str, str], ...]:
    return refresh(find_notebooks(folder), Console(file=io.StringIO()), **options)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    raw = notebook("01_good", ["print('on stdout')", "1 + 1"])
    raw["metadata"]["papermill"] = {"duration": 1.5}
    raw["cells"][2]["metadata"]["execution"] = {"iopub.status.busy": "2026-01-01"}
    write_notebook(tmp_path / "01_good.ipynb", raw)
    return tmp_path


def test_two_refreshes_give_the_same_bytes_in_warm_and_plain_kernels(folder: Path) -> None:
    assert again(folder) == ()
    first = (folder / "01_good.ipynb").read_bytes()
    assert again(folder, plain=True) == () and again(folder, check=True) == ()
    assert (folder / "01_good.ipynb").read_bytes() == first


def test_a_refreshed_notebook_counts_from_1_and_holds_nothing_of_the_run(folder: Path) -> None:
    again(folder)
    raw = json.loads((folder / "01_good.ipynb").read_text(encoding="utf-8"))
    code = [cell for cell in raw["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert set(raw["metadata"]) == {"effekt", "kernelspec", "language_info"}
    assert all(set(cell["metadata"]) <= {"tags"} for cell in raw["cells"])
    assert not any("injected-parameters" in cell["metadata"].get("tags", ()) for cell in raw["cells"])


def test_check_writes_nothing_and_names_what_is_out_of_date(folder: Path) -> None:
    before = (folder / "01_good.ipynb").read_bytes()
    (name, reason), *rest = again(folder, check=True)
    assert name == "01_good" and "effekt refresh" in reason and rest == []
    assert (folder / "01_good.ipynb").read_bytes() == before


def test_a_notebook_that_fails_is_told_and_left_as_it_was(folder: Path) -> None:
    write_notebook(folder / "02_bad.ipynb", notebook("02_bad", ["1 / 0"], order=2))
    before = (folder / "02_bad.ipynb").read_bytes()
    assert [name for name, _ in again(folder)] == ["02_bad"]
    assert (folder / "02_bad.ipynb").read_bytes() == before
