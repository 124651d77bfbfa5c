"""The texts of the pages' frame (`texts.yml`), whole sentences in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path

LANGUAGES = ("da", "en")


@lru_cache(maxsize=1)
def texts() -> Mapping[str, Mapping[str, str]]:
    """Every text: key -> {"da", "en"}."""
    import yaml

    return yaml.safe_load(Path(__file__).with_name("texts.yml").read_text(encoding="utf-8"))


def frame(language: str) -> dict[str, str]:
    """Every text in one language, its places unfilled."""
    return {key: pair[language] for key, pair in texts().items()}


def say(key: str, language: str, **places: object) -> str:
    """One text with its places filled."""
    return texts()[key][language].format(**places)


def other(language: str) -> str:
    """The language that the page can be switched to."""
    return LANGUAGES[1 - LANGUAGES.index(language)]


def moment(iso: str, language: str) -> str:
    """A time such as 2026-10-21T14:05:00Z as a reader writes it."""
    return _written("moment", iso, language)


def date(iso: str, language: str) -> str:
    """The day alone."""
    return _written("date", iso, language)


def _written(form: str, iso: str, language: str) -> str:
    time = datetime.fromisoformat(iso.replace("Z", "+00:00"))
    month = texts()[f"month_{time.month}"][language]
    return say(form, language, day=time.day, month=month, year=time.year, hour=f"{time.hour:02}", minute=f"{time.minute:02}")
