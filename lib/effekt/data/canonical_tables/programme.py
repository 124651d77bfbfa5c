"""The programme: initiatives, resource persons, grants, and who took part."""

from __future__ import annotations

from effekt.data.canonical_tables.shared import CLUSTER, citizen
from effekt.data.contracts import Column, Table

# What an overview of initiatives may tell besides what they are. Scores run from 0 (none, or very dear) to 3.
INITIATIVE_FACTS = (
    Column(
        "kommunekoder",
        "text",
        "Kommuner, adskilt af mellemrum",
        "Municipalities, separated by spaces",
        shape=r"\d{3,4}( \d{3,4})*",
        required=False,
    ),
    Column("target_group", "text", "Målgruppe", "Target group", required=False),
    Column("existing", "boolean", "Fandtes før programmet", "Existed before the programme", required=False),
    Column("reach_n", "integer", "Borgere nået", "Citizens reached", unit="person", low=0, required=False),
    Column(
        "eligible_n",
        "integer",
        "Borgere i initiativets målgruppe",
        "Citizens in the target group of the initiative",
        unit="person",
        low=0,
        required=False,
    ),
    Column("fidelity_pct", "number", "Gennemført som planlagt", "Carried out as planned", unit="percent", low=0, high=100, required=False),
    Column("cost_oere", "money", "Udgift i alt i programmet, i øre", "Cost in total in the programme, in oere", unit="oere", low=0, required=False),
    Column("running_cost_oere", "money", "Udgift om året i drift, i øre", "Cost a year in operation, in oere", unit="oere", low=0, required=False),
    Column("evaluated", "boolean", "Evalueret", "Evaluated", required=False),
    Column("effect_indicator", "text", "Udfald, som effekten er målt på", "Outcome of the effect told", required=False),
    Column(
        "effect_est",
        "number",
        "Effekt, som initiativet selv har oplyst (forhold)",
        "Effect, as told by the initiative itself (ratio)",
        required=False,
    ),
    Column("effect_low", "number", "Effektens nedre grænse", "Lower limit of the effect", required=False),
    Column("effect_high", "number", "Effektens øvre grænse", "Upper limit of the effect", required=False),
    Column("evidence", "integer", "Evidens, 0 til 3", "Evidence, 0 to 3", low=0, high=3, required=False),
    Column("transferability", "integer", "Overførbarhed, 0 til 3", "Transferability, 0 to 3", low=0, high=3, required=False),
    Column("cost_score", "integer", "Billighed, 0 til 3", "Cheapness, 0 to 3", low=0, high=3, required=False),
    Column("continues_after_2015", "boolean", "Videreføres efter 2015", "Continues after 2015", required=False),
)

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
            *INITIATIVE_FACTS,
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
