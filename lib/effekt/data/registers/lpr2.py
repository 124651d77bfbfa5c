"""LPR2 (hospital contacts until March 2019): contacts with hour-precise times, their diagnoses and their outpatient attendances."""

from __future__ import annotations

from effekt.catalogue.codes import load_retired_codes
from effekt.data.checks.columns import in_changed_hour
from effekt.data.contracts import Column, Rule, Stays
from effekt.data.registers.common_rules import timed, without_cpr
from effekt.data.registers.source import Register, Source, StudyKey, pnr, recnum, unknown_citizen, unknown_contact

_START = "d_inddto + to_hours(coalesce(v_indtime, 0))"
_END = "d_uddto + to_hours(coalesce(v_udtime, 23))"

ADM = Source(
    "lpr_adm",
    "lpr_adm.csv",
    "the LPR2 table lpr_adm (t_adm), one row a contact",
    (
        recnum(),
        pnr(),
        Column("c_sgh", "text", "Sygehus (SHAK, 4 cifre)", "Hospital (SHAK, 4 digits)", shape=r"\w{4}", required=False),
        Column("c_afd", "text", "Afdeling (3 tegn)", "Department (3 characters)", shape=r"\w{3}", required=False),
        Column("c_spec", "text", "Hovedspeciale", "Main specialty", shape=r"\d{2}", required=False),
        Column(
            "c_pattype",
            "text",
            "0 indlagt, 1 deldøgn (til og med 2001), 2 ambulant, 3 skadestue (til og med 2013)",
            "0 inpatient, 1 part-day (until 2001), 2 outpatient, 3 emergency (until 2013)",
            codes=("0", "1", "2", "3"),
            loose=True,
        ),
        Column("c_indm", "text", "1 akut, 2 ikke akut", "1 acute, 2 not acute", codes=("1", "2"), required=False),
        Column("c_udm", "text", "Udskrivningsmåde", "Mode of discharge", required=False),
        Column("d_inddto", "date", "Indlæggelsesdato", "Date of admission"),
        Column("v_indtime", "integer", "Indlæggelsestime", "Hour of admission", low=0, high=23, required=False),
        Column("v_indminut", "integer", "Indlæggelsesminut", "Minute of admission", low=0, high=59, required=False),
        Column("d_uddto", "date", "Udskrivningsdato", "Date of discharge", required=False),
        Column("v_udtime", "integer", "Udskrivningstime", "Hour of discharge", low=0, high=24, required=False),
        Column("c_adiag", "text", "Aktionsdiagnose", "Action (primary) diagnosis", shape=r"[A-Z]\w{2,9}", required=False),
        Column("v_sengdage", "integer", "Sengedage", "Bed days", unit="day", low=0, required=False),
        Column("status", "text", "R rettet, D trukket tilbage", "R corrected, D withdrawn", codes=("N", "R", "D"), required=False, rare=True),
    ),
    day="d_inddto",
    key=("recnum",),
    study_key=StudyKey("contact_key", "recnum", "contact_id"),
    rules=(
        without_cpr("lpr_adm"),
        unknown_citizen("lpr_adm"),
        Rule(
            "lpr_adm.c_pattype.closed",
            "c_pattype = '1' AND d_inddto >= DATE '2002-01-01'",
            "quarantine",
            "Deldøgn findes ikke efter 2001",
            "There are no part-day patients after 2001",
        ),
        Rule("lpr_adm.d_uddto.before_admission", f"{_END} < {_START}", "quarantine", "Udskrevet før indlæggelsen", "Discharged before admitted"),
        Rule(
            "lpr_adm.d_inddto.after_death",
            "d_inddto > person_died + 30",
            "quarantine",
            "Kontakt mere end 30 dage efter død",
            "Contact more than 30 days after death",
        ),
        Rule(
            "lpr_adm.v_sengdage.contradicts",
            "c_pattype = '0' AND abs(v_sengdage - greatest(d_uddto - d_inddto, 1)) > 1",
            "warn",
            "Sengedagene passer ikke med datoerne: datoerne bruges",
            "The bed days do not agree with the dates: the dates are used",
        ),
        *timed("lpr_adm", "d_inddto", "d_inddto"),
        Rule(
            "lpr_adm.d_uddto.long",
            "c_pattype = '0' AND d_uddto - d_inddto > 365",
            "warn",
            "Indlagt i mere end 365 dage",
            "In hospital for more than 365 days",
        ),
        Rule(
            "lpr_adm.v_indtime.clock_change",
            in_changed_hour("d_inddto", "v_indtime"),
            "warn",
            "I timen, hvor uret stilles",
            "In the hour when the clocks change",
        ),
        Rule(
            "lpr_adm.c_pattype.retired",
            "c_pattype = '3' AND d_inddto >= DATE '2014-01-01'",
            "warn",
            "Koden for skadestue er udgået med 2013",
            "The code of an emergency visit ended with 2013",
        ),
    ),
    stems=("t_adm",),
    instead=("kontakter", "lpr_a_kontakt"),
    status="status",
    stays=Stays(_START, _END, "c_sgh", "c_pattype = '0'"),
)

DIAG = Source(
    "lpr_diag",
    "lpr_diag.csv",
    "the LPR2 table lpr_diag (t_diag), one row a diagnosis",
    (
        recnum(),
        Column("c_diag", "text", "Diagnosekode med D", "Diagnosis code with D", shape=r"D[A-Z]\w{1,7}"),
        Column("c_diagtype", "text", "Diagnosetype", "Type of diagnosis", codes=("A", "B", "C", "G", "H", "M", "+")),
    ),
    belongs_to=("lpr_adm", "recnum"),
    key=("recnum", "c_diag", "c_diagtype"),
    rules=(
        unknown_contact("lpr_diag"),
        Rule(
            "lpr_diag.c_diag.retired",
            f"left(c_diag, 5) IN ({', '.join(repr(code) for code in load_retired_codes())})",
            "warn",
            "Koden er udgået af ICD-10",
            "The code has left ICD-10",
        ),
    ),
    stems=("t_diag",),
    instead=("diagnoser", "lpr_a_diagnose"),
)

BES = Source(
    "lpr_bes",
    "lpr_bes.csv",
    "the LPR2 table lpr_bes (t_bes): recnum and d_ambdto, one row an outpatient attendance",
    (recnum(), Column("d_ambdto", "date", "Dato for det ambulante besøg", "Date of the outpatient attendance")),
    belongs_to=("lpr_adm", "recnum"),
    key=("recnum", "d_ambdto"),
    rules=(
        unknown_contact("lpr_bes"),
        Rule(
            "lpr_bes.d_ambdto.before_contact",
            "d_ambdto < (SELECT d_inddto FROM kept_lpr_adm WHERE kept_lpr_adm.recnum = checked_lpr_bes.recnum)",
            "quarantine",
            "Besøg før kontakten begynder",
            "Attendance before the contact starts",
        ),
    ),
    optional=True,
    stems=("t_bes",),
)

# The hour of discharge has no minutes: within the hour of admission a contact ends when it starts, never before.
# From 2014 the emergency code 3 is gone and those visits are told as acute outpatient contacts; part-day patients are outpatients, as from 2002.
# Discharge modes 8, F, G, K, L by the LPR2 code list.
CONTACT = f"""
    SELECT contact_id, citizen_id, 'lpr2' AS source,
           ({_START} + to_minutes(coalesce(v_indminut, 0)))::TIMESTAMP AS start,
           CASE WHEN d_uddto IS NOT NULL THEN greatest({_END}, {_START} + to_minutes(coalesce(v_indminut, 0))) END::TIMESTAMP AS "end",
           CASE WHEN v_indtime IS NULL OR (d_uddto IS NOT NULL AND v_udtime IS NULL) THEN 'day' ELSE 'hour' END AS time_precision,
           CASE WHEN c_pattype IS NULL THEN 'unknown' WHEN c_pattype = '0' THEN 'inpatient'
                WHEN c_pattype = '3' OR (c_pattype = '2' AND c_indm = '1' AND d_inddto >= DATE '2014-01-01') THEN 'emergency'
                ELSE 'outpatient' END AS kind,
           c_indm = '1' AS acute,
           c_sgh || coalesce(c_afd, '') AS shak, c_spec AS specialty, c_adiag AS action_diagnosis,
           CASE WHEN d_uddto IS NULL OR c_udm IS NULL THEN NULL
                WHEN c_udm = '8' THEN 'dead' WHEN c_udm IN ('F', 'G', 'K', 'L') THEN 'transfer' ELSE 'home' END AS discharge_mode
    FROM kept_lpr_adm JOIN citizen_key USING (pnr) JOIN contact_key USING (recnum)
"""

DIAGNOSIS = "SELECT contact_id, c_diag AS code, c_diagtype AS type, NULL::BOOLEAN AS retracted FROM kept_lpr_diag JOIN contact_key USING (recnum)"

# The price of an outpatient course is the DRG value of its contact, not of its attendances.
ATTENDANCE = """
    SELECT citizen_id, 'hospital' AS sector, 'outpatient_attendance' AS service_type, d_ambdto AS date, 'day' AS date_precision,
           1.0 AS quantity, 'visit' AS unit, NULL::BIGINT AS amount_oere, year(d_ambdto) AS price_year,
           'none' AS cost_basis, 'region' AS payer, contact_id
    FROM kept_lpr_bes JOIN contact_key USING (recnum) JOIN contact USING (contact_id)
"""

REGISTER = Register("lpr2", (ADM, DIAG, BES), {"contact": CONTACT, "diagnosis": DIAGNOSIS, "service": ATTENDANCE})
