"""sas7bdat and xport, read by pandas a hundred thousand rows at a time; SAS dates, datetimes and times by the format the column says it has."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from effekt.data.forms.opened import Form, FormError, Opened, Rows
from effekt.data.forms.rendering import text_of

CHUNK_ROWS = 100_000
_TIMES = ("TIME", "HHMM", "E8601TM", "B8601TM", "TIMEAMPM", "HOUR")
_BATCH = "sas_batch"
_EPOCH = "TIMESTAMP '1960-01-01'"


def open_sas(path: Path, form: Form, folder: Path) -> Opened:
    """Open a sas7bdat file. Raises FormError where it is damaged or its texts are not of the encoding it says."""
    return _open(path, form, "sas7bdat")


def open_xport(path: Path, form: Form, folder: Path) -> Opened:
    """Open a SAS transport file (xport, version 5). Raises FormError as `open_sas` does."""
    return _open(path, form, "xport")


def _open(path: Path, form: Form, kind: str) -> Opened:
    with _faults(), _reader(path, form, kind) as reader:
        formats = _formats(reader, kind)

    def rows(connection: duckdb.DuckDBPyConnection, limit: int | None) -> Iterator[Rows]:
        with _faults(), _reader(path, form, kind) as chunks:
            total, told = 0, getattr(chunks, "row_count", None) if kind == "sas7bdat" else None
            for frame in chunks:
                connection.register(_BATCH, frame)
                described = connection.execute(f"DESCRIBE SELECT * FROM {_BATCH}").fetchall()
                texts = tuple(_text('"' + name.replace('"', '""') + '"', type_, formats[name]) for name, type_, *_ in described)
                _check_letters(connection, texts, [row[1] for row in described])
                yield Rows(_BATCH, texts)
                connection.unregister(_BATCH)
                total += len(frame)
                if limit is not None and total >= limit:
                    return
            if told is not None and total != told:
                raise FormError("unreadable", f"a SAS file that says it has {told:,} rows and has {total:,}: it is cut off. Ask for it again.")

    return Opened(tuple(formats), rows)


def _formats(reader: Any, kind: str) -> dict[str, str]:
    """The SAS format of each column, by name; "" for what needs none."""
    if kind == "xport":
        return {_plain(field["name"]): _plain(field["nform"]).upper() for field in reader.fields}
    return {_plain(column.name): _plain(column.format).upper().rstrip("0123456789.") for column in reader.columns}


def _text(name: str, kind: str, sas_format: str) -> str:
    from pandas.io.sas.sas_constants import sas_date_formats, sas_datetime_formats

    if sas_format and kind in ("DOUBLE", "FLOAT"):
        number = f"(CASE WHEN isnan({name}) THEN NULL ELSE {name} END)"
        if sas_format in sas_date_formats:
            return text_of(f"({_EPOCH} + to_days({number}::INTEGER))", "TIMESTAMP")
        if sas_format in sas_datetime_formats:
            return text_of(f"({_EPOCH} + to_seconds({number}))", "TIMESTAMP")
        if sas_format in _TIMES:
            return f"strftime({_EPOCH} + to_seconds({number}), '%H:%M:%S')"
    return text_of(name, kind)


def _check_letters(connection: duckdb.DuckDBPyConnection, texts: tuple[str, ...], kinds: list[str]) -> None:
    words = [text for text, kind in zip(texts, kinds, strict=True) if kind == "VARCHAR"]
    if not words:
        return
    wrong = " OR ".join(f"regexp_matches({text}, 'Ã[\\x{{80}}-\\x{{bf}}†…˜]|\\x{{fffd}}')" for text in words)
    if connection.execute(f"SELECT 1 FROM {_BATCH} WHERE {wrong} LIMIT 1").fetchone():
        raise FormError("mojibake", "letters are not of the encoding the file says it has. Declare `encoding:` in delivery.yml, or ask for it again.")


def _plain(text: object) -> str:
    return text.decode("ascii", "replace").strip() if isinstance(text, bytes) else str(text or "").strip()


@contextmanager
def _reader(path: Path, form: Form, kind: str) -> Iterator[Any]:
    from pandas.io.sas.sas7bdat import SAS7BDATReader
    from pandas.io.sas.sas_xport import XportReader

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if kind == "xport":
            reader: Any = XportReader(str(path), encoding=form.encoding or "latin-1", chunksize=CHUNK_ROWS)
        else:
            reader = SAS7BDATReader(str(path), encoding=form.encoding or "infer", chunksize=CHUNK_ROWS)
    try:
        yield reader
    finally:
        reader.close()


@contextmanager
def _faults() -> Iterator[None]:
    """Whatever pandas makes of a damaged file, without its words; the engine's own errors and ours pass."""
    try:
        yield
    except (FormError, duckdb.Error, KeyboardInterrupt, GeneratorExit, MemoryError):
        raise
    except UnicodeError:
        raise FormError("encoding", "its texts are not of the encoding it says it has. Declare `encoding:` in delivery.yml.") from None
    except Exception:
        raise FormError("unreadable", "a SAS file that is damaged or cut off. Ask for it again, or for csv or parquet.") from None
