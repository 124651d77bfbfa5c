"""A text file looked through once, byte by byte, before anything reads it: its encoding, its line ends, and what no text holds."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from effekt.data.forms.opened import FormError

_CHUNK = 1 << 22
_OVERLAP = 8
_TWICE_ENCODED = re.compile(rb"\xc3\x83(?:\xc2[\x80-\xbf]|\xe2\x80[\xa0\xa6]|\xcb\x9c)|\xef\xbf\xbd")
BOM = codecs.BOM_UTF8
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "latin-1", "iso-8859-1", "iso-8859-15", "cp1252", "windows-1252", "cp850", "cp865", "mac-roman")


@dataclass(frozen=True)
class Scan:
    """What a file's bytes say.

    n_bytes : its size. wrong_line : the first line that is not UTF-8; None where all of it is. zero_line : the first line with a zero byte.
    twice_line : the first line with letters that were encoded twice, or lost. c1 : bytes that are text in Windows-1252 and not in latin-1.
    has_mark : begins with the mark of UTF-8. mixed_ends : has line ends of more than one kind, or old ones (CR alone).
    """

    n_bytes: int
    wrong_line: int | None
    zero_line: int | None
    twice_line: int | None
    c1: bool
    has_mark: bool
    mixed_ends: bool


def scan_text(path: Path) -> Scan:
    """Look through a file, 4 MB at a time. Raises FormError where it cannot be read."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    n_bytes = lines = returns = pairs = 0
    wrong_line = zero_line = twice_line = None
    c1 = has_mark = False
    before = b""
    try:
        with open(path, "rb") as file:
            while chunk := file.read(_CHUNK):
                has_mark = has_mark or (n_bytes == 0 and chunk.startswith(BOM))
                window = before + chunk
                if zero_line is None and b"\0" in chunk:
                    zero_line = lines + 1 + chunk.count(b"\n", 0, chunk.index(b"\0"))
                if not chunk.isascii() or not before.isascii():
                    if twice_line is None and (b"\xc3\x83" in window or b"\xef\xbf" in window):
                        found = _TWICE_ENCODED.search(window)
                        if found:
                            twice_line = lines + 1 + window.count(b"\n", len(before), max(found.start(), len(before)))
                    if wrong_line is None:
                        wrong_line = _wrong_line(decoder, chunk, lines)
                    if wrong_line is not None:
                        c1 = c1 or re.search(rb"[\x80-\x9f]", chunk) is not None
                n_bytes += len(chunk)
                lines += chunk.count(b"\n")
                if b"\r" in chunk or before.endswith(b"\r"):
                    returns += chunk.count(b"\r")
                    pairs += chunk.count(b"\r\n") + (before.endswith(b"\r") and chunk.startswith(b"\n"))
                before = chunk[-_OVERLAP:]
    except OSError:
        raise FormError("unreadable", "cannot be read to its end. Check the permission of the file, or copy it again.") from None
    if wrong_line is None and not _ends_whole(decoder):
        wrong_line = lines + 1
    mixed = returns > 0 and not (returns == pairs == lines)
    return Scan(n_bytes, wrong_line, zero_line, twice_line, c1, has_mark, mixed)


def rewrite(path: Path, encoding: str, target: Path) -> Path:
    """The same text as UTF-8 with LF between lines, written to `target`. Raises FormError where the bytes are not of that encoding."""
    try:
        with open(path, encoding=encoding, newline=None) as file, open(target, "w", encoding="utf-8", newline="\n") as out:
            while chunk := file.read(_CHUNK):
                out.write(chunk)
    except UnicodeError:
        raise FormError("encoding", f"is not text in {encoding} all the way, which delivery.yml says it is. Ask the sender for UTF-8.") from None
    except OSError:
        raise FormError("unreadable", "cannot be copied. Check the permission of the file and the room on the disk.") from None
    return target


def _wrong_line(decoder: codecs.IncrementalDecoder, chunk: bytes, lines: int) -> int | None:
    """Decode a chunk; the line of its first byte that is no UTF-8."""
    waiting = len(decoder.getstate()[0])
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError as error:
        return lines + 1 + chunk.count(b"\n", 0, max(error.start - waiting, 0))
    return None


def _ends_whole(decoder: codecs.IncrementalDecoder) -> bool:
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
