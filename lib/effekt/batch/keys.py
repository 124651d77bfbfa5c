"""What the outcome of a run depends on, as one hash; a finished run with the same key is not run again."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
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
    """Derived table -> everything it was made of, back to the delivery.

    That is its own key in `derived/prepared.json`, those of the derived tables it was made from, and the stamps of the import and of the
    generator of a synthetic delivery: a changed library file counts wherever in the chain it stands, also if the rows came out the same.
    A table of which nothing is recorded counts by the content of its file. An input of a table's own name is the delivered table of that name.
    """
    derived = study_path / "derived"
    record = read_json(derived / "prepared.json") or {}
    origin = [(read_json(study_path / name) or {}).get("stamp") for name in ("tables/import.json", "truth.json")]

    def key(table: str) -> str:
        told = record.get(table)
        if not isinstance(told, Mapping) or "key" not in told:
            return provenance.file_hash(derived / f"{table}.parquet")
        before = (made_from for made_from in told.get("inputs", ()) if made_from in record and made_from != table)
        return key_of([told["key"], [key(made_from) for made_from in before], origin])

    return {path.stem: key(path.stem) for path in sorted(derived.glob("*.parquet"))}


def run_key(run: PlannedRun, shared: Surroundings) -> str:
    """The part of a run's key that is known before it has run: its code, its parameters, the library files it reaches, and what all share.

    The other part is the keys of the derived tables it reads, which it tells when it has run: see `store.find`.
    """
    extra = {"packages": installed(run.notebook.packages)} if run.notebook.packages else {}
    return key_of(
        {
            "code": list(run.notebook.code),
            "parameters": dict(run.parameters),
            "library": library_hash(run.notebook.code),
            "protocol": shared.protocol,
            "lock": shared.lock,
            "python": shared.python,
            **extra,
        }
    )


def installed(packages: Iterable[str]) -> dict[str, str]:
    """Version of each package of an extra, "" where it is not installed."""
    found = {}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = ""
    return found


@lru_cache(maxsize=64)
def library_hash(code: tuple[str, ...]) -> str:
    """Hash of every library file that these cells can reach, read once a process."""
    return library_hash_now(code)


def library_hash_now(code: tuple[str, ...]) -> str:
    """The same, read again."""
    return provenance.hash_files(provenance.notebook_closure(code))


def key_of(parts: Any) -> str:
    """A hash of plain values; the order of keys does not count."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


def data_hash(tables: Iterable[str], keys: Mapping[str, str]) -> str:
    """One hash for the derived tables that a run read."""
    return key_of({table: keys.get(table, "") for table in tables})

