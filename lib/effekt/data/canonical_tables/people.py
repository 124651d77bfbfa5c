"""Citizens, where they lived and when they died."""

from __future__ import annotations

from effekt.data.canonical_tables.shared import citizen
from effekt.data.contracts import Column, Table

AGE_GROUPS = (*(f"{age}-{age + 4}" for age in range(0, 90, 5)), "90+")

TABLES = (
    Table(
        "citizen",
        ("citizen_id",),
        "En borger",
        "A citizen",
        (
            citizen(),
            Column("sex", "integer", "Køn: 1 mand, 2 kvinde", "Sex: 1 male, 2 female", low=1, high=2),
            Column("birth_date", "date", "Fødselsdato", "Date of birth"),
        ),
    ),
    Table(
        "residence",
        ("citizen_id", "start"),
        "En periode med bopæl i én kommune",
        "A period of residence in one municipality",
        (
            citizen(),
            Column("kommunekode", "text", "Bopælskommune", "Municipality of residence", shape=r"\d{4}"),
            Column("start", "date", "Første dag", "First day"),
            Column("end", "date", "Dagen efter den sidste", "Day after the last"),
        ),
    ),
    Table(
        "death",
        ("citizen_id",),
        "Et dødsfald",
        "A death",
        (citizen(), Column("death_date", "date", "Dødsdato", "Date of death")),
    ),
    Table(
        "household",
        ("citizen_id", "date"),
        "En borgers husstand fra en dato, til den næste række om borgeren",
        "The household of a citizen from a date, until the next row about the citizen",
        (
            citizen(),
            Column("date", "date", "Opgørelsesdag", "Day of the snapshot"),
            Column("lives_alone", "boolean", "Bor alene; mangler, hvor det ikke er oplyst", "Lives alone; missing if not told", required=False),
            Column(
                "civil_status",
                "text",
                "Civilstand",
                "Civil status",
                codes=("married", "divorced", "widowed", "unmarried"),
                required=False,
            ),
        ),
    ),
    Table(
        "population",
        ("kommunekode", "year", "age_group", "sex"),
        "Befolkningen i en kommune den 1. januar, efter alder og køn",
        "The population of a municipality on 1 January, by age and sex",
        (
            Column("kommunekode", "text", "Kommune", "Municipality", shape=r"\d{4}"),
            Column("year", "integer", "År", "Year", low=1990, high=2100),
            Column("age_group", "text", "Aldersgruppe", "Age group", codes=AGE_GROUPS),
            Column("sex", "integer", "Køn: 1 mand, 2 kvinde", "Sex: 1 male, 2 female", low=1, high=2),
            Column("n", "integer", "Antal personer", "Number of persons", unit="person", low=0),
        ),
    ),
)
