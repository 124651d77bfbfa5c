"""What a file is by its first bytes; its name is only a claim."""

from __future__ import annotations

from pathlib import Path

from effekt.data.forms.opened import FormError

SAS = b"\0" * 12 + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
_STARTS = (
    (b"PAR1", "parquet"),
    (b"\x1f\x8b", "gz"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (SAS, "sas7bdat"),
    (b"HEADER RECORD*******LIB", "xport"),
    (b"\x80\x02", "a pickle"),
    (b"\x80\x03", "a pickle"),
    (b"\x80\x04", "a pickle"),
    (b"\x80\x05", "a pickle"),
    (b"\xd0\xcf\x11\xe0", "an old Office file (xls)"),
    (b"SQLite format 3", "a SQLite database"),
    (b"\x89HDF", "an HDF5 file"),
    (b"%PDF", "a PDF"),
    (b"ARROW1", "an Arrow file"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"$FL2", "an SPSS file (sav)"),
    (b"$FL3", "an SPSS file (zsav)"),
    (b"RDX", "an R workspace"),
    (b"<stata_dta>", "a Stata file"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
READ = ("csv", "parquet", "gz", "zip", "sas7bdat", "xport", "xlsx")
EXTENSIONS = {
    "csv": ("csv", "txt", "tsv", "dat", "asc"),
    "parquet": ("parquet", "pq"),
    "gz": ("gz",),
    "zip": ("zip",),
    "sas7bdat": ("sas7bdat",),
    "xport": ("xpt", "xport"),
    "xlsx": ("xlsx",),
}
_UNOPENED = tuple("pkl pickle joblib rds rda rdata npy npz feather sav dta h5 xls xlsb ods mdb accdb".split())
ASK = "Ask for csv, parquet, xlsx, sas7bdat or xport, packed as gz or zip if that is easier."


def kind_of(path: Path) -> str:
    """csv, parquet, gz, zip, sas7bdat, xport or xlsx.

    Raises FormError for an empty file and for everything that is none of these: a pickle can run code when it is opened, and no unknown binary
    is guessed at. Bytes without a known beginning are taken for text; whether they are, the reader of texts says.
    """
    try:
        with open(path, "rb") as file:
            head = file.read(4096)
    except OSError:
        raise FormError("unreadable", "cannot be opened. Check the permission of the file, or copy it again.") from None
    if not head:
        raise FormError("empty", "the file has no header and no rows. Ask for it again.")
    extension = path.name.lower().rpartition(".")[2]
    kind = next((name for start, name in _STARTS if head.startswith(start)), None)
    if kind == "a program" and head.isascii() and b"\0" not in head:
        kind = None
    if kind == "zip" and extension in ("xlsx", "xlsm"):
        kind = "xlsx" if extension == "xlsx" else "a workbook with macros (xlsm)"
    if head[8:12] == b"DUCK":
        kind = "a DuckDB database"
    if kind is None:
        claimed = next((name for name, known in EXTENSIONS.items() if extension in known), None)
        if claimed not in (None, "csv"):
            raise FormError("unreadable", f"its name says {claimed}, its first bytes do not: it is damaged, or something else. Ask for it again.")
        if extension in _UNOPENED:
            raise FormError("form", f"a .{extension} file is not opened. {ASK}")
        return "csv"
    if kind not in READ:
        if kind.endswith("database"):
            ask = "Say under `databases:` in delivery.yml what it is, and under `files:` which of its tables are which."
            raise FormError("form", f"it is {kind}. {ask}")
        why = ", which can run code when it is opened" if kind in ("a pickle", "a program", "an R workspace", "a workbook with macros (xlsm)") else ""
        raise FormError("form", f"it is {kind} by its first bytes{why}. It is not opened. {ASK}")
    return kind


def starts_as_utf_16(head: bytes) -> bool:
    """Whether text begins with the mark of UTF-16."""
    return head.startswith(_UTF_16)


def stem_of(name: str) -> tuple[str, bool]:
    """A file's name in small letters without its extensions, and whether they are of a form that is read: T_ADM.csv.gz -> (t_adm, True)."""
    parts = name.lower().split(".")
    known = {extension for extensions in EXTENSIONS.values() for extension in extensions}
    readable = len(parts) > 1 and parts[-1] in known
    while len(parts) > 1 and (parts[-1] in known or len(parts) == 2):
        parts.pop()
    return ".".join(parts), readable
