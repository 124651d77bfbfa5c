"""Every number of a page with what it claims to be: read from the page's HTML, held against the results of the notebook it was drawn from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from effekt.batch.verdict import results
from effekt.report import numbers
from effekt.report.results import Result

NAMES = re.compile(
    r"EQ-5D(?:-[35]L)?|LPR[23]?(?:_[AF])?|MidtKraft 2\d{3}|CR[012]|HC[0123]|I2|ICD-10|ATC[ -]?\d?|\b[Aa]xe \d|\bMDS-\d|95-|"
    r"\b1[.,]000\b|\b(?:30|180|7) (?:days?|dages?)\b|\b65\+|\b(?:12|24) (?:timer|hours|måneder|months)\b"
)
"""Names and fixed quantities that are no results: instruments, registers, estimators, the units "per 1,000" and the windows of outcomes."""
OUTSIDE = ("nav", "footer", "header", "style", "title")
VOID = ("meta", "link", "br", "img", "input", "hr")
DIGITS = re.compile(r"\d[\d.,]*")


@dataclass(frozen=True)
class Written:
    """A piece of text with digits. cell : "id:row:column" of the innermost element that names one. is_scale : on the axis of a figure.

    section : id of the result that it stands in.
    """

    text: str
    cell: str
    is_scale: bool
    tag: str
    section: str = ""


class Reader(HTMLParser):
    """The pieces of text of a page that hold digits, and the words of its pictures (`alternatives`: aria-label, alt and title)."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.written: list[Written] = []
        self.alternatives: list[tuple[str, str]] = []
        self._open: list[tuple[str, Mapping[str, str]]] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {key: value or "" for key, value in attrs}
        if tag not in VOID:
            self._open.append((tag, held))
        section = next((inside.get("id", "") for name, inside in reversed(self._open) if name == "section"), "")
        self.alternatives += [(section, held[key]) for key in ("aria-label", "alt") if DIGITS.search(held.get(key, ""))]

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not DIGITS.search(data) or any(tag in OUTSIDE or held.get("class") in ("code", "eyebrow") for tag, held in self._open):
            return
        cell = next((held["data-cell"] for _, held in reversed(self._open) if "data-cell" in held), "")
        section = next((inside.get("id", "") for name, inside in reversed(self._open) if name == "section"), "")
        self.written.append(Written(data.strip(), cell, any("data-scale" in held for _, held in self._open), self._open[-1][0], section))


def wrong_numbers(source: str, bundles: Mapping[str, Mapping[str, Any]], language: str) -> Iterator[str]:
    """Every number of the page that stands in no cell and is no name, and every cell whose text is not what its result holds there."""
    page, places = Reader(source), _places(bundles, language)
    for item in page.written:
        if item.cell:
            yield from _wrong_cell(item, bundles, language)
        elif item.is_scale or item.text in _labels(bundles.get(item.section), language):
            continue
        elif DIGITS.search(NAMES.sub("", places.sub("", item.text))):
            yield f"in no cell: {item.text!r} in <{item.tag}>"
    for section, words in page.alternatives:
        told = _all_cells(bundles[section], language) if section in bundles else set()
        numbers_told = DIGITS.findall(NAMES.sub("", places.sub("", words)))
        yield from (f"in the words of a picture and in no cell of it: {found!r}" for found in numbers_told if _bare(found) not in told)


def wrong_pages(published: Path, languages: tuple[str, ...]) -> dict[str, list[str]]:
    """The pages of a published folder with a wrong number, "da/03_admissions_horsens" -> what `wrong_numbers` finds on it."""
    pages = [(language, path.stem) for language in languages for path in (published / language).glob("*.html")]
    found = {f"{language}/{name}": wrong_on(published, name, language) for language, name in pages}
    if not found:
        raise FileNotFoundError(f"no page in {published}")
    return {page: wrong for page, wrong in sorted(found.items()) if wrong}


def wrong_on(published: Path, name: str, language: str, source: str | None = None) -> list[str]:
    """What `wrong_numbers` finds on one page of a published folder, or in `source` instead of what stands in its file."""
    text = source if source is not None else (published / language / f"{name}.html").read_text(encoding="utf-8")
    return list(wrong_numbers(text, bundles_of(published / "notebooks" / f"{name}.ipynb"), language))


def _wrong_cell(item: Written, bundles: Mapping[str, Mapping[str, Any]], language: str) -> Iterator[str]:
    identity, row, column = item.cell.rsplit(":", 2)
    result = Result.from_bundle(bundles[identity], language)
    held, kind = result.rows[int(row)][int(column)], result.columns[int(column)]
    if item.text.replace("\u00a0", " ") != numbers.number(held, kind.type, language, kind.digits).replace("\u00a0", " "):
        yield f"{item.cell} says {item.text!r}, its result {held!r}"
        return
    read = numbers.parse(item.text, kind.type, language)
    near = 0.005 if kind.type == "p" else 0.5 * 10**-kind.digits * 1.000001
    if kind.type != "significant" and (read != held if kind.type == "month" else abs(float(read) - float(held)) > near):
        yield f"{item.cell} reads as {read!r}, its result {held!r}"


def _places(bundles: Mapping[str, Mapping[str, Any]], language: str) -> re.Pattern[str]:
    """What holds a digit in the names of the page's own places, with the word before it: "Aarhus 2" of "Aarhus 2 og Samsø"."""
    labels = [names[language] for bundle in bundles.values() for key, names in bundle["labels"].items() if key.startswith("place.")]
    return re.compile("|".join(sorted({re.escape(found) for name in labels for found in re.findall(r"[^\W\d]+ \d+\b", name)})) or r"(?!)")


def _labels(bundle: Mapping[str, Any] | None, language: str) -> set[str]:
    """The names that a result brings with it: of files, rules, places, posts. They stand in cells of labels, not of numbers."""
    return {names[language] for names in bundle["labels"].values()} if bundle else set()


def _all_cells(bundle: Mapping[str, Any], language: str) -> set[str]:
    result = Result.from_bundle(bundle, language)
    told = set()
    for row in result.rows:
        for column, value in zip(result.columns, row, strict=True):
            if value is not None and column.type != "label":
                told |= {_bare(found) for found in DIGITS.findall(numbers.number(value, column.type, language, column.digits))}
            elif isinstance(value, str):
                told |= {_bare(found) for names in bundle["labels"].values() for found in DIGITS.findall(names[language])}
    return told


def _bare(text: str) -> str:
    return text.rstrip(".,")


def bundles_of(notebook: Path) -> dict[str, Mapping[str, Any]]:
    """id -> bundle of every result of an executed notebook."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return {bundle["id"]: bundle for bundle in results(cell for cell in cells if cell["cell_type"] == "code")}
