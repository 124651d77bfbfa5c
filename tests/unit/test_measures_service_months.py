"""What a citizen receives in a month: what is not registered is missing, and a sum adds only what is registered all the way."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import pyarrow as pa
import pytest

from effekt.catalogue.outcomes import load_outcomes, read_record, wrong_parts
from effekt.data.needs import products_of
from effekt.measures import build_service_months
from effekt.measures.reconcile_added import find_sums_that_differ
from tests.derived import Rows, built, canonical, little

SCHEMA = pa.schema(
    [("citizen_id", pa.int64()), ("month", pa.date32()), ("kommunekode", pa.string()), ("cluster_id", pa.string())]
    + [("days", pa.int32()), ("adm_rate", pa.int32())]
)
PLACES = ((1, "alfa"), (9, "comparison"))
PEOPLE = pa.Table.from_pylist(
    [
        {"citizen_id": who, "month": date(year, 3, 1), "kommunekode": "0751", "cluster_id": place, "days": 31, "adm_rate": 2}
        for who, place in PLACES
        for year in (2012, 2013, 2014)
    ],
    schema=SCHEMA,
)


def line(who: int, year: int, kind: str, quantity: float = 1.0) -> dict[str, Any]:
    sector, unit = {
        "outpatient_attendance": ("hospital", "visit"),
        "gp": ("practice", "service"),
        "home_nursing": ("municipality", "visit"),
    }.get(kind, ("municipality", "minute"))
    row = {"citizen_id": who, "sector": sector, "service_type": kind, "date": date(year, 3, 7), "date_precision": "day", "quantity": quantity}
    return row | {"unit": unit, "price_year": year, "cost_basis": "none", "payer": "region"}


def of_both(years: tuple[int, ...], *kinds: str) -> Rows:
    return [line(who, year, kind, 3.0) for who, _ in PLACES for year in years for kind in kinds]


CORE = ("outpatient_attendance", "gp", "personal_care", "practical_help")
ALWAYS = (2012, 2013, 2014)


def totals(lines: Rows) -> dict[tuple[int, int], int | None]:
    """services_total by citizen and year."""
    rows = built(build_service_months.build, {"service": lines, "person_months": PEOPLE}, little())
    return {(row["citizen_id"], row["month"].year): row["services_total"] for row in rows}


def test_a_sum_adds_its_parts_each_in_its_own_unit() -> None:
    # 2 admissions, 1 attendance, 3 contacts with the practice, and a week with personal care and with practical help: one service each
    assert set(totals(of_both(ALWAYS, *CORE)).values()) == {2 + 1 + 3 + 2}


def test_a_part_registered_from_later_on_is_left_out_of_the_whole_sum_and_not_added_from_then() -> None:
    later = [line(who, 2014, "home_nursing", 5.0) for who, _ in PLACES]
    assert set(totals(of_both(ALWAYS, *CORE) + later).values()) == {8}
    assert set(totals(of_both(ALWAYS, *CORE, "home_nursing")).values()) == {8 + 3}


def test_a_part_registered_in_one_group_alone_is_left_out_of_both() -> None:
    own = [line(1, year, "home_nursing", 5.0) for year in ALWAYS]
    assert set(totals(of_both(ALWAYS, *CORE) + own).values()) == {8}


def test_a_sum_is_missing_where_a_part_that_it_cannot_do_without_is() -> None:
    found = totals(of_both(ALWAYS, "outpatient_attendance", "personal_care", "practical_help") + of_both((2013, 2014), "gp"))
    assert [found[1, year] for year in ALWAYS] == [None, 8, 8]


def test_the_parts_make_up_the_sum_and_a_sum_that_does_not_is_told() -> None:
    lines = canonical("service", of_both(ALWAYS, *CORE, "home_nursing"))
    made = pa.Table.from_pylist(built(build_service_months.build, {"service": lines, "person_months": PEOPLE}, little()))
    people = ibis.memtable(PEOPLE)
    assert find_sums_that_differ(ibis.memtable(made), people, little()) == []
    place = made.schema.get_field_index("services_total")
    wrong = made.set_column(place, "services_total", pa.array([99] * made.num_rows))
    assert find_sums_that_differ(ibis.memtable(wrong), people, little()) == ["services_total: 594, expected 66 from its parts"]


def test_a_sum_needs_what_its_parts_need_but_not_what_it_adds_only_where_it_is_registered() -> None:
    total = products_of(load_outcomes()["services_total"])
    assert {"contact", "service.outpatient_attendance", "service.gp", "service.personal_care", "service.practical_help"} <= set(total)
    assert "service.home_nursing" not in total


SUM = {"id": "some", "source": "sums", "measure": "sum", "unit": "per_person_year", "direction": 0, "aim": "A2", "triple_aim": "cost"}
SUM |= {"da": "Noget", "en": "Something"}
WRONG = [
    ({}, "parts is missing"),
    ({"parts": "adm_rate"}, "parts must be a list"),
    ({"parts": ["adm_rat"]}, "did you mean 'adm_rate'?"),
    ({"parts": ["adm_rate", "adm_rate"]}, "added twice"),
    ({"parts": ["cost_hosp"]}, "cannot be added"),
    ({"parts": ["adm_rate"], "also": ["homecare_h"]}, "cannot be added"),
    ({"parts": ["adm_rate"], "where": {"sector": "hospital"}}, "no column of sums"),
    ({"parts": ["adm_rate"], "source": "stays", "measure": "count"}, "belongs to the source sums"),
]


@pytest.mark.parametrize(("change", "told"), WRONG, ids=[told for _, told in WRONG[:-3]] + ["also in hours", "conditions", "no sum"])
def test_a_sum_of_what_cannot_be_added_is_refused(change: dict[str, Any], told: str) -> None:
    outcome, wrong = read_record(SUM | change)
    wrong = wrong + (wrong_parts(outcome, load_outcomes()) if outcome is not None else [])
    assert any(told in sentence for _, sentence in wrong), wrong
