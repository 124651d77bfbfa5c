"""A notebook as its level-2 sections, and which of its cells a reader's set of pages holds.

A section is the prose pair that begins with a level-2 heading and every cell after it, up to the next. What stands before the first one (the
question and what the page is for) belongs to every choice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from effekt.batch.notebook import Notebook
from effekt.batch.verdict import results

ANSWER, LIMITS, METHOD = "In short", "What this cannot tell you", "How it was done"
"""The English headings that every notebook has."""
ALL, SHORT = "all", "short"


@dataclass(frozen=True)
class Section:
    """One level-2 section: its heading by language, the places of its cells in the notebook, the ids of the results that it shows."""

    titles: Mapping[str, str]
    cells: tuple[int, ...]
    ids: tuple[str, ...]


def split(notebook: Notebook, executed: Mapping[str, Any]) -> tuple[Section, ...]:
    """The sections of an executed notebook in order; the first has no heading and holds what comes before them."""
    ran = iter(own_code(executed))
    sections: list[tuple[dict[str, str], list[int], list[str]]] = [({}, [], [])]
    for place, cell in enumerate(notebook.cells):
        if cell.kind == "code":
            ids = [bundle["id"] for bundle in results([next(ran)])]
        else:
            ids = []
            title = next((line[3:].strip() for line in cell.source.splitlines() if line.startswith("## ")), "")
            if title and (not sections[-1][0] or cell.language in sections[-1][0]):
                sections.append(({}, [], []))
            if title:
                sections[-1][0][cell.language or ""] = title
        sections[-1][1].append(place)
        sections[-1][2].extend(ids)
    return tuple(Section(titles, tuple(cells), tuple(ids)) for titles, cells, ids in sections)


def own_code(executed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The executed code cells that stand in the notebook itself, without the one that papermill injects."""
    code = [cell for cell in executed["cells"] if cell["cell_type"] == "code"]
    return [cell for cell in code if "injected-parameters" not in cell["metadata"].get("tags", ())]


def choose(sections: Sequence[Section], wanted: str | Sequence[str], *, method: bool) -> frozenset[int]:
    """The places of the cells that are shown: `all` sections, the `short` answer with what it cannot tell, or those two and sections by result.

    wanted : ALL, SHORT, or beginnings of the ids of results. method : whether "How it was done" is among them.
    """
    return frozenset(place for section in sections if _is_chosen(section, wanted, method) for place in section.cells)


def _is_chosen(section: Section, wanted: str | Sequence[str], method: bool) -> bool:
    title = section.titles.get("en", "")
    if title == METHOD:
        return method
    if wanted == ALL or title in ("", ANSWER, LIMITS):
        return True
    return wanted != SHORT and any(name.startswith(tuple(wanted)) for name in section.ids)
