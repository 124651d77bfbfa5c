"""The blocks of README.md do what the text around them says; each runnable block is preceded by `<!-- run: WHERE -->`.

here: in a copy of the repository, with the packages of this environment. own: the same, with a study and a delivery of one's own. fresh: in a
copy that has nothing yet, which makes its own environment (only where it is asked for: it fetches the packages). python: as a script. protocol: as
an evaluation.yml.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from effekt.cli import app
from effekt.paths import DEMO
from effekt.protocol import read_protocol
from tests.browser.numbers_on_pages import wrong_pages
from tests.tree import outside_make

REPOSITORY = Path(__file__).resolve().parents[2]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
MARKED = re.findall(r"<!-- run: (\w+) -->\n```\w+\n(.*?)```", README, re.DOTALL)
FENCED = [block for block in re.findall(r"```(?:bash|powershell|python|yaml)\n(.*?)```", README, re.DOTALL)]
ASKED_FOR = "1" in (os.environ.get("EFFEKT_INSTALL_TESTS"), os.environ.get("EFFEKT_REQUIRE_ALL"))


def blocks(kind: str) -> list[str]:
    """The README's blocks of one kind."""
    return [text for marked, text in MARKED if marked == kind]


def shell(text: str, cwd: Path, **environment: str) -> str:
    """Run a block; its output, or a failure that shows it."""
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", text], cwd=cwd, env={**outside_make(), **environment}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_every_kind_of_block_is_there_and_known() -> None:
    assert {kind for kind, _ in MARKED} == {"fresh", "here", "own", "python", "protocol"}


@pytest.mark.parametrize("text", blocks("python"))
def test_python_in_the_readme_runs(text: str) -> None:
    done = subprocess.run([sys.executable, "-W", "error", "-c", text], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("text", blocks("protocol"))
def test_the_protocol_in_the_readme_is_accepted(text: str) -> None:
    protocol = read_protocol(text)
    assert [cluster.id for cluster in protocol.clusters] == ["east", "west"]


@pytest.fixture
def clone(tmp_path: Path, copy_of_the_tree: Callable[[Path], None]) -> Path:
    """A copy of the repository that borrows the packages of this environment and has its own library."""
    copy_of_the_tree(tmp_path)
    (tmp_path / ".venv").symlink_to(sys.prefix, target_is_directory=True)
    return tmp_path


@pytest.mark.thorough
@pytest.mark.parametrize("text", blocks("here"))
def test_commands_in_the_readme_run_in_a_clone(text: str, clone: Path, demo_study_path: Path) -> None:
    for made in ("tables", "derived"):
        (clone / "data" / "demo" / made).symlink_to(demo_study_path / made)
    shell(text, clone, PYTHONPATH=str(clone / "lib"))
    assert (clone / "my_admissions.ipynb").is_file()


@pytest.mark.thorough
@pytest.mark.parametrize("text", blocks("own"))
def test_the_commands_for_ones_own_data_make_the_pages_of_a_study_that_is_not_synthetic(text: str, clone: Path, small_study_path: Path) -> None:
    (clone / "path" / "to").mkdir(parents=True)
    (clone / "path" / "to" / "delivery").symlink_to(small_study_path / "delivery")
    protocol = (small_study_path / "evaluation.yml").read_text(encoding="utf-8")
    assert "\nsynthetic: true\n" in protocol and "syntetiske data" in protocol
    own = protocol.replace("\nsynthetic: true\n", "\n").replace("syntetiske data", "egne data")
    (clone / "path" / "to" / "study").mkdir()
    (clone / "path" / "to" / "study" / "evaluation.yml").write_text(own, encoding="utf-8")
    shell(text, clone, PYTHONPATH=str(clone / "lib"))
    page = (clone / "outputs" / "latest" / "da" / "03_admissions_alfa.html").read_text(encoding="utf-8")
    assert "egne data" in page and "syntetisk" not in page.lower()


@pytest.mark.skipif(not ASKED_FOR, reason="makes a new environment from a package index: set EFFEKT_INSTALL_TESTS=1 (.ci/run does)")
@pytest.mark.parametrize("text", blocks("fresh"))
def test_the_first_command_works_in_a_fresh_clone_and_the_second_time_runs_nothing(
    text: str, tmp_path: Path, copy_of_the_tree: Callable[[Path], None]
) -> None:
    copy_of_the_tree(tmp_path)
    bare = {name: "" for name in ("PYTHONPATH", "VIRTUAL_ENV")}
    shell(text, tmp_path, **bare)
    assert (tmp_path / "outputs" / "latest" / "index.html").is_file()
    pages = sorted((tmp_path / "outputs").rglob("03_admissions_horsens.html"))
    assert {page.parent.name for page in pages} >= {"da", "en"}
    assert not (tmp_path / "outputs" / "latest").is_symlink()
    assert wrong_pages(tmp_path / "outputs" / "latest", ("da", "en")) == {}    # of every unit


def test_files_and_folders_named_in_the_readme_exist() -> None:
    linked = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    folders = re.findall(r"^\| `([\w/]+/)` \|", README, re.MULTILINE)
    assert linked and folders
    assert [path for path in [*linked, *folders] if not (REPOSITORY / path).exists()] == []


@pytest.mark.parametrize("line", re.findall(r"lib[/\\]effekt[/\\]packaging[/\\]install\.py[^\n`]*", "\n".join(FENCED) + README))
def test_install_lines_in_the_readme_use_options_that_exist(line: str) -> None:
    options = re.findall(r"--\w+", line)
    shown = subprocess.run([sys.executable, "lib/effekt/packaging/install.py", "--help"], cwd=REPOSITORY, capture_output=True, text=True).stdout
    assert all(option in shown for option in options)


def test_effekt_commands_in_the_readme_exist() -> None:
    named = set(re.findall(r"-m effekt (\w+)", README))
    assert {"run", "import", "prepare", "lab"} <= named
    assert named <= set(typer.main.get_command(app).commands)


def test_the_picture_is_small_and_made_by_the_script_beside_it() -> None:
    picture = REPOSITORY / "lib" / "effekt" / "packaging" / "tour.png"
    assert picture.stat().st_size < 100_000
    assert "tour.png" in (picture.parent / "picture.py").read_text(encoding="utf-8")


def test_the_demo_folder_named_in_the_readme_is_the_one_the_library_uses() -> None:
    assert DEMO.relative_to(REPOSITORY).as_posix() + "/evaluation.yml" in README
