"""The import report as pages: what came in, what became of it, what it blocks, in Danish and English, beside the study's tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from effekt.batch import files, words
from effekt.batch.about import library_version
from effekt.batch.pages import as_markup, frame_of, template
from effekt.report.results import Result

NAMES = {"da": "import_report.html", "en": "import_report.en.html"}
TABLES = ("accounts", "completeness")


def write_import_pages(folder: Path) -> tuple[Path, ...]:
    """Draw the pages of the last import into the study's folder; returns their paths, the Danish one first.

    The two derived tables that they show are made first, where they are out of date.
    """
    from effekt.measures.prepare import prepare
    from effekt.study import Study

    prepare(folder, only=TABLES)
    study = Study.open(folder)
    shown = list(_results(study))
    written = []
    for language, name in NAMES.items():
        files.write_text(folder / name, _page(study, shown, language))
        written.append(folder / name)
    return tuple(written)


def _results(study: Any) -> Iterator[tuple[str, Result]]:
    """Key of the heading -> result, in the order of the page."""
    from effekt import measures, report

    accounts = measures.accounts(study)
    yield "import_in_short", report.delivery_in_short(study, accounts)
    yield "import_files", report.delivery_files(study, accounts)
    yield "import_rules", report.delivery_rules(study, accounts)
    yield "import_months", report.completeness(study, measures.completeness(study))
    yield "import_blocked", report.blocked_outcomes(study, accounts)


def _page(study: Any, shown: Sequence[tuple[str, Result]], language: str) -> str:
    other = words.other(language)
    names = {"da": study.protocol.name.da, "en": study.protocol.name.en}
    parts: list[dict[str, Any]] = [{"kind": "prose", "html": as_markup(f"<h1>{words.say('import_title', language)}</h1>")}]
    for heading, result in shown:
        parts.append({"kind": "prose", "html": as_markup(f"<h2>{words.say(heading, language)}</h2>")})
        parts.append({"kind": "result", "bundle": result.bundle()})
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    about = [(words.say("run", language), words.moment(now, language)), (words.say("library", language), f"effekt {library_version()}")]
    return template("import.html").render(
        **frame_of(language, names, study.synthetic, NAMES[other]),
        title=words.say("import_title", language),
        parts=[part if part["kind"] == "prose" else {"kind": "result", "html": _drawn(part["bundle"], language)} for part in parts],
        provenance=about,
    )


def _drawn(bundle: dict[str, Any], language: str) -> Any:
    from effekt.report import rendering

    return as_markup(rendering.render(bundle, language))
