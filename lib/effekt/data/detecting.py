"""Which form the dates and numbers of a loaded file have where nothing is declared: counted, never guessed from one row.

The values themselves never leave the engine: what comes out is how many have which form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from effekt.data.contracts import Column
from effekt.data.date_forms import EXCEL_DAYS, ISO, SAS_DAYS, SAS_SECONDS, read_form
from effekt.data.forms.opened import Detected
from effekt.data.mapping import trimmed

FIRST_ROWS = 20_000
EVERY = 499
_DATES = (
    "yyyy-mm-dd hh:mm:ss",
    "yyyy-mm-ddThh:mm:ss",
    "yyyy-mm-dd hh:mm",
    "dd-mm-yyyy",
    "dd.mm.yyyy",
    "dd/mm/yyyy",
    "mm/dd/yyyy",
    "yyyy/mm/dd",
    "yyyy.mm.dd",
    "ddmonyyyy",
    "yyyymmdd",
    "ddmmyyyy",
    "dd-mm-yyyy hh:mm",
    "dd-mm-yyyy hh:mm:ss",
    "dd.mm.yyyy hh:mm",
    "dd.mm.yyyy hh:mm:ss",
    "dd/mm/yyyy hh:mm",
    "dd/mm/yyyy hh:mm:ss",
    "ddmonyyyy:hh:mm:ss",
    "yyyymmdd hh:mm:ss",
    "yyyymmdd hh:mm",
)
_SHORT_YEAR = r"\d{1,2}[-./]\d{1,2}[-./]\d{2}"
_WHOLE = r"-?\d{1,5}(\.0+)?"
_SECONDS = r"\d{9,10}(\.0+)?"
# First and last day 1990-2030 as days since 1960 (SAS) and since 1899-12-30 (Excel): the two never overlap. Days of birth can be either.
_SAS_RANGE, _EXCEL_RANGE = (10_957, 25_932), (32_874, 47_848)
_COMMA, _POINT = r"[+-]?[0-9.]*,[0-9]+", r"[+-]?[0-9]*[.][0-9]+"
_GROUPED = r"[+-]?[0-9]{1,3}([.][0-9]{3})+(,[0-9]+)?"


def detect_forms(connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[tuple[Column, str]]) -> list[Detected]:
    """The forms of dates and numbers in `table`, of these columns (with their names in it), that are not ours: one for all columns that share it."""
    found: dict[tuple[str, str, bool], tuple[str, list[str]]] = {}
    for column, name in columns:
        if column.type in ("date", "timestamp") and _mostly_iso(connection, table, name, column.type):
            continue
        counts = _count(connection, table, column, name)
        verdict = _date_verdict(counts) if column.type in ("date", "timestamp") else _number_verdict(counts)
        if verdict is not None:
            key, value, told, certain = verdict
            found.setdefault((key, value, certain), (told, []))[1].append(column.name)
    rule = {"dates": "dates", "decimal": "decimal", "thousands": "decimal"}
    return [
        Detected(rule[key], told.format(columns=", ".join(names)), key, value, certain, tuple(names))
        for (key, value, certain), (told, names) in found.items()
    ]


def _count(connection: duckdb.DuckDBPyConnection, table: str, column: Column, name: str) -> dict[str, int]:
    text = "value"
    tests: dict[str, str] = {}
    if column.type in ("date", "timestamp"):
        forms = {form: read_form(form) for form in (ISO, *_DATES)}
        tests = {form: f"year({known.moment(text)}) BETWEEN 1850 AND 2100" for form, known in forms.items() if known}
        number = f"TRY_CAST({text} AS DOUBLE)"
        whole = f"regexp_full_match({text}, '{_WHOLE}')"
        tests |= {"short": f"regexp_full_match({text}, '{_SHORT_YEAR}')", "whole": whole, "seconds": f"regexp_full_match({text}, '{_SECONDS}')"}
        for kind, (low, high) in (("sas", _SAS_RANGE), ("excel", _EXCEL_RANGE)):
            tests[kind] = f"{whole} AND {number} BETWEEN {low} AND {high}"
        tests |= {"negative": f"{whole} AND {number} < 0", "large": f"{whole} AND {number} > {_SAS_RANGE[1]}"}
    else:
        tests = {"comma": f"regexp_full_match({text}, '{_COMMA}')", "point": f"regexp_full_match({text}, '{_POINT}')"}
        tests["grouped"] = f"regexp_full_match({text}, '{_GROUPED}')"
        tests["both"] = f"regexp_full_match({text}, '{_GROUPED}') AND contains({text}, ',')"
    counted = ", ".join(f"count(*) FILTER (WHERE {test})" for test in tests.values())
    row = connection.execute(f"SELECT count(value), {counted} FROM ({_sample(table, name)}) WHERE value IS NOT NULL").fetchone() or (0,)
    return dict(zip(("n", *tests), row, strict=True))


def _sample(table: str, name: str) -> str:
    return f"SELECT {trimmed(name)} AS value FROM {table} WHERE rowid < {FIRST_ROWS} OR rowid % {EVERY} = 0"


def _mostly_iso(connection: duckdb.DuckDBPyConnection, table: str, name: str, kind: str) -> bool:
    """The usual case, found without trying the other forms: a date, or for a timestamp a date with a time."""
    time = r"([ T]\d{2}:\d{2}(:\d{2}([.]\d+)?)?)?" if kind == "timestamp" else ""
    iso = rf"regexp_full_match(value, '\d{{4}}-\d{{2}}-\d{{2}}{time}')"
    row = connection.execute(f"SELECT count(value), count(*) FILTER (WHERE {iso}) FROM ({_sample(table, name)})").fetchone() or (0, 0)
    return row[1] >= row[0] / 2


Verdict = tuple[str, str, str, bool]


def _date_verdict(counts: Mapping[str, int]) -> Verdict | None:
    """Key, value, sentence, and whether it can be nothing else. A form counts when most values have it and most are not ISO dates."""
    n = counts["n"]
    most = n / 2
    if n == 0 or counts[ISO] >= most:
        return None
    best = max(_DATES, key=lambda form: (counts[form], -_DATES.index(form)))
    if counts[best] > most:
        other = {"dd/mm/yyyy": "mm/dd/yyyy", "mm/dd/yyyy": "dd/mm/yyyy", "yyyymmdd": "ddmmyyyy", "ddmmyyyy": "yyyymmdd"}.get(best)
        if other and counts[other] == counts[best]:
            return "dates", best, "the dates of {columns} could be " + f"{best} or {other}: no value tells which", False
        return "dates", best, "the dates of {columns} are written " + best, True
    if counts["short"] > most:
        return "dates", "", "the years of {columns} have two digits, which does not say the century: ask for four", False
    if counts["seconds"] > most:
        return "dates", SAS_SECONDS, "{columns} hold whole numbers: seconds since 1960 (SAS), probably", False
    if counts["whole"] > most:
        return _whole_verdict(counts)
    return None


def _whole_verdict(counts: Mapping[str, int]) -> Verdict:
    whole = counts["whole"]
    told = "{columns} hold whole numbers and no dates: "
    if counts["excel"] > 0.9 * whole or (counts["large"] and not counts["negative"]):
        return "dates", EXCEL_DAYS, told + "days as Excel counts them, probably", False
    if counts["sas"] > 0.9 * whole or counts["negative"]:
        return "dates", SAS_DAYS, told + "days since 1960 (SAS), probably", False
    return "dates", SAS_DAYS, told + "days as SAS or as Excel counts them", False


def _number_verdict(counts: Mapping[str, int]) -> Verdict | None:
    n, comma, point = counts["n"], counts["comma"], counts["point"]
    if counts["both"]:
        point -= counts["grouped"]
    if comma <= max(point, 0.02 * n):
        return None
    told = "the numbers of {columns} are written with a decimal comma"
    if counts["both"]:
        return "thousands", ".", told + " and a point between thousands", True
    return ("decimal", ",", told + ", and some with a point", False) if point else ("decimal", ",", told, True)
