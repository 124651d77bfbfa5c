"""A whole delivery, opened and loaded: every problem of every file at once, and what the next import compares itself with."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import duckdb

from effekt.data.declaration import Declaration, find_declaration, load_declaration
from effekt.data.locating import Candidate, candidates
from effekt.data.reading import Found, find_file, load_text
from effekt.data.registers import REGISTERS
from effekt.data.registers.source import Source
from effekt.provenance import file_hash


@dataclass(frozen=True)
class Delivery:
    """A delivery whose headers were read. found : our name of a file -> what can be read. unread : files that are there and cannot be read, with the
    columns they should have. declared : the `delivery.yml` that was used. unknown : names of files that nothing was made of."""

    folder: Path
    declared: Path | None
    declaration: Declaration
    found: dict[str, Found]
    unread: dict[str, tuple[str, ...]]
    problems: tuple[str, ...]
    unknown: tuple[str, ...] = ()

    @property
    def has_databases(self) -> bool:
        """Whether anything is read from a database, whose rows may change without a file changing."""
        return any(entry.table is not None for entries in self.declaration.files.values() for entry in entries)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is worth knowing before anything is loaded."""
        unknown = (f"not read, as no file of ours is called so: {', '.join(self.unknown)}",) if self.unknown else ()
        return (*(warning for item in self.found.values() for warning in item.warnings), *unknown)

    def stamp(self) -> dict[str, Any]:
        """Hash and size of every file that is read, `delivery.yml` included; a table of a database by its name."""
        paths = {path.relative_to(self.folder).as_posix(): path for item in self.found.values() for path in item.paths}
        paths |= {self.declared.name: self.declared} if self.declared is not None else {}
        tables = {part.told: {} for item in self.found.values() for part in item.parts if part.entry.table is not None}
        return {name: {"sha256": file_hash(path), "bytes": path.stat().st_size} for name, path in paths.items()} | tables


@dataclass(frozen=True)
class Loading:
    """What came of loading a delivery: problems, warnings, the hashes of the files whose found forms were used.

    ends : file -> number of the last row of each delivery that has it, oldest first.
    """

    problems: list[str]
    warnings: list[str]
    used: set[str]
    ends: dict[str, tuple[int, ...]]


@contextmanager
def opened(folder: Path, study: Path, declared: Path | None = None) -> Iterator[Delivery]:
    """Open a delivery by the `delivery.yml` in it, in the study, or by the one given. What had to be unpacked or rewritten is gone afterwards.

    Raises DeliveryError where `delivery.yml` itself is wrong.
    """
    if not folder.is_dir():
        told = f"there is no folder {folder.absolute()}. Name the folder that holds the sender's files."
        yield Delivery(folder, None, Declaration(), {}, {}, (told,))
        return
    declared = declared or find_declaration(folder, study)
    declaration = load_declaration(declared)
    with tempfile.TemporaryDirectory(prefix=".opening-", dir=study, ignore_cleanup_errors=True) as workspace:
        yield _open(folder, declared, declaration, Path(workspace))


def load_delivery(connection: duckdb.DuckDBPyConnection, delivery: Delivery, accepted: Collection[str] | bool) -> Loading:
    """Load every file as text. accepted : whether forms that were found and not declared may be used; or the hashes of the files of which that was
    said before."""
    problems: list[str] = []
    warnings: list[str] = []
    used: set[str] = set()
    ends: dict[str, tuple[int, ...]] = {}
    for item in delivery.found.values():
        hashes = {file_hash(path) for path in item.paths} if not isinstance(accepted, bool) and accepted else set()
        accept = accepted if isinstance(accepted, bool) else bool(hashes) and hashes <= set(accepted)
        loaded = load_text(connection, item, accept)
        problems += loaded.problems
        warnings += loaded.warnings
        if accept and loaded.detected:
            used |= {file_hash(path) for path in item.paths}
        ends[item.source.name] = _ends(item, loaded.kept)
    return Loading(problems, warnings, used, ends)


def _ends(item: Found, kept: Sequence[int]) -> tuple[int, ...]:
    last = dict(zip(item.deliveries or (0,) * len(item.parts), accumulate(kept), strict=False))
    return tuple(last[number] for number in sorted(last))


def _open(folder: Path, declared: Path | None, declaration: Declaration, workspace: Path) -> Delivery:
    there, problems = candidates(folder)
    there = [candidate for candidate in there if candidate.path.name not in declaration.unused]
    found: dict[str, Found] = {}
    unread: dict[str, tuple[str, ...]] = {}
    touched: set[Path] = set()
    free = _unclaimed(folder, declaration, there)
    for source in sources():
        item, wrong = find_file(source, folder, declaration, free, workspace)
        problems += wrong
        touched |= {candidate.path for candidate in there if candidate.stem in source.known_stems}
        if item is not None:
            found[source.name] = item
            touched |= set(item.paths)
        elif wrong:
            unread[source.name] = tuple(column.name for column in source.columns)
    databases = {folder / database.path for database in declaration.databases.values() if database.path}
    names = {candidate.path for candidate in there} - touched - databases
    unknown = tuple(sorted(path.name for path in names if path != declared))
    return Delivery(folder, declared, declaration, found, unread, (*problems, *_told_twice(found)), unknown)


def _unclaimed(folder: Path, declaration: Declaration, there: Sequence[Candidate]) -> list[Candidate]:
    """What may be found by its name alone: no file, sheet or member that `delivery.yml` speaks of."""
    claimed: set[tuple[Path, str | None]] = set()
    for entry in (entry for entries in declaration.files.values() for entry in entries if entry.path):
        inside = (entry.sheet or entry.member or "").strip().lower() or None
        claimed |= {(path, inside) for path in folder.glob(entry.path or "")}
    return [
        item
        for item in there
        if (item.path, None) not in claimed and (item.path, (item.sheet or item.member or "").strip().lower() or None) not in claimed
    ]


def sources() -> list[Source]:
    """Every file of ours, in the order in which they are read."""
    return [source for register in REGISTERS for source in register.sources]


def _told_twice(found: dict[str, Found]) -> list[str]:
    """Sources that tell the same contacts in two ways."""
    pairs = {tuple(sorted((name, other))) for name, item in found.items() for other in item.source.never_with if other in found}
    return [
        f"{found[one].source.file} and {found[other].source.file} [file.told_twice]: the same contacts in two models (LPR3_F and LPR_A). "
        "Every contact would count twice. Take the files of one model out of the folder; LPR_A is the newer."
        for one, other in sorted(pairs)
    ]
