"""What the person at the terminal sees while a batch runs: live lines on a terminal, plain lines in a log."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from effekt.batch.execute import Executed
from effekt.batch.plan import PlannedRun


class Board:
    """A watcher of the runner. A context manager; `reused` runs were finished before and count as done."""

    def __init__(self, console: Console, total: int, reused: int) -> None:
        self.console = console
        self.total = total
        self.done = reused
        self._lock = threading.Lock()
        self._tasks: dict[str, TaskID] = {}
        self._live: Progress | None = None
        if console.is_terminal:
            columns: tuple[Any, ...] = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._live = Progress(*columns, console=console, transient=True, refresh_per_second=5)
            self._all = self._live.add_task("all runs", total=total, completed=reused)

    def __enter__(self) -> Board:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._live:
            self._live.stop()

    def started(self, run: PlannedRun) -> None:
        """A line with a clock of its own, on a terminal."""
        if self._live:
            with self._lock:
                self._tasks[run.id] = self._live.add_task(f"  {run.id}", total=None)

    def cell(self, run: PlannedRun, done: int, total: int) -> None:
        """The line's bar grows with the cells."""
        if self._live:
            with self._lock:
                if run.id in self._tasks:
                    self._live.update(self._tasks[run.id], completed=done, total=total)

    def ended(self, run: PlannedRun, executed: Executed) -> None:
        """The line is replaced by its outcome."""
        self.done += 1
        if self._live:
            with self._lock:
                task = self._tasks.pop(run.id, None)
                if task is not None:
                    self._live.remove_task(task)
                self._live.update(self._all, completed=self.done)
        mark = "[green]ok[/]" if executed.verdict.ok else "[red]failed[/]"
        self.console.print(f"[{self.done}/{self.total}] {escape(run.id)}: {mark} ({executed.seconds:.1f} s)", highlight=False)
