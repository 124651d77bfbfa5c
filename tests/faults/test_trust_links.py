"""Every page leads to the pages that say how far the figures can be trusted, and to no page that is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.toys import LANGUAGES, Suite, make_suite, notebook


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Suite:
    made = {
        "03_pages": notebook("03_pages", order=3, per="region"),
        "90_methods": notebook("90_methods", order=90, per="region"),
        "91_published_cases": notebook("91_published_cases", ["raise ValueError"], order=91, per="region"),
    }
    suite = make_suite(tmp_path_factory.mktemp("trust"), made)
    suite.here(plain_kernels=True)
    return suite


def led_to(page: Path) -> set[str]:
    """The names of pages that a page links to."""
    text = page.read_text(encoding="utf-8")
    return {name for name in ("90_methods_region.html", "91_published_cases_region.html") if f'href="{name}"' in text}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_leads_to_the_page_on_methods_and_not_to_one_whose_run_failed(suite: Suite, language: str) -> None:
    assert led_to(suite.latest / language / "03_pages_region.html") == {"90_methods_region.html"}
    assert (suite.latest / language / "90_methods_region.html").is_file()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_on_methods_does_not_lead_to_itself(suite: Suite, language: str) -> None:
    assert led_to(suite.latest / language / "90_methods_region.html") == set()


def test_nothing_is_led_to_where_the_page_is_no_part_of_the_batch(suite: Suite) -> None:
    suite.here(notebooks=("03",), plain_kernels=True)
    assert led_to(suite.latest / "da" / "03_pages_region.html") == set()
