"""SSSY (services of general practice and specialists, 2006-) and SYSI before it (1990-2005): billing weeks, and public fees."""

from __future__ import annotations

from effekt.data.contracts import Column, Rule
from effekt.data.registers.common_rules import timed
from effekt.data.registers.source import Register, Source, pnr, unknown_citizen

# The Thursday of an ISO week lies in the year the week belongs to; 4 January lies in week 1.
THURSDAY = "(make_date({year}, 1, 4) - (isodow(make_date({year}, 1, 4)) - 4)::INTEGER + ({week} - 1)::INTEGER * 7)"

# Two digits of the year: 50-99 are the 1900s.
_YEAR = "(honuge // 100 + CASE WHEN honuge >= 5000 THEN 1900 ELSE 2000 END)"
_DATE = THURSDAY.format(year=_YEAR, week="(honuge % 100)")


def _mirrored(name: str) -> str:
    return (
        f"(pnr, speciale, -bruhon) IN (SELECT (pnr, speciale, bruhon) FROM kept_{name} "
        f"WHERE bruhon > 0 AND EXISTS (FROM checked_{name} WHERE bruhon < 0))"
    )


def _source(name: str, ask: str, rules: tuple[Rule, ...], optional: bool) -> Source:
    return Source(
        name,
        f"{name}.csv",
        ask,
        (
            pnr(),
            Column("speciale", "text", "Speciale og ydelse, 6 cifre", "Specialty and service, 6 digits", shape=r"\d{5,6}"),
            Column("ydlant", "integer", "Antal ydelser", "Number of services", loose=True),
            Column("bruhon", "money", "Bruttohonorar i kroner; i øre før 2005", "Gross fee in kroner; oere before 2005", unit="oere", loose=True),
            Column("honuge", "integer", "Afregningsuge (ååuu)", "Billing week (yyww)", low=0, high=9953),
            Column("barnmak", "integer", "1: barnet, ikke personen, fik ydelsen", "1: the child, not the person, got the service", low=0, high=1),
            Column("kontakt", "integer", "0, hvis ydelsen ikke er en kontakt", "0 where the service is no contact", required=False),
            Column("ydtyp", "integer", "Ydertype: 1-10 praksis, 11-35 speciallæge", "Provider: 1-10 GP, 11-35 specialist", required=False),
            Column("behandlingsdato", "date", "Behandlingsdato, fra 2021", "Date of treatment, from 2021", required=False),
        ),
        rules=(
            Rule(f"{name}.barnmak.child", "barnmak = 1", "set_aside", "Ydelsen er givet til et barn", "The service was given to a child"),
            Rule(
                f"{name}.honuge.week",
                f"honuge % 100 NOT BETWEEN 1 AND 53 OR year({_DATE}) <> {_YEAR}",
                "quarantine",
                "Ugen findes ikke",
                "There is no such week",
            ),
            Rule(
                f"{name}.speciale.lost_zero",
                f"length(speciale) = 5 AND EXISTS (SELECT 1 FROM checked_{name} WHERE length(speciale) = 6)",
                "quarantine",
                "Fem cifre, hvor andre rækker har seks: et foranstillet nul kan være tabt",
                "Five digits where other rows have six: a leading zero may be lost",
            ),
            *rules,
            unknown_citizen(name),
            *timed(name, "honuge", f"coalesce(behandlingsdato, {_DATE})")[:1],
            Rule(f"{name}.bruhon.zero", "bruhon = 0", "warn", "Ydelsen er honoreret med 0 kr.", "The fee of the service is 0"),
            Rule(
                f"{name}.bruhon.reversal",
                f"bruhon < 0 AND {_mirrored(name)}",
                "fix",
                "Tilbageførsel, som ophæver en ydelse: de lægges sammen",
                "A reversal that cancels a service: they are summed",
            ),
            Rule(
                f"{name}.bruhon.unmatched_reversal",
                f"bruhon < 0 AND NOT {_mirrored(name)}",
                "warn",
                "Negativt honorar uden en ydelse, det ophæver",
                "A negative fee without a service that it cancels",
            ),
        ),
        day=f"coalesce(behandlingsdato, {_DATE})",
        optional=optional,
        steady=("bruhon",) if name == "sssy" else (),
    )


SYSI = _source(
    "sysi",
    "the practice register SYSI, 1990 to 2005: pnr, speciale, ydlant, bruhon (oere before 2005), honuge (yyww) and barnmak",
    (Rule("sysi.honuge.after_2005", f"{_YEAR} > 2005", "set_aside", "Fra 2006 står ydelsen i SSSY", "From 2006 the service stands in SSSY"),),
    optional=True,
)
SSSY = _source(
    "sssy",
    "the practice register SSSY: pnr, speciale, ydlant, bruhon (kroner), honuge (yyww) and barnmak",
    (
        Rule(
            "sssy.honuge.before_2006",
            f"{_YEAR} < 2006 AND EXISTS (SELECT 1 FROM kept_sysi)",
            "set_aside",
            "Til og med 2005 står ydelsen i SYSI",
            "Until 2005 the service stands in SYSI",
        ),
    ),
    optional=False,
)

# A general practitioner's service that is no contact (a test, a supplement) is told apart, so that "gp" counts contacts.
_SERVICE = f"""
    SELECT citizen_id, 'practice' AS sector,
           CASE WHEN ydtyp > 35 THEN 'other_practice'
                WHEN ydtyp > 10 OR (ydtyp IS NULL AND speciale NOT LIKE '80%') THEN 'specialist'
                WHEN kontakt = 0 THEN 'gp_supplement' ELSE 'gp' END AS service_type,
           coalesce(behandlingsdato, {_DATE}) AS date, CASE WHEN behandlingsdato IS NULL THEN 'week' ELSE 'day' END AS date_precision,
           ydlant::DOUBLE AS quantity, 'service' AS unit, CASE WHEN {_YEAR} < 2005 THEN bruhon // 100 ELSE bruhon END AS amount_oere,
           {_YEAR} AS price_year, 'fee' AS cost_basis, 'region' AS payer, NULL::BIGINT AS contact_id
    FROM kept_{{name}} JOIN citizen_key USING (pnr)
"""

REGISTER = Register("sssy", (SYSI, SSSY), {"service": " UNION ALL ".join(_SERVICE.format(name=name) for name in ("sysi", "sssy"))})
