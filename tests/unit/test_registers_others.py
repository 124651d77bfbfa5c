"""Medicine, practices, home nursing, population, households, delayed discharges and the practice register on both sides of 2006."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from effekt.data.delivery import ImportReport
from tests.delivered import broken, counts, imported, key_of, marked, rows_of
from tests.tiny import ANNA, BENT, CARL, DORA, tiny_files

EVALUATION = """\
name: {da: Lille, en: Little}
region: {id: region, da: Regionen, en: The region}
data_period: {from: 2012-01, to: 2014-12}
clusters: [{id: alfa, name: {da: Alfa, en: Alpha}, start: 2013-03, municipalities: ["0751", "0741", "0615"]}]
primary_outcome: adm_acute_medical
price_year: 2013
"""


def dispensing(pnr: str, day: str, atc: str = "C09AA02", **changes: object) -> dict[str, object]:
    row = {"pnr": pnr, "eksd": day, "atc": atc, "vnr": "012345", "apk": "1", "volume": "30", "eksp": "100.00", "ptp": "40.00"}
    return row | {"tsk1": "0", "tsk2": "0", "korr": "0", "ydernr": "001234"} | changes


def back(row: dict[str, object], **changes: object) -> dict[str, object]:
    """The reversal of a dispensing: negative numbers and korr 1."""
    return row | {"apk": f"-{row['apk']}", "eksp": f"-{row['eksp']}", "korr": "1"} | changes


BOUGHT = dispensing(ANNA, "2013-01-05")
LMDB = [
    BOUGHT,
    BOUGHT,
    back(BOUGHT),
    dispensing(BENT, "2013-01-05", "N02BE01", apk="3", volume="10", eksp="90.00", ptp="20.00", tsk1="15.00"),
    back(dispensing(BENT, "2013-01-05", "N02BE01", apk="1", volume="10", eksp="30.00", ptp="6.67")),
    dispensing(CARL, "2013-02-05", eksp="50.00", ptp="-50.00", korr="1", apk="2", volume="-30"),
    dispensing("999999999999", "2013-02-05"),
    dispensing(DORA, "2013-02-05", "c09"),
    dispensing(DORA, "2013-02-05", eksp="", ptp=""),
]
FOLK = [
    ("751 Aarhus", "1 Mænd", "65 år", "TOT I alt", "2013K1", 1000),
    ("751 Aarhus", "1 Mænd", "69 år", "TOT I alt", "2013K1", 900),
    ("751 Aarhus", "M Mænd", "70 år", "TOT I alt", "2013K1", 800),
    ("751 Aarhus", "K Kvinder", "103 år", "TOT I alt", "2013K1", 7),
    ("751 Aarhus", "2 Kvinder", "90", "TOT I alt", "2013K1", 5),
    ("751 Aarhus", "1 Mænd", "65 år", "U Ugift", "2013K1", 300),
    ("751 Aarhus", "1 Mænd", "65 år", "TOT I alt", "2013K2", 1001),
    ("751 Aarhus", "TOT I alt", "65 år", "TOT I alt", "2013K1", 2100),
    ("751 Aarhus", "1 Mænd", "IALT I alt", "TOT I alt", "2013K1", 150000),
    ("082 Region Midtjylland", "1 Mænd", "65 år", "TOT I alt", "2013K1", 8000),
    ("000 Hele landet", "1 Mænd", "65 år", "TOT I alt", "2013K1", 30000),
    ("751 Aarhus", "1 Mænd", "65-69 år", "TOT I alt", "2013K1", 4500),
    ("751 Aarhus", "3 Andet", "65 år", "TOT I alt", "2013K1", 1),
]
NURSING = [
    {"pnr": DORA, "kommunekode": "0461", "dato": day, "ydelse": code, "antal": n, "leveret": told}
    for day, code, n, told in (("2014-02-03", "G2.3", 2, 1), ("2014-02-03", "A1", 1, 1), ("2014-02-03", "G2.3", 3, 0), ("2014-02-04", "A1", 0, 1))
]
PRACTICE = {"ydernr": "1", "speciale": "800101", "ydlant": 1, "kontakt": 1, "bruhon": "100.00", "honuge": "1302", "barnmak": 0, "ydtyp": ""}
SYSI = [PRACTICE | {"pnr": ANNA, "honuge": week, "bruhon": fee} for week, fee in (("0440", "12345"), ("0510", "123.45"), ("0610", "1.00"))]
SSSY = [
    PRACTICE | {"pnr": ANNA, "behandlingsdato": "", **change}
    for change in (
        {"honuge": "0510"},
        {"honuge": "1302", "kontakt": 0},
        {"honuge": "1303", "behandlingsdato": "2013-01-14"},
        {"honuge": "1304", "ydtyp": "20"},
        {"honuge": "1305", "ydtyp": "40"},
        {"honuge": "1306", "speciale": "80101"},
    )
]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ImportReport]:
    """One delivery with all of them. Read it, never write to it."""
    files = tiny_files() | {
        "lmdb": LMDB,
        "practices": [{"ydernr": "001234", "kommunekode": "751", "kvalitetsklynge": "Nord", "tilmeldte": 1600, "tilmeldte_65plus": 310}],
        "homenursing": NURSING,
        "folk1a": [dict(zip(("OMRÅDE", "KØN", "ALDER", "CIVILSTAND", "TID", "INDHOLD"), row, strict=True)) for row in FOLK],
        "delayed_discharge": [
            {"pnr": ANNA, "faerdig_dato": "2012-05-06", "slut_dato": "2012-05-10"},
            {"pnr": BENT, "faerdig_dato": "2012-05-06", "slut_dato": "2012-05-06"},
            {"pnr": CARL, "faerdig_dato": "2012-05-06", "slut_dato": "2012-05-01"},
        ],
        "sysi": SYSI,
        "sssy": SSSY,
    }
    for row in files["bef"]:
        row["antpersh"] = "" if row["pnr"] == BENT else 2 if row["pnr"] == ANNA and row["referencetid"] < "2013" else row["antpersh"]
        row["civst"] = "E" if row["pnr"] == ANNA else ""
    folder = tmp_path_factory.mktemp("told")
    return folder, imported(folder, files, EVALUATION)


def lines(folder: Path, sector: str, pnr: str) -> list[tuple[Any, ...]]:
    rows = [row for row in rows_of(folder, "service") if row["sector"] == sector and row["citizen_id"] == key_of(folder, pnr)]
    return sorted((row["service_type"], row["quantity"], row["amount_oere"], row["payer"]) for row in rows)


def test_a_reversal_cancels_the_dispensing_that_it_mirrors_and_one_that_mirrors_none_is_summed(told: tuple[Path, ImportReport]) -> None:
    folder, report = told
    assert counts(report, "lmdb") == (9, 5, 2, 2)
    assert marked(report)["lmdb.korr.unmatched"] == (2, (5, 6))
    assert (broken(report)["lmdb.korr.reversed"], broken(report)["lmdb.korr.reversal"]) == ((1, (1,)), (1, (3,)))
    rows = [row for row in rows_of(folder, "prescription") if row["citizen_id"] == key_of(folder, BENT)]
    assert [(row["packages"], row["ddd"], row["amount_oere"], row["patient_oere"], row["is_reversal"]) for row in rows] == [
        (-1.0, -10.0, -3000, -667, True),
        (3.0, 30.0, 9000, 2000, False),
    ]


def test_every_number_of_a_reversal_is_negative_whichever_the_sender_turned(told: tuple[Path, ImportReport]) -> None:
    folder, _ = told
    row = next(row for row in rows_of(folder, "prescription") if row["citizen_id"] == key_of(folder, CARL))
    assert (row["packages"], row["ddd"], row["amount_oere"], row["patient_oere"]) == (-2.0, -60.0, -5000, -5000)


def test_medicine_is_paid_by_citizen_municipality_and_region_and_its_packages_stand_once(told: tuple[Path, ImportReport]) -> None:
    folder, _ = told
    assert lines(folder, "medicine", ANNA) == [("medicine", 1.0, 6000, "region"), ("medicine_copayment", 0.0, 4000, "citizen")]
    bent = lines(folder, "medicine", BENT)
    assert sum(amount for _, _, amount, _ in bent) == 9000 - 3000 and sum(quantity for _, quantity, _, _ in bent) == 2.0
    assert ("medicine_subsidy", 0.0, 1500, "municipality") in bent
    assert lines(folder, "medicine", DORA) == []


def test_a_dispensing_knows_its_practice_and_a_practice_its_quality_cluster(told: tuple[Path, ImportReport]) -> None:
    folder, _ = told
    assert rows_of(folder, "practice") == [
        {"practice_id": 1, "kommunekode": "0751", "quality_cluster_id": "Nord", "listed_n": 1600, "listed_65plus": 310}
    ]
    assert {row["practice_id"] for row in rows_of(folder, "prescription")} == {1}


def test_visits_only_allocated_are_in_a_table_of_their_own(told: tuple[Path, ImportReport]) -> None:
    folder, report = told
    assert counts(report, "homenursing") == (4, 2, 1, 1)
    nursing = [line for line in lines(folder, "municipality", DORA) if line[0] == "home_nursing"]
    assert nursing == [("home_nursing", 1.0, None, "municipality"), ("home_nursing", 2.0, None, "municipality")]
    allocated = {(row["service_type"], row["quantity"], row["unit"]) for row in rows_of(folder, "allocated_care")}
    assert allocated == {("home_nursing", 3.0, "visit"), ("personal_care", 60.0, "minute")}


def test_visits_without_a_unit_cost_are_counted_without_a_price(told: tuple[Path, ImportReport]) -> None:
    assert {row["cost_basis"] for row in rows_of(told[0], "service") if row["service_type"] == "home_nursing"} == {"none"}


def test_days_of_waiting_are_midnights(told: tuple[Path, ImportReport]) -> None:
    folder, report = told
    assert counts(report, "delayed_discharge") == (3, 2, 1, 0)
    waits = [row for row in rows_of(folder, "service") if row["service_type"] == "delayed_discharge"]
    assert [(row["date"], row["quantity"], row["unit"]) for row in waits] == [(date(2012, 5, 6), 4.0, "day")]


def test_population_of_municipalities_on_the_first_of_january_in_groups_of_five_years(told: tuple[Path, ImportReport]) -> None:
    folder, report = told
    found = {(row["kommunekode"], row["year"], row["age_group"], row["sex"]): row["n"] for row in rows_of(folder, "population")}
    assert found == {("0751", 2013, "65-69", 1): 1900, ("0751", 2013, "70-74", 1): 800, ("0751", 2013, "90+", 2): 12}
    assert counts(report, "folk1a") == (13, 5, 2, 6)


def test_a_household_is_told_when_it_changes_and_not_where_nothing_is_known(told: tuple[Path, ImportReport]) -> None:
    folder, _ = told
    rows = [row for row in rows_of(folder, "household") if row["citizen_id"] in (key_of(folder, ANNA), key_of(folder, BENT))]
    assert [(row["date"], row["lives_alone"], row["civil_status"]) for row in rows] == [
        (date(2012, 1, 1), False, "widowed"),
        (date(2013, 1, 1), True, "widowed"),
    ]


def test_fees_are_in_oere_before_2005_and_each_year_is_read_from_one_register(told: tuple[Path, ImportReport]) -> None:
    folder, report = told
    early = [row for row in rows_of(folder, "service") if row["sector"] == "practice" and row["date"].year < 2006]
    assert [(row["price_year"], row["amount_oere"]) for row in early] == [(2004, 12345), (2005, 12345)]
    assert broken(report)["sysi.honuge.after_2005"] == (1, (3,))
    assert broken(report)["sssy.honuge.before_2006"] == (1, (1,))


def test_kinds_of_providers_and_services_that_are_no_contact(told: tuple[Path, ImportReport]) -> None:
    folder, report = told
    rows = [row for row in rows_of(folder, "service") if row["sector"] == "practice" and row["date"].year > 2005]
    assert [(row["date"], row["date_precision"], row["service_type"]) for row in sorted(rows, key=lambda row: row["date"])] == [
        (date(2013, 1, 10), "week", "gp_supplement"),
        (date(2013, 1, 14), "day", "gp"),
        (date(2013, 1, 24), "week", "specialist"),
        (date(2013, 1, 31), "week", "other_practice"),
    ]
    assert broken(report)["sssy.speciale.lost_zero"] == (1, (6,))
