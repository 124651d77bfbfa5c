"""The checklist for readers: each numbered item of the agreement, or of the memo, and the pages that answer it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effekt.catalogue.agreement_items import load_agreement_items
from effekt.report import making
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
    items = [item for item in load_agreement_items() if item.seed == SEEDS[source]]
    rows: list[Facts] = [
        {
            "item_number": (Column("item_number", "count"), item.number),
            "agreement_item": (Column("agreement_item", "label"), f"item.{item.number}"),
        }
        for item in items
    ]
    context = {
        "caption": f"caption.items_{source}",
        "heads": ["column.item_number", "column.agreement_item", "column.answers"],
        "show": ["item_number", "agreement_item"],
        "pages": [[[answer.notebook, answer.result] for answer in item.shown] for item in items],
        "notes": ["agreement.note_items"],
    }
    labels = {f"item.{item.number}": {"da": item.da, "en": item.en} for item in items}
    return making.shown(study, "pages", name, rows, context=context, labels=labels)
