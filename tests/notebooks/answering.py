"""One result of a notebook made alone, on the demo study with one input changed: only the lines that the result needs are run."""

from __future__ import annotations

import ast
import csv
import json
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from effekt.catalogue import codes
from effekt.paths import DEMO, NOTEBOOKS
from effekt.report import MIME
from tests.notebooks.style import code_cells, source

COPIED = ("evaluation.yml", "synthetic.yml", "truth.json")


@cache
def read(notebook: str) -> dict[str, Any]:
    """A committed notebook by its name."""
    return json.loads((NOTEBOOKS / f"{notebook}.ipynb").read_text(encoding="utf-8"))


def results(notebook: str) -> dict[str, dict[str, Any]]:
    """id -> bundle of every committed result of a notebook."""
    bundles = [output["data"][MIME] for _, cell in code_cells(read(notebook)) for output in cell["outputs"]]
    return {bundle["id"]: bundle for bundle in bundles}


def made_alone(notebook: str, result: str, study: Path) -> dict[str, Any]:
    """The bundle of one result, from the lines of the notebook that it needs and no others."""
    cells = [cell for _, cell in code_cells(read(notebook))]
    place = next(place for place, cell in enumerate(cells) if any(output["data"][MIME]["id"] == result for output in cell["outputs"]))
    body = [line for cell in cells[2 : place + 1] for line in ast.parse(source(cell)).body]
    *before, last = body
    needed = _names(last)
    kept: list[ast.stmt] = []
    for line in reversed(before):
        if isinstance(line, ast.Assign) and needed & {target.id for target in line.targets if isinstance(target, ast.Name)}:
            kept.insert(0, line)
            needed |= _names(line.value)
    scope: dict[str, Any] = {}
    exec(source(cells[0]), scope)
    exec(source(cells[1]), scope | {"study_path": str(study)}, found := {})
    scope |= found
    exec(compile(ast.Module(kept, []), notebook, "exec"), scope)
    assert isinstance(last, ast.Expr)
    return eval(compile(ast.Expression(last.value), notebook, "eval"), scope).bundle()


def changed_study(folder: Path, change: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo study with one input changed: a derived table, evaluation.yml, or a file of the catalogue's code lists."""
    study = folder / "study"
    (study / "derived").mkdir(parents=True)
    for name in COPIED:
        shutil.copy(DEMO / name, study / name)
    (study / "tables").symlink_to(DEMO / "tables")
    for path in (DEMO / "derived").iterdir():
        (study / "derived" / path.name).symlink_to(path)
    if "table" in change:
        path = study / "derived" / f"{change['table']}.parquet"
        frame = pd.read_parquet(path)
        for column, value in change.get("only", {}).items():
            frame = frame[frame[column] == value]
        frame = changed(frame, change) if "set" in change or "drop" in change else frame
        path.unlink()
        frame.to_parquet(path, index=False)
    elif "protocol" in change:
        told = yaml.safe_load((DEMO / "evaluation.yml").read_text(encoding="utf-8"))
        told[change["protocol"]] = change["set"]
        (study / "evaluation.yml").write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    else:
        _change_code_list(folder, change, monkeypatch)
    return study


def changed(frame: pd.DataFrame, change: Mapping[str, Any]) -> pd.DataFrame:
    """The rows that `where` names, set or dropped; at least one row, and the frame is not as it was."""
    meant = pd.Series(True, index=frame.index)
    for column, value in change.get("where", {}).items():
        meant &= frame[column].eq(value).fillna(False).astype(bool)
    assert meant.any(), f"no row of {change['table']} is meant"
    if change.get("drop"):
        return frame[~meant]
    after = frame.copy()
    for column, value in change["set"].items():
        kept = after[column].astype(object)
        kept[meant] = value
        after[column] = kept if value is None and after[column].dtype.kind in "iub" else kept.astype(after[column].dtype)
    assert not after.equals(frame), f"{change['table']} holds this already"
    return after


def _change_code_list(folder: Path, change: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    lists = folder / "codelists"
    shutil.copytree(codes.CODELISTS, lists)
    with open(lists / change["codelist"], encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    meant = [row for row in rows if all(row[column] == value for column, value in change["where"].items())]
    assert meant, f"no row of {change['codelist']} is meant"
    for row in meant:
        row.update(change["set"])
    with open(lists / change["codelist"], "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    monkeypatch.setattr(codes, "CODELISTS", lists)
    for loader in (codes.load_tasks, codes.load_oddities, codes.load_meeting_plan, codes.load_body_members):
        loader.cache_clear()


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
