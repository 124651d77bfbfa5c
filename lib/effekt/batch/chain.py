"""From raw delivery to derived tables: each step looks for itself whether anything changed since it last ran."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

Say = Callable[[str], None]


def ensure_delivery(study: Path, synthetic: bool, say: Say) -> None:
    """Make the delivery of a synthetic study where it is missing or out of date; a real study has its own."""
    if synthetic:
        from effekt.data.synthetic.delivery import ensure_delivery as make

        make(study, report=say)


def import_tables(study: Path, synthetic: bool, say: Say) -> None:
    """The delivery as canonical tables under study keys. Raises DeliveryError with every problem of every file."""
    from effekt.data.delivery import import_delivery

    ensure_delivery(study, synthetic, say)
    if synthetic or (study / "delivery").is_dir():
        import_delivery(study / "delivery", study, report=say)


def prepare_tables(study: Path, synthetic: bool, say: Say) -> None:
    """The derived tables that notebooks read, made from the canonical ones."""
    from effekt.measures.prepare import prepare

    import_tables(study, synthetic, say)
    prepare(study, report=lambda line: None if line.endswith("unchanged") else say(line))
