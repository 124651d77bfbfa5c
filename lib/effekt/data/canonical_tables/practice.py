"""General practices and the medicine their patients collected."""

from __future__ import annotations

from effekt.data.canonical_tables.shared import citizen
from effekt.data.contracts import Column, Table

TABLES = (
    Table(
        "practice",
        ("practice_id",),
        "En almen praksis",
        "A general practice",
        (
            Column("practice_id", "integer", "Praksis' studienøgle", "Study key of the practice"),
            Column("kommunekode", "text", "Praksis' kommune", "Municipality of the practice", shape=r"\d{4}", required=False),
            Column("quality_cluster_id", "text", "Kvalitetsklynge", "Quality cluster", required=False),
            Column("listed_n", "integer", "Tilmeldte sikrede", "Listed patients", unit="person", low=0, required=False),
            Column("listed_65plus", "integer", "Heraf på 65 år og derover", "Of which of 65 and over", unit="person", low=0, required=False),
        ),
    ),
    Table(
        "listing",
        ("citizen_id", "start"),
        "En borgers tid på en praksis' liste",
        "A citizen's time on the list of a practice",
        (
            citizen(),
            Column("practice_id", "integer", "Praksis' studienøgle", "Study key of the practice"),
            Column("start", "date", "Første dag", "First day"),
            Column("end", "date", "Sidste dag", "Last day", required=False),
        ),
    ),
    Table(
        "prescription",
        ("prescription_id",),
        "En ekspedition på apoteket",
        "A dispensing at the pharmacy",
        (
            Column("prescription_id", "integer", "Ekspeditionens løbenummer", "Number of the dispensing"),
            citizen(),
            Column("practice_id", "integer", "Den ordinerende praksis' studienøgle", "Study key of the prescribing practice", required=False),
            Column("atc7", "text", "ATC-kode, op til 7 tegn", "ATC code, up to 7 characters", shape=r"[A-Z]\d{2}([A-Z]([A-Z](\d{2})?)?)?"),
            Column("dispensed", "date", "Dato for udleveringen", "Date of dispensing"),
            Column("packages", "number", "Pakninger; negativt for en tilbageførsel", "Packages; negative for a reversal", required=False),
            Column("ddd", "number", "Definerede døgndoser i alt", "Defined daily doses in total", unit="ddd", required=False),
            Column("amount_oere", "money", "Samlet pris i øre", "Total price in oere", unit="oere", required=False),
            Column("patient_oere", "money", "Heraf betalt af borgeren, i øre", "Of which paid by the citizen, in oere", unit="oere", required=False),
            Column(
                "is_reversal",
                "boolean",
                "En tilbageførsel uden den ekspedition, den ophæver",
                "A reversal without the dispensing that it cancels",
            ),
        ),
    ),
)
