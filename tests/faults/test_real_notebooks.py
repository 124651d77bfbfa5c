"""The real notebooks: what they load is what their key counts, and a plain papermill command gives the numbers of the batch."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from effekt import paths, provenance
from effekt.batch.notebook import load_notebook
from effekt.batch.verdict import judge, results
from tests.faults.real import CLUSTER, publish_demo

NOTEBOOKS = sorted(paths.NOTEBOOKS.glob("*.ipynb"))
TRACE = """import json, os, sys
from IPython.core.interactiveshell import InteractiveShell
library, code = sys.argv[1], json.load(sys.stdin)
opened = set()
sys.addaudithook(lambda event, about: opened.add(os.path.abspath(about[0])) if event == "open" and isinstance(about[0], str) else None)
shell = InteractiveShell.instance()
for source in code:
    done = shell.run_cell(source, silent=False)
    done.raise_error()
loaded = {module.__file__ for name, module in list(sys.modules.items()) if name.split(".")[0] == "effekt" and getattr(module, "__file__", None)}
files = {path for path in opened if path.startswith(library + os.sep) and not path.endswith((".pyc", ".py"))}
print("FILES " + json.dumps(sorted(loaded | {path for path in files if os.path.isfile(path)})), file=sys.__stdout__)"""


@pytest.mark.thorough
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_library_file_that_a_notebook_opens_is_in_its_key(path: Path, demo_study_path: Path) -> None:
    code = load_notebook(path).code
    command = [sys.executable, "-c", TRACE, str(provenance.LIBRARY)]
    done = subprocess.run(command, input=json.dumps(code), capture_output=True, text=True, encoding="utf-8", cwd=paths.REPOSITORY)
    assert done.returncode == 0, done.stderr
    told = next(line for line in done.stdout.splitlines() if line.startswith("FILES "))
    opened = {Path(name).resolve() for name in json.loads(told.removeprefix("FILES "))}
    assert len(opened) > 20 and sorted(opened - set(provenance.notebook_closure(code))) == []


@pytest.mark.parametrize(
    ("file", "reaching"),
    [
        ("estimates/spread.py", {"21_synthesis"}),
        ("report/worth.py", {"06_cost_per_citizen"}),
        ("estimates/controlled.py", {"03_admissions", "06_cost_per_citizen", "21_synthesis"}),
        ("report/texts/finding.yml", {"03_admissions", "06_cost_per_citizen", "21_synthesis"}),
        ("measures/build_stays.py", set()),
        ("data/registers/lpr2.py", set()),
        ("batch/runner.py", set()),
        ("cli.py", set()),
    ],
)
def test_a_library_file_counts_for_the_notebooks_whose_imports_reach_it(file: str, reaching: set[str]) -> None:
    found = {path.stem for path in NOTEBOOKS if provenance.LIBRARY / file in provenance.notebook_closure(load_notebook(path).code)}
    assert (provenance.LIBRARY / file).is_file() and found & {"03_admissions", "06_cost_per_citizen", "21_synthesis"} == reaching


def papermill(notebook: str, out: Path, **parameters: str) -> list[dict[str, Any]]:
    """The results of a notebook run by a plain papermill command."""
    given = [part for name, value in parameters.items() for part in ("-p", name, value)]
    command = [sys.executable, "-m", "papermill", str(paths.NOTEBOOKS / f"{notebook}.ipynb"), str(out), *given]
    subprocess.run(command, cwd=paths.REPOSITORY, check=True, capture_output=True)
    executed = json.loads(out.read_text(encoding="utf-8"))
    assert judge(executed).ok, notebook
    return list(results(executed["cells"]))


def test_a_papermill_command_gives_the_numbers_of_the_batch(once: Callable[..., Path], demo_study_path: Path, tmp_path: Path) -> None:
    published = publish_demo(once, demo_study_path)
    batch = json.loads((published / "notebooks" / f"03_admissions_{CLUSTER}.ipynb").read_text(encoding="utf-8"))
    assert papermill("03_admissions", tmp_path / "out.ipynb", cluster=CLUSTER) == list(results(batch["cells"])) != []


@pytest.mark.thorough
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_notebook_runs_under_papermill_with_parameters_that_are_not_its_own(path: Path, demo_study_path: Path, tmp_path: Path) -> None:
    """Another unit, and the study named by its whole path: what is shown is of that unit, and it is not what is committed."""
    notebook = load_notebook(path)
    other = {"cluster": "vest", "quality_cluster": "kk05"}.get(notebook.unit_parameter)
    given = {"study_path": str(demo_study_path)} | ({notebook.unit_parameter: other} if other else {})
    committed = list(results(json.loads(path.read_text(encoding="utf-8"))["cells"]))
    told = papermill(path.stem, tmp_path / "out.ipynb", **given)
    assert [bundle["id"] for bundle in told if bundle["view"] == "done"] == ["done"]
    assert (told == committed) is (other is None)


def test_every_estimate_of_a_page_is_in_the_tables(once: Callable[..., Path], demo_study_path: Path) -> None:
    from pyarrow import parquet

    published = publish_demo(once, demo_study_path)
    same = ("value", "low", "high", "method", "outcome", "unit", "contrast")
    rows = parquet.read_table(published / "estimates.parquet").to_pylist()
    shown = 0
    for path in (published / "notebooks").glob("*.ipynb"):
        for bundle in results(json.loads(path.read_text(encoding="utf-8"))["cells"]):
            for estimate in bundle["estimates"]:
                shown += 1
                assert any(all(row[name] == estimate[name] for name in same) for row in rows), (path.name, bundle["id"], estimate["outcome"])
    assert 0 < len(rows) <= shown and not any(row["suppressed"] for row in rows)


def test_the_manifest_names_everything_that_was_published(once: Callable[..., Path], demo_study_path: Path) -> None:
    published = publish_demo(once, demo_study_path)
    manifest = json.loads((published / "manifest.json").read_text(encoding="utf-8"))
    found = {path.relative_to(published).as_posix(): provenance.file_hash(path) for path in published.rglob("*") if path.is_file()}
    assert {name: known for name, known in found.items() if name not in ("manifest.json", "run.json")} == manifest["files"]
    read = {run: set(about["tables"]) for run, about in manifest["runs"].items()}
    assert "person_months" in read[f"03_admissions_{CLUSTER}"] and "cost_months" in read[f"06_cost_per_citizen_{CLUSTER}"]
    assert manifest["data"]["derived/person_months.parquet"] == provenance.file_hash(demo_study_path / "derived" / "person_months.parquet")
    assert manifest["seed"] == 20130201 and manifest["versions"]["papermill"] and len(manifest["library"]) > 50 and len(manifest["lock"]) == 64
    assert max(len(str(paths.OUTPUTS / "latest" / name)) for name in found) < 200
