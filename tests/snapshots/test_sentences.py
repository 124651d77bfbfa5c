"""What every view says, word for word, in both languages. After a change on purpose: EFFEKT_WRITE_SNAPSHOTS=1 python -m pytest tests/snapshots"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from effekt.report import views
from effekt.report.results import Result
from tests.snapshots import handmade

HERE = Path(__file__).parent


def spoken(language: str) -> str:
    """Every hand-made result as plain text in one language."""
    parts = []
    for name, result in handmade.results().items():
        shown = Result.from_bundle(result.bundle(), language)
        parts.append(f"== {name}\n{views.find(result.view).plain(shown)}\n")
    return "\n".join(parts).replace("\u00a0", " ")


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_view_says_what_it_said(language: str) -> None:
    path = HERE / f"sentences.{language}.txt"
    text = spoken(language)
    if os.environ.get("EFFEKT_WRITE_SNAPSHOTS") == "1":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
