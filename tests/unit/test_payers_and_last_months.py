"""Who paid whom for a service, and which months are in the last year of a life: rows small enough to count by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa

from effekt.measures import build_last_months, build_payer_months
from tests.derived import built
from tests.unit.test_measures_cost_months import HOUR, INDEX, PEOPLE, care, line

COSTS = ("cost_hosp", "cost_prac", "cost_mun", "cost_med", "cost_total")


def paid(*lines: dict[str, Any]) -> list[dict[str, Any]]:
    tables = {"service": list(lines), "unit_cost": HOUR, "price_index": INDEX, "person_months": PEOPLE}
    return built(build_payer_months.build, tables)


SHARES = {
    ("2013-01-05", "drg_inpatient", "hospital"): (1_000_000, 340_000),        # 34 per cent of an admission
    ("2013-02-05", "drg_inpatient", "hospital"): (10_000_000, 1_400_000),     # never more than the limit
    ("2013-03-05", "drg_inpatient", "hospital"): (-10_000_000, -1_400_000),   # a reversal takes the same back
    ("2013-01-06", "drg_outpatient", "hospital"): (1_000_000, 140_000),
    ("2013-01-07", "gp", "practice"): (10_000, 1_000),                        # a tenth, without a limit
    ("2013-01-08", "medicine", "medicine"): (10_000, 0),
}


def test_the_municipality_pays_the_region_its_share_of_a_service_up_to_the_limit() -> None:
    rows = paid(*(line(amount, day, service_type=kind, sector=sector) for (day, kind, sector), (amount, _) in SHARES.items()))
    told = {(row["month"].month, row["service_type"]): row for row in rows}
    assert len(rows) == len(SHARES)
    for (day, kind, _), (amount, moved) in SHARES.items():
        row = told[int(day[5:7]), kind]
        assert (row["amount_fixed_oere"], row["transfer_fixed_oere"], row["n_lines"]) == (amount, moved, 1)
        assert row["transfer_from"] == ("municipality" if moved else None)


def test_the_rule_of_the_day_of_the_service_holds_and_amounts_are_in_fixed_prices() -> None:
    people = pa.Table.from_pylist([{**PEOPLE.to_pylist()[0], "month": date(2018, 1, 1)}], schema=PEOPLE.schema)
    index = [*INDEX, {"year": 2018, "index": 110.0}]
    tables = {"service": [line(1_000_000, "2018-01-05", price_year=2018)], "unit_cost": HOUR, "price_index": index, "person_months": people}
    (row,) = built(build_payer_months.build, tables)
    assert (row["transfer_from"], row["transfer_fixed_oere"], row["amount_fixed_oere"]) == (None, 0, 909_091)


def test_what_the_municipality_pays_itself_is_not_co_financed_and_lines_of_nobody_in_the_target_are_left_out() -> None:
    rows = paid(care(60, payer="municipality"), line(500, citizen=77), line(500, payer="citizen"))
    assert {(row["payer"], row["transfer_fixed_oere"]) for row in rows} == {("municipality", 0), ("citizen", 0)}


def test_the_months_of_the_last_year_of_life_are_the_month_of_death_and_the_eleven_before() -> None:
    months = [date(2012 + place // 12, place % 12 + 1, 1) for place in range(24)]
    rows = [
        {**dict.fromkeys(COSTS, 10), "citizen_id": citizen, "month": month, "kommunekode": "0751", "cluster_id": "alfa", "days": 30}
        for citizen in (1, 2, 3)
        for month in months
    ]
    deaths = [{"citizen_id": 1, "death_date": date(2013, 6, 20)}, {"citizen_id": 2, "death_date": date(2015, 1, 1)}]
    found = built(build_last_months.build, {"cost_months": pa.Table.from_pylist(rows), "death": deaths})
    told = {(row["citizen_id"], row["month"].isoformat()[:7]): row["months_left"] for row in found}
    assert {citizen for citizen, _ in told} == {1}   # the other died after the data, the third not at all
    assert len(told) == 12 and told[1, "2012-07"] == 11 and told[1, "2013-06"] == 0
