"""Audits of pathways across sectors. Remarks in free text are never read: no column of the contract holds them."""

from __future__ import annotations

from effekt.data.canonical_tables.pathways import ERROR_TYPES, PHASES, SECTORS
from effekt.data.contracts import Column, Rule
from effekt.data.registers.places import municipality, unknown_municipality
from effekt.data.registers.source import Register, Source, StudyKey

_ONE = f"({'|'.join(SECTORS)})"
_SECTORS = f"{_ONE}( {_ONE})*"

AUDIT_CASES = Source(
    "audit_cases",
    "audit_cases.csv",
    "the audited pathways: case_id, cluster_id, kommunekode, audit_date, discharge_date, sectors, auditors and round, one row a pathway",
    (
        Column("case_id", "text", "Forløbets nummer", "Number of the pathway"),
        Column("cluster_id", "text", "Hospitalsklynge", "Hospital cluster"),
        municipality(),
        Column("audit_date", "date", "Auditdato", "Date of the audit"),
        Column("discharge_date", "date", "Udskrivelsesdato", "Date of discharge", required=False),
        Column("sectors", "text", "Sektorer, adskilt af mellemrum", "Sectors, separated by spaces", shape=_SECTORS, required=False),
        Column(
            "auditors",
            "integer",
            "Auditorer, der gik forløbet igennem hver for sig",
            "Auditors who judged the pathway, each alone",
            low=1,
            high=9,
        ),
        Column("round", "integer", "Auditrunde", "Round of audits", low=1, high=99, required=False),
    ),
    day="audit_date",
    key=("case_id",),
    study_key=StudyKey("case_key", "case_id", "case_no"),
    rules=(
        Rule(
            "audit_cases.audit_date.before_discharge",
            "audit_date < discharge_date",
            "quarantine",
            "Audit før udskrivelsen",
            "Audited before the discharge",
        ),
        unknown_municipality("audit_cases"),
    ),
    optional=True,
)

AUDIT_FINDINGS = Source(
    "audit_findings",
    "audit_findings.csv",
    "the findings of the audits, without remarks in free text: finding_id, case_id, auditor_id, phase, sector_from, sector_to, error_type, severity "
    "and preventable, one row a finding of one auditor",
    (
        Column("finding_id", "text", "Fundets nummer", "Number of the finding"),
        Column("case_id", "text", "Forløbets nummer", "Number of the pathway"),
        Column("auditor_id", "text", "Auditor", "Auditor"),
        Column("phase", "text", "Fase i forløbet", "Phase of the pathway", codes=PHASES),
        Column("sector_from", "text", "Fra sektor", "From sector", codes=SECTORS, required=False),
        Column("sector_to", "text", "Til sektor", "To sector", codes=SECTORS, required=False),
        Column("error_type", "text", "Fejltype", "Type of error", codes=ERROR_TYPES),
        Column("severity", "integer", "Alvor: 0 ingen betydning til 3 alvorlig", "Severity: 0 of no consequence to 3 severe", low=0, high=3),
        Column("preventable", "integer", "1 kunne være undgået, 0 ikke", "1 could have been avoided, 0 not", low=0, high=1, required=False),
    ),
    belongs_to=("audit_cases", "case_id"),
    key=("finding_id",),
    study_key=StudyKey("auditor_key", "auditor_id", "auditor_no"),
    rules=(
        Rule(
            "audit_findings.case_id.unknown",
            "case_id NOT IN (SELECT case_id FROM case_key)",
            "quarantine",
            "Hører ikke til et godkendt forløb",
            "Belongs to no pathway that was kept",
        ),
    ),
    optional=True,
)

AUDIT_CASE = """
    SELECT case_no AS case_id, cluster_id, lpad(kommunekode, 4, '0') AS kommunekode, audit_date, discharge_date, sectors, auditors, "round"
    FROM kept_audit_cases JOIN case_key USING (case_id)
"""

AUDIT_FINDING = """
    SELECT row_number() OVER (ORDER BY case_no, auditor_no, phase, error_type, sector_from, sector_to, severity, row_no) AS finding_id,
           case_no AS case_id, auditor_no AS auditor_id, phase, sector_from, sector_to, error_type, severity, preventable = 1 AS preventable
    FROM kept_audit_findings JOIN case_key USING (case_id) JOIN auditor_key USING (auditor_id)
"""

REGISTER = Register("audits", (AUDIT_CASES, AUDIT_FINDINGS), {"audit_case": AUDIT_CASE, "audit_finding": AUDIT_FINDING})
