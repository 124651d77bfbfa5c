"""Wall time of `effekt run` against a plain loop of `papermill` commands over the same notebooks: `python tests/bench/batch_speed.py`.

Both start from prepared tables, on the same machine, one after the other, as often as `--repeat` says; ours draws the pages of both
languages as well. Every number of the two is compared. The goal is a ratio of at most 0.6.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
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


@dataclass(frozen=True)
class Taken:
    """Seconds of wall time, and of CPU of everything that was started."""

    wall: float
    cpu: float


@contextmanager
def timed() -> Iterator[list[Taken]]:
    """A list that holds what the block took when it is over."""
    taken: list[Taken] = []
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    yield taken
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    taken.append(Taken(time.perf_counter() - begun, cpu))


def plain_loop(runs: Sequence[PlannedRun], folder: Path) -> None:
    """One papermill command after the other."""
    for run in runs:
        given = [part for name, value in run.parameters.items() for part in ("-p", name, str(value))]
        command = [sys.executable, "-m", "papermill", str(run.notebook.path), str(folder / f"{run.id}.ipynb"), *given]
        subprocess.run(command, cwd=paths.REPOSITORY, env=library_path(), check=True, stderr=subprocess.DEVNULL)


def batch(wanted: Sequence[str], outputs: Path) -> None:
    """One `effekt run`, pages included."""
    chosen = ["--notebooks", ",".join(wanted)] if wanted else []
    command = [sys.executable, "-m", "effekt", "run", "--fresh", "--no-tables", "--outputs", str(outputs), *chosen]
    subprocess.run(command, cwd=paths.REPOSITORY, env=library_path(), check=True, stdout=subprocess.DEVNULL)


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
            with timed() as theirs:
                plain_loop(runs, loop)
            with timed() as ours:
                batch(wanted, outputs)
            pairs.append((theirs[0], ours[0]))
            agree &= all(numbers(loop / f"{run.id}.ipynb") == numbers(outputs / "latest" / "notebooks" / f"{run.id}.ipynb") for run in runs)
    ratio = statistics.median(ours.wall / theirs.wall for theirs, ours in pairs)
    for theirs, ours in pairs:
        loop_told = f"papermill loop {theirs.wall:.1f} s ({theirs.cpu:.1f} s CPU)"
        print(f"{loop_told}, effekt run {ours.wall:.1f} s ({ours.cpu:.1f} s CPU) with {2 * len(runs)} pages, ratio {ours.wall / theirs.wall:.2f}")
    cores = os.cpu_count()
    print(f"{len(runs)} runs on {cores} cores; median ratio {ratio:.2f} (goal {GOAL}); the numbers {'agree' if agree else 'DIFFER'}")
    if chosen.json:
        told = {"ratio": ratio, "runs": len(runs), "cores": cores, "agree": agree, "pairs": [[asdict(taken) for taken in pair] for pair in pairs]}
        chosen.json.write_text(json.dumps(told, indent=1) + "\n")
    return 0 if agree and ratio <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
