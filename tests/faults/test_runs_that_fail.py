"""One run that fails is told, kept apart, and stops no other."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.faults.toys import Suite, make_suite, notebook, write_notebook

Done = subprocess.CompletedProcess[str]
SECRET = "0101701234"
FAULTS = {
    "01_raises": [f"raise KeyError('{SECRET}')"],
    "02_stderr": ["import sys\nprint('Traceback (most recent call last):', file=sys.stderr)"],
    "03_dies": ["import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"],
    "04_ours": ["from effekt.errors import DataError\nraise DataError('no such table')"],
    "05_ends": ["raise SystemExit"],
}


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Suite:
    made = {name: notebook(name, code, per="region", order=number) for number, (name, code) in enumerate(FAULTS.items())}
    silent = notebook("06_silent", per="region", order=6)
    silent["cells"].pop()
    unknown = notebook("07_unknown_view", per="region", order=7)
    unknown["cells"][-2]["source"] = unknown["cells"][-2]["source"].replace('"view": "table"', '"view": "made_up"')
    good = notebook("08_good", per="region", order=8)
    return make_suite(tmp_path_factory.mktemp("failing"), {**made, "06_silent": silent, "07_unknown_view": unknown, "08_good": good})


@pytest.fixture(scope="module")
def done(suite: Suite) -> Done:
    return suite.run()


REASONS = {
    "01_raises": "stopped with KeyError",
    "02_stderr": "looks like a traceback",
    "03_dies": "the kernel died",
    "04_ours": "no such table",
    "05_ends": "stopped with SystemExit",
    "06_silent": "did not show the final result",
    "07_unknown_view": "the page could not be drawn: no view 'made_up'",
}


def test_the_exit_code_is_1_and_the_table_tells_what_failed_why_and_what_to_type(suite: Suite, done: Done) -> None:
    assert done.returncode == 1, done.stderr
    for name, reason in REASONS.items():
        assert any(f"{name}_region" in line and reason in line for line in done.stdout.splitlines()), name
    assert f"Try again: python -m effekt run --study {suite.study}" in done.stdout


@pytest.mark.parametrize("name", REASONS)
def test_the_record_says_failed_and_why(suite: Suite, done: Done, name: str) -> None:
    run = next(run for run in suite.record()["runs"] if run["id"] == f"{name}_region")
    assert run["status"] == "failed" and REASONS[name] in run["reason"] and run["pages"] == []
    assert suite.record()["status"] == "failed"


@pytest.mark.parametrize("name", REASONS)
def test_the_notebook_lies_in_failed_with_a_banner_and_nowhere_else(suite: Suite, done: Done, name: str) -> None:
    found = [path.relative_to(suite.latest).as_posix() for path in suite.latest.rglob(f"{name}*")]
    assert found == [f"failed/{name}_region.ipynb"]
    first = json.loads((suite.latest / found[0]).read_text(encoding="utf-8"))["cells"][0]["source"]
    assert "Kørslen mislykkedes" in first and "The run failed" in first and REASONS[name] in first


def test_the_good_run_has_its_pages_and_the_index_says_who_failed(suite: Suite, done: Done) -> None:
    assert (suite.latest / "da" / "08_good_region.html").is_file() and (suite.latest / "en" / "08_good_region.html").is_file()
    index = (suite.latest / "index.html").read_text(encoding="utf-8")
    assert "7 of 8 runs failed." in index and index.count('class="failed"') == 7


def test_no_value_from_a_row_is_on_the_screen_in_the_index_or_in_the_record(suite: Suite, done: Done) -> None:
    read = [path.read_text(encoding="utf-8") for path in suite.latest.glob("*.*") if path.suffix in (".html", ".json", ".csv")]
    assert read and not any(SECRET in text for text in [done.stdout, done.stderr, *read])


def test_the_next_batch_tries_only_what_failed(suite: Suite, done: Done) -> None:
    write_notebook(suite.notebooks / "01_raises.ipynb", notebook("01_raises", per="region", order=0))
    report = suite.here()
    assert report.ran == 6 and "08_good_region" not in suite.ran() and (suite.latest / "da" / "01_raises_region.html").is_file()


def test_an_unexpected_fault_of_the_program_is_told_shortly_and_logged(tmp_path: Path) -> None:
    broken = make_suite(tmp_path, {"01_good": notebook("01_good")}, own_library=True)
    module = tmp_path / "lib" / "effekt" / "batch" / "keys.py"
    module.write_text(module.read_text(encoding="utf-8") + f"\nraise ValueError('{SECRET}')\n", encoding="utf-8")
    done = broken.run()
    assert done.returncode == 1 and "unexpected error (ValueError)" in done.stderr
    assert SECRET not in done.stdout + done.stderr and "Traceback" not in done.stderr
