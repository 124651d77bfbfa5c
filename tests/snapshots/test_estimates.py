"""What every estimator says of small frames, to the last field and the last word of a refusal, is what it was.

After a change on purpose: EFFEKT_WRITE_SNAPSHOTS=1 python -m pytest tests/snapshots/test_estimates.py, and read the difference.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.snapshots.estimates import FAMILIES
from tests.snapshots.told import differences, told

HERE = Path(__file__).parent / "estimates"
CALLS = {f"{family}: {name}": call for family, calls in FAMILIES.items() for name, call in calls.items()}


@cache
def frozen(family: str) -> dict[str, Any]:
    path = HERE / f"{family}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_is_frozen_that_is_not_asked_for(family: str) -> None:
    if os.environ.get("EFFEKT_WRITE_SNAPSHOTS") == "1":
        made = {name: told(call) for name, call in FAMILIES[family].items()}
        lines = [f"{json.dumps(name)}: {json.dumps(held)}" for name, held in made.items()]
        (HERE / f"{family}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
        frozen.cache_clear()
    assert sorted(frozen(family)) == sorted(FAMILIES[family])


@pytest.mark.parametrize("name", CALLS)
def test_an_estimator_says_what_it_said(name: str) -> None:
    family, _, call = name.partition(": ")
    assert differences(json.loads(json.dumps(told(CALLS[name]))), frozen(family)[call]) == []


def test_a_difference_is_seen_in_a_number_a_word_a_kind_and_a_length() -> None:
    was = {"a": [1.0, 2], "b": "x", "c": None, "d": True}
    assert differences({"a": [1.0 + 1e-8, 2], "b": "x", "c": None, "d": True}, was) == []
    for change in ({"a": [1.00001, 2]}, {"a": [1.0]}, {"b": "y"}, {"c": 0.0}, {"d": 1}, {"e": 1}):
        assert len(differences({**was, **change}, was)) == 1
