"""How many small mistakes in the estimators the tests notice; score by module to mutation.json and mutation.md.

    python tests/verify/mutation.py [--modules pooling cost] [--sample 100] [--whole] [--processes 2] [--minutes 60] [--report]

Works on a copy of the tree, so that it can be edited meanwhile. Finished mutants are kept in build/mutation.jsonl, and a run that was stopped goes
on where it was; a verdict is made again when the code of the mutated function, or a test it rests on, has changed. Of each module
100 mutants are tried, with --whole all; with --minutes as many as there is time for. --report only counts what is there, --survivors lists the
living mutants of some modules. Exit code 1 where the score is below what is required.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

for _threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_threads] = "1"
REPOSITORY = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(REPOSITORY), str(HERE)]

from _covering import FOLDERS, LONGEST_SECONDS  # noqa: E402
from _jobs import Covering, Plan, make_plan  # noqa: E402
from _killing import Job, Library, Verdict, record, try_anew, try_in_place, warm  # noqa: E402
from _score import score, write  # noqa: E402
from tqdm import tqdm  # noqa: E402

from tests.tree import kept_files  # noqa: E402

REQUIRED = 0.85
SAMPLE = 100
STORE = REPOSITORY / "build" / "mutation.jsonl"
COVERED = REPOSITORY / "build" / "mutation-covering.json"


def copy_of_the_tree(folder: Path, *, committed: bool) -> Path:
    """Every file that git holds or would take; what is committed where nothing else is wanted."""
    if committed:
        packed = subprocess.run(["git", "archive", "HEAD"], cwd=REPOSITORY, capture_output=True, check=True).stdout
        subprocess.run(["tar", "-x", "-C", str(folder)], input=packed, check=True)
        return folder
    for path in kept_files():
        target = folder / path.relative_to(REPOSITORY)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    return folder


def cover(tree: Path) -> Covering:
    """Run the tests once under coverage."""
    COVERED.parent.mkdir(exist_ok=True)
    surroundings = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tree / "lib"), str(tree)])}
    subprocess.run([sys.executable, str(HERE / "_covering.py"), str(tree), str(COVERED)], env=surroundings, check=True)
    return Covering(tree, COVERED)


def work(tree: Path, jobs: list[Job], covering: Covering) -> None:
    """One of the processes: mutants inside functions first, then those for which everything is imported anew."""
    library = Library(tree)

    def keep(job: Job, verdict: Verdict) -> None:
        if verdict.result == "survived" and job.anew and job.mutant.function:
            waiting.write(job.mutant.key + "\n")
            waiting.flush()
            return
        with STORE.open("a", encoding="utf-8") as file:
            file.write(record(job, verdict, tree, covering.state(job)))

    with tempfile.TemporaryFile("w+", encoding="utf-8") as waiting:
        inside = [job for job in jobs if job.mutant.function]
        if inside:
            try_in_place(library, inside, keep)
        waiting.seek(0)
        again = set(waiting.read().split())
    for job in jobs:
        if not job.mutant.function or job.mutant.key in again:
            verdict = try_anew(library, job)
            with STORE.open("a", encoding="utf-8") as file:
                file.write(record(job, verdict, tree, covering.state(job)))


def run(tree: Path, jobs: list[Job], covering: Covering, processes: int, minutes: float) -> None:
    """Try the jobs in parallel, with a bar, until all are tried or the time is up."""
    os.chdir(tree)
    sys.path[:0] = [str(tree / "lib"), str(tree)]
    warm()
    children = []
    for place in range(processes):
        child = os.fork()
        if child == 0:
            code = 1
            os.setpgrp()
            try:
                work(tree, jobs[place::processes], covering)
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    before, started = _finished(), time.monotonic()
    failed = False
    with tqdm(total=len(jobs), unit="mutant", mininterval=5) as bar:
        while children:
            time.sleep(1)
            for child in list(children):
                done, status = os.waitpid(child, os.WNOHANG)
                if done:
                    children.remove(child)
                    failed = failed or status != 0
            bar.update(_finished() - before - bar.n)
            if time.monotonic() - started > 60 * minutes:
                for child in children:
                    os.killpg(child, signal.SIGKILL)
                    os.waitpid(child, 0)
                break
    if failed:
        raise SystemExit("a process that tried mutants has ended: see above; run again to go on")


def _finished() -> int:
    return STORE.read_bytes().count(b"\n") if STORE.is_file() else 0


def list_survivors(plan: Plan, modules: list[str], sources: dict[str, str]) -> None:
    """The living mutants with their lines."""
    for module in modules:
        lines = sources[module].splitlines()
        for mutant in sorted(plan.order[module], key=lambda one: (one.first_line, one.place, one.variant)):
            result = plan.verdicts.get(mutant.key, {}).get("result")
            if result in ("survived", "uncovered"):
                count = len(plan.jobs[mutant.key].tests)
                print(f"{module}:{mutant.first_line}: {mutant.what}  [{result}, {count} tests]  {lines[mutant.first_line - 1].strip()[:110]}")


def main() -> int:
    """Make, try, count, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modules", nargs="+", metavar="NAME")
    parser.add_argument("--sample", type=int, default=SAMPLE, metavar="N", help="the first N of each module, in an order shuffled once for all")
    parser.add_argument("--minutes", type=float, default=math.inf, metavar="N", help="stop trying then, and count")
    parser.add_argument("--whole", action="store_true", help="every mutant: some hours")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--committed", action="store_true", help="the state that is committed, whatever is being edited")
    parser.add_argument("--report", action="store_true", help="try nothing")
    parser.add_argument("--survivors", nargs="+", metavar="NAME", help="list the living mutants of these modules; try nothing")
    given = parser.parse_args()
    os.nice(10)
    with tempfile.TemporaryDirectory(prefix="effekt-mutation-") as folder:
        tree = copy_of_the_tree(Path(folder), committed=given.committed)
        sources = Library(tree).sources
        if given.survivors:
            sources = {module: sources[module] for module in given.survivors}
        covering = Covering(tree, COVERED) if given.survivors and COVERED.is_file() else cover(tree)
        sample = None if given.whole else given.sample
        plan = make_plan(sources, covering, STORE, sample)
        if given.survivors:
            list_survivors(plan, given.survivors, sources)
            return 0
        if not given.report:
            jobs = [job for job in plan.todo() if not given.modules or job.mutant.module in given.modules]
            run(tree, jobs, covering, min(given.processes, max(len(jobs), 1)), given.minutes)
            plan = make_plan(sources, covering, STORE, sample)
    told = {"folders": list(FOLDERS), "tests": len(covering.tests), "longest_seconds": LONGEST_SECONDS, "required": REQUIRED}
    found = score(plan)
    print(write(found, plan, told, HERE))
    if found["total"]["score"] < REQUIRED:
        print(f"FAILED: {json.dumps(found['total'])}, required {REQUIRED}")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
