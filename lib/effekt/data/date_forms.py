"""How dates are written: a form such as dd-mm-yyyy as SQL that reads it, and which form the values of a column have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

ISO = "yyyy-mm-dd"
SAS_DAYS, SAS_SECONDS, EXCEL_DAYS = "sas", "sas_datetime", "excel"
_EPOCHS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {SAS_DAYS: ("1960-01-01", "to_days"), SAS_SECONDS: ("1960-01-01", "to_seconds"), EXCEL_DAYS: ("1899-12-30", "to_days")}
)
_TOKENS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "yyyy": ("%Y", r"\d{4}"),
        "mon": ("%b", r"[[:alpha:]]{3}"),
        "mm": ("%m", r"\d{1,2}"),
        "dd": ("%d", r"\d{1,2}"),
        "hh": ("%H", r"\d{1,2}"),
        "mi": ("%M", r"\d{2}"),
        "ss": ("%S", r"\d{2}"),
    }
)
WHAT = f"a form such as dd-mm-yyyy, yyyymmdd, ddmonyyyy or dd.mm.yyyy hh:mm, or one of {SAS_DAYS}, {SAS_SECONDS}, {EXCEL_DAYS}"
PARTS: Mapping[str, str] = MappingProxyType(
    {
        "date": "strftime({0}, '%Y-%m-%d')",
        "datetime": "strftime({0}, '%Y-%m-%d %H:%M:%S')",
        "time": "strftime({0}, '%H:%M:%S')",
        "hour": "hour({0})::VARCHAR",
        "minute": "minute({0})::VARCHAR",
        "year": "year({0})::VARCHAR",
        "iso_year": "isoyear({0})::VARCHAR",
        "iso_week": "week({0})::VARCHAR",
        "yyww": "printf('%02d%02d', isoyear({0}) % 100, week({0}))",
    }
)


@dataclass(frozen=True)
class DateForm:
    """A form read from its name. pattern : what strptime expects. shape : regular expression the whole text must match. has_time : hours too."""

    name: str
    pattern: str
    shape: str
    has_time: bool
    epoch: tuple[str, str] | None = None

    def moment(self, text: str) -> str:
        """SQL of the text as a timestamp; missing where the text does not have this form."""
        if self.epoch:
            origin, add = self.epoch
            number = f"TRY_CAST({text} AS DOUBLE)::BIGINT" if add == "to_seconds" else f"TRY_CAST({text} AS DOUBLE)::INTEGER"
            return f"(CASE WHEN regexp_full_match({text}, '{self.shape}') THEN TIMESTAMP '{origin}' + {add}({number}) END)"
        if self.pattern.endswith("%S"):
            text = f"regexp_replace({text}, '[.]0+$', '')"
        plain = f"replace(replace(lower({text}), 'maj', 'may'), 'okt', 'oct')" if "%b" in self.pattern else text
        return f"(CASE WHEN regexp_full_match({text}, '{self.shape}') THEN try_strptime({plain}, '{self.pattern}') END)"


def read_form(name: str) -> DateForm | None:
    """The form by its name; None where the name is none. `mm` after `hh` are minutes. Two-digit years are no form: the century would be a guess."""
    low = name.strip().lower()
    if low in _EPOCHS:
        shape = r"-?\d{1,11}([.]\d+)?" if low == SAS_SECONDS else r"-?\d{1,5}([.]0+)?"
        return DateForm(low, "", shape, low == SAS_SECONDS, _EPOCHS[low])
    if low == "iso":
        low = ISO
    pattern, shape, seen = "", "", []
    rest = low
    while rest:
        token = next((token for token in _TOKENS if rest.startswith(token)), None)
        if token is None:
            if rest[0].isalnum() and rest[0] != "t" or rest[0] in "'%\\":
                return None
            pattern, shape, rest = pattern + rest[0].upper(), shape + re.escape(rest[0].upper()), rest[1:]
            continue
        rest = rest[len(token) :]
        if token == "mm" and "hh" in seen:
            token = "mi"
        if token in seen:
            return None
        seen.append(token)
        pattern, shape = pattern + _TOKENS[token][0], shape + _shape(token, low)
    has_date = "yyyy" in seen and "dd" in seen and ("mm" in seen or "mon" in seen)
    if not has_date and seen[:2] != ["hh", "mi"]:
        return None
    if "ss" in seen:
        shape += r"([.]0+)?"
        return DateForm(low, pattern, shape, True) if low.endswith("ss") else None
    return DateForm(low, pattern, shape, "hh" in seen)


def _shape(token: str, name: str) -> str:
    """Digits that run into each other must be all there; between other signs a leading zero may be missing."""
    runs_on = re.search(r"(?:yyyy|mon|mm|dd|hh|mi|ss){2}", name) is not None
    shape = _TOKENS[token][1]
    return shape.replace("{1,2}", "{2}") if runs_on else shape
