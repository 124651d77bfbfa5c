"""The files of the repository, for tests that look at all of them."""

from __future__ import annotations

import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]


def kept_files(root: Path = REPOSITORY) -> tuple[Path, ...]:
    """Every file that git holds or would take: what a clone would have after the next commit."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=root, capture_output=True, check=True).stdout
    return tuple(sorted(path for name in listed.decode().split("\0") if name and (path := root / name).is_file()))
