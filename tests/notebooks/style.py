"""The rules that a notebook keeps, each as a function from a notebook to the places where it is broken.

A message names the notebook, the cell (by its id and place) and the rule, so that whoever wrote the cell knows what to change.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any

Notebook = dict[str, Any]
Found = Iterator[str]
LANGUAGES = ("da", "en")
LINES_A_CELL = 5
SECTIONS = {
    "da": ("Kort sagt", "Hvad siden ikke kan sige", "Hvordan det er gjort"),
    "en": ("In short", "What this cannot tell you", "How it was done"),
}
FORBIDDEN = {
    ast.FunctionDef: "def",
    ast.ClassDef: "class",
    ast.Lambda: "lambda",
    ast.For: "for",
    ast.While: "while",
    ast.If: "if",
    ast.IfExp: "if",
    ast.ListComp: "for",
    ast.SetComp: "for",
    ast.DictComp: "for",
    ast.GeneratorExp: "for",
    ast.Try: "try",
    ast.With: "with",
    ast.Compare: "a comparison (thresholds belong in evaluation.yml)",
    ast.BoolOp: "and/or",
    ast.BinOp: "arithmetic",
    ast.Subscript: "selecting rows or columns",
    ast.AugAssign: "arithmetic",
}
UNITS = ("cluster", "region", "everywhere", "quality_cluster")
SHOWING = ("print", "display", "show")
LAST = "report.done(study)"


def code_cells(notebook: Notebook) -> list[tuple[str, dict]]:
    """Every code cell with the name it goes by in a message."""
    return [(_name(place, cell), cell) for place, cell in enumerate(notebook["cells"], 1) if cell["cell_type"] == "code"]


def prose_cells(notebook: Notebook) -> list[tuple[str, dict]]:
    """Every markdown cell with the name it goes by in a message."""
    return [(_name(place, cell), cell) for place, cell in enumerate(notebook["cells"], 1) if cell["cell_type"] == "markdown"]


def source(cell: dict) -> str:
    """The text of a cell."""
    return cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])


def tags(cell: dict) -> list[str]:
    """The tags of a cell."""
    return cell.get("metadata", {}).get("tags", [])


def prose_comes_in_pairs(notebook: Notebook) -> Found:
    """Each idea in prose is a Danish cell followed by an English one, with the same headings."""
    prose = prose_cells(notebook)
    for name, cell in prose:
        if tags(cell) not in (["lang-da"], ["lang-en"]):
            yield f"{name}: prose is tagged lang-da or lang-en and nothing else; found {tags(cell)}"
    wanted = [language for _ in prose[::2] for language in ("lang-da", "lang-en")]
    if [tags(cell) for _, cell in prose] != [[tag] for tag in wanted]:
        yield "prose: Danish and English cells must alternate, Danish first"
        return
    for (name, da), (_, en) in zip(prose[::2], prose[1::2], strict=True):
        levels = [[len(mark) for mark in re.findall(r"^(#+) ", source(cell), re.MULTILINE)] for cell in (da, en)]
        if levels[0] != levels[1]:
            yield f"{name}: its English twin has other heading levels ({levels[0]} and {levels[1]})"


def one_question_stands_first(notebook: Notebook) -> Found:
    """The first pair holds the one H1 of each language, a question."""
    titles = [(name, line, tags(cell)) for name, cell in prose_cells(notebook) for line in source(cell).splitlines() if line.startswith("# ")]
    if [held for _, _, held in titles] != [["lang-da"], ["lang-en"]] or [cell["cell_type"] for cell in notebook["cells"][:2]] != ["markdown"] * 2:
        yield "title: exactly one H1 a language, in the first two cells"
    for name, line, _ in titles:
        if not line.rstrip().endswith("?"):
            yield f"{name}: the H1 is a question a director would ask; {line!r} does not end in ?"


def sections_come_in_order(notebook: Notebook) -> Found:
    """In short first, then sub-questions, then what it cannot tell, then how it was done."""
    for language in LANGUAGES:
        own = [source(cell) for _, cell in prose_cells(notebook) if tags(cell) == [f"lang-{language}"]]
        heads = [line[3:].strip() for text in own for line in text.splitlines() if line.startswith("## ")]
        first, limits, method = SECTIONS[language]
        if heads[:1] != [first] or heads[-2:] != [limits, method] or len(heads) < 4:
            yield f"headings ({language}): {first!r}, then sub-questions, then {limits!r} and {method!r}; found {heads}"
        for head in heads[1:-2]:
            if not head.endswith("?"):
                yield f"headings ({language}): the sub-question {head!r} does not end in ?"


def prose_holds_no_result(notebook: Notebook) -> Found:
    """No digit in prose: a number is computed, and stands in a result."""
    for name, cell in prose_cells(notebook):
        if re.search(r"\d", source(cell)):
            yield f"{name}: no digits in prose; a number belongs in a result"


def opening_is_as_agreed(notebook: Notebook) -> Found:
    """After the question: the parameters cell, then the import of the study, then nothing imported any more."""
    cells = code_cells(notebook)
    name, parameters = cells[0]
    if tags(parameters) != ["parameters"] or any(tags(cell) for _, cell in cells[1:]):
        yield f"{name}: the first code cell, and only that, is tagged parameters"
    for line in source(parameters).splitlines():
        if not re.fullmatch(r'[a-z_]+: (str|int|float|bool)( \| None)? = [^#]+  # \S.*', line):
            yield f"{name}: a parameter is `name: type = literal  # help`; found {line!r}"
    name, opening = cells[1]
    lines = source(opening).splitlines()
    if len(lines) != 2 or not lines[0].startswith("from effekt import Study, ") or not lines[1].startswith("study = Study.open(study_path"):
        yield f"{name}: the second code cell imports from effekt and opens the study, in two lines"
    for name, cell in cells[2:]:
        if "import " in source(cell):
            yield f"{name}: only the second code cell imports"


def code_holds_no_logic(notebook: Notebook) -> Found:
    """At most five lines, no definition, loop, condition or arithmetic, no magic and nothing printed."""
    for name, cell in code_cells(notebook):
        text = source(cell)
        if len(text.splitlines()) > LINES_A_CELL:
            yield f"{name}: at most {LINES_A_CELL} lines of code a cell; found {len(text.splitlines())}"
        if re.search(r"^\s*[%!]", text, re.MULTILINE):
            yield f"{name}: no magics and no shell commands"
            continue
        tree = ast.parse(text)
        parts = list(ast.walk(tree))
        for kind in {FORBIDDEN[type(part)] for part in parts if type(part) in FORBIDDEN and not _a_type(part, tree)}:
            yield f"{name}: no {kind} in a notebook; it belongs in the library"
        for part in parts:
            if isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id in SHOWING:
                yield f"{name}: nothing is printed or displayed; the last line is what is shown"


def one_thing_is_shown_last(notebook: Notebook) -> Found:
    """Each cell after the opening ends in one call of the report, and no other line of it shows anything."""
    cells = code_cells(notebook)
    for name, cell in cells[2:]:
        body = ast.parse(source(cell)).body
        if not isinstance(body[-1], ast.Expr) or not ast.unparse(body[-1]).startswith("report."):
            yield f"{name}: the last line shows one thing, with a function of report"
        if any(not isinstance(line, ast.Assign) for line in body[:-1]):
            yield f"{name}: every line but the last gives something a name"
    if not cells or source(cells[-1][1]) != LAST:
        yield f"the last code cell is {LAST}"


def metadata_says_what_it_is(notebook: Notebook, file_name: str) -> Found:
    """The metadata names order, name and what it is run for, and nothing of the machine."""
    about = notebook["metadata"].get("effekt", {})
    if about.get("name") != file_name or about.get("per") not in UNITS or f"{about.get('order'):02d}" != file_name[:2]:
        yield f"metadata.effekt must hold order, name and per that fit {file_name!r}; found {about}"
    extra = set(notebook["metadata"]) - {"effekt", "kernelspec", "language_info"}
    if extra or set(notebook["metadata"].get("language_info", {})) - {"name"}:
        yield f"metadata of the run is left over ({', '.join(sorted(extra)) or 'language_info'}): python -m effekt refresh"
    for name, cell in (*code_cells(notebook), *prose_cells(notebook)):
        if set(cell.get("metadata", {})) - {"tags"}:
            yield f"{name}: metadata of the run is left over: python -m effekt refresh"


RULES: dict[str, Callable[[Notebook], Found]] = {
    rule.__name__: rule
    for rule in (
        prose_comes_in_pairs,
        one_question_stands_first,
        sections_come_in_order,
        prose_holds_no_result,
        opening_is_as_agreed,
        code_holds_no_logic,
        one_thing_is_shown_last,
    )
}


def _a_type(part: ast.AST, tree: ast.Module) -> bool:
    """Whether an expression stands in the type of a parameter (`str | None`)."""
    types = [line.annotation for line in tree.body if isinstance(line, ast.AnnAssign)]
    return any(part is inner for annotation in types for inner in ast.walk(annotation))


def _name(place: int, cell: dict) -> str:
    return f"cell {place} ({cell.get('id', 'no id')})"
