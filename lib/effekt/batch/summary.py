"""What is said when something failed: the table, the command to try again, the log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from effekt.batch.run import Options, study_parameter
from effekt.paths import DEMO, find_study

if TYPE_CHECKING:
    from rich.table import Table

Failed = Sequence[tuple[str, str]]


def failures(failed: Failed) -> Table:
    """What failed and why."""
    from rich.markup import escape
    from rich.table import Table

    table = Table("run", "why it failed", title="Failed", title_justify="left")
    for run, reason in failed:
        table.add_row(escape(run), escape(reason))
    return table


def try_again(failed: Failed, options: Options) -> str:
    """The command that runs what failed; what is finished is not run again."""
    study = find_study(options.study)
    chosen = [f"--study {study_parameter(study)}"] if study != DEMO else []
    for name, values in (("clusters", options.clusters), ("notebooks", options.notebooks), ("audience", options.audiences)):
        chosen += [f"--{name} {','.join(values)}"] if values and ("all" not in values or name == "audience") else []
    chosen += [f"-p {name}={value}" for name, value in options.parameters.items()]
    return " ".join(["python -m effekt run", *chosen])
