"""Notebook 03 in JupyterLab as an evaluator meets it: open it, Run All, change the cluster, Run All again."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from effekt import paths
from effekt.report.results import MIME
from tests.browser.devtools import Page, chromium

HOST = "127.0.0.1"
NAME = "03_admissions.ipynb"
PATIENCE = 120
OPENED = "[...(window.jupyterapp?.shell?.widgets?.('main') ?? [])].find(each => each.context?.isReady && each.sessionContext?.session?.kernel)"
IS_OPEN = f"(() => {{ const found = {OPENED}; if (found) jupyterapp.shell.activateById(found.id); return !!found; }})()"
CELLS = f"JSON.stringify({OPENED}.context.model.toJSON().cells)"
RUN_ALL = "jupyterapp.commands.execute('notebook:run-all-cells').then(() => 'done')"
DRAWN = """[...document.querySelectorAll('.jp-OutputArea-output')].filter(e => e.checkVisibility())
  .map(e => [e.querySelectorAll('img').length, e.innerText.length]).filter(([images, words]) => images || words > 20).length"""
SET_CLUSTER = """(opened => {
  const cells = [...opened.context.model.cells];
  const cell = cells.find(each => each.sharedModel.source.includes('cluster: str ='));
  cell.sharedModel.setSource(cell.sharedModel.source.replace(/cluster: str = "[^"]*"/, 'cluster: str = "%s"'));
})("""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, demo_study_path: Path) -> Iterator[str]:
    """The address of notebook 03, cleared of its outputs, in a JupyterLab of its own."""
    folder = tmp_path_factory.mktemp("lab")
    notebook = json.loads((paths.NOTEBOOKS / NAME).read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    (folder / NAME).write_text(json.dumps(notebook), encoding="utf-8")
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    options = ["--no-browser", f"--ip={HOST}", f"--port={port}", "--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True", "--allow-root"]
    own = {name: str(folder / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")}
    surroundings = {**os.environ, **own, "PYTHONPATH": str(paths.REPOSITORY / "lib")}
    command = [sys.executable, "-m", "jupyterlab", *options, f"--ServerApp.root_dir={folder}"]
    server = subprocess.Popen(command, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: is_open(port) or server.poll() is not None)
        assert server.poll() is None, "JupyterLab did not start"
        yield f"http://{HOST}:{port}/lab/tree/{NAME}"
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def tab(lab: str, require_program: Callable[..., str]) -> Iterator[Page]:
    """The notebook, open, with its kernel."""
    with chromium(require_program("chromium", "chromium-browser", "google-chrome"), only=HOST) as page:
        page.go(lab, 1400, 1000)
        wait_until(lambda: page.value(IS_OPEN) is True)
        yield page


def is_open(port: int) -> bool:
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex((HOST, port)) == 0


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"nothing in {PATIENCE} seconds"
        time.sleep(0.2)


def run_all(page: Page) -> list[dict[str, Any]]:
    """Run All, wait for the last cell, and return the code cells as they are then."""
    before = last_count(page)
    page.ask("Runtime.evaluate", expression=RUN_ALL)
    wait_until(lambda: last_count(page) not in (None, before) or bool(errors(code_cells(page))))
    return code_cells(page)


def code_cells(page: Page) -> list[dict[str, Any]]:
    return [cell for cell in json.loads(page.value(CELLS)) if cell["cell_type"] == "code"]


def last_count(page: Page) -> int | None:
    return code_cells(page)[-1]["execution_count"]


def errors(cells: list[dict[str, Any]]) -> list[str]:
    return [output["ename"] for cell in cells for output in cell["outputs"] if output["output_type"] == "error"]


def bundles(cells: list[dict[str, Any]]) -> dict[str, Any]:
    shown = [output["data"] for cell in cells for output in cell["outputs"] if MIME in output.get("data", {})]
    return {data[MIME]["id"]: data[MIME] for data in shown}


@pytest.mark.thorough
def test_run_all_runs_every_cell_and_another_cluster_gives_other_results(tab: Page) -> None:
    first = run_all(tab)
    assert errors(first) == [] and all(cell["execution_count"] for cell in first)
    told = bundles(first)
    assert "done" in told and len(told) >= 6
    pictures = [output for cell in first for output in cell["outputs"] if "image/png" in output.get("data", {})]
    assert pictures and tab.value(DRAWN) >= 1

    tab.value(SET_CLUSTER % "vest" + f"{OPENED})")
    second = run_all(tab)
    assert errors(second) == [] and all(cell["execution_count"] > first[-1]["execution_count"] for cell in second)
    other = bundles(second)
    assert set(other) == set(told)
    changed = [name for name in told if told[name]["rows"] != other[name]["rows"]]
    assert {name.split("-")[0] for name in changed} >= {"in_short", "time_series"}
