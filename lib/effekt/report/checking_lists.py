"""Checklists of what a report should tell, as data: each item in our own words, and where it is answered, open with a reason, or not relevant.

An item is answered only by results that are named; the words "answered" stand nowhere in the data. A page that holds such a result is led to when
the batch has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml

from effekt.report import making
from effekt.report.making import Facts
from effekt.report.prose import block
from effekt.report.results import Column
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

FOLDER = Path(__file__).parent / "checklists"
NAMES = ("trend", "record", "cheers")
LANGUAGES = ("da", "en")
State = Literal["answered", "open", "not_relevant"]
STATES = ("evidence", "open", "not_relevant")
Pair = Mapping[str, str]


@dataclass(frozen=True)
class Item:
    """One item: its number in the statement, our words for it, the results that answer it (notebook, result id), or why there is none."""

    id: str
    words: Pair
    evidence: tuple[tuple[str, str], ...]
    state: State
    reason: Pair | None


@dataclass(frozen=True)
class Checklist:
    """A statement: its name and year, where it was published, its items in order."""

    key: str
    name: str
    year: int
    source: str
    items: tuple[Item, ...]


@cache
def load_checklist(key: str) -> Checklist:
    """The checklist `trend`, `record` or `cheers`. Raises ValueError naming the items that are both answered and open, or neither."""
    told = yaml.safe_load((FOLDER / f"{key}.yml").read_text(encoding="utf-8"))
    wrong = [item["id"] for item in told["items"] if sum(bool(item.get(name)) for name in STATES) != 1]
    if wrong:
        raise ValueError(f"checklists/{key}.yml: each item has evidence, or is open or not relevant with a reason; not so {', '.join(wrong)}")
    return Checklist(key, told["name"], told["year"], told["source"], tuple(_item(item) for item in told["items"]))


def _item(told: Mapping[str, Any]) -> Item:
    words = {language: told[language] for language in LANGUAGES}
    if "evidence" in told:
        return Item(told["id"], words, tuple((page, result) for page, result in told["evidence"]), "answered", None)
    state: State = "open" if "open" in told else "not_relevant"
    return Item(told["id"], words, (), state, told[state])


def checklist(study: Study, key: str, *, name: str = "") -> Shown:
    """One row an item of the statement `key`: our words for it, and the pages that answer it, or why it is open or not relevant."""
    held = load_checklist(key)
    labels: dict[str, Mapping[str, str]] = {}
    rows = []
    for item in held.items:
        number, words, reason = (f"{part}.{key}.{item.id}" for part in ("item", "words", "reason"))
        labels |= {number: dict.fromkeys(LANGUAGES, item.id), words: item.words} | ({reason: item.reason} if item.reason else {})
        rows.append(
            {
                "item": (Column("item", "label"), number),
                "words": (Column("words", "label"), words),
                "state": (Column("state", "label"), f"item_state.{item.state}"),
                "reason": (Column("reason", "label"), reason if item.reason else ""),
            }
        )
    labels["statement"] = dict.fromkeys(LANGUAGES, f"{held.name} ({held.year}), {held.source}")
    head = {"statement": (Column("statement", "label"), "statement")}
    pages = [[[page, result] for page, result in item.evidence] for item in held.items]
    context = {"evidence": pages}
    return making.shown(study, "checklist", name or f"checklist_{key}", [row | head for row in rows], context=context, labels=labels)


def checklists_in_short(study: Study, *, name: str = "checklists") -> Shown:
    """How many items of each statement are answered with a result, how many are open, how many are not relevant."""
    rows, blocks = [], []
    labels = {}
    for place, key in enumerate(NAMES):
        held = load_checklist(key)
        states = [item.state for item in held.items]
        counts = {"n_items": len(states), "n_items_answered": states.count("answered"), "n_items_open": states.count("open")}
        counts["n_items_not_relevant"] = states.count("not_relevant")
        facts: Facts = {kind: (Column(kind, "count"), value) for kind, value in counts.items()}
        labels[f"statement.{key}"] = dict.fromkeys(LANGUAGES, held.name)
        rows.append(facts | {"statement": (Column("statement", "label"), f"statement.{key}")})
        blocks.append(block("item", "national.checklist_counts", place))
    blocks.append(block("claim", "national.checklist_claim"))
    return making.shown(study, "finding", name, rows, context={"blocks": blocks}, labels=labels)
