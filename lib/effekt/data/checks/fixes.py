"""Named normalisations of a text, tried in this order before it is typed; each is counted over the rows that are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from effekt.data.contracts import Column, Reaction


@dataclass(frozen=True)
class Fix:
    """Texts `{text}` for which `needs` (SQL) holds are read as `becomes` (SQL).

    id : the last part of the rule's id. fits : the columns it is for. da, en : the rule in words.
    """

    id: str
    fits: Callable[[Column], bool]
    needs: str
    becomes: str
    reaction: Reaction
    da: str
    en: str


def is_coded(column: Column) -> bool:
    """A text that is a code or a number, not words."""
    return column.type == "text" and bool(column.codes or column.shape or column.kind)


def is_free(column: Column) -> bool:
    """A text in which anything may stand."""
    return column.type == "text" and not is_coded(column)


def _is_date(column: Column) -> bool:
    return column.type in ("date", "timestamp")


def _has_upper_codes(column: Column) -> bool:
    letters = "".join(column.codes)
    return column.kind == "diagnosis" or (letters != letters.lower() and letters == letters.upper())


def _has_lower_codes(column: Column) -> bool:
    letters = "".join(column.codes)
    return letters != letters.upper() and letters == letters.lower()


_SENTINELS = ("1900-01-01", "9999-12-31", "01-01-1900", "31-12-9999")

FIXES = (
    Fix(
        "blank",
        is_coded,
        "({text} LIKE ' %' OR {text} LIKE '% ')",
        "trim({text})",
        "warn",
        "Blanke tegn foran eller efter er fjernet",
        "Blanks around it were removed",
    ),
    Fix(
        "case",
        _has_upper_codes,
        "{text} <> upper({text})",
        "upper({text})",
        "warn",
        "Små bogstaver er gjort store",
        "Small letters were made capitals",
    ),
    Fix(
        "case",
        _has_lower_codes,
        "{text} <> lower({text})",
        "lower({text})",
        "warn",
        "Store bogstaver er gjort små",
        "Capitals were made small letters",
    ),
    Fix(
        "dash",
        lambda column: column.kind == "person",
        "({text} LIKE '______-____' OR {text} LIKE '______ ____')",
        "left({text}, 6) || right({text}, 4)",
        "fix",
        "Bindestreg eller mellemrum i nummeret er fjernet",
        "A dash or a space in the number was removed",
    ),
    Fix(
        "prefix",
        lambda column: column.kind == "diagnosis",
        "(substr({text}, 2, 1) BETWEEN '0' AND '9' AND substr({text}, 1, 1) BETWEEN 'A' AND 'Z')",
        "'D' || {text}",
        "fix",
        "D'et foran diagnosekoden manglede og er sat på",
        "The D before the diagnosis code was missing and was put there",
    ),
    Fix(
        "sentinel",
        _is_date,
        f"left({{text}}, 10) IN ({', '.join(repr(day) for day in _SENTINELS)})",
        "NULL",
        "warn",
        "01-01-1900 og 31-12-9999 er læst som manglende dato",
        "01-01-1900 and 31-12-9999 were read as no date",
    ),
    Fix(
        "formula",
        is_free,
        "(substr({text}, 1, 1) IN ('=', '@', '+', '-') AND length({text}) > 1 AND TRY_CAST({text} AS DOUBLE) IS NULL)",
        "'''' || {text}",
        "fix",
        "Tekst, som et regneark ville regne på, har fået en apostrof foran",
        "Text that a spreadsheet would calculate got an apostrophe in front",
    ),
    Fix(
        "markup",
        is_free,
        "contains({text}, '<')",
        "translate({text}, '<>', '‹›')",
        "fix",
        "Tegnene for kode til en netside er erstattet",
        "The signs of code for a web page were replaced",
    ),
)


def fixes_of(column: Column) -> tuple[Fix, ...]:
    """The fixes of a column, in the order in which they are tried."""
    return tuple(fix for fix in FIXES if fix.fits(column))
