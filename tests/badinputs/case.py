"""One malformed delivery: what is wrong with it, and what it must get. The numbers are those of the list of bad inputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.tiny import ANNA, Files

REJECTED, DONE, PROTOCOL = 3, 0, 2
CPR = "0105301235"  # Anna's, had she been delivered under one: a man born 1 May 1930. Its check digit is wrong, as it may be since 2007.
CANARIES = ("0101701234", "010170-1234", "101701234", "CANARY", "Kirsten Jensen")
STRANGER = "999999999999"


@dataclass(frozen=True)
class Case:
    """number : in the list. reaction : R | Q | F | W | ok. rule : quoted where it is told. rows : its first rows.

    files : changes the rows before they are written. folder : changes the study after that. also : looks at the imported study.
    arguments : of the command line, after the folders. told : words of the message, where it is about no delivery and has no rule.
    """

    number: int
    what: str
    reaction: str
    rule: str = ""
    rows: tuple[int, ...] = ()
    files: Callable[[Files], object] | None = None
    folder: Callable[[Path], object] | None = None
    also: Callable[[Path], object] | None = None
    arguments: tuple[str, ...] = ()
    exit_code: int | None = None
    told: str = ""

    @property
    def status(self) -> int:
        """What the command returns."""
        return self.exit_code if self.exit_code is not None else REJECTED if self.reaction == "R" else DONE


def row(file: str, number: int, **changes: object) -> Callable[[Files], object]:
    """Row `number` (from 1) of a file says something else."""
    return lambda files: files[file][number - 1].update(changes)


def every(file: str, **changes: object) -> Callable[[Files], object]:
    """All rows of a file say something else; a function is given what they said."""

    def change(files: Files) -> None:
        for line in files[file]:
            line.update({name: value(line[name]) if callable(value) else value for name, value in changes.items()})

    return change


def added(file: str, like: int = 1, **changes: object) -> Callable[[Files], object]:
    """One more row at the end of a file, like row `like` but for these changes."""
    return lambda files: files[file].append(files[file][like - 1] | changes)


def both(*changes: Callable[[Files], object]) -> Callable[[Files], object]:
    """One change after the other."""

    def change(files: Files) -> None:
        for each in changes:
            each(files)

    return change


def numbered(number: str, *changes: Callable[[Files], object], person: str = ANNA, **facts: object) -> Callable[[Files], object]:
    """A person stands in every file under another number (and with other facts in the population register); then further changes."""

    def change(files: Files) -> None:
        for name, rows in files.items():
            for line in rows:
                if line.get("pnr") == person:
                    line.update({"pnr": number} | (facts if name == "bef" else {}))
        both(*changes)(files)

    return change


def raw(file: str, change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    """The bytes of a written file become others."""

    def spoil(study: Path) -> None:
        path = study / "delivery" / f"{file}.csv"
        path.write_bytes(change(path.read_bytes()))

    return spoil
