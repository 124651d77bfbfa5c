"""Which foreign modules the notebooks of a plan will import, read from the source text, so that the fork server imports them once for all."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from effekt import provenance
from effekt.batch.plan import PlannedRun


def modules_to_preload(runs: Sequence[PlannedRun]) -> tuple[str, ...]:
    """Dotted names of everything outside the library and the standard library that the notebooks of these runs can reach, sorted."""
    names: set[str] = set()
    for notebook in {run.notebook.path: run.notebook for run in runs}.values():
        names |= foreign_imports("\n".join(notebook.code))
        for path in provenance.notebook_closure(notebook.code):
            names.update(_foreign_imports_of(path))
    return tuple(sorted(names))


def foreign_imports(source: str) -> set[str]:
    """`import a.b` gives a.b; `from a import b` gives a and a.b, of which the second may turn out to be no module.

    Imports for type checkers alone are left out.
    """
    names: set[str] = set()
    waiting: list[ast.AST] = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        waiting.extend(ast.iter_child_nodes(node))
    ours = {provenance.PACKAGE, "__future__", *sys.stdlib_module_names}
    return {name for name in names if name.split(".")[0] not in ours and "*" not in name}


def _foreign_imports_of(path: Path) -> Iterable[str]:
    return foreign_imports(path.read_text(encoding="utf-8")) if path.suffix == ".py" else ()
