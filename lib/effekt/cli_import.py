"""`effekt import` as a person meets it: a draft of delivery.yml, a delivery read or undone, and where its report is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

Say = Callable[[str], None]


def import_files(folder: Path, delivery: Path | None, say: Say, *, draft: bool, undo: bool, options: Mapping[str, bool]) -> None:
    """Do what was asked with the study in `folder`, and tell it.

    delivery : the sender's folder; None = the study's own `delivery/`. options : of `data.delivery.import_delivery`; without any of them the study's
    own delivery is read as `effekt run` reads it.
    """
    if draft:
        _draft(delivery or folder / "delivery", say)
        return
    if undo:
        from effekt.data.delivery import undo_delivery

        undo_delivery(folder, report=say)
    elif delivery is None and not any(options.values()):
        from effekt.batch import chain
        from effekt.protocol import load_protocol

        chain.import_tables(folder, load_protocol(folder).synthetic, say)
    else:
        from effekt.data.delivery import import_delivery

        import_delivery(delivery or folder / "delivery", folder, report=say, databases_again=True, **options)
    _tell_pages(folder, say)


def _draft(delivery: Path, say: Say) -> None:
    from effekt.data.drafting import write_draft
    from effekt.data.opening import sources

    for line in write_draft(delivery, sources())[1]:
        say(line)


def _tell_pages(folder: Path, say: Say) -> None:
    from effekt.batch.import_page import write_import_pages

    pages = write_import_pages(folder)
    say(f"Open {pages[0]} (in English: {pages[1].name})")
