"""The lock on a protocol: what `evaluation.yml` said before outcomes were read, and what was changed since, when and why.

`evaluation.lock.json` lies beside it. Each entry is sealed with the one before, so that an entry cannot be changed or left out unseen.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from effekt.errors import ProtocolError, UsageError
from effekt.protocol import FILE, load_protocol
from effekt.yaml_lines import read_yaml

LOCK_FILE = "evaluation.lock.json"


@dataclass(frozen=True)
class Entry:
    """One entry: the first locks, every later one is a change.

    date : ISO day. content : hash of what the file says. seal : hash of the whole entry and of the seal before.
    keys : what was changed, such as "clusters.0.start"; none in the first. reason : as the evaluator wrote it.
    outcomes_read : whether derived tables with outcomes were there at the time.
    """

    date: str
    content: str
    keys: tuple[str, ...]
    reason: str
    outcomes_read: bool
    seal: str = ""

    def sealed(self, before: str) -> Entry:
        """The entry with its seal, after an entry whose seal is `before` ("" for the first)."""
        told = [self.date, self.content, list(self.keys), self.reason, self.outcomes_read, before]
        return replace(self, seal=_hash(told))


@dataclass(frozen=True)
class Lock:
    """The lock of a study. entries : oldest first, none where it was never locked. unlocked_keys : changed since the last entry, without a reason."""

    entries: tuple[Entry, ...] = ()
    unlocked_keys: tuple[str, ...] = ()


def read_lock(study: Path) -> Lock:
    """The lock of a study, held against what `evaluation.yml` says now. Comments, layout and the order of keys do not count.

    Raises ProtocolError where the lock file is damaged or was edited.
    """
    record = _read(study)
    if record is None:
        return Lock()
    return Lock(record[0], _changed(record[1], _values(study)))


def lock_protocol(study: Path, *, today: str, outcomes_read: bool, reason: str = "") -> Lock:
    """Lock what `evaluation.yml` says, or record a change of it with its reason; a protocol that is locked as it stands is left alone.

    Raises ProtocolError for a protocol that contradicts itself, UsageError for a change without a reason (with the keys that changed).
    """
    load_protocol(study)
    lock, values = read_lock(study), _values(study)
    if lock.entries and not lock.unlocked_keys:
        return lock
    if lock.entries and not reason.strip():
        raise UsageError(
            f"{FILE} has changed since it was locked on {lock.entries[-1].date}: {', '.join(lock.unlocked_keys)}. "
            f'Say why: python -m effekt lock --study {study} --because "..."'
        )
    entry = Entry(today, _hash(values), lock.unlocked_keys, reason.strip(), outcomes_read)
    done = Lock((*lock.entries, entry.sealed(lock.entries[-1].seal if lock.entries else "")))
    fresh = study / f"{LOCK_FILE}.new"
    record = {"entries": [asdict(item) for item in done.entries], "values": values}
    fresh.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    os.replace(fresh, study / LOCK_FILE)
    return done


def _values(study: Path) -> Any:
    return read_yaml((study / FILE).read_text(encoding="utf-8-sig")).values


def _read(study: Path) -> tuple[tuple[Entry, ...], Any] | None:
    """The entries and what the file said at the last of them; None where there is no lock."""
    try:
        record = json.loads((study / LOCK_FILE).read_text(encoding="utf-8"))
        entries = tuple(Entry(**{**item, "keys": tuple(item["keys"])}) for item in record["entries"])
        befores = ["", *(entry.seal for entry in entries)]
        whole = all(entry == entry.sealed(before) for entry, before in zip(entries, befores, strict=False))
        if whole and entries[-1].content == _hash(record["values"]):
            return entries, record["values"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        pass
    raise ProtocolError(f"{LOCK_FILE} is damaged or was edited by hand. Restore it from a backup; without it nobody can see what was locked when.")


def _hash(values: Any) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _changed(old: Any, new: Any) -> tuple[str, ...]:
    first, second = dict(_flat(old)), dict(_flat(new))
    return tuple(key for key in dict.fromkeys([*first, *second]) if first.get(key, ...) != second.get(key, ...))


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _flat(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value:
        for place, item in enumerate(value):
            yield from _flat(item, f"{path}.{place}")
    else:
        yield path, value
