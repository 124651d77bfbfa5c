"""How many relations there are, and that each is searched as widely as was promised."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path

from tests.properties import relations

FILES = sorted(path.stem for path in Path(__file__).parent.glob("test_*.py"))
MODULES = [import_module(f"tests.properties.{name}") for name in FILES if name != Path(__file__).stem]
SEARCHED = {name: test for module in MODULES for name, test in vars(module).items() if name.startswith("test_") and hasattr(test, "hypothesis")}


def test_there_are_more_than_sixty_relations_over_estimators_and_measures() -> None:
    assert len(relations.RELATIONS) >= 60
    per_module = {module.__name__: list(relations.RELATIONS.values()).count(module.__name__) for module in MODULES}
    assert sum(count >= 5 for count in per_module.values()) >= 6


def test_every_relation_is_searched_with_200_examples_the_same_in_every_run() -> None:
    """`make test` asks for fewer by EFFEKT_EXAMPLES; `.ci/run` asks for all."""
    assert set(SEARCHED) == set(relations.RELATIONS)
    assert relations.PROMISED == 200 and (relations.EXAMPLES == 200 or os.environ.get("EFFEKT_EXAMPLES"))
    assert relations.EXAMPLES == 200 or not os.environ.get("EFFEKT_REQUIRE_ALL")
    for name, test in SEARCHED.items():
        used = test._hypothesis_internal_use_settings
        assert (used.max_examples, used.derandomize, used.deadline) == (relations.EXAMPLES, True, None), name
