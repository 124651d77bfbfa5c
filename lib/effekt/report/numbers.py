"""Numbers as people write them in Danish and in English.

Danish: decimal comma, point between thousands, "pct.", "kr."; English: decimal point, comma between thousands, "%", "DKK". Units are tied
to their number by a no-break space. `parse` reads back what `number` wrote, so that a page can be checked against its results.
"""

from __future__ import annotations

import math
import re
from typing import Any

from effekt.errors import DataError

LANGUAGES = ("da", "en")
MONTHS = {
    "da": "januar februar marts april maj juni juli august september oktober november december".split(),
    "en": "January February March April May June July August September October November December".split(),
}
_MARKS = {"da": (",", "."), "en": (".", ",")}
_PATTERNS = {
    "percent": {"da": "{}\u00a0pct.", "en": "{}%"},
    "money": {"da": "{}\u00a0kr.", "en": "DKK\u00a0{}"},
}
_SMALLEST_P = 0.001


def number(value: Any, kind: str, language: str, digits: int = 0) -> str:
    """`value` written in `language`; `kind` is a column type of `results.Column` (any but label).

    count and money have no decimals of their own; p is cut at 0.001; significant
    drops zeros at the end of a number that has no more decimals; month takes an ISO date ("2013-03-01").
    """
    if kind == "month":
        return month(value, language)
    if kind == "year":
        return str(int(value))
    if kind == "significant":
        return _significant(float(value), language, digits)
    if kind == "p":
        return _p(float(value), language)
    if kind not in ("count", "number", "money", "ratio", "percent"):
        raise DataError(f"{kind!r} is not a column type that is written as a number")
    text = decimal(float(value), language, digits)
    return _PATTERNS[kind][language].format(text) if kind in _PATTERNS else text


def decimal(value: float, language: str, digits: int = 0) -> str:
    """A plain number with the language's decimal mark and thousands mark; a minus is U+2212; never "-0"."""
    point, thousands = _MARKS[language]
    text = f"{abs(value):,.{digits}f}".translate(str.maketrans({".": point, ",": thousands}))
    is_zero = not text.strip("0.,")
    return text if value >= 0 or is_zero else f"\u2212{text}"


def month(value: str, language: str) -> str:
    """An ISO date as a month: "marts 2013", "March 2013"."""
    year, place = str(value)[:4], int(str(value)[5:7])
    return f"{MONTHS[language][place - 1]}\u00a0{year}"


def parse(text: str, kind: str, language: str) -> float | str:
    """What `number` wrote, read back (a month as its ISO first day; a p below the cut as the cut)."""
    if kind == "month":
        name, year = text.replace("\u00a0", " ").split()
        return f"{year}-{MONTHS[language].index(name) + 1:02d}-01"
    if kind == "year":
        return float(text)
    point, thousands = _MARKS[language]
    bare = re.sub(r"[^0-9.,\u2212-]", "", text.replace("pct.", "").replace("kr.", ""))
    return float(bare.replace(thousands, "").replace(point, ".").replace("\u2212", "-"))


def _significant(value: float, language: str, digits: int) -> str:
    """`digits` significant figures, whole numbers whole; zeros at the end of the decimals stand where rounding left them, not where nothing is."""
    places = max(0, digits - 1 - (math.floor(math.log10(abs(value))) if value else 0))
    shown = decimal(value, language, places)
    is_exact = round(value, places) == value
    return shown.rstrip("0").rstrip(_MARKS[language][0]) if places and is_exact else shown


def _p(value: float, language: str) -> str:
    if value < _SMALLEST_P:
        return f"<\u00a0{decimal(_SMALLEST_P, language, 3)}"
    return decimal(value, language, 3 if value < 0.1 else 2)
