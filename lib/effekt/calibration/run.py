"""Calibration from the command line: chunks drawn on several processes, kept as they come, added up at the end."""

from __future__ import annotations

import json
import math
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from effekt.calibration.replications import SEED, Chunk, choose_designs, make_chunk, plan_chunks, read_chunk
from effekt.calibration.summary import BOUNDS, Row, page, summarise
from effekt.errors import UsageError
from effekt.provenance import hash_files, import_closure

if TYPE_CHECKING:
    from rich.console import Console

DIGITS = 6
PARENT_SECONDS = 2.0


@dataclass(frozen=True)
class Request:
    """What is asked. replications : of every design; None = as many as its full table has. estimators : names; none = all."""

    output: Path
    replications: int | None = None
    jobs: int | None = None
    estimators: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def made_of() -> str:
    """Names the code that draws and estimates, as it is when this process first asks: chunks made of anything else are not used."""
    return hash_files(import_closure("effekt.calibration.replications"))[:16]


def calibrate(request: Request, console: Console) -> list[Row]:
    """Draw what is missing, write calibration.json and calibration.md into `output`, and return the rows of the table.

    A run that was stopped goes on where it was: at most one chunk of 100 replications a process is lost. The figures depend on neither the
    number of processes nor interruptions. Raises UsageError for an unknown estimator or fewer than 2 replications.
    """
    if request.replications is not None and request.replications < 2:
        raise UsageError(f"--replications {request.replications}: at least 2 are needed for a spread. Nothing was run.")
    designs = choose_designs(request.estimators)
    folder = request.output / f"drawn-{made_of()}"
    plan = {design.name: plan_chunks(design, request.replications or design.replications) for design in designs}
    chunks = [chunk for each in plan.values() for chunk in each]
    waiting = [chunk for chunk in chunks if read_chunk(chunk, folder) is None]
    if len(waiting) < len(chunks):
        console.print(f"{len(chunks) - len(waiting)} of {len(chunks)} chunks are there from before.", highlight=False)
    _draw(waiting, folder, request.jobs or os.cpu_count() or 1, console, done=sum(c.end - c.first for c in chunks) - _size(waiting))
    rows = [row for design in designs for row in summarise(design, _read(plan[design.name], folder))]
    about = {"seed": SEED, "made_of": made_of(), "bounds": dict(BOUNDS)}
    _write(request.output / "calibration.json", as_json(rows, about))
    _write(request.output / "calibration.md", page(rows, about))
    return rows


def as_json(rows: list[Row], about: dict[str, Any]) -> str:
    """The table as JSON, floats to six significant digits so that it compares equal on every machine."""
    return json.dumps({**about, "rows": [_rounded(row) for row in rows]}, ensure_ascii=False, indent=1) + "\n"


def _draw(waiting: list[Chunk], folder: Path, jobs: int, console: Console, done: int) -> None:
    if not waiting:
        return
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    pool = ProcessPoolExecutor(min(jobs, len(waiting)), initializer=_leave_with_parent, initargs=(os.getpid(),))
    try:
        running: dict[Future[int], Chunk] = {pool.submit(make_chunk, chunk, folder): chunk for chunk in waiting}
        with _bar(console, done, done + _size(waiting)) as advance:
            for future in as_completed(running):
                advance(running[future], future.result())
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _bar(console: Console, done: int, total: int) -> Iterator[Callable[[Chunk, int], None]]:
    """A progress bar on a terminal; elsewhere a line now and then."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    if console.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True) as live:
            task = live.add_task("regions", total=total, completed=done)
            yield lambda chunk, n: live.update(task, advance=n, description=chunk.design)
        return
    state = {"done": done, "told": time.monotonic()}

    def advance(_chunk: Chunk, n: int) -> None:
        state["done"] += n
        if time.monotonic() - state["told"] >= 30 or state["done"] == total:
            state["told"] = time.monotonic()
            console.print(f"{state['done']} of {total} regions", highlight=False)

    yield advance


def _leave_with_parent(parent: int) -> None:
    """A process of the pool ends when the one that started it is gone, and leaves Ctrl-C to that one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _read(chunks: list[Chunk], folder: Path) -> np.ndarray:
    drawn = [read_chunk(chunk, folder) for chunk in chunks]
    if any(each is None for each in drawn):
        raise UsageError(f"Chunks have gone from {folder} while this ran. The same command draws them again.")
    return np.concatenate([each for each in drawn if each is not None])


def _size(chunks: list[Chunk]) -> int:
    return sum(chunk.end - chunk.first for chunk in chunks)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    if isinstance(value, np.bool_ | bool):
        return bool(value)
    return {key: _rounded(each) for key, each in value.items()} if isinstance(value, dict) else value


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf-8", newline="\n")
    os.replace(part, path)
