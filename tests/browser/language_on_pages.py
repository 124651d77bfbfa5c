"""Which words are of one language alone, so that a page that speaks the other can be held against them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

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
