"""Which mutants are to be tried against which tests, and which verdicts of an earlier run still hold."""

from __future__ import annotations

import ast
import hashlib
import json
import random
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from _covering import hash_of
from _killing import LEAST_SECONDS, Job
from _mutants import Mutant, mutants_of

SEED = 20130301


class Covering:
    """What `_covering` wrote, by line."""

    def __init__(self, tree: Path, file: Path) -> None:
        held = json.loads(file.read_text(encoding="utf-8"))
        self.tests: dict[str, float] = {test: found["seconds"] for test, found in held["tests"].items()}
        self.hashes: dict[str, str] = {test: found["hash"] for test, found in held["tests"].items()}
        self.tree = tree
        self.texts = {path: (tree / path).read_text(encoding="utf-8") for path in held["files"]}
        self.by_line: dict[tuple[str, int], set[str]] = defaultdict(set)
        self.by_module: dict[str, set[str]] = defaultdict(set)
        self.of_file: dict[str, set[str]] = defaultdict(set)
        self.imports: dict[tuple[str, int], set[str]] = defaultdict(set)
        for test, found in held["tests"].items():
            self.of_file[test.partition("::")[0]].add(test)
            for module, lines in found["lines"].items():
                self.by_module[module].add(test)
                for line in lines:
                    self.by_line[module, line].add(test)
        for path, modules in held["imported"].items():
            for module, lines in modules.items():
                for line in lines:
                    self.imports[module, line].add(path)

    def job(self, mutant: Mutant, words: set[str], killer: str | None) -> Job:
        """The tests of a mutant: those that execute its lines, the former killer and then the quickest first."""
        tests, anew = self._reached(mutant.module, mutant.first_line, mutant.last_line, bool(mutant.function))
        first = (killer or "").partition("::")[0]
        order = (killer, *(test for test in tests if test != killer)) if killer in tests else tests
        seconds = max(LEAST_SECONDS, 5 * sum(self.tests[test] for test in order))
        places = {path: (path != first, not any(word in self.texts[path] for word in words), self._quickest(path), path) for path in anew}
        return Job(mutant, order, seconds, tuple(sorted(anew, key=places.__getitem__)))

    @cache  # noqa: B019
    def _reached(self, module: str, first_line: int, last_line: int, inside: bool) -> tuple[tuple[str, ...], frozenset[str]]:
        """The tests of some lines, quickest first, and the files that must be imported anew for them."""
        lines = [(module, line) for line in range(first_line, last_line + 1)]
        tests: set[str] = set().union(*(self.by_line.get(line, set()) for line in lines))
        anew: set[str] = set()
        if not inside:
            named = re.compile(rf"\b{re.escape(module)}\b")
            tests |= self.by_module[module].union(*(held for path, held in self.of_file.items() if named.search(self.texts[path])))
            anew = {test.partition("::")[0] for test in tests}
        else:
            anew = set().union(*(self.imports.get(line, set()) for line in lines)) & set(self.of_file)
            tests = tests.union(*(self.of_file[path] for path in anew))
        return tuple(sorted(tests, key=lambda test: (self.tests[test], test))), frozenset(anew)

    @cache  # noqa: B019
    def _quickest(self, path: str) -> float:
        return sum(self.tests[test] for test in self.of_file[path])

    def unchanged(self, by: str, known: str) -> bool:
        """Whether a test (or a file that could not be imported) is what it was."""
        there = by in self.hashes or ("::" not in by and by in self.texts)
        return there and self.hashes.get(by, hash_of(self.tree, by)) == known

    def state(self, job: Job) -> str:
        """A hash of the tests of a job."""
        told = "\n".join(f"{test} {self.hashes[test]}" for test in sorted(job.tests))
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def words_of(source: str, mutant: Mutant) -> set[str]:
    """Names and short texts of the lines of a mutant outside any function: a test file that says one of them is tried early."""
    if mutant.function:
        return set()
    said = re.match(r"'([^']{3,40})' ->", mutant.what)
    if said:
        return {said[1]}
    top = next(node for node in ast.parse(source).body if node.lineno <= mutant.first_line <= (node.end_lineno or node.lineno))
    targets = [top.target] if isinstance(top, ast.AnnAssign) else getattr(top, "targets", [])
    return {target.id for target in targets if isinstance(target, ast.Name)} | ({top.name} if isinstance(top, ast.ClassDef) else set())


@dataclass
class Plan:
    """The mutants of each module in the order in which they are tried (shuffled, so that any first part is a random sample), and their jobs."""

    order: dict[str, list[Mutant]]
    jobs: dict[str, Job]
    verdicts: dict[str, dict[str, Any]]
    doubted: set[str]

    def todo(self) -> list[Job]:
        """The jobs that have no verdict that holds: the first of every module, then the second of every module, so that a run can be stopped."""
        waiting = [(place, mutant.key) for mutants in self.order.values() for place, mutant in enumerate(mutants) if mutant.key in self.jobs]
        return [self.jobs[key] for _, key in sorted(waiting, key=lambda one: one[0]) if key not in self.verdicts or key in self.doubted]


def make_plan(sources: dict[str, str], covering: Covering, store: Path, sample: int | None) -> Plan:
    """All mutants of these modules; for the first `sample` of each the jobs, and what an earlier run found about them and still holds.

    A verdict "killed" holds while the test that killed the mutant is unchanged. "survived" is tried again when any test
    that executes the line has changed, and holds until then. A mutant that no test executes needs no run.
    """
    kept: dict[str, dict[str, Any]] = {}
    if store.is_file():
        for line in store.read_text(encoding="utf-8").splitlines():
            verdict = json.loads(line)
            kept[verdict["key"]] = verdict
    order, jobs, verdicts, doubted = {}, {}, {}, set()
    for module, source in sorted(sources.items()):
        mutants = mutants_of(module, source)
        random.Random(f"{SEED} {module}").shuffle(mutants)
        order[module] = mutants
        for mutant in mutants[:sample]:
            earlier = kept.get(mutant.key, {})
            killer = earlier.get("by") if earlier.get("by") in covering.tests else None
            job = covering.job(mutant, words_of(source, mutant), killer)
            jobs[mutant.key] = job
            by = earlier.get("by", "")
            if not job.tests:
                verdicts[mutant.key] = {"key": mutant.key, "result": "uncovered"}
            elif earlier and earlier["result"] != "survived":
                if covering.unchanged(by, earlier["by_hash"]):
                    verdicts[mutant.key] = earlier
            elif earlier:
                verdicts[mutant.key] = earlier
                if earlier["tests"] != covering.state(job):
                    doubted.add(mutant.key)
    return Plan(order, jobs, verdicts, doubted)
