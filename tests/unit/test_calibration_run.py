"""Calibration can be stopped, goes on where it was, and gives the same table whatever the number of processes."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from effekt import cli
from effekt.calibration.designs import DESIGNS, Design
from effekt.calibration.replications import CHUNK, FIELDS, plan_chunks, read_chunk
from effekt.calibration.run import Request, calibrate
from effekt.calibration.summary import missed, summarise
from effekt.errors import UsageError

QUICK = ("months_memory",)
REPLICATIONS = CHUNK + 20


def quiet() -> Console:
    return Console(file=io.StringIO(), width=200)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in one process."""
    output = tmp_path_factory.mktemp("first")
    calibrate(Request(output, REPLICATIONS, 1, QUICK), quiet())
    return output


def table(output: Path) -> bytes:
    return (output / "calibration.json").read_bytes()


def chunks(output: Path) -> list[Path]:
    return sorted(output.glob("drawn-*/*/*.npy"))


@pytest.mark.thorough
def test_a_run_of_several_processes_gives_the_same_bytes(first: Path, tmp_path: Path) -> None:
    calibrate(Request(tmp_path, REPLICATIONS, 2, QUICK), quiet())
    assert table(tmp_path) == table(first)
    assert (tmp_path / "calibration.md").read_text(encoding="utf-8").count("months_memory") == 3


def test_a_stopped_run_goes_on_where_it_was_and_a_torn_chunk_is_drawn_again(first: Path) -> None:
    before, (kept, torn) = table(first), chunks(first)
    moment = kept.stat().st_mtime_ns
    torn.write_bytes(torn.read_bytes()[:-100])
    (torn.parent / "00100-00120.1.part").write_bytes(b"half")
    out = quiet()
    calibrate(Request(first, REPLICATIONS, 1, QUICK), out)
    assert "1 of 2 chunks are there from before" in out.file.getvalue()
    assert table(first) == before and kept.stat().st_mtime_ns == moment


def test_nothing_is_drawn_where_everything_is_there(first: Path) -> None:
    moments = [path.stat().st_mtime_ns for path in chunks(first)]
    calibrate(Request(first, REPLICATIONS, 1, QUICK), quiet())
    assert [path.stat().st_mtime_ns for path in chunks(first)] == moments


def test_more_replications_use_the_whole_chunks_of_a_shorter_run() -> None:
    design = next(design for design in DESIGNS if design.name == "cost")
    assert plan_chunks(design, 250)[:2] == plan_chunks(design, 10_000)[:2]
    assert sum(chunk.end - chunk.first for chunk in plan_chunks(design, 250)) == 250


def test_a_chunk_of_another_shape_is_not_taken(tmp_path: Path) -> None:
    chunk = plan_chunks(DESIGNS[0], CHUNK)[0]
    chunk.path(tmp_path).parent.mkdir(parents=True)
    np.save(chunk.path(tmp_path), np.zeros((CHUNK, 1, 2, len(FIELDS))))
    assert read_chunk(chunk, tmp_path) is None


def test_an_unknown_estimator_is_refused_before_anything_is_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="Unknown: bayes"):
        calibrate(Request(tmp_path, 10, 1, ("bayes",)), quiet())
    assert cli.main(["calibrate", "--estimators", "bayes", "--output", str(tmp_path)]) == 2
    assert "cost_ratio" in capsys.readouterr().err and list(tmp_path.iterdir()) == []


def drawn(value: float, se: float, n: int = 1000) -> np.ndarray:
    """Replications x 1 estimator x 2 scenarios of a normal estimate with this bias and error, of a truth of 0.5 (planted) and 0."""
    error = np.random.default_rng(1).normal(0, 0.1, (n, 1)) + value
    centre = np.array([0.5, 0.0]) + error
    p = np.where(np.abs(centre) > 1.959964 * se, 0.01, 0.5)
    return np.stack([centre, centre - 1.959964 * se, centre + 1.959964 * se, np.full_like(centre, se), p], axis=-1)[:, None]


TOY = Design("toy", lambda rng: {}, ("exact",), lambda: 0.5, held=("exact",))


def test_a_right_estimator_meets_its_bounds() -> None:
    row = summarise(TOY, drawn(0.0, 0.1))[0]
    assert row["met"] == {"coverage": True, "bias": True, "size": True} and missed([row]) == []
    assert row["coverage"] == pytest.approx(1 - row["size"]) and row["power"] > 0.99
    assert row["coverage_mc"] == pytest.approx((row["coverage"] * (1 - row["coverage"]) / 1000) ** 0.5)


@pytest.mark.parametrize(("bias", "se", "lost"), [(0.02, 0.1, {"bias"}), (0.0, 0.07, {"coverage", "size"}), (0.0, 0.15, {"coverage", "size"})])
def test_a_wrong_one_is_told_by_what_it_misses(bias: float, se: float, lost: set[str]) -> None:
    row = summarise(TOY, drawn(bias, se))[0]
    assert {figure for _, _, figure in missed([row])} >= lost


def test_a_replication_without_a_number_counts_as_not_covered_and_not_significant() -> None:
    rows = drawn(0.0, 0.1)
    rows[:100] = np.nan
    row = summarise(TOY, rows)[0]
    assert row["failed"] == 100 and row["coverage"] < 0.9 and row["power"] == pytest.approx(0.9, abs=0.01)


def test_an_interval_without_an_end_covers_and_is_counted() -> None:
    rows = drawn(0.0, 0.1)
    rows[:, :, :, 1], rows[:, :, :, 2] = -np.inf, np.inf
    row = summarise(TOY, rows)[0]
    assert row["coverage"] == 1 and row["unbounded"] == 1
