"""Wall time of `effekt run` against a plain loop of `papermill` commands over the same notebooks: `python tests/bench/batch_speed.py`.

Both start from prepared tables, on the same machine, one after the other, as often as `--repeat` says; ours draws the pages of both
languages as well. Every number of the two is compared. The goal is a ratio of at most 0.6.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from effekt import paths
from effekt.batch.kernels import library_path
from effekt.batch.plan import PlannedRun, find_notebooks, make_plan
from effekt.batch.verdict import results
from effekt.protocol import load_protocol

GOAL = 0.6


def plan(wanted: Sequence[str]) -> tuple[PlannedRun, ...]:
    """The runs of the demo study."""
    clusters = [cluster.id for cluster in load_protocol(paths.DEMO).clusters]
    return make_plan(find_notebooks(paths.NOTEBOOKS), clusters, "data/demo", wanted_notebooks=wanted)


def plain_loop(runs: Sequence[PlannedRun], folder: Path) -> float:
    """Seconds of one papermill command after the other."""
    begun = time.perf_counter()
    for run in runs:
        given = [part for name, value in run.parameters.items() for part in ("-p", name, str(value))]
        command = [sys.executable, "-m", "papermill", str(run.notebook.path), str(folder / f"{run.id}.ipynb"), *given]
        subprocess.run(command, cwd=paths.REPOSITORY, env=library_path(), check=True, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begun


def batch(wanted: Sequence[str], outputs: Path) -> float:
    """Seconds of one `effekt run`, pages included."""
    chosen = ["--notebooks", ",".join(wanted)] if wanted else []
    command = [sys.executable, "-m", "effekt", "run", "--fresh", "--no-tables", "--outputs", str(outputs), *chosen]
    begun = time.perf_counter()
    subprocess.run(command, cwd=paths.REPOSITORY, env=library_path(), check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def numbers(notebook: Path) -> list[object]:
    """Every result that an executed notebook shows."""
    return list(results(json.loads(notebook.read_text(encoding="utf-8"))["cells"]))


def main() -> int:
    """0 the goal is met and the numbers agree, 1 not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--notebooks", default="", help="names separated by commas; all if left out")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    chosen = parser.parse_args()
    wanted = [name for name in chosen.notebooks.split(",") if name]
    runs = plan(wanted)
    pairs, agree = [], True
    with tempfile.TemporaryDirectory() as temporary:
        loop, outputs = Path(temporary) / "loop", Path(temporary) / "outputs"
        loop.mkdir()
        for _ in range(chosen.repeat):
            pairs.append((plain_loop(runs, loop), batch(wanted, outputs)))
            agree &= all(numbers(loop / f"{run.id}.ipynb") == numbers(outputs / "latest" / "notebooks" / f"{run.id}.ipynb") for run in runs)
    ratio = statistics.median(ours / theirs for theirs, ours in pairs)
    for theirs, ours in pairs:
        print(f"papermill loop {theirs:.1f} s, effekt run {ours:.1f} s with {2 * len(runs)} pages, ratio {ours / theirs:.2f}")
    cores = os.cpu_count()
    print(f"{len(runs)} runs on {cores} cores; median ratio {ratio:.2f} (goal {GOAL}); the numbers {'agree' if agree else 'DIFFER'}")
    if chosen.json:
        chosen.json.write_text(json.dumps({"pairs": pairs, "ratio": ratio, "runs": len(runs), "cores": cores, "agree": agree}, indent=1) + "\n")
    return 0 if agree and ratio <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
