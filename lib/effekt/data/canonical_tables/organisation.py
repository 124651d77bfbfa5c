"""Who decides, meets, reports and works (bodies, meetings, reporting lines, posts), and what was promised (milestones, indicators, targets)."""

from __future__ import annotations

from effekt.data.canonical_tables.shared import CLUSTER
from effekt.data.contracts import Column, Table

AIMS = ("A1", "A2", "A3", "A4", "A5")
TRIPLE_AIM = ("quality", "health", "cost")
OBLIGATIONS = ("develop_test", "quality_work", "monitor_evaluate", "resource_persons", "local_agreement")
COMPARATORS = ("at_least", "at_most")
DATA_STATUS = ("available", "partial", "needs_collection")
AGREEMENT_STATUS = ("agreed", "unsettled")

_SOURCE = Column("source", "text", "Hvor det står", "Where it is said", required=False)

TABLES = (
    Table(
        "milestone",
        ("milestone_id",),
        "En milepæl; for hele programmet eller for én klynge",
        "A milestone; of the whole programme or of one cluster",
        (
            Column("milestone_id", "text", "Milepæl", "Milestone"),
            CLUSTER,
            Column("step_label", "text", "Trin, som kilden skriver det", "Step, as the source writes it", required=False),
            Column("text_da", "text", "Milepælen på dansk", "The milestone in Danish"),
            Column("text_en", "text", "Milepælen på engelsk", "The milestone in English", required=False),
            Column("planned_from", "date", "Planlagt fra", "Planned from", required=False),
            Column("planned_to", "date", "Planlagt til", "Planned until", required=False),
            Column("actual", "date", "Nået; mangler, hvis ikke", "Reached; missing if not", required=False),
            _SOURCE,
        ),
    ),
    Table(
        "obligation",
        ("cluster_id", "obligation_id"),
        "En klynges forpligtelse efter aftalen",
        "An obligation of a cluster under the agreement",
        (
            Column("cluster_id", "text", "Hospitalsklynge", "Hospital cluster"),
            Column("obligation_id", "text", "Forpligtelse", "Obligation", codes=OBLIGATIONS),
            Column("met", "boolean", "Opfyldt; mangler, hvor det ikke er oplyst", "Met; missing where it is not told", required=False),
            Column("met_date", "date", "Opfyldt den", "Met on", required=False),
        ),
    ),
    Table(
        "body",
        ("body_id",),
        "Et organ, der mødes eller rapporteres til",
        "A body that meets, or that is reported to",
        (
            Column("body_id", "text", "Organ", "Body"),
            Column("name_da", "text", "Navn på dansk", "Name in Danish"),
            Column("name_en", "text", "Navn på engelsk", "Name in English", required=False),
            Column("per_year_min", "integer", "Mindst så mange møder om året", "At least so many meetings a year", low=0, required=False),
            Column("per_year_max", "integer", "Højst så mange møder om året", "At most so many meetings a year", low=0, required=False),
            Column("per_cluster", "boolean", "Så mange i hver klynge", "So many in each cluster", required=False),
            _SOURCE,
        ),
    ),
    Table(
        "meeting",
        ("meeting_id",),
        "Et møde, planlagt eller holdt",
        "A meeting, planned or held",
        (
            Column("meeting_id", "text", "Møde", "Meeting"),
            Column("body_id", "text", "Organ", "Body"),
            CLUSTER,
            Column("planned", "date", "Planlagt", "Planned", required=False),
            Column("held", "date", "Holdt; mangler, hvis ikke", "Held; missing if not", required=False),
        ),
    ),
    Table(
        "reporting_line",
        ("from_body", "to_body"),
        "Hvem der rapporterer til hvem",
        "Who reports to whom",
        (
            Column("from_body", "text", "Fra", "From"),
            Column("to_body", "text", "Til", "To"),
            Column("due", "date", "Frist", "Due", required=False),
            Column("delivered", "date", "Afleveret", "Delivered", required=False),
            _SOURCE,
        ),
    ),
    Table(
        "consultant_post",
        ("post_id",),
        "En linje med konsulentstillinger",
        "A line of consultant posts",
        (
            Column("post_id", "text", "Linje", "Line"),
            Column("role", "text", "Rolle", "Role"),
            Column("role_da", "text", "Rollen på dansk, som kilden skriver den", "The role in Danish, as the source writes it", required=False),
            Column("role_en", "text", "Rollen på engelsk", "The role in English", required=False),
            Column("unit", "text", "Hospital eller område", "Hospital or area", required=False),
            CLUSTER,
            Column("n_posts", "number", "Antal stillinger", "Number of posts", low=0, required=False),
            Column("hours", "number", "Timer om året i alt for linjen", "Hours a year in total for the line", unit="hour", low=0, required=False),
            Column("fte", "number", "Årsværk", "Full-time equivalents", low=0, required=False),
            Column("pool_oere", "money", "Pulje i øre", "Pool in oere", unit="oere", low=0, required=False),
            Column("funder", "text", "Hvem der betaler", "Who pays", required=False),
            Column("new", "boolean", "Nyt", "New"),
            Column("status", "text", "Aftalt eller uafklaret", "Agreed or unsettled", codes=AGREEMENT_STATUS),
            Column("source_table", "text", "Notatets tekst eller dets skema", "The memo's body or its summary table", codes=("body", "summary")),
            Column("is_inferred", "boolean", "Timerne er udledt, ikke skrevet", "The hours are inferred, not written", required=False),
            _SOURCE,
        ),
    ),
    Table(
        "indicator",
        ("indicator_id",),
        "En indikator",
        "An indicator",
        (
            Column("indicator_id", "text", "Indikator", "Indicator"),
            Column("aim_id", "text", "Mål i aftalen", "Aim of the agreement", codes=AIMS, required=False),
            Column("triple_aim", "text", "Del af Triple Aim", "Part of the Triple Aim", codes=TRIPLE_AIM, required=False),
            Column("label_da", "text", "Navn på dansk", "Name in Danish"),
            Column("label_en", "text", "Navn på engelsk", "Name in English", required=False),
            Column("unit", "text", "Enhed", "Unit", required=False),
            Column("direction", "integer", "1 mere er bedre, -1 mindre er bedre, 0 hverken", "1 more is better, -1 less, 0 neither", low=-1, high=1),
            Column("outcome_id", "text", "Udfald i kataloget, hvor der er et", "Outcome of the catalogue, where there is one", required=False),
            Column("numerator", "text", "Tæller", "Numerator", required=False),
            Column("denominator", "text", "Nævner", "Denominator", required=False),
            Column("national", "boolean", "Landsdækkende kvalitetsparameter", "National quality parameter", required=False),
            Column("verified", "boolean", "Kontrolleret i kilden", "Verified in its source", required=False),
            Column("data_status", "text", "Om der er data", "Whether there are data", codes=DATA_STATUS, required=False),
            _SOURCE,
        ),
    ),
    Table(
        "target",
        ("target_id",),
        "Et mål for en indikator",
        "A target for an indicator",
        (
            Column("target_id", "text", "Mål", "Target"),
            Column("indicator_id", "text", "Indikator", "Indicator"),
            CLUSTER,
            Column("baseline", "number", "Udgangspunkt", "Baseline", required=False),
            Column("target_value", "number", "Målet; mangler ved en ren retning", "The target; missing for a direction only", required=False),
            Column("comparator", "text", "Mindst eller højst", "At least or at most", codes=COMPARATORS),
            Column("deadline", "date", "Frist", "Deadline", required=False),
            Column("owner", "text", "Ansvarlig", "Owner", required=False),
            Column("followup_method", "text", "Sådan følges der op", "How it is followed up", required=False),
        ),
    ),
)
