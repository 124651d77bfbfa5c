"""The catalogue of sentences (`texts/*.yml`) and the filling of their places with cells of a result.

Every text is whole in both languages. A place such as `{size}` is filled with the cell of that column, so that each number on a page
can be traced to one cell; `{place}` and other words are labels. What is filled in is always escaped in HTML.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from effekt.catalogue.labels import LABELS
from effekt.errors import DataError
from effekt.report import numbers
from effekt.report.results import Result

FOLDER = Path(__file__).parent / "texts"
NOT_ESTIMATED = "not_estimated"


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Every text: "file.key" -> {"da", "en"}; "claims.yml" gives the keys that begin with "claims."."""
    texts: dict[str, Mapping[str, str]] = {}
    for path in sorted(FOLDER.glob("*.yml")):
        for key, pair in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            texts[f"{path.stem}.{key}"] = pair
    return texts


def text(key: str, language: str) -> str:
    """The text of `key` in `language`, its places unfilled. Raises DataError for a key that the catalogue does not have."""
    try:
        return catalogue()[key][language]
    except KeyError:
        raise DataError(f"report/texts has no text {key!r} in {language!r}") from None


def has_text(key: str) -> bool:
    """Whether the catalogue has `key`."""
    return key in catalogue()


def places(template: str) -> tuple[str, ...]:
    """The names of the places of a text, in order."""
    return tuple(name for _, name, _, _ in Formatter().parse(template) if name)


@dataclass(frozen=True)
class Filled:
    """One filled place: its text, and the cell it comes from (None for a label without a cell)."""

    text: str
    value: Any = None
    cell: str = ""

    def html(self) -> str:
        """The text escaped; a number in a `data` element that names result, row and column."""
        shown = html.escape(self.text)
        if not self.cell:
            return shown
        return f'<data value="{html.escape(str(self.value))}" data-cell="{html.escape(self.cell)}">{shown}</data>'


def label(result: Result, key: str) -> str:
    """The name of `key` in the result's language: the study's own labels first, then the catalogue's, then the texts."""
    for names in (result.labels, LABELS, catalogue()):
        if key in names:
            return names[key][result.language]
    raise DataError(f"no label for {key!r} in {result.language!r}: add it to catalogue/labels.yml or to the result's labels")


def cell(result: Result, row: int, key: str) -> Filled:
    """The cell of column `key` in `row`, as it is written; a missing number says so in words."""
    place = column_place(result, key)
    column, value = result.columns[place], result.rows[row][place]
    if value is None:
        return Filled(label(result, NOT_ESTIMATED))
    if column.type == "label":
        return Filled(label(result, str(value)) if value != "" else "")
    shown = numbers.number(value, column.type, result.language, column.digits)
    return Filled(shown, value, f"{result.id}:{row}:{place}")


def column_place(result: Result, key: str) -> int:
    """Where column `key` stands; DataError names the columns where it is missing."""
    keys = [column.key for column in result.columns]
    if key not in keys:
        raise DataError(f"result {result.id!r} has no column {key!r}; it has {', '.join(keys)}")
    return keys.index(key)


def in_sentence(name: str) -> str:
    """A label as it stands within a sentence: small first letter, but not for an abbreviation such as EQ-5D."""
    return name if len(name) > 1 and name[1].isupper() else name[:1].lower() + name[1:]


def filled(result: Result, key: str, row: int = 0) -> list[Filled]:
    """The text `key` with its places filled from `row`: alternating literal text and cells.

    `{x}` is the cell of column x; `{x:inside}` is a label as it stands within a sentence.
    """
    parts: list[Filled] = []
    for literal, name, rule, _ in Formatter().parse(text(key, result.language)):
        parts.append(Filled(literal))
        if name:
            part = cell(result, row, name)
            parts.append(Filled(_inside(result, row, name, part.text)) if rule == "inside" else part)
    return parts


def _inside(result: Result, row: int, key: str, name: str) -> str:
    """A label within a sentence: the form that texts/outcome.yml has for it, else with a small first letter."""
    own = f"{key}.{result.rows[row][column_place(result, key)]}"
    return text(own, result.language) if has_text(own) else in_sentence(name)


def spoken(result: Result, key: str, row: int = 0) -> list[Filled]:
    """The filled text with its first letter large, part by part, so that each number still knows its cell."""
    return _capitalised(filled(result, key, row))


def as_html(parts: list[Filled]) -> str:
    """The filled text as HTML, everything escaped, the first letter large."""
    return "".join(part.html() for part in _capitalised(parts))


def as_plain(parts: list[Filled]) -> str:
    """The filled text as plain text, the first letter large."""
    return "".join(part.text for part in _capitalised(parts))


def _capitalised(parts: list[Filled]) -> list[Filled]:
    first = next((place for place, part in enumerate(parts) if part.text), None)
    if first is None:
        return parts
    part = parts[first]
    return [*parts[:first], replace(part, text=part.text[:1].upper() + part.text[1:]), *parts[first + 1 :]]


def sentence(result: Result, key: str, row: int = 0) -> str:
    """The filled text as plain text."""
    return as_plain(filled(result, key, row))
