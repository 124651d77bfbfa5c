"""The page that leads from question to page: first every question and the places it is answered for, then place by place the short answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
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

THEMES = Path(__file__).with_name("themes.yml")


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

    @property
    def unit(self) -> str:
        """What the run is about: a cluster, a municipality, a quality cluster or the region."""
        return self.run.cluster or REGION


Shown = Callable[[Outcome], Sequence[Mapping[str, Any]]]
"""The results that the page of an outcome shows."""


def draw_index(outcomes: Sequence[Outcome], setting: Setting, language: str, sets: Sequence[tuple[str, str]] = ()) -> str:
    """The index of a batch in "da" or "en". sets : (address, name) of each set of pages for particular readers."""
    other = words.other(language)
    ordered = in_order(outcomes, setting, lambda outcome: outcome.run.notebook.order)
    return template("index.html").render(
        **frame(setting, language, index_name(other, setting)),
        title=words.say("index_title", language),
        lead=[words.say("index_lead", language), _counts(outcomes, language)],
        themes=list(themes(ordered, setting, language)),
        sections=list(sections(ordered, setting, language)),
        sets=sets,
        downloads=True,
        provenance=provenance(outcomes, language),
    )


def in_order(outcomes: Sequence[Outcome], setting: Setting, place: Callable[[Outcome], float]) -> list[Outcome]:
    """The region first, then the other units as the setting has them; within a unit by `place`."""
    order = [REGION, *(unit for unit in setting.places if unit != REGION)]
    return sorted(outcomes, key=lambda outcome: (order.index(outcome.unit), place(outcome)))


def provenance(outcomes: Sequence[Outcome], language: str) -> list[tuple[str, str]]:
    """When the newest of the runs was made, and with what."""
    newest = max((outcome.finished.started for outcome in outcomes if outcome.finished), default="")
    about = [(words.say("run", language), words.moment(newest, language))] if newest else []
    return [*about, (words.say("library", language), f"effekt {library_version()}")]


def headlines(bundles: Sequence[Mapping[str, Any]], language: str) -> list[str]:
    """The headline sentences of the first result that has any: the short answer of a notebook."""
    for bundle in bundles:
        result = Result.from_bundle(bundle, language)
        told = [sentence(result, str(item["text"]), int(str(item["row"]))) for item in prose.blocks(result) if item["role"] == "headline"]
        if told:
            return told
    return []


def themes(ordered: Sequence[Outcome], setting: Setting, language: str) -> Iterator[dict[str, Any]]:
    """The headings with their questions, each with a link for every place that has a page of it."""
    done = [outcome for outcome in ordered if outcome.ok and language in outcome.pages]
    notebooks = sorted({outcome.run.notebook.order: outcome.run.notebook for outcome in done}.values(), key=lambda notebook: notebook.order)
    for theme, group in groupby(notebooks, key=lambda notebook: theme_of(notebook.order)):
        questions = []
        for notebook in group:
            own = [outcome for outcome in done if outcome.run.notebook.name == notebook.name]
            links = [(f"{language}/{page_name(outcome.run)}", setting.places[outcome.unit][language]) for outcome in own]
            questions.append({"question": notebook.titles().get(language, notebook.name), "links": links})
        yield {"theme": load_themes()[theme][language], "questions": questions}


def theme_of(order: float) -> int:
    """The place of the heading in `themes.yml` under which a notebook of this order stands."""
    return max(place for place, theme in enumerate(load_themes()) if theme["from"] <= order)


@lru_cache(maxsize=1)
def load_themes() -> Sequence[Mapping[str, Any]]:
    """The headings of `themes.yml`, in order."""
    import yaml

    return yaml.safe_load(THEMES.read_text(encoding="utf-8"))


def sections(ordered: Sequence[Outcome], setting: Setting, language: str, shown: Shown | None = None) -> Iterator[dict[str, Any]]:
    """One record a unit: its name, the heading of the kind of unit where it is the first of its kind, and its questions with short answers."""
    seen: set[str] = set()
    for unit, group in groupby(ordered, key=lambda outcome: outcome.unit):
        kind = _kind(unit, setting)
        heading = "" if kind in seen else words.say(kind, language)
        seen.add(kind)
        entries = [entry(outcome, language, shown) for outcome in group]
        yield {"unit": unit, "region": unit == REGION, "heading": heading, "place": setting.places[unit][language], "entries": entries}


def entry(outcome: Outcome, language: str, shown: Shown | None = None) -> dict[str, Any]:
    """One question of one unit with its short answer and the page that holds the long one. shown : the results that the page shows, else all."""
    question = outcome.run.notebook.titles().get(language, outcome.run.notebook.name)
    if not outcome.ok or outcome.finished is None:
        told, status = [words.say("failed_page", language)], words.say("status_failed", language)
        return {"question": question, "status": "failed", "status_text": status, "headlines": told, "date": "", "href": "", "other_href": ""}
    other = words.other(language)
    bundles = shown(outcome) if shown else bundles_of(outcome.finished.notebook())
    return {
        "question": question,
        "status": "ok",
        "status_text": words.say("status_ok", language),
        "headlines": headlines(bundles, language) or [words.say("no_headline", language)],
        "date": words.date(outcome.finished.started, language),
        "href": f"{language}/{page_name(outcome.run)}" if language in outcome.pages else "",
        "other_href": f"{other}/{page_name(outcome.run)}" if other in outcome.pages else "",
    }


def _counts(outcomes: Sequence[Outcome], language: str) -> str:
    failed = sum(not outcome.ok for outcome in outcomes)
    return words.say("index_counts_failed" if failed else "index_counts_ok", language, all=len(outcomes), failed=failed)


def _kind(unit: str, setting: Setting) -> str:
    if unit == REGION:
        return "whole"
    return "quality_clusters" if unit in setting.quality_clusters else "clusters"
