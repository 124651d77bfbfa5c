"""Every item of the two agreements has a result that follows its input, on a page that is there; every oddity of the sources is shown as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from effekt.catalogue import codes
from effekt.catalogue.agreement_items import Answer, Item, load_agreement_items
from effekt.catalogue.labels import LABELS
from effekt.report import lifts
from tests.notebooks import answering

ITEMS = load_agreement_items()
ANSWERS = [(item, answer) for item in ITEMS for answer in item.shown]
TRIED = [(item, answer) for item, answer in ANSWERS if answer.change is not None]
SCORECARD = "22_scorecard"
PAGES = {"S1": ("20_initiatives", range(1, 23)), "S2": ("32_resources", range(23, 36))}


def name_of(pair: tuple[Item, Answer]) -> str:
    """The name a case goes by."""
    return f"{pair[0].number}-{pair[1].notebook}-{pair[1].result}"


@pytest.fixture
def lists_as_they_are() -> Iterator[None]:
    """After a test that put other code lists in place, what was read of them is forgotten."""
    yield
    for loader in (codes.load_tasks, codes.load_oddities, codes.load_meeting_plan, codes.load_body_members):
        loader.cache_clear()


def test_the_items_are_those_of_the_sources_in_order() -> None:
    assert [item.number for item in ITEMS] == list(range(1, 36))
    assert all(item.number in PAGES[item.seed][1] for item in ITEMS)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: str(item.number))
def test_an_item_is_answered_and_tried(item: Item) -> None:
    assert item.da and item.en and item.shown
    assert any(answer.change is not None for answer in item.shown)


@pytest.mark.parametrize("pair", ANSWERS, ids=name_of)
def test_the_result_named_is_committed(pair: tuple[Item, Answer]) -> None:
    assert pair[1].result in answering.results(pair[1].notebook)
    assert f"page.{pair[1].notebook}" in LABELS


@pytest.mark.parametrize("pair", TRIED, ids=name_of)
def test_a_changed_input_changes_the_result(
    pair: tuple[Item, Answer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lists_as_they_are: None, demo_study_path: Path
) -> None:
    answer = pair[1]
    monkeypatch.setattr(lifts, "BESIDE", ())   # what surveys, audits and visits add to the scorecard is not what is changed here
    before = answering.results(answer.notebook)[answer.result]
    change = answer.change or {}
    if answer.notebook == SCORECARD:
        before = answering.made_alone(answer.notebook, answer.result, demo_study_path)
    if "only" in change:
        fewer = answering.changed_study(tmp_path / "before", {key: change[key] for key in ("table", "only")}, monkeypatch)
        before = answering.made_alone(answer.notebook, answer.result, fewer)
    study = answering.changed_study(tmp_path / "after", change, monkeypatch)
    after = answering.made_alone(answer.notebook, answer.result, study)
    assert after["id"] == before["id"] and after["view"] == before["view"]
    assert after["rows"] != before["rows"] or after["context"] != before["context"]


def test_without_a_change_the_result_is_the_committed_one(demo_study_path: Path) -> None:
    for notebook, result in (("20_initiatives", "types"), ("32_resources", "shared_hours")):
        alone = answering.made_alone(notebook, result, demo_study_path)
        assert alone["rows"] == answering.results(notebook)[result]["rows"]


@pytest.mark.parametrize("seed", PAGES)
def test_readers_are_shown_every_item_with_its_pages(seed: str) -> None:
    shown = answering.results(PAGES[seed][0])["items"]
    numbers = [row[0] for row in shown["rows"]]
    assert numbers == list(PAGES[seed][1])
    for item in (item for item in ITEMS if item.seed == seed):
        named = shown["context"]["pages"][numbers.index(item.number)]
        assert named == [[answer.notebook, answer.result] for answer in item.shown]


@pytest.mark.parametrize("of", ["project_group", "midtkraft"])
def test_the_result_that_serves_a_task_is_committed(of: str) -> None:
    assert len(codes.load_tasks(of)) == 8
    for task in codes.load_tasks(of):
        assert task["result"] in answering.results(task["notebook"]), task["task_id"]


@pytest.mark.parametrize("oddity", codes.load_oddities(), ids=lambda oddity: oddity["oddity_id"])
def test_an_oddity_is_on_the_page_of_its_source_word_for_word(oddity: dict[str, str]) -> None:
    for seed in oddity["seed"].split():
        shown = answering.results(PAGES[seed][0])["oddities"]
        assert shown["labels"][f"oddity.{oddity['oddity_id']}"] == {"da": oddity["da"], "en": oddity["en"]}
        assert f"oddity.{oddity['oddity_id']}" in [row[0] for row in shown["rows"]]


def test_the_oddities_are_all_those_of_the_domain() -> None:
    named = {oddity["oddity_id"] for oddity in codes.load_oddities()}
    assert named == set(
        "two_steps_1 two_periods closed_later two_wordings funding_unsettled posts_not_clusters eight_hundred four_and_a_half_million broken_rows "
        "missing_boxes fte_or_posts two_clusters two_lup typos".split()
    )


def test_oddities_are_counted_in_the_tables_that_show_them() -> None:
    agreement, memo = (dict(answering.results(page)["oddities"]["rows"]) for page, _ in PAGES.values())
    assert agreement["oddity.two_steps_1"] == 2 and agreement["oddity.two_periods"] is None
    assert [memo[f"oddity.{name}"] for name in ("funding_unsettled", "posts_not_clusters", "eight_hundred", "fte_or_posts")] == [5, 1, 2, 2]
