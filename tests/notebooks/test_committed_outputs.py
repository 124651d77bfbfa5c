"""What stands committed in the notebooks: complete, typed, made from the demo study, and the very pictures that its results draw.

That the results are those of a run today is held by nbval (`pytest --nbval notebooks`, part of `make test`).
"""

from __future__ import annotations

import base64
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from effekt import report
from effekt.report import MIME, views
from effekt.report.figures import canvas
from effekt.report.results import Result
from tests.notebooks.style import code_cells, source

REPOSITORY = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))
ALLOWED = {MIME, "text/plain", "text/html", "image/png"}
BIGGEST_PICTURE = 26_000
WHOLE_PAGES = {"20_initiatives": 30_000, "12_sensitivity": 40_000, "22_scorecard": 48_000}
"""A figure that holds a page on its side, or a line for every way of computing, has more to draw."""


@cache
def read(path: Path) -> dict[str, Any]:
    """A committed notebook."""
    return json.loads(path.read_text(encoding="utf-8"))


def outputs(path: Path) -> list[tuple[str, dict[str, Any]]]:
    """Cell name and output of every output."""
    return [(name, output) for name, cell in code_cells(read(path)) for output in cell["outputs"]]


def text(value: str | list[str]) -> str:
    """A MIME value as one text."""
    return value if isinstance(value, str) else "".join(value)


def is_public(path: Path) -> bool:
    """Whether a notebook shows published data instead of the demo study's."""
    return read(path)["metadata"]["effekt"].get("data") == "public"


def is_about_methods(path: Path) -> bool:
    """Whether a notebook is about the methods and not about the study."""
    return path.stem in ("90_methods", "91_published_cases")


def stem(path: Path) -> str:
    """The name a test goes by."""
    return path.stem


@pytest.mark.parametrize("path", NOTEBOOKS, ids=stem)
def test_every_code_cell_was_run_in_order(path: Path) -> None:
    assert [cell["execution_count"] for _, cell in code_cells(read(path))] == list(range(1, len(code_cells(read(path))) + 1))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=stem)
def test_a_cell_shows_one_typed_result_and_nothing_else(path: Path) -> None:
    shown = [(name, len(cell["outputs"])) for name, cell in code_cells(read(path))[2:]]
    assert [name for name, count in shown if count != 1] == []
    for name, output in outputs(path):
        assert output["output_type"] == "execute_result", name
        assert set(output["data"]) <= ALLOWED, name
        assert {MIME, "text/plain"} <= set(output["data"]), name


@pytest.mark.parametrize("path", NOTEBOOKS, ids=stem)
def test_results_come_from_the_demo_study_and_have_ids_of_their_own(path: Path) -> None:
    bundles = [output["data"][MIME] for _, output in outputs(path)]
    assert all(bundle["synthetic"] for bundle in bundles[: -1 if is_public(path) else None]) is not is_public(path)
    ids = [bundle["id"] for bundle in bundles]
    assert len(ids) == len(set(ids))
    assert bundles[-1]["view"] == "done"
    assert bool(bundles[-1]["context"]["tables_read"]) is not is_about_methods(path), "pages on the methods read nothing of the study, all others do"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=stem)
def test_a_picture_is_the_one_its_result_draws(path: Path) -> None:
    pictures = 0
    for name, output in outputs(path):
        result = Result.from_bundle(output["data"][MIME], "en")
        view = views.find(result.view)
        assert ("image/png" in output["data"]) is (view.figure is not None), name
        if view.figure is not None:
            held = base64.b64decode(text(output["data"]["image/png"]))
            assert held == canvas.png(view.figure(result)), name
            assert len(held) <= WHOLE_PAGES.get(path.stem, BIGGEST_PICTURE), name
            pictures += 1
    assert pictures or is_public(path)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=stem)
def test_words_are_the_ones_their_result_says_in_the_language_of_the_study(path: Path) -> None:
    for name, output in outputs(path):
        result = Result.from_bundle(output["data"][MIME], "en")
        view = views.find(result.view)
        assert text(output["data"]["text/plain"]) == view.plain(result), name
        if view.figure is None:
            assert text(output["data"]["text/html"]) == view.html(result), name


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("path", NOTEBOOKS, ids=stem)
def test_every_committed_result_renders_in_both_languages(path: Path, language: str) -> None:
    for _, output in outputs(path):
        assert f'id="{output["data"][MIME]["id"]}"' in report.render(output["data"][MIME], language)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=stem)
def test_nothing_committed_names_a_person_a_machine_or_a_path(path: Path) -> None:
    held = json.dumps([output["data"] | {"image/png": ""} for _, output in outputs(path)])
    assert re.findall(r"(?<![\d.])\d{10}(?!\d)|(?<![\d.])\d{12}(?!\d)", held) == []
    assert re.findall(r"/(?:home|root|tmp|Users)/", held) == []
    assert "citizen_id" not in held


def test_a_notebook_can_be_told_from_its_code() -> None:
    for path in NOTEBOOKS:
        assert all(source(cell).strip() for _, cell in code_cells(read(path)))
