"""The bench harness counts what the command used, not what it used itself."""

from __future__ import annotations

import sys

import pytest

from tests.bench import measure


def test_memory_and_time_are_those_of_the_command() -> None:
    cost = measure.measure([sys.executable, "-c", "x = bytearray(150_000_000); import time; time.sleep(0.2)"])
    assert 150 < cost.peak_mb < 250
    assert cost.wall_s > 0.2 > cost.cpu_s - 0.5


def test_a_command_that_fails_has_no_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert measure.main(["--", sys.executable, "-c", "raise SystemExit(3)"]) == 1
    assert "ended with status 3" in capsys.readouterr().err


def test_the_median_is_taken_figure_by_figure() -> None:
    costs = [measure.Cost(1, 9, 5), measure.Cost(2, 8, 7), measure.Cost(9, 1, 6)]
    assert measure.median(costs) == measure.Cost(2, 8, 6)
