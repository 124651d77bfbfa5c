"""Which practice a citizen was listed with, and when: what prescribing is expected of a practice is counted on its list."""

from __future__ import annotations

from effekt.data.contracts import Column, Rule
from effekt.data.registers.source import Register, Source, pnr, unknown_citizen

PRACTICE_LIST = Source(
    "practice_list",
    "practice_list.csv",
    "the lists of the practices: pnr, ydernr, fra and til, one row a citizen and period with a practice",
    (
        pnr(),
        Column("ydernr", "text", "Ydernummer", "Provider number"),
        Column("fra", "date", "Første dag på listen", "First day on the list"),
        Column("til", "date", "Sidste dag på listen", "Last day on the list", required=False),
    ),
    key=("pnr", "fra"),
    rules=(
        Rule("practice_list.til.before_start", "til < fra", "quarantine", "Slutter før start", "Ends before it starts"),
        unknown_citizen("practice_list"),
        Rule(
            "practice_list.ydernr.unknown",
            "ydernr NOT IN (SELECT ydernr FROM practice_key)",
            "quarantine",
            "Praksis er ikke på listen over praksis",
            "The practice is not in the list of practices",
        ),
    ),
    optional=True,
)

LISTING = """
    SELECT citizen_id, practice_id, fra AS start, til AS "end"
    FROM kept_practice_list JOIN citizen_key USING (pnr) JOIN practice_key USING (ydernr)
"""

REGISTER = Register("practice_list", (PRACTICE_LIST,), {"listing": LISTING})
