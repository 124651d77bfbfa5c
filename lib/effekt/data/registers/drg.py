"""DRG and DAGS values of hospital contacts until 2017: thousands of kroner, in the prices of the year of discharge."""

from __future__ import annotations

from effekt.data.contracts import Column, Rule
from effekt.data.registers.source import Register, Source, recnum, unknown_contact

_THOUSANDS = 100_000


def _zero(name: str, amount: str) -> Rule:
    return Rule(f"{name}.{amount}.zero", f"{amount} = 0", "warn", "Kontakten er værdisat til 0 kr.", "The value of the contact is 0")


def _source(name: str, amount: str, ask: str) -> Source:
    value = Column(amount, "money", "DRG-værdi i tusinde kroner", "DRG value in thousands of kroner", unit="oere", scale=_THOUSANDS)
    return Source(name, f"{name}.csv", ask, (recnum(), value), key=("recnum",), rules=(unknown_contact(name), _zero(name, amount)), belongs_to=("lpr_adm", "recnum"))


HEL = _source("drg_hel", "v_totpris_genop", "the DRG values of inpatient contacts (drgsoma_hel): recnum and v_totpris_genop in thousands of kroner")
AMB = _source("drg_amb", "v_pris_genop", "the DRG values of outpatient contacts (drgsoma_amb): recnum and v_pris_genop in thousands of kroner")

# An open contact is charged on the last day of the data.
_SERVICE = """
    SELECT c.citizen_id, 'hospital' AS sector, '{service_type}' AS service_type,
           coalesce(c."end"::DATE, (SELECT day FROM last_day)) AS date, 'day' AS date_precision,
           1.0 AS quantity, 'contact' AS unit, {amount} AS amount_oere,
           year(coalesce(c."end"::DATE, (SELECT day FROM last_day))) AS price_year,
           'drg' AS cost_basis, 'region' AS payer, contact_id
    FROM kept_{name} JOIN contact_key USING (recnum) JOIN contact c USING (contact_id)
"""

REGISTER = Register(
    "drg",
    (HEL, AMB),
    {
        "service": _SERVICE.format(name="drg_hel", amount="v_totpris_genop", service_type="drg_inpatient")
        + " UNION ALL "
        + _SERVICE.format(name="drg_amb", amount="v_pris_genop", service_type="drg_outpatient")
    },
)
