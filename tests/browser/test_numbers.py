"""No number is on a page without saying which cell of which result it is, and none says anything else than that cell holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.browser.numbers_on_pages import Reader, wrong_on, wrong_pages
from tests.browser.visits import LANGUAGES

ONE = "03_admissions_horsens"


def test_every_number_of_every_page_is_the_cell_it_says_it_is(published: Path) -> None:
    assert wrong_pages(published, LANGUAGES) == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_altered_digit_is_noticed(published: Path, language: str) -> None:
    source = (published / language / f"{ONE}.html").read_text(encoding="utf-8")
    cells = [found for found in re.finditer(r'data-cell="[^"]*">([^<]*\d)', source)]
    for found in (cells[0], cells[len(cells) // 2], cells[-1]):
        last = found.end(1) - 1
        altered = f"{source[:last]}{(int(source[last]) + 1) % 10}{source[last + 1 :]}"
        assert len(wrong_on(published, ONE, language, altered)) == 1


def test_a_number_typed_into_a_page_is_noticed(published: Path) -> None:
    source = (published / "en" / f"{ONE}.html").read_text(encoding="utf-8").replace("</main>", "<p>Admissions fell by 12.3%.</p></main>")
    assert wrong_on(published, ONE, "en", source) == ["in no cell: 'Admissions fell by 12.3%.' in <p>"]


def test_a_number_that_is_another_cell_than_it_says_is_noticed(published: Path) -> None:
    source = (published / "en" / f"{ONE}.html").read_text(encoding="utf-8")
    first, second = re.findall(r'data-cell="([^"]*)">', source)[:2]
    assert wrong_on(published, ONE, "en", source.replace(f'data-cell="{first}"', f'data-cell="{second}"', 1)) != []


def test_pages_hold_many_numbers(published: Path) -> None:
    source = (published / "da" / f"{ONE}.html").read_text(encoding="utf-8")
    assert sum(bool(item.cell) for item in Reader(source).written) > 100
