"""Rules that several files share: when a person's rows can be, and where a municipality is.

They name `people` (one row a person of the population register): person_born, person_died, person_left, person_back.
"""

from __future__ import annotations

from effekt.data.checks.persons import REPLACEMENT
from effekt.data.contracts import Rule

_STRAY = 0.001
_OLD_COUNTIES = (
    (101, 101), (147, 189), (201, 237), (251, 271), (301, 345), (351, 397), (400, 411), (421, 499),
    (501, 543), (551, 577), (601, 631), (651, 685), (701, 751), (761, 793), (801, 861),
)  # fmt: skip


def timed(file: str, column: str, day: str) -> tuple[Rule, ...]:
    """Rows of a day when their person was not born, was dead, or had left the country. `day` : SQL of the row's date."""
    name = f"{file}.{column}"
    return (
        Rule(f"{name}.before_birth", f"{day} < person_born", "quarantine", "Før personens fødsel", "Before the person was born"),
        Rule(
            f"{name}.soon_after_death",
            f"{day} > person_died AND {day} <= person_died + 30",
            "warn",
            "1 til 30 dage efter død",
            "1 to 30 days after death",
        ),
        Rule(
            f"{name}.moved",
            f"{day} > person_left AND coalesce(person_back, DATE '1800-01-01') <= person_left",
            "warn",
            "Efter at personen er udvandret",
            "After the person has emigrated",
        ),
    )


def without_cpr(file: str) -> Rule:
    """Rows of people with a replacement number, whom no population register can know."""
    return Rule(
        f"{file}.pnr.without_cpr",
        f"length(pnr) = 10 AND TRY_CAST(pnr AS BIGINT) IS NULL AND regexp_full_match(pnr, '{REPLACEMENT}') "
        "AND pnr NOT IN (SELECT pnr FROM citizen_key)",
        "set_aside",
        "Personen har et erstatningsnummer og kan ikke følges",
        "The person has a replacement number and cannot be followed",
    )


def municipality(file: str, column: str) -> tuple[Rule, ...]:
    """What stands in the place of a municipality of today: a region, or a municipality that ended in 2007. Tried before unknown codes."""
    number = f"TRY_CAST({column} AS INTEGER)"
    old = " OR ".join(f"{number} BETWEEN {low} AND {high}" for low, high in _OLD_COUNTIES)
    unknown = f"lpad({column}, 4, '0') NOT IN (SELECT kommunekode FROM municipality)"
    return (
        Rule(
            f"{file}.{column}.region",
            f"{number} BETWEEN 81 AND 85 OR {number} BETWEEN 1081 AND 1085",
            "reject",
            "Regionens kode i stedet for kommunens",
            "The code of a region in the place of a municipality. Ask for the municipality of residence",
            _STRAY,
        ),
        Rule(
            f"{file}.{column}.pre_2007",
            f"{unknown} AND ({old}) AND ({number} % 2 = 1 OR {number} BETWEEN 400 AND 411)",
            "reject",
            "Kommunekode fra før 2007",
            "A municipality code from before 2007. Ask for the codes of today, or map the old ones under `codes` in delivery.yml",
            _STRAY,
        ),
    )
