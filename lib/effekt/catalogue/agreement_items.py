"""The numbered items of the two sources, each with the results that answer it: `agreement_items.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Answer:
    """A result that answers an item: the name of its notebook and its id. change : what a test does to the result's input; None for no test of it."""

    notebook: str
    result: str
    change: Mapping[str, Any] | None


@dataclass(frozen=True)
class Item:
    """One numbered item: seed (S1 the agreement, S2 the memo), what it asks for in both languages, and where it is answered."""

    number: int
    seed: str
    da: str
    en: str
    shown: tuple[Answer, ...]

    def notebooks(self) -> tuple[str, ...]:
        """The notebooks that answer it, each once, in order."""
        return tuple(dict.fromkeys(answer.notebook for answer in self.shown))


@cache
def load_agreement_items() -> tuple[Item, ...]:
    """Every item, by number."""
    told = yaml.safe_load(Path(__file__).with_name("agreement_items.yml").read_text(encoding="utf-8"))
    return tuple(_item(row) for row in told)


def _item(row: Mapping[str, Any]) -> Item:
    answers = tuple(Answer(one["notebook"], one["result"], one.get("change")) for one in row["shown"])
    return Item(int(row["number"]), row["seed"], row["da"], row["en"], answers)
