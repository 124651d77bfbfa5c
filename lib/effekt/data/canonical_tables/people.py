"""Citizens, where they lived and when they died."""

from __future__ import annotations

from effekt.data.canonical_tables.shared import citizen
from effekt.data.contracts import Column, Table

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
)
