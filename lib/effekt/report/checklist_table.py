"""The view of a checklist: a table whose rows name the pages that answer an item, or say why none does."""

from __future__ import annotations

import html as markup

from effekt.report.results import Result
from effekt.report.sentences import label


def html(result: Result) -> str:
    """The table of a checklist. A page is a `span` that names it (`data-page`, `data-result`): whoever knows that it is there makes it a link."""
    heads = "".join(f'<th scope="col">{markup.escape(label(result, f"column.{key}"))}</th>' for key in ("item", "what_to_tell", "where_told"))
    body = "".join(_row(result, row) for row in range(len(result.rows)))
    caption = markup.escape(label(result, "statement"))
    table = f'<table class="effekt-table"><caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div class="effekt-scroll" role="region" tabindex="0" aria-label="{caption}">{table}</div>'


def plain(result: Result) -> str:
    """The same as plain text, columns separated by " | "."""
    lines = [label(result, "statement")]
    for row, pages in enumerate(result.context["evidence"]):
        where = ", ".join(_page_name(result, page) for page in _once(pages)) if pages else _reason(result, row)
        lines.append(" | ".join((_cell(result, row, "item"), _cell(result, row, "words"), f"{_cell(result, row, 'state')}: {where}")))
    return "\n".join(lines)


def _row(result: Result, row: int) -> str:
    pages = result.context["evidence"][row]
    names = [_page_name(result, "same" if page in _once(pages[:place]) else page) for place, (page, _) in enumerate(pages)]
    links = ", ".join(
        f'<span data-page="{markup.escape(page)}_region" data-result="{markup.escape(found)}">{markup.escape(name)}</span>'
        for name, (page, found) in zip(names, pages, strict=True)
    )
    where = links or markup.escape(_reason(result, row))
    state = markup.escape(_cell(result, row, "state"))
    item, words = (markup.escape(_cell(result, row, key)) for key in ("item", "words"))
    return f'<tr><th scope="row">{item}</th><td>{words}</td><td><strong>{state}</strong>: {where}</td></tr>'


def _cell(result: Result, row: int, key: str) -> str:
    return label(result, str(result.column(key)[row]))


def _reason(result: Result, row: int) -> str:
    return _cell(result, row, "reason")


def _page_name(result: Result, page: str) -> str:
    return label(result, f"page.{page}")


def _once(pages: list[list[str]]) -> list[str]:
    return list(dict.fromkeys(page for page, _ in pages))
