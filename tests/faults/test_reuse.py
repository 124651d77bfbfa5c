"""What is up to date is not run again, and what is not is: exactly."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from effekt.batch import keys
from tests.faults.toys import Suite, make_suite, notebook, write_notebook, write_table

POOLS = ["from effekt import estimates\nestimates.pool"]
READS = ["from effekt import estimates\nestimates.rate_ratio"]


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    made = {
        "01_pools": notebook("01_pools", POOLS, per="region", order=1),
        "02_rates": notebook("02_rates", READS, per="region", order=2, tables=["stays"]),
        "03_plain": notebook("03_plain", per="region", order=3),
    }
    suite = make_suite(tmp_path, made, own_library=True)
    write_table(suite, "stays", "first")
    return suite


def change(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8") + "\n# a remark\n", encoding="utf-8")


@pytest.mark.thorough
def test_a_changed_library_file_runs_what_reaches_it_and_nothing_else(suite: Suite) -> None:
    assert suite.run().returncode == 0
    second = suite.run()
    assert second.returncode == 0 and "Nothing to run: all 3 results are up to date." in second.stdout
    library = suite.root / "lib" / "effekt"
    change(library / "estimates" / "pooling.py")
    assert "[3/3] 01_pools_region: ok" in suite.run().stdout and suite.ran() == {"01_pools_region"}
    change(library / "measures" / "rules.py")
    assert "Nothing to run" in suite.run().stdout
    change(library / "report" / "results.py")
    redrawn = suite.run().stdout
    assert "Nothing to run" in redrawn and "The pages were drawn again." in redrawn


@pytest.fixture
def quick(tmp_path: Path) -> Suite:
    made = {
        "02_stays": notebook("02_stays", per="region", order=2, tables=["stays"]),
        "03_months": notebook("03_months", per="region", order=3),
    }
    suite = make_suite(tmp_path, made)
    write_table(suite, "stays", "first")
    assert suite.here().ran == 2
    return suite


def test_a_second_batch_runs_nothing_and_publishes_nothing(quick: Suite) -> None:
    before = {path: path.stat().st_mtime_ns for path in quick.outputs.rglob("*") if path.is_file()}
    report = quick.here()
    assert report.ran == 0 and not report.published
    assert {path: path.stat().st_mtime_ns for path in quick.outputs.rglob("*") if path.is_file()} == before


def test_a_changed_table_runs_what_read_it_and_nothing_else(quick: Suite) -> None:
    write_table(quick, "stays", "second")
    quick.here()
    assert quick.ran() == {"02_stays_region"}


def test_a_changed_protocol_runs_everything_and_a_remark_in_it_nothing(quick: Suite) -> None:
    path = quick.study / "evaluation.yml"
    change(path)
    assert quick.here().ran == 0
    path.write_text(path.read_text(encoding="utf-8").replace("horizon_months: 12", "horizon_months: 6"), encoding="utf-8")
    assert quick.here().ran == 2


def test_changed_code_runs_its_notebook_and_changed_prose_only_draws_it_again(quick: Suite) -> None:
    write_notebook(quick.notebooks / "02_stays.ipynb", notebook("02_stays", ["1 + 1"], per="region", order=2, tables=["stays"]))
    quick.here()
    assert quick.ran() == {"02_stays_region"}
    raw = json.loads((quick.notebooks / "03_months.ipynb").read_text(encoding="utf-8"))
    raw["cells"][0]["source"] += "\n\nEn ny sætning."
    write_notebook(quick.notebooks / "03_months.ipynb", raw)
    report = quick.here()
    assert report.ran == 0 and report.published
    assert "En ny sætning." in (quick.latest / "da" / "03_months_region.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("what", ["table", pytest.param("library", marks=pytest.mark.thorough)])
def test_a_run_whose_ground_moved_while_it_ran_is_not_kept(quick: Suite, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    if what == "table":
        moved = quick.study / "derived" / "prepared.json"
        code = [f"import pathlib\npath = pathlib.Path({str(moved)!r})\nresult = path.write_text(path.read_text().replace('first', 'second'))"]
    else:
        times = itertools.count()
        monkeypatch.setattr(keys, "library_hash_now", lambda code: f"at time {next(times)}")
        code = ["2 + 2"]
    write_notebook(quick.notebooks / "02_stays.ipynb", notebook("02_stays", code, per="region", order=2, tables=["stays"]))
    failed = dict(quick.here().failed)
    assert "while this ran; try again" in failed["02_stays_region"]
    monkeypatch.undo()
    keys.library_hash.cache_clear()
    assert quick.here().failed == () and "02_stays_region" in quick.ran()


@pytest.mark.thorough
def test_fresh_runs_everything(quick: Suite) -> None:
    assert quick.here(fresh=True).ran == 2


def test_a_finished_run_whose_notebook_was_altered_is_run_again(quick: Suite) -> None:
    executed = next((quick.outputs / ".finished" / "02_stays_region").glob("*/executed.ipynb"))
    executed.write_text(executed.read_text(encoding="utf-8").replace("toy", "tampered"), encoding="utf-8")
    quick.here()
    assert quick.ran() == {"02_stays_region"}


@pytest.mark.parametrize("harm", ["altered", "removed"])
def test_a_published_page_that_was_altered_or_removed_is_put_back_without_a_run(quick: Suite, harm: str) -> None:
    page = quick.latest / "da" / "02_stays_region.html"
    whole = page.read_text(encoding="utf-8")
    page.write_text("tampered", encoding="utf-8") if harm == "altered" else page.unlink()
    assert quick.here().ran == 0 and page.read_text(encoding="utf-8") == whole


def test_half_a_record_does_not_count_as_finished(quick: Suite) -> None:
    record = next((quick.outputs / ".finished" / "02_stays_region").glob("*/run.json"))
    record.write_text(record.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    assert quick.here().ran == 1 and quick.ran() == {"02_stays_region"}
