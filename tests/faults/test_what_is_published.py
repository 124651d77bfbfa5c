"""What a batch puts in place: pages that escape what they are given, an index that leads to them, tables, and the languages asked for."""

from __future__ import annotations

import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pyarrow import parquet

from tests.faults.toys import LANGUAGES, Suite, make_suite, notebook, write_notebook

EVIL = "<script>alert(1)</script>"


class Elements(HTMLParser):
    """Counts the elements of a page and gathers its links."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.names: list[str] = []
        self.links: list[str] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Suite:
    evil = notebook("01_evil", [f"print('{EVIL}')", "42"])
    for cell in evil["cells"][:2]:
        cell["source"] += f"\n\n{EVIL} [link](javascript:alert(1)) ![image](https://example.org/x.png)"
    suite = make_suite(tmp_path_factory.mktemp("published"), {"01_evil": evil, "02_region": notebook("02_region", per="region", order=2)})
    protocol = suite.study / "evaluation.yml"
    text = protocol.read_text(encoding="utf-8")
    protocol.write_text(text.replace("name: {da: Vest, en: Vest}", f"name: {{da: '{EVIL}', en: '{EVIL}'}}"), encoding="utf-8")
    assert not suite.here().failed
    return suite


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_that_a_study_or_a_notebook_says_becomes_markup(suite: Suite, language: str) -> None:
    for name in (f"{language}/01_evil_vest.html", "index.html", "index.da.html"):
        page = Elements(suite.latest / name)
        assert "script" not in page.names and "b" not in page.names, name
        assert not [link for link in page.links if link.startswith(("javascript:", "http"))], name
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in (suite.latest / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_shows_results_and_prose_of_its_language_and_no_other_output(suite: Suite, language: str) -> None:
    text = (suite.latest / language / "01_evil_horsens.html").read_text(encoding="utf-8")
    shown = re.sub(r"<pre>.*?</pre>", "", text, flags=re.S)
    other = LANGUAGES[1 - LANGUAGES.index(language)]
    mine = {"da": ("Dansk prosa", "Legetøj"), "en": ("English prose", "Toy ")}[language]
    foreign = {"da": "English prose", "en": "Dansk prosa"}[language]
    assert all(part in shown for part in mine) and foreign not in shown and f'hreflang="{other}"' in shown
    assert ">42<" not in shown and "cluster = &#34;horsens&#34;" in text


def test_the_index_has_the_region_first_and_then_every_cluster_in_order(suite: Suite) -> None:
    text = (suite.latest / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'<section class="unit" id="(\w+)"', text) == ["region", "aarhus", "horsens", "randers", "midt", "vest"]
    assert "What happened in 02_region?" in text and "All 6 runs succeeded." in text


def test_the_tables_hold_every_estimate_once_and_agree(suite: Suite) -> None:
    rows = parquet.read_table(suite.latest / "estimates.parquet").to_pylist()
    with open(suite.latest / "estimates.csv", encoding="utf-8", newline="") as file:
        told = list(csv.DictReader(file))
    sheet = list(load_workbook(suite.latest / "estimates.xlsx").active.iter_rows(values_only=True))
    assert len(rows) == len(told) == len(sheet) - 1 == 6
    assert {(row["notebook"], row["cluster"]) for row in rows} >= {("01_evil", "vest"), ("02_region", "region")}
    assert all(row["run_id"] == suite.record()["name"] and row["suppressed"] is False and row["synthetic"] is True for row in rows)
    assert all(float(row["value"]) == 0.9 for row in told) and all(row[list(sheet[0]).index("value")] == 0.9 for row in sheet[1:])


def test_the_record_tells_status_time_and_pages_of_every_run(suite: Suite) -> None:
    record = suite.record()
    assert record["status"] == "ok" and len(record["runs"]) == 6
    for run in record["runs"]:
        assert run["status"] == "ok" and run["seconds"] > 0 and run["started"].endswith("Z")
        assert all((suite.latest / page).is_file() for page in run["pages"]) and len(run["pages"]) == 2


def test_latest_is_a_real_folder_and_the_same_as_the_run_it_copies(suite: Suite) -> None:
    run = suite.outputs / suite.record()["name"]
    assert suite.latest.is_dir() and not suite.latest.is_symlink()
    names = {path.relative_to(run) for path in run.rglob("*") if path.is_file()}
    assert names == {path.relative_to(suite.latest) for path in suite.latest.rglob("*") if path.is_file()}
    assert all((run / name).read_bytes() == (suite.latest / name).read_bytes() for name in names)


@pytest.mark.parametrize(("languages", "files"), [(["da"], {"index.html"}), (["en"], {"index.html"})])
def test_one_language_alone_has_its_index_and_no_link_to_the_other(tmp_path: Path, suite: Suite, languages: list[str], files: set[str]) -> None:
    small = Suite(tmp_path, suite.repository)
    (tmp_path / "notebooks").mkdir()
    write_notebook(tmp_path / "notebooks" / "02_region.ipynb", notebook("02_region", per="region"))
    report = small.here(languages=languages, study=suite.study)
    assert report.total == 1 and {path.name for path in small.latest.glob("*.html")} == files
    page = small.latest / languages[0] / "02_region_region.html"
    other = LANGUAGES[1 - LANGUAGES.index(languages[0])]
    assert not (small.latest / other).exists() and f'hreflang="{other}"' not in page.read_text(encoding="utf-8")
    assert all((page.parent / link.split("#")[0]).exists() for link in Elements(page).links if link and not link.startswith(("#", "data:")))


def test_two_batches_of_the_same_give_the_same_pages_but_for_the_time(tmp_path: Path, suite: Suite) -> None:
    again = Suite(tmp_path, suite.repository)
    again.here(study=suite.study, folder=suite.notebooks)
    times = re.compile(r"\d{1,2}\.? \w+ \d{4}(?: (?:at|kl\.) \d\d[:.]\d\d)?")
    for name in ("index.html", "da/01_evil_vest.html", "en/02_region_region.html"):
        first, second = (times.sub("", (folder / name).read_text(encoding="utf-8")) for folder in (suite.latest, again.latest))
        assert first == second
    assert json.loads((again.latest / "manifest.json").read_text(encoding="utf-8"))["library"]
