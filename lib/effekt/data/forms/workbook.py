"""xlsx: the stored values of one sheet. Formulas are not calculated, macros and links not followed."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from effekt.data.forms import packed
from effekt.data.forms.opened import Form, FormError, Opened, Rows
from effekt.data.forms.rendering import DECIMALS

CHUNK_ROWS = 20_000
_BATCH = "xlsx_batch"
_DAMAGED = "a workbook that is damaged or cut off. Ask for it again, or save it as csv in UTF-8."


def sheet_names(path: Path) -> list[str]:
    """The names of the visible and hidden sheets. Raises FormError for a damaged workbook, one beyond the size limits or with entities in it."""
    packed.check_size(path)
    _refuse_entities(path)
    workbook = _load(path)
    try:
        return [sheet.title for sheet in workbook.worksheets]
    finally:
        workbook.close()


def open_sheet(path: Path, form: Form, folder: Path) -> Opened:
    """Open the sheet `form.sheet`, or the only one. Raises FormError where there are several to choose from, or none by that name."""
    titles = sheet_names(path)
    if form.sheet is None and len(titles) > 1:
        raise FormError("sheet", f"it has {len(titles)} sheets: {', '.join(titles)}. Say which by `sheet:` in delivery.yml.")
    title = next((name for name in titles if form.sheet is None or name.strip().lower() == form.sheet.strip().lower()), None)
    if title is None:
        raise FormError("sheet", f"it has no sheet {form.sheet!r}; its sheets are {', '.join(titles)}.")
    lines = _lines(path, title, form.skip)
    header = next(lines, None)
    if header is None:
        raise FormError("empty", "the sheet has no header and no rows. Ask for it again.")
    width = max(place + 1 for place, name in enumerate(header) if name)
    names = tuple((name or "").strip() for name in header[:width])
    lines.close()

    def rows(connection: duckdb.DuckDBPyConnection, limit: int | None) -> Iterator[Rows]:
        body = _lines(path, title, form.skip)
        next(body)
        texts = tuple(f"c{place}" for place in range(width))
        total = 0
        while chunk := [line for _, line in zip(range(CHUNK_ROWS), body, strict=False)]:
            columns = {f"c{place}": pa.array([line[place] if place < len(line) else None for line in chunk], pa.string()) for place in range(width)}
            connection.register(_BATCH, pa.table(columns))
            yield Rows(_BATCH, texts)
            connection.unregister(_BATCH)
            total += len(chunk)
            if limit is not None and total >= limit:
                return

    return Opened(names, rows)


def _lines(path: Path, title: str, skip: int) -> Iterator[list[str | None]]:
    """The rows of a sheet as texts, from the first that holds anything after `skip` rows; rows without anything at the end are none."""
    workbook = _load(path)
    empty = 0
    begun = False
    try:
        for cells in workbook[title].iter_rows(min_row=skip + 1):
            line = [_cell_text(cell) for cell in cells]
            if not any(line):
                empty += begun
                continue
            for _ in range(empty):
                yield [None] * len(line)
            empty, begun = 0, True
            yield line
    except (FormError, GeneratorExit):
        raise
    except Exception:
        raise FormError("unreadable", _DAMAGED) from None
    finally:
        workbook.close()


def _cell_text(cell: Any) -> str | None:
    value = cell.value
    match value:
        case None:
            return None
        case bool():
            return str(int(value))
        case int() | float():
            return _number_text(value, cell.number_format or "")
        case datetime():
            if value.time() == time():
                return value.date().isoformat()
            return value.isoformat(" ", "seconds" if value.microsecond == 0 else "auto")
        case date():
            return value.isoformat()
        case time():
            return value.isoformat("seconds")
        case timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
    return str(value)


def _number_text(value: int | float, shown_as: str) -> str:
    """A cell whose format is only zeros shows leading zeros (0101701234): they are part of the value."""
    if float(value).is_integer():
        whole = str(int(value))
        return whole.zfill(len(shown_as)) if set(shown_as) == {"0"} and value >= 0 else whole
    return f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")


def _load(path: Path) -> Any:
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except Exception:
        raise FormError("unreadable", _DAMAGED) from None


def _refuse_entities(path: Path) -> None:
    with packed.faults(), zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if info.filename.endswith((".xml", ".rels")):
                with archive.open(info) as part:
                    if b"<!DOCTYPE" in part.read(4096).upper():
                        raise FormError("unreadable", "a workbook with definitions that no spreadsheet program writes. It is not opened.")
