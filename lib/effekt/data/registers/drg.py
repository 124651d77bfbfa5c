"""DRG and DAGS values of hospital contacts, in the prices of the year of discharge: thousands of kroner until 2017, kroner from 2018."""

from __future__ import annotations

from effekt.data.contracts import Column, Rule
from effekt.data.registers.source import Register, Source, recnum, unknown_contact

_THOUSANDS = 100_000


def _zero(name: str, amount: str) -> Rule:
    return Rule(f"{name}.{amount}.zero", f"{amount} = 0", "warn", "Kontakten er værdisat til 0 kr.", "The value of the contact is 0")


def _source(name: str, amount: str, ask: str) -> Source:
    value = Column(amount, "money", "DRG-værdi i tusinde kroner", "DRG value in thousands of kroner", unit="oere", scale=_THOUSANDS)
    rules = (unknown_contact(name), _zero(name, amount))
    return Source(
        name,
        f"{name}.csv",
        ask,
        (recnum(), value),
        key=("recnum",),
        rules=rules,
        stems=(name.replace("drg", "drgsoma"),),
        instead=("drg_kontakt",),
        belongs_to=("lpr_adm", "recnum"),
    )


HEL = _source("drg_hel", "v_totpris_genop", "the DRG values of inpatient contacts (drgsoma_hel): recnum and v_totpris_genop in thousands of kroner")
AMB = _source("drg_amb", "v_pris_genop", "the DRG values of outpatient contacts (drgsoma_amb): recnum and v_pris_genop in thousands of kroner")

# From 2018 one table has the values of all contacts: of LPR2 by recnum, of LPR3 by dw_ek_kontakt.
KONTAKT = Source(
    "drg_kontakt",
    "drg_kontakt.csv",
    "the DRG values from 2018 (drgsoma_kontakt): recnum or dw_ek_kontakt, and totalpris_drg in kroner",
    (
        Column("recnum", "text", "Kontaktens løbenummer i LPR2", "Running number of the contact in LPR2", required=False),
        Column("dw_ek_kontakt", "text", "Kontaktens nøgle i LPR3", "Key of the contact in LPR3", required=False),
        Column("totalpris_drg", "money", "DRG-værdi i kroner", "DRG value in kroner", unit="oere"),
    ),
    key=("recnum", "dw_ek_kontakt"),
    rules=(
        Rule(
            "drg_kontakt.dw_ek_kontakt.unknown",
            "coalesce(recnum NOT IN (SELECT recnum FROM contact_key), true) AND "
            "coalesce(dw_ek_kontakt NOT IN (SELECT dw_ek_kontakt FROM lpr3f_key UNION ALL SELECT dw_ek_kontakt FROM lpr3a_key), true)",
            "quarantine",
            "Hører ikke til en godkendt kontakt",
            "Belongs to no contact that was kept",
        ),
        _zero("drg_kontakt", "totalpris_drg"),
    ),
    optional=True,
    stems=("drgsoma_kontakt",),
)

# An open contact is charged on the last day of the data.
_SERVICE = """
    SELECT c.citizen_id, 'hospital' AS sector, '{service_type}' AS service_type,
           coalesce(c."end"::DATE, (SELECT day FROM last_day)) AS date, 'day' AS date_precision,
           1.0 AS quantity, 'contact' AS unit, {amount} AS amount_oere,
           year(coalesce(c."end"::DATE, (SELECT day FROM last_day))) AS price_year,
           'drg' AS cost_basis, 'region' AS payer, contact_id
    FROM kept_{name} JOIN {keys} JOIN contact c USING (contact_id)
"""
_LPR2 = "contact_key USING (recnum)"
_LPR3 = "(FROM lpr3f_key UNION ALL FROM lpr3a_key) USING (dw_ek_kontakt)"
_LINES = (
    ("drg_hel", "v_totpris_genop", "drg_inpatient", _LPR2),
    ("drg_amb", "v_pris_genop", "drg_outpatient", _LPR2),
    ("drg_kontakt", "totalpris_drg", "drg_contact", _LPR2),
    ("drg_kontakt", "totalpris_drg", "drg_contact", _LPR3),
)

REGISTER = Register(
    "drg",
    (HEL, AMB, KONTAKT),
    {"service": " UNION ALL ".join(_SERVICE.format(name=name, amount=value, service_type=kind, keys=keys) for name, value, kind, keys in _LINES)},
)
