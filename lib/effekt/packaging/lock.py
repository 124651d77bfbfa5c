"""Raise the locked versions: `python -m effekt.packaging.lock [--only PACKAGE ...]` (needs `uv` on the path).

The test lock is resolved first; the runtime lock starts from its versions, so that what the tests prove is what is installed to run. Both
hold for every platform and Python version we support, carry a hash for each file, and name no index. Afterwards run `make test`: it calls
everything of Ibis that we use on the DuckDB that was locked, because not every pair of the two works.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from effekt.packaging.install import LOCKS
from effekt.paths import REPOSITORY

COMPILE = "pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python-version 3.11".split()


def commands(raise_only: tuple[str, ...] | None) -> list[list[str]]:
    """The two compilations, in order; the second keeps the versions it finds in its output file.

    raise_only: None raises all packages; else those named (none named: keep every version that still fits).
    """
    raised = ["--upgrade"] if raise_only is None else [f"--upgrade-package={name}" for name in raise_only]
    test = [*COMPILE, "pyproject.toml", "--extra", "test", "--output-file", LOCKS["test"], *raised]
    runtime = [*COMPILE, "pyproject.toml", "--output-file", LOCKS["runtime"]]
    return [test, runtime]


def main(arguments: list[str] | None = None, root: Path = REPOSITORY) -> int:
    """Write both locks; 0 done, 1 without uv or where the requirements contradict each other."""
    parser = argparse.ArgumentParser(description="Raise the locked versions of all packages, or of those named.")
    help_only = "raise these and keep the rest; with no name, only fit the locks to pyproject.toml"
    parser.add_argument("--only", nargs="*", metavar="PACKAGE", help=help_only)
    chosen = parser.parse_args(arguments)
    uv = shutil.which("uv")
    if uv is None:
        print("The lock is written with uv, which is not on the path. Only this step needs it.", file=sys.stderr)
        return 1
    test, runtime = commands(None if chosen.only is None else tuple(chosen.only))
    if subprocess.run([uv, *test], cwd=root).returncode:
        return 1
    shutil.copyfile(root / LOCKS["test"], root / LOCKS["runtime"])
    return subprocess.run([uv, *runtime], cwd=root).returncode


if __name__ == "__main__":
    sys.exit(main())
