"""The tiny delivery in other clothes: what it says is the same, and no file of it looks as the contract asks."""

from __future__ import annotations

import csv
import gzip
import io
import sqlite3
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd

from tests.sas_files import Variable, write_sas7bdat, write_xport
from tests.tiny import EVALUATION, Files, Row, tiny_files

DECLARED = """\
sender: Another register
columns:
  pnr: PERSON_ID
files:
  bef:
    path: "BEF_20*.txt"
    encoding: cp1252
    delimiter: tab
    dates: dd.mm.yyyy
    columns:
      koen: {from: KØN, codes: {mand: "1", kvinde: "2"}}
      kom: {from: BOPÆLSKOMMUNE, characters: [1, 3]}
  dod: {path: DODSFALD.xpt, columns: {pnr: person_i}}
  vnds: {path: VANDRINGER.xlsx, sheet: Ud og ind, skip: 2}
  lpr_adm:
    path: t_adm.csv.gz
    delimiter: comma
    where: {REGISTER: LPR}
    missing: [".", "NULL"]
    columns:
      d_inddto: {from: INDTID, dates: ddmonyyyy hh:mm, part: date}
      v_indtime: {from: INDTID, dates: ddmonyyyy hh:mm, part: hour}
      v_indminut: {from: INDTID, dates: ddmonyyyy hh:mm, part: minute}
      d_uddto: {from: [UDDATO, UDTIME], dates: ddmonyyyy hh, part: date}
      v_udtime: {from: [UDDATO, UDTIME], dates: ddmonyyyy hh, part: hour}
      c_sgh: {from: SHAK, characters: [1, 4]}
      c_afd: {from: SHAK, characters: [5, 7]}
      c_spec: {from: SPECIALE, digits: 2}
      c_pattype: {from: PATIENTTYPE, codes: {Indlagt: "0", Ambulant: "2", Skadestue: "3"}}
      c_indm: {from: INDM, codes: {Akut: "1", Planlagt: "2"}}
      c_adiag: {from: ADIAG, prefix: D}
  lpr_diag: {path: diagnoser.parquet, columns: {c_diag: {from: KODE, prefix: D}, c_diagtype: TYPE}}
  drg_hel: {path: drg_hel.csv, decimal: ",", thousands: ".", columns: {v_totpris_genop: {from: PRIS_KR, unit: dkk}}}
  drg_amb: {path: drg_amb.csv, columns: {v_pris_genop: {from: PRIS_OERE, unit: oere}}}
  sssy: {path: sssy.sas7bdat, columns: {bruhon: HONORAR, barnmak: {from: BARN, codes: {Ja: "1", Nej: "0"}}}}
  homecare:
    path: hjemmehjaelp.xlsx
    columns:
      aar: {from: UGE, characters: [1, 4]}
      uge: {from: UGE, characters: [6, 7]}
      personlig_pleje_min: {from: Personlig pleje (timer), unit: hour}
      praktisk_hjaelp_min: {from: Praktisk hjælp (timer), unit: hour}
      leveret: {from: Status, codes: {leveret: "1", visiteret: "0"}}
  unit_cost: {database: priser, table: takster, columns: {unit: {value: hour}}}
  price_index: {path: pakke.zip, member: "*/indeks.csv", delimiter: bar, columns: {year: AAR, index: INDEKS}, decimal: ","}
  initiatives: {path: programmet.xlsx, sheet: Initiativer}
  resource_persons: {path: programmet.xlsx, sheet: resource_persons}
  funding: {path: programmet.xlsx, sheet: funding}
databases:
  priser: {kind: sqlite, path: priser.db}
"""


def write_redressed(folder: Path, evaluation: str = EVALUATION, files: Files | None = None) -> Path:
    """A study whose delivery is the tiny one, re-dressed, with the `delivery.yml` that tells how."""
    told = tiny_files() if files is None else files
    delivery = folder / "delivery"
    delivery.mkdir(parents=True)
    (folder / "evaluation.yml").write_text(evaluation, encoding="utf-8")
    _population(delivery, told["bef"])
    deaths = [(row["pnr"], _days(row["doddato"])) for row in told["dod"]]
    write_xport(delivery / "DODSFALD.xpt", [Variable("PERSON_I", "", 12), Variable("DODDATO", "DDMMYY")], deaths)
    (delivery / "delivery.yml").write_text(DECLARED, encoding="utf-8")
    _sheets(delivery / "VANDRINGER.xlsx", {"Noter": [["Intet her"]], "Ud og ind": _migrations(told["vnds"])})
    _contacts(delivery / "t_adm.csv.gz", told["lpr_adm"])
    codes = [{"RECNUM": row["recnum"], "KODE": str(row["c_diag"])[1:], "TYPE": row["c_diagtype"]} for row in told["lpr_diag"]]
    pd.DataFrame(codes).to_parquet(delivery / "diagnoser.parquet")
    _prices(delivery, told)
    _services(delivery, told)
    _programme(delivery, told)
    return folder


def _population(delivery: Path, rows: Sequence[Row]) -> None:
    for year in ("2012", "2013", "2014"):
        lines = [["PERSON_ID", "KØN", "Foed_Dag", "BOPÆLSKOMMUNE", "REFERENCETID", "ANTPERSH"]]
        lines += [
            [row["pnr"], ("Mand", "kvinde")[int(str(row["koen"])) - 1], _dotted(row["foed_dag"])]
            + [f"{row['kom']} Åby", _dotted(row["referencetid"]), row["antpersh"]]
            for row in rows
            if str(row["referencetid"]).startswith(year)
        ]
        (delivery / f"BEF_{year}.txt").write_bytes(_text(lines, "\t", "\r\n").encode("cp1252"))


def _migrations(rows: Sequence[Row]) -> list[list[object]]:
    body = [[int(str(row["pnr"])), row["indud_kode"], date.fromisoformat(str(row["haend_dato"]))] for row in rows]
    return [["Vandringer"], ["trukket i 2015"], ["Person_ID", "Indud_Kode", "Haend_Dato"], *body]


def _contacts(path: Path, rows: Sequence[Row]) -> None:
    lines: list[list[object]] = ["REGISTER RECNUM PERSON_ID SHAK SPECIALE PATIENTTYPE INDM C_UDM INDTID UDDATO UDTIME ADIAG".split()]
    for row in rows:
        kind, acute = {"0": "INDLAGT", "2": "Ambulant"}[str(row["c_pattype"])], {"1": "Akut", "2": "Planlagt"}[str(row["c_indm"])]
        begins = f"{_named(row['d_inddto'])} {row['v_indtime']}:{row['v_indminut']}"
        ends = [_named(row["d_uddto"]), row["v_udtime"]] if row["d_uddto"] else [".", "NULL"]
        spec = str(row["c_spec"]).lstrip("0") or "."
        who = ["LPR", row["recnum"], row["pnr"], f"{row['c_sgh']}{row['c_afd']}"]
        lines.append([*who, spec, kind, acute, row["c_udm"], begins, *ends, str(row["c_adiag"])[1:]])
    lines.append(["PSYK", "p1", rows[0]["pnr"], "1234567", ".", "Indlagt", "Akut", "", "01JAN2013 10:00", ".", "NULL", "F200"])
    path.write_bytes(gzip.compress(_text(lines, ",", "\n").encode()))


def _prices(delivery: Path, told: Files) -> None:
    danish = str.maketrans(",.", ".,")
    kroner = [["Recnum", "PRIS_KR"]]
    kroner += [[str(row["recnum"]), f"{float(str(row['v_totpris_genop'])) * 1000:,.2f}".translate(danish)] for row in told["drg_hel"]]
    (delivery / "drg_hel.csv").write_text(_text(kroner, ";", "\n"), encoding="utf-8-sig")
    oere = [["RECNUM", "PRIS_OERE"], *([row["recnum"], round(float(str(row["v_pris_genop"])) * 100_000)] for row in told["drg_amb"])]
    (delivery / "drg_amb.csv").write_text(_text(oere, ";", "\n"), encoding="utf-8")
    with sqlite3.connect(delivery / "priser.db") as base:
        base.execute("CREATE TABLE takster (SERVICE_TYPE TEXT, YEAR INTEGER, DKK REAL)")
        costs = [(row["service_type"], row["year"], float(str(row["dkk"]))) for row in told["unit_cost"]]
        base.executemany("INSERT INTO takster VALUES (?, ?, ?)", costs)
    base.close()
    index = [["AAR", "INDEKS"], *([row["year"], str(row["index"]).replace(".", ",")] for row in told["price_index"])]
    with zipfile.ZipFile(delivery / "pakke.zip", "w") as archive:
        archive.writestr("priser/indeks.csv", _text(index, "|", "\n"))
        archive.writestr("priser/laesmig.txt", "Indekset er nettoprisindekset")


def _services(delivery: Path, told: Files) -> None:
    numbers = [Variable("SPECIALE"), Variable("YDLANT"), Variable("HONORAR")]
    variables = [Variable("PERSON_ID", "", 12), *numbers, Variable("HONUGE", "", 4), Variable("BARN", "", 3)]
    names = ("pnr", "speciale", "ydlant", "bruhon", "honuge")
    rows = [(*(row[name] for name in names), ("Nej", "Ja")[int(str(row["barnmak"]))]) for row in told["sssy"]]
    write_sas7bdat(delivery / "sssy.sas7bdat", variables, rows, "cp1252")
    lines: list[list[object]] = [["Person_ID", "Kommunekode", "UGE", "Personlig pleje (timer)", "Praktisk hjælp (timer)", "Status"]]
    for row in told["homecare"]:
        hours = [int(str(row[name])) / 60 for name in ("personlig_pleje_min", "praktisk_hjaelp_min")]
        week = f"{row['aar']}-{int(str(row['uge'])):02d}"
        lines.append([row["pnr"], row["kommunekode"], week, *hours, "Leveret" if row["leveret"] else "VISITERET"])
    _sheets(delivery / "hjemmehjaelp.xlsx", {"Ark1": lines})


def _programme(delivery: Path, told: Files) -> None:
    names = {"initiatives": "Initiativer", "resource_persons": "resource_persons", "funding": "funding"}
    sheets = {title: [list(told[name][0]), *(list(row.values()) for row in told[name])] for name, title in names.items()}
    _sheets(delivery / "programmet.xlsx", sheets)


def _sheets(path: Path, sheets: dict[str, list[list[object]]]) -> None:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for title, lines in sheets.items():
        sheet = workbook.create_sheet(title)
        for line in lines:
            sheet.append(line)
            if isinstance(line[0], int):
                sheet.cell(sheet.max_row, 1).number_format = "0" * 12
    workbook.save(path)


def _text(lines: Sequence[Sequence[object]], delimiter: str, end: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(lines)
    return out.getvalue()


def _dotted(day: object) -> str:
    return f"{date.fromisoformat(str(day)):%d.%m.%Y}"


def _named(day: object) -> str:
    return f"{date.fromisoformat(str(day)):%d%b%Y}".upper().replace("MAY", "MAJ").replace("OCT", "OKT")


def _days(day: object) -> int:
    return (date.fromisoformat(str(day)) - date(1960, 1, 1)).days
