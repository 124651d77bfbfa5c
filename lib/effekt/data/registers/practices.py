"""General practices: where they lie, how many patients they list, and which quality cluster they meet in."""

from __future__ import annotations

from effekt.data.contracts import Column
from effekt.data.registers.source import Register, Source, StudyKey

PRACTICES = Source(
    "practices",
    "practices.csv",
    "the list of general practices: ydernr, kommunekode, kvalitetsklynge, tilmeldte and tilmeldte_65plus, one row a practice",
    (
        Column("ydernr", "text", "Ydernummer", "Provider number"),
        Column("kommunekode", "text", "Praksis' kommune", "Municipality of the practice", shape=r"\d{3,4}", required=False),
        Column("kvalitetsklynge", "text", "Kvalitetsklynge", "Quality cluster", required=False),
        Column("tilmeldte", "integer", "Tilmeldte sikrede", "Listed patients", unit="person", low=0, required=False),
        Column("tilmeldte_65plus", "integer", "Heraf på 65 år og derover", "Of which of 65 and over", unit="person", low=0, required=False),
    ),
    key=("ydernr",),
    study_key=StudyKey("practice_key", "ydernr", "practice_id"),
    optional=True,
)

PRACTICE = """
    SELECT practice_id, lpad(kommunekode, 4, '0') AS kommunekode, kvalitetsklynge AS quality_cluster_id,
           tilmeldte AS listed_n, tilmeldte_65plus AS listed_65plus
    FROM kept_practices JOIN practice_key USING (ydernr)
"""

REGISTER = Register("practices", (PRACTICES,), {"practice": PRACTICE})
