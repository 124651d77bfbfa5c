"""The pages of every notebook, drawn from the outputs that are committed with it: nothing is run, and what is looked at is what nbval holds."""

from __future__ import annotations

import json
from pathlib import Path
from types import MappingProxyType

from effekt import paths, provenance
from effekt.batch import publish
from effekt.batch.index import Outcome
from effekt.batch.notebook import Notebook
from effekt.batch.pages import Setting, page
from effekt.batch.plan import REGION, PlannedRun, find_notebooks
from effekt.batch.run import _setting
from effekt.batch.store import Finished
from effekt.protocol import load_protocol

STARTED = "2026-01-02T09:00:00Z"
FACTS = MappingProxyType({"data": "0" * 64, "protocol": "0" * 64, "lock": "", "library": "0" * 64, "version": "0", "python": "3"})


def publish_committed(outputs: Path) -> Path:
    """`outputs/latest` with a page in both languages for each notebook, as for the unit that its parameters cell names."""
    protocol = load_protocol(paths.DEMO)
    setting = _setting(protocol, ("da", "en"))
    outcomes = [_drawn(outputs, notebook, setting) for notebook in find_notebooks(paths.NOTEBOOKS)]
    record = publish.Record(paths.DEMO, protocol.seed, protocol.content_hash(), "effekt run", STARTED, STARTED, "3")
    publish.publish(outputs, "demo", outcomes, setting, record, "committed")
    return outputs / publish.LATEST


def _drawn(outputs: Path, notebook: Notebook, setting: Setting) -> Outcome:
    defaults = {parameter.name: parameter.default for parameter in notebook.parameters}
    unit = defaults.get(notebook.unit_parameter, REGION)
    run = PlannedRun(notebook, None if unit == REGION else unit, MappingProxyType(defaults))
    folder = outputs / ".finished" / run.id
    folder.mkdir(parents=True)
    executed = folder / "executed.ipynb"
    executed.write_text(json.dumps(json.loads(notebook.path.read_text(encoding="utf-8"))), encoding="utf-8")
    finished = Finished(run.id, "committed", {}, provenance.file_hash(executed), STARTED, 1.0, FACTS, folder)
    return Outcome(run, finished, {language: page(run, finished, setting, language) for language in setting.languages})
