"""The data package shows no practice that is too small and no rank; a goal is attained, missed or not told by the whole of its interval."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from effekt import report
from effekt.errors import UsageError
from effekt.report import target_levels, threshold, views
from effekt.report.results import Result
from effekt.report.spreads import hide_few, letters, practice_spread
from effekt.report.target_levels import Level, judged, verdict_of
from effekt.study import Study
from tests.snapshots import handmade, handmade_practice

REGION = handmade.study(None)


def of_cluster(name: str = "q1") -> Study:
    """The study without data, opened for a quality cluster."""
    return replace(REGION, parameters={"quality_cluster": name})


def said(result: Result, language: str = "en") -> str:
    """A result in words."""
    return views.find(result.view).plain(Result.from_bundle(result.bundle(), language))


def test_a_practice_with_fewer_than_five_on_either_side_is_hidden() -> None:
    n = pd.Series([100, 100, 100, 100, 9])
    assert hide_few(pd.Series([5, 4, 0, 95, 5]), n).tolist() == [False, True, True, False, True]


def test_one_hidden_practice_takes_the_next_with_it_because_the_sum_is_shown() -> None:
    assert hide_few(pd.Series([40, 3, 12, 30]), pd.Series([100] * 4)).tolist() == [False, True, True, False]
    assert hide_few(pd.Series([40, 1, 2, 12, 30]), pd.Series([100] * 5)).tolist() == [False, True, True, True, False]
    assert hide_few(pd.Series([40, 99, 98, 60, 30]), pd.Series([100] * 5)).tolist() == [False, True, True, False, True]
    assert hide_few(pd.Series([3]), pd.Series([100])).tolist() == [True]
    assert not hide_few(pd.Series([40, 30]), pd.Series([100] * 2)).any()


def test_letters_go_on_after_z_and_follow_no_number() -> None:
    assert letters(28)[:2] == ["A", "B"] and letters(28)[25:] == ["Z", "AA", "AB"]
    spread = practice_spread(of_cluster(), handmade_practice.practices())
    assert spread.practices["letter"].tolist() == list("ABCDEF") and not spread.practices["ratio"].is_monotonic_increasing


def test_nothing_of_a_hidden_practice_is_in_the_result() -> None:
    spread = practice_spread(of_cluster(), handmade_practice.practices())
    hidden = spread.practices.loc[spread.practices["hidden"], "letter"].tolist()
    assert hidden == ["C", "E"]
    for shown in (report.practice_funnel(of_cluster(), spread), report.practice_ratios(of_cluster(), spread)):
        rows = [row for row in shown.rows if row[[column.key for column in shown.columns].index("practice")] in ("practice.C", "practice.E")]
        told = [value for row in rows for value in row if value is not None]
        assert len(rows) == 2 and set(told) == {"practice.C", "practice.E", "not_estimated"}


def test_practices_of_another_cluster_and_their_keys_are_on_no_page() -> None:
    spread = practice_spread(of_cluster(), handmade_practice.practices().assign(unit=lambda frame: [f"9900{place}" for place in range(len(frame))]))
    shown = report.practice_funnel(of_cluster(), spread)
    assert sum(value is not None for value in shown.column("practice")) == 6
    assert "9900" not in str(shown.bundle())


def test_who_stands_out_is_held_against_all_practices() -> None:
    frame = handmade_practice.practices()
    spread = practice_spread(of_cluster(), frame)
    assert spread.practices.set_index("letter")["side"].to_dict() == dict.fromkeys("ABCEF", "") | {"C": "far_below", "D": "far_above"}
    calm = practice_spread(of_cluster(), frame.assign(observed=32))
    assert (calm.practices["side"] == "").all()
    assert "No practice stands out" in said(report.discussion(of_cluster(), calm, handmade_practice.medicines(), handmade_practice.stopped()))


@pytest.mark.parametrize(("observed", "words"), [(60, "clearly more"), (15, "clearly fewer"), (32, "cannot be told from the others")])
def test_the_headline_of_a_quality_cluster_follows_the_interval_of_its_ratio(observed: int, words: str) -> None:
    frame = handmade_practice.practices()
    frame = frame.assign(observed=frame["observed"].where(frame["cluster"] != "q1", observed))
    told = report.package_in_short(of_cluster(), practice_spread(of_cluster(), frame), handmade_practice.medicines(), handmade_practice.stopped())
    assert words in said(told)


def test_one_practice_alone_has_no_spread_and_the_page_still_stands() -> None:
    frame = handmade_practice.practices().iloc[:1]
    spread = practice_spread(of_cluster(), frame)
    assert spread.own.odds is None
    assert report.practice_variation(of_cluster(), spread).column("odds") == (None, None)
    views.find("practice_dots").html(report.practice_ratios(of_cluster(), spread))


def test_fewer_than_five_who_stopped_are_in_no_sentence() -> None:
    spread = practice_spread(of_cluster(), handmade_practice.practices())
    for events, is_told in ((5, True), (4, False), (0, False)):
        told = report.package_in_short(of_cluster(), spread, handmade_practice.medicines(), handmade_practice.stopped(events))
        asked = report.discussion(of_cluster(), spread, handmade_practice.medicines(), handmade_practice.stopped(events))
        assert ("collected none" in said(told)) is is_told and ("taper off" in said(asked)) is is_told
        assert (told.column("stopped_events")[0] is not None) is is_told


def test_a_medicine_that_hardly_anybody_takes_is_not_compared() -> None:
    spread = practice_spread(of_cluster(), handmade_practice.practices().assign(observed=0, expected=0.2))
    told = report.package_in_short(of_cluster(), spread, handmade_practice.medicines(), handmade_practice.stopped(0))
    assert "cannot be compared" in said(told) and len(told.context["blocks"]) == 1


def test_an_unknown_quality_cluster_is_told_the_known_ones() -> None:
    with pytest.raises(UsageError, match="q1, q2, q3"):
        practice_spread(of_cluster("horsens"), handmade_practice.practices())


def test_what_the_package_shows_may_be_shown_outside() -> None:
    spread = practice_spread(of_cluster(), handmade_practice.practices())
    told = [report.practice_funnel(of_cluster(), spread), report.practice_variation(of_cluster(), spread)]
    told += [report.package_in_short(of_cluster(), spread, handmade_practice.medicines(), handmade_practice.stopped())]
    assert [list(threshold.objections(result.bundle())) for result in told] == [[], [], []]


@pytest.mark.parametrize(
    ("low", "high", "at_most", "at_least"),
    [(0.1, 0.2, "attained", "unclear"), (0.2, 0.3, "unclear", "attained"), (0.21, 0.3, "missed", "attained"), (0.1, 0.19, "attained", "missed")],
)
def test_the_whole_interval_decides_and_the_target_itself_is_attained(low: float, high: float, at_most: str, at_least: str) -> None:
    assert (judged(low, high, 0.2, "at_most"), judged(low, high, 0.2, "at_least")) == (at_most, at_least)


def test_a_goal_without_number_measurement_or_collection_says_which() -> None:
    level = Level(0.2, 0.1, 0.3, 100, date(2014, 12, 1))
    told = {"data_status": "available", "comparator": "at_most"}
    assert verdict_of(told, None, level) == "direction" and verdict_of(told, 0.2, None) == "not_measured"
    assert verdict_of(told, 0.2, replace(level, low=None, high=None)) == "too_few" and verdict_of(told, 0.4, level) == "attained"
    assert verdict_of(told | {"data_status": "needs_collection"}, 0.2, level) == "needs_collection"


@pytest.mark.parametrize(("held", "is_told"), [(4, False), (5, True), (0, True)])
def test_a_goal_measured_on_fewer_than_five_events_is_too_few(held: int, is_told: bool) -> None:
    when = target_levels.Window(date(2015, 1, 1), date(2015, 12, 1), False)
    frame = pd.DataFrame({"citizen_id": range(60), "cluster_id": "horsens", "events": [1.0] * held + [0.0] * (60 - held), "exposure": 1.0})
    study: Any = SimpleNamespace(level=0.95, protocol=SimpleNamespace(too_few=SimpleNamespace(events=20)))
    told = {"indicator_id": "visit_reach", "data_status": "available", "unit": "share"}
    level = target_levels._level(study, told, "horsens", when, {("visit_reach", when): frame})
    assert level is not None and (level.low is not None) is is_told


def test_goals_are_counted_by_what_can_be_said_of_them() -> None:
    indicators = pd.DataFrame({"indicator_id": ["a", "b"], "data_status": ["needs_collection", "available"]})
    told = report.targets_in_short(REGION, handmade_practice.goals(), indicators)
    counts = dict(zip([column.key for column in told.columns], told.rows[0], strict=True))
    assert [counts[f"n_goals_{verdict}"] for verdict in ("attained", "missed", "unclear", "direction")] == [2, 2, 1, 1]
    assert (counts["n_goals"], counts["n_judged"], counts["n_without"], counts["n_collect"]) == (9, 5, 3, 1)


def test_counted_meetings_have_no_interval_and_no_dot() -> None:
    goals = handmade_practice.goals()
    table = report.target_table(REGION, goals)
    assert table.column("latest")[-1] == 3.0 and table.column("low")[-1] is None and table.column("verdict")[-1] == "verdict_short.missed"
    assert "indicator.team_meetings" not in report.target_dots(REGION, goals, about="quality").labels
