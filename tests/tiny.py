"""A study and a delivery small enough to be read: six people, two clusters, one comparison municipality, 2012-2014."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

Row = Mapping[str, object]
Files = dict[str, list[dict[str, object]]]

EVALUATION = """\
name: {da: Lille, en: Little}
language: en
region: {id: region, da: Regionen, en: The region}
data_period: {from: 2012-01, to: 2014-12}
clusters:
  - id: alfa
    name: {da: Alfa, en: Alpha}
    start: 2013-03
    municipalities: ["0751", "0741"]
    contaminated:
      - {from: 2012-02, to: 2012-04, why: {da: Tidligere projekt, en: Earlier project}}
  - id: beta
    name: {da: Beta, en: Beta}
    start: 2013-06
    municipalities: ["0615"]
comparison:
  exposure: none
  municipalities: ["0461"]
primary_outcome: adm_acute_medical
needed_outcomes: [cost_total]
price_year: 2013
"""

ANNA, BENT, CARL, DORA, EVA, FINN = (f"{number:012d}" for number in (17, 42, 900_000_000_003, 4, 123_456_789_012, 55))
HOMES = {ANNA: "751", BENT: "741", CARL: "615", DORA: "461", EVA: "461", FINN: "615"}
BORN = {ANNA: "1930-05-01", BENT: "1940-12-31", CARL: "1948-03-01", DORA: "1935-01-01", EVA: "1925-07-07", FINN: "1947-01-02"}
QUARTERS = [f"{year}-{month:02d}-01" for year in (2012, 2013, 2014) for month in (1, 4, 7, 10)]

LPR_ADM = "recnum pnr c_sgh c_afd c_spec c_pattype c_indm c_udm c_kom d_inddto v_indtime v_indminut d_uddto v_udtime v_sengdage c_adiag".split()


def contact(recnum: str, pnr: str, start: str, end: str, **changes: object) -> dict[str, object]:
    """A row of lpr_adm: an acute medical admission; `start` and `end` as 2012-03-04 10:30 and 2012-03-06 14 ("" for an open one)."""
    day, time = start.split(" ")
    hour, minute = time.split(":")
    out_day, out_hour = end.split(" ") if end else ("", "")
    row = dict.fromkeys(LPR_ADM, "") | {
        "recnum": recnum,
        "pnr": pnr,
        "c_sgh": "6620",
        "c_afd": "011",
        "c_spec": "01",
        "c_pattype": "0",
        "c_indm": "1",
        "c_udm": "1",
        "c_kom": HOMES.get(pnr, ""),
        "d_inddto": day,
        "v_indtime": hour,
        "v_indminut": minute,
        "d_uddto": out_day,
        "v_udtime": out_hour,
        "c_adiag": "DI500",
    }
    return row | changes


def tiny_files() -> Files:
    """Fresh rows of every file; a test changes what it is about."""
    people = [
        {"pnr": pnr, "koen": 1 + place % 2, "foed_dag": BORN[pnr], "kom": kom, "reg": "82", "antpersh": 1, "referencetid": quarter}
        for place, (pnr, kom) in enumerate(HOMES.items())
        for quarter in QUARTERS
        if not (pnr == EVA and quarter > "2013-02")
    ]
    contacts = [
        contact("r1", ANNA, "2012-05-03 10:30", "2012-05-06 14"),
        contact("r2", ANNA, "2012-05-20 09:00", "2012-05-22 11"),
        contact("r3", CARL, "2013-11-30 23:30", "2013-12-02 08", c_spec="30", c_indm="2"),
        contact("r4", DORA, "2014-02-01 12:00", "2014-02-01 15", c_pattype="2", c_spec=""),
        contact("r5", FINN, "2014-12-30 12:00", ""),
    ]
    return {
        "bef": people,
        "dod": [{"pnr": EVA, "doddato": "2013-02-10"}],
        "vnds": [{"pnr": BENT, "indud_kode": "U", "haend_dato": "2014-11-16"}],
        "lpr_adm": contacts,
        "lpr_diag": [{"recnum": row["recnum"], "c_diag": "DI500", "c_diagtype": "A"} for row in contacts],
        "drg_hel": [{"recnum": row["recnum"], "v_totpris_genop": "20.125"} for row in contacts if row["c_pattype"] == "0"],
        "drg_amb": [{"recnum": "r4", "v_pris_genop": "1.500"}],
        "sssy": [
            {"pnr": ANNA, "ydernr": "1", "speciale": "800101", "ydlant": 2, "kontakt": 1, "bruhon": "271.50", "honuge": "1301", "barnmak": 0},
            {"pnr": ANNA, "ydernr": "1", "speciale": "800101", "ydlant": 2, "kontakt": 1, "bruhon": "271.50", "honuge": "1301", "barnmak": 0},
            {"pnr": CARL, "ydernr": "2", "speciale": "190101", "ydlant": 1, "kontakt": 1, "bruhon": "500.00", "honuge": "1401", "barnmak": 0},
            {"pnr": CARL, "ydernr": "2", "speciale": "190101", "ydlant": 1, "kontakt": 1, "bruhon": "80.00", "honuge": "1402", "barnmak": 1},
        ],
        "homecare": [
            homecare_week(DORA, 2014, 1, 90, 30),
            homecare_week(DORA, 2014, 2, 0, 45),
            homecare_week(DORA, 2014, 3, 60, 0) | {"leveret": 0},
        ],
        "unit_cost": [
            {"service_type": kind, "year": year, "dkk": price, "unit": "hour"}
            for kind, price in (("personal_care", "400.00"), ("practical_help", "300.00"))
            for year in (2012, 2013, 2014)
        ],
        "price_index": [{"year": 2012, "index": "98.0"}, {"year": 2013, "index": "100.0"}, {"year": 2014, "index": "102.0"}],
        "initiatives": [
            {"initiative_id": "a1", "cluster_id": "alfa", "name": "Besøg", "type": "visits", "task": "a", "status": "new", "mode": "physical"}
            | {"start": "2013-03-01", "end": ""}
        ],
        "resource_persons": [{"cluster_id": "alfa", "side": "regional", "appointed_date": "2013-02-01", "dedicated_pct": 50}],
        "funding": [{"funding_id": "f1", "grant": "satspulje", "period": "2013-2015", "recipient": "regions", "share": "0.30", "dkk": "29220000.00"}],
    }


def homecare_week(pnr: str, year: int, week: int, personal: int, practical: int) -> dict[str, object]:
    """A delivered week of home care, as the municipality tells it."""
    return {
        "pnr": pnr,
        "kommunekode": f"0{HOMES[pnr]}",
        "aar": year,
        "uge": week,
        "personlig_pleje_min": personal,
        "praktisk_hjaelp_min": practical,
        "leveret": 1,
    }


def write_study(folder: Path, evaluation: str = EVALUATION, files: Files | None = None) -> Path:
    """A study folder with its delivery; returns the study."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "evaluation.yml").write_text(evaluation, encoding="utf-8")
    for name, rows in (tiny_files() if files is None else files).items():
        write_rows(folder / "delivery" / f"{name}.csv", rows)
    return folder


def write_rows(path: Path, rows: Sequence[Row], delimiter: str = ";", encoding: str = "utf-8") -> None:
    """One file of a delivery."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
