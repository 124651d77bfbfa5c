"""Runs the tests against mutants, each in a process of its own, forked from one that has already imported everything and collected the tests.

A mutant inside a function is put in by giving the function that is there the changed code; one outside any function (a table, a field of a
record), or in a function that test files call while they are imported, by importing the library and the test files anew with the changed module.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import importlib
import importlib.machinery
import importlib.util
import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from _covering import QUIET, hash_of
from _mutants import Mutant, compiled, mutated

LEAST_SECONDS = 10.0
MOST_MEMORY = 6 * 2**30
FILES_AT_ONCE = (4, 12, 1000)
WARM = (
    "numpy", "pandas", "scipy.stats", "scipy.optimize", "scipy.linalg", "scipy.special", "scipy.integrate", "scipy.interpolate",
    "statsmodels.api", "statsmodels.formula.api", "statsmodels.duration.api", "statsmodels.imputation.mice", "pyarrow", "yaml", "pydantic",
    "duckdb", "matplotlib.figure", "jinja2", "hypothesis",
)  # fmt: skip
DEADLY = {signal.SIGALRM, signal.SIGPROF, signal.SIGKILL, signal.SIGXCPU}


@dataclass(frozen=True)
class Job:
    """A mutant with the tests that may kill it, in the order in which they are tried; `anew` lists the files that must be imported anew for it."""

    mutant: Mutant
    tests: tuple[str, ...]
    seconds: float
    anew: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """`result`: killed, timeout or survived; `by` the test that was running then."""

    result: str
    by: str


class Library:
    """The estimators of one tree: sources, files, functions."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree
        self.folder = tree / "lib" / "effekt" / "estimates"
        self.sources = {path.stem: path.read_text(encoding="utf-8") for path in self.folder.glob("*.py")}
        self.functions: dict[tuple[str, str], list[FunctionType]] = {}

    def file(self, module: str) -> str:
        """The path of a module, as its code objects name it."""
        return str(self.folder / f"{module}.py")

    def find_functions(self) -> None:
        """Import every module, and note every function that comes from there."""
        for module in self.sources:
            importlib.import_module("effekt.estimates" if module == "__init__" else f"effekt.estimates.{module}")
        for thing in gc.get_objects():
            if isinstance(thing, FunctionType) and thing.__code__.co_filename.startswith(str(self.folder)):
                self.functions.setdefault((Path(thing.__code__.co_filename).stem, thing.__code__.co_qualname), []).append(thing)

    def put_in(self, mutant: Mutant) -> None:
        """Change the code and the defaults of the function that is there."""
        tree = mutated(self.sources[mutant.module], mutant)
        code = compile(tree, self.file(mutant.module), "exec", dont_inherit=True)
        new = next(one for one in _codes(code) if one.co_qualname == mutant.function)
        definition = _definition(tree, mutant.function)
        for function in self.functions[mutant.module, mutant.function]:
            function.__code__ = new
            space = function.__globals__
            given, named = definition.args.defaults, zip(definition.args.kwonlyargs, definition.args.kw_defaults, strict=True)
            function.__defaults__ = tuple(_evaluated(node, space) for node in given) or None
            function.__kwdefaults__ = {name.arg: _evaluated(node, space) for name, node in named if node is not None} or None


def _evaluated(node: ast.expr, space: dict[str, Any]) -> object:
    return eval(compile(ast.Expression(node), "default", "eval"), space)


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def _definition(tree: ast.Module, function: str) -> ast.FunctionDef:
    body: list[ast.stmt] = tree.body
    *classes, name = function.split(".")
    for held in classes:
        body = next(node.body for node in body if isinstance(node, ast.ClassDef) and node.name == held)
    return [node for node in body if isinstance(node, ast.FunctionDef) and node.name == name][-1]


class Changed(importlib.machinery.SourceFileLoader):
    """Loads a module with one change."""

    def __init__(self, name: str, path: str, code: CodeType) -> None:
        super().__init__(name, path)
        self.code = code

    def get_code(self, fullname: str) -> CodeType:
        """The changed code, whatever the file holds."""
        return self.code

    def find_spec(self, name: str, path: object = None, target: object = None) -> importlib.machinery.ModuleSpec | None:
        """Itself, for its one module."""
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.name else None


class FirstFailure:
    """Ends the process at the first test that fails, having told the parent which one is running."""

    def __init__(self, pipe: int, tests: tuple[str, ...] = (), known: frozenset[str] = frozenset()) -> None:
        self.pipe, self.tests, self.known = pipe, tests, known

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Those asked for, in their order, and those that are there only because of the change."""
        place = {test: number for number, test in enumerate(self.tests)}
        items[:] = sorted((item for item in items if item.nodeid in place), key=lambda item: place[item.nodeid])

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Which test is running."""
        os.write(self.pipe, (nodeid + "\n").encode())

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """A test that neither passes nor skips has killed the mutant."""
        if call.excinfo is not None and not call.excinfo.errisinstance((pytest.skip.Exception, pytest.xfail.Exception)) and not _expected(item):
            os._exit(1)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """So has a test file that cannot be imported any more."""
        if report.failed:
            os.write(self.pipe, (report.nodeid + "\n").encode())
            os._exit(1)


def _expected(item: pytest.Item) -> bool:
    return item.get_closest_marker("xfail") is not None


def forked(seconds: float, work: Callable[[int], int]) -> Verdict:
    """`work(pipe)` in a child process: 0 is survived, else killed; over `seconds` of computing, or six times that of waiting, is a timeout."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reading)
            for number in (signal.SIGALRM, signal.SIGPROF, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_PROF, seconds)
            signal.setitimer(signal.ITIMER_REAL, 6 * seconds)
            resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
            void = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(void, stream)
            code = work(writing)
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as told:
        last = (told.read().splitlines() or [""])[-1]
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return Verdict("timeout" if os.WTERMSIG(status) in DEADLY else "killed", last)
    return Verdict("killed" if os.WEXITSTATUS(status) else "survived", last)


class InPlace:
    """The loop of a pytest session that tries mutants instead of running the tests once."""

    def __init__(self, library: Library, jobs: list[Job], keep: Callable[[Job, Verdict], None]) -> None:
        self.library, self.jobs, self.keep = library, jobs, keep

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Every mutant, each in a fork of this process."""
        items = {item.nodeid: item for item in session.items}
        self.library.find_functions()
        gc.collect()
        gc.freeze()
        for job in self.jobs:
            self.keep(job, forked(job.seconds, lambda pipe, job=job: self._try(job, items, session.config, pipe)))
        return True

    def _try(self, job: Job, items: dict[str, pytest.Item], config: pytest.Config, pipe: int) -> int:
        self.library.put_in(job.mutant)
        config.pluginmanager.register(FirstFailure(pipe))
        mine = [items[test] for test in job.tests]
        for item, following in zip(mine, [*mine[1:], None], strict=True):
            config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        return 0


def try_in_place(library: Library, jobs: list[Job], keep: Callable[[Job, Verdict], None]) -> None:
    """In a process of its own, because it imports the library."""
    files = sorted({test.partition("::")[0] for job in jobs for test in job.tests})
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = int(pytest.main([*QUIET, *files], plugins=[InPlace(library, jobs, keep)]))
        finally:
            os._exit(code)
    if os.waitpid(child, 0)[1]:
        raise RuntimeError("the process that tries mutants has ended: see above")


def try_anew(library: Library, job: Job) -> Verdict:
    """Import the library and the test files with the changed module, some files at a time, those that are likeliest to notice first."""

    def work(pipe: int, files: tuple[str, ...]) -> int:
        name = f"effekt.estimates.{job.mutant.module}"
        file = library.file(job.mutant.module)
        sys.meta_path.insert(0, Changed(name, file, compiled(library.sources[job.mutant.module], job.mutant, file)))
        tests = tuple(test for test in job.tests if test.partition("::")[0] in files)
        return int(pytest.main([*QUIET, *files], plugins=[FirstFailure(pipe, tests)]) not in (0, 5))

    left = job.anew
    verdict = Verdict("survived", "")
    for most in FILES_AT_ONCE:
        now, left = left[:most], left[most:]
        if now and verdict.result == "survived":
            verdict = forked(job.seconds, lambda pipe, files=now: work(pipe, files))
    return verdict


def warm() -> None:
    """Import what others wrote, once."""
    for name in WARM:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def record(job: Job, verdict: Verdict, tree: Path, tests: str) -> str:
    """One line of the file of finished mutants."""
    by = hash_of(tree, verdict.by) if verdict.by and (tree / verdict.by.partition("::")[0]).is_file() else ""
    return json.dumps({"key": job.mutant.key, "result": verdict.result, "by": verdict.by, "by_hash": by, "tests": tests}) + "\n"
