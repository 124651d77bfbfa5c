"""The import report as pages: in both languages, beside the tables, and nothing of a person on them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from effekt import cli
from tests.tiny import ANNA, tiny_files, write_rows, write_study


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny study, imported by the command, with a row that is no citizen's."""
    folder = write_study(tmp_path_factory.mktemp("page") / "study")
    files = tiny_files()
    stranger = files["lpr_adm"][0] | {"recnum": "r9", "pnr": "999999999999"}
    write_rows(folder / "delivery" / "lpr_adm.csv", [*files["lpr_adm"], stranger])
    assert cli.main(["import", "--study", str(folder)]) == 0
    return folder


def text_of(study: Path, name: str) -> str:
    source = (study / name).read_text(encoding="utf-8")
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", source, flags=re.DOTALL)).replace("\xa0", " ")


def test_both_pages_tell_what_came_in_and_lead_to_each_other(study: Path) -> None:
    da, en = text_of(study, "import_report.html"), text_of(study, "import_report.en.html")
    assert "Hvad kom der ind?" in da and "rækker kunne bruges" in da and "sat i karantæne" in da
    assert "What came in?" in en and "The person is not in the population register" in en and "quarantined" in en
    assert 'href="import_report.en.html"' in (study / "import_report.html").read_text(encoding="utf-8")


def test_every_file_is_there_with_its_rows(study: Path) -> None:
    source = (study / "import_report.en.html").read_text(encoding="utf-8")
    for name, rows in tiny_files().items():
        wanted = len(rows) + (name == "lpr_adm")
        assert re.search(rf'>{name}.csv</th><td[^>]*><data value="{wanted}"', source), name


def test_no_identifier_is_on_a_page(study: Path) -> None:
    for name in ("import_report.html", "import_report.en.html"):
        source = (study / name).read_text(encoding="utf-8")
        assert ANNA not in source and "999999999999" not in source


@pytest.mark.thorough
def test_the_page_of_a_further_delivery_says_how_many_rows_it_added(study: Path, tmp_path: Path) -> None:
    files = tiny_files()
    write_rows(tmp_path / "more" / "vnds.csv", [{"pnr": ANNA, "indud_kode": "U", "haend_dato": "2014-12-20"}])
    assert files and cli.main(["import", str(tmp_path / "more"), "--study", str(study)]) == 0
    source = (study / "import_report.en.html").read_text(encoding="utf-8")
    assert "Against before the delivery" in source
    assert re.search(r'>vnds.csv</th>(<td[^>]*><data[^>]*>[^<]*</data></td>){4}<td[^>]*><data value="1"', source)
    assert cli.main(["import", "--undo", "--study", str(study)]) == 0
    assert "Against before the delivery" not in (study / "import_report.en.html").read_text(encoding="utf-8")
