"""The page that leads from question to page: the region first, then cluster by cluster, each with its headline and its status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from effekt.batch import words
from effekt.batch.about import library_version
from effekt.batch.pages import Setting, bundles_of, frame, index_name, page_name, template
from effekt.batch.plan import REGION, PlannedRun
from effekt.batch.store import Finished
from effekt.report import prose
from effekt.report.results import Result
from effekt.report.sentences import sentence


@dataclass(frozen=True)
class Outcome:
    """What became of one planned run. `finished` is None where it failed, and `reason` says why; `reused` where it was not run again.

    executed : the notebook of a failed run, as far as it came. pages : language -> the drawn page.
    """

    run: PlannedRun
    finished: Finished | None
    pages: Mapping[str, Path]
    reason: str = ""
    reused: bool = False
    executed: Mapping[str, Any] | None = None
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether the run may be believed and its pages are drawn."""
        return self.finished is not None and not self.reason


def draw_index(outcomes: Sequence[Outcome], setting: Setting, language: str) -> str:
    """The index in "da" or "en"."""
    other = words.other(language)
    newest = max((outcome.finished.started for outcome in outcomes if outcome.finished), default="")
    about = [(words.say("run", language), words.moment(newest, language))] if newest else []
    return template("index.html").render(
        **frame(setting, language, index_name(other, setting)),
        counts=_counts(outcomes, language),
        sections=list(_sections(outcomes, setting, language)),
        provenance=[*about, (words.say("library", language), f"effekt {library_version()}")],
    )


def headlines(bundles: Sequence[Mapping[str, Any]], language: str) -> list[str]:
    """The headline sentences of the first result that has any: the short answer of a notebook."""
    for bundle in bundles:
        result = Result.from_bundle(bundle, language)
        told = [sentence(result, str(item["text"]), int(str(item["row"]))) for item in prose.blocks(result) if item["role"] == "headline"]
        if told:
            return told
    return []


def _counts(outcomes: Sequence[Outcome], language: str) -> str:
    failed = sum(not outcome.ok for outcome in outcomes)
    return words.say("index_counts_failed" if failed else "index_counts_ok", language, all=len(outcomes), failed=failed)


def _sections(outcomes: Sequence[Outcome], setting: Setting, language: str) -> Iterator[dict[str, Any]]:
    order = [REGION, *(unit for unit in setting.places if unit != REGION)]
    ordered = sorted(outcomes, key=lambda outcome: (order.index(_unit(outcome)), outcome.run.notebook.order))
    first = True
    for unit, group in groupby(ordered, key=_unit):
        is_first = first and unit != REGION
        first = first and unit == REGION
        yield {
            "unit": unit,
            "region": unit == REGION,
            "first_cluster": is_first,
            "place": setting.places[unit][language],
            "entries": [_entry(outcome, language) for outcome in group],
        }


def _unit(outcome: Outcome) -> str:
    return outcome.run.cluster or REGION


def _entry(outcome: Outcome, language: str) -> dict[str, Any]:
    question = outcome.run.notebook.titles().get(language, outcome.run.notebook.name)
    if not outcome.ok or outcome.finished is None:
        told, status = [words.say("failed_page", language)], words.say("status_failed", language)
        return {"question": question, "status": "failed", "status_text": status, "headlines": told, "date": "", "href": "", "other_href": ""}
    other = words.other(language)
    return {
        "question": question,
        "status": "ok",
        "status_text": words.say("status_ok", language),
        "headlines": headlines(bundles_of(outcome.finished.notebook()), language) or [words.say("no_headline", language)],
        "date": words.date(outcome.finished.started, language),
        "href": f"{language}/{page_name(outcome.run)}" if language in outcome.pages else "",
        "other_href": f"{other}/{page_name(outcome.run)}" if other in outcome.pages else "",
    }
