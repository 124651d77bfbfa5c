"""Where everything is required a skipped test fails; what tests share is made once."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tree import REPOSITORY

SKIPPING = """
import pytest

def test_a_missing_program():
    pytest.skip("needs the program chromium")

@pytest.mark.skipif(True, reason="needs a package index")
def test_marked():
    pass

@pytest.mark.skipif(True, reason="Windows only: drive letters")
def test_of_another_system():
    pass

@pytest.mark.xfail(reason="known", strict=True)
def test_expected_to_fail():
    assert False
"""


@pytest.mark.parametrize(("required", "counts"), [("0", "4 skipped, 1 xfailed"), ("1", "1 failed, 1 skipped, 1 xfailed, 2 errors")])
def test_a_skip_is_a_failure_where_everything_is_required(required: str, counts: str, tmp_path: Path) -> None:
    (tmp_path / "test_skipping.py").write_text(SKIPPING, encoding="utf-8")
    (tmp_path / "test_module.py").write_text("import pytest\npytest.importorskip('no_such_module')\n", encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", "--continue-on-collection-errors"]
    surroundings = {**os.environ, "EFFEKT_REQUIRE_ALL": required, "PYTHONPATH": str(REPOSITORY), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    surroundings.pop("PYTEST_XDIST_WORKER", None)
    told = subprocess.run(command, cwd=tmp_path, env=surroundings, capture_output=True, text=True).stdout
    assert counts in told


def test_what_tests_share_is_made_once_however_many_ask(once: Callable[[str, Callable[[Path], None]], Path], request: pytest.FixtureRequest) -> None:
    made: list[Path] = []
    threads = [threading.Thread(target=once, args=(request.node.name, made.append)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert once(request.node.name, made.append) == made[0]
