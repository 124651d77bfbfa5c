"""A page speaks one language: nothing of the other's catalogues or prose is in what is seen, read aloud or hovered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

import pytest
import yaml

from effekt import paths
from tests.browser.numbers_on_pages import bundles_of
from tests.browser.visits import LANGUAGES, Visit

SHORTEST = 4


def pairs(value: object) -> Iterator[dict[str, str]]:
    """Every {da, en} of a catalogue, however deep it lies."""
    if isinstance(value, dict):
        if set(LANGUAGES) <= set(value) and all(isinstance(value[language], str) for language in LANGUAGES):
            yield {language: value[language] for language in LANGUAGES}
        for item in value.values():
            yield from pairs(item)
    elif isinstance(value, list):
        for item in value:
            yield from pairs(item)


def prose() -> Iterator[dict[str, str]]:
    """The paired prose cells of the notebooks."""
    for path in sorted(paths.NOTEBOOKS.glob("*.ipynb")):
        cells = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "markdown"]
        told: dict[str, list[str]] = {language: [] for language in LANGUAGES}
        for cell in cells:
            for language in LANGUAGES:
                if f"lang-{language}" in cell["metadata"].get("tags", ()):
                    told[language].append("".join(cell["source"]))
        yield from ({"da": da, "en": en} for da, en in zip(told["da"], told["en"], strict=True))


def fragments(text: str) -> set[str]:
    """What stands between the places of a text, in pieces of a sentence, in small letters."""
    pieces = re.split(r"\{[^}]*\}|[.,;:!?()\n#*–]+", text)
    return {piece.strip().lower() for piece in pieces if len(re.sub(r"[\W\d_]", "", piece)) >= SHORTEST}


def catalogue() -> dict[str, set[str]]:
    """language -> every fragment that is of that language alone."""
    files = sorted(path for path in paths.LIBRARY.rglob("*.yml") if path.is_file())
    found = [pair for path in files for pair in pairs(yaml.safe_load(path.read_text(encoding="utf-8")))]
    found += [*prose(), *pairs(yaml.safe_load((paths.DEMO / "evaluation.yml").read_text(encoding="utf-8")))]
    both = {language: set().union(*(fragments(pair[language]) for pair in found)) for language in LANGUAGES}
    whole = {language: "\n".join(pair[language].lower() for pair in found) for language in LANGUAGES}
    return {
        "da": {text for text in both["da"] if not contains(whole["en"], text)},
        "en": {text for text in both["en"] if not contains(whole["da"], text)},
    }


def contains(text: str, fragment: str) -> bool:
    """Whether the fragment stands in the text as whole words; a part of a file's name such as 03_admissions is none."""
    place = text.find(fragment)
    while place >= 0:
        before, after = text[place - 1 : place], text[place + len(fragment) : place + len(fragment) + 1]
        if not any(neighbour.isalpha() or neighbour == "_" for neighbour in (before, after)):
            return True
        place = text.find(fragment, place + 1)
    return False


def same_in_both(visit: Visit) -> list[str]:
    """What the results of a page call by one name in both languages: files, titles of articles, functions. The longest first."""
    notebook = visit.path.parents[1] / "notebooks" / f"{visit.path.stem}.ipynb"
    if not notebook.is_file():
        return []
    labels = [names for bundle in bundles_of(notebook).values() for names in bundle["labels"].values()]
    names = {" ".join(pair["da"].lower().split()) for pair in labels if pair["da"] == pair["en"]}
    return sorted((name for name in names if len(name) >= SHORTEST), key=len, reverse=True)


@pytest.fixture(scope="module")
def foreign() -> dict[str, set[str]]:
    return catalogue()


def test_nothing_of_the_other_language_is_on_a_page(visits: Mapping[str, Visit], foreign: dict[str, set[str]]) -> None:
    slips = {}
    for name, visit in visits.items():
        text = " ".join(visit.spoken.lower().split())
        for untranslated in same_in_both(visit):
            text = text.replace(untranslated, " ")
        other = LANGUAGES[1 - LANGUAGES.index(visit.language)]
        slips[name] = [fragment for fragment in foreign[other] if contains(text, " ".join(fragment.split()))]
        assert sum(contains(text, fragment) for fragment in foreign[visit.language]) > 10, name
    assert {name: found for name, found in slips.items() if found} == {}


def test_the_catalogues_hold_enough_to_notice_a_slip(foreign: dict[str, set[str]]) -> None:
    assert all(len(foreign[language]) > 200 for language in LANGUAGES)
    assert "pct" not in foreign["en"] and contains("der var ingen klar ændring", "ingen klar ændring")
