"""LMDB (medicine collected at pharmacies): dispensings with reversals netted, what they cost and who paid."""

from __future__ import annotations

from effekt.data.contracts import Column, Rule
from effekt.data.registers.source import Register, Source, pnr, unknown_citizen

# A reversal (korr 1, or negative numbers where korr is not told) repeats its dispensing. The n-th of them cancels the n-th dispensing that it
# mirrors, and both are set aside; a reversal that mirrors none stays and is summed with its sign.
_REVERSAL = "coalesce(korr = '1' OR apk < 0 OR eksp < 0, false)"
_MIRRORED = "pnr, eksd, atc, vnr, abs(apk), abs(eksp)"
_PAIRED = f"""
    SELECT row_no, back, row_number() OVER (PARTITION BY {_MIRRORED}, back ORDER BY row_no) AS place,
           count(*) FILTER (WHERE back) OVER (PARTITION BY {_MIRRORED}) AS n_reversals,
           count(*) FILTER (WHERE NOT back) OVER (PARTITION BY {_MIRRORED}) AS n_dispensings
    FROM (SELECT *, {_REVERSAL} AS back FROM checked_lmdb WHERE verdict IS NULL OR verdict = 'lmdb.korr.reversed')
    SEMI JOIN (SELECT pnr, eksd FROM checked_lmdb WHERE verdict IS NULL AND {_REVERSAL}) AS turned USING (pnr, eksd)
"""


def _cancelled(back: bool) -> str:
    return f"row_no IN (SELECT row_no FROM ({_PAIRED}) WHERE back = {back} AND place <= least(n_reversals, n_dispensings))"


LMDB = Source(
    "lmdb",
    "lmdb.csv",
    "the register of medicine statistics LMDB: pnr, eksd, atc, vnr, apk, volume, eksp, ptp and korr, one row a dispensing",
    (
        pnr(),
        Column("eksd", "date", "Ekspeditionsdato", "Date of dispensing"),
        Column("atc", "text", "ATC-kode", "ATC code", shape=r"[A-Z]\d{2}([A-Z]([A-Z](\d{2})?)?)?"),
        Column("vnr", "text", "Varenummer", "Item number", required=False),
        Column("apk", "number", "Antal pakninger; negativt i en tilbageførsel", "Number of packages; negative in a reversal", required=False),
        Column("volume", "number", "Definerede døgndoser i en pakning", "Defined daily doses in a package", unit="ddd", required=False),
        Column("eksp", "money", "Samlet pris i kroner", "Total price in kroner", unit="oere", required=False),
        Column("ptp", "money", "Borgerens egen betaling i kroner", "What the citizen paid, in kroner", unit="oere", required=False),
        Column("tsk1", "money", "Kommunalt tilskud 1 i kroner", "Municipal subsidy 1 in kroner", unit="oere", required=False),
        Column("tsk2", "money", "Kommunalt tilskud 2 i kroner", "Municipal subsidy 2 in kroner", unit="oere", required=False),
        Column("korr", "text", "1 tilbageførsel, 0 ekspedition", "1 reversal, 0 dispensing", codes=("0", "1"), required=False),
        Column("ydernr", "text", "Den ordinerende praksis' ydernummer", "Provider number of the prescribing practice", required=False),
    ),
    day="eksd",
    steady=("eksp",),
    rules=(
        unknown_citizen("lmdb"),
        Rule("lmdb.korr.reversed", _cancelled(False), "set_aside", "Ophævet af en tilbageførsel", "Cancelled by a reversal"),
        Rule("lmdb.korr.reversal", _cancelled(True), "set_aside", "Tilbageførsel af en ekspedition", "Reversal of a dispensing"),
        Rule(
            "lmdb.korr.unmatched",
            _REVERSAL,
            "warn",
            "Tilbageførsel uden den ekspedition, den ophæver: trækkes fra",
            "Reversal without the dispensing that it cancels: it is subtracted",
        ),
    ),
    optional=True,
)

# Whichever of the numbers of a reversal is negative in the delivery, all of them are here.
_SIGNED = f"""
    SELECT citizen_id, eksd, atc, vnr, ydernr, row_no, {_REVERSAL} AS is_reversal, sign * abs(apk) AS apk, sign * abs(apk * volume) AS ddd,
           sign * abs(eksp) AS eksp, sign * abs(ptp) AS ptp, sign * abs(coalesce(tsk1, 0) + coalesce(tsk2, 0)) AS municipal
    FROM (SELECT *, CASE WHEN {_REVERSAL} THEN -1 ELSE 1 END AS sign FROM kept_lmdb) JOIN citizen_key USING (pnr)
"""

PRESCRIPTION = f"""
    SELECT row_number() OVER (ORDER BY citizen_id, eksd, atc, vnr, apk, eksp, row_no) AS prescription_id,
           citizen_id, practice_id, atc AS atc7, eksd AS dispensed, apk AS packages, ddd, eksp AS amount_oere, ptp AS patient_oere, is_reversal
    FROM ({_SIGNED}) LEFT JOIN practice_key USING (ydernr)
"""

# The citizen paid ptp, the municipality tsk1 and tsk2, the region the rest. Packages stand on the region's line alone, so that they are counted once.
_LINE = """
    SELECT citizen_id, 'medicine' AS sector, '{service_type}' AS service_type, eksd AS date, 'day' AS date_precision,
           {quantity} AS quantity, 'package' AS unit, {amount} AS amount_oere, year(eksd) AS price_year,
           'price' AS cost_basis, '{payer}' AS payer, NULL::BIGINT AS contact_id
    FROM ({signed}) WHERE eksp IS NOT NULL AND {condition}
"""
SERVICE = " UNION ALL ".join(
    _LINE.format(service_type=kind, quantity=quantity, amount=amount, payer=payer, condition=condition, signed=_SIGNED)
    for kind, quantity, amount, payer, condition in (
        ("medicine", "coalesce(apk, 0)", "eksp - coalesce(ptp, 0) - municipal", "region", "true"),
        ("medicine_subsidy", "0.0", "municipal", "municipality", "municipal <> 0"),
        ("medicine_copayment", "0.0", "ptp", "citizen", "ptp <> 0"),
    )
)

REGISTER = Register("lmdb", (LMDB,), {"prescription": PRESCRIPTION, "service": SERVICE})
