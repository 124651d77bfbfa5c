"""Sets of pages for particular readers: what is in them, in which order, and that nothing resting on too few people is."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest

from effekt import paths
from effekt.batch.audiences import Audience, Page, choose_audiences, load_audiences, needed
from effekt.batch.index import Outcome
from effekt.batch.notebook import Notebook, load_notebook
from effekt.batch.pages import Setting
from effekt.batch.plan import PlannedRun, find_notebooks
from effekt.batch.sections import choose, split
from effekt.batch.sets import write_sets
from effekt.batch.verdict import results
from effekt.errors import UsageError
from effekt.report import rendering, threshold
from effekt.report.results import MIME, Column, Result

FACTS = {"data": "0" * 64, "protocol": "0" * 64, "library": "0" * 64, "version": "0", "python": "3"}
SMALL, LARGE = 3, 60


def result(name: str, n: int, headline: bool = False) -> dict[str, Any]:
    """A finding about `n` discharges, as it is stored."""
    columns = (Column("place", "label"), Column("n_discharges", "count"), Column("n_held", "count"))
    blocks = [{"role": "headline" if headline else "text", "text": "finding.visits.few", "row": 0}]
    labels = {"here": {"da": "her", "en": "here"}}
    return Result(name, "finding", columns, (("here", n, n),), context={"blocks": blocks}, labels=labels).bundle()


def notebook(folder: Path, name: str, order: int, per: str, n: int, headline: str = "short", **others: int) -> Notebook:
    """A notebook with an answer, two sections of figures, what it cannot tell and how it was done; each shows one result about `n` discharges.

    headline : the results that have one. others : result -> its own number of discharges.
    """
    cells: list[dict[str, Any]] = [prose("da", f"# Hvad med {name}?"), prose("en", f"# What about {name}?")]
    cells += [code('study_path: str = "x"  # folder\ncluster: str = "horsens"  # cluster', tags=["parameters"])]
    for da, en, key in SECTIONS:
        cells += [prose("da", f"## {da}"), prose("en", f"## {en}"), code(f"report.{key}()", result(key, others.get(key, n), key in headline.split()))]
    raw = {"cells": cells, "metadata": {"effekt": {"name": name, "order": order, "per": per}}, "nbformat": 4, "nbformat_minor": 5}
    path = folder / f"{name}.ipynb"
    path.write_text(json.dumps(raw), encoding="utf-8")
    return load_notebook(path)


SECTIONS = (
    ("Kort sagt", "In short", "short"),
    ("Hvordan gik det?", "How did it go?", "course"),
    ("Hvem?", "Who?", "takers"),
    ("Hvad siden ikke kan sige", "What this cannot tell you", "limits"),
    ("Hvordan det er gjort", "How it was done", "method"),
)


def prose(language: str, text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {"tags": [f"lang-{language}"]}, "source": text}


def code(text: str, bundle: dict[str, Any] | None = None, tags: list[str] | None = None) -> dict[str, Any]:
    outputs = [{"output_type": "execute_result", "data": {MIME: bundle}, "metadata": {}, "execution_count": 1}] if bundle else []
    return {"cell_type": "code", "metadata": {"tags": tags or []}, "source": text, "outputs": outputs, "execution_count": 1}


def outcome(made: Notebook, unit: str | None) -> Outcome:
    executed = json.loads(made.path.read_text(encoding="utf-8"))
    finished: Any = SimpleNamespace(facts=FACTS, started="2026-01-02T09:00:00Z", notebook=lambda: executed)
    return Outcome(PlannedRun(made, unit, MappingProxyType({})), finished, {"da": made.path, "en": made.path})


def audience(*pages: Page, method: bool = False) -> Audience:
    return Audience("readers", {"da": "Læsere", "en": "Readers"}, {"da": "Til læsere.", "en": "For readers."}, pages, method)


SETTING = Setting(
    {"da": "Studie", "en": "Study"},
    "en",
    {name: {"da": name, "en": name} for name in ("region", "horsens", "0741", "kk01")},
    synthetic=True,
    quality_clusters=("kk01",),
)


def written(tmp_path: Path, outcomes: list[Outcome], readers: Audience) -> Path:
    write_sets(tmp_path / "out", outcomes, SETTING, [readers])
    return tmp_path / "out" / "sets" / "readers"


def results_of(page: Path) -> list[str]:
    return re.findall(r'<section class="effekt-result[^>]*id="([^"]+)"', page.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("sections", "method", "shown"),
    [
        ("all", False, ["short", "course", "takers", "limits"]),
        ("all", True, ["short", "course", "takers", "limits", "method"]),
        ("short", False, ["short", "limits"]),
        (("tak",), False, ["short", "takers", "limits"]),
    ],
)
def test_a_set_holds_the_sections_that_were_asked_for_and_always_the_answer_and_what_it_cannot_tell(
    tmp_path: Path, sections: str | tuple[str, ...], method: bool, shown: list[str]
) -> None:
    made = notebook(tmp_path, "01_visits", 1, "everywhere", LARGE)
    folder = written(tmp_path, [outcome(made, "horsens")], audience(Page("01_visits", sections, ("cluster",)), method=method))
    for language in ("da", "en"):
        assert results_of(folder / language / "01_visits_horsens.html") == shown


def test_a_set_shows_no_code_and_leads_only_to_its_own_pages(tmp_path: Path) -> None:
    made = notebook(tmp_path, "01_visits", 1, "everywhere", LARGE)
    folder = written(tmp_path, [outcome(made, "horsens")], audience(Page("01_visits", "all", ("cluster",))))
    page = (folder / "en" / "01_visits_horsens.html").read_text(encoding="utf-8")
    assert "report.course()" not in page and "<pre>" not in page and "Internal" in page
    for path in folder.rglob("*.html"):
        for link in re.findall(r'<a[^>]* href="([^"#]+)', path.read_text(encoding="utf-8")):
            assert (path.parent / link).resolve().is_relative_to(folder.resolve()) and (path.parent / link).is_file(), (path, link)


def test_the_pages_stand_unit_by_unit_in_the_order_of_reading(tmp_path: Path) -> None:
    first, second = notebook(tmp_path, "01_visits", 1, "everywhere", LARGE), notebook(tmp_path, "02_other", 2, "everywhere", LARGE)
    readers = audience(Page("02_other", "all", ("region", "cluster")), Page("01_visits", "all", ("region", "cluster")))
    made = [outcome(one, unit) for one in (first, second) for unit in ("horsens", None, "0741", "kk01")]
    text = (written(tmp_path, made, readers) / "index.html").read_text(encoding="utf-8")
    told = text[text.index('class="unit"') :]
    pages = ["02_other_region", "01_visits_region", "02_other_horsens", "01_visits_horsens"]
    assert re.findall(r'<p class="question"><a href="en/(\w+)\.html"', told) == pages


def test_a_result_that_rests_on_too_few_is_on_no_page_and_in_no_headline_of_a_set(tmp_path: Path) -> None:
    made = notebook(tmp_path, "01_visits", 1, "everywhere", SMALL)
    folder = written(tmp_path, [outcome(made, "0741")], audience(Page("01_visits", "all", ("municipality",))))
    page, index = ((folder / name).read_text(encoding="utf-8") for name in ("en/01_visits_0741.html", "index.html"))
    assert page.count("This result is not shown here") == 4 and "data-cell" not in page
    assert "there are only" not in index and "4 of 4 results were taken out" in index and "This result is not shown here" in index


def test_where_the_short_answer_is_withheld_no_other_result_is_taken_for_it(tmp_path: Path) -> None:
    made = notebook(tmp_path, "01_visits", 1, "everywhere", LARGE, headline="short course", short=SMALL)
    folder = written(tmp_path, [outcome(made, "0741")], audience(Page("01_visits", "all", ("municipality",))))
    page, index = ((folder / name).read_text(encoding="utf-8") for name in ("en/01_visits_0741.html", "index.html"))
    assert "there are only" in page and "there are only" not in index and "This result is not shown here" in index


def test_what_several_sets_show_is_drawn_once_in_each_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[str, str]] = []
    render = rendering.render
    monkeypatch.setattr(rendering, "render", lambda bundle, language: drawn.append((bundle["id"], language)) or render(bundle, language))
    made = notebook(tmp_path, "01_visits", 1, "everywhere", LARGE)
    readers = [audience(Page("01_visits", sections, ("cluster",))) for sections in ("short", "all")]
    others = replace(readers[1], id="others")
    write_sets(tmp_path / "out", [outcome(made, "horsens")], SETTING, [readers[0], others])
    assert len(drawn) == len(set(drawn)) == 2 * 4
    assert results_of(tmp_path / "out/sets/others/da/01_visits_horsens.html") == ["short", "course", "takers", "limits"]


def test_the_index_of_a_set_tells_nothing_that_its_page_does_not_show(tmp_path: Path) -> None:
    made = notebook(tmp_path, "01_visits", 1, "everywhere", SMALL, headline="course", course=LARGE)
    for sections, told in (("short", False), ("all", True)):
        folder = written(tmp_path / sections, [outcome(made, "0741")], audience(Page("01_visits", sections, ("municipality",))))
        page, index = ((folder / name).read_text(encoding="utf-8") for name in ("en/01_visits_0741.html", "index.html"))
        assert ("data-cell" in page) is told
        assert ("The answer is on the page." in index) is not told


def bundle(columns: list[Column], *rows: tuple[Any, ...], estimates: tuple[dict[str, Any], ...] = (), name: str = "r") -> dict[str, Any]:
    return {**Result(name, "table", tuple(columns), rows).bundle(), "estimates": list(estimates)}


MONEY = [Column("cost", "money", n="n_events"), Column("n_events", "count"), Column("n_citizens", "count")]
SHARE = [Column("share", "percent", n="base"), Column("base", "count")]
PARTS = [Column("events", "count"), Column("n", "count")]
RATE = [Column("before", "number", n="n_before"), Column("n_before", "count")]
WISHES = [Column("wish_share", "percent", n="wish_n"), Column("wish_events", "count"), Column("wish_n", "count")]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (bundle(SHARE, (100.0, 5)), []),
        (bundle(SHARE, (20.0, 5)), [("share", "few")]),
        (bundle(SHARE, (80.0, 15)), [("share", "few")]),
        (bundle(SHARE, (33.3333, 15)), []),
        (bundle(SHARE, (1.23456, 300)), []),
        (bundle(PARTS, (12, 15)), [("events", "few")]),
        (bundle(PARTS, (15, 15), (10, 15), (None, 15)), []),
        (bundle(WISHES, (None, 8, 12)), [("wish_events", "few")]),
        (bundle([Column("n_answered", "count")], (3,)), [("n_answered", "few")]),
        (bundle([Column("n_responses", "count"), Column("least", "count")], (6, 20)), []),
        (bundle([Column("fact_n_treated", "count"), Column("fact_n_units_treated", "count")], (3, 3)), [("fact_n_treated", "few")]),
        (bundle([Column("fact_n_people_of_some_new_kind", "count")], (70,)), [("fact_n_people_of_some_new_kind", "unknown")]),
        (bundle(RATE, (0.02, 90), name="service_parts"), [("before", "few")]),
        (bundle(RATE, (0.2, 90), (0.0, 90), (None, 90), name="service_parts"), []),
        (bundle(RATE, (0.02, 90), name="mean_of_something"), []),
        (bundle([Column("n_rows", "count")], (3,), name="rules"), [("n_rows", "few")]),
        (bundle([Column("n_rows", "count")], (3,), name="scorecard"), []),
        (bundle(SHARE, (20.0, 4)), [("share", "few"), ("base", "few")]),
        (bundle(SHARE, (20.0, 50), (None, 0)), []),
        (bundle(SHARE, (20.0, None)), [("share", "unknown")]),
        (bundle([Column("share", "percent", n="base")], (20.0,)), [("share", "unknown")]),
        (bundle([Column("n_events", "count")], (1,)), [("n_events", "few")]),
        (bundle([Column("n_events", "count")], (0,)), []),
        (bundle([Column("mystery", "number")], (1234.5,)), [("mystery", "unknown")]),
        (bundle(MONEY, (5400, None, 70)), []),
        (bundle(MONEY, (5400, None, 3)), [("cost", "few"), ("n_citizens", "few")]),
        (bundle(MONEY, (5400, None, None)), [("cost", "unknown")]),
        (bundle([Column("mystery", "number")], (None,)), []),
        (bundle([Column("level", "percent"), Column("what", "label"), Column("start", "month")], (95.0, "x", "2013-03-01")), []),
        (bundle([Column("level", "percent")], (95.0,), estimates=({"outcome": "adm", "n_citizens": 900, "n_events": 2},)), [("adm", "few")]),
        (bundle([Column("level", "percent")], (95.0,), estimates=({"outcome": "adm", "n_citizens": 900, "n_events": None},)), []),
    ],
)
def test_a_number_passes_where_what_it_rests_on_is_known_and_is_not_one_to_four(given: dict[str, Any], why: list[tuple[str, str]]) -> None:
    assert list(threshold.objections(given)) == why
    assert threshold.passes(given) is not bool(why)


def test_what_stands_in_the_place_of_a_withheld_result_carries_none_of_its_numbers() -> None:
    given = bundle([Column("n_events", "count"), Column("share", "percent")], (3, 17.25))
    put = json.dumps(threshold.guard(given))
    assert "17.25" not in put and '"rows": []' in put and json.loads(put)["id"] == "r"


def test_the_audiences_are_those_of_the_agreements_and_name_notebooks_and_results_that_are_there() -> None:
    audiences = load_audiences()
    ids = ["hospital_cluster", "project_group", "theme_group", "steering_group", "health_authority", "municipality", "quality_cluster"]
    assert list(audiences) == ids
    there = {made.name: made for made in find_notebooks(paths.NOTEBOOKS)}
    for one in audiences.values():
        for page in one.pages:
            sections = split(there[page.notebook], json.loads(there[page.notebook].path.read_text(encoding="utf-8")))
            chosen = choose(sections, page.sections, method=one.method)
            least = len(choose(sections, "short", method=one.method))
            assert len(chosen) > least or page.sections == "short", (one.id, page.notebook)


def test_an_unknown_audience_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(UsageError, match=r"Unknown audience muncipality\. Did you mean municipality\?"):
        choose_audiences(["muncipality"])


def test_only_what_a_set_needs_is_run(tmp_path: Path) -> None:
    made = [notebook(tmp_path, name, order, "everywhere", LARGE) for order, name in enumerate(("01_visits", "02_other"), 1)]
    runs = [PlannedRun(one, unit, MappingProxyType({})) for one in made for unit in (None, "horsens", "0741")]
    kept = needed(runs, [audience(Page("02_other", "short", ("municipality", "region")))], ())
    assert [run.id for run in kept] == ["02_other_region", "02_other_0741"]


def test_every_number_of_the_committed_pages_says_what_it_rests_on() -> None:
    silent = set()
    for path in paths.NOTEBOOKS.glob("*.ipynb"):
        for shown in results(json.loads(path.read_text(encoding="utf-8"))["cells"]):
            silent |= {f"{path.stem}: {shown['id']}: {key}" for key, why in threshold.objections(shown) if why == "unknown"}
    assert sorted(silent) == []
