"""The same stays told as LPR3 instead of LPR2: identical where the times and the rule are, and every difference counted by its reason elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ibis
import pytest

from effekt.data.delivery import import_delivery
from effekt.measures import build_stays
from effekt.measures.compare_tellings import Difference, count_differing_stays, forget_codes
from effekt.protocol import Protocol, load_protocol
from tests.conftest import SMALL
from tests.derived import canonical, contact, little
from tests.tellings import hospital_rows, in_lpr2, in_lpr3, table_of, write_told

PROTOCOL = (SMALL / "evaluation.yml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The small region's stays in four tellings: LPR2 and LPR3, in whole hours and as they are."""
    base = tmp_path_factory.mktemp("told")
    people, rows = hospital_rows(SMALL)
    studies = {}
    for floored in (True, False):
        for name, file, tell in (("lpr2", "lpr_adm", in_lpr2), ("lpr3", "kontakter", in_lpr3)):
            key = f"{name}{' floored' if floored else ''}"
            studies[key] = write_told(base / key.replace(" ", "_"), PROTOCOL, people, file, [tell(row, floored) for row in rows])
            import_delivery(studies[key] / "delivery", studies[key])
    return studies


def stays_of(study: Path, protocol: Protocol, by_hours: bool = False) -> list[dict[str, Any]]:
    tables = {name: ibis.memtable(table_of(study, name)) for name in ("contact", "residence")}
    tables["contact"] = forget_codes(tables["contact"]) if by_hours else tables["contact"]
    return build_stays.build(tables, protocol).order_by("stay_id").to_pyarrow().to_pylist()


@pytest.mark.thorough
def test_the_same_stays_are_identical_in_whole_hours_and_by_the_rule_of_12_hours(told: dict[str, Path]) -> None:
    protocol = load_protocol(SMALL)
    first = stays_of(told["lpr2 floored"], protocol, by_hours=True)
    second = stays_of(told["lpr3 floored"], protocol)
    assert len(first) > 1000 and sum(stay["is_admission"] for stay in first) > 500
    assert any(not stay["discharged_alive"] for stay in first)
    assert first == second
    units = [set(table_of(told[name], "contact")["shak"].to_pylist()) for name in ("lpr2 floored", "lpr3 floored")]
    assert units[0] == units[1] != {None}


def test_under_the_default_rules_every_admission_of_both_tellings_is_counted_once(told: dict[str, Path]) -> None:
    protocol = load_protocol(SMALL)
    contacts = [ibis.memtable(table_of(told[name], "contact")) for name in ("lpr2", "lpr3")]
    counted = {item.reason: item for item in count_differing_stays(*contacts, protocol)}
    admissions = [sum(stay["is_admission"] for stay in stays_of(told[name], protocol)) for name in ("lpr2", "lpr3")]
    assert [sum(item.n_first for item in counted.values()), sum(item.n_second for item in counted.values())] == admissions
    assert counted["inpatient_under_limit"].n_first > 0 and counted["same"].n_first > 500
    assert counted["other"] == Difference("other", 0, 0)


def differing(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    given = [ibis.memtable(canonical("contact", rows)) for rows in (first, second)]
    return {item.reason: (item.n_first, item.n_second) for item in count_differing_stays(*given, little()) if item.n_first or item.n_second}


def in_minutes(start: str, end: str, **changes: Any) -> dict[str, Any]:
    return contact(start, end, source="lpr3f", kind="unknown", time_precision="minute", **changes)


def test_an_inpatient_contact_under_12_hours_is_an_admission_in_lpr2_only() -> None:
    day = ("2012-03-01 10:30", "2012-03-01 20:00")
    assert differing([contact(*day)], [in_minutes(*day)]) == {"inpatient_under_limit": (1, 0)}


def test_a_long_emergency_visit_is_an_admission_in_lpr3_only() -> None:
    night = ("2012-03-01 10:30", "2012-03-02 03:00")
    assert differing([contact(*night, kind="emergency")], [in_minutes(*night)]) == {"no_inpatient_code_over_limit": (0, 1)}


def test_a_gap_within_an_hour_of_the_limit_is_merged_in_whole_hours_and_not_in_minutes() -> None:
    """From 10:00 to 14:40 there are 4 h 40 min, and 4 hours where minutes are not known."""
    parts = [("2012-03-01 10:00", "2012-03-03 10:00"), ("2012-03-03 14:40", "2012-03-05 10:00")]
    assert differing([contact(*part) for part in parts], [in_minutes(*part) for part in parts]) == {"gap_near_limit": (1, 2)}


def test_a_gap_that_minutes_close_is_near_the_limit_too() -> None:
    """LPR2 knows an end at 10:50 as 10: 5 hours to 15:10, and 4 h 20 min in minutes; an end at 10:59 and a start at 14:58 are one stay."""
    hours = [("2012-03-01 10:00", "2012-03-03 10:00"), ("2012-03-03 15:00", "2012-03-05 10:00")]
    minutes = [("2012-03-01 10:00", "2012-03-03 10:59"), ("2012-03-03 14:58", "2012-03-05 10:00")]
    assert differing([contact(*part) for part in hours], [in_minutes(*part) for part in minutes]) == {"gap_near_limit": (2, 1)}


def test_a_contact_that_only_one_of_them_tells_has_no_reason_of_these() -> None:
    stay = ("2012-03-01 10:00", "2012-03-03 10:00")
    other = ("2012-06-01 10:00", "2012-06-03 10:00")
    assert differing([contact(*stay), contact(*other)], [in_minutes(*stay)]) == {"same": (1, 1), "other": (1, 0)}


def test_an_admission_in_both_within_the_same_hours_is_the_same() -> None:
    parts = ("2012-03-01 10:20", "2012-03-03 10:50")
    assert differing([contact("2012-03-01 10:20", "2012-03-03 10:00")], [in_minutes(*parts)]) == {"same": (1, 1)}
