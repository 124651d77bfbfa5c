"""The repository as a person finds it, for tests: its files, and an environment in which no `make` is running."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]


def kept_files(root: Path = REPOSITORY) -> tuple[Path, ...]:
    """Every file that git holds or would take: what a clone would have after the next commit."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=root, capture_output=True, check=True).stdout
    return tuple(sorted(path for name in listed.decode().split("\0") if name and (path := root / name).is_file()))


def outside_make() -> dict[str, str]:
    """The variables of this process without those that `make test` hands down, so that a `make` started by a test is like one that a person types."""
    handed_down = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES", "ARGS", "JOBS", "PLATFORM", "TARGET_PYTHON"}
    return {name: value for name, value in os.environ.items() if name not in handed_down}
