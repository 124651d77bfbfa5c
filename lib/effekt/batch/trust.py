"""Links from page to page, only to those that are there: at the end of every page to those that say how far the others can be trusted, and from a
checklist to the pages that answer its items."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from effekt.batch import words
from effekt.batch.plan import PlannedRun

TRUST: Mapping[str, str] = {"90_methods": "see_methods", "91_published_cases": "see_published"}
"""Name of the notebook -> key of the sentence that leads to its page, in the order of the links."""
LEADING = ("20_initiatives", "23_national_report", "32_resources")
"""Notebooks with results that name other pages."""
NAMED = re.compile(r'<span data-page="([^"]+)" data-result="([^"]+)">(.*?)</span>')


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


def named(runs: Iterable[PlannedRun]) -> tuple[str, ...]:
    """The runs of the region in a batch, by id, where a notebook of it has results that name other pages; none otherwise."""
    planned_runs = tuple(runs)
    if not any(run.notebook.name in LEADING for run in planned_runs):
        return ()
    return tuple(run.id for run in planned_runs if run.cluster is None)


def lead(html: str, there: Iterable[str]) -> str:
    """The fragment with a link to the result wherever it names a page of `there` (run ids); the name of any other page stays plain text."""
    known = frozenset(there)

    def link(found: re.Match[str]) -> str:
        page, result, text = found.groups()
        return f'<a href="{page}.html#{result}">{text}</a>' if page in known else text

    return NAMED.sub(link, html)
