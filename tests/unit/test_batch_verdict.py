"""A run is ok only if it shows so itself."""

from __future__ import annotations

from typing import Any

import pytest

from effekt.batch.verdict import judge
from effekt.report.results import MIME


def cell(number: int | None = 1, *outputs: dict[str, Any], source: str = "x") -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "execution_count": number, "metadata": {}, "outputs": list(outputs)}


def shown(view: str, **context: Any) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {MIME: {"id": view, "view": view, "context": context}}}


def stderr(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stderr", "text": text}


def failed(name: str, text: str) -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": []}


DONE = cell(2, shown("done", tables_read=["stays"]))


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    return {"cells": list(cells)}


def test_a_run_that_shows_the_final_result_is_ok_and_tells_its_tables() -> None:
    verdict = judge(notebook(cell(), DONE))
    assert verdict.ok and verdict.reason == "" and verdict.tables == ("stays",)


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ([cell(), cell(2, shown("table"))], "did not show the final result"),
        ([DONE, cell(3)], "did not show the final result"),
        ([], "did not show the final result"),
        ([cell(1, shown("done"))], "does not tell which tables were read"),
        ([cell(None), DONE], "cell 1 was not run"),
        ([cell(1, failed("KeyError", "'0101701234'")), DONE], "cell 1 stopped with KeyError"),
        ([cell(1, failed("DataError", "no table")), DONE], "cell 1: no table"),
        ([cell(1, stderr("Traceback (most recent call last):\n  File")), DONE], "looks like a traceback"),
        ([cell(1, stderr("\x1b[31mValueError: wrong\x1b[0m")), DONE], "looks like a traceback"),
        ([cell(1, stderr("x\npandas.errors.MergeError: wrong")), DONE], "looks like a traceback"),
    ],
)
def test_a_run_that_lacks_anything_is_not_ok(cells: list[dict[str, Any]], told: str) -> None:
    verdict = judge(notebook(*cells))
    assert not verdict.ok and told in verdict.reason


def test_the_text_of_an_error_that_is_not_ours_is_not_repeated() -> None:
    assert "0101701234" not in judge(notebook(cell(1, failed("KeyError", "'0101701234'")), DONE)).reason


def test_a_warning_on_stderr_is_no_traceback() -> None:
    assert judge(notebook(cell(1, stderr("RuntimeWarning: invalid value\nError rates are low")), DONE)).ok


def test_an_empty_cell_need_not_have_run() -> None:
    assert judge(notebook(cell(None, source=" \n"), DONE)).ok
