"""`effekt run` from end to end: plan and check, tables, what is up to date, execute the rest, draw, put in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from effekt import paths
from effekt.batch import chain, files, keys, store, trust, words
from effekt.batch.audiences import Audience, choose_audiences, needed
from effekt.batch.plan import REGION, PlannedRun, closest, find_notebooks, make_plan
from effekt.catalogue.codes import load_municipalities
from effekt.errors import UsageError
from effekt.protocol import Protocol, Text, load_protocol
from effekt.protocol_lock import read_lock

if TYPE_CHECKING:
    from effekt.batch.pages import Setting


@dataclass(frozen=True)
class Options:
    """What the user asked for; empty means all. `fresh`: run again what is up to date. `tables`: make the tables first."""

    study: Path = paths.DEMO
    clusters: Sequence[str] = ()
    notebooks: Sequence[str] = ()
    audiences: Sequence[str] = ()
    languages: Sequence[str] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    jobs: int | None = None
    plain_kernels: bool = False
    fresh: bool = False
    tables: bool = True
    outputs: Path = paths.OUTPUTS
    folder: Path = paths.NOTEBOOKS
    command: str = "effekt run"


@dataclass(frozen=True)
class Report:
    """How a batch went: the index to open, how many runs there are, how many were run now, and (id, reason) of those that failed."""

    index: Path
    total: int
    ran: int
    failed: tuple[tuple[str, str], ...]
    published: bool


def run_batch(options: Options, console: Console) -> Report:
    """Do what `effekt run` does and say on the console what happens. One batch at a time per outputs folder.

    Raises UsageError before anything starts (unknown cluster, notebook or parameter), DeliveryError for a delivery that is no use, and
    KeyboardInterrupt with nothing half written. A notebook that fails is no exception: see `Report.failed`.
    """
    study = paths.find_study(options.study)
    protocol = load_protocol(study)
    wanted = _languages(options.languages)
    audiences = choose_audiences(options.audiences)
    plan = make_plan(
        find_notebooks(options.folder),
        [cluster.id for cluster in protocol.clusters],
        study_parameter(study),
        municipalities=[code for cluster in protocol.clusters for code in cluster.municipalities],
        own_pages=protocol.own_pages,
        quality_clusters=[cluster.id for cluster in protocol.quality_clusters],
        wanted_notebooks=options.notebooks,
        wanted_clusters=options.clusters,
        parameters=options.parameters,
    )
    if audiences:
        plan = _for_readers(plan, audiences, protocol)
    started = datetime.now(UTC)
    with files.only_one(options.outputs):
        files.clean_leftovers(options.outputs)
        if options.tables:
            say = chain.summary_only(lambda line: console.print(line, highlight=False, markup=False))
            chain.prepare_tables(study, protocol.synthetic, say)
        return _run(options, console, study, protocol, plan, wanted, audiences, started)


def study_parameter(study: Path) -> str:
    """The study folder as notebooks are told it: relative to the repository where it lies within, with slashes."""
    return study.relative_to(paths.REPOSITORY).as_posix() if study.is_relative_to(paths.REPOSITORY) else str(study)


def _for_readers(plan: Sequence[PlannedRun], audiences: Sequence[Audience], protocol: Protocol) -> tuple[PlannedRun, ...]:
    """The runs that the sets of the audiences hold; UsageError where what was asked for leaves none."""
    runs = needed(plan, audiences, [cluster.id for cluster in protocol.quality_clusters])
    if not runs:
        names = ", ".join(audience.id for audience in audiences)
        raise UsageError(f"Of these notebooks and clusters nothing is in the set of {names}. Leave out --clusters or --notebooks. Nothing was run.")
    return runs


def _run(
    options: Options,
    console: Console,
    study: Path,
    protocol: Protocol,
    plan: Sequence[PlannedRun],
    wanted: tuple[str, ...],
    audiences: Sequence[Audience],
    started: datetime,
) -> Report:
    from effekt.batch import publish
    from effekt.batch.work import Work

    shared = keys.surroundings(study, protocol.content_hash())
    run_keys = {run.id: keys.run_key(run, shared) for run in plan}
    found = {} if options.fresh else {run.id: store.find(options.outputs, run.id, run_keys[run.id], shared.tables) for run in plan}
    todo = [run for run in plan if found.get(run.id) is None]
    todo.sort(key=lambda run: -store.last_seconds(options.outputs, run.id))
    setting = replace(_setting(protocol, wanted), lock=read_lock(study), trust=trust.planned(plan), named=trust.named(plan))
    work = Work(options.outputs, study, setting, shared, run_keys)
    if todo:
        reused = f"; {len(plan) - len(todo)} of {len(plan)} are up to date" if len(todo) < len(plan) else ""
        console.print(f"Running {len(todo)} {'notebook' if len(todo) == 1 else 'notebooks'}{reused}.", highlight=False)
        work.execute(todo, console, total=len(plan), jobs=options.jobs, plain=options.plain_kernels)
    for run in plan:
        if finished := found.get(run.id):
            work.reuse(run, finished)
    setting = work.lead_only_to_pages_there()
    outcomes = [work.outcomes[run.id] for run in plan]
    failed = tuple((outcome.run.id, outcome.reason) for outcome in outcomes if not outcome.ok)
    content = publish.content_key(outcomes, setting, audiences)
    index = options.outputs / publish.LATEST / "index.html"
    if publish.is_published(options.outputs, content):
        return Report(index, len(plan), len(todo), failed, published=False)
    record = publish.Record(study, protocol.seed, shared.protocol, options.command, _iso(started), _iso(datetime.now(UTC)), shared.python)
    publish.publish(options.outputs, publish.free_name(options.outputs, study.name, datetime.now()), outcomes, setting, record, content, audiences)
    return Report(index, len(plan), len(todo), failed, published=True)


def _setting(protocol: Protocol, languages: tuple[str, ...]) -> Setting:
    from effekt.batch.pages import Setting

    names = load_municipalities()
    places = {
        REGION: _names(protocol.region),
        **{cluster.id: _names(cluster.name) for cluster in protocol.clusters},
        **{code: {"da": names[code], "en": names[code]} for cluster in protocol.clusters for code in cluster.municipalities},
        **{cluster.id: _names(cluster.name) for cluster in protocol.quality_clusters},
    }
    quality_clusters = tuple(cluster.id for cluster in protocol.quality_clusters)
    return Setting(_names(protocol.name), protocol.language, places, protocol.synthetic, languages, quality_clusters=quality_clusters)


def _names(text: Text) -> dict[str, str]:
    return {"da": text.da, "en": text.en}


def _languages(wanted: Sequence[str]) -> tuple[str, ...]:
    unknown = [language for language in wanted if language not in words.LANGUAGES]
    if unknown:
        raise UsageError(f"Unknown language {unknown[0]}.{closest(unknown[0], words.LANGUAGES)} Nothing was run.")
    return tuple(language for language in words.LANGUAGES if language in wanted) or words.LANGUAGES


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
