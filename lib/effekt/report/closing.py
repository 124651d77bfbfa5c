"""The last result of every notebook: it ran to its end, and these are the tables it read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effekt.report import making, tables
from effekt.report.results import Column
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study


def done(study: Study) -> Shown:
    """The sentinel that a finished run shows last: the derived tables that the notebook read, by name."""
    rows = [{"table": (Column("table", "label"), f"table.{table}")} for table in study.tables_read()]
    plan = tables.layout("caption.done", [("column.table", "table")], notes=() if rows else ("note.no_tables",))
    context = {"table": plan, "tables_read": list(study.tables_read())}
    return making.shown(study, "done", "done", rows, context=context)
