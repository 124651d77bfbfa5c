"""One notebook, executed by papermill in a kernel of the batch."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from effekt import paths
from effekt.batch.kernels import Kernels
from effekt.batch.verdict import Verdict, judge

ENGINE = "effekt"
_loading = threading.Lock()


@dataclass(frozen=True)
class Executed:
    """An executed notebook (plain JSON), what to think of it, when it started (UTC, ISO) and how long it took."""

    notebook: Mapping[str, Any]
    verdict: Verdict
    started: str
    seconds: float


def execute(
    notebook: Path, parameters: Mapping[str, Any], kernels: Kernels, number: int, on_cell: Callable[[int, int], None] = lambda done, total: None
) -> Executed:
    """Run one notebook from its first to its last cell, stopping at the first error.

    `parameters` go into a cell of their own after the parameters cell, as papermill does it; with none, the notebook runs as it stands.
    `on_cell(done, total)` is told after each cell. An error in the notebook is a verdict, not an exception; so is a kernel that died.
    """
    load_papermill()
    import papermill
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError
    from papermill.iorw import load_notebook_node

    started, clock = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), time.monotonic()
    output = kernels.folder / f"k{number}.ipynb"
    verdict = None
    try:
        papermill.execute_notebook(
            notebook,
            output,
            parameters=dict(parameters) or None,
            engine_name=ENGINE,
            kernel_name="python3",
            request_save_on_cell_execute=False,
            autosave_cell_every=0,
            progress_bar=False,
            kernels=kernels,
            number=number,
            on_cell=on_cell,
        )
    except PapermillExecutionError:
        pass
    except DeadKernelError:
        verdict = Verdict(False, "the kernel died: most often because the memory was used up; try again with --jobs 1")
    except RuntimeError as error:
        verdict = Verdict(False, f"the kernel did not start ({type(error).__name__})")
    seconds = time.monotonic() - clock
    executed = load_notebook_node(str(output if output.exists() else notebook))
    return Executed(_without_error_marks(executed), verdict or judge(executed), started, seconds)


def load_papermill() -> None:
    """Import papermill and make our engine known to it.

    jsonschema, which it imports, builds a grammar for international addresses if it can: two thirds of the time and of no use here.
    """
    grammar = "rfc3987_syntax"
    with _loading:
        if grammar not in sys.modules and "jsonschema" not in sys.modules:
            sys.modules[grammar] = None  # type: ignore[assignment]
        try:
            _register_engine()
        finally:
            if sys.modules.get(grammar, ...) is None:
                del sys.modules[grammar]


def _register_engine() -> None:
    from papermill.clientwrap import PapermillNotebookClient
    from papermill.engines import NBClientEngine, papermill_engines

    if ENGINE in papermill_engines._engines:
        return

    class Engine(NBClientEngine):
        """papermill's own engine with our kernels, ended at once when the last cell has run."""

        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **given: Any) -> None:
            kernels, number, on_cell = given["kernels"], given["number"], given["on_cell"]
            complete = nb_man.cell_complete

            def told(cell: Any, cell_index: int | None = None, **more: Any) -> None:
                complete(cell, cell_index=cell_index, **more)
                on_cell((cell_index or 0) + 1, len(nb_man.nb.cells))

            nb_man.cell_complete = told
            client = PapermillNotebookClient(nb_man, km=kernels.manager(number), kernel_name=kernel_name, shutdown_kernel="immediate")
            client.execute(cleanup_kc=True, env=kernels.environment, cwd=str(paths.REPOSITORY))

    papermill_engines.register(ENGINE, Engine)


def _without_error_marks(notebook: Any) -> Any:
    """Without the two cells that papermill adds to a notebook that failed."""
    cells = [cell for cell in notebook["cells"] if "papermill-error-cell-tag" not in cell.get("metadata", {}).get("tags", ())]
    notebook["cells"] = cells
    return notebook
