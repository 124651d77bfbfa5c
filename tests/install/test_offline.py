"""The suite installs from a wheelhouse with the network off, and every wheel it needs exists for the evaluators' Windows servers.

These fetch some hundred MB, so a laptop's `make test` skips them; .ci/run does not.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from effekt.packaging import install, wheelhouse

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
ASKED_FOR = "1" in (os.environ.get("EFFEKT_INSTALL_TESTS"), os.environ.get("EFFEKT_REQUIRE_ALL"))
pytestmark = pytest.mark.skipif(not ASKED_FOR, reason="needs a package index and some minutes: set EFFEKT_INSTALL_TESTS=1 (.ci/run does)")


def without_network() -> list[str]:
    """What to put before a command so that it has no network: a new network namespace, where the system lets us have one."""
    unshare = shutil.which("unshare")
    if unshare and subprocess.run([unshare, "-rn", "true"], capture_output=True).returncode == 0:
        return [unshare, "-rn"]
    return []


def without_index() -> dict[str, str]:
    """The environment of a machine on which nobody has configured pip."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "PYTHON"))}
    return {**bare, "PIP_CONFIG_FILE": os.devnull}


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command offline; its output, or a failure that shows it."""
    done = subprocess.run([*without_network(), *map(str, command)], cwd=cwd, env=without_index(), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory, copy_of_the_tree: Callable[[Path], None]) -> Path:
    """The files that git holds, in a folder with a name that people give."""
    folder = tmp_path_factory.mktemp("clone") / "Målgruppe og effekt"
    copy_of_the_tree(folder)
    return folder


def test_the_suite_installs_and_starts_with_the_network_off(clone: Path) -> None:
    wheels = wheelhouse.build(wheelhouse.this_platform(), PYTHON, repository=clone)
    run(sys.executable, "lib/effekt/packaging/install.py", "--wheelhouse", wheels.relative_to(clone), cwd=clone)
    python = install.venv_python(clone / ".venv")
    assert "Usage" in run(python, "-m", "effekt", "--help", cwd=clone)
    assert str(clone) in run(python, "-c", "import effekt.errors; print(effekt.errors.__file__)", cwd=clone.parent)
    assert "No broken requirements" in run(python, "-m", "pip", "check", cwd=clone)
    again = run(sys.executable, "lib/effekt/packaging/install.py", "--wheelhouse", wheels.relative_to(clone), cwd=clone)
    assert again == ""


def test_every_wheel_exists_for_windows_and_is_the_locked_file(tmp_path: Path) -> None:
    folder = wheelhouse.build("win_amd64", "3.11", into=tmp_path)
    wheels = sorted(folder.glob("*.whl"))
    lines = (folder / "requirements.txt").read_text(encoding="utf-8").splitlines()[1:]
    assert len(wheels) == len(lines) > 100
    assert all(zipfile.is_zipfile(wheel) for wheel in wheels)
    assert any(wheel.name.startswith("pywinpty-") for wheel in wheels)
    assert not any("linux" in wheel.name or "macosx" in wheel.name for wheel in wheels)
    assert "install.py --wheelhouse wheelhouse\\win_amd64-py311" in (folder / "INSTALL.txt").read_text(encoding="utf-8")
