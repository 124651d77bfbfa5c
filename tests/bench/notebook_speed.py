"""CPU seconds of each notebook on the demo study, imports apart: `python tests/bench/notebook_speed.py [--units ...] [-- NN ...]`.

Each notebook is run cell by cell in a new process, as a plain kernel runs it, for its own default unit and for those asked for, three times; the
median is printed. The time of imports is that of a process which imports every module that the notebook had loaded at its end, in the same order,
less that of starting Python with IPython, which a kernel has done before the first cell; the first figure holds both. A notebook should take at most
15 CPU seconds, of which at most 3 for imports; the last line tells which do not.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys

from effekt import paths
from effekt.batch.notebook import Notebook
from effekt.batch.plan import choose_notebooks, find_notebooks

MOST_CPU_S, MOST_IMPORT_S = 15.0, 3.0
RUN = """import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for source in json.load(sys.stdin):
    shell.run_cell(source, silent=False).raise_error()
print("MODULES " + json.dumps([name for name, module in list(sys.modules.items()) if getattr(module, "__file__", None)]), file=sys.__stdout__)"""
IMPORT = """import contextlib, importlib, json, sys
from IPython.core.interactiveshell import InteractiveShell
for name in json.load(sys.stdin):
    with contextlib.suppress(Exception):
        importlib.import_module(name)"""


def code_for(notebook: Notebook, unit: str | None) -> list[str]:
    """The code cells with the unit set, as papermill would set it: after the parameters cell."""
    tagged = next(place for place, cell in enumerate([cell for cell in notebook.cells if cell.kind == "code"]) if "parameters" in cell.tags)
    cells = list(notebook.code)
    return cells if unit is None else [*cells[: tagged + 1], f"{notebook.unit_parameter} = {unit!r}", *cells[tagged + 1 :]]


def run(program: str, given: list[str]) -> tuple[float, list[str]]:
    """CPU seconds (user and system) of one run of a program in a new process, and the modules it told. Raises RuntimeError where it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    surroundings = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, cwd=paths.REPOSITORY, env=surroundings)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = next((line for line in done.stdout.splitlines() if line.startswith("MODULES ")), "MODULES []")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, json.loads(told.removeprefix("MODULES "))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="*", help="names or numbers; all if left out")
    parser.add_argument("--units", nargs="*", default=["region", "0741"], help="further clusters or municipalities of the notebooks that take one")
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    slow = []
    kernel_s = statistics.median(run(IMPORT, [])[0] for _ in range(chosen.runs))
    print(f"{'notebook':24} {'unit':>8} {'CPU s':>7} {'imports s':>10}")
    for notebook in choose_notebooks(find_notebooks(paths.NOTEBOOKS), chosen.notebooks):
        units = [None, *chosen.units] if notebook.unit_parameter == "cluster" else [None]
        for unit in units:
            cells = code_for(notebook, unit)
            done = [run(RUN, cells) for _ in range(chosen.runs)]
            cpu_s = statistics.median(seconds for seconds, _ in done)
            import_s = statistics.median(run(IMPORT, done[0][1])[0] for _ in range(chosen.runs)) - kernel_s
            print(f"{notebook.name:24} {unit or 'default':>8} {cpu_s:7.1f} {import_s:10.1f}", flush=True)
            slow += [f"{notebook.name} {unit or ''}".strip()] if cpu_s > MOST_CPU_S or import_s > MOST_IMPORT_S else []
    print(f"over {MOST_CPU_S:.0f} s of CPU or {MOST_IMPORT_S:.0f} s of imports: {', '.join(slow) or 'none'}")


if __name__ == "__main__":
    main()
