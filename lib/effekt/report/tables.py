"""The view of a table, which is also the twin of every figure.

`context["table"]` says what is shown: `caption` (text key), `show` (one entry a column: `head`, a label key, and either `cell`, a column,
or `text`, a text whose places are columns), `notes` (text keys), `rows` (which rows; all without it). Without it every column is shown.
"""

from __future__ import annotations

import html as markup
from collections.abc import Mapping
from typing import Any

from effekt.report.results import Result
from effekt.report.sentences import NOT_ESTIMATED, Filled, as_html, cell, column_place, filled, label, places, sentence, text

_NUMERIC = ("count", "number", "money", "ratio", "percent", "p", "year", "significant")


def layout(
    caption: str,
    show: list[tuple[str, str]],
    notes: tuple[str, ...] = (),
    rows: tuple[int, ...] | None = None,
    empty: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The `context["table"]` of a result. `show`: (head, what) pairs; `what` is a column, or a text key where it holds a point.

    empty : what -> the label that stands where it has nothing, instead of "not available".
    """
    instead = dict(empty or {})
    shown = [{"head": head, ("text" if "." in what else "cell"): what} | ({"empty": instead[what]} if what in instead else {}) for head, what in show]
    return {"caption": caption, "show": shown, "notes": list(notes), **({"rows": list(rows)} if rows is not None else {})}


def html(result: Result) -> str:
    """The table as HTML with a caption, column headings and row headings; every number names its cell."""
    plan = _plan(result)
    caption = as_html(filled(result, plan["caption"])) if plan.get("caption") and result.rows else ""
    name = markup.escape(sentence(result, plan["caption"])) if caption else ""
    heads = "".join(f'<th scope="col"{_class(result, item)}>{markup.escape(label(result, item["head"]))}</th>' for item in plan["show"])
    body = "".join(_row(result, plan["show"], row) for row in _rows(result, plan))
    notes = "".join(f'<p class="effekt-note">{as_html(filled(result, key))}</p>' for key in plan.get("notes", ()))
    head = f"<caption>{caption}</caption>" if caption else ""
    table = f'<table class="effekt-table">{head}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div class="effekt-scroll" role="region" tabindex="0" aria-label="{name}">{table}</div>{notes}'


def plain(result: Result) -> str:
    """The table as plain text, columns separated by " | "."""
    plan = _plan(result)
    lines = [sentence(result, plan["caption"])] if plan.get("caption") and result.rows else []
    lines.append(" | ".join(label(result, item["head"]) for item in plan["show"]))
    lines += [" | ".join("".join(part.text for part in _content(result, item, row)) for item in plan["show"]) for row in _rows(result, plan)]
    return "\n".join(lines + [sentence(result, key) for key in plan.get("notes", ())])


def _plan(result: Result) -> Mapping[str, Any]:
    whole = {"show": [{"head": f"column.{column.key}", "cell": column.key} for column in result.columns]}
    return result.context.get("table") or whole


def _rows(result: Result, plan: Mapping[str, Any]) -> list[int]:
    return plan.get("rows") or list(range(len(result.rows)))


def _row(result: Result, show: list[Mapping[str, str]], row: int) -> str:
    cells = []
    for place, item in enumerate(show):
        inside = "".join(part.html() for part in _content(result, item, row))
        cells.append(f'<th scope="row">{inside}</th>' if place == 0 else f"<td{_class(result, item)}>{inside}</td>")
    return f"<tr>{''.join(cells)}</tr>"


def _content(result: Result, item: Mapping[str, str], row: int) -> list[Filled]:
    needed = (item["cell"],) if "cell" in item else places(text(item["text"], result.language))
    if any(result.rows[row][column_place(result, key)] is None for key in needed):
        return [Filled(label(result, item.get("empty", NOT_ESTIMATED)))]
    return [cell(result, row, item["cell"])] if "cell" in item else filled(result, item["text"], row)


def _class(result: Result, item: Mapping[str, str]) -> str:
    key = item.get("cell")
    numeric = key is None or any(column.key == key and column.type in _NUMERIC for column in result.columns)
    return ' class="effekt-number"' if numeric else ""
