"""The committed notebooks, run again on the demo study and cleaned: the same bytes every time, nothing of the machine they ran on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from rich.console import Console

from effekt.batch import files
from effekt.batch.execute import execute
from effekt.batch.kernels import Kernels
from effekt.batch.notebook import Notebook
from effekt.batch.plan import PlannedRun
from effekt.batch.preload import modules_to_preload

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def refresh(notebooks: Sequence[Notebook], console: Console, *, check: bool = False, plain: bool = False) -> tuple[tuple[str, str], ...]:
    """Run every notebook with its own defaults and write it back, cleaned; with `check` nothing is written.

    Returns (name, reason) of those that failed or, with `check`, are not as they would be written.
    """
    wrong = []
    runs = [PlannedRun(notebook, None, {}) for notebook in notebooks]
    with Kernels(modules_to_preload(runs), plain=plain) as kernels:
        for number, notebook in enumerate(notebooks):
            executed = execute(notebook.path, {}, kernels, number)
            if not executed.verdict.ok:
                wrong.append((notebook.name, executed.verdict.reason))
                console.print(f"{notebook.path.name}: failed, left as it was", highlight=False)
                continue
            before = notebook.path.read_text(encoding="utf-8")
            after = cleaned(json.loads(before), executed.notebook)
            if after == before:
                console.print(f"{notebook.path.name}: unchanged ({executed.seconds:.1f} s)", highlight=False)
            elif check:
                wrong.append((notebook.name, "its committed outputs are not those of a run today: python -m effekt refresh"))
            else:
                files.write_text(notebook.path, after)
                console.print(f"{notebook.path.name}: refreshed ({executed.seconds:.1f} s)", highlight=False)
    return tuple(wrong)


def cleaned(source: Mapping[str, Any], executed: Mapping[str, Any]) -> str:
    """`source` with the outputs of `executed`, counts 1..n, and no metadata but the kernel's name and our own; as the text of the file."""
    notebook = deepcopy(dict(source))
    about = {"effekt": notebook["metadata"].get("effekt"), "kernelspec": KERNEL, "language_info": {"name": "python"}}
    notebook["metadata"] = {name: value for name, value in about.items() if value is not None}
    notebook["nbformat"], notebook["nbformat_minor"] = 4, 5
    ran = iter([cell for cell in executed["cells"] if cell["cell_type"] == "code"])
    count = 0
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = cell.get("id") or f"cell-{number + 1}"
        tags = cell.get("metadata", {}).get("tags")
        cell["metadata"] = {"tags": list(tags)} if tags else {}
        cell["source"] = _lines(cell["source"])
        if cell["cell_type"] == "code":
            count += 1
            cell["execution_count"] = count
            cell["outputs"] = [_clean_output(output, count) for output in next(ran)["outputs"]]
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _clean_output(output: Mapping[str, Any], count: int) -> dict[str, Any]:
    kept = {name: deepcopy(value) for name, value in output.items() if name != "transient"}
    if "execution_count" in kept:
        kept["execution_count"] = count
    if "data" in kept:
        kept["data"] = {kind: _lines(value) if isinstance(value, str) and kind != "image/png" else value for kind, value in kept["data"].items()}
    if "text" in kept:
        kept["text"] = _lines(kept["text"])
    return kept


def _lines(text: str | list[str]) -> list[str]:
    return "".join(text).splitlines(keepends=True)


