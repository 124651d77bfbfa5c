"""What the outcome of a run depends on, as one hash; a finished run with the same key is not run again."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from effekt import paths, provenance
from effekt.batch.files import read_json
from effekt.batch.plan import PlannedRun

LOCK = "requirements.lock"


@dataclass(frozen=True)
class Surroundings:
    """What all runs of a batch share: the protocol, the lock, Python, and the key of every derived table."""

    protocol: str
    lock: str
    python: str
    tables: Mapping[str, str]


def surroundings(study_path: Path, protocol_hash: str) -> Surroundings:
    """Read them for one study, after `prepare`."""
    lock = paths.REPOSITORY / LOCK
    return Surroundings(
        protocol=protocol_hash,
        lock=provenance.hash_files([lock]) if lock.is_file() else "",
        python=f"{platform.python_implementation()} {platform.python_version()}",
        tables=table_keys(study_path),
    )


def table_keys(study_path: Path) -> dict[str, str]:
    """Derived table -> what it was made of (`derived/prepared.json`); the hash of its file where the record says nothing of it."""
    derived = study_path / "derived"
    recorded = _recorded(read_json(derived / "prepared.json"))
    return {path.stem: recorded.get(path.stem) or provenance.file_hash(path) for path in sorted(derived.glob("*.parquet"))}


def run_key(run: PlannedRun, shared: Surroundings) -> str:
    """The part of a run's key that is known before it has run: its code, its parameters, the library files it reaches, and what all share.

    The other part is the keys of the derived tables it reads, which it tells when it has run: see `store.find`.
    """
    library = provenance.notebook_closure(run.notebook.code)
    return key_of(
        {
            "code": list(run.notebook.code),
            "parameters": dict(run.parameters),
            "library": provenance.hash_files(library),
            "protocol": shared.protocol,
            "lock": shared.lock,
            "python": shared.python,
        }
    )


def key_of(parts: Any) -> str:
    """A hash of plain values; the order of keys does not count."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


def data_hash(tables: Iterable[str], keys: Mapping[str, str]) -> str:
    """One hash for the derived tables that a run read."""
    return key_of({table: keys.get(table, "") for table in tables})


def _recorded(prepared: Any) -> dict[str, str]:
    tables = prepared.get("tables", {}) if isinstance(prepared, Mapping) else {}
    found = {name: record.get("key") if isinstance(record, Mapping) else record for name, record in tables.items()}
    return {name: key for name, key in found.items() if isinstance(key, str) and key}
