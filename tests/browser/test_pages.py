"""Every page, as a browser without network shows it."""

from __future__ import annotations

import re
import subprocess
from base64 import b64decode
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest

from effekt.batch.plan import find_notebooks
from effekt.batch.words import texts
from effekt.paths import NOTEBOOKS
from tests.browser.devtools import Page
from tests.browser.language_on_pages import catalogue, contains, same_in_both
from tests.browser.visits import CONTRAST, LANGUAGES, NARROW, Visit, serious

ONE = "03_admissions_horsens.html"
Visits = Mapping[str, Visit]


def offenders(visits: Visits, wrong: Callable[[Visit], object]) -> dict[str, object]:
    """The pages where `wrong` finds anything, with what it found."""
    return {name: found for name, visit in visits.items() if (found := wrong(visit))}


def outside(folder: Path, addresses: tuple[str, ...] | list[str]) -> list[str]:
    """The addresses that are not of a file within the folder."""
    wrong = []
    for address in addresses:
        parts = urlparse(address)
        if parts.scheme == "data" or (parts.scheme == "file" and Path(unquote(parts.path)).resolve().is_relative_to(folder.resolve())):
            continue
        wrong.append(address)
    return wrong


def test_every_notebook_has_a_page_in_both_languages(visits: Visits) -> None:
    pages = [{Path(name).name for name in visits if name.startswith(f"{language}/")} for language in LANGUAGES]
    assert pages[0] == pages[1] and len(pages[0]) >= 4 and ONE in pages[0]


def test_no_page_complains_of_anything_or_asks_for_anything_outside_its_folder(visits: Visits, published: Path) -> None:
    assert offenders(visits, lambda visit: [*visit.complaints, *outside(published, visit.requests)]) == {}
    assert all(visit.requests for visit in visits.values())


def test_a_complaint_and_a_request_to_the_outside_would_be_noticed(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "bad.html"
    path.write_text("<img src='https://example.org/x.png'><script>console.error('x'); undefined_name</script>", encoding="utf-8")
    page.open(path)
    assert outside(tmp_path, page.requests) == ["https://example.org/x.png"] and len(page.complaints) >= 2


def test_the_content_policy_forbids_scripts_and_foreign_content(page: Page, published: Path, tmp_path: Path) -> None:
    source = (published / "en" / ONE).read_text(encoding="utf-8")
    path = tmp_path / "injected.html"
    path.write_text(source.replace("</main>", "<script>document.title='ran'</script><img src='https://example.org/x.png'></main>"), encoding="utf-8")
    page.open(path)
    assert page.value("document.title") != "ran" and any("Content Security Policy" in text for text in page.complaints)


def test_every_page_has_its_language_one_heading_a_title_landmarks_and_ids_of_its_own(visits: Visits) -> None:
    def wrong(visit: Visit) -> object:
        facts, levels = visit.facts, visit.facts["levels"]
        steps = all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))
        alone = (facts["h1"], facts["main"]) == (1, 1) and len(facts["title"]) > 10 and len(facts["ids"]) == len(set(facts["ids"]))
        return None if steps and alone and facts["lang"] in LANGUAGES else facts

    assert offenders(visits, wrong) == {}
    assert all(name.split("/")[0] == visit.language for name, visit in visits.items() if "/" in name)


def test_every_figure_has_words_and_a_table_with_the_same_numbers(visits: Visits) -> None:
    def wrong(visit: Visit) -> object:
        figures = visit.facts["figures"]
        return [each for each in figures if each["role"] != "img" or each["words"] <= 20 or not each["title"] or not each["twin"]]

    assert offenders(visits, wrong) == {}
    assert sum(len(visit.facts["figures"]) for visit in visits.values()) >= 8


def test_banners_say_internal_and_synthetic_unless_what_is_shown_is_public(visits: Visits) -> None:
    def wrong(visit: Visit) -> object:
        is_public = visit.path.name.startswith(tuple(notebook.name for notebook in find_notebooks(NOTEBOOKS) if notebook.public_data))
        said = [texts()[key][visit.language] in visit.facts["banner"] for key in ("internal", "synthetic")]
        return said != [True, not is_public] and visit.facts["banner"]

    assert offenders(visits, wrong) == {}


def test_sentences_end_once_and_no_place_is_left_unfilled(visits: Visits) -> None:
    assert offenders(visits, lambda visit: re.findall(r".{20}(?:\.\.|\{|\}|\bNone\b(?! of)|\bnan\b|\binf\b|  )", visit.spoken)) == {}


def test_every_link_leads_to_a_file_and_the_other_language_is_one_away(visits: Visits, published: Path) -> None:
    def wrong(visit: Visit) -> object:
        found = []
        for href, _kind in visit.facts["links"]:
            target, _, anchor = href.partition("#")
            file = (visit.path.parent / target).resolve() if target else visit.path
            inside = file.is_file() and file.is_relative_to(published.resolve())
            if not inside or (anchor and f'id="{anchor}"' not in file.read_text(encoding="utf-8")):
                found.append(href)
        return found

    assert offenders(visits, wrong) == {}
    for name, visit in visits.items():
        switch = (visit.path.parent / next(href for href, kind in visit.facts["links"] if kind == "switch")).resolve()
        assert visits[switch.relative_to(published.resolve()).as_posix()].language != visit.language, name


@pytest.mark.parametrize("width", NARROW)
def test_every_page_fits_a_phone(visits: Visits, width: int) -> None:
    assert offenders(visits, lambda visit: visit.widths[width] > width and visit.widths[width]) == {}


def test_text_stands_out_from_its_ground(visits: Visits) -> None:
    assert offenders(visits, lambda visit: visit.poor_contrast) == {}


def test_axe_finds_no_serious_violation(visits: Visits) -> None:
    assert offenders(visits, lambda visit: visit.violations) == {}


def test_poor_contrast_and_a_serious_violation_would_be_noticed(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "pale.html"
    path.write_text("<body style='background:#fff'><p style='color:#999'>pale</p><p style='color:#333'>dark</p><img src='data:,'>", encoding="utf-8")
    assert [text.split()[0] for text in page.open(path).value(CONTRAST)] == ["pale"]
    assert any(violation.startswith("image-alt") for violation in serious(page))


def test_the_first_tab_stop_skips_to_the_content(page: Page, published: Path) -> None:
    page.open(published / "da" / ONE)
    for kind in ("keyDown", "keyUp"):
        page.ask("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
    assert page.value("[document.activeElement.className, document.activeElement.getBoundingClientRect().left >= 0]") == ["skip", True]
    page.value("document.activeElement.click()")
    assert page.value("location.hash") == "#content"


def test_code_is_folded_away_and_can_be_shown(visits: Visits, page: Page, published: Path) -> None:
    assert offenders(visits, lambda visit: any(visit.facts["code"])) == {}
    assert offenders(visits, lambda visit: visit.facts["results"] and not visit.facts["code"]) == {}
    page.open(published / "da" / ONE)
    page.value("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert all(length > 0 for length in page.value("[...document.querySelectorAll('details.code pre')].map(p => p.innerText.length)"))


@pytest.mark.parametrize("name", [f"da/{ONE}", "index.da.html"])
def test_a_printed_page_is_a4_and_says_internal_on_every_sheet(
    page: Page, published: Path, tmp_path: Path, require_program: Callable[..., str], name: str
) -> None:
    reader = require_program("pdftotext")
    page.open(published / name)
    paper = tmp_path / "page.pdf"
    paper.write_bytes(b64decode(page.ask("Page.printToPDF", preferCSSPageSize=True)["data"]))
    sheets = subprocess.run([reader, "-layout", str(paper), "-"], capture_output=True, text=True, check=True).stdout.split("\f")[:-1]
    assert len(sheets) >= 1 and all(texts()["internal"]["da"] in sheet for sheet in sheets)
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", paper.read_bytes())
    assert box and (round(float(box[1])), round(float(box[2]))) == (595, 842)


@pytest.fixture(scope="module")
def foreign() -> dict[str, set[str]]:
    return catalogue()


def test_nothing_of_the_other_language_is_seen_read_aloud_or_hovered_on_a_page(visits: Visits, foreign: dict[str, set[str]]) -> None:
    slips = {}
    for name, visit in visits.items():
        text = re.sub(r'"[^"]{1,60}"', " ", " ".join(visit.spoken.lower().split()))
        for untranslated in same_in_both(visit):
            text = text.replace(untranslated, " ")
        other = LANGUAGES[1 - LANGUAGES.index(visit.language)]
        slips[name] = [fragment for fragment in foreign[other] if contains(text, " ".join(fragment.split()))]
        assert sum(contains(text, fragment) for fragment in foreign[visit.language]) > 10, name
    assert {name: found for name, found in slips.items() if found} == {}


def test_the_catalogues_hold_enough_to_notice_a_slip(foreign: dict[str, set[str]]) -> None:
    assert all(len(foreign[language]) > 200 for language in LANGUAGES)
    assert "pct" not in foreign["en"] and contains("der var ingen klar ændring", "ingen klar ændring")
