"""The half-year after a discharge, counted on rows that a person can count, and by the estimator of days at home."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd
import pyarrow as pa

from effekt import estimates
from effekt.measures import build_followed, build_invitations
from tests.derived import Rows, built, canonical, lived

STAY = {"is_admission": True, "acute": True, "medical": True, "discharged_alive": True}
BORN = [{"citizen_id": citizen, "sex": 1, "birth_date": date(1935, 1, 1)} for citizen in (1, 2)]
HOMES = [lived("0751", "2012-01-01", "2015-01-01"), lived("0461", "2012-01-01", "2015-01-01", citizen=2)]


def stay(start: str, end: str | None, citizen: int = 1, **changes: Any) -> dict[str, Any]:
    """An acute medical admission of a day and an hour each."""
    times = {"start": datetime.fromisoformat(f"{start} 10:00"), "end": datetime.fromisoformat(f"{end} 09:00") if end else None}
    return {"citizen_id": citizen, **times, **STAY, **changes}


def followed(stays: Rows, deaths: Rows | None = None, residence: Rows = HOMES, citizen: Rows = BORN) -> Rows:
    """What is made of these stays."""
    times = [(name, pa.timestamp("us")) for name in ("start", "end")]
    schema = pa.schema([("citizen_id", pa.int64()), *times, *((name, pa.bool_()) for name in STAY)])
    tables = {"stays": pa.Table.from_pylist(stays, schema=schema), "citizen": citizen, "residence": residence, "death": deaths or []}
    rows = built(build_followed.build, tables)
    return sorted(rows, key=lambda row: (row["citizen_id"], row["discharge_date"]))


def days(row: dict[str, Any]) -> tuple[int, int, int]:
    """Days at home, in hospital and dead."""
    return row["days_home"], row["days_away"], row["days_dead"]


def test_a_midnight_in_hospital_is_a_day_away_whatever_the_cause_and_a_day_hospital_is_none() -> None:
    planned = stay("2012-04-01", "2012-04-04", acute=False)
    day_hospital = stay("2012-05-01", "2012-05-01", acute=False)
    first, second = followed([stay("2012-02-27", "2012-03-01"), planned, day_hospital, stay("2012-06-01", "2012-06-11")])
    assert days(first) == (167, 13, 0) and not first["dead"] and first["complete"]
    assert str(second["discharge_date"]) == "2012-06-11" and days(second) == (180, 0, 0)


def test_a_stay_that_reaches_out_of_the_window_counts_within_it_alone() -> None:
    (row, _) = followed([stay("2012-02-27", "2012-03-01"), stay("2012-08-26", "2012-09-20")])
    assert days(row) == (178, 2, 0)          # the window ends before 28 August


def test_days_from_the_death_on_are_dead_and_the_dead_are_followed_to_the_end() -> None:
    (row,) = followed([stay("2012-02-27", "2012-03-01")], [{"citizen_id": 1, "death_date": date(2012, 3, 11)}])
    assert days(row) == (10, 0, 170) and row["dead"] and row["complete"]


def test_a_window_that_reaches_beyond_the_data_is_not_complete_even_for_the_dead() -> None:
    dead = [{"citizen_id": 1, "death_date": date(2014, 11, 11)}]
    assert [row["complete"] for row in followed([stay("2014-10-27", "2014-11-01")], dead)] == [False]
    assert [row["complete"] for row in followed([stay("2014-06-27", "2014-07-05")])] == [True]


def test_whoever_moves_out_of_the_study_is_not_followed() -> None:
    moved = [lived("0751", "2012-01-01", "2012-04-01"), HOMES[1]]
    assert [row["complete"] for row in followed([stay("2012-02-27", "2012-03-01")], residence=moved)] == [False]


def test_only_acute_medical_discharges_alive_of_the_old_enough_count() -> None:
    changes = [{}, {"acute": False}, {"medical": False}, {"discharged_alive": False}, {"is_admission": False}]
    stays = [stay("2012-02-27", f"2012-03-{day:02d}", **change) for day, change in enumerate(changes, 1)]
    young = stay("2012-02-27", "2012-03-01", citizen=3)
    people = [*BORN, {"citizen_id": 3, "sex": 2, "birth_date": date(1947, 3, 2)}]
    rows = followed([*stays, young], residence=[*HOMES, lived("0751", "2012-01-01", "2015-01-01", citizen=3)], citizen=people)
    assert [(row["citizen_id"], str(row["discharge_date"])) for row in rows] == [(1, "2012-03-01")]


def test_the_counts_are_those_of_the_estimator_of_days_alive_at_home() -> None:
    stays = [stay("2012-02-27", "2012-03-01"), stay("2012-04-01", "2012-04-09", acute=False), stay("2012-02-01", "2012-03-05", citizen=2)]
    stays += [stay("2012-03-20", "2012-03-28", citizen=2, medical=False), stay("2012-08-25", "2012-12-01", citizen=2, acute=False)]
    rows = followed(stays, [{"citizen_id": 1, "death_date": date(2012, 4, 6)}])
    persons = pd.DataFrame(rows)[["citizen_id", "discharge_date"]].rename(columns={"discharge_date": "start"})
    persons["death"] = [pd.Timestamp("2012-04-06"), pd.NaT]
    found = estimates.days_alive_at_home(persons, pd.DataFrame(stays)[["citizen_id", "start", "end"]]).by_citizen
    assert [days(row) for row in rows] == [tuple(row) for row in found[["home", "away", "dead"]].astype(int).to_numpy().tolist()]


def test_whoever_died_within_two_months_without_an_answer_is_told_from_the_silent() -> None:
    asked = [{"citizen_id": citizen, "kommunekode": "0751", "respondent": "patient", "wave": "after"} for citizen in (1, 2)]
    for row, answered in zip(asked, (False, True), strict=True):
        row |= {"invited_date": date(2014, 2, 1), "answered": answered}
    schema = pa.schema([("citizen_id", pa.int64()), ("start", pa.timestamp("us")), ("bed_days", pa.int32()), ("is_admission", pa.bool_())])
    for day, expected in ((date(2014, 4, 2), [True, False]), (date(2014, 4, 3), [False, False])):
        deaths = [{"citizen_id": citizen, "death_date": day} for citizen in (1, 2)]
        tables = {"survey_invitation": asked, "citizen": BORN, "residence": HOMES, "household": canonical("household", []), "death": deaths}
        made = built(build_invitations.build, {**tables, "stays": pa.Table.from_pylist([], schema=schema)})
        assert [row["dead"] for row in sorted(made, key=lambda row: row["citizen_id"])] == expected
