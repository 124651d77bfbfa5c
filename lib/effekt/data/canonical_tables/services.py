"""Services, what they cost, and what makes prices of different years comparable."""

from __future__ import annotations

from effekt.data.canonical_tables.shared import citizen
from effekt.data.contracts import Column, Table

COST_BASES = ("drg", "fee", "unit_cost", "wage", "price", "none")

TABLES = (
    Table(
        "service",
        (),
        "En ydelses- eller omkostningslinje",
        "A line of service or cost",
        (
            citizen(),
            Column("sector", "text", "Sektor", "Sector", codes=("hospital", "practice", "municipality", "medicine")),
            Column("service_type", "text", "Ydelsestype", "Type of service"),
            Column("date", "date", "Dato; for en uge dens torsdag", "Date; the Thursday of a week"),
            Column("date_precision", "text", "Hvor nøjagtig datoen er", "How precise the date is", codes=("day", "week", "month")),
            Column("quantity", "number", "Mængde", "Quantity"),
            Column("unit", "text", "Enhed", "Unit", codes=("contact", "service", "minute", "hour", "visit", "day", "package")),
            Column(
                "amount_oere",
                "money",
                "Beløb i øre, løbende priser; mangler hvor en enhedspris bruges",
                "Amount in oere, nominal; missing where a unit cost is used",
                unit="oere",
                required=False,
            ),
            Column("price_year", "integer", "Prisår", "Price year", low=1990, high=2100),
            Column(
                "cost_basis",
                "text",
                "Omkostningsgrundlag; none: tælles, men har ingen pris her",
                "Basis of the cost; none: counted, but without a price of its own",
                codes=COST_BASES,
            ),
            Column("payer", "text", "Betaler", "Payer", codes=("region", "municipality", "state", "citizen")),
            Column("contact_id", "integer", "Hospitalskontakt", "Hospital contact", required=False),
        ),
    ),
    Table(
        "allocated_care",
        (),
        "Visiteret hjælp, som ikke er det samme som den leverede",
        "Care that was allocated, which is not what was delivered",
        (
            citizen(),
            Column("service_type", "text", "Ydelsestype", "Type of service"),
            Column("date", "date", "Dato; for en uge dens torsdag", "Date; the Thursday of a week"),
            Column("date_precision", "text", "Hvor nøjagtig datoen er", "How precise the date is", codes=("day", "week", "month")),
            Column("quantity", "number", "Mængde", "Quantity"),
            Column("unit", "text", "Enhed", "Unit", codes=("minute", "visit")),
        ),
    ),
    Table(
        "unit_cost",
        ("service_type", "year"),
        "Enhedsprisen på en ydelse i et år",
        "The unit cost of a service in a year",
        (
            Column("service_type", "text", "Ydelsestype", "Type of service"),
            Column("year", "integer", "År", "Year", low=1990, high=2100),
            Column("amount_oere", "money", "Pris pr. enhed i øre", "Price per unit in oere", unit="oere", low=0),
            Column("unit", "text", "Enhed", "Unit", codes=("minute", "hour", "visit")),
        ),
    ),
    Table(
        "price_index",
        ("year",),
        "Prisindekset i et år",
        "The price index in a year",
        (
            Column("year", "integer", "År", "Year", low=1990, high=2100),
            Column("index", "number", "Indeks", "Index", low=0.001),
        ),
    ),
)
