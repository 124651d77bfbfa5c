"""House rules that a machine can hold; CONTRIBUTING.md says why."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

from tests.tree import REPOSITORY, kept_files

LIBRARY = REPOSITORY / "lib" / "effekt"
LONGEST_FILE = 300
LONGEST_LINE = 150
LONGEST_PATH = 150
TEXT = {".py", ".md", ".yml", ".yaml", ".toml", ".lock", ".csv", ".html", ".css", ".js", ".cff", ".ipynb", ".txt", ".json", ""}
FOLDERS = {"notebooks", "lib", "data", "outputs", "tests", ".ci"}
METADATA = {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "CITATION.cff", "LICENSE", "Makefile", "pyproject.toml", ".gitignore"}
INSTALLED = {"requirements.lock", "requirements-test.lock", "environment.yml"}
PARTS_OF_INDEX = ("pypi" + r"\.org", "pythonhosted" + r"\.org", "--(extra-)?index" + "-url", "--find" + r"-links[ =]+\S*/", "file" + "://")
INDEX = "|".join(PARTS_OF_INDEX)
ABSOLUTE = r"(?<![\w.~/}-])/(?:home|root|work|opt|Users|mnt|media|srv|tmp)/\w"
UNFINISHED = re.compile("|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error"]))


FILES = kept_files()
TEXTS = [path for path in FILES if path.suffix in TEXT]
PYTHON = [path for path in FILES if path.suffix == ".py"]
MODULES = [path for path in PYTHON if LIBRARY in path.parents]


def name(path: Path) -> str:
    """As a person would write it."""
    return path.relative_to(REPOSITORY).as_posix()


def public_things(tree: ast.Module) -> list[tuple[str, ast.AST]]:
    """The module, its public functions and classes, and their public methods of more than one statement."""
    found: list[tuple[str, ast.AST]] = [("the module", tree)]
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            found.append((node.name, node))
            if isinstance(node, ast.ClassDef):
                methods = [part for part in node.body if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)]
                longer = [method for method in methods if not method.name.startswith("_") and len(method.body) > 1]
                found += [(f"{node.name}.{method.name}", method) for method in longer]
    return found


def test_a_file_is_one_room() -> None:
    assert [name(path) for path in PYTHON if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST_FILE] == []


def test_lines_fit_a_screen() -> None:
    lines = [(path, number, line) for path in PYTHON for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)]
    assert [f"{name(path)}:{number}" for path, number, line in lines if len(line) > LONGEST_LINE] == []


def test_everything_public_says_what_it_is() -> None:
    things = [(path, what, node) for path in MODULES for what, node in public_things(ast.parse(path.read_text(encoding="utf-8")))]
    assert [f"{name(path)}: {what}" for path, what, node in things if not ast.get_docstring(node)] == []


def defined_twice(body: list[ast.stmt]) -> list[str]:
    """Functions and classes of one scope whose name a later one takes over; overloads and properties with setters are told by their decorators."""
    seen: set[str] = set()
    twice: list[str] = []
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            twice += [node.name] if node.name in seen and not node.decorator_list else []
            seen |= set() if any("overload" in ast.unparse(mark) for mark in node.decorator_list) else {node.name}
            twice += defined_twice(node.body)
    return twice


def test_a_name_is_given_once() -> None:
    assert defined_twice(ast.parse("def a(): pass\ndef b(): pass\ndef a(): pass\n").body) == ["a"]
    assert [f"{name(path)}: {twice}" for path in PYTHON for twice in defined_twice(ast.parse(path.read_text(encoding="utf-8")).body)] == []


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}
    assert [name(path) for path in PYTHON if path.stem in drawers] == []


def test_nothing_is_left_unfinished() -> None:
    assert [name(path) for path in PYTHON if UNFINISHED.search(path.read_text(encoding="utf-8"))] == []


def test_no_file_names_a_package_index_or_a_file_address() -> None:
    assert matches(INDEX, passed={"tests/unit/test_house.py"}) == []


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    assert matches(ABSOLUTE) == []


def matches(pattern: str, passed: frozenset[str] | set[str] = frozenset()) -> list[str]:
    """File and line of every match in the text files that are kept."""
    found = []
    for path in TEXTS:
        if name(path) not in passed:
            lines = path.read_text(encoding="utf-8").splitlines()
            found += [f"{name(path)}:{number}" for number, line in enumerate(lines, 1) if re.search(pattern, line)]
    return found


@pytest.mark.parametrize("line", ["see /" + "home/ann/effekt", "'/" + "tmp/x.csv'", "path=/" + "Users/ann"])
def test_a_folder_of_somebodys_machine_is_recognised(line: str) -> None:
    assert re.search(ABSOLUTE, line)


def test_paths_are_short_enough_for_windows() -> None:
    assert [name(path) for path in FILES if len(name(path)) >= LONGEST_PATH] == []


def test_the_top_level_is_the_agreed_one() -> None:
    assert {path.relative_to(REPOSITORY).parts[0] for path in FILES} <= FOLDERS | METADATA | INSTALLED


def test_git_takes_the_library_and_leaves_the_data_and_the_results() -> None:
    def ignored(path: str) -> bool:
        return subprocess.run(["git", "check-ignore", "--quiet", path], cwd=REPOSITORY).returncode == 0

    assert not any(ignored(path) for path in ("lib/effekt/new_module.py", "notebooks/99_new.ipynb", "tests/unit/test_new.py", "outputs/README.md"))
    made = ("outputs/latest/index.html", "data/demo/tables/contact.parquet", "data/demo/derived/stays.parquet", "data/demo/delivery/bef.csv")
    assert all(ignored(path) for path in (*made, "data/demo/keys/citizen.parquet", "data/own/delivery/x.csv", "wheelhouse/x.whl", ".venv/x"))
