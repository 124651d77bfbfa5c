"""`effekt purge` as a person meets it: what would be removed, what was removed, what remains."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from effekt.data.purge import Purge, plan_purge, purge
from effekt.errors import UsageError

Say = Callable[[str], None]
_MEGABYTE = 1_000_000


def purge_study(study: Path, *, remove: bool, say: Say) -> None:
    """Tell what is person-level in the study's folder and, with `remove`, remove it; then what remains and what lies elsewhere.

    Raises UsageError where a file could not be removed because another program holds it; what was removed until then stays removed.
    """
    planned = plan_purge(study)
    if not planned.doomed:
        say(f"There are no person-level data in {study}.")
    elif remove:
        _remove(study)
    for item in planned.doomed:
        verb = "removed" if remove else "would be removed"
        say(f"{verb}: {item.folder.name}, {item.n_files:,} files, {item.n_bytes / _MEGABYTE:,.1f} MB")
    _tell_rest(planned, say)
    if planned.doomed and not remove:
        say(f"Nothing was removed. To remove: python -m effekt purge --study {study} --yes")


def _remove(study: Path) -> None:
    try:
        purge(study)
    except OSError as error:
        raise UsageError(
            f"Not everything was removed ({type(error).__name__}): a file is open in another program, or may not be deleted by you. "
            f"Close it and give the command again: python -m effekt purge --study {study} --yes"
        ) from None


def _tell_rest(planned: Purge, say: Say) -> None:
    say(f"remains in {planned.study}: {', '.join(planned.remaining) or 'nothing'}")
    for folder in planned.elsewhere:
        say(f"not touched, remove it yourself: the delivery {folder}")
    say("not touched: pages and results in outputs/, which hold numbers about groups, small ones too; and every backup or copy of this folder")
