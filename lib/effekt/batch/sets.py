"""The set of pages of one audience: its notebooks and sections in its order, without code, and without results that rest on too few people.

A set is drawn from the same executed notebooks as the evaluators' own pages and lies in a folder of its own with its own index. It is still
internal: each result passed the primary threshold by itself, and nothing here looks at what several of them tell together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from effekt.batch import files, pages, words
from effekt.batch.audiences import Audience
from effekt.batch.index import Outcome, in_order, provenance, sections, themes
from effekt.batch.pages import Edition, Setting, frame, index_name, page_name, template
from effekt.batch.sections import choose, own_code, split
from effekt.batch.verdict import results
from effekt.report import threshold

FOLDER = "sets"
WHY = "set_why"


@dataclass
class Taken:
    """How many results a set shows and how many were taken out of it. drawn : the drawings that all sets share (see `Edition`)."""

    shown: int = 0
    out: int = 0
    drawn: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def guard(self, bundle: Mapping[str, Any]) -> Mapping[str, Any]:
        """The result, or what stands in its place; counted."""
        guarded = threshold.guard(bundle)
        self.out += guarded is not bundle
        self.shown += guarded is bundle
        return guarded


def write_sets(folder: Path, outcomes: Sequence[Outcome], setting: Setting, audiences: Sequence[Audience]) -> None:
    """Write `folder`/sets/<audience>/ for each: index and pages in every language of the batch. Failed runs are not in it."""
    drawn: dict[tuple[str, str, str], str] = {}
    for audience in audiences:
        _write(folder / FOLDER / audience.id, _own(outcomes, setting, audience), setting, audience, drawn)


def _own(outcomes: Sequence[Outcome], setting: Setting, audience: Audience) -> list[Outcome]:
    """The finished runs of the set, unit by unit, in the order in which its pages are read."""
    order = {page.notebook: place for place, page in reversed(list(enumerate(audience.pages)))}
    held = [outcome for outcome in outcomes if outcome.ok and outcome.finished and audience.page(outcome.run, setting.quality_clusters)]
    return in_order(held, setting, lambda outcome: order[outcome.run.notebook.name])


def _write(folder: Path, own: Sequence[Outcome], setting: Setting, audience: Audience, drawn: dict[tuple[str, str, str], str]) -> None:
    for language in setting.languages:
        taken = Taken(drawn=drawn)
        for outcome in own:
            files.write_text(folder / language / page_name(outcome.run), _page(outcome, setting, audience, language, taken))
        files.write_text(folder / index_name(language, setting), _index(own, setting, audience, language, taken))


def _page(outcome: Outcome, setting: Setting, audience: Audience, language: str, taken: Taken) -> str:
    assert outcome.finished is not None
    edition = Edition(_cells(outcome, setting, audience), taken.guard, WHY, taken.drawn)
    return pages.draw(outcome.run, outcome.finished, _without_trust(setting), language, edition)


def _cells(outcome: Outcome, setting: Setting, audience: Audience) -> frozenset[int]:
    page, finished = audience.page(outcome.run, setting.quality_clusters), outcome.finished
    assert page is not None and finished is not None
    return choose(split(outcome.run.notebook, finished.notebook()), page.sections, method=audience.method)


def _shown(outcome: Outcome, setting: Setting, audience: Audience) -> list[Mapping[str, Any]]:
    """The results on the page of an outcome, each as it is shown there: the index tells nothing that the page does not."""
    assert outcome.finished is not None
    cells, ran = _cells(outcome, setting, audience), iter(own_code(outcome.finished.notebook()))
    code = ((place, next(ran)) for place, cell in enumerate(outcome.run.notebook.cells) if cell.kind == "code")
    return [threshold.guard(bundle) for place, cell in code if place in cells for bundle in results([cell])]


def _index(own: Sequence[Outcome], setting: Setting, audience: Audience, language: str, taken: Taken) -> str:
    other = words.other(language)
    withheld = words.say("set_withheld" if taken.out else "set_withheld_none", language, n=taken.out, all=taken.out + taken.shown)
    return template("index.html").render(
        **frame(setting, language, index_name(other, setting), WHY),
        title=words.say("set_title", language, audience=audience.name[language]),
        lead=[audience.purpose[language], withheld],
        themes=list(themes(own, setting, language)) if len({outcome.unit for outcome in own}) > 1 else [],
        sections=list(sections(own, setting, language, lambda outcome: _shown(outcome, setting, audience))),
        sets=[],
        downloads=False,
        provenance=provenance(own, language),
    )


def _without_trust(setting: Setting) -> Setting:
    """The pages of a set lead only to pages of the set."""
    return replace(setting, trust=(), named=())
