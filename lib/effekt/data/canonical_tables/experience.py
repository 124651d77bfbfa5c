"""What patients and relatives answered, and how many were asked."""

from __future__ import annotations

from effekt.data.canonical_tables.shared import citizen
from effekt.data.contracts import Column, Table

RESPONDENTS = ("patient", "relative")
WAVES = ("before", "after")
INSTRUMENTS = ("eq5d5l", "eq5d3l", "eqvas", "lup", "own")
MISSING_REASONS = ("not_answered", "not_relevant", "do_not_know", "too_ill", "other")

_RESPONDENT = Column("respondent", "text", "Hvem der svarer", "Who answers", codes=RESPONDENTS)
_WAVE = Column("wave", "text", "Måling", "Wave", codes=WAVES)

TABLES = (
    Table(
        "survey_answer",
        ("response_id", "instrument", "item_id"),
        "Et svar på et spørgsmål",
        "An answer to an item",
        (
            Column("response_id", "integer", "Besvarelsens studienøgle", "Study key of the response"),
            citizen(required=False),
            Column("kommunekode", "text", "Kommune", "Municipality", shape=r"\d{4}", required=False),
            _RESPONDENT,
            _WAVE,
            Column("instrument", "text", "Spørgeskema; 3L og 5L blandes aldrig", "Instrument; 3L and 5L are never mixed", codes=INSTRUMENTS),
            Column("item_id", "text", "Spørgsmål", "Item"),
            Column("date", "date", "Svardato", "Date of the answer"),
            Column("value", "number", "Svar; mangler, hvor der ikke er svaret", "Answer; missing where there is none", required=False),
            Column("missing_reason", "text", "Hvorfor svaret mangler", "Why the answer is missing", codes=MISSING_REASONS, required=False),
        ),
    ),
    Table(
        "survey_wave",
        (),
        "Hvor mange der blev spurgt og svarede i én måling",
        "How many were asked and answered in one wave",
        (
            Column("cluster_id", "text", "Hospitalsklynge", "Hospital cluster"),
            Column(
                "kommunekode",
                "text",
                "Kommune; mangler for hele klyngen",
                "Municipality; missing: whole cluster",
                shape=r"\d{4}",
                required=False,
            ),
            _RESPONDENT,
            _WAVE,
            Column("opened", "date", "Målingen begyndte", "The wave began", required=False),
            Column("closed", "date", "Målingen sluttede", "The wave ended", required=False),
            Column("invited", "integer", "Antal inviterede", "Number invited", unit="person", low=0),
            Column("answered", "integer", "Antal svar", "Number of responses", unit="person", low=0),
        ),
    ),
    Table(
        "survey_invitation",
        ("citizen_id", "respondent", "wave"),
        "En borger, der blev spurgt, eller hvis pårørende blev",
        "A citizen who was asked, or whose relative was",
        (
            citizen(),
            Column("kommunekode", "text", "Kommune", "Municipality", shape=r"\d{4}", required=False),
            _RESPONDENT,
            _WAVE,
            Column("invited_date", "date", "Inviteret", "Invited"),
            Column("answered", "boolean", "Har svaret", "Has answered"),
        ),
    ),
)
