"""gz and zip: unpacked into the import's own folder as a stream, never more than the limits allow, whatever the archive claims."""

from __future__ import annotations

import gzip
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from effekt.data.forms.opened import FormError, fresh_place

MOST_BYTES = 20 * 1024**3
MOST_RATIO = 200
RATIO_COUNTS_FROM_BYTES = 100 * 1024**2
_CHUNK = 1 << 20


def unpack_gz(path: Path, folder: Path) -> Path:
    """The file inside a .gz, written to `folder` under the archive's name without .gz. Raises FormError beyond the limits or where it is cut off."""
    name = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
    with faults(), gzip.open(path) as packed:
        return _copy(packed, fresh_place(folder, name), path.stat().st_size)


def members(path: Path) -> list[str]:
    """The names of the files in a zip. Raises FormError for names that lead out of the folder, links, encrypted members and too large ones."""
    with faults(), zipfile.ZipFile(path) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir() and not _is_hidden(info.filename)]
        for info in infos:
            _check_member(info)
        if sum(info.file_size for info in infos) > MOST_BYTES:
            raise FormError("bomb", f"unpacked it would be larger than {MOST_BYTES // 1024**3} GB. Ask for the files unpacked, or in parts.")
        return [info.filename for info in infos]


def unpack_member(path: Path, member: str, folder: Path) -> Path:
    """One member of a zip, written to `folder`. Raises FormError as `members` and `unpack_gz` do."""
    with faults(), zipfile.ZipFile(path) as archive:
        info = archive.getinfo(member)
        _check_member(info)
        with archive.open(info) as packed:
            return _copy(packed, fresh_place(folder, PurePosixPath(member).name), max(info.compress_size, 1))


def check_size(path: Path) -> None:
    """Hold a zip that another reader will unpack itself (xlsx) to the limits. Raises FormError."""
    members(path)
    with faults(), zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if info.file_size > RATIO_COUNTS_FROM_BYTES and info.file_size > MOST_RATIO * max(info.compress_size, 1):
                raise _bomb()


def _is_hidden(name: str) -> bool:
    """What a Mac adds to an archive."""
    return name.lower().startswith("__macosx/") or PurePosixPath(name).name in (".DS_Store",)


def _check_member(info: zipfile.ZipInfo) -> None:
    place = PurePosixPath(info.filename.replace("\\", "/"))
    if place.is_absolute() or ".." in place.parts or ":" in info.filename or "\0" in info.filename:
        raise FormError("name", "a member's name leads out of the folder. Nothing of it was unpacked. Ask for the files again.")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise FormError("link", "a member is a link to another file. Nothing of it was unpacked. Ask for the file itself.")
    if info.flag_bits & 1:
        raise FormError("locked", "a member is locked with a password. Unlock it first; a password is never asked for.")


def _copy(packed: IO[bytes], target: Path, packed_bytes: int) -> Path:
    written = 0
    with open(target, "wb") as file:
        while chunk := packed.read(_CHUNK):
            written += len(chunk)
            if written > MOST_BYTES:
                raise _bomb()
            if written > RATIO_COUNTS_FROM_BYTES and written > MOST_RATIO * packed_bytes:
                raise _bomb()
            file.write(chunk)
    return target


def _bomb() -> FormError:
    limits = f"more than {MOST_RATIO} times its size, or {MOST_BYTES // 1024**3} GB"
    return FormError("bomb", f"unpacked it is {limits}: it may be made to fill the disk. Ask for the file unpacked.")


@contextmanager
def faults() -> Iterator[None]:
    """What the archive modules raise becomes a FormError, without their words."""
    try:
        yield
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError, KeyError, ValueError):
        raise FormError("unreadable", "the archive is damaged or cut off, or packed in an unusual way. Ask for it again.") from None
