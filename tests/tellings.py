"""The same hospital stays told twice: rows of LPR2 become rows of LPR3_F."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as parquet

from effekt.catalogue.codes import load_specialties
from effekt.data.synthetic import load_spec, simulate_region
from effekt.data.synthetic.files import delivery_tables

Row = dict[str, Any]
PEOPLE = ("bef", "dod", "vnds")
SPECIALTIES = {code: name for name, code in load_specialties().items()}


def made_stays(row: Row) -> bool:
    """Inpatient and emergency contacts; from 2014 emergency visits are acute outpatient contacts."""
    return row["c_pattype"] in (0, 3) or (row["c_pattype"] == 2 and row["c_indm"] == 1 and row["d_inddto"] >= date(2014, 1, 1))


def in_lpr2(row: Row, floored: bool) -> Row:
    """A row of lpr_adm; `floored`: without the minutes that LPR2 knows of the start."""
    return {name: value for name, value in row.items()} | ({"v_indminut": 0} if floored else {})


def in_lpr3(row: Row, floored: bool) -> Row:
    """The same contact in LPR3_F; `floored`: in whole hours, else with the minute of the end too, which LPR2 does not know."""
    end, minute = row["d_uddto"], 0 if floored else int(row["recnum"]) * 37 % 60
    start_minute = 0 if floored else row["v_indminut"]
    if end == row["d_inddto"] and row["v_udtime"] == row["v_indtime"]:
        minute = max(minute, start_minute)
    hour = row["v_udtime"]
    return {
        "dw_ek_kontakt": row["recnum"],
        "cpr": row["pnr"],
        "dato_start": row["d_inddto"],
        "tidspunkt_start": f"{row['v_indtime']:02d}:{start_minute:02d}:00",
        "dato_slut": None if end is None else end + timedelta(days=hour // 24),
        "tidspunkt_slut": None if end is None else f"{hour % 24:02d}:{minute:02d}:00",
        "kontakttype": "ALCA00",
        "prioritet": "ATA1" if row["c_indm"] == 1 else "ATA3",
        "aktionsdiagnose": row["c_adiag"],
        "sorenhed_ans": f"{row['c_sgh']}{row['c_afd']}",
        "hovedspeciale_ans": SPECIALTIES.get(row["c_spec"]),
    }


def hospital_rows(study: Path) -> tuple[dict[str, pa.Table], list[Row]]:
    """The people of a synthetic study as its delivery tells them, and the contacts that make stays, as rows of lpr_adm."""
    people: dict[str, pa.Table] = {}
    for name, table in delivery_tables(simulate_region(load_spec(study))):
        if name == "lpr_adm":
            return people, [row for row in table.to_pylist() if made_stays(row)]
        people[name] = table
    raise AssertionError("no lpr_adm")


def write_told(folder: Path, evaluation: str, people: dict[str, pa.Table], name: str, rows: list[Row]) -> Path:
    """A study whose delivery is the people and one table of contacts."""
    (folder / "delivery").mkdir(parents=True)
    (folder / "evaluation.yml").write_text(evaluation, encoding="utf-8")
    for file, table in {**people, name: pa.Table.from_pylist(rows)}.items():
        csv.write_csv(table, folder / "delivery" / f"{file}.csv", csv.WriteOptions(delimiter=";", quoting_style="needed"))
    return folder


def table_of(study: Path, name: str) -> pa.Table:
    """A canonical table of an imported study."""
    return parquet.read_table(study / "tables" / f"{name}.parquet")
