"""The middle of a batch: execute what is not up to date, keep what is ok, draw the pages of each as soon as it is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from effekt.batch import keys, store
from effekt.batch.about import library_version
from effekt.batch.execute import Executed, load_papermill
from effekt.batch.index import Outcome
from effekt.batch.kernels import Kernels
from effekt.batch.pages import Setting, page
from effekt.batch.plan import PlannedRun
from effekt.batch.preload import modules_to_preload
from effekt.batch.progress import Board
from effekt.batch.runner import default_jobs, run_all
from effekt.batch.store import Finished
from effekt.errors import EffektError


class Work:
    """Collects one `Outcome` for each planned run in `outcomes`."""

    def __init__(self, outputs: Path, study: Path, setting: Setting, shared: keys.Surroundings, run_keys: Mapping[str, str]) -> None:
        self.outputs = outputs
        self.study = study
        self.setting = setting
        self.shared = shared
        self.run_keys = run_keys
        self.outcomes: dict[str, Outcome] = {}

    def execute(self, runs: Sequence[PlannedRun], console: Console, *, total: int, jobs: int | None, plain: bool) -> None:
        """Run these, as many at a time as there are cores unless told otherwise; each is kept and drawn as soon as it is over."""
        at_once = min(jobs or default_jobs(), len(runs))
        with Kernels(modules_to_preload(runs), plain=plain) as kernels:
            load_papermill()
            with Board(console, total, total - len(runs)) as board:
                run_all(runs, kernels, board, self._finish, jobs=at_once)

    def reuse(self, run: PlannedRun, finished: Finished) -> None:
        """A run that is up to date; its pages are drawn again only where their looks or words changed."""
        self.outcomes[run.id] = self._drawn(run, finished, reused=True)

    def lead_only_to_pages_there(self) -> Setting:
        """Draw the pages again without links to a page that did not come about; returns the setting that holds now."""
        there = replace(self.setting, **{key: self._drawn_of(getattr(self.setting, key)) for key in ("trust", "named")})
        if there != self.setting:
            self.setting = there
            for outcome in [outcome for outcome in self.outcomes.values() if outcome.finished is not None]:
                self.outcomes[outcome.run.id] = self._drawn(outcome.run, outcome.finished, reused=outcome.reused)
        return self.setting

    def _drawn_of(self, runs: Sequence[str]) -> tuple[str, ...]:
        return tuple(run for run in runs if self.outcomes[run].pages)

    def _finish(self, run: PlannedRun, executed: Executed) -> None:
        reason = executed.verdict.reason if not executed.verdict.ok else self._moved(run, executed.verdict.tables)
        if reason:
            failed = Outcome(run, None, {}, reason, executed=executed.notebook, seconds=executed.seconds)
            self.outcomes[run.id] = failed
            return
        tables = {table: self.shared.tables.get(table, "") for table in executed.verdict.tables}
        finished = store.keep(self.outputs, run.id, self.run_keys[run.id], executed, tables, self._facts(run, tables))
        self.outcomes[run.id] = self._drawn(run, finished, reused=False)

    def _moved(self, run: PlannedRun, tables: Sequence[str]) -> str:
        """Why a run may not be kept under the key that was taken before it started: what it rests on changed meanwhile."""
        now = keys.table_keys(self.study)
        if any(now.get(table) != self.shared.tables.get(table) for table in tables):
            return "a derived table was made anew while this ran; try again"
        if keys.library_hash_now(run.notebook.code) != keys.library_hash(run.notebook.code):
            return "a file of the library changed while this ran; try again"
        return ""

    def _drawn(self, run: PlannedRun, finished: Finished, *, reused: bool) -> Outcome:
        try:
            pages = {language: page(run, finished, self.setting, language) for language in self.setting.languages}
        except EffektError as error:
            return Outcome(run, finished, {}, f"the page could not be drawn: {error}", reused, finished.notebook(), finished.seconds)
        except Exception as error:
            kind = type(error).__name__
            return Outcome(run, finished, {}, f"the page could not be drawn ({kind})", reused, finished.notebook(), finished.seconds)
        return Outcome(run, finished, pages, reused=reused, seconds=finished.seconds)

    def _facts(self, run: PlannedRun, tables: Mapping[str, str]) -> dict[str, str]:
        return {
            "data": keys.data_hash(tables, self.shared.tables),
            "protocol": self.shared.protocol,
            "lock": self.shared.lock,
            "library": keys.library_hash(run.notebook.code),
            "version": library_version(),
            "python": self.shared.python,
        }
