"""A kernel forked from the warm server is what a new process would have been, and none outlives its batch."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from effekt.batch import forkserver
from effekt.batch.execute import execute
from effekt.batch.kernels import Kernels
from tests.faults.toys import cell, write_notebook

FORK = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows only: kernels are always plain there")
PROBE = """import json, os, random, sys
loaded = sorted(name for name in sys.modules if name.split(".")[0] == "effekt")
import numpy, pandas, matplotlib
print(json.dumps({"loaded": loaded, "pid": os.getpid(), "group": os.getpgid(0), "cwd": os.getcwd(), "path": sys.path, "argv0": sys.argv[0],
 "threads": os.environ["OMP_NUM_THREADS"], "hash": os.environ["PYTHONHASHSEED"], "main": __name__}))
from ipykernel import get_connection_info
print(json.dumps(get_connection_info(unpack=True)["transport"]))
print(json.dumps([random.random(), numpy.random.random()]))
import warnings; warnings.simplefilter("ignore")
print(json.dumps({name: repr(pandas.get_option(name)) for name in sorted(pandas._config.config._registered_options)}))"""
FIGURE = "import matplotlib.pyplot as plt\nplt.plot([1, 2])"
HEAVY = ("numpy", "pandas", "matplotlib.figure", "effekt.study", "matplotlib.pyplot", "matplotlib_inline.backend_inline", "no.such.module")


def probe(folder: Path, *code: str) -> Path:
    path = folder / "probe.ipynb"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    cells = [{**cell(source), "id": f"c{number}"} for number, source in enumerate(code)]
    write_notebook(path, {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5})
    return path


def printed(executed: Any) -> list[Any]:
    text = "".join(output["text"] for output in executed.notebook["cells"][0]["outputs"] if output["output_type"] == "stream")
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The same probe in two warm kernels and in a plain one."""
    path = probe(tmp_path_factory.mktemp("probe"), PROBE, FIGURE)
    with Kernels(HEAVY) as warm, Kernels(plain=True) as plain:
        made = {"warm": execute(path, {}, warm, 0), "again": execute(path, {}, warm, 1), "plain": execute(path, {}, plain, 0)}
        return {**made, "server": warm.server_pid}


@FORK
def test_each_run_has_a_process_of_its_own_in_a_group_of_its_own(both: dict[str, Any]) -> None:
    first, second = printed(both["warm"])[0], printed(both["again"])[0]
    assert first["pid"] != second["pid"] and first["group"] == first["pid"]


@FORK
def test_the_library_is_never_preloaded_not_even_when_asked_for(both: dict[str, Any]) -> None:
    assert printed(both["warm"])[0]["loaded"] == []


@FORK
def test_random_numbers_differ_from_run_to_run(both: dict[str, Any]) -> None:
    first, second = printed(both["warm"])[2], printed(both["again"])[2]
    assert first[0] != second[0] and first[1] != second[1]


@FORK
def test_pandas_shows_what_it_shows_in_a_plain_kernel(both: dict[str, Any]) -> None:
    warm, plain = printed(both["warm"])[3], printed(both["plain"])[3]
    assert "display.max_columns" in plain and warm == plain


@FORK
def test_surroundings_are_those_of_a_plain_kernel(both: dict[str, Any]) -> None:
    warm, plain = printed(both["warm"])[0], printed(both["plain"])[0]
    for name in ("cwd", "path", "threads", "hash", "main"):
        assert warm[name] == plain[name]


@FORK
def test_no_kernel_listens_on_the_network(both: dict[str, Any]) -> None:
    assert [printed(both[name])[1] for name in ("warm", "plain")] == ["ipc", "ipc"]


@FORK
def test_a_figure_of_pyplot_is_not_dropped(both: dict[str, Any]) -> None:
    kinds = [sorted(kind for output in both[name].notebook["cells"][1]["outputs"] for kind in output.get("data", {})) for name in ("warm", "plain")]
    assert "image/png" in kinds[0] and kinds[0] == kinds[1]


@FORK
def test_everything_ends_with_the_batch(both: dict[str, Any]) -> None:
    pids = [both["server"], *(printed(both[name])[0]["pid"] for name in ("warm", "again", "plain"))]
    assert [pid for pid in pids if psutil.pid_exists(pid)] == []


def test_the_fork_server_imports_nothing_of_the_library() -> None:
    source = Path(forkserver.__file__).read_text(encoding="utf-8")
    assert "import effekt" not in source and "from effekt" not in source


SLEEP = """import os, pathlib, subprocess, time
child = subprocess.Popen(["sleep", "600"])
pathlib.Path("{file}").write_text(f"{{os.getpid()}} {{child.pid}}")
time.sleep(600)"""
DRIVER = """import sys, pathlib
from effekt.batch.execute import execute
from effekt.batch.kernels import Kernels
with Kernels(plain=sys.argv[2] == "plain") as kernels:
    pathlib.Path(sys.argv[3]).write_text(str(kernels.server_pid or ""))
    execute(pathlib.Path(sys.argv[1]), {}, kernels, 0)"""


@FORK
@pytest.mark.parametrize(("kind", "killed"), [("warm", "driver"), ("warm", "server"), pytest.param("plain", "driver", marks=pytest.mark.thorough)])
def test_no_kernel_outlives_a_driver_or_a_server_that_was_killed(tmp_path: Path, kind: str, killed: str) -> None:
    told, server = tmp_path / "pids", tmp_path / "server"
    path = probe(tmp_path, SLEEP.format(file=told))
    driver = subprocess.Popen([sys.executable, "-c", DRIVER, str(path), kind, str(server)], stderr=subprocess.DEVNULL)
    try:
        assert wait_for(lambda: told.exists() and len(told.read_text().split()) == 2)
        kernel, child = map(int, told.read_text().split())
        os.kill(driver.pid if killed == "driver" else int(server.read_text()), signal.SIGKILL)
        assert wait_for(lambda: not running(kernel)), "the kernel lives on"
        if kind == "warm":
            assert wait_for(lambda: not running(child)), "what the kernel started lives on"
        else:
            os.kill(child, signal.SIGKILL)
    finally:
        driver.kill()
        driver.wait()


@FORK
def test_a_kernel_that_dies_fails_its_run_and_no_other(tmp_path: Path) -> None:
    path = probe(tmp_path, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    with Kernels() as kernels:
        dead = execute(path, {}, kernels, 0)
        alive = execute(probe(tmp_path, "1 + 1"), {}, kernels, 1)
    assert "the kernel died" in dead.verdict.reason and alive.notebook["cells"][0]["execution_count"] == 1


@FORK
def test_without_its_server_a_batch_goes_on_with_plain_kernels(tmp_path: Path) -> None:
    with Kernels() as kernels:
        os.kill(kernels.server_pid or 0, signal.SIGKILL)
        assert wait_for(lambda: kernels.provisioner == "effekt-plain")
        assert execute(probe(tmp_path, "1 + 1"), {}, kernels, 0).notebook["cells"][0]["execution_count"] == 1


def wait_for(happened: Any, seconds: float = 30) -> bool:
    """Whether it happened in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if happened():
            return True
        time.sleep(0.05)
    return bool(happened())


def running(pid: int) -> bool:
    """Whether a process is there and is not merely waiting to be buried."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
