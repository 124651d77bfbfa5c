"""What pages say of home visits and of answers follows the rows they were given, and says in words where there are too few or none."""

from __future__ import annotations

import pandas as pd
import pytest

from effekt import report
from effekt.report import views
from effekt.report.results import Cell, Result
from tests.snapshots import handmade, handmade_people

NORTH = handmade.study()


def line(result: Result, what: str, column: str) -> Cell:
    """One cell of the line named `what`."""
    return dict(zip(result.column("what"), result.column(column), strict=True))[what]


def said(result: Result, language: str = "en") -> str:
    """A result in words."""
    return views.find(result.view).plain(Result.from_bundle(result.bundle(), language))


def test_one_visit_fewer_moves_every_share_it_is_part_of() -> None:
    rows = handmade_people.visits()
    held = int((rows["held"] & rows["eligible"]).sum())
    fewer = rows.assign(held=rows["held"] & (rows["citizen_id"] != rows.index[rows["held"]][0]))
    for frame, expected in ((rows, held), (fewer, held - 1)):
        told = report.visits_in_short(NORTH, frame)
        assert told.column("events") == (expected,) and told.column("n") == (116,)
        assert line(report.visit_steps(NORTH, frame), "step.held", "share") == pytest.approx(100 * expected / 116)
        assert line(report.visit_takers(NORTH, frame), "everybody", "events") == expected
        assert sum(report.visit_reach(NORTH, frame).column("events")[1:]) == expected


def test_a_visit_outside_the_rule_is_told_and_not_counted() -> None:
    rows = handmade_people.visits()
    inside = report.visits_in_short(NORTH, rows)
    outside = report.visits_in_short(NORTH, rows.assign(held=rows["held"] | ~rows["eligible"]))
    assert inside.column("events") == outside.column("events")
    assert outside.column("n_outside") == (4,) and "Besides these, 4 visits" in said(outside)


def test_why_visits_were_not_held_counts_those_that_were_not() -> None:
    rows = handmade_people.visits()
    few = rows[~(rows["accepted"] & ~rows["held"])]
    assert "(0) to show why" in said(report.visit_kinds(NORTH, few, by="not_held_reason"))
    assert "Too few visits were held" in said(report.visit_kinds(NORTH, rows.assign(held=False), by="performer"))


def test_the_region_tells_which_clusters_have_no_list_of_visits() -> None:
    rows = handmade_people.visits().assign(cluster_id="north")
    told = {place: said(report.visits_in_short(NORTH.of(place), rows)) for place in ("north", None)}
    assert f"1 of {len(NORTH.clusters)} hospital clusters delivered a list" in told[None] and "delivered a list" not in told["north"]
    both = pd.concat([rows, rows.assign(cluster_id="south")], ignore_index=True)
    assert "delivered a list" not in said(report.visits_in_short(NORTH.of(None), both))


def test_only_the_region_has_municipalities_that_began_at_different_times() -> None:
    shown = {place: report.visit_reach(NORTH.of(place), handmade_people.visits()) for place in ("north", None)}
    told = {place: report.render(result.bundle(), "en") for place, result in shown.items()}
    assert "did not begin at the same time" in told[None] and "did not begin" not in told["north"]


def test_a_citizen_with_two_discharges_and_one_visit_is_one_citizen_reached() -> None:
    rows = handmade_people.visits()
    again = rows[rows["held"]].assign(held=False, discharge_date=pd.Timestamp("2014-06-01"))
    once, twice = (report.visit_takers(NORTH, frame) for frame in (rows, pd.concat([rows, again])))
    assert [line(once, "everybody", key) for key in ("events", "n")] == [line(twice, "everybody", key) for key in ("events", "n")]
    assert line(report.visit_steps(NORTH, pd.concat([rows, again])), "step.held", "n") == 116 + int((again["eligible"]).sum())


def test_days_are_those_of_the_visits_held() -> None:
    rows = pd.concat([handmade_people.visits()] * 2, ignore_index=True)
    sooner = rows.assign(days_to_visit=rows["days_to_visit"] - 2)
    assert report.visit_days(NORTH, sooner).column("half")[0] == report.visit_days(NORTH, rows).column("half")[0] - 2


def test_without_lists_nothing_is_said_to_be_zero() -> None:
    rows = handmade_people.visits().assign(listed=False, held=False)
    told = [report.visits_in_short(NORTH, rows), report.visit_steps(NORTH, rows), report.visit_takers(NORTH, rows), report.visit_reach(NORTH, rows)]
    assert {result.view for result in told} == {"finding"} and "not that there were none" in said(told[0])
    assert not any("share" in column.key for result in told for column in result.columns)


@pytest.mark.parametrize(("lift", "words"), [(12, "a clear rise"), (-12, "a clear fall"), (0, "no clear change")])
def test_the_headline_follows_the_interval_of_the_change(lift: int, words: str) -> None:
    told = report.experience_in_short(NORTH, handmade_people.answers(lift=lift), handmade_people.answers())
    assert words in said(told)
    assert told.column("patient_points")[0] == pytest.approx(100 * lift / 40)


def test_a_limit_near_zero_is_not_written_as_the_zero_that_would_mean_no_clear_change() -> None:
    satisfied, answered = {"before": 70, "after": 77}, {"before": 118, "after": 107}
    answers = pd.concat(
        [
            pd.DataFrame({"response_id": range(n), "wave": wave, "item_id": "overall", "value": [5.0] * k + [1.0] * (n - k)})
            for (wave, n), k in zip(answered.items(), satisfied.values(), strict=True)
        ]
    )
    told = said(report.experience_in_short(NORTH, answers, answers.head(0)))
    assert "a clear rise" in told and "runs from 0.2 to 24.5" in told and "who answered" in told


def test_one_more_satisfied_answer_moves_its_question_alone() -> None:
    answers = handmade_people.answers()
    answers.loc[answers.index[(answers["item_id"] == "medicine") & (answers["wave"] == "after") & (answers["value"] < 4)][0], "value"] = 5.0
    told = report.satisfied_changes(NORTH, answers)
    assert line(told, "item.medicine", "points") == pytest.approx(2.5) and line(told, "item.overall", "points") == pytest.approx(0.0)


def test_a_question_that_the_catalogue_does_not_name_goes_by_its_id() -> None:
    told = report.satisfied_shares(NORTH, handmade_people.answers(items=("overall", "parking")))
    assert "parking" in report.render(told.bundle(), "da")


def test_who_answered_follows_the_list_of_those_asked() -> None:
    asked = handmade_people.asked()
    nobody_more = asked.assign(answered=asked["answered"] & (asked["wave"] == "before"))
    assert report.response_shares(NORTH, asked, asked.head(0)).column("events") == (40, 40)
    assert report.response_shares(NORTH, nobody_more, asked.head(0)).column("events") == (40, 0)
    older = asked.assign(age=asked["age"] + 10 * asked["answered"])
    assert line(report.response_traits(NORTH, older), "trait.age", "gap") > line(report.response_traits(NORTH, asked), "trait.age", "gap")


def test_too_few_answers_are_said_in_words() -> None:
    few = handmade_people.answers().groupby("wave").head(3)
    assert "too few answers from patients to compare before (3) and after (3)" in said(report.experience_in_short(NORTH, few, few.head(0)))
    assert {report.satisfied_shares(NORTH, few).view, report.satisfied_changes(NORTH, few.head(0)).view} == {"finding"}
    assert report.response_shares(NORTH, handmade_people.asked(0), handmade_people.asked(0)).view == "finding"
