"""Municipal home nursing: visits delivered, and visits only allocated, kept apart."""

from __future__ import annotations

from effekt.data.contracts import Column, Rule
from effekt.data.registers.source import Register, Source, pnr, unknown_citizen

ALLOCATED = "homenursing.leveret.allocated"

HOMENURSING = Source(
    "homenursing",
    "homenursing.csv",
    "the municipalities' home nursing: pnr, kommunekode, dato, ydelse, antal and leveret, one row a person, day and service",
    (
        pnr(),
        Column("kommunekode", "text", "Kommunen, der leverer", "The municipality that delivers", shape=r"\d{3,4}"),
        Column("dato", "date", "Dato", "Date"),
        Column("ydelse", "text", "Ydelsens kode i kommunens katalog", "Code of the service in the municipality's catalogue", required=False),
        Column("antal", "integer", "Antal besøg", "Number of visits", unit="visit", low=1, high=50),
        Column("leveret", "integer", "1 leveret, 0 kun visiteret", "1 delivered, 0 only allocated", low=0, high=1),
    ),
    day="dato",
    key=("pnr", "kommunekode", "dato", "ydelse", "leveret"),
    rules=(
        Rule(ALLOCATED, "leveret = 0", "set_aside", "Kun visiteret, ikke leveret", "Only allocated, not delivered"),
        Rule(
            "homenursing.kommunekode.unknown",
            "lpad(kommunekode, 4, '0') NOT IN (SELECT kommunekode FROM municipality)",
            "quarantine",
            "Kommunekoden findes ikke efter 2007",
            "The municipality code does not exist after 2007",
        ),
        unknown_citizen("homenursing"),
    ),
    optional=True,
)

# Without a unit cost of home nursing its visits are counted and cost nothing here, which the outcomes of cost leave out.
SERVICE = """
    SELECT citizen_id, 'municipality' AS sector, 'home_nursing' AS service_type, dato AS date, 'day' AS date_precision,
           antal::DOUBLE AS quantity, 'visit' AS unit, NULL::BIGINT AS amount_oere, year(dato) AS price_year,
           CASE WHEN EXISTS (FROM kept_unit_cost WHERE service_type = 'home_nursing') THEN 'unit_cost' ELSE 'none' END AS cost_basis,
           'municipality' AS payer, NULL::BIGINT AS contact_id
    FROM kept_homenursing JOIN citizen_key USING (pnr)
"""

ALLOCATED_CARE = f"""
    SELECT citizen_id, 'home_nursing' AS service_type, dato AS date, 'day' AS date_precision, antal::DOUBLE AS quantity, 'visit' AS unit
    FROM checked_homenursing JOIN citizen_key USING (pnr) WHERE verdict = '{ALLOCATED}'
"""

REGISTER = Register("homenursing", (HOMENURSING,), {"service": SERVICE, "allocated_care": ALLOCATED_CARE})
