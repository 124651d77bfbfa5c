"""Who took part in which initiative, and when: a list some programmes keep."""

from __future__ import annotations

from effekt.data.contracts import Column, Rule
from effekt.data.registers.source import Register, Source, pnr, unknown_citizen

ENROLMENTS = Source(
    "enrolments",
    "enrolments.csv",
    "the list of participants: pnr, initiative_id, start and end",
    (
        pnr(),
        Column("initiative_id", "text", "Initiativ", "Initiative"),
        Column("start", "date", "Første dag", "First day"),
        Column("end", "date", "Sidste dag", "Last day", required=False),
    ),
    key=("pnr", "initiative_id", "start"),
    rules=(
        Rule("enrolments.end.before_start", '"end" < start', "quarantine", "Slutter før start", "Ends before it starts"),
        unknown_citizen("enrolments"),
    ),
    optional=True,
)

REGISTER = Register(
    "enrolment",
    (ENROLMENTS,),
    {"enrolment": 'SELECT citizen_id, initiative_id, start, "end" FROM kept_enrolments JOIN citizen_key USING (pnr)'},
)
