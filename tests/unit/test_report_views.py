"""Every view in both languages: pure of the other language, escaped, traceable cell by cell, the same bytes every time."""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import pytest
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from effekt import report
from effekt.catalogue.labels import LABELS
from effekt.catalogue.outcomes import load_outcomes
from effekt.errors import DataError
from effekt.report import MIME, numbers, sentences, views
from effekt.report.figures import canvas
from effekt.report.results import Result
from tests.browser.numbers_on_pages import NAMES as NAMES_WITH_DIGITS, wrong_numbers
from tests.conftest import QUICK
from tests.snapshots import handmade

FIGURES = sorted(name for name, result in handmade.results().items() if views.find(result.view).figure)
DRAWN = sorted({handmade.results()[name].view: name for name in FIGURES}.values()) if QUICK else FIGURES
"""The figures that are drawn: in a quick run one of each view."""
NAMES = sorted(name for name in handmade.results() if name not in FIGURES or name in DRAWN)
LANGUAGES = numbers.LANGUAGES
OTHER = {"da": "en", "en": "da"}


@cache
def bundles() -> dict[str, dict]:
    """Every hand-made result as it would be stored."""
    return {name: json.loads(json.dumps(result.bundle())) for name, result in handmade.results().items()}


@cache
def fragment(name: str, language: str) -> str:
    """One stored result as HTML."""
    return report.render(bundles()[name], language)


class Page(HTMLParser):
    """What a reader sees and hears of a fragment, and every element with its attributes."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self.elements: list[tuple[str, dict]] = []
        self.cells: list[list[str]] = []
        self.open: list[tuple[str, list[str] | None]] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        held = dict(attrs)
        self.elements.append((tag, held))
        self.said += [held[key] for key in ("aria-label", "alt", "title") if held.get(key)]
        cell = [held["data-cell"], held.get("value", held.get("data-value")), ""] if "data-cell" in held else None
        if cell:
            self.cells.append(cell)
        self.open.append((tag, cell))

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.said.append(data)
        for _, cell in self.open:
            if cell:
                cell[2] += data


def test_every_view_of_the_registry_is_shown_by_hand() -> None:
    assert {result.view for result in handmade.results().values()} == set(views.VIEWS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_view_speaks_one_language(name: str, language: str) -> None:
    said = " ".join(" ".join(Page(fragment(name, language)).said).replace("\u00a0", " ").split()).lower()
    for same in {names["da"].lower() for names in bundles()[name]["labels"].values() if names["da"] == names["en"] and len(names["da"]) > 3}:
        said = said.replace(" ".join(same.split()), " ")
    strange = [phrase for phrase in foreign(language) if phrase in said and re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", said)]
    assert strange == []


@cache
def foreign(language: str) -> tuple[str, ...]:
    """Phrases of the other language that ours does not have anywhere."""
    own, theirs = phrases(language), phrases(OTHER[language])
    ours = " | ".join(own)
    return tuple(sorted(phrase for phrase in theirs if phrase not in ours or not re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", ours)))


@cache
def phrases(language: str) -> frozenset[str]:
    """Everything between the places of the texts, the labels and the names of the outcomes, in small letters."""
    whole = [names[language] for names in (*LABELS.values(), *sentences.catalogue().values())]
    whole += [getattr(outcome, language) for outcome in load_outcomes().values()]
    whole += numbers.MONTHS[language]
    parts = [part.strip(" .,:;()?|").lower() for text in whole for part in re.split(r"\{[^}]*\}", text)]
    return frozenset(part for part in parts if len(part) > 3)


def test_the_language_test_would_notice_a_foreign_sentence() -> None:
    assert "the uncertainty" in foreign("da")
    assert "usikkerheden" in foreign("en")
    assert "marts" in foreign("en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_every_number_names_its_cell_and_says_what_is_in_it(name: str, language: str) -> None:
    result = Result.from_bundle(bundles()[name], language)
    found = Page(fragment(name, language)).cells
    for cell, value, written in found:
        identity, row, column = cell.split(":")
        held, kind = result.rows[int(row)][int(column)], result.columns[int(column)]
        assert identity == result.id
        assert value == str(held)
        assert written == numbers.number(held, kind.type, language, kind.digits)
        read = numbers.parse(written, kind.type, language)
        near = 0.005 if kind.type == "p" else 0.5 * 10**-kind.digits * 1.000001
        assert read == held if kind.type == "month" else kind.type == "significant" or abs(read - float(held)) <= near
    said = {part.strip() for part in Page(fragment(name, language)).said} - {names[language] for names in result.labels.values()}
    assert found or not re.search(r"\d", NAMES_WITH_DIGITS.sub("", " ".join(said)))


@pytest.mark.parametrize("name", NAMES)
def test_no_number_of_a_sentence_or_a_table_stands_outside_a_cell(name: str) -> None:
    assert [wrong for wrong in wrong_numbers(fragment(name, "en"), {bundles()[name]["id"]: bundles()[name]}, "en") if "after 2007" not in wrong] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", DRAWN)
def test_a_figure_is_labelled_for_those_who_cannot_see_it_and_has_a_table(name: str, language: str) -> None:
    page = Page(fragment(name, language))
    drawing = next(held for tag, held in page.elements if tag == "svg")
    assert drawing["role"] == "img"
    assert len(drawing["aria-label"]) > 40
    tags = [tag for tag, _ in page.elements]
    assert {"title", "details", "summary", "table", "caption"} <= set(tags)


@pytest.mark.parametrize("name", NAMES)
def test_a_fragment_needs_no_style_attribute_no_script_and_no_other_address(name: str) -> None:
    page = Page(fragment(name, "da"))
    assert not [tag for tag, held in page.elements if "style" in held or tag in ("script", "style", "image", "img", "foreignobject")]
    links = [value for _, held in page.elements for key, value in held.items() if key in ("href", "xlink:href", "src")]
    assert all(link.startswith("#") for link in links)
    assert not [key for _, held in page.elements for key in held if key.startswith("on")]


def test_identities_of_elements_are_unique_on_a_page_with_every_figure() -> None:
    figures = {bundles()[name]["id"]: name for name in DRAWN}.values()
    seen = [held["id"] for name in figures for _, held in Page(fragment(name, "en")).elements if "id" in held]
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("name", NAMES)
def test_a_fragment_is_well_formed(name: str) -> None:
    ElementTree.fromstring(fragment(name, "da").replace("&nbsp;", " "))


def test_a_label_from_the_protocol_cannot_become_markup() -> None:
    hostile = '<script>alert("1")</script>{size}<b>'
    for name in NAMES:
        bundle = json.loads(json.dumps(bundles()[name]))
        bundle["labels"] = {key: {"da": hostile, "en": hostile} for key in bundle["labels"]}
        source = report.render(bundle, "en")
        assert "<script" not in source
        assert "<b>" not in source


@pytest.mark.parametrize("name", DRAWN)
def test_a_figure_is_the_same_bytes_every_time(name: str) -> None:
    result = handmade.results()[name]
    first, second = (result._repr_mimebundle_()[0]["image/png"] for _ in range(2))
    assert first == second
    assert fragment(name, "da") == report.render(bundles()[name], "da")


@pytest.mark.parametrize("name", DRAWN)
def test_a_figure_is_a_small_palette_picture_without_metadata(name: str) -> None:
    from PIL import Image

    data = handmade.results()[name]._repr_mimebundle_()[0]["image/png"]
    assert len(data) < 26_000
    with Image.open(io.BytesIO(data)) as image:
        assert image.mode == "P"
        assert image.width == round(canvas.WIDTH * canvas.DOTS_PER_INCH)
        assert image.info == {} or set(image.info) <= {"transparency"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", DRAWN)
def test_nothing_of_a_figure_is_cut_off_or_lies_on_something_else(name: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    result = Result.from_bundle(bundles()[name], language)
    boxes: list[tuple[str, Bbox]] = []
    plainly = Text.draw

    def draw_and_note(text: Text, renderer: object) -> None:
        plainly(text, renderer)
        if text.get_visible() and text.get_text().strip():
            boxes.append((text.get_text(), text.get_window_extent(renderer)))

    monkeypatch.setattr(Text, "draw", draw_and_note)
    figure = views.find(result.view).figure(result)
    figure.canvas.draw()
    assert boxes
    page = figure.bbox
    assert [text for text, box in boxes if box.x0 < -1 or box.x1 > page.x1 + 1 or box.y0 < -1 or box.y1 > page.y1 + 1] == []
    small = [(text, box.shrunk(0.98, 0.7)) for text, box in boxes]
    assert [(one, two) for place, (one, a) in enumerate(small) for two, b in small[place + 1 :] if a.overlaps(b)] == []


def test_a_result_carries_itself_text_and_html_or_a_picture() -> None:
    for name, result in list(handmade.results().items())[:: 3 if QUICK else 1]:
        data, metadata = result._repr_mimebundle_()
        kinds = {MIME, "text/plain", "image/png" if name in FIGURES else "text/html"}
        assert set(data) == kinds
        assert data[MIME] == result.bundle()
        assert ("alt" in metadata.get("image/png", {})) is (name in FIGURES)


def test_a_stored_result_draws_as_the_live_one() -> None:
    for name, result in list(handmade.results().items())[:: 3 if QUICK else 1]:
        assert report.render(result.bundle(), "da") == fragment(name, "da")


def test_an_unknown_view_or_language_is_told() -> None:
    bundle = bundles()["done"]
    with pytest.raises(DataError, match="the views are"):
        report.render({**bundle, "view": "none"}, "da")
    with pytest.raises(DataError, match="da, en"):
        report.render(bundle, "de")


def test_a_hidden_cell_is_said_to_be_missing_not_zero() -> None:
    result = handmade.results()["effects"]
    place = [column.key for column in result.columns].index("change_low")
    rows = tuple(tuple(None if at == place else value for at, value in enumerate(row)) for row in result.rows)
    source = report.render(replace(result, rows=rows).bundle(), "da")
    assert source.count("ikke opgjort") >= 3
    assert "pct. (" not in source
