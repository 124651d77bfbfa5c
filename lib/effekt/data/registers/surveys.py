"""Surveys of patients and relatives: LUP-like satisfaction, own preferences, EQ-5D-3L, EQ-5D-5L and EQ-VAS; who was asked and who answered."""

from __future__ import annotations

from effekt.data.canonical_tables.experience import INSTRUMENTS, MISSING_REASONS, RESPONDENTS, WAVES
from effekt.data.contracts import Column, Rule
from effekt.data.registers.places import municipality, unknown_municipality
from effekt.data.registers.source import Register, Source, StudyKey, pnr, unknown_citizen

EQ5D_ITEMS = ("mobility", "self_care", "usual_activities", "pain_discomfort", "anxiety_depression")

# instrument: lowest and highest answer, and its items (empty: the survey's own)
ANSWERS = {
    "eq5d5l": (1, 5, EQ5D_ITEMS),
    "eq5d3l": (1, 3, EQ5D_ITEMS),
    "eqvas": (0, 100, ("vas",)),
    "lup": (1, 5, ()),
    "own": (0, 1, ()),
}

_RESPONDENT = Column("respondent", "text", "Hvem der svarer: patient eller pårørende", "Who answers: patient or relative", codes=RESPONDENTS)
_WAVE = Column("wave", "text", "Måling: før eller efter", "Wave: before or after", codes=WAVES)


def _optional_pnr() -> Column:
    return Column("pnr", "text", "Patientens pseudonym", "Pseudonym of the patient", shape=r"\d{10}(\d{2})?", required=False)


def _other_items() -> str:
    parts = [
        f"instrument = '{name}' AND item_id NOT IN ({', '.join(repr(item) for item in items)})" for name, (_, _, items) in ANSWERS.items() if items
    ]
    return " OR ".join(f"({part})" for part in parts)


SURVEY_ANSWERS = Source(
    "survey_answers",
    "survey_answers.csv",
    "the answers of the surveys: response_id, pnr, kommunekode, respondent, wave, instrument, item_id, date, value and missing_reason, "
    "one row an item answered",
    (
        Column("response_id", "text", "Besvarelsens nummer", "Number of the response"),
        _optional_pnr(),
        municipality(),
        _RESPONDENT,
        _WAVE,
        Column("instrument", "text", "Spørgeskema", "Instrument", codes=INSTRUMENTS),
        Column(
            "item_id",
            "text",
            f"Spørgsmålets navn uden mellemrum; i EQ-5D {', '.join(EQ5D_ITEMS)}, i EQ-VAS vas",
            f"Name of the item without blanks; of EQ-5D {', '.join(EQ5D_ITEMS)}, of EQ-VAS vas",
            shape=r"[A-Za-z][A-Za-z0-9_]{0,39}",
        ),
        Column("date", "date", "Svardato", "Date of the answer"),
        Column(
            "value",
            "number",
            "Svar: 1-5 (EQ-5D-5L, LUP), 1-3 (EQ-5D-3L), 0-100 (EQ-VAS), 1 ja og 0 nej (own)",
            "Answer: 1-5 (EQ-5D-5L, LUP), 1-3 (EQ-5D-3L), 0-100 (EQ-VAS), 1 yes and 0 no (own)",
            required=False,
        ),
        Column("missing_reason", "text", "Hvorfor svaret mangler", "Why the answer is missing", codes=MISSING_REASONS, required=False),
    ),
    day="date",
    key=("response_id", "instrument", "item_id"),
    study_key=StudyKey("response_key", "response_id", "response_no"),
    rules=(
        Rule(
            "survey_answers.item_id.instrument",
            _other_items(),
            "quarantine",
            "Spørgsmålet hører ikke til spørgeskemaet",
            "The item is not one of the instrument",
        ),
        Rule(
            "survey_answers.value.range",
            " OR ".join(f"(instrument = '{name}' AND value NOT BETWEEN {low} AND {high})" for name, (low, high, _) in ANSWERS.items()),
            "quarantine",
            "Svaret ligger uden for spørgeskemaets skala",
            "The answer lies outside the scale of the instrument",
        ),
        unknown_municipality("survey_answers"),
        Rule(
            "survey_answers.pnr.unknown",
            "pnr IS NOT NULL AND pnr NOT IN (SELECT pnr FROM citizen_key)",
            "quarantine",
            "Personen findes ikke i befolkningsregistret",
            "The person is not in the population register",
        ),
        Rule(
            "survey_answers.date.after_death",
            "respondent = 'patient' AND date > (SELECT any_value(doddato) FROM kept_dod WHERE kept_dod.pnr = checked_survey_answers.pnr)",
            "quarantine",
            "Patienten svarede efter sin død",
            "The patient answered after death",
        ),
        Rule(
            "survey_answers.instrument.mixed",
            "instrument IN ('eq5d3l', 'eq5d5l') AND response_id IN (SELECT response_id FROM checked_survey_answers "
            "WHERE verdict IS NULL GROUP BY response_id HAVING bool_or(instrument = 'eq5d3l') AND bool_or(instrument = 'eq5d5l'))",
            "quarantine",
            "Samme besvarelse har både EQ-5D-3L og EQ-5D-5L",
            "One response has both EQ-5D-3L and EQ-5D-5L",
        ),
    ),
    optional=True,
)

SURVEY_WAVES = Source(
    "survey_waves",
    "survey_waves.csv",
    "how many were asked: cluster_id, kommunekode, respondent, wave, opened, closed, invited and answered, one row a municipality and wave",
    (
        Column("cluster_id", "text", "Hospitalsklynge", "Hospital cluster"),
        municipality(),
        _RESPONDENT,
        _WAVE,
        Column("opened", "date", "Målingen begyndte", "The wave began", required=False),
        Column("closed", "date", "Målingen sluttede", "The wave ended", required=False),
        Column("invited", "integer", "Antal inviterede", "Number invited", unit="person", low=0),
        Column("answered", "integer", "Antal svar", "Number of responses", unit="person", low=0),
    ),
    key=("cluster_id", "kommunekode", "respondent", "wave"),
    rules=(
        Rule("survey_waves.answered.above_invited", "answered > invited", "quarantine", "Flere svar end inviterede", "More answers than invitations"),
        unknown_municipality("survey_waves"),
    ),
    optional=True,
)

SURVEY_INVITATIONS = Source(
    "survey_invitations",
    "survey_invitations.csv",
    "the people asked: pnr, kommunekode, respondent, wave, invited_date and answered, one row a patient (or the patient whose relative was asked)",
    (
        pnr("Patientens pseudonym", "Pseudonym of the patient"),
        municipality(),
        _RESPONDENT,
        _WAVE,
        Column("invited_date", "date", "Inviteret", "Invited"),
        Column("answered", "integer", "1 har svaret, 0 har ikke", "1 answered, 0 did not", low=0, high=1),
    ),
    day="invited_date",
    key=("pnr", "respondent", "wave"),
    rules=(unknown_municipality("survey_invitations"), unknown_citizen("survey_invitations")),
    optional=True,
)

SURVEY_ANSWER = """
    SELECT response_no AS response_id, citizen_id, lpad(kommunekode, 4, '0') AS kommunekode, respondent, wave, instrument, item_id, date, value,
           CASE WHEN value IS NULL THEN coalesce(missing_reason, 'not_answered') END AS missing_reason
    FROM kept_survey_answers JOIN response_key USING (response_id) LEFT JOIN citizen_key USING (pnr)
"""

SURVEY_WAVE = """
    SELECT cluster_id, lpad(kommunekode, 4, '0') AS kommunekode, respondent, wave, opened, closed, invited, answered FROM kept_survey_waves
"""

SURVEY_INVITATION = """
    SELECT citizen_id, lpad(kommunekode, 4, '0') AS kommunekode, respondent, wave, invited_date, answered = 1 AS answered
    FROM kept_survey_invitations JOIN citizen_key USING (pnr)
"""

REGISTER = Register(
    "surveys",
    (SURVEY_ANSWERS, SURVEY_WAVES, SURVEY_INVITATIONS),
    {"survey_answer": SURVEY_ANSWER, "survey_wave": SURVEY_WAVE, "survey_invitation": SURVEY_INVITATION},
)
