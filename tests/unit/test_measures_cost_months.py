"""What a citizen costs in a month: prices, years, weeks, sectors, and oere that never depend on the order of the rows."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import pyarrow as pa
import pytest

from effekt.measures import build_cost_months
from effekt.measures.build_cost_months import divide_rounded
from effekt.measures.reconcile import check_cost_months
from effekt.protocol import read_protocol
from tests.derived import built, canonical, little
from tests.tiny import EVALUATION

PEOPLE = pa.Table.from_pylist(
    [
        {"citizen_id": citizen, "month": date(2013, month, 1), "kommunekode": "0751", "cluster_id": "alfa", "days": 30}
        for citizen in (1, 2)
        for month in (1, 2, 3)
    ],
    schema=pa.schema(
        [("citizen_id", pa.int64()), ("month", pa.date32()), ("kommunekode", pa.string()), ("cluster_id", pa.string()), ("days", pa.int32())]
    ),
)
INDEX = [{"year": 2012, "index": 98.0}, {"year": 2013, "index": 100.0}, {"year": 2014, "index": 102.5}]
HOUR = [{"service_type": "personal_care", "year": year, "amount_oere": 40_001, "unit": "hour"} for year in (2012, 2013)]


def line(amount: int | None, day: str = "2013-02-05", citizen: int = 1, **changes: Any) -> dict[str, Any]:
    row = {
        "citizen_id": citizen,
        "sector": "hospital",
        "service_type": "drg_inpatient",
        "date": date.fromisoformat(day),
        "date_precision": "day",
        "quantity": 1.0,
        "unit": "contact",
        "amount_oere": amount,
        "price_year": 2013,
        "cost_basis": "drg",
        "payer": "region",
    }
    return row | changes


def care(minutes: float, **changes: Any) -> dict[str, Any]:
    return line(None, sector="municipality", service_type="personal_care", quantity=minutes, unit="minute", cost_basis="unit_cost") | changes


def costs(*lines: dict[str, Any], unit_cost: list | None = None, **protocol: str) -> dict[tuple[int, str], dict]:
    tables = {"service": list(lines), "unit_cost": HOUR if unit_cost is None else unit_cost, "price_index": INDEX, "person_months": PEOPLE}
    return {(row["citizen_id"], f"{row['month']:%Y-%m}"): row for row in built(build_cost_months.build, tables, little(**protocol))}


def test_every_row_of_person_months_is_there_with_zeros_where_nothing_was_used() -> None:
    found = costs(line(500))
    assert len(found) == 6 and found[1, "2013-02"]["cost_hosp"] == 500
    assert sum(row["cost_total"] for row in found.values()) == 500


def test_sectors_fall_in_their_columns_and_the_total_is_their_sum() -> None:
    row = costs(line(500), line(70, sector="practice"), care(60), line(9, sector="medicine"))[1, "2013-02"]
    assert [row[name] for name in ("cost_hosp", "cost_prac", "cost_mun", "cost_total")] == [500, 70, 40_001, 40_571]


@pytest.mark.parametrize(("year", "amount"), [(2012, 102_041), (2013, 100_000), (2014, 97_561)])
def test_fixed_prices_are_those_of_the_price_year(year: int, amount: int) -> None:
    assert costs(line(100_000, price_year=year))[1, "2013-02"]["cost_hosp"] == amount


def test_the_price_year_is_a_parameter_of_the_protocol() -> None:
    tables = {"service": [line(100_000)], "unit_cost": [], "price_index": INDEX, "person_months": PEOPLE}
    rows = built(build_cost_months.build, tables, read_protocol(EVALUATION.replace("price_year: 2013", "price_year: 2014")))
    assert sum(row["cost_hosp"] for row in rows) == 102_500


def test_minutes_are_paid_at_the_hourly_price_of_their_year_rounded_once_a_line() -> None:
    assert costs(care(30))[1, "2013-02"]["cost_mun"] == 20_001
    assert costs(care(30, price_year=2012))[1, "2013-02"]["cost_mun"] == 20_409


def test_a_line_in_a_month_outside_the_target_is_nobodys() -> None:
    assert sum(row["cost_total"] for row in costs(line(500, "2013-04-01"), line(500, citizen=3)).values()) == 0


@pytest.mark.parametrize(("amount", "by", "expected"), [(5, 2, 3), (4, 3, 1), (-5, 2, -2), (-4, 3, -1), (0, 7, 0), (10**15, 3, 333333333333333)])
def test_division_rounds_halves_up_in_integers(amount: int, by: int, expected: int) -> None:
    divided = divide_rounded(ibis.literal(amount, "int64"), ibis.literal(by, "int64"))
    assert ibis.duckdb.connect(threads=1).execute(divided) == expected


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (care(60, price_year=2014), "1 service lines have neither an amount nor a unit cost"),
        (care(60, unit="visit"), "1 service lines have neither an amount nor a unit cost"),
        (line(5, price_year=2009), "1 service lines are of a year without a price index"),
    ],
)
def test_a_line_without_a_price_or_an_index_stops_prepare(row: dict[str, Any], told: str) -> None:
    rows = {"service": [row, line(5)], "unit_cost": HOUR, "price_index": INDEX}
    tables = {name: ibis.memtable(canonical(name, given)) for name, given in rows.items()}
    problems = check_cost_months(ibis.memtable(PEOPLE), {**tables, "person_months": ibis.memtable(PEOPLE)}, little())
    assert len(problems) == 1 and problems[0].startswith(told)


def test_a_line_that_is_counted_without_a_price_costs_nothing_and_is_not_asked_for_one() -> None:
    days = line(None, service_type="delayed_discharge", cost_basis="none", quantity=4.0, unit="day")
    assert costs(line(500), days)[1, "2013-02"]["cost_hosp"] == 500
    tables = {"service": [days], "unit_cost": HOUR, "price_index": INDEX, "person_months": PEOPLE}
    given = {name: ibis.memtable(rows if isinstance(rows, pa.Table) else canonical(name, rows)) for name, rows in tables.items()}
    assert check_cost_months(build_cost_months.build(given, little()), given, little()) == []



def medicine(*lines: dict[str, Any], n_others: int = 0, n_own: int = 0) -> list[dict[str, Any]]:
    """Rows of cost_months of citizen 1 and `n_own` in the clusters and of `n_others` and citizen 9 in the comparison, from 2012 to 2013."""
    months = [date(year, month, 1) for year in (2012, 2013) for month in (1, 12)]
    where = {1: "alfa", 9: "comparison", **dict.fromkeys(range(100, 100 + n_others), "comparison")}
    where |= dict.fromkeys(range(200, 200 + n_own), "alfa")
    people = [
        {"citizen_id": citizen, "month": month, "kommunekode": "0751", "cluster_id": cluster, "days": 31}
        for citizen, cluster in where.items()
        for month in months
    ]
    tables = {"service": list(lines), "unit_cost": HOUR, "price_index": INDEX, "person_months": pa.Table.from_pylist(people, schema=PEOPLE.schema)}
    return built(build_cost_months.build, tables)


def pills(day: str, citizen: int = 1) -> dict[str, Any]:
    return line(9, day, citizen, sector="medicine", service_type="medicine", cost_basis="price", unit="package")


def test_medicine_is_no_part_of_the_total_and_missing_before_the_year_in_which_it_is_registered() -> None:
    rows = {row["month"].isoformat()[:7]: row for row in medicine(line(500, "2013-12-05"), pills("2013-12-05")) if row["citizen_id"] == 1}
    assert [rows[month]["cost_med"] for month in ("2012-01", "2012-12", "2013-01", "2013-12")] == [None, None, 0, 9]
    assert [rows[month]["cost_total"] for month in ("2012-12", "2013-12")] == [0, 500]


@pytest.mark.parametrize(("n_others", "registered"), [(9, True), (40, False)])
def test_a_few_lines_of_people_who_moved_in_do_not_make_medicine_registered_where_they_live(n_others: int, registered: bool) -> None:
    rows = [row for row in medicine(pills("2013-12-05"), pills("2013-12-05", citizen=9), n_others=n_others) if row["cluster_id"] == "comparison"]
    assert any(row["cost_med"] is not None for row in rows) is registered


GROUPS = {1: range(200, 220), 9: range(100, 120)}
"""Citizen 1 and 9 with those beside them: enough for a year without a line to be no chance."""


def everybody(amount: int, sector: str, years: tuple[int, ...], groups: tuple[int, ...] = (1, 9)) -> list[dict[str, Any]]:
    """A line each year of each citizen of the groups."""
    citizens = [citizen for group in groups for citizen in (group, *GROUPS[group])]
    return [line(amount, f"{year}-12-05", citizen, sector=sector) for year in years for citizen in citizens]


def test_a_sector_delivered_from_a_later_year_on_is_missing_before_it_and_so_is_the_total() -> None:
    lines = everybody(500, "hospital", (2012, 2013)) + everybody(70, "municipality", (2013,))
    rows = {(row["citizen_id"], row["month"].isoformat()[:7]): row for row in medicine(*lines, n_others=20, n_own=20)}
    for citizen in (1, 9):
        assert [rows[citizen, month]["cost_mun"] for month in ("2012-01", "2012-12", "2013-01", "2013-12")] == [None, None, 0, 70]
        assert [rows[citizen, month]["cost_total"] for month in ("2012-12", "2013-01", "2013-12")] == [None, 0, 570]
        assert [rows[citizen, month]["cost_hosp"] for month in ("2012-01", "2012-12")] == [0, 500]


def test_a_sector_that_only_the_clusters_delivered_is_missing_in_the_comparison_and_one_that_nobody_did_is_zero() -> None:
    lines = everybody(500, "hospital", (2012, 2013)) + everybody(70, "municipality", (2012, 2013), groups=(1,))
    rows = medicine(*lines, n_others=20, n_own=20)
    assert {row["cost_mun"] is None for row in rows if row["cluster_id"] == "comparison"} == {True}
    assert {row["cost_mun"] is None for row in rows if row["cluster_id"] != "comparison"} == {False}
    assert {row["cost_prac"] for row in rows} == {0} and {row["cost_med"] for row in rows} == {None}


def test_that_nobody_of_a_handful_has_a_line_is_chance_and_no_missing_delivery() -> None:
    lines = everybody(500, "hospital", (2012, 2013)) + [line(70, "2013-12-05", sector="municipality")]
    assert {row["cost_mun"] is None for row in medicine(*lines, n_others=20, n_own=20)} == {False}
