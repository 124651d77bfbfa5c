"""Finished runs, kept under `outputs/.finished` until they are out of date, so that no run is done twice."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from effekt import provenance
from effekt.batch import files
from effekt.batch.execute import Executed

FOLDER = ".finished"
KEEP = 3


@dataclass(frozen=True)
class Finished:
    """The record of one run that was ok.

    tables : derived table -> its key when it was read. executed : hash of the executed notebook. facts : what a page says it rests on.
    """

    id: str
    key: str
    tables: Mapping[str, str]
    executed: str
    started: str
    seconds: float
    facts: Mapping[str, str]
    folder: Path

    def notebook(self) -> dict[str, Any]:
        """The executed notebook."""
        return json.loads((self.folder / "executed.ipynb").read_text(encoding="utf-8"))


def find(outputs: Path, run_id: str, key: str, table_keys: Mapping[str, str]) -> Finished | None:
    """The finished run with this key whose derived tables are still the same and whose executed notebook is still what was written."""
    for record in sorted((outputs / FOLDER / run_id).glob("*/run.json"), reverse=True):
        found = _read(record)
        if found is None or found.key != key:
            continue
        same_tables = all(table_keys.get(table) == known for table, known in found.tables.items())
        executed = found.folder / "executed.ipynb"
        if same_tables and executed.is_file() and provenance.file_hash(executed) == found.executed:
            return found
    return None


def last_seconds(outputs: Path, run_id: str) -> float:
    """How long this run took when it was last ok, whatever it depended on; infinite where that is not known."""
    known = [found.seconds for record in sorted((outputs / FOLDER / run_id).glob("*/run.json")) if (found := _read(record))]
    return known[-1] if known else math.inf


def keep(outputs: Path, run_id: str, key: str, executed: Executed, tables: Mapping[str, str], facts: Mapping[str, str]) -> Finished:
    """Keep a run that was ok: first the executed notebook, last the record that makes it count."""
    folder = outputs / FOLDER / run_id / f"{executed.started.replace(':', '').replace('-', '')[:15]}_{key[:8]}"
    path = folder / "executed.ipynb"
    files.write_text(path, json.dumps(executed.notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    written = provenance.file_hash(path)
    finished = Finished(run_id, key, dict(tables), written, executed.started, round(executed.seconds, 2), dict(facts), folder)
    record = {name: value for name, value in asdict(finished).items() if name != "folder"}
    files.write_json(folder / "run.json", {"status": "ok", **record})
    _forget_old(folder.parent)
    return finished


def _read(record: Path) -> Finished | None:
    found = files.read_json(record)
    if not isinstance(found, dict) or found.pop("status", "") != "ok":
        return None
    try:
        return Finished(**found, folder=record.parent)
    except TypeError:
        return None


def _forget_old(folder: Path) -> None:
    for old in sorted(path for path in folder.iterdir() if path.is_dir())[:-KEEP]:
        files.remove(old)
