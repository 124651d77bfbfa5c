"""Ctrl-C and a killed batch: nothing half written, no process left, and the next batch goes on from there."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from effekt.batch.files import PART
from effekt.batch.kernels import PREFIX
from tests.faults.toys import Suite, make_suite, notebook

WAITS = """import os, pathlib, time
here = pathlib.Path(os.environ["TOY_FOLDER"])
(here / f"started_{cluster}").write_text(str(os.getpid()))
while cluster != "aarhus" and not (here / "go").exists():
    time.sleep(0.02)"""


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    return make_suite(tmp_path, {"01_waits": notebook("01_waits", [WAITS])})


@pytest.fixture
def batch(suite: Suite) -> Iterator[subprocess.Popen[str]]:
    """A batch of which one run is finished and others wait."""
    environment = suite.environment(TOY_FOLDER=str(suite.root))
    told = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    driver = subprocess.Popen(suite.command("--jobs", "2"), cwd=suite.root, env=environment, **told)
    end = time.monotonic() + 60
    while not (list((suite.outputs / ".finished").glob("01_waits_aarhus/*/en.json")) and len(list(suite.root.glob("started_*"))) >= 3):
        assert time.monotonic() < end and driver.poll() is None
        time.sleep(0.02)
    yield driver
    driver.kill()
    driver.wait()


def kernels(suite: Suite) -> list[int]:
    return [int(path.read_text()) for path in suite.root.glob("started_*")]


def ended(pids: list[int]) -> bool:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE for pid in pids):
            return True
        time.sleep(0.05)
    return False


def goes_on(suite: Suite) -> None:
    (suite.root / "go").touch()
    done = suite.run(TOY_FOLDER=str(suite.root))
    assert done.returncode == 0 and "Running 4 notebooks; 1 of 5 are up to date." in done.stdout, done.stdout + done.stderr
    assert suite.record()["status"] == "ok" and "01_waits_aarhus" not in suite.ran()
    assert not list(suite.outputs.rglob(f"*{PART}")) and not list(suite.outputs.glob(".*.building"))


@pytest.mark.parametrize("how", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.thorough)])
def test_an_interrupt_ends_every_kernel_leaves_nothing_half_and_is_gone_on_from(
    suite: Suite, batch: subprocess.Popen[str], how: signal.Signals
) -> None:
    batch.send_signal(how)
    _, told = batch.communicate(timeout=30)
    assert batch.returncode == 130 and "Interrupted" in told and "Traceback" not in told
    assert ended(kernels(suite))
    finished = suite.outputs / ".finished"
    left = {path.relative_to(suite.outputs).parts[0] for path in suite.outputs.rglob("*")}
    assert left == {".finished", ".lock"} and [path.name for path in finished.iterdir()] == ["01_waits_aarhus"]
    assert not list(suite.outputs.rglob(f"*{PART}"))
    goes_on(suite)


def test_a_killed_batch_leaves_no_kernel_and_no_run_that_looks_ok_and_is_gone_on_from(suite: Suite, batch: subprocess.Popen[str]) -> None:
    os.kill(batch.pid, signal.SIGKILL)
    batch.wait()
    assert ended(kernels(suite))
    left = list(Path(tempfile.gettempdir()).glob(f"{PREFIX}{batch.pid}-*"))
    assert len(left) == 1
    assert not suite.latest.exists() and [path.parts[-3] for path in suite.outputs.rglob("run.json")] == ["01_waits_aarhus"]
    (suite.outputs / ".demo.building").mkdir()
    (suite.outputs / ".finished" / f"run.json{PART}").write_text("{", encoding="utf-8")
    goes_on(suite)
    assert not left[0].exists()


def test_an_interrupt_leaves_the_results_of_before_as_they_were(suite: Suite) -> None:
    (suite.root / "go").touch()
    assert suite.run(TOY_FOLDER=str(suite.root)).returncode == 0
    before = {path: path.read_bytes() for path in suite.latest.rglob("*") if path.is_file()}
    (suite.root / "go").unlink()
    for path in suite.root.glob("started_*"):
        path.unlink()
    environment = suite.environment(TOY_FOLDER=str(suite.root))
    driver = subprocess.Popen(suite.command("--fresh"), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while not list(suite.root.glob("started_*")) and time.monotonic() < end:
        time.sleep(0.02)
    driver.send_signal(signal.SIGINT)
    assert driver.wait(timeout=30) == 130
    assert {path: path.read_bytes() for path in suite.latest.rglob("*") if path.is_file()} == before


def test_a_second_batch_is_refused_while_the_first_runs(suite: Suite, batch: subprocess.Popen[str]) -> None:
    second = suite.run()
    assert second.returncode == 2 and "Another effekt run is writing" in second.stderr
