"""LPR3 (hospital contacts from March 2019), in the older model LPR3_F and in LPR_A: two tellings of the same contacts, never read together."""

from __future__ import annotations

from effekt.data.contracts import Column, Rule
from effekt.data.registers.common_rules import timed, without_cpr
from effekt.data.registers.source import Register, Source, StudyKey, pnr, unknown_citizen

_CLOCK = r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d([.]\d+)?)?"
_START = "dato_start + coalesce(TRY_CAST(tidspunkt_start AS TIME), TIME '00:00:00')"
_END = "dato_slut + coalesce(TRY_CAST(tidspunkt_slut AS TIME), TIME '23:59:00')"


def _key() -> Column:
    return Column("dw_ek_kontakt", "text", "Kontaktens nøgle", "Key of the contact")


def _optional(name: str, da: str, en: str, aliases: tuple[str, ...] = ()) -> Column:
    return Column(name, "text", da, en, required=False, aliases=aliases)


def _clock(name: str, da: str, en: str) -> Column:
    return Column(name, "text", da, en, shape=_CLOCK, required=False)


_SYSTEM = _optional("lprindberetningssystem", "Indberetningssystem", "Reporting system")
_PRIORITY = _optional("prioritet", "ATA1 akut, ATA3 planlagt", "ATA1 acute, ATA3 planned")


def _contact_rules(name: str, start: str, end: str, specialty: str) -> tuple[Rule, ...]:
    told = f"EXISTS (SELECT 1 FROM checked_{name} WHERE lprindberetningssystem IS NOT NULL)"
    return (
        Rule(
            f"{name}.lprindberetningssystem.other",
            f"coalesce(lprindberetningssystem, '') <> 'LPR3' AND {told}",
            "set_aside",
            "Indberettet i et andet system end LPR3; før marts 2019 står kontakten også i LPR2",
            "Reported through another system than LPR3; before March 2019 the contact stands in LPR2 too",
        ),
        without_cpr(name),
        unknown_citizen(name),
        Rule(f"{name}.{end}.before_start", f"{_ends(name)} < {_starts(name)}", "quarantine", "Slutter før start", "Ends before it starts"),
        Rule(
            f"{name}.{start}.after_death",
            f"({_starts(name)})::DATE > person_died + 30",
            "quarantine",
            "Kontakt mere end 30 dage efter død",
            "Contact more than 30 days after death",
        ),
        *timed(name, start, f"({_starts(name)})::DATE"),
        Rule(
            f"{name}.{end}.long",
            f"({_ends(name)})::DATE - ({_starts(name)})::DATE > 365",
            "warn",
            "Varer mere end 365 dage",
            "Lasts more than 365 days",
        ),
        Rule(
            f"{name}.{start}.before_break",
            f"{_starts(name)} < TIMESTAMP '2019-02-01' AND EXISTS (SELECT 1 FROM kept_lpr_adm)",
            "warn",
            "Begynder før februar 2019, hvor LPR2 også fortæller om kontakter: de lægges sammen, hvis de overlapper",
            "Starts before February 2019, when LPR2 tells of contacts too: those that overlap are merged",
        ),
        Rule(
            f"{name}.{specialty}.unknown",
            f"lower({specialty}) NOT IN (SELECT name FROM specialty)",
            "warn",
            "Specialet er ikke på listen: det regnes ikke som medicinsk",
            "The specialty is not in the list: it does not count as medical",
        ),
    )


def _starts(name: str) -> str:
    return _START if name == "kontakter" else "kont_starttidspunkt"


def _ends(name: str) -> str:
    return _END if name == "kontakter" else "kont_sluttidspunkt"


def _diagnoses(name: str, stems: tuple[str, ...], ask: str, code: str, kind: Column, parent: str, contacts: str) -> Source:
    said = "lower(senere_afkraeftet)"
    return Source(
        name,
        f"{name}.csv",
        ask,
        (
            _key(),
            Column(code, "text", "Diagnosekode med D", "Diagnosis code with D", shape=r"D[A-Z]\w{1,7}"),
            kind,
            _optional(parent, "Diagnosen, som en tillægskode hører til", "The diagnosis that an additional code belongs to"),
            _optional("senere_afkraeftet", "Ja, hvis diagnosen senere er afkræftet", "Ja where the diagnosis was retracted later"),
        ),
        key=("dw_ek_kontakt", code, kind.name, parent, "senere_afkraeftet"),
        belongs_to=("kontakter" if name == "diagnoser" else "lpr_a_kontakt", "dw_ek_kontakt"),
        rules=(
            Rule(f"{name}.senere_afkraeftet.retracted", f"{said} IN ('ja', '1')", "set_aside", "Senere afkræftet", "Retracted later"),
            Rule(f"{name}.senere_afkraeftet.code", f"{said} NOT IN ('nej', '0')", "quarantine", "Hverken ja eller nej", "Neither yes nor no"),
            Rule(
                f"{name}.dw_ek_kontakt.unknown",
                f"dw_ek_kontakt NOT IN (SELECT dw_ek_kontakt FROM {contacts})",
                "quarantine",
                "Hører ikke til en godkendt kontakt",
                "Belongs to no contact that was kept",
            ),
        ),
        optional=True,
        stems=stems,
    )


def _kind(name: str, aliases: tuple[str, ...] = ()) -> Column:
    return Column(name, "text", "Diagnosetype", "Type of diagnosis", codes=("A", "B", "C", "G", "H", "M", "+"), aliases=aliases)


KONTAKTER = Source(
    "kontakter",
    "kontakter.csv",
    "the LPR3_F table kontakter, one row a contact from March 2019: dw_ek_kontakt, pnr, dato_start, tidspunkt_start, dato_slut, tidspunkt_slut, "
    "kontakttype, prioritet, aktionsdiagnose, sorenhed_ans and hovedspeciale_ans",
    (
        _key(),
        pnr(),
        Column("dato_start", "date", "Startdato", "Date of the start"),
        _clock("tidspunkt_start", "Starttidspunkt", "Time of the start"),
        Column("dato_slut", "date", "Slutdato; mangler for en åben kontakt", "Date of the end; missing for an open contact", required=False),
        _clock("tidspunkt_slut", "Sluttidspunkt", "Time of the end"),
        _optional("kontakttype", "ALCA00 fysisk fremmøde, ALCA03 virtuel", "ALCA00 physical attendance, ALCA03 virtual"),
        _PRIORITY,
        _optional("aktionsdiagnose", "Aktionsdiagnose", "Action (primary) diagnosis"),
        _optional("sorenhed_ans", "Ansvarlig enhed", "Responsible unit"),
        _optional("hovedspeciale_ans", "Hovedspeciale, som tekst", "Main specialty, as text"),
        _SYSTEM,
    ),
    day="dato_start",
    key=("dw_ek_kontakt",),
    study_key=StudyKey("lpr3f_key", "dw_ek_kontakt", "contact_id", after="contact_key"),
    rules=_contact_rules("kontakter", "dato_start", "dato_slut", "hovedspeciale_ans"),
    optional=True,
    stems=("lpr_f_kontakter", "lpr3_kontakter", "lpr3f_kontakter"),
    never_with=("lpr_a_kontakt",),
)

DIAGNOSER = _diagnoses(
    "diagnoser",
    ("lpr_f_diagnoser", "lpr3_diagnoser", "lpr3f_diagnoser"),
    "the LPR3_F table diagnoser: dw_ek_kontakt, diagnosekode, diagnosetype and senere_afkraeftet, one row a diagnosis",
    "diagnosekode",
    _kind("diagnosetype"),
    "diagnosekode_parent",
    "lpr3f_key",
)

KONTAKT_A = Source(
    "lpr_a_kontakt",
    "lpr_a_kontakt.csv",
    "the LPR_A table lpr_a_kontakt, one row a contact from March 2019: dw_ek_kontakt, pnr, kont_starttidspunkt, kont_sluttidspunkt, kont_type, "
    "kont_patient_type, prioritet, adiag, kont_ans, kont_ans_hovedspec and lprindberetningssystem",
    (
        _key(),
        pnr(),
        Column("kont_starttidspunkt", "timestamp", "Start", "Start"),
        Column("kont_sluttidspunkt", "timestamp", "Slut; mangler for en åben kontakt", "End; missing for an open contact", required=False),
        _optional("kont_type", "ALCA00 fysisk fremmøde, ALCA03 virtuel", "ALCA00 physical attendance, ALCA03 virtual"),
        _optional("kont_patient_type", "0 indlagt, hvor det er oplyst", "0 inpatient, where it is told"),
        _PRIORITY,
        _optional("adiag", "Aktionsdiagnose", "Action (primary) diagnosis"),
        _optional("kont_ans", "Ansvarlig enhed", "Responsible unit"),
        _optional("kont_ans_hovedspec", "Hovedspeciale, som tekst", "Main specialty, as text"),
        _optional("kont_ans_hovedspec_shak", "Hovedspeciale, to cifre", "Main specialty, two digits"),
        _optional("flag_kont_afsluttet", "0: kontakten er ikke afsluttet", "0: the contact is not closed"),
        _SYSTEM,
    ),
    day="kont_starttidspunkt::DATE",
    key=("dw_ek_kontakt",),
    study_key=StudyKey("lpr3a_key", "dw_ek_kontakt", "contact_id", after="contact_key"),
    rules=_contact_rules("lpr_a_kontakt", "kont_starttidspunkt", "kont_sluttidspunkt", "kont_ans_hovedspec"),
    optional=True,
    never_with=("kontakter",),
)

DIAGNOSE_A = _diagnoses(
    "lpr_a_diagnose",
    (),
    "the LPR_A table lpr_a_diagnose: dw_ek_kontakt, diag_kode, diag_kode_type, diag_parent_kode and senere_afkraeftet, one row a diagnosis",
    "diag_kode",
    _kind("diag_kode_type", ("diag_type",)),
    "diag_parent_kode",
    "lpr3a_key",
)

SGHOPHOLD = Source(
    "lpr_a_sghophold",
    "lpr_a_sghophold.csv",
    "the LPR_A table lpr_a_sghophold: dw_ek_sygehusophold, pnr, sgh_oph_starttidspunkt and sgh_oph_sluttidspunkt, one row a stay as the "
    "register merges it",
    (
        Column("dw_ek_sygehusophold", "text", "Opholdets nøgle", "Key of the stay"),
        pnr(),
        Column("sgh_oph_starttidspunkt", "timestamp", "Start", "Start"),
        Column("sgh_oph_sluttidspunkt", "timestamp", "Slut; mangler for et åbent ophold", "End; missing for an open stay", required=False),
    ),
    day="sgh_oph_starttidspunkt::DATE",
    key=("dw_ek_sygehusophold",),
    rules=(unknown_citizen("lpr_a_sghophold"),),
    optional=True,
)

# What the two models call the same things. A contact that is not closed has no end, whatever stands there.
_LPR3F = f"""
    SELECT contact_id, pnr, 'lpr3f' AS source, {_START} AS start, {_END} AS stop,
           tidspunkt_start IS NOT NULL AND (dato_slut IS NULL OR tidspunkt_slut IS NOT NULL) AS has_minutes,
           upper(kontakttype) AS kind, NULL AS patient_type, upper(prioritet) AS priority, aktionsdiagnose AS diagnosis, sorenhed_ans AS unit,
           coalesce(code, hovedspeciale_ans) AS specialty
    FROM kept_kontakter JOIN lpr3f_key USING (dw_ek_kontakt) LEFT JOIN specialty ON name = lower(hovedspeciale_ans)
"""
_LPR3A = """
    SELECT contact_id, pnr, 'lpr3a' AS source, kont_starttidspunkt AS start,
           CASE WHEN coalesce(flag_kont_afsluttet, '1') <> '0' THEN kont_sluttidspunkt END AS stop, true AS has_minutes,
           upper(kont_type) AS kind, kont_patient_type AS patient_type, upper(prioritet) AS priority, adiag AS diagnosis, kont_ans AS unit,
           coalesce(kont_ans_hovedspec_shak, code, kont_ans_hovedspec) AS specialty
    FROM kept_lpr_a_kontakt JOIN lpr3a_key USING (dw_ek_kontakt) LEFT JOIN specialty ON name = lower(kont_ans_hovedspec)
"""
_TOLD = f"({_LPR3F} UNION ALL {_LPR3A})"

# LPR3 has no inpatient code of its own: a physical attendance is "unknown" and its length decides. The one-digit codes of LPR2 still come from
# some private providers. There is no mode of discharge either: dead is who died on a day of the contact, by the register of deaths.
CONTACT = f"""
    SELECT contact_id, citizen_id, source, date_trunc('minute', start) AS start, date_trunc('minute', stop) AS "end",
           CASE WHEN has_minutes THEN 'minute' ELSE 'day' END AS time_precision,
           CASE WHEN kind = '0' OR patient_type = '0' THEN 'inpatient' WHEN kind = '3' THEN 'emergency'
                WHEN kind IS NULL OR kind = 'ALCA00' THEN 'unknown' WHEN kind = 'ALCA03' THEN 'virtual' ELSE 'outpatient' END AS kind,
           priority IN ('ATA1', '1') AS acute,
           CASE WHEN regexp_full_match(unit, '\\w{{4}}(\\w{{3}})?') THEN unit END AS shak, specialty, diagnosis AS action_diagnosis,
           CASE WHEN doddato BETWEEN start::DATE AND stop::DATE THEN 'dead' END AS discharge_mode
    FROM {_TOLD} JOIN citizen_key USING (pnr) LEFT JOIN kept_dod USING (pnr)
"""

_DIAGNOSIS = """
    SELECT contact_id, {code} AS code, {kind} AS type, CASE WHEN count(senere_afkraeftet) > 0 THEN false END AS retracted
    FROM kept_{name} JOIN {key} USING (dw_ek_kontakt) GROUP BY ALL
"""
DIAGNOSIS = " UNION ALL ".join(
    (
        _DIAGNOSIS.format(name="diagnoser", key="lpr3f_key", code="diagnosekode", kind="diagnosetype"),
        _DIAGNOSIS.format(name="lpr_a_diagnose", key="lpr3a_key", code="diag_kode", kind="diag_kode_type"),
    )
)

# What LPR2 tells as attendances is in LPR3 a planned physical contact that starts and ends on the same day.
ATTENDANCE = f"""
    SELECT citizen_id, 'hospital' AS sector, 'outpatient_attendance' AS service_type, start::DATE AS date, 'day' AS date_precision,
           1.0 AS quantity, 'visit' AS unit, NULL::BIGINT AS amount_oere, year(start) AS price_year,
           'none' AS cost_basis, 'region' AS payer, contact_id
    FROM {_TOLD} JOIN citizen_key USING (pnr)
    WHERE kind IN ('ALCA00', '2') AND coalesce(patient_type, '') <> '0' AND priority NOT IN ('ATA1', '1') AND start::DATE = stop::DATE
"""

REGISTER_STAY = """
    SELECT citizen_id, sgh_oph_starttidspunkt AS start, sgh_oph_sluttidspunkt AS "end" FROM kept_lpr_a_sghophold JOIN citizen_key USING (pnr)
"""

REGISTER = Register(
    "lpr3",
    (KONTAKTER, DIAGNOSER, KONTAKT_A, DIAGNOSE_A, SGHOPHOLD),
    {"contact": CONTACT, "diagnosis": DIAGNOSIS, "service": ATTENDANCE, "register_stay": REGISTER_STAY},
)
