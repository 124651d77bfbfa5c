"""A request that cannot be met is refused with what is valid; exit code 2, and nothing has been run or written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.toys import Suite, make_suite, notebook


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Suite:
    return make_suite(tmp_path_factory.mktemp("requests"), {"01_toy": notebook("01_toy")})


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--clusters", "horsns"], "Unknown cluster horsns. Did you mean horsens? Valid: aarhus, horsens, randers, midt, vest, region."),
        (["--notebooks", "01_ty"], "Unknown notebook 01_ty. Did you mean 01_toy? Valid: 01_toy."),
        (["--parameter", "windw=6"], "Unknown parameter windw of 01_toy.ipynb."),
        pytest.param(["--parameter", "window"], "A parameter is given as name=value", marks=pytest.mark.thorough),
        pytest.param(["--language", "de"], "Unknown language de.", marks=pytest.mark.thorough),
        pytest.param(["--jobs", "0"], "Invalid value for '--jobs'", marks=pytest.mark.thorough),
        (["--cluster", "horsens"], "No such option: --cluster"),
        (["--study", "nowhere"], "No study at nowhere"),
        pytest.param(["--folder", "nowhere"], "No notebook in", marks=pytest.mark.thorough),
    ],
)
def test_it_is_refused_and_nothing_is_run(suite: Suite, arguments: list[str], told: str) -> None:
    done = suite.run(*arguments)
    assert done.returncode == 2 and told in done.stderr and "Traceback" not in done.stderr
    assert not suite.outputs.exists()


def test_a_delivery_that_is_not_there_is_rejected_with_exit_code_3(suite: Suite, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "effekt", "import", str(tmp_path / "nowhere"), "--study", str(suite.study)]
    done = subprocess.run(command, env=suite.environment(), capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 3 and "nowhere" in done.stderr and "Traceback" not in done.stderr


def test_help_is_quick_because_nothing_heavy_is_imported(suite: Suite) -> None:
    heavy = ("pandas", "papermill", "ibis", "matplotlib", "scipy", "pyarrow")
    code = f"import sys; from effekt.cli import main; main(['run', '--help']); print('HEAVY', *(name for name in {heavy} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], env=suite.environment(), capture_output=True, text=True, encoding="utf-8")
    assert "--clusters" in done.stdout and done.stdout.rstrip().endswith("HEAVY")


def test_a_protocol_that_contradicts_itself_is_refused_with_the_line(tmp_path: Path) -> None:
    suite = make_suite(tmp_path, {"01_toy": notebook("01_toy")})
    path = suite.study / "evaluation.yml"
    path.write_text(path.read_text(encoding="utf-8").replace('"0741"]', '"0615"]'), encoding="utf-8")
    done = suite.run()
    assert done.returncode == 2 and "evaluation.yml line " in done.stderr and not suite.outputs.exists()
