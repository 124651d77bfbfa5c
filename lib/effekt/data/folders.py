"""Folders that are either as they were or whole: written under another name, renamed at the end."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NEW, _OLD = ".new", ".old"


@contextmanager
def replaced_folders(parent: Path, *names: str) -> Iterator[tuple[Path, ...]]:
    """Empty folders to write into; on success they take the place of `parent/<name>`, on any exception or interrupt they are removed."""
    fresh = tuple(parent / f"{name}{_NEW}" for name in names)
    for folder in (*fresh, *(parent / f"{name}{_OLD}" for name in names)):
        shutil.rmtree(folder, ignore_errors=True)
    try:
        for folder in fresh:
            folder.mkdir(parents=True)
        yield fresh
    except BaseException:
        for folder in fresh:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    for name, folder in zip(names, fresh, strict=True):
        _swap(folder, parent / name)


def _swap(folder: Path, place: Path) -> None:
    shutil.rmtree(folder / ".spill", ignore_errors=True)
    old = place.with_name(place.name + _OLD)
    if place.exists():
        place.rename(old)
    folder.rename(place)
    shutil.rmtree(old, ignore_errors=True)
