"""Follow-up home visits after discharge: who was offered one, who accepted, which were held and when."""

from __future__ import annotations

from effekt.data.canonical_tables.pathways import INITIATORS, NOT_HELD, PERFORMERS, VISIT_PLACES
from effekt.data.contracts import Column, Rule
from effekt.data.registers.places import municipality, unknown_municipality
from effekt.data.registers.source import Register, Source, pnr, unknown_citizen

HOME_VISITS = Source(
    "home_visits",
    "home_visits.csv",
    "the follow-up home visits: pnr, kommunekode, discharge_date, contact_no (1, 2, 3), initiator, offered, accepted, planned_date, held_date, "
    "performer, place and not_held_reason, one row a planned contact, also those that were not held",
    (
        pnr(),
        municipality(),
        Column("discharge_date", "date", "Udskrivelsen, der følges op på", "The discharge that is followed up"),
        Column("contact_no", "integer", "Første, anden eller tredje kontakt", "First, second or third contact", low=1, high=3),
        Column("initiator", "text", "Hvem der tog initiativ", "Who took the initiative", codes=INITIATORS, required=False),
        Column("offered", "integer", "1 tilbudt, 0 ikke", "1 offered, 0 not", low=0, high=1),
        Column("accepted", "integer", "1 taget imod, 0 ikke", "1 accepted, 0 not", low=0, high=1, required=False),
        Column("planned_date", "date", "Planlagt", "Planned", required=False),
        Column("held_date", "date", "Gennemført", "Held", required=False),
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
    day="discharge_date",
    key=("pnr", "discharge_date", "contact_no"),
    rules=(
        Rule(
            "home_visits.held_date.before_discharge",
            "held_date < discharge_date",
            "quarantine",
            "Gennemført før udskrivelsen",
            "Held before the discharge",
        ),
        Rule(
            "home_visits.held_date.not_accepted",
            "held_date IS NOT NULL AND (offered = 0 OR accepted = 0)",
            "quarantine",
            "Gennemført uden at være tilbudt og taget imod",
            "Held without being offered and accepted",
        ),
        unknown_municipality("home_visits"),
        unknown_citizen("home_visits"),
        Rule(
            "home_visits.held_date.after_death",
            "held_date > (SELECT any_value(doddato) FROM kept_dod WHERE kept_dod.pnr = checked_home_visits.pnr)",
            "quarantine",
            "Gennemført efter borgerens død",
            "Held after the citizen's death",
        ),
    ),
    optional=True,
)

HOME_VISIT = """
    SELECT row_number() OVER (ORDER BY citizen_id, discharge_date, contact_no) AS visit_id, citizen_id, lpad(kommunekode, 4, '0') AS kommunekode,
           discharge_date, contact_no, initiator, offered = 1 AS offered, accepted = 1 AS accepted, planned_date, held_date,
           performer, place, not_held_reason
    FROM kept_home_visits JOIN citizen_key USING (pnr)
"""

REGISTER = Register("visits", (HOME_VISITS,), {"home_visit": HOME_VISIT})
