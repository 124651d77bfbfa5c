"""Which deliveries the tables of a study were made of, in which order, and how several become one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from effekt.data.opening import Delivery, opened
from effekt.data.reading import Found
from effekt.errors import DeliveryError, UsageError
from effekt.provenance import file_hash

RECORD = "import.json"
REJECTED = "rejected.json"
START_OVER = "Put it back as it was, or begin anew with this delivery alone: --start-over"


@dataclass(frozen=True)
class Taken:
    """One delivery. files : name -> hash and size when it was read. replaces : it may contradict earlier ones. fewer : it may have far fewer rows."""

    folder: str
    files: Mapping[str, Any]
    replaces: bool = False
    fewer: bool = False
    declared: str | None = None


def read_ledger(study: Path) -> tuple[Taken, ...]:
    """The deliveries of the last import, oldest first; none before the first."""
    try:
        record = json.loads((study / "tables" / RECORD).read_text(encoding="utf-8"))
        return tuple(Taken(**item) for item in record["stamp"]["deliveries"])
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def add_delivery(study: Path, folder: Path, *, replaces: bool, fewer: bool, declared: Path | None, start_over: bool) -> tuple[Taken, ...]:
    """The deliveries to import when `folder` is delivered: those before it and itself. One that is known is read again in its place."""
    known = () if start_over else read_ledger(study)
    new = Taken(_named(study, folder), {}, replaces, fewer, str(declared.absolute()) if declared is not None else None)
    for place, item in enumerate(known):
        if item.folder == new.folder:
            kept = replace(new, replaces=replaces or item.replaces, fewer=fewer or item.fewer, declared=new.declared or item.declared)
            return (*known[:place], kept, *known[place + 1 :])
    return (*known, new)


def drop_last(study: Path) -> tuple[Taken, ...]:
    """The deliveries to import when the last one is undone. Raises UsageError where there are fewer than two."""
    known = read_ledger(study)
    if len(known) < 2:
        raise UsageError(f"There is nothing to undo: the tables of {study.name} were made of {len(known)} delivery. `effekt purge` removes them.")
    return known[:-1]


@contextmanager
def opened_together(study: Path, taken: Sequence[Taken]) -> Iterator[tuple[Delivery, tuple[Taken, ...]]]:
    """The deliveries opened as one, and each as it is now.

    Raises DeliveryError where an earlier delivery is gone or is not what it was: the tables could not be made again.
    """
    with ExitStack() as stack:
        there = [stack.enter_context(opened(_path(study, item), study, Path(item.declared) if item.declared else None)) for item in taken]
        now = tuple(replace(item, files=delivery.stamp()) for item, delivery in zip(taken, there, strict=True))
        lost = [item.folder for item, is_now in zip(taken, now, strict=True) if item.files and item.files != is_now.files]
        if lost:
            told = "\n".join(f"- {folder} [delivery.gone]: it is no longer there, or its files have changed." for folder in lost)
            raise DeliveryError(f"The tables were made of earlier deliveries, and these are not what they were:\n{told}\n{START_OVER}.")
        yield merge(there), now


@contextmanager
def rejections_recorded(study: Path, folder: Path) -> Iterator[None]:
    """Where a delivery is refused, `rejected.json` says which files it was: name, hash and size of each, and nothing of what they hold.

    The next import that succeeds removes it.
    """
    try:
        yield
    except DeliveryError:
        paths = sorted(path for path in folder.iterdir() if path.is_file() and not path.is_symlink()) if folder.is_dir() else []
        files = {path.name: {"sha256": file_hash(path), "bytes": path.stat().st_size} for path in paths if os.access(path, os.R_OK)}
        (study / REJECTED).write_text(json.dumps({"files": files}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        raise
    (study / REJECTED).unlink(missing_ok=True)


def merge(deliveries: Sequence[Delivery]) -> Delivery:
    """Several deliveries as one: of each file all parts, in the order of the deliveries. Problems and notes say which delivery they are of."""
    if len(deliveries) == 1:
        return deliveries[0]
    newest = deliveries[-1]
    names = dict.fromkeys(name for delivery in deliveries for name in delivery.found)
    found = {name: _joined([(place, delivery.found[name]) for place, delivery in enumerate(deliveries) if name in delivery.found]) for name in names}
    unread = {name: columns for delivery in deliveries for name, columns in delivery.unread.items()}
    problems = tuple(f"{delivery.folder.name}: {problem}" for delivery in deliveries for problem in delivery.problems)
    unknown = tuple(f"{delivery.folder.name}/{name}" for delivery in deliveries for name in delivery.unknown)
    return replace(newest, found=found, unread=unread, problems=problems, unknown=unknown)


def _joined(items: Sequence[tuple[int, Found]]) -> Found:
    first = items[0][1]
    present = [name for name in first.positions if any(found.positions[name] is not None for _, found in items)]
    return replace(
        first,
        parts=tuple(part for _, found in items for part in found.parts),
        taken=tuple(places for _, found in items for places in found.taken),
        specs=tuple(specs for _, found in items for specs in found.specs),
        positions={name: present.index(name) if name in present else None for name in first.positions},
        warnings=tuple(dict.fromkeys(warning for _, found in items for warning in found.warnings)),
        deliveries=tuple(place for place, found in items for _ in found.parts),
    )


def as_records(taken: Sequence[Taken]) -> list[dict[str, Any]]:
    """The deliveries as plain values."""
    return [asdict(item) for item in taken]


def _named(study: Path, folder: Path) -> str:
    """A folder within the study by its place in it, any other by its full path."""
    whole = folder.absolute()
    return whole.relative_to(study.absolute()).as_posix() if whole.is_relative_to(study.absolute()) else str(whole)


def _path(study: Path, item: Taken) -> Path:
    return study / item.folder
