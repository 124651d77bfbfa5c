"""Delayed-discharge days: patients who are medically ready to leave the hospital and wait for the municipality."""

from __future__ import annotations

from effekt.data.contracts import Column, Rule
from effekt.data.registers.source import Register, Source, pnr, unknown_citizen

DELAYED = Source(
    "delayed",
    "delayed_discharge.csv",
    "the days of patients ready for discharge: pnr, faerdig_dato and slut_dato, one row a wait",
    (
        pnr(),
        Column("faerdig_dato", "date", "Meldt færdigbehandlet", "Reported ready for discharge"),
        Column("slut_dato", "date", "Dagen, hvor ventetiden sluttede", "The day the wait ended"),
    ),
    day="faerdig_dato",
    key=("pnr", "faerdig_dato"),
    rules=(
        Rule("delayed.slut_dato.before_start", "slut_dato < faerdig_dato", "quarantine", "Slutter før start", "Ends before it starts"),
        unknown_citizen("delayed"),
    ),
    optional=True,
)

# Days are midnights waited; a wait that ends on its first day is none.
SERVICE = """
    SELECT citizen_id, 'hospital' AS sector, 'delayed_discharge' AS service_type, faerdig_dato AS date, 'day' AS date_precision,
           (slut_dato - faerdig_dato)::DOUBLE AS quantity, 'day' AS unit, NULL::BIGINT AS amount_oere, year(faerdig_dato) AS price_year,
           'none' AS cost_basis, 'municipality' AS payer, NULL::BIGINT AS contact_id
    FROM kept_delayed JOIN citizen_key USING (pnr) WHERE slut_dato > faerdig_dato
"""

REGISTER = Register("delayed", (DELAYED,), {"service": SERVICE})
