"""Pathways looked at closely: audits across sectors, and follow-up home visits."""

from __future__ import annotations

from effekt.data.canonical_tables.shared import citizen
from effekt.data.contracts import Column, Table

SECTORS = ("hospital", "practice", "municipality")
PHASES = ("gp", "referral", "acute", "ward", "discharge", "handover", "followup")
ERROR_TYPES = (
    "medication_list", "medicine_supply", "discharge_letter_late", "discharge_letter_incomplete", "care_plan", "home_care_notice",
    "home_care_start", "aids", "appointment", "followup_missing", "referral_incomplete", "gp_not_informed", "relative_not_involved",
    "assessment", "other",
)  # fmt: skip
INITIATORS = ("hospital", "gp", "municipality")
PERFORMERS = ("joint", "gp", "nurse")
VISIT_PLACES = ("home", "clinic", "phone")
NOT_HELD = ("declined", "dead", "readmitted", "moved", "capacity", "other")

TABLES = (
    Table(
        "audit_case",
        ("case_id",),
        "Et auditeret patientforløb",
        "An audited pathway",
        (
            Column("case_id", "integer", "Forløbets studienøgle", "Study key of the pathway"),
            Column("cluster_id", "text", "Hospitalsklynge", "Hospital cluster"),
            Column("kommunekode", "text", "Kommune", "Municipality", shape=r"\d{4}", required=False),
            Column("audit_date", "date", "Auditdato", "Date of the audit"),
            Column("discharge_date", "date", "Udskrivelsesdato", "Date of discharge", required=False),
            Column("sectors", "text", "Sektorer i forløbet, adskilt af mellemrum", "Sectors of the pathway, separated by spaces", required=False),
            Column(
                "auditors",
                "integer",
                "Antal auditorer, der gik forløbet igennem hver for sig",
                "Auditors who judged the pathway, each alone",
                low=1,
            ),
            Column("round", "integer", "Auditrunde", "Round of audits", low=1, required=False),
        ),
    ),
    Table(
        "audit_finding",
        ("finding_id",),
        "Et fund i en audit; bemærkningen i fri tekst læses ikke",
        "A finding of an audit; the remark in free text is not read",
        (
            Column("finding_id", "integer", "Fundets løbenummer", "Number of the finding"),
            Column("case_id", "integer", "Forløbets studienøgle", "Study key of the pathway"),
            Column("auditor_id", "integer", "Auditors studienøgle", "Study key of the auditor", required=False),
            Column("phase", "text", "Fase i forløbet", "Phase of the pathway", codes=PHASES),
            Column("sector_from", "text", "Fra sektor", "From sector", codes=SECTORS, required=False),
            Column("sector_to", "text", "Til sektor", "To sector", codes=SECTORS, required=False),
            Column("error_type", "text", "Fejltype", "Type of error", codes=ERROR_TYPES),
            Column("severity", "integer", "Alvor: 0 ingen betydning til 3 alvorlig", "Severity: 0 of no consequence to 3 severe", low=0, high=3),
            Column("preventable", "boolean", "Kunne være undgået", "Could have been avoided", required=False),
        ),
    ),
    Table(
        "home_visit",
        ("visit_id",),
        "En planlagt kontakt i et opfølgende hjemmebesøgsforløb",
        "A planned contact of a course of follow-up home visits",
        (
            Column("visit_id", "integer", "Kontaktens løbenummer", "Number of the contact"),
            citizen(),
            Column("kommunekode", "text", "Kommune", "Municipality", shape=r"\d{4}", required=False),
            Column("discharge_date", "date", "Udskrivelsen, der følges op på", "The discharge that is followed up"),
            Column("contact_no", "integer", "Første, anden eller tredje kontakt", "First, second or third contact", low=1, high=3),
            Column("initiator", "text", "Hvem der tog initiativ", "Who took the initiative", codes=INITIATORS, required=False),
            Column("offered", "boolean", "Tilbudt", "Offered"),
            Column("accepted", "boolean", "Taget imod", "Accepted", required=False),
            Column("planned_date", "date", "Planlagt", "Planned", required=False),
            Column("held_date", "date", "Gennemført; mangler, hvis ikke", "Held; missing if not", required=False),
            Column("performer", "text", "Hvem der gennemførte den", "Who carried it out", codes=PERFORMERS, required=False),
            Column(
                "place",
                "text",
                "Hjemme, i klinikken eller i telefonen",
                "At home, in the clinic or by telephone",
                codes=VISIT_PLACES,
                required=False,
            ),
            Column("not_held_reason", "text", "Hvorfor den ikke blev gennemført", "Why it was not held", codes=NOT_HELD, required=False),
        ),
    ),
)
