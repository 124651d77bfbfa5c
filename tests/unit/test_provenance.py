"""The static import graph reaches every file that a run depends on, and as few others as can be told from the text."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from effekt import provenance

TABLE = "from effekt import lazy\n_EXPORTS = {'pool': 'pooling', 'rate': 'rates'}\n__getattr__, __dir__ = lazy.exports(__name__, _EXPORTS)\n"
FILES = {
    "__init__.py": TABLE.replace("{'pool': 'pooling', 'rate': 'rates'}", "{'Study': 'study', 'estimates': 'estimates'}"),
    "lazy.py": "from importlib import import_module\ndef exports(p, t):\n    return import_module(t), None\n",
    "errors.py": "",
    "study.py": "import effekt.errors\nNAME = 'labels.yml'\n",
    "words/__init__.py": "",
    "words/labels.yml": "a: 1\n",
    "words/read.py": '"""Reads labels.yml."""\n',
    "words/lists/a.csv": "",
    "words/lists/b.csv": "",
    "words/folder.py": "FOLDER = 'lists'\n",
    "words/suffix.py": "def f(name):\n    return f'{name}.csv'\n",
    "estimates/__init__.py": TABLE,
    "estimates/pooling.py": "def pool():\n    from effekt.estimates.frames import check\n",
    "estimates/rates.py": "",
    "estimates/frames.py": "from effekt.errors import X\n",
    "estimates/unused.py": "",
    "dynamic.py": "import importlib\ndef f(x):\n    return importlib.import_module(x)\n",
    "named.py": "PLACE = 'effekt.words.read'\n",
    "checked.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from effekt.study import Study\n",
}
CORE = {"__init__.py", "lazy.py"}
ESTIMATES = CORE | {"estimates/__init__.py"}
POOLING = ESTIMATES | {"estimates/pooling.py", "estimates/frames.py", "errors.py"}


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "effekt"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(provenance, "LIBRARY", root)
    return root


def reached(library: Path, *cells: str) -> set[str]:
    return {path.relative_to(library).as_posix() for path in provenance.notebook_closure(cells)}


@pytest.mark.parametrize(
    ("source", "files"),
    [
        ("import pandas", set()),
        ("from effekt import estimates", ESTIMATES),
        ("from effekt import estimates\nestimates.pool(1)", POOLING),
        ("import effekt\neffekt.estimates.pool(1)", POOLING),
        ("from effekt.estimates import pool", POOLING),
        ("import effekt.estimates as e\ne.pool(1)", POOLING),
        ("from effekt.estimates import pooling", POOLING),
        ("from effekt.estimates import rate as r\nr()", ESTIMATES | {"estimates/rates.py"}),
        ("def f():\n    from effekt.estimates import rate", ESTIMATES | {"estimates/rates.py"}),
        ("from effekt import Study", CORE | {"study.py", "errors.py", "words/labels.yml"}),
        ("from effekt import checked", CORE | {"checked.py", "study.py", "errors.py", "words/labels.yml"}),
        ("from effekt import named", CORE | {"named.py", "words/__init__.py", "words/read.py"}),
        ("from effekt.words import read", CORE | {"words/__init__.py", "words/read.py"}),
        ("from effekt.words import folder", CORE | {"words/__init__.py", "words/folder.py", "words/lists/a.csv", "words/lists/b.csv"}),
        ("from effekt.words import suffix", CORE | {"words/__init__.py", "words/suffix.py", "words/lists/a.csv", "words/lists/b.csv"}),
    ],
)
def test_an_import_reaches_what_it_names_and_no_more(library: Path, source: str, files: set[str]) -> None:
    assert reached(library, source) == files


@pytest.mark.parametrize(
    "source",
    [
        "from effekt.estimates import *",
        "from effekt import estimates\ngetattr(estimates, name)",
        "from effekt import estimates\nf(estimates)",
        "from effekt import estimates\nestimates.made_up",
        "from effekt.estimates import made_up",
    ],
)
def test_what_cannot_be_followed_counts_the_whole_package(library: Path, source: str) -> None:
    assert reached(library, source) == POOLING | {"estimates/rates.py", "estimates/unused.py"}


@pytest.mark.parametrize("source", ["from effekt import dynamic", "%matplotlib inline", "__import__(name)"])
def test_a_computed_import_and_unreadable_code_count_the_whole_library(library: Path, source: str) -> None:
    assert reached(library, source) == set(FILES)


def test_a_name_of_one_cell_is_followed_in_the_next(library: Path) -> None:
    assert reached(library, "from effekt import estimates", "estimates.rate(1)") == ESTIMATES | {"estimates/rates.py"}


def test_a_change_of_a_file_changes_what_it_reaches(library: Path) -> None:
    (library / "estimates" / "rates.py").write_text("import effekt.errors\n\n", encoding="utf-8")
    assert "errors.py" in reached(library, "from effekt.estimates import rate")


def test_the_hash_is_of_names_and_content_but_not_of_line_endings(library: Path) -> None:
    path = library / "study.py"
    before = provenance.hash_files([path])
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert provenance.hash_files([path]) == before
    path.write_text("# changed\n", encoding="utf-8")
    assert provenance.hash_files([path]) != before
    copy = library / "other.py"
    copy.write_bytes(path.read_bytes())
    assert provenance.hash_files([path]) != provenance.hash_files([copy])


def test_an_unknown_module_is_an_error() -> None:
    with pytest.raises(ModuleNotFoundError, match="effekt.made_up"):
        provenance.import_closure("effekt.made_up")


LOADED = "import sys, {module}; print(*(m.__file__ for n, m in list(sys.modules.items()) if n.split('.')[0] == 'effekt' and m.__file__))"


@pytest.mark.parametrize("module", ["effekt.report.rendering", "effekt.batch.publish", "effekt.cli", "effekt.study"])
def test_the_graph_holds_every_file_that_python_really_loads(module: str) -> None:
    loaded = subprocess.run([sys.executable, "-c", LOADED.format(module=module)], capture_output=True, text=True, check=True).stdout.split()
    assert {Path(path).resolve() for path in loaded} <= set(provenance.import_closure(module))


def test_a_name_is_loaded_on_first_use_only() -> None:
    code = "import sys, effekt; assert 'effekt.study' not in sys.modules; effekt.Study; assert 'effekt.study' in sys.modules; print(dir(effekt))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "'Study'" in done.stdout


def test_an_unknown_name_of_a_package_gets_the_nearest() -> None:
    import effekt

    with pytest.raises(AttributeError, match="did you mean 'Study'"):
        effekt.Studie


@pytest.mark.parametrize("init", sorted(provenance.LIBRARY.rglob("__init__.py")), ids=lambda path: path.parent.name)
def test_every_exported_name_is_there_and_is_not_hidden_by_a_module_of_its_name(init: Path) -> None:
    from importlib import import_module

    package = import_module(".".join(init.parent.relative_to(provenance.LIBRARY.parent).parts))
    for name, module in getattr(package, "_EXPORTS", {}).items():
        assert name == module or not (init.parent / f"{name}.py").exists(), f"{package.__name__}.{name} has the name of a module"
        assert getattr(package, name) is not None
