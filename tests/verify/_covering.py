"""Which test executes which line of the estimators: one run of the quick tests under coverage, a context for each test.

    python tests/verify/_covering.py TREE OUT

What OUT holds from an earlier run is kept for tests whose file, and the modules they execute, have not changed.

Lines that a fixture of a wider scope executes belong to every test that asks for the fixture, those executed while a test file is imported to the
whole file, and what a `cache` keeps is forgotten before every test. Tests that fail or take more than 2 seconds here are left out, with those that
need a prepared study.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from functools import _lru_cache_wrapper, cache
from pathlib import Path
from typing import Any

import pytest
from coverage import Coverage

FOLDERS = ("tests/unit", "tests/reference", "tests/snapshots")
PREPARED = {"demo_study_path", "small_study_path", "once"}
LONGEST_SECONDS = 2.0
QUIET = [
    "-s", "-q", "--continue-on-collection-errors", "--tb=no", "-p", "no:cacheprovider", "-p", "no:nbval", "-p", "no:xdist",
    "-p", "no:terminalreporter",
]  # fmt: skip


def hash_of(tree: Path, test: str) -> str:
    """Of the file that a test stands in, and of the lines that name its case in a folder beside it (`estimates/` beside `test_estimates.py`)."""
    path, case = tree / test.partition("::")[0], test.partition("[")[2].removesuffix("]")
    named = json.dumps(case.partition(": ")[2] or case)
    lines = [line for text in _beside(path) for line in text.splitlines() if case and named in line]
    return hashlib.sha256("\n".join([_text(path), *lines]).encode()).hexdigest()[:16]


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def _beside(path: Path) -> list[str]:
    folder = path.with_name(path.stem.removeprefix("test_"))
    return [_text(part) for part in sorted(folder.iterdir()) if part.is_file()] if folder.is_dir() else []


def test_files(tree: Path) -> list[str]:
    """The files whose tests count, those that name the estimators, as paths from the root of the tree."""
    found = [path for folder in FOLDERS for path in sorted((tree / folder).rglob("test_*.py"))]
    return [path.relative_to(tree).as_posix() for path in found if "estimates" in path.read_text(encoding="utf-8")]


class Contexts:
    """Tells coverage whose lines are being executed, and keeps what the tests were."""

    def __init__(self, measured: Coverage, known: set[str]) -> None:
        self.measured, self.known = measured, known
        self.stack = [""]
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()
        self.asked: dict[str, list[str]] = {}

    def enter(self, name: str) -> None:
        """From here on the lines are those of `name`."""
        self.stack.append(name)
        self.measured.switch_context(name)

    def leave(self) -> None:
        """Back to what was before."""
        self.stack.pop()
        self.measured.switch_context(self.stack[-1])

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Iterator[None]:
        """The import of a test file."""
        self.enter("file|" + collector.nodeid)
        try:
            return (yield)
        finally:
            self.leave()

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[None]:
        """A fixture that several tests share."""
        if fixturedef.scope == "function":
            return (yield)
        self.enter("fixture|" + _fixture(fixturedef))
        try:
            return (yield)
        finally:
            self.leave()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """One test, from its fixtures to its end."""
        for name, module in list(sys.modules.items()):
            if name.startswith(("tests.", "effekt.estimates.")):
                for kept in [thing for thing in vars(module).values() if type(thing) is _lru_cache_wrapper]:
                    kept.cache_clear()
        self.enter("test|" + item.nodeid)
        started = time.process_time()
        try:
            return (yield)
        finally:
            self.seconds[item.nodeid] = time.process_time() - started
            self.leave()

    def pytest_runtest_teardown(self, item: Any) -> None:
        """Which shared fixtures the test had."""
        fixtures = item._request._fixture_defs.values()
        self.asked[item.nodeid] = [_fixture(one) for one in fixtures if one.scope != "function"]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """How it went."""
        if report.failed or report.skipped:
            self.failed.add(report.nodeid)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Without those that need a prepared study, and those whose lines are known."""
        items[:] = [item for item in items if item.nodeid not in self.known and not PREPARED & set(getattr(item, "fixturenames", ()))]


def _fixture(definition: Any) -> str:
    return f"{definition.baseid}::{definition.argname}"


def measure(tree: Path, files: list[str], known: set[str]) -> dict[str, Any]:
    """Run the tests of these files; seconds and executed lines of each, and the lines executed by importing a file."""
    estimates = tree / "lib" / "effekt" / "estimates"
    measured = Coverage(data_file=None, source=[str(estimates)], config_file=False, messages=False)
    contexts = Contexts(measured, known)
    measured.start()
    pytest.main([*QUIET, *files], plugins=[contexts])
    measured.stop()
    data = measured.get_data()
    lines: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for path in data.measured_files():
        for line, names in data.contexts_by_lineno(path).items():
            for name in names:
                lines[name][Path(path).stem].append(line)
    left_out = {test for test, seconds in contexts.seconds.items() if seconds > LONGEST_SECONDS}
    tests = {}
    for test, seconds in contexts.seconds.items():
        if test not in contexts.failed | left_out:
            joined: dict[str, set[int]] = defaultdict(set)
            for name in ["test|" + test, *("fixture|" + fixture for fixture in contexts.asked.get(test, []))]:
                for module, numbers in lines.get(name, {}).items():
                    joined[module].update(numbers)
            held = {module: sorted(numbers) for module, numbers in joined.items()}
            tests[test] = {"seconds": round(seconds, 4), "hash": hash_of(tree, test), "lines": held}
    imported = {name.removeprefix("file|"): dict(held) for name, held in lines.items() if name.startswith("file|") and name.endswith(".py")}
    return {"tests": tests, "imported": imported, "failed": sorted(contexts.failed), "slow": sorted(left_out)}


def kept(earlier: dict[str, Any], tree: Path, files: list[str], modules: dict[str, str]) -> dict[str, Any]:
    """The tests of an earlier measurement that are unchanged, as are the modules that they execute, by their name."""
    same = {module for module, known in modules.items() if earlier["modules"].get(module) == known}
    there = {test: held for test, held in earlier["tests"].items() if test.partition("::")[0] in files and set(held["lines"]) <= same}
    return {test: held for test, held in there.items() if hash_of(tree, test) == held["hash"]}


def main() -> int:
    """Measure what is not known yet, and write all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", type=Path)
    parser.add_argument("out", type=Path)
    asked = parser.parse_args()
    os.chdir(asked.tree)
    started = time.monotonic()
    files = test_files(asked.tree)
    library = "lib/effekt/estimates"
    modules = {path.stem: hash_of(asked.tree, f"{library}/{path.name}") for path in (asked.tree / library).glob("*.py")}
    earlier = json.loads(asked.out.read_text(encoding="utf-8")) if asked.out.is_file() else {"modules": {}, "tests": {}}
    known = kept(earlier, asked.tree, files, modules)
    found = measure(asked.tree, files, set(known))
    found["tests"] = {**known, **found["tests"]}
    if not found["tests"]:
        raise SystemExit("no test could be run: see the messages above")
    asked.out.write_text(json.dumps({**found, "files": files, "modules": modules}), encoding="utf-8")
    reach = sum(bool(held["lines"]) for held in found["tests"].values())
    print(
        f"{reach} tests reach the estimators ({len(known)} known from before); left out: {len(found['failed'])} that fail or skip here, "
        f"{len(found['slow'])} over {LONGEST_SECONDS:g} s. {time.monotonic() - started:.0f} s."
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
