"""The checklist for readers: each numbered item of the agreement, or of the memo, and the pages that answer it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from effekt.catalogue.agreement_items import load_agreement_items
from effekt.catalogue.labels import LABELS, LANGUAGES
from effekt.report import making, tables
from effekt.report.agreement import SEEDS, Source, cites
from effekt.report.making import Facts
from effekt.report.prose import block
from effekt.report.results import Column
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study


def item_table(study: Study, *, source: Source, name: str = "items") -> Shown:
    """One row an item of the source: its number, what it asks for, and the names of the pages that answer it.

    In words where no row of the study's programme tables names the source.
    """
    if not cites(study, source):
        none: Facts = {"n_items": (Column("n_items", "count"), 0)}
        return making.shown(study, "finding", name, [none], context={"blocks": [block("text", f"agreement.not_{source}")]})
    labels: dict[str, Mapping[str, str]] = {"no_page": {"da": "\u2013", "en": "\u2013"}}
    rows: list[Facts] = []
    for item in (item for item in load_agreement_items() if item.seed == SEEDS[source]):
        pages = [LABELS[f"page.{notebook}"] for notebook in item.notebooks()]
        labels[f"item.{item.number}"] = {"da": item.da, "en": item.en}
        labels[f"pages.{item.number}"] = {language: "; ".join(page[language] for page in pages) for language in LANGUAGES}
        rows.append(
            {
                "item_number": (Column("item_number", "count"), item.number),
                "agreement_item": (Column("agreement_item", "label"), f"item.{item.number}"),
                "answers": (Column("answers", "label"), f"pages.{item.number}" if pages else "no_page"),
            }
        )
    show = [(f"column.{key}", key) for key in ("item_number", "agreement_item", "answers")]
    plan = tables.layout(f"caption.items_{source}", show, notes=("agreement.note_items",))
    return making.shown(study, "table", name, rows, context={"table": plan}, labels=labels)
