"""SSSY (services of general practice and specialists, 2006-): billing weeks, public fees in kroner."""

from __future__ import annotations

from effekt.data.contracts import Column, Rule
from effekt.data.registers.source import Register, Source, pnr, unknown_citizen

# The Thursday of an ISO week lies in the year the week belongs to; 4 January lies in week 1.
THURSDAY = "(make_date({year}, 1, 4) - (isodow(make_date({year}, 1, 4)) - 4)::INTEGER + ({week} - 1)::INTEGER * 7)"

# Two digits of the year: 50-99 are the 1900s.
_YEAR = "(honuge // 100 + CASE WHEN honuge >= 5000 THEN 1900 ELSE 2000 END)"
_DATE = THURSDAY.format(year=_YEAR, week="(honuge % 100)")

SSSY = Source(
    "sssy",
    "sssy.csv",
    "the practice register SSSY: pnr, speciale, ydlant, bruhon (kroner), honuge (yyww) and barnmak",
    (
        pnr(),
        Column("speciale", "text", "Speciale og ydelse, 6 cifre", "Specialty and service, 6 digits", shape=r"\d{6}"),
        Column("ydlant", "integer", "Antal ydelser", "Number of services"),
        Column("bruhon", "money", "Bruttohonorar i kroner", "Gross fee in kroner", unit="oere"),
        Column("honuge", "integer", "Afregningsuge (ååuu)", "Billing week (yyww)", low=0, high=9953),
        Column("barnmak", "integer", "1: barnet, ikke personen, fik ydelsen", "1: the child, not the person, got the service", low=0, high=1),
    ),
    rules=(
        Rule("sssy.barnmak.child", "barnmak = 1", "set_aside", "Ydelsen er givet til et barn", "The service was given to a child"),
        Rule(
            "sssy.honuge.week",
            f"honuge % 100 NOT BETWEEN 1 AND 53 OR year({_DATE}) <> {_YEAR}",
            "quarantine",
            "Ugen findes ikke",
            "There is no such week",
        ),
        unknown_citizen("sssy"),
    ),
)

SERVICE = f"""
    SELECT citizen_id, 'practice' AS sector, CASE WHEN speciale LIKE '80%' THEN 'gp' ELSE 'specialist' END AS service_type,
           {_DATE} AS date, 'week' AS date_precision, ydlant::DOUBLE AS quantity, 'service' AS unit,
           bruhon AS amount_oere, {_YEAR} AS price_year, 'fee' AS cost_basis, 'region' AS payer, NULL::BIGINT AS contact_id
    FROM kept_sssy JOIN citizen_key USING (pnr)
"""

REGISTER = Register("sssy", (SSSY,), {"service": SERVICE})
