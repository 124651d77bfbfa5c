"""Sentences of a result: the view of findings, limits and methods."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from effekt.report.results import Result
from effekt.report.sentences import as_html, filled, sentence

Block = dict[str, object]
_CLASSES = {"headline": "effekt-headline", "claim": "effekt-claim", "text": "effekt-text"}


def block(role: str, key: str, row: int = 0) -> Block:
    """One sentence of a result: `role` is headline, claim, text or item (of a list); its numbers come from `row`."""
    return {"role": role, "text": key, "row": row}


def html(result: Result) -> str:
    """The sentences of `context["blocks"]` in order; neighbouring items make one list."""
    return f'<div class="effekt-{result.view}">{"".join(_parts(result))}</div>'


def plain(result: Result) -> str:
    """The same sentences as plain text, one a line."""
    return "\n".join(("- " if item["role"] == "item" else "") + sentence(result, item["text"], item["row"]) for item in blocks(result))


def blocks(result: Result) -> list[Block]:
    """The blocks of a result."""
    return list(result.context.get("blocks", ()))


def _parts(result: Result) -> Iterator[str]:
    for is_list, group in groupby(blocks(result), key=lambda item: item["role"] == "item"):
        if is_list:
            items = "".join(f"<li>{_sentence(result, item)}</li>" for item in group)
            yield f"<ul>{items}</ul>"
            continue
        for item in group:
            yield f'<p class="{_CLASSES[str(item["role"])]}">{_sentence(result, item)}</p>'


def _sentence(result: Result, item: Block) -> str:
    return as_html(filled(result, str(item["text"]), int(item["row"])))  # type: ignore[call-overload]
