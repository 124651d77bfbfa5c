"""Visited and not visited: nobody is visited before the visit, and the three answers are what the page says they are."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from effekt import Study, report
from effekt.estimates.immortal import check_exposed_time
from effekt.measures.visit_time import visit_spells
from effekt.report.visit_effects import find_ratios

STUDY = Path(__file__).parents[1] / "snapshots" / "study"


@pytest.fixture(scope="module")
def study() -> Study:
    return Study.open(STUDY, cluster="north")


def discharges(*rows: tuple[int, int | None, bool]) -> pd.DataFrame:
    """(days followed, day of the visit, readmitted) each of a citizen of their own."""
    told = pd.DataFrame(rows, columns=["days_followed", "days_to_visit", "event"]).astype({"days_to_visit": "Int64", "event": bool})
    return told.assign(citizen_id=range(len(told)), listed=True)


def simulated(n: int = 4000, ratio: float = 1.0, seed: int = 3) -> pd.DataFrame:
    """Discharges with a risk that falls from day to day; half are to be visited on a day from 2 to 12, and are if they are still at home."""
    rng = np.random.default_rng(seed)
    planned = np.where(rng.random(n) < 0.5, rng.integers(2, 13, n), 10_000)
    readmitted = np.full(n, 10_000)
    for day in range(1, 181):
        risk = (0.03 * math.exp(-day / 10) + 0.002) * np.where(planned < day, ratio, 1.0)
        readmitted = np.where((readmitted == 10_000) & (rng.random(n) < risk), day, readmitted)
    until = np.minimum(readmitted, 180)
    day = pd.Series(np.where(planned < until, planned, -1)).astype("Int64").replace(-1, pd.NA)
    return pd.DataFrame({"citizen_id": np.arange(n), "days_followed": until, "days_to_visit": day, "event": readmitted <= 180, "listed": True})


def test_the_time_before_a_visit_is_unvisited_and_the_event_falls_where_it_happened() -> None:
    spells = visit_spells(discharges((100, 10, True), (180, None, False), (40, None, True)))
    told = spells[["entry", "exit", "visited", "event"]].to_records(index=False).tolist()
    assert told == [(0, 10, False, False), (10, 100, True, True), (0, 180, False, False), (0, 40, False, True)]
    check_exposed_time(spells, start="entry", treated="visited", enrolled="enrolled")


def test_a_visit_on_the_last_day_is_followed_by_nothing_and_counts_as_none() -> None:
    spells = visit_spells(discharges((10, 10, True), (10, 12, True)))
    assert not spells["visited"].any() and spells["event"].all() and list(spells["exit"]) == [10, 10]


def test_a_visit_on_the_day_of_the_discharge_leaves_no_time_before_it_and_no_day_no_row() -> None:
    spells = visit_spells(discharges((30, 0, False), (0, None, False)))
    assert spells[["entry", "exit", "visited"]].to_records(index=False).tolist() == [(0, 30, True)]


def test_a_visit_that_changes_nothing_looks_helpful_until_the_time_before_it_is_counted_right(study: Study) -> None:
    found = find_ratios(study, simulated())
    assert found is not None
    assert found["naive"].high < 0.85 and "immortal_time" in found["naive"].cautions
    for way in ("landmark", "same_day"):
        assert found[way].low < 1.0 < found[way].high and found[way].claim == "descriptive"


def test_a_visit_that_halves_the_risk_is_seen_on_the_same_day(study: Study) -> None:
    found = find_ratios(study, simulated(8000, ratio=0.5))
    assert found is not None and found["same_day"].low < 0.5 < found["same_day"].high


def test_the_landmark_counts_only_those_still_followed_after_it_and_only_what_came_later(study: Study) -> None:
    early = [(10, 5, True)] * 25 + [(12, None, True)] * 25
    late = [(74, 5, True)] * 30 + [(44, None, True)] * 30 + [(100, 20, True)] * 30
    found = find_ratios(study, discharges(*early, *late))
    # visited by day 14: 30 in 30 x 60 days; others: 60 in 30 x 30 + 30 x 86 days
    assert found is not None and found["landmark"].value == pytest.approx((30 / (30 * 60)) / (60 / (30 * 30 + 30 * 86)))
    shown = report.visit_effect_table(study, discharges(*early, *late))
    assert shown.column("n_discharges") == (140, 90, 140) and shown.column("n_visited") == (85, 30, 85)


def test_too_few_readmissions_and_no_list_are_said_in_words(study: Study) -> None:
    few = discharges(*[(100, 10, True)] * 5, *[(100, None, True)] * 200)
    for told in (report.compare_visited, report.visit_effect_table):
        assert "too few readmissions" in repr(told(study, few))
        assert "no list of visits" in repr(told(study, few.assign(listed=False)))


def test_the_words_follow_the_naive_figure_and_the_one_of_the_same_day_each_by_itself(study: Study) -> None:
    said = repr(report.compare_visited(study, simulated()))
    assert "fewer acute readmissions than the others" in said and "no clear difference; anything between" in said
    assert repr(replace(report.compare_visited(study, simulated()), language="da")).count("Ingen af tallene viser") == 1
