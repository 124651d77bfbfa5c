"""A fixed number of runs at a time; one that fails stops no other; an interrupt ends them all and leaves what was finished."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from typing import Protocol

from effekt.batch.execute import Executed, execute
from effekt.batch.kernels import Kernels
from effekt.batch.plan import PlannedRun
from effekt.batch.verdict import Verdict


class Watcher(Protocol):
    """Is told what happens to each run."""

    def started(self, run: PlannedRun) -> None:
        """A run was given to a worker (told from the worker's thread)."""

    def cell(self, run: PlannedRun, done: int, total: int) -> None:
        """So many cells of a run are done (told from the worker's thread)."""

    def ended(self, run: PlannedRun, executed: Executed) -> None:
        """A run is over (told from the main thread)."""


def default_jobs() -> int:
    """As many runs at a time as this process may use cores."""
    with suppress(AttributeError):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


def run_all(
    runs: Sequence[PlannedRun],
    kernels: Kernels,
    watcher: Watcher,
    finish: Callable[[PlannedRun, Executed], None],
    *,
    jobs: int,
) -> None:
    """Execute every run, `jobs` at a time, in the order given; `finish` gets each as soon as it is over, in the main thread.

    Raises KeyboardInterrupt, when interrupted or told to end, after every kernel has ended; what `finish` was given before stays.
    """
    before = _end_like_interrupt()
    waiting: dict[Future[Executed], PlannedRun] = {}
    pool = ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="run")
    try:
        for number, run in enumerate(runs):
            waiting[pool.submit(_one, run, kernels, number, watcher)] = run
        while waiting:
            done, _ = wait(waiting, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in done:
                run, executed = waiting.pop(future), future.result()
                finish(run, executed)
                watcher.ended(run, executed)
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        kernels.stop()
        while any(future.running() for future in waiting):
            kernels.kill_all()
            wait(waiting, timeout=0.2)
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        if before is not None:
            signal.signal(signal.SIGTERM, before)


def _one(run: PlannedRun, kernels: Kernels, number: int, watcher: Watcher) -> Executed:
    watcher.started(run)
    try:
        return execute(run.notebook.path, run.parameters, kernels, number, lambda done, total: watcher.cell(run, done, total))
    except Exception as error:
        return Executed({}, Verdict(False, f"the notebook could not be executed ({type(error).__name__})"), "", 0.0)


def _end_like_interrupt() -> Callable[..., object] | int | None:
    """Let a polite request to end (SIGTERM) do what Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        return None

    def interrupt(signum: int, frame: object) -> None:
        raise KeyboardInterrupt

    return signal.signal(signal.SIGTERM, interrupt)
