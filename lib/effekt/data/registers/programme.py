"""The programme's own tables: initiatives, resource persons, funding."""

from __future__ import annotations

from effekt.data.canonical_tables.programme import INITIATIVE_FACTS
from effekt.data.contracts import Column
from effekt.data.registers.delivered import as_delivered, canonical_sql
from effekt.data.registers.source import Register, Source

INITIATIVES = Source(
    "initiatives",
    "initiatives.csv",
    "the list of initiatives: initiative_id, cluster_id, name, type, task, status, mode, start and end, and what is known of their municipalities, "
    "reach, fidelity, cost, evaluation and future",
    (
        Column("initiative_id", "text", "Initiativ", "Initiative"),
        Column("cluster_id", "text", "Klynge", "Cluster", required=False),
        Column("name", "text", "Navn", "Name"),
        Column("type", "text", "Type", "Type", required=False),
        Column("task", "text", "Opgave: a borgerrettet, b kvalitetsudvikling", "Task: a for citizens, b quality development", codes=("a", "b")),
        Column("status", "text", "Status", "Status", required=False),
        Column("mode", "text", "Fysisk eller virtuel", "Physical or virtual", required=False),
        Column("start", "date", "Start", "Start"),
        Column("end", "date", "Slut", "End", required=False),
        *map(as_delivered, INITIATIVE_FACTS),
    ),
    key=("initiative_id",),
)

RESOURCE_PERSONS = Source(
    "resource_persons",
    "resource_persons.csv",
    "the resource persons: cluster_id, side, appointed_date and dedicated_pct",
    (
        Column("cluster_id", "text", "Klynge", "Cluster", required=False),
        Column("side", "text", "Regional eller kommunal", "Regional or municipal", codes=("regional", "municipal")),
        Column("appointed_date", "date", "Udpeget", "Appointed", required=False),
        Column("dedicated_pct", "number", "Andel af arbejdstiden", "Share of working time", unit="percent", low=0, high=100, required=False),
    ),
)

FUNDING = Source(
    "funding",
    "funding.csv",
    "the grants: funding_id, grant, period, recipient, share and dkk",
    (
        Column("funding_id", "text", "Bevilling", "Grant share"),
        Column("grant", "text", "Pulje", "Funding pool"),
        Column("period", "text", "Periode", "Period", required=False),
        Column("recipient", "text", "Modtager", "Recipient"),
        Column("share", "number", "Andel", "Share", low=0, high=1, required=False),
        Column("dkk", "money", "Beløb i kroner", "Amount in kroner", unit="oere", required=False),
    ),
    key=("funding_id",),
)

_FACTS = ", ".join(map(canonical_sql, INITIATIVE_FACTS))

REGISTER = Register(
    "programme",
    (INITIATIVES, RESOURCE_PERSONS, FUNDING),
    {
        "initiative": f'SELECT initiative_id, cluster_id, name, type, task, status, mode, start, "end", {_FACTS} FROM kept_initiatives',
        "resource_person": "SELECT cluster_id, side, appointed_date, dedicated_pct FROM kept_resource_persons",
        "funding": 'SELECT funding_id, "grant", period, recipient, share, dkk AS amount_oere FROM kept_funding',
    },
)
