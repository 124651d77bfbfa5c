"""The folder of a batch, put together beside the old one and moved into place when it is whole."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from effekt import paths, provenance
from effekt.batch import files, tidy, words
from effekt.batch.about import library_version, package_versions
from effekt.batch.audiences import Audience
from effekt.batch.index import Outcome, draw_index
from effekt.batch.keys import key_of
from effekt.batch.pages import Setting, drawing_hash, index_name, page_name
from effekt.batch.sets import FOLDER, write_sets

LATEST = "latest"
BANNER = "**Kørslen mislykkedes; tallene her må ikke bruges. / The run failed; the figures here must not be used.**\n\n{reason}"


@dataclass(frozen=True)
class Record:
    """What the manifest says beside the hashes of files. Times are UTC, ISO."""

    study: Path
    seed: int
    protocol: str
    command: str
    started: str
    ended: str
    python: str


def content_key(outcomes: Sequence[Outcome], setting: Setting, audiences: Sequence[Audience] = ()) -> str:
    """What the published folder depends on; two batches with the same key would publish the same pages and numbers."""
    index = provenance.hash_files(provenance.import_closure(__name__))
    told = [[o.run.id, o.ok, o.reason, o.finished.executed if o.finished else "", sorted(map(str, o.pages))] for o in outcomes]
    pages = [[provenance.file_hash(path) for _, path in sorted(outcome.pages.items())] for outcome in outcomes]
    return key_of([told, pages, setting.languages, [repr(audience) for audience in audiences], drawing_hash(), index])


def is_published(outputs: Path, content: str) -> bool:
    """Whether `outputs/latest` already holds this content, with every file as it was written."""
    latest = outputs / LATEST
    record, manifest = files.read_json(latest / "run.json"), files.read_json(latest / "manifest.json")
    if not record or not manifest or record.get("content") != content or record.get("status") != "ok":
        return False
    return all((latest / name).is_file() and provenance.file_hash(latest / name) == known for name, known in manifest["files"].items())


def publish(
    outputs: Path, name: str, outcomes: Sequence[Outcome], setting: Setting, record: Record, content: str, audiences: Sequence[Audience] = ()
) -> Path:
    """Write `outputs/<name>`, with a set of pages for each audience, and copy it to `outputs/latest`; returns the index of the latter.

    Whatever was there stays until the new one is whole.
    """
    building = outputs / f".{name}.building"
    files.remove(building)
    building.mkdir(parents=True)
    try:
        _fill(building, name, outcomes, setting, audiences)
        files.write_json(building / "manifest.json", _manifest(building, outcomes, record))
        files.write_json(building / "run.json", _record(name, outcomes, setting, record, content))
        files.put_folder(building, outputs / name)
    except BaseException:
        files.remove(building)
        raise
    files.copy_folder(outputs / name, outputs / LATEST)
    return outputs / LATEST / "index.html"


def free_name(outputs: Path, study: str, now: datetime) -> str:
    """A name for the folder of this batch: the study and the time."""
    name = f"{study}_{now:%Y%m%d_%H%M%S}"
    count = 2
    while (outputs / name).exists():
        name, count = f"{study}_{now:%Y%m%d_%H%M%S}_{count}", count + 1
    return name


def _fill(folder: Path, name: str, outcomes: Sequence[Outcome], setting: Setting, audiences: Sequence[Audience]) -> None:
    for outcome in outcomes:
        if not outcome.ok or outcome.finished is None:
            if outcome.executed and outcome.executed.get("cells"):
                _write_notebook(folder / "failed" / f"{outcome.run.id}.ipynb", _with_banner(outcome.executed, outcome.reason))
            continue
        for language, path in outcome.pages.items():
            _copy(path, folder / language / page_name(outcome.run))
        _copy(outcome.finished.folder / "executed.ipynb", folder / "notebooks" / f"{outcome.run.id}.ipynb")
    write_sets(folder, outcomes, setting, audiences)
    for language in setting.languages:
        sets = [(f"{FOLDER}/{audience.id}/{index_name(language, setting)}", audience.name[language]) for audience in audiences]
        files.write_text(folder / index_name(language, setting), draw_index(outcomes, setting, language, sets))
    tidy.write(folder, list(tidy.rows(outcomes, name)))


def _manifest(folder: Path, outcomes: Sequence[Outcome], record: Record) -> dict[str, Any]:
    tables = sorted(path for part in ("tables", "derived") for path in (record.study / part).glob("*.parquet"))
    library = sorted(path for path in paths.LIBRARY.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    lock = paths.REPOSITORY / "requirements.lock"
    return {
        "command": record.command,
        "started": record.started,
        "ended": record.ended,
        "seed": record.seed,
        "versions": {"effekt": library_version(), "python": record.python, **package_versions()},
        "protocol": record.protocol,
        "lock": provenance.hash_files([lock]) if lock.is_file() else "",
        "data": {path.relative_to(record.study).as_posix(): provenance.file_hash(path) for path in tables},
        "library": {path.relative_to(paths.LIBRARY).as_posix(): provenance.hash_files([path]) for path in library},
        "runs": {outcome.run.id: {**outcome.finished.facts, "tables": list(outcome.finished.tables)} for outcome in outcomes if outcome.finished},
        "files": {path.relative_to(folder).as_posix(): provenance.file_hash(path) for path in sorted(folder.rglob("*")) if path.is_file()},
    }


def _record(name: str, outcomes: Sequence[Outcome], setting: Setting, record: Record, content: str) -> dict[str, Any]:
    runs = [
        {
            "id": outcome.run.id,
            "notebook": outcome.run.notebook.name,
            "cluster": outcome.run.cluster,
            "parameters": dict(outcome.run.parameters),
            "status": "ok" if outcome.ok else "failed",
            "reason": outcome.reason,
            "reused": outcome.reused,
            "started": outcome.finished.started if outcome.finished else "",
            "seconds": outcome.finished.seconds if outcome.finished else round(outcome.seconds, 2),
            "pages": [f"{language}/{page_name(outcome.run)}" for language in sorted(outcome.pages)],
        }
        for outcome in outcomes
    ]
    status = "ok" if all(outcome.ok for outcome in outcomes) else "failed"
    about = {"name": name, "command": record.command, "started": record.started, "ended": record.ended, "languages": list(setting.languages)}
    return {"status": status, **about, "content": content, "runs": runs}


def _with_banner(executed: Mapping[str, Any], reason: str) -> dict[str, Any]:
    notebook = deepcopy(dict(executed))
    text = "\n\n".join(f"**{words.say('internal', language)}**" for language in words.LANGUAGES)
    cell = {"cell_type": "markdown", "id": "effekt-failed", "metadata": {}, "source": f"{BANNER.format(reason=reason)}\n\n{text}"}
    notebook["cells"] = [cell, *notebook["cells"]]
    return notebook


def _write_notebook(path: Path, notebook: Mapping[str, Any]) -> None:
    files.write_text(path, json.dumps(notebook, ensure_ascii=False, indent=1) + "\n")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
