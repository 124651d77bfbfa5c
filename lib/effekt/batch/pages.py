"""Pages drawn from an executed notebook: the prose of one language, the results in that language, the code folded away.

A page has a key of its own (the executed notebook, the prose, the study's names, and the library files that draw), so that a change of
the looks or of a sentence is drawn again without running anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from effekt import provenance
from effekt.batch import files, trust, words
from effekt.batch.keys import key_of
from effekt.batch.plan import REGION, PlannedRun
from effekt.batch.sections import own_code
from effekt.batch.store import Finished
from effekt.batch.verdict import results
from effekt.protocol_lock import Lock
from effekt.report import rendering

SHOWN_HASH = 12
Names = Mapping[str, Mapping[str, str]]
Guard = Callable[[Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True)
class Setting:
    """What every page of a batch says alike: the study's name, its language, the names of its units, whether its data are made up, its lock.

    trust : ids of the runs whose pages every page leads to; named : of those that a checklist may lead to (see `trust`).
    quality_clusters : the units that are such.
    """

    study: Mapping[str, str]
    language: str
    places: Names
    synthetic: bool
    languages: tuple[str, ...] = words.LANGUAGES
    lock: Lock = Lock()
    trust: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    quality_clusters: tuple[str, ...] = ()

    @property
    def first_language(self) -> str:
        """The language of `index.html`: the study's, if pages are drawn in it."""
        return self.language if self.language in self.languages else self.languages[0]


@dataclass(frozen=True)
class Edition:
    """What of a notebook a reader's page holds: the places of its cells, what becomes of each result, and why the page is still internal.

    drawn : (run, result, language) -> its drawing by the same guard, filled as pages are drawn; shared, no figure is drawn for two readers.
    """

    cells: frozenset[int]
    guard: Guard
    why: str
    drawn: MutableMapping[tuple[str, str, str], str] = field(default_factory=dict)


def page_name(run: PlannedRun) -> str:
    """File name of the page of a run, the same in both languages."""
    return f"{run.id}.html"


def index_name(language: str, setting: Setting) -> str:
    """`index.html` is in the language of the study, the other one carries its language in its name."""
    return "index.html" if language == setting.first_language else f"index.{language}.html"


def page(run: PlannedRun, finished: Finished, setting: Setting, language: str) -> Path:
    """The page of a finished run in "da" or "en", drawn now unless it lies there with the same key and unharmed."""
    key = page_key(run, finished, setting, language)
    path, record = finished.folder / f"{language}.html", finished.folder / f"{language}.json"
    known = files.read_json(record)
    if known and known.get("key") == key and path.is_file() and provenance.file_hash(path) == known.get("page"):
        return path
    files.remove(record)
    files.write_text(path, draw(run, finished, setting, language))
    files.write_json(record, {"key": key, "page": provenance.file_hash(path)})
    return path


def page_key(run: PlannedRun, finished: Finished, setting: Setting, language: str) -> str:
    """What a page depends on."""
    cells = [[cell.kind, cell.source, cell.tags] for cell in run.notebook.cells]
    setting = setting if run.notebook.name in trust.LEADING else replace(setting, named=())
    return key_of([finished.executed, finished.facts, cells, run.notebook.public_data, asdict(setting), language, drawing_hash()])


@lru_cache(maxsize=1)
def drawing_hash() -> str:
    """Hash of every library file that drawing a page can reach."""
    return provenance.hash_files(provenance.import_closure(__name__))


def draw(run: PlannedRun, finished: Finished, setting: Setting, language: str, edition: Edition | None = None) -> str:
    """The whole page as HTML: all of it, with its code, or what an edition holds, without."""
    unit = run.cluster or REGION
    question = run.notebook.titles().get(language, run.notebook.name)
    place = setting.places[unit][language]
    synthetic = setting.synthetic and not run.notebook.public_data
    return template("page.html").render(
        **{**frame(setting, language, f"../{words.other(language)}/{page_name(run)}", edition.why if edition else ""), "synthetic": synthetic},
        title=words.say("page_title", language, question=question, place=place),
        place=place,
        unit=unit,
        index_href=f"../{index_name(language, setting)}",
        parts=list(parts(run, finished.notebook(), language, edition, setting.named)),
        see_also=list(trust.links(run, setting.trust, language)),
        provenance=[*provenance_lines(run, finished, language), *lock_lines(setting.lock, language)],
    )


def frame(setting: Setting, language: str, switch_href: str, why: str = "") -> dict[str, Any]:
    """What the frame of every page, the index included, is filled with. why : key of the sentence beside "internal", where it is another."""
    filled = frame_of(language, setting.study, setting.synthetic, switch_href if words.other(language) in setting.languages else "")
    return {**filled, "t": {**filled["t"], "internal_why": words.say(why, language)}} if why else filled


def frame_of(language: str, study: Mapping[str, str], synthetic: bool, switch_href: str) -> dict[str, Any]:
    """The same for a page that belongs to no batch. study : its name in both languages. switch_href : the page in the other language, "" for none."""
    return {
        "language": language,
        "other": words.other(language),
        "t": words.frame(language),
        "style": style(),
        "study": study[language],
        "synthetic": synthetic,
        "switch_href": switch_href,
    }


def parts(
    run: PlannedRun, executed: Mapping[str, Any], language: str, edition: Edition | None = None, named: Sequence[str] = ()
) -> Iterator[dict[str, Any]]:
    """Prose of the language, and results with the code that made them (cells that show nothing are folded together with the next that does).

    The prose is the notebook's as it is now; the results are those of the same code as it was executed. An edition shows no code.
    """
    code = [cell for cell in executed["cells"] if cell["cell_type"] == "code"]
    ran = iter(own_code(executed))
    injected = next((cell["source"] for cell in code if "injected-parameters" in cell["metadata"].get("tags", ())), None)
    folded: list[str] = []
    for place, cell in enumerate(run.notebook.cells):
        is_shown = edition is None or place in edition.cells
        if cell.kind == "markdown":
            if is_shown and cell.language in (None, language):
                yield {"kind": "prose", "html": as_markup(markdown().render(cell.source))}
            continue
        folded.append(injected if injected is not None and "parameters" in cell.tags else cell.source)
        bundles = [bundle for bundle in results([next(ran)]) if bundle["view"] != "done"]
        if bundles and is_shown:
            drawn = [rendering.render(b, language) if edition is None else _for_readers(run, b, language, edition) for b in bundles]
            shown = [as_markup(trust.lead(drawing, named)) for drawing in drawn]
            yield {"kind": "result", "shown": shown, "code": "" if edition else "\n\n".join(source.strip() for source in folded)}
        if bundles:
            folded = []


def _for_readers(run: PlannedRun, bundle: Mapping[str, Any], language: str, edition: Edition) -> str:
    guarded, key = edition.guard(bundle), (run.id, bundle["id"], language)
    if key not in edition.drawn:
        edition.drawn[key] = rendering.render(guarded, language)
    return edition.drawn[key]


def provenance_lines(run: PlannedRun, finished: Finished, language: str) -> Iterator[tuple[str, str]]:
    """What the numbers of a page rest on: (name, value) in the language."""
    facts = finished.facts
    yield words.say("run", language), words.moment(finished.started, language)
    yield words.say("notebook", language), run.notebook.path.name
    yield words.say("data", language), words.say("hash_value", language, hash=facts["data"][:SHOWN_HASH])
    yield words.say("protocol", language), words.say("hash_value", language, hash=facts["protocol"][:SHOWN_HASH])
    yield words.say("library", language), words.say("library_value", language, version=facts["version"], hash=facts["library"][:SHOWN_HASH])
    yield words.say("python", language), facts["python"]


def lock_lines(lock: Lock, language: str) -> Iterator[tuple[str, str]]:
    """When the protocol was locked, each change of it since with its reason, and what was changed without one."""
    if not lock.entries:
        yield words.say("lock", language), words.say("lock_none", language)
        return
    first, *changes = lock.entries
    key = "lock_late" if first.outcomes_read else "lock_before"
    yield words.say("lock", language), words.say(key, language, date=words.date(first.date, language), hash=first.seal[:SHOWN_HASH])
    for change in changes:
        what = words.say("lock_change", language, date=words.date(change.date, language), keys=", ".join(change.keys), reason=change.reason)
        yield words.say("lock_changed", language), what
    if lock.unlocked_keys:
        yield words.say("lock_changed", language), words.say("lock_no_reason", language, keys=", ".join(lock.unlocked_keys))


def bundles_of(executed: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Every result of an executed notebook, in order."""
    return list(results(cell for cell in executed["cells"] if cell["cell_type"] == "code"))


@lru_cache(maxsize=8)
def template(name: str) -> Any:
    """A template of `templates/`; everything filled in is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = FileSystemLoader(Path(__file__).with_name("templates"))
    return Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).get_template(name)


@lru_cache(maxsize=1)
def style() -> Any:
    """The style sheet, which stands in every page."""
    return as_markup((Path(__file__).parent / "templates" / "style.css").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def markdown() -> Any:
    """Markdown of the prose cells; HTML in it is shown as text."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")


def as_markup(html: str) -> Any:
    """HTML of ours that a template is not to escape."""
    from markupsafe import Markup

    return Markup(html)
