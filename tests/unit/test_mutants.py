"""The mutants that tests/verify/mutation.py tries: which there are, what is left alone, and that each is a change."""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

VERIFY = Path(__file__).resolve().parents[1] / "verify"
SOURCE = '''"""A module."""

from typing import Literal

Kind = Literal["a", "b"]
_EXPORTS: dict[str, str] = {"x": "y"}
LEAST = 20


def grow(value: "int", *, by: int = 2) -> "str":
    """Nothing here is changed."""
    total = value + by if value > 0 and not by else -value
    total += max(by, key=None)
    for _ in range(3):
        break
    return f"{total} grown"
'''
EXPECTED = [
    "= .. -> = None", "20 -> 21", "2 -> 3", "= .. -> = None", "And -> Or", "Gt -> GtE", "0 -> 1", "Not left out", "Add -> Sub", "USub left out",
    "Add= -> Sub=", "Add= -> =", "argument 1 -> None", "key left out", "None -> ''", "argument 1 -> None", "3 -> 4", "break -> continue",
    "return .. -> return None", "f'..' -> f'XX..XX'",
]  # fmt: skip


@pytest.fixture(scope="module")
def mutants() -> ModuleType:
    sys.path.insert(0, str(VERIFY))
    try:
        return importlib.import_module("_mutants")
    finally:
        sys.path.remove(str(VERIFY))


def test_operators_numbers_texts_arguments_and_returns_are_changed_and_nothing_that_does_nothing(mutants: ModuleType) -> None:
    made = mutants.mutants_of("small", SOURCE)
    assert sorted(mutant.what for mutant in made) == sorted(EXPECTED)
    assert {mutant.function for mutant in made} == {"", "grow"} and len({mutant.key for mutant in made}) == len(made)


def test_every_mutant_differs_from_the_source_in_one_place_and_compiles(mutants: ModuleType) -> None:
    plain = ast.dump(ast.parse(SOURCE))
    trees = [mutants.mutated(SOURCE, mutant) for mutant in mutants.mutants_of("small", SOURCE)]
    assert len({ast.dump(tree) for tree in trees} - {plain}) == len(trees)
    for mutant in mutants.mutants_of("small", SOURCE):
        mutants.compiled(SOURCE, mutant, "small.py")


def test_a_changed_docstring_leaves_the_mutants_what_they_were_and_changed_code_does_not(mutants: ModuleType) -> None:
    keys = {mutant.key for mutant in mutants.mutants_of("small", SOURCE)}
    assert {mutant.key for mutant in mutants.mutants_of("small", SOURCE.replace("Nothing here", "Not a thing"))} == keys
    assert {mutant.key for mutant in mutants.mutants_of("small", SOURCE.replace("range(3)", "range(4)"))} != keys


def test_a_mutant_of_another_source_is_refused(mutants: ModuleType) -> None:
    mutant = mutants.mutants_of("small", SOURCE)[5]
    with pytest.raises(ValueError, match="the source has changed"):
        mutants.mutated(SOURCE.replace("LEAST = 20\n", ""), mutant)
