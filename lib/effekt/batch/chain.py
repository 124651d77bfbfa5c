"""From raw delivery to derived tables: each step looks for itself whether anything changed since it last ran.

One process at a time makes the tables of a study; another waits for it and then finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from effekt.batch.files import only_one
from effekt.errors import UsageError

Say = Callable[[str], None]


def ensure_delivery(study: Path, synthetic: bool, say: Say) -> None:
    """Make the delivery of a synthetic study where it is missing or out of date; a real study has its own, and so may a synthetic one.

    Raises UsageError where nothing was delivered and the generator does not know a municipality of the study.
    """
    if synthetic and _is_generated(study):
        from effekt.data.synthetic.delivery import ensure_delivery as make
        from effekt.data.synthetic.spec import load_places, load_spec

        if unknown := sorted(set(load_spec(study).municipalities) - set(load_places())):
            raise UsageError(
                f"Nothing was delivered to {study.name}, and nothing can be made up for it: the generator does not know {', '.join(unknown)}. "
                f"Import a delivery: python -m effekt import FOLDER --study {study}"
            )
        make(study, report=say)


def import_tables(study: Path, synthetic: bool, say: Say) -> None:
    """The delivery as canonical tables under study keys. Raises DeliveryError with every problem of every file."""
    with _alone(study, say):
        _import(study, synthetic, say)


def prepare_tables(study: Path, synthetic: bool, say: Say) -> None:
    """The derived tables that notebooks read, made from the canonical ones, and from those the changes of all outcomes."""
    from effekt.measures.prepare import prepare
    from effekt.report.all_changes import ensure_changes

    def told(line: str) -> None:
        if not line.endswith("unchanged"):
            say(line)

    with _alone(study, say):
        _import(study, synthetic, say)
        prepare(study, report=told)
        ensure_changes(study, report=told)


def summary_only(say: Say) -> Say:
    """`say` without the lines of detail: which rules rows broke, and notes. `effekt import` tells them all."""
    return lambda line: None if line.startswith((" ", "note:")) else say(line)


def _import(study: Path, synthetic: bool, say: Say) -> None:
    from effekt.data.delivery import import_delivery
    from effekt.data.ledger import read_ledger

    known = [item.folder for item in read_ledger(study)]
    if known and "delivery" not in known:
        return
    ensure_delivery(study, synthetic, say)
    if (study / "delivery").is_dir():
        import_delivery(study / "delivery", study, report=say)


def _is_generated(study: Path) -> bool:
    """Whether the delivery of this synthetic study is made here: files that somebody else put into its `delivery/` are never written over."""
    from effekt.data.synthetic.delivery import DELIVERY, TRUTH
    from effekt.data.synthetic.spec import PLANTED

    return not (study / DELIVERY).is_dir() or any((study / name).is_file() for name in (TRUTH, PLANTED))


def _alone(study: Path, say: Say) -> AbstractContextManager[None]:
    return only_one(study / "derived", lambda: say(f"Waiting for another effekt command that makes the tables of {study.name}."))
