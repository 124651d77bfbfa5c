"""Files that are either whole or not there: written under a temporary name, flushed to the disk, renamed."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from effekt.errors import UsageError

PART = ".part"


def write_bytes(path: Path, content: bytes) -> None:
    """Put `content` at `path` in one step; a killed process leaves the old file or none, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}{PART}")
    try:
        with open(part, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str) -> None:
    """`write_bytes` of UTF-8 with the line endings as given."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, value: Any) -> None:
    """`write_text` of readable JSON, keys in the order given."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def read_json(path: Path) -> Any | None:
    """The JSON at `path`, or None where there is none or it is not whole."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def replace(old: Path, new: Path, tries: int = 20) -> None:
    """Rename over what is there; on Windows a file that a virus scanner or a browser holds is tried again for a few seconds."""
    for left in reversed(range(tries)):
        try:
            os.replace(old, new)
            return
        except PermissionError:
            if left == 0:
                raise
            time.sleep(0.2)


def put_folder(built: Path, target: Path) -> None:
    """Put the finished folder `built` in the place of `target`: the old one is moved aside, and back again if the new one cannot be placed."""
    aside = target.with_name(f".{target.name}.old")
    remove(aside)
    if target.exists():
        replace(target, aside)
    try:
        replace(built, target)
    except OSError:
        if aside.exists() and not target.exists():
            replace(aside, target)
        raise
    remove(aside)


def copy_folder(source: Path, target: Path) -> None:
    """A real copy of a folder, whole or not there."""
    building = target.with_name(f".{target.name}.building")
    remove(building)
    shutil.copytree(source, building)
    put_folder(building, target)


def remove(path: Path) -> None:
    """Remove a file or a folder; nothing there is fine."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def clean_leftovers(outputs: Path) -> int:
    """What killed runs left under `outputs`: unfinished folders are removed, a result that was moved aside is put back. Returns how many."""
    count = 0
    for path in sorted(outputs.glob(".*.building")):
        remove(path)
        count += 1
    for aside in sorted(outputs.glob(".*.old")):
        target = aside.with_name(aside.name[1 : -len(".old")])
        if target.exists():
            remove(aside)
        else:
            replace(aside, target)
        count += 1
    for part in sorted(outputs.rglob(f"*{PART}")):
        remove(part)
        count += 1
    return count


@contextmanager
def only_one(folder: Path, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold `folder` for one process at a time; the system lets go of it however the process ends.

    While another holds it: `waiting` is called once and then it is waited for; without `waiting`, UsageError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "a+b") as file:
        if not _taken(file):
            if waiting is None:
                raise UsageError(f"Another effekt run is writing to {folder}. Wait until it ends, then give the command again.")
            waiting()
            while not _taken(file):
                time.sleep(0.3)
        yield


@contextmanager
def private_folder(prefix: str) -> Iterator[Path]:
    """A temporary folder that only this user can open, removed at the end; those of processes that were killed are removed at the beginning."""
    for old in sorted(Path(tempfile.gettempdir()).glob(f"{prefix}*/.lock")):
        with suppress(OSError), open(old, "a+b") as file:
            if _taken(file):
                shutil.rmtree(old.parent, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-"))
    try:
        with open(folder / ".lock", "a+b") as file:
            _taken(file)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _taken(file: IO[bytes]) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
