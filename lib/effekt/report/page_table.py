"""The view of a table whose last column names pages: each name can be made a link to the result there, by whoever knows which pages are there.

`context` says what is shown: `caption` (text key), `heads` (label keys), `show` (the columns before the pages), `pages` (one entry a row: a list of
[notebook, id of the result]), `notes` (text keys).
"""

from __future__ import annotations

import html as markup
from collections.abc import Iterable

from effekt.report.results import Result
from effekt.report.sentences import as_html, cell, filled, label, sentence


def html(result: Result) -> str:
    """The table; a page is a `span` with the names of its page and result (`data-page`, `data-result`). A page without a result is none."""
    heads = "".join(f'<th scope="col">{markup.escape(label(result, head))}</th>' for head in result.context["heads"])
    body = "".join(_row(result, row) for row in range(len(result.rows)))
    caption = sentence(result, result.context["caption"])
    notes = "".join(f'<p class="effekt-note">{as_html(filled(result, key))}</p>' for key in result.context["notes"])
    table = f'<table class="effekt-table"><caption>{markup.escape(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div class="effekt-scroll" role="region" tabindex="0" aria-label="{markup.escape(caption)}">{table}</div>{notes}'


def plain(result: Result) -> str:
    """The same as plain text, columns separated by " | "."""
    lines = [sentence(result, result.context["caption"]), " | ".join(label(result, head) for head in result.context["heads"])]
    for row, pages in enumerate(result.context["pages"]):
        told = [cell(result, row, key).text for key in result.context["show"]]
        lines.append(" | ".join([*told, ", ".join(_name(result, page) for page, _ in _once(pages))]))
    return "\n".join(lines + [sentence(result, key) for key in result.context["notes"]])


def _row(result: Result, row: int) -> str:
    links = ", ".join(
        f'<span data-page="{markup.escape(page)}_region" data-result="{markup.escape(found)}">{markup.escape(_name(result, page))}</span>'
        for page, found in _once(result.context["pages"][row])
    )
    first, *others = (cell(result, row, key).html() for key in result.context["show"])
    inside = "".join(f"<td>{other}</td>" for other in others)
    return f'<tr><th scope="row">{first}</th>{inside}<td>{links}</td></tr>'


def _name(result: Result, page: str) -> str:
    """The name of a page, its first letter large."""
    name = label(result, f"page.{page}")
    return name[:1].upper() + name[1:]


def _once(pages: Iterable[list[str]]) -> list[tuple[str, str]]:
    """Each page once, with the first of its results."""
    first: dict[str, str] = {}
    for page, found in pages:
        first.setdefault(page, found)
    return list(first.items())
