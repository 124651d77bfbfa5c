"""Municipal home care (delivered minutes a week) and what an hour of it costs; the price index."""

from __future__ import annotations

from effekt.data.contracts import Column, Rule
from effekt.data.registers.common_rules import municipality
from effekt.data.registers.source import Register, Source, pnr, unknown_citizen
from effekt.data.registers.sssy import THURSDAY

_DATE = THURSDAY.format(year="aar", week="uge")
_MINUTES_A_WEEK = 7 * 24 * 60
_KINDS = {"personal_care": "personlig_pleje_min", "practical_help": "praktisk_hjaelp_min"}

ALLOCATED = "homecare.leveret.allocated"

HOMECARE = Source(
    "homecare",
    "homecare.csv",
    "the municipalities' home care: pnr, kommunekode, aar, uge, personlig_pleje_min, praktisk_hjaelp_min and leveret, one row a person and week",
    (
        pnr(),
        Column("kommunekode", "text", "Kommunen, der leverer", "The municipality that delivers", shape=r"\d{3,4}"),
        Column("aar", "integer", "ISO-år", "ISO year", low=1990, high=2100),
        Column("uge", "integer", "ISO-uge", "ISO week", low=1, high=53),
        Column("personlig_pleje_min", "integer", "Personlig pleje i ugen", "Personal care in the week", unit="minute", low=0, high=_MINUTES_A_WEEK),
        Column("praktisk_hjaelp_min", "integer", "Praktisk hjælp i ugen", "Practical help in the week", unit="minute", low=0, high=_MINUTES_A_WEEK),
        Column("leveret", "integer", "1 leveret, 0 kun visiteret", "1 delivered, 0 only allocated", low=0, high=1),
    ),
    day=_DATE,
    steady=("personlig_pleje_min", "praktisk_hjaelp_min"),
    key=("pnr", "kommunekode", "aar", "uge", "leveret"),
    rules=(
        Rule(ALLOCATED, "leveret = 0", "set_aside", "Kun visiteret, ikke leveret", "Only allocated, not delivered"),
        Rule("homecare.uge.week", f"year({_DATE}) <> aar", "quarantine", "Ugen findes ikke", "There is no such week"),
        *municipality("homecare", "kommunekode"),
        Rule(
            "homecare.kommunekode.unknown",
            "lpad(kommunekode, 4, '0') NOT IN (SELECT kommunekode FROM municipality)",
            "quarantine",
            "Kommunekoden findes ikke efter 2007",
            "The municipality code does not exist after 2007",
        ),
        unknown_citizen("homecare"),
    ),
)

UNIT_COST = Source(
    "unit_cost",
    "unit_cost.csv",
    "the unit costs of municipal services: service_type, year, dkk and unit",
    (
        Column(
            "service_type",
            "text",
            "Personlig pleje (personal_care) eller praktisk hjælp (practical_help)",
            "Personal care or practical help",
            codes=tuple(_KINDS),
        ),
        Column("year", "integer", "År", "Year", low=1990, high=2100),
        Column("dkk", "money", "Pris i kroner", "Price in kroner", unit="oere", low=0),
        Column("unit", "text", "Enhed", "Unit", codes=("minute", "hour", "visit")),
    ),
    key=("service_type", "year"),
)

PRICE_INDEX = Source(
    "price_index",
    "price_index.csv",
    "the price index that makes prices of different years comparable: year and index",
    (Column("year", "integer", "År", "Year", low=1990, high=2100), Column("index", "number", "Indeks", "Index", low=0.001)),
    key=("year",),
)

_SERVICE = f"""
    SELECT citizen_id, 'municipality' AS sector, '{{service_type}}' AS service_type, {_DATE} AS date, 'week' AS date_precision,
           {{minutes}}::DOUBLE AS quantity, 'minute' AS unit, NULL::BIGINT AS amount_oere, aar AS price_year,
           'unit_cost' AS cost_basis, 'municipality' AS payer, NULL::BIGINT AS contact_id
    FROM kept_homecare JOIN citizen_key USING (pnr) WHERE {{minutes}} > 0
"""

# What was only allocated is set aside from the services and told in a table of its own.
_ALLOCATED_CARE = f"""
    SELECT citizen_id, '{{service_type}}' AS service_type, {_DATE} AS date, 'week' AS date_precision,
           {{minutes}}::DOUBLE AS quantity, 'minute' AS unit
    FROM checked_homecare JOIN citizen_key USING (pnr) WHERE verdict = '{ALLOCATED}' AND {{minutes}} > 0 AND year({_DATE}) = aar
"""


def _both(query: str) -> str:
    return " UNION ALL ".join(query.format(service_type=kind, minutes=minutes) for kind, minutes in _KINDS.items())


REGISTER = Register(
    "municipal",
    (HOMECARE, UNIT_COST, PRICE_INDEX),
    {
        "service": _both(_SERVICE),
        "allocated_care": _both(_ALLOCATED_CARE),
        "unit_cost": "SELECT service_type, year, dkk AS amount_oere, unit FROM kept_unit_cost",
        "price_index": 'SELECT year, "index" FROM kept_price_index',
    },
)
