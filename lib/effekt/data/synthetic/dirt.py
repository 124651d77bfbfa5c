"""Rows that a real delivery would also hold: copies, impossible dates, strangers, codes that mean nothing.

They are added, never put in place of a true row, so that a chain that removes them all is left with the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

FILES = {"delayed": "delayed_discharge"}   # where a file is not named as its source
Change = Callable[[pa.Table, np.random.Generator], Mapping[str, pa.Array | list]]


@dataclass(frozen=True)
class Dirt:
    """`n` copies of rows of `file`, changed so that they break `rule` (the id that the import gives it)."""

    rule: str
    n: int
    change: Change

    @property
    def file(self) -> str:
        """The file that the rule is about."""
        source = self.rule.split(".")[0]
        return FILES.get(source, source)


def plant(
    file: str, table: pa.Table, rng: np.random.Generator, dead: pa.Table | None, kinds: tuple[Dirt, ...] | None = None
) -> tuple[pa.Table, dict[str, int]]:
    """The table with dirty rows at its end, and how many of each rule. `dead` (pnr, doddato) is for contacts after death."""
    added: dict[str, int] = {}
    parts = [table]
    for dirt in DIRT if kinds is None else kinds:
        if dirt.file != file:
            continue
        source = _after_death(table, rng, dead) if dirt.rule.endswith("after_death") and dead is not None else table
        n = min(dirt.n, len(source) // 20 if source is table else len(source))
        rows = source.take(pa.array(np.sort(rng.choice(len(source), n, replace=False))))
        for name, values in dirt.change(rows, rng).items():
            column = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values)
            rows = rows.set_column(rows.schema.get_field_index(name), name, column.cast(table.schema.field(name).type))
        parts.append(rows)
        added[dirt.rule] = n
    return pa.concat_tables(parts), added


def _new_recnum(rows: pa.Table, rng: np.random.Generator) -> pa.Array:
    return pa.array([f"9{number:011d}" for number in rng.choice(10**11, len(rows), replace=False)])


def _stranger(rows: pa.Table, rng: np.random.Generator) -> pa.Array:
    return pa.array([f"9{number:011d}" for number in rng.choice(10**11, len(rows), replace=False)])


def _before(rows: pa.Table) -> pa.Array:
    return pa.array(rows["d_inddto"].to_numpy().astype("datetime64[D]") - np.timedelta64(3, "D"))


def _after_death(table: pa.Table, rng: np.random.Generator, dead: pa.Table) -> pa.Table:
    """Contacts of some of the dead, sixty days after their death."""
    n = min(len(dead), len(table))
    rows = table.take(pa.array(rng.choice(len(table), n, replace=False)))
    day = pa.array(dead["doddato"].slice(0, n).to_numpy().astype("datetime64[D]") + np.timedelta64(60, "D"))
    changed = {"pnr": dead["pnr"].slice(0, n), "d_inddto": day, "d_uddto": day}
    for name, column in changed.items():
        rows = rows.set_column(rows.schema.get_field_index(name), name, column.cast(table.schema.field(name).type))
    return rows


DIRT = (
    Dirt("bef.row.duplicate", 15, lambda rows, rng: {}),
    Dirt("bef.kom.unknown", 11, lambda rows, rng: {"pnr": _stranger(rows, rng), "kom": ["999"] * len(rows)}),
    Dirt("lpr_adm.row.duplicate", 37, lambda rows, rng: {}),
    Dirt("lpr_adm.d_uddto.before_admission", 21, lambda rows, rng: {"recnum": _new_recnum(rows, rng), "d_uddto": _before(rows)}),
    Dirt("lpr_adm.pnr.unknown", 13, lambda rows, rng: {"recnum": _new_recnum(rows, rng), "pnr": _stranger(rows, rng)}),
    Dirt("lpr_adm.d_inddto.after_death", 9, lambda rows, rng: {"recnum": _new_recnum(rows, rng), "v_udtime": [23] * len(rows)}),
    Dirt("lpr_diag.recnum.unknown", 6, lambda rows, rng: {"recnum": _new_recnum(rows, rng)}),
    Dirt("sssy.barnmak.child", 64, lambda rows, rng: {"barnmak": [1] * len(rows)}),
    Dirt("sssy.honuge.week", 8, lambda rows, rng: {"honuge": ["1354"] * len(rows)}),
    Dirt("sssy.pnr.shape", 5, lambda rows, rng: {"pnr": ["12345678A"] * len(rows)}),
    Dirt("homecare.leveret.allocated", 52, lambda rows, rng: {"leveret": [0] * len(rows)}),
    Dirt("homecare.kommunekode.unknown", 7, lambda rows, rng: {"kommunekode": ["9999"] * len(rows)}),
)


def _before_day(rows: pa.Table, column: str) -> pa.Array:
    return pa.array(rows[column].to_numpy(zero_copy_only=False).astype("datetime64[D]") - np.timedelta64(3, "D"))


def _mixed(rows: pa.Table) -> dict[str, list]:
    """Pairs of rows that are one response, one of each version."""
    return {
        "response_id": [f"m{k // 2}" for k in range(len(rows))],
        "instrument": [("eq5d3l", "eq5d5l")[k % 2] for k in range(len(rows))],
        "item_id": ["mobility"] * len(rows),
        "value": [2] * len(rows),
        "missing_reason": [None] * len(rows),
    }


def _answer(rows: pa.Table, instrument: str, item: str, value: int) -> dict[str, list]:
    n = len(rows)
    return {
        "response_id": [f"x{instrument}{item}{k}" for k in range(n)],
        "instrument": [instrument] * n,
        "item_id": [item] * n,
        "value": [value] * n,
        "missing_reason": [None] * n,
    }


def _offered(rows: pa.Table, rng: np.random.Generator) -> dict[str, pa.Array | list]:
    day = rows["discharge_date"].to_numpy(zero_copy_only=False).astype("datetime64[D]") - np.timedelta64(400, "D")
    return {"discharge_date": pa.array(day), "offered": [1] * len(rows), "accepted": [1] * len(rows)}


MORE_DIRT = (
    Dirt("practice_list.row.duplicate", 9, lambda rows, rng: {}),
    Dirt("practice_list.ydernr.unknown", 7, lambda rows, rng: {"fra": [date(1999, 1, 1)] * len(rows), "ydernr": ["999999"] * len(rows)}),
    Dirt("lmdb.pnr.unknown", 19, lambda rows, rng: {"pnr": _stranger(rows, rng)}),
    Dirt("lmdb.atc.shape", 8, lambda rows, rng: {"atc": ["A02-BC"] * len(rows)}),
    Dirt("homenursing.leveret.allocated", 44, lambda rows, rng: {"leveret": [0] * len(rows)}),
    Dirt("homenursing.antal.range", 6, lambda rows, rng: {"pnr": _stranger(rows, rng), "antal": [77] * len(rows)}),
    Dirt(
        "delayed.slut_dato.before_start",
        5,
        lambda rows, rng: {"faerdig_dato": rows["slut_dato"], "slut_dato": _before_day(rows, "faerdig_dato")},
    ),
    Dirt("folk1a.tid.quarter", 30, lambda rows, rng: {"tid": [f"{2011 + k % 3}K3" for k in range(len(rows))]}),
    Dirt("folk1a.område.no_municipality", 12, lambda rows, rng: {"område": ["000 Hele landet"] * len(rows)}),
    Dirt("survey_invitations.pnr.unknown", 4, lambda rows, rng: {"pnr": _stranger(rows, rng)}),
    Dirt("survey_answers.row.duplicate", 8, lambda rows, rng: {}),
    Dirt("survey_answers.item_id.instrument", 5, lambda rows, rng: _answer(rows, "eqvas", "mobility", 50)),
    Dirt("survey_answers.value.range", 7, lambda rows, rng: _answer(rows, "lup", "overall", 6)),
    Dirt("survey_answers.instrument.mixed", 6, lambda rows, rng: _mixed(rows)),
    Dirt("audit_findings.case_id.unknown", 5, lambda rows, rng: {"finding_id": [f"x{k}" for k in range(len(rows))], "case_id": ["none"] * len(rows)}),
    Dirt("audit_findings.severity.range", 3, lambda rows, rng: {"finding_id": [f"y{k}" for k in range(len(rows))], "severity": [7] * len(rows)}),
    Dirt(
        "home_visits.held_date.before_discharge",
        6,
        lambda rows, rng: {**_offered(rows, rng), "held_date": _before_day(_moved(rows), "discharge_date")},
    ),
    Dirt("home_visits.pnr.unknown", 7, lambda rows, rng: {"pnr": _stranger(rows, rng)}),
)


def _moved(rows: pa.Table) -> pa.Table:
    day = rows["discharge_date"].to_numpy(zero_copy_only=False).astype("datetime64[D]") - np.timedelta64(400, "D")
    return rows.set_column(rows.schema.get_field_index("discharge_date"), "discharge_date", pa.array(day))
