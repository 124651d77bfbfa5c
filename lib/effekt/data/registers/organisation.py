"""The programme's organisation and promises, one sheet of the workbook a table: the files hold the columns of the canonical tables."""

from __future__ import annotations

from effekt.data.canonical_tables.organisation import TABLES
from effekt.data.contracts import Rule, Table
from effekt.data.registers.delivered import as_delivered, sources_sql
from effekt.data.registers.source import Register, Source

# canonical table: file without .csv, and the rules its rows keep
FILES: dict[str, tuple[str, tuple[Rule, ...]]] = {
    "milestone": (
        "milestones",
        (Rule("milestones.planned_to.before_start", "planned_to < planned_from", "quarantine", "Slutter før start", "Ends before it starts"),),
    ),
    "obligation": ("obligations", ()),
    "body": ("bodies", ()),
    "meeting": (
        "meetings",
        (
            Rule(
                "meetings.body_id.unknown",
                "(SELECT count(*) FROM kept_bodies) > 0 AND body_id NOT IN (SELECT body_id FROM kept_bodies)",
                "quarantine",
                "Organet er ikke på listen over organer",
                "The body is not in the list of bodies",
            ),
            Rule("meetings.held.never", "planned IS NULL AND held IS NULL", "quarantine", "Hverken planlagt eller holdt", "Neither planned nor held"),
        ),
    ),
    "reporting_line": ("reporting_lines", ()),
    "consultant_post": ("consultant_posts", ()),
    "indicator": ("indicators", ()),
    "target": (
        "targets",
        (
            Rule(
                "targets.indicator_id.unknown",
                "(SELECT count(*) FROM kept_indicators) > 0 AND indicator_id NOT IN (SELECT indicator_id FROM kept_indicators)",
                "quarantine",
                "Indikatoren er ikke på listen over indikatorer",
                "The indicator is not in the list of indicators",
            ),
        ),
    ),
}


def _source(table: Table, file: str, rules: tuple[Rule, ...]) -> Source:
    columns = tuple(map(as_delivered, table.columns))
    named = ", ".join(column.name for column in columns)
    return Source(file, f"{file}.csv", f"the sheet {file} of the programme workbook: {named}", columns, table.key, rules, optional=True)


_TABLES = {table.name: table for table in TABLES}

REGISTER = Register(
    "organisation",
    tuple(_source(_TABLES[name], file, rules) for name, (file, rules) in FILES.items()),
    {name: sources_sql(_TABLES[name].columns, file) for name, (file, _) in FILES.items()},
)
