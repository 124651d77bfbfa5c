"""The programme: initiatives, resource persons, grants, and who took part."""

from __future__ import annotations

from effekt.data.canonical_tables.shared import CLUSTER, citizen
from effekt.data.contracts import Column, Table

TABLES = (
    Table(
        "initiative",
        ("initiative_id",),
        "Et initiativ",
        "An initiative",
        (
            Column("initiative_id", "text", "Initiativ", "Initiative"),
            CLUSTER,
            Column("name", "text", "Navn", "Name"),
            Column("type", "text", "Type", "Type", required=False),
            Column("task", "text", "Opgave: a borgerrettet, b kvalitet", "Task: a for citizens, b quality", codes=("a", "b")),
            Column("status", "text", "Status", "Status", required=False),
            Column("mode", "text", "Fysisk eller virtuel", "Physical or virtual", required=False),
            Column("start", "date", "Start", "Start"),
            Column("end", "date", "Slut", "End", required=False),
        ),
    ),
    Table(
        "resource_person",
        (),
        "En ressourceperson",
        "A resource person",
        (
            CLUSTER,
            Column("side", "text", "Regional eller kommunal", "Regional or municipal", codes=("regional", "municipal")),
            Column("appointed_date", "date", "Udpeget", "Appointed", required=False),
            Column("dedicated_pct", "number", "Arbejdstid", "Working time", unit="percent", low=0, high=100, required=False),
        ),
    ),
    Table(
        "funding",
        ("funding_id",),
        "En bevilling",
        "A grant share",
        (
            Column("funding_id", "text", "Bevilling", "Grant share"),
            Column("grant", "text", "Pulje", "Funding pool"),
            Column("period", "text", "Periode", "Period", required=False),
            Column("recipient", "text", "Modtager", "Recipient"),
            Column("share", "number", "Andel", "Share", low=0, high=1, required=False),
            Column("amount_oere", "money", "Beløb i øre", "Amount in oere", unit="oere", required=False),
        ),
    ),
    Table(
        "enrolment",
        ("citizen_id", "initiative_id", "start"),
        "En borgers deltagelse i et initiativ",
        "A citizen's time in an initiative",
        (
            citizen(),
            Column("initiative_id", "text", "Initiativ", "Initiative"),
            Column("start", "date", "Første dag", "First day"),
            Column("end", "date", "Sidste dag", "Last day", required=False),
        ),
    ),
)
