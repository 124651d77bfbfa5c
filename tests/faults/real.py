"""One batch over the real notebooks, made once for all tests that look at its result."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.conftest import QUICK

REPOSITORY = Path(__file__).resolve().parents[2]
CLUSTER = "horsens"


def publish_demo(once: Callable[..., Path], study: Path) -> Path:
    """`outputs/latest` in a temporary folder, both languages: the region and one cluster, three notebooks of different kinds; two of the cluster in a
    quick run.
    """

    def make(folder: Path) -> None:
        done = run_real(study, folder)
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)

    return once("published", make) / "latest"


def run_real(study: Path, outputs: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`effekt run` over the prepared demo study into `outputs`."""
    command = [sys.executable, "-m", "effekt", "run", "--no-tables", "--study", str(study), "--outputs", str(outputs)]
    command += ["--clusters", CLUSTER if QUICK else f"{CLUSTER},region", "--notebooks", "03,06" if QUICK else "03,06,21", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, encoding="utf-8")
