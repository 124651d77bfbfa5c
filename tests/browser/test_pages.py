"""Every page of a batch, as a browser without network shows it."""

from __future__ import annotations

import re
import subprocess
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest

from effekt.batch.words import texts
from tests.browser.devtools import Page

PAGES = ("index", "03_admissions_horsens", "06_cost_per_citizen_horsens", "21_synthesis_region")
LANGUAGES = ("da", "en")
EVERY = [(name, language) for name in PAGES for language in LANGUAGES]
every_page = pytest.mark.parametrize(("name", "language"), EVERY)

CONTRAST = """(() => {
  const channel = c => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const light = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const parse = text => { const m = text.match(/[\\d.]+/g).map(Number); return m.length > 3 && m[3] === 0 ? null : m; };
  const ground = node => {
    for (; node; node = node.parentElement) { const c = parse(getComputedStyle(node).backgroundColor); if (c) return c; }
    return [255, 255, 255];
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || node.closest('svg') || !node.checkVisibility()) continue;
    const [a, b] = [light(parse(getComputedStyle(node).color)), light(ground(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(walker.currentNode.textContent.trim().slice(0, 40) + ' ' + ratio.toFixed(2));
  }
  return poor;
})()"""


def file_of(published: Path, name: str, language: str) -> Path:
    """The page of a name; the index of the study's language has no language in its name."""
    if name != "index":
        return published / language / f"{name}.html"
    own = published / f"index.{language}.html"
    return own if own.exists() else published / "index.html"


def outside(folder: Path, addresses: list[str]) -> list[str]:
    """The addresses that are not of a file within the folder."""
    wrong = []
    for address in addresses:
        parts = urlparse(address)
        if parts.scheme == "data" or (parts.scheme == "file" and Path(unquote(parts.path)).resolve().is_relative_to(folder.resolve())):
            continue
        wrong.append(address)
    return wrong


@every_page
def test_a_page_complains_of_nothing_and_asks_for_nothing_outside_its_folder(page: Page, published: Path, name: str, language: str) -> None:
    page.open(file_of(published, name, language))
    assert page.complaints == [] and outside(published, page.requests) == [] and page.requests


def test_a_complaint_and_a_request_to_the_outside_would_be_noticed(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "bad.html"
    path.write_text("<img src='https://example.org/x.png'><script>console.error('x'); undefined_name</script>", encoding="utf-8")
    page.open(path)
    assert outside(tmp_path, page.requests) == ["https://example.org/x.png"] and len(page.complaints) >= 2


def test_the_content_policy_forbids_scripts_and_foreign_content(page: Page, published: Path, tmp_path: Path) -> None:
    source = file_of(published, PAGES[1], "en").read_text(encoding="utf-8")
    path = tmp_path / "injected.html"
    path.write_text(source.replace("</main>", "<script>document.title='ran'</script><img src='https://example.org/x.png'></main>"), encoding="utf-8")
    page.open(path)
    assert page.value("document.title") != "ran" and any("Content Security Policy" in text for text in page.complaints)


@every_page
def test_a_page_has_its_language_one_heading_a_title_and_landmarks(page: Page, published: Path, name: str, language: str) -> None:
    page.open(file_of(published, name, language))
    assert page.value("document.documentElement.lang") == language
    assert page.value("[document.querySelectorAll('h1').length, document.querySelectorAll('main').length]") == [1, 1]
    assert page.value("document.title.length") > 10
    levels = page.value("[...document.querySelectorAll('h1,h2,h3,h4')].map(heading => +heading.tagName[1])")
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False)), levels
    assert page.value("[...document.querySelectorAll('[id]')].length === new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size")


@every_page
def test_every_figure_has_words_and_a_table_with_the_same_numbers(page: Page, published: Path, name: str, language: str) -> None:
    page.open(file_of(published, name, language))
    figures = page.value(
        "[...document.querySelectorAll('svg')].map(s => [s.getAttribute('role'), (s.getAttribute('aria-label') || '').length,"
        " !!s.querySelector('title'), !!s.closest('figure').querySelector('table td')])"
    )
    assert all(role == "img" and length > 20 and title and twin for role, length, title, twin in figures)
    assert figures or name == "index"


@every_page
def test_banners_say_internal_and_synthetic(page: Page, published: Path, name: str, language: str) -> None:
    text = page.open(file_of(published, name, language)).value("document.querySelector('.banner').innerText")
    assert texts()["internal"][language] in text and texts()["synthetic"][language] in text


@every_page
def test_sentences_end_once_and_no_place_is_left_unfilled(page: Page, published: Path, name: str, language: str) -> None:
    text = page.open(file_of(published, name, language)).value("document.querySelectorAll('pre').forEach(p => p.remove()), document.body.innerText")
    assert re.findall(r".{20}(?:\.\.|\{|\}|\bNone\b|\bnan\b|  )", text) == []


@every_page
def test_every_link_leads_to_a_file_and_the_other_language_is_one_away(page: Page, published: Path, name: str, language: str) -> None:
    path = file_of(published, name, language)
    page.open(path)
    links = page.value("[...document.querySelectorAll('a')].map(a => [a.getAttribute('href'), a.className])")
    for href, _ in links:
        target, _, anchor = href.partition("#")
        file = (path.parent / target).resolve() if target else path
        assert file.is_file() and file.is_relative_to(published.resolve()), href
        assert not anchor or f'id="{anchor}"' in file.read_text(encoding="utf-8"), href
    other = LANGUAGES[1 - LANGUAGES.index(language)]
    switch = next(href for href, kind in links if kind == "switch")
    assert (path.parent / switch).resolve() == file_of(published, name, other).resolve()


@every_page
@pytest.mark.parametrize("width", [400, 320])
def test_a_page_fits_a_phone(page: Page, published: Path, name: str, language: str, width: int) -> None:
    page.open(file_of(published, name, language), width=width)
    assert page.value("document.documentElement.scrollWidth") <= width


@every_page
def test_text_stands_out_from_its_ground(page: Page, published: Path, name: str, language: str) -> None:
    page.open(file_of(published, name, language))
    page.value("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.value(CONTRAST) == []


def test_poor_contrast_would_be_noticed(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "pale.html"
    path.write_text("<body style='background:#fff'><p style='color:#999'>pale</p><p style='color:#333'>dark</p>", encoding="utf-8")
    assert [text.split()[0] for text in page.open(path).value(CONTRAST)] == ["pale"]


def test_the_first_tab_stop_skips_to_the_content(page: Page, published: Path) -> None:
    page.open(file_of(published, PAGES[1], "da"))
    for kind in ("keyDown", "keyUp"):
        page.ask("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
    assert page.value("[document.activeElement.className, document.activeElement.getBoundingClientRect().left >= 0]") == ["skip", True]
    page.value("document.activeElement.click()")
    assert page.value("location.hash") == "#content"


@pytest.mark.parametrize("name", PAGES)
def test_code_is_folded_away_and_can_be_shown(page: Page, published: Path, name: str) -> None:
    page.open(file_of(published, name, "da"))
    folded = page.value("[...document.querySelectorAll('details.code')].map(d => [d.open, d.querySelector('pre').innerText.length])")
    assert all(not is_open for is_open, _ in folded) and (folded or name == "index")
    page.value("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert all(length > 0 for length in page.value("[...document.querySelectorAll('details.code pre')].map(p => p.innerText.length)"))


@pytest.mark.parametrize(("name", "language"), [("03_admissions_horsens", "da"), ("index", "en")])
def test_a_printed_page_is_a4_and_says_internal_on_every_sheet(
    page: Page, published: Path, tmp_path: Path, require_program: Callable[..., str], name: str, language: str
) -> None:
    reader = require_program("pdftotext")
    page.open(file_of(published, name, language))
    paper = tmp_path / "page.pdf"
    paper.write_bytes(b64decode(page.ask("Page.printToPDF", preferCSSPageSize=True)["data"]))
    sheets = subprocess.run([reader, "-layout", str(paper), "-"], capture_output=True, text=True, check=True).stdout.split("\f")[:-1]
    assert len(sheets) >= 1 and all(texts()["internal"][language] in sheet for sheet in sheets)
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", paper.read_bytes())
    assert box and (round(float(box[1])), round(float(box[2]))) == (595, 842)
