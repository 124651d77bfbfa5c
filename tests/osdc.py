"""Files with the columns that the R package osdc simulates, by its simulation definitions; persons, dates and codes are our own."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

N_PERSONS = 120
COLUMNS = {
    "bef": "koen pnr foed_dato",
    "lmdb": "volume pnr eksd atc apk indo",
    "lpr_adm": "c_spec pnr recnum d_inddto",
    "lpr_diag": "c_diagtype recnum c_diag",
    "lpr_a_kontakt": "pnr dw_ek_kontakt kont_starttidspunkt kont_ans_hovedspec",
    "lpr_a_diagnose": "dw_ek_kontakt diag_kode diag_type senere_afkraeftet",
    "kontakter": "cpr dw_ek_kontakt dato_start hovedspeciale_ans",
    "diagnoser": "dw_ek_kontakt diagnosekode diagnosetype senere_afkraeftet",
    "sysi": "pnr barnmak speciale honuge",
    "sssy": "pnr barnmak speciale honuge",
    "lab_forsker": "patient_cpr samplingdate analysiscode value",
}
SPECIALTIES = ("kardiologi", "Geriatri", "medicinsk endokrinologi", "thoraxkirurgi", "retsmedicin")


def write_registers(folder: Path, seed: int = 3) -> Path:
    """Every register as comma-separated text; returns the folder."""
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    persons = [f"{rng.randrange(10**12):012d}" for _ in range(N_PERSONS)]
    keys = {model: [f"{rng.randrange(10**18):018d}" for _ in range(2 * N_PERSONS)] for model in ("lpr2", "lpr3f", "lpr3a")}
    for name, columns in COLUMNS.items():
        with open(folder / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns.split())
            writer.writerows(_rows(name, rng, persons, keys))
    return folder


def _rows(name: str, rng: random.Random, persons: list[str], keys: dict[str, list[str]]) -> Iterator[list[object]]:
    def day(first: int, last: int) -> date:
        return date(first, 1, 1) + timedelta(days=rng.randrange(365 * (last - first + 1)))

    def yymmdd(first: int, last: int) -> str:
        return f"{day(first, last):%Y%m%d}"

    def yyww(first: int, last: int) -> str:
        year, week, _ = day(first, last).isocalendar()
        return f"{year % 100:02d}{week:02d}"

    def diagnosis(n: int) -> list[object]:
        return [f"DE1{n % 5}{n % 10}", rng.choice("AB"), rng.choice(("Ja", "Nej", "Nej", "NA"))]

    if name == "bef":
        yield from ([rng.choice((1, 2)), pnr, yymmdd(1925, 1950)] for pnr in persons)
    elif name == "lmdb":
        for pnr in persons * 4:
            volume, packages = (round(rng.uniform(1, 10), 6) for _ in range(2))
            yield [volume, pnr, yymmdd(2010, 2014), rng.choice(("A10BA02", "C09AA02", "N02BE01")), packages, rng.choice(("", "0000092"))]
    elif name == "lpr_adm":
        yield from ([f"{rng.randrange(60):02d}", rng.choice(persons), key, yymmdd(2010, 2014)] for key in keys["lpr2"])
    elif name == "lpr_diag":
        yield from ([rng.choice("AB"), key, f"DE1{n % 5}{n % 10}" if n % 10 else "24900"] for n, key in enumerate(keys["lpr2"]))
    elif name == "lpr_a_kontakt":
        yield from ([rng.choice(persons), key, f"{day(2019, 2023)} 00:00:00", rng.choice(SPECIALTIES)] for key in keys["lpr3a"])
    elif name == "lpr_a_diagnose":
        yield from ([key, *diagnosis(n)] for n, key in enumerate(keys["lpr3a"]))
    elif name == "kontakter":
        yield from ([rng.choice(persons), key, yymmdd(2019, 2023), rng.choice(SPECIALTIES)] for key in keys["lpr3f"])
    elif name == "diagnoser":
        yield from ([key, *diagnosis(n)] for n, key in enumerate(keys["lpr3f"]))
    elif name in ("sysi", "sssy"):
        years = (1990, 2004) if name == "sysi" else (2006, 2014)
        yield from ([rng.choice(persons), int(n % 10 == 0), f"{rng.randrange(10**5):05d}", yyww(*years)] for n in range(500))
    else:
        yield from ([rng.choice(persons), yymmdd(2011, 2014), "NPU27300", round(rng.uniform(1, 180), 6)] for _ in range(50))
