"""What every estimator says of degenerate input, in its own words: the refusals whole, the estimates to the last field.

The input is that of tests/unit/test_degenerate_matrix.py, which holds that the answer is allowed; here it is held that it is the same as before.
After a change on purpose: EFFEKT_WRITE_SNAPSHOTS=1 python -m pytest tests/snapshots/test_estimates_degenerate.py, and read the difference.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.degenerate_entries import ENTRIES
from tests.snapshots.told import differences, told
from tests.sound import estimates_in
from tests.unit.test_degenerate_matrix import DEFECTS

FROZEN = Path(__file__).parent / "estimates_degenerate" / "answers.json"


def answers(name: str) -> dict[str, Any]:
    """Defect -> the refusal, or the estimates in the answer without their empty fields."""
    entry = ENTRIES[name]
    made = [("sound but for its first row", entry.frame().copy().iloc[1:])]
    for defect, spoil in DEFECTS.items():
        if defect not in entry.passed:
            made += [(f"{defect} {what}".strip(), frame) for what, frame in spoil(entry, entry.frame().copy())]
    return json.loads(json.dumps({what: told(lambda frame=frame: _estimates(entry.call(frame))) for what, frame in made}))


def _estimates(result: object) -> list[dict[str, Any]]:
    records = [estimate.record() for estimate in estimates_in(result)]
    return [{name: value for name, value in record.items() if value not in (None, "", [], {})} for record in records]


@cache
def frozen() -> dict[str, Any]:
    return json.loads(FROZEN.read_text(encoding="utf-8"))


def test_every_estimator_is_frozen_and_nothing_else() -> None:
    if os.environ.get("EFFEKT_WRITE_SNAPSHOTS") == "1":
        lines = [f"{json.dumps(name)}: {json.dumps(answers(name))}" for name in sorted(ENTRIES)]
        FROZEN.parent.mkdir(exist_ok=True)
        FROZEN.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
        frozen.cache_clear()
    assert sorted(frozen()) == sorted(ENTRIES)


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_degenerate_input_gets_the_answer_that_it_got(name: str) -> None:
    assert differences(answers(name), frozen()[name]) == []


def test_an_answer_is_not_empty() -> None:
    assert all(len(held) >= 2 for held in frozen().values())
