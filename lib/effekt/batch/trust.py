"""The pages that say how far the others can be trusted, and the links to them at the end of every page: only to those that are there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from effekt.batch import words
from effekt.batch.plan import PlannedRun

TRUST: Mapping[str, str] = {"90_methods": "see_methods", "91_published_cases": "see_published"}
"""Name of the notebook -> key of the sentence that leads to its page, in the order of the links."""


def planned(runs: Iterable[PlannedRun]) -> tuple[str, ...]:
    """The runs of such notebooks in a batch, by id, in the order of TRUST."""
    ids = {run.notebook.name: run.id for run in runs if run.notebook.name in TRUST}
    return tuple(ids[name] for name in TRUST if name in ids)


def links(run: PlannedRun, there: Iterable[str], language: str) -> Iterator[tuple[str, str]]:
    """(address, sentence) of each page of `there` (run ids) but the page's own; the pages of a language lie in one folder."""
    for other in there:
        key = next((key for name, key in TRUST.items() if other.startswith(f"{name}_")), None)
        if key is not None and other != run.id:
            yield f"{other}.html", words.say(key, language)
