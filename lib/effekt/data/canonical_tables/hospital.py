"""Contacts with the hospital and their diagnoses."""

from __future__ import annotations

from effekt.data.canonical_tables.shared import citizen
from effekt.data.contracts import Column, Table

TABLES = (
    Table(
        "contact",
        ("contact_id",),
        "En hospitalskontakt",
        "A hospital contact",
        (
            Column("contact_id", "integer", "Kontaktens studienøgle", "Study key of the contact"),
            citizen(),
            Column("source", "text", "Kilde", "Source", codes=("lpr2", "lpr3f", "lpr3a")),
            Column("start", "timestamp", "Start", "Start"),
            Column("end", "timestamp", "Slut; mangler for en åben kontakt", "End; missing for an open contact", required=False),
            Column("time_precision", "text", "Hvor nøjagtig tiden er", "How precise the times are", codes=("minute", "hour", "day")),
            Column("kind", "text", "Kontaktens art", "Kind of contact", codes=("inpatient", "outpatient", "emergency", "virtual", "unknown")),
            Column("acute", "boolean", "Akut", "Acute", required=False),
            Column("shak", "text", "Afdeling (SHAK)", "Department (SHAK)", required=False),
            Column("specialty", "text", "Hovedspeciale", "Main specialty", required=False),
            Column("action_diagnosis", "text", "Aktionsdiagnose", "Action (primary) diagnosis", required=False),
            Column(
                "discharge_mode",
                "text",
                "Udskrivningsmåde",
                "Mode of discharge",
                codes=("home", "transfer", "dead", "other"),
                required=False,
            ),
        ),
    ),
    Table(
        "diagnosis",
        ("contact_id", "code", "type"),
        "En diagnose til en kontakt",
        "A diagnosis of a contact",
        (
            Column("contact_id", "integer", "Kontaktens studienøgle", "Study key of the contact"),
            Column("code", "text", "SKS-kode med D", "SKS code with D"),
            Column("type", "text", "Diagnosetype", "Type of diagnosis", codes=("A", "B", "C", "G", "H", "M", "+")),
            Column(
                "retracted",
                "boolean",
                "Senere afkræftet: altid nej, de afkræftede er sat til side; mangler i LPR2 og hvor det ikke er oplyst",
                "Retracted later: always no, as those retracted are set aside; missing in LPR2 and where it is not told",
                required=False,
            ),
        ),
    ),
    Table(
        "register_stay",
        (),
        "Et sygehusophold, som registret selv har samlet det (LPR_A)",
        "A hospital stay as the register itself has merged it (LPR_A)",
        (
            citizen(),
            Column("start", "timestamp", "Start", "Start"),
            Column("end", "timestamp", "Slut; mangler for et åbent ophold", "End; missing for an open stay", required=False),
        ),
    ),
)
