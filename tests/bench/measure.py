"""CPU seconds and peak memory of a command, median of 3: `python tests/bench/measure.py [--runs 3] [--json FILE] -- COMMAND ...`.

CPU is user + system time of the command and of every process it waited for; memory is the largest resident set of any one of those processes, as the
operating system counts it (`getrusage` of children, so no sampling). Wall time is shown beside them but says more about the machine than about us.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

KIB_PER_UNIT = 1 / 1024 if sys.platform == "darwin" else 1


@dataclass(frozen=True)
class Cost:
    """What one run of a command took: seconds of CPU and of wall time, and the largest process in MB (1 MB = 1,000,000 bytes)."""

    cpu_s: float
    wall_s: float
    peak_mb: float


def _measure_here(command: Sequence[str], answer: multiprocessing.SimpleQueue) -> None:
    """Run the command as this process's only child, so that `RUSAGE_CHILDREN` is about it alone."""
    start = time.perf_counter()
    status = subprocess.run(command, stdout=subprocess.DEVNULL).returncode
    wall = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    answer.put((status, Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss * KIB_PER_UNIT * 1024 / 1e6)))


def measure(command: Sequence[str]) -> Cost:
    """The cost of one run; raises RuntimeError where the command fails, because a broken run has no cost worth quoting."""
    context = multiprocessing.get_context("spawn")
    answer = context.SimpleQueue()
    worker = context.Process(target=_measure_here, args=(tuple(command), answer))
    worker.start()
    status, cost = answer.get()
    worker.join()
    if status:
        raise RuntimeError(f"{' '.join(command)} ended with status {status}")
    return cost


def median(costs: Sequence[Cost]) -> Cost:
    """Each figure's own median."""
    return Cost(*(statistics.median(getattr(cost, name) for cost in costs) for name in ("cpu_s", "wall_s", "peak_mb")))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 0 measured, 1 the command failed."""
    parser = argparse.ArgumentParser(description="Print CPU seconds and peak memory of a command, median of several runs.")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=Path, help="also write the figures of every run to this file")
    parser.add_argument("command", nargs="+", help="after --")
    chosen = parser.parse_args(arguments)
    try:
        costs = [measure(chosen.command) for _ in range(chosen.runs)]
    except RuntimeError as problem:
        print(problem, file=sys.stderr)
        return 1
    middle = median(costs)
    print(f"cpu {middle.cpu_s:.2f} s, peak {middle.peak_mb:.0f} MB, wall {middle.wall_s:.2f} s (median of {chosen.runs}): {' '.join(chosen.command)}")
    if chosen.json:
        record = {"command": chosen.command, "median": asdict(middle), "runs": [asdict(cost) for cost in costs]}
        chosen.json.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
