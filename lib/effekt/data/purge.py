"""`effekt purge`: the person-level data of a study are removed; what it was made of, and what was counted, stays on record."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PERSON_LEVEL = ("delivery", "tables", "keys", "derived")
RECORD = "purged.json"
_LEFT_OVER = (".new", ".old")


@dataclass(frozen=True)
class Doomed:
    """A folder of person-level data: how many files and bytes it holds."""

    folder: Path
    n_files: int
    n_bytes: int


@dataclass(frozen=True)
class Purge:
    """What a purge removes, what stays in the study's folder, and the deliveries outside it, which it never touches."""

    study: Path
    doomed: tuple[Doomed, ...]
    remaining: tuple[str, ...]
    elsewhere: tuple[Path, ...]


def plan_purge(study: Path) -> Purge:
    """What `purge` would remove; nothing is touched. Folders left behind by a killed command (`tables.new`) count too."""
    names = [f"{name}{end}" for name in PERSON_LEVEL for end in ("", *_LEFT_OVER)]
    names += [path.name for path in study.glob(".opening-*")]
    doomed = tuple(_look(study / name) for name in names if (study / name).is_dir())
    gone = {item.folder.name for item in doomed}
    remaining = tuple(sorted(path.name for path in study.iterdir() if path.name not in gone))
    return Purge(study, doomed, remaining, _deliveries_elsewhere(study))


def purge(study: Path) -> Purge:
    """Remove the person-level data of a study. Deleting is what the file system calls deleting: backups and copies are not reached.

    Hashes of the delivered files, counts and rules of the last import are kept in `purged.json`, so that a published number can still be traced to
    the files it came from. A folder that is a link is unlinked, and what it leads to is named among those elsewhere. An interrupted purge is finished
    by the next one. Raises OSError where a file is open in another program.
    """
    planned = plan_purge(study)
    record = _read_json(study / "tables" / "import.json")
    if record is not None:
        fresh = study / f"{RECORD}.new"
        fresh.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        os.replace(fresh, study / RECORD)
    for item in sorted(planned.doomed, key=lambda item: item.folder.name != "keys"):
        if item.folder.is_symlink():
            item.folder.unlink()
        else:
            shutil.rmtree(item.folder, onerror=_remove_read_only)
    return planned


def _look(folder: Path) -> Doomed:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return Doomed(folder, len(files), sum(path.stat().st_size for path in files))


def _deliveries_elsewhere(study: Path) -> tuple[Path, ...]:
    record = _read_json(study / "tables" / "import.json") or {}
    folders = [study / item["folder"] for item in record.get("stamp", {}).get("deliveries", [])]
    folders += [study / name for name in PERSON_LEVEL if (study / name).is_symlink()]
    outside = (folder.resolve() for folder in folders if folder.exists() and study.resolve() not in folder.resolve().parents)
    return tuple(dict.fromkeys(outside))


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _remove_read_only(remove: Callable[[str], None], path: str, _error: Any) -> None:
    """Files marked read-only (Windows refuses to delete them) are made writable and removed."""
    os.chmod(path, stat.S_IWRITE)
    remove(path)
