"""The smallest SAS files that say what a test needs: sas7bdat (uncompressed, 32 bits, one or more pages of rows) and xport (version 5).

Rows are tuples of texts, numbers and None; a column is its name, its SAS format ("" for none) and, for texts, their length.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ENCODINGS = {"utf-8": 20, "latin-1": 29, "cp1252": 62}
MAGIC = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
PAGE = 65_536
_BIT_OFFSET, _POINTER, _INT = 16, 12, 4
_META, _DATA = 0, 0x0100


@dataclass(frozen=True)
class Variable:
    """A column of a SAS file: a number (length 0) or a text of at most `length` bytes."""

    name: str
    sas_format: str = ""
    length: int = 0

    @property
    def width(self) -> int:
        """Bytes in a row."""
        return self.length or 8


def write_sas7bdat(path: Path, variables: Sequence[Variable], rows: Sequence[Sequence[object]], encoding: str = "utf-8", told: str = "") -> None:
    """Write a sas7bdat file; `told` is the encoding its header claims, where that is not the one its texts have."""
    width = sum(variable.width for variable in variables)
    body = [b"".join(_value(variable, value, encoding, "<d") for variable, value in zip(variables, row, strict=True)) for row in rows]
    a_page = (PAGE - _BIT_OFFSET - 8) // width
    pages = [_meta_page(variables, len(rows), width)]
    for first in range(0, len(body), a_page):
        part = body[first : first + a_page]
        head = bytes(_BIT_OFFSET) + struct.pack("<HHHH", _DATA, len(part), 0, 0)
        pages.append((head + b"".join(part)).ljust(PAGE, b"\0"))
    header = bytearray(1024)
    header[: len(MAGIC)] = MAGIC
    header[32], header[35], header[37], header[39] = 0x22, 0x22, 1, ord("2")
    header[70] = ENCODINGS[told or encoding]
    header[84:92] = b"SAS FILE"
    struct.pack_into("<III", header, 196, 1024, PAGE, len(pages))
    path.write_bytes(bytes(header) + b"".join(pages))


def write_xport(path: Path, variables: Sequence[Variable], rows: Sequence[Sequence[object]], encoding: str = "latin-1") -> None:
    """Write a SAS transport file."""
    stamp = b"01JAN14:00:00:00"
    pieces = [
        b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!000000000000000000000000000000  ",
        b"SAS     SAS     SASLIB  9.4     X64_10PR" + b" " * 24 + stamp,
        stamp.ljust(80),
        b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!000000000000000001600000000140  ",
        b"HEADER RECORD*******DSCRPTR HEADER RECORD!!!!!!!000000000000000000000000000000  ",
        b"SAS     DATA    SASDATA 9.4     X64_10PR" + b" " * 24 + stamp,
        stamp.ljust(80),
        b"HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!000000%04d00000000000000000000  " % len(variables),
    ]
    place, fields = 0, b""
    for number, variable in enumerate(variables, 1):
        kind = 2 if variable.length else 1
        sas_format = variable.sas_format.encode().ljust(8)
        named = variable.name.encode().ljust(8)
        told = (kind, 0, variable.width, number, named, b" " * 40, sas_format, 9, 0, 0, b"", b" " * 8, 0, 0, place, b"")
        fields += struct.pack(">hhhh8s40s8shhh2s8shhl52s", *told)
        place += variable.width
    pieces.append(fields.ljust(-(-len(fields) // 80) * 80))
    pieces.append(b"HEADER RECORD*******OBS     HEADER RECORD!!!!!!!000000000000000000000000000000  ")
    body = b"".join(b"".join(_ibm(variable, value, encoding) for variable, value in zip(variables, row, strict=True)) for row in rows)
    pieces.append(body.ljust(-(-len(body) // 80) * 80))
    path.write_bytes(b"".join(pieces))


def _value(variable: Variable, value: object, encoding: str, number: str) -> bytes:
    if variable.length:
        return str(value if value is not None else "").encode(encoding).ljust(variable.length)
    return struct.pack(number, float("nan") if value is None else float(str(value)))


def _ibm(variable: Variable, value: object, encoding: str) -> bytes:
    """A number as IBM mainframes write it: sign, exponent of 16 with 64 added, seven bytes of fraction."""
    if variable.length:
        return _value(variable, value, encoding, "")
    if value is None:
        return b"." + bytes(7)
    number = float(str(value))
    if number == 0:
        return bytes(8)
    exponent, fraction = 0, abs(number)
    while fraction >= 1:
        fraction, exponent = fraction / 16, exponent + 1
    while fraction < 1 / 16:
        fraction, exponent = fraction * 16, exponent - 1
    return bytes([(0x80 if number < 0 else 0) | (exponent + 64)]) + int(fraction * 2**56).to_bytes(7, "big")


def _meta_page(variables: Sequence[Variable], n_rows: int, width: int) -> bytes:
    """One page with everything about the columns."""
    words = bytearray(struct.pack("<H", 0) + bytes(26))
    places = {}
    for variable in variables:
        for word in (variable.name, variable.sas_format):
            if word and word not in places:
                places[word] = len(words)
                words += word.encode().ljust(-(-len(word) // 4) * 4)
    struct.pack_into("<H", words, 0, len(words))
    row_size = bytearray(480)
    row_size[:4] = b"\xf7" * 4
    for multiple, number in ((5, width), (6, n_rows), (9, len(variables)), (10, 0), (15, 0)):
        struct.pack_into("<I", row_size, multiple * _INT, number)
    names = b"".join(struct.pack("<HHHH", 0, places[variable.name], len(variable.name), 0) for variable in variables)
    attributes, place = b"", 0
    for variable in variables:
        attributes += struct.pack("<IIHBB", place, variable.width, 0, 2 if variable.length else 1, 0)
        place += variable.width
    subheaders = [
        bytes(row_size),
        (b"\xf6" * 4 + struct.pack("<I", len(variables))).ljust(12, b"\0"),
        b"\xfd\xff\xff\xff" + bytes(words),
        b"\xff\xff\xff\xff" + bytes(8) + names + bytes(8),
        b"\xfc\xff\xff\xff" + bytes(8) + attributes + bytes(8),
    ]
    for variable in variables:
        told = struct.pack("<HHHHHH", 0, places.get(variable.sas_format, 0), len(variable.sas_format), 0, 0, 0)
        subheaders.append(b"\xfe\xfb\xff\xff" + bytes(30) + told + bytes(6))
    page = bytearray(PAGE)
    struct.pack_into("<HHHH", page, _BIT_OFFSET, _META, len(subheaders), len(subheaders), 0)
    end = PAGE
    for number, subheader in enumerate(subheaders):
        end -= -(-len(subheader) // 4) * 4
        page[end : end + len(subheader)] = subheader
        struct.pack_into("<IIBB", page, _BIT_OFFSET + 8 + number * _POINTER, end, len(subheader), 0, 0)
    return bytes(page)
