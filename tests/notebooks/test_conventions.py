"""Every committed notebook keeps the rules of the house, and every rule catches the notebook that breaks it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.notebooks import style

REPOSITORY = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))
GOOD = json.loads((REPOSITORY / "notebooks" / "03_admissions.ipynb").read_text(encoding="utf-8"))


def stem(path: Path) -> str:
    """The name a test goes by."""
    return path.stem


@pytest.mark.parametrize("rule", sorted(style.RULES))
@pytest.mark.parametrize("path", NOTEBOOKS, ids=stem)
def test_a_notebook_keeps_the_rule(path: Path, rule: str) -> None:
    assert list(style.RULES[rule](json.loads(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=stem)
def test_the_metadata_says_what_the_notebook_is(path: Path) -> None:
    assert list(style.metadata_says_what_it_is(json.loads(path.read_text(encoding="utf-8")), path.stem)) == []


def test_the_three_first_notebooks_are_there() -> None:
    assert {"03_admissions", "06_cost_per_citizen", "21_synthesis"} <= {path.stem for path in NOTEBOOKS}


def cell(notebook: style.Notebook, identity: str) -> dict:
    """The cell of that id."""
    return next(part for part in notebook["cells"] if part["id"] == identity)


def put(identity: str, text: str) -> Callable[[style.Notebook], None]:
    """A change that writes another text into a cell."""
    return lambda notebook: cell(notebook, identity).update(source=text)


def tag(identity: str, *tags: str) -> Callable[[style.Notebook], None]:
    """A change that tags a cell otherwise."""
    return lambda notebook: cell(notebook, identity).update(metadata={"tags": list(tags)})


def drop(identity: str) -> Callable[[style.Notebook], None]:
    """A change that takes a cell out."""
    return lambda notebook: notebook["cells"].remove(cell(notebook, identity))


BROKEN = [
    ("prose_comes_in_pairs", "lang-da or lang-en", tag("simpler-da")),
    ("prose_comes_in_pairs", "alternate", drop("simpler-en")),
    ("prose_comes_in_pairs", "heading levels", put("simpler-en", "### What would a simpler method have said?")),
    ("one_question_stands_first", "does not end in ?", put("question-en", "# Fewer acute admissions")),
    ("one_question_stands_first", "exactly one H1", put("simpler-en", "# What would a simpler method have said?")),
    ("sections_come_in_order", "In short", put("in-short-en", "## The answer")),
    ("sections_come_in_order", "does not end in ?", put("simpler-en", "## Simpler methods")),
    ("prose_holds_no_result", "simpler-en", put("simpler-en", "## What?\n\nAdmissions fell by 8 per cent.")),
    ("opening_is_as_agreed", "tagged parameters", tag("parameters")),
    ("opening_is_as_agreed", "name: type = literal", put("parameters", 'cluster = "horsens"')),
    ("opening_is_as_agreed", "in two lines", put("study", "import pandas as pd")),
    ("opening_is_as_agreed", "only the second", put("figure", "import pandas as pd\nreport.time_series(study, change)")),
    ("code_holds_no_logic", "at most 5 lines", put("figure", "\n".join(f"a{i} = b" for i in range(6)))),
    ("code_holds_no_logic", "no lambda", put("figure", "report.time_series(study, lambda: change)")),
    ("code_holds_no_logic", "no for", put("figure", "report.effect_table(study, [one for one in others])")),
    ("code_holds_no_logic", "no if", put("figure", "if change:\n    report.time_series(study, change)")),
    ("code_holds_no_logic", "no def", put("figure", "def f():\n    return 1\nreport.time_series(study, change)")),
    ("code_holds_no_logic", "no arithmetic", put("figure", "report.time_series(study, change * 100)")),
    ("code_holds_no_logic", "comparison", put("figure", "report.finding(study, change.effect.p < limit)")),
    ("code_holds_no_logic", "selecting", put("figure", "report.time_series(study, change[0])")),
    ("code_holds_no_logic", "no magics", put("figure", "%matplotlib inline")),
    ("code_holds_no_logic", "printed", put("figure", "print(change)")),
    ("one_thing_is_shown_last", "the last line shows", put("figure", "change")),
    ("one_thing_is_shown_last", "gives something a name", put("figure", "report.finding(study, change)\nreport.time_series(study, change)")),
    ("one_thing_is_shown_last", "report.done(study)", drop("done")),
]


@pytest.mark.parametrize(("rule", "message", "change"), BROKEN, ids=[f"{rule}: {message}" for rule, message, _ in BROKEN])
def test_a_broken_rule_is_told_with_its_cell(rule: str, message: str, change: Callable[[style.Notebook], None]) -> None:
    notebook = copy.deepcopy(GOOD)
    change(notebook)
    found = list(style.RULES[rule](notebook))
    assert any(message in line for line in found), found


def test_every_rule_is_shown_to_catch_something() -> None:
    assert {rule for rule, _, _ in BROKEN} == set(style.RULES)


def test_metadata_of_a_run_is_noticed() -> None:
    notebook = copy.deepcopy(GOOD)
    notebook["metadata"]["papermill"] = {"duration": 3}
    cell(notebook, "figure")["metadata"] = {"execution": {}}
    assert len(list(style.metadata_says_what_it_is(notebook, "03_admissions"))) == 2
    assert "06_cost" in next(style.metadata_says_what_it_is(GOOD, "06_cost"))
