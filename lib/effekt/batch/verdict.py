"""Whether an executed notebook may be believed. The status is decided here, from what it shows, and not by the machinery that ran it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from effekt import errors
from effekt.report.results import MIME

LAST_LINE = r"^\s*(?:[A-Za-z_][\w.]*\.)?[A-Z]\w*(?:Error|Exception|Interrupt|Exit)\b(?:: |$)"
TRACEBACK = re.compile(rf"Traceback \(most recent call last\)|{LAST_LINE}", re.MULTILINE)
EXPECTED = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.EffektError)}
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Verdict:
    """`reason` is "" where the run is ok, else a sentence without any value from a row; `tables` are what the final result says was read."""

    ok: bool
    reason: str = ""
    tables: tuple[str, ...] = ()


def judge(notebook: Mapping[str, Any]) -> Verdict:
    """Ok only if every code cell ran and none failed, nothing on stderr looks like a traceback, and the last thing shown is the final result."""
    code = [(number, cell) for number, cell in enumerate(notebook["cells"], 1) if cell["cell_type"] == "code" and _is_code(cell)]
    for number, cell in code:
        for output in cell["outputs"]:
            if output["output_type"] == "error":
                return Verdict(False, _error_reason(number, output))
            if output["output_type"] == "stream" and output["name"] == "stderr" and TRACEBACK.search(ESCAPES.sub("", _text(output["text"]))):
                return Verdict(False, f"cell {number} wrote something to stderr that looks like a traceback")
    not_run = [number for number, cell in code if cell["execution_count"] is None]
    if not_run:
        return Verdict(False, f"cell {not_run[0]} was not run")
    shown = list(results([cell for _, cell in code][-1:]))
    if not shown or shown[-1].get("view") != "done":
        return Verdict(False, "the last cell did not show the final result: it must be report.done(study)")
    tables = shown[-1].get("context", {}).get("tables_read")
    if not isinstance(tables, list):
        return Verdict(False, "the final result does not tell which tables were read: it must be report.done(study)")
    return Verdict(True, tables=tuple(tables))


def results(cells: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    """The result bundles that these cells show, in order."""
    for cell in cells:
        for output in cell.get("outputs", ()):
            bundle = output.get("data", {}).get(MIME)
            if isinstance(bundle, Mapping):
                yield bundle


def _is_code(cell: Mapping[str, Any]) -> bool:
    return bool(_text(cell["source"]).strip()) and "papermill-error-cell-tag" not in cell.get("metadata", {}).get("tags", ())


def _error_reason(number: int, output: Mapping[str, Any]) -> str:
    """Our own errors are written for the reader; the text of any other may hold a value from a row, so only its kind is told."""
    kind = output["ename"]
    if kind in EXPECTED:
        return f"cell {number}: {ESCAPES.sub('', _text(output['evalue']))}"
    return f"cell {number} stopped with {kind}"


def _text(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "".join(value)
