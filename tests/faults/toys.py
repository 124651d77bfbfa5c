"""A small suite of notebooks, a study with one derived table, and a copy of the library: everything that a batch needs, in a temporary folder."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from effekt.batch.run import Options, Report, run_batch

REPOSITORY = Path(__file__).resolve().parents[2]
LANGUAGES = ("da", "en")
ESTIMATE = {
    "scale": "ratio",
    "value": 0.9,
    "low": 0.8,
    "high": 1.0,
    "method": "toy",
    "claim": "descriptive",
    "contrast": "after_before",
    "level": 0.95,
    "p": 0.05,
    "se": 0.06,
    "n_citizens": 100,
    "n_events": 50,
    "exposure": 120.5,
    "cautions": ["toy"],
    "reasons": [],
    "facts": {"months": 12.0},
    "outcome": "adm_rate",
    "measure_unit": "per_person_year",
    "unit": "horsens",
}
TABLE = """show({{"schema": 1, "id": "{id}", "view": "table", "synthetic": True, "language": "en", "columns": [
 {{"key": "toy", "type": "label", "digits": 0, "unit": "", "n": ""}}, {{"key": "count", "type": "count", "digits": 0, "unit": "", "n": ""}}],
 "rows": [["toy", {value}]], "estimates": [{estimate}], "context": {{}},
 "labels": {{"toy": {{"da": "Legetøj <b>æ</b>", "en": "Toy <b>x</b>"}}, "column.toy": {{"da": "Navn", "en": "Name"}},
 "column.count": {{"da": "Antal", "en": "Count"}}}}}})"""
DONE = """show({"schema": 1, "id": "done", "view": "done", "synthetic": True, "columns": [], "rows": [], "estimates": [],
 "context": {"tables_read": %s}, "labels": {}})"""
SHOW = """from IPython.display import display
show = lambda bundle: display({"application/vnd.effekt.result+json": bundle, "text/plain": bundle["view"]}, raw=True)"""


@dataclass(frozen=True)
class Suite:
    """Folders of one toy batch."""

    root: Path
    repository: Path

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def study(self) -> Path:
        return self.root / "data" / "demo"

    @property
    def outputs(self) -> Path:
        return self.root / "outputs"

    @property
    def latest(self) -> Path:
        return self.outputs / "latest"

    def command(self, *arguments: str) -> list[str]:
        """`effekt run` on prepared tables with the library and the folders of this suite."""
        folders = ["--study", str(self.study), "--outputs", str(self.outputs), "--folder", str(self.notebooks)]
        return [sys.executable, "-m", "effekt", "run", "--no-tables", *folders, *arguments]

    def environment(self, **variables: str) -> dict[str, str]:
        """The library of this suite comes first on the path."""
        return {**os.environ, "PYTHONPATH": str(self.repository / "lib"), "COLUMNS": "200", **variables}

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the batch and wait for it."""
        return subprocess.run(
            self.command(*arguments), cwd=self.root, env=self.environment(**variables), capture_output=True, text=True, encoding="utf-8", timeout=180
        )

    def here(self, **options: Any) -> Report:
        """Run the batch within this process, which is quicker."""
        mine = {"study": self.study, "outputs": self.outputs, "folder": self.notebooks, "tables": False}
        return run_batch(Options(**{**mine, **options}), Console(file=io.StringIO(), width=200))

    def record(self) -> dict[str, Any]:
        """`run.json` of the newest batch."""
        return json.loads((self.latest / "run.json").read_text(encoding="utf-8"))

    def ran(self) -> set[str]:
        """The runs that the newest batch did not take over from before."""
        return {run["id"] for run in self.record()["runs"] if not run["reused"]}


def make_suite(root: Path, notebooks: Mapping[str, dict[str, Any]], *, own_library: bool = False) -> Suite:
    """A suite with these notebooks (file stem -> raw notebook), one derived table and, if wanted, a copy of the library.

    Its protocol is the demo's without pages of single municipalities.
    """
    suite = Suite(root, root if own_library else REPOSITORY)
    if own_library:
        shutil.copytree(REPOSITORY / "lib", root / "lib", ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "requirements.lock"):
            shutil.copyfile(REPOSITORY / name, root / name)
    suite.study.mkdir(parents=True)
    protocol = (REPOSITORY / "data" / "demo" / "evaluation.yml").read_text(encoding="utf-8")
    (suite.study / "evaluation.yml").write_text(re.sub(r"(?m)^own_pages:.*$", "", protocol), encoding="utf-8")
    write_table(suite, "person_months", "first")
    suite.notebooks.mkdir()
    for stem, notebook in notebooks.items():
        write_notebook(suite.notebooks / f"{stem}.ipynb", notebook)
    return suite


def write_table(suite: Suite, table: str, key: str) -> None:
    """A derived table and what `prepare` would record of it."""
    derived = suite.study / "derived"
    derived.mkdir(exist_ok=True)
    (derived / f"{table}.parquet").write_bytes(key.encode())
    known = json.loads((derived / "prepared.json").read_text(encoding="utf-8")) if (derived / "prepared.json").exists() else {}
    (derived / "prepared.json").write_text(json.dumps({**known, table: {"key": key, "inputs": []}}), encoding="utf-8")


def write_notebook(path: Path, notebook: Mapping[str, Any]) -> None:
    """Write a raw notebook."""
    path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1), encoding="utf-8")


def notebook(
    name: str,
    code: Sequence[str] = (),
    *,
    order: int = 1,
    per: str = "cluster",
    tables: Sequence[str] = ("person_months",),
    value: str = "1",
    parameters: str | None = None,
) -> dict[str, Any]:
    """A toy notebook that shows one table with one estimate and says it read `tables`; `code` runs before."""
    cells = [prose("da", f"# Hvad skete der i {name}?\n\nDansk prosa."), prose("en", f"# What happened in {name}?\n\nEnglish prose.")]
    default = 'study_path: str = "data/demo"  # folder with evaluation.yml\n'
    default += 'cluster: str = "horsens"  # a cluster of the study' if per == "cluster" else ""
    cells.append(cell(default.strip() if parameters is None else parameters, ["parameters"]))
    cells += [cell(source) for source in (SHOW, *code)]
    cells.append(cell(TABLE.format(id=f"{name}_table", value=value, estimate=repr(ESTIMATE))))
    cells.append(cell(DONE % json.dumps(list(tables))))
    for number, made in enumerate(cells):
        made["id"] = f"c{number}"
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    about = {"effekt": {"order": order, "name": name, "per": per}, "kernelspec": kernel}
    return {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}


def cell(source: str, tags: Sequence[str] = ()) -> dict[str, Any]:
    """A code cell that has not run."""
    return {"cell_type": "code", "execution_count": None, "metadata": {"tags": list(tags)} if tags else {}, "outputs": [], "source": source}


def prose(language: str, source: str) -> dict[str, Any]:
    """A prose cell of one language."""
    return {"cell_type": "markdown", "metadata": {"tags": [f"lang-{language}"]}, "source": source}
