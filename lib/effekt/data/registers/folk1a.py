"""FOLK1A of StatBank Denmark: how many people live in each municipality, by age and sex, on the first day of a quarter."""

from __future__ import annotations

from effekt.data.contracts import Column, Rule
from effekt.data.registers.source import Register, Source

_CODE = "lpad(regexp_extract(\"område\", '^\\d{1,3}'), 4, '0')"
_SEX = """CASE WHEN regexp_matches(lower("køn"), '^(1|m|mænd|men)( |$)') THEN 1
                 WHEN regexp_matches(lower("køn"), '^(2|k|kvinder|women)( |$)') THEN 2 END"""
_AGE = "TRY_CAST(regexp_extract(alder, '^\\d{1,3}') AS INTEGER)"
_YEAR = "TRY_CAST(left(tid, 4) AS INTEGER)"


def _total(column: str) -> str:
    return f"regexp_matches(lower(\"{column}\"), '^(tot|ialt|i alt|total)( |$|,)')"


FOLK1A = Source(
    "folk1a",
    "folk1a.csv",
    "the table FOLK1A of StatBank Denmark with codes and texts: område, køn, alder (single years), tid and indhold, separated by semicolons",
    (
        Column("område", "text", "Område som kode og tekst: 751 Aarhus", "Area as code and text: 751 Aarhus", shape=r"\d{1,3}( .*)?"),
        Column("køn", "text", "Køn som kode og tekst: 1 Mænd", "Sex as code and text: 1 Mænd"),
        Column("alder", "text", "Alder i hele år: 65 år", "Age in whole years: 65 år"),
        Column("civilstand", "text", "Civilstand; I alt, hvor den ikke er delt op", "Civil status; total where it is not split", required=False),
        Column("tid", "text", "Kvartal: 2013K1", "Quarter: 2013K1", shape=r"\d{4}([KQ][1-4])?"),
        Column("indhold", "integer", "Antal personer", "Number of persons", unit="person", low=0),
    ),
    key=("område", "køn", "alder", "civilstand", "tid"),
    rules=(
        Rule(
            "folk1a.tid.quarter",
            "length(tid) = 6 AND right(tid, 1) <> '1'",
            "set_aside",
            "Et andet kvartal end årets første",
            "Another quarter than the first of the year",
        ),
        Rule(
            "folk1a.område.no_municipality",
            f"{_CODE} NOT IN (SELECT kommunekode FROM municipality)",
            "set_aside",
            "Hele landet eller en region, ikke en kommune",
            "The whole country or a region, not a municipality",
        ),
        Rule(
            "folk1a.alder.total",
            f"{_total('køn')} OR {_total('alder')}",
            "set_aside",
            "Sum af køn eller aldre, som også står hver for sig",
            "A sum of sexes or ages that also stand one by one",
        ),
        Rule(
            "folk1a.civilstand.part",
            f"NOT {_total('civilstand')} AND EXISTS (SELECT 1 FROM checked_folk1a WHERE {_total('civilstand')})",
            "set_aside",
            "En del af en sum, som også står der",
            "A part of a sum that stands there too",
        ),
        Rule("folk1a.køn.code", f"{_SEX} IS NULL", "quarantine", "Ukendt køn", "Unknown sex"),
        Rule(
            "folk1a.alder.single_year",
            f"{_AGE} IS NULL OR {_AGE} > 125 OR regexp_matches(alder, '^\\d+ *-')",
            "quarantine",
            "Ikke en alder i hele år",
            "Not an age in whole years",
        ),
    ),
    optional=True,
)

POPULATION = f"""
    SELECT {_CODE} AS kommunekode, {_YEAR} AS year,
           CASE WHEN {_AGE} >= 90 THEN '90+' ELSE ({_AGE} // 5 * 5) || '-' || ({_AGE} // 5 * 5 + 4) END AS age_group,
           {_SEX} AS sex, sum(indhold)::BIGINT AS n
    FROM kept_folk1a GROUP BY ALL
"""

REGISTER = Register("folk1a", (FOLK1A,), {"population": POPULATION})
