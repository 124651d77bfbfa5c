"""What the page on how citizens live says follows the rows it was given; the dead are never a gain, and 3L and 5L never meet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from effekt import measures, report
from effekt.report import own_health, threshold, views
from effekt.report.results import Cell, Result
from effekt.study import Study
from tests.snapshots import handmade, handmade_life

NORTH = handmade.study()


def line(result: Result, key: str, what: str, column: str) -> Cell:
    """One cell of the line that has `what` in column `key`."""
    return dict(zip(result.column(key), result.column(column), strict=True))[what]


def said(result: Result, language: str = "en") -> str:
    """A result in words."""
    return views.find(result.view).plain(Result.from_bundle(result.bundle(), language))


def test_the_change_of_days_at_home_is_that_of_the_area_less_that_of_the_comparison() -> None:
    rows = handmade_life.home(lift=20)
    assert report.home_change(NORTH, rows).value == pytest.approx(18.0)     # one in ten died and gained nothing
    everywhere = rows.assign(days_home=rows["days_home"] + 7 * rows["after"])
    assert report.home_change(NORTH, everywhere).value == pytest.approx(18.0)
    alone = report.home_change(NORTH, rows[rows["treated"]])
    assert alone.contrast == "after_before" and "expected from the comparison" not in said(report.life_in_short(NORTH, rows[rows["treated"]], *REST))


def test_a_comparison_that_may_have_had_the_same_is_called_another_effort(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = handmade_life.home(lift=20)
    assert report.home_change(NORTH, rows).contrast == "programme_comparison"
    monkeypatch.setattr(Study, "comparison_exposure", "same_initiative")
    told = report.home_change(NORTH, rows)
    assert told.contrast == "programme_other_effort" and "comparison_same_initiative" in told.reasons


REST = (handmade_life.responses(), handmade_life.wishes())


def test_more_deaths_are_told_as_a_warning_beside_the_days() -> None:
    rows = handmade_life.home(120)
    worse = rows.assign(dead=rows["dead"] | (rows["treated"] & rows["after"] & (rows["citizen_id"] % 3 == 0)))
    told = report.life_in_short(NORTH, worse, *REST)
    assert "a warning to be looked into" in said(told) and told.column("death_points")[0] > 20
    shares = [line(report.home_means(NORTH, frame), "what", "side.own_after", "share") for frame in (rows, worse)]
    assert shares[0] < shares[1]


def test_a_region_is_its_clusters_pooled_with_the_comparison_they_share() -> None:
    region = handmade.study(None)
    one, other = handmade_life.home(200, lift=20), handmade_life.home(200, lift=10).assign(cluster="south")
    other["citizen_id"] = other["citizen_id"] + np.where(other["treated"], 10_000, 0)
    found = report.home_change(region, pd.concat([one, other], ignore_index=True))
    alone = [report.home_change(NORTH.of(unit), rows) for unit, rows in (("north", one), ("south", other))]
    assert found.value == pytest.approx(np.mean([part.value for part in alone]), abs=0.2) and found.facts["k"] == 2
    apart = report.home_change(region, pd.concat([one, other.assign(citizen_id=other["citizen_id"] + 20_000)], ignore_index=True))
    assert found.se > 1.05 * apart.se and found.facts["shared_variance"] > 0 == apart.facts["shared_variance"]     # one comparison twice is not two
    table = report.home_changes(region, pd.concat([one, other], ignore_index=True))
    assert table.column("where") == ("north", "south", "region") * 2


def test_an_index_of_three_levels_is_never_set_against_one_of_five() -> None:
    two = report.health_levels(NORTH, handmade_life.responses(versions=("3L", "5L")))
    assert line(two, "what", "measure.index_3l", "change") is None and line(two, "what", "measure.index_5l", "change") is None
    assert line(two, "what", "measure.vas", "change") is not None and "cannot be subtracted" in said(two)
    same = report.health_levels(NORTH, handmade_life.responses(versions=("5L", "5L")))
    assert line(same, "what", "measure.index_5l", "change") is not None and "cannot be subtracted" not in said(same)
    assert set(report.problem_shares(NORTH, handmade_life.responses()).column("group")[1:]) == {"wave_version.before.3L", "wave_version.after.5L"}


def test_who_answered_twice_got_better_by_at_least_what_matters() -> None:
    rows = handmade_life.responses(versions=("5L", "5L"))
    flat = rows.assign(vas=50.0)
    for gain, better in ((6.9, 0), (7.0, 40)):
        told = report.health_responders(NORTH, flat.assign(vas=flat["vas"] + gain * flat["after"]))
        shares = dict(zip(zip(told.column("what"), told.column("group"), strict=True), told.column("events"), strict=True))
        assert shares["measure.vas", "became.better"] == better


def test_the_comparison_is_asked_of_by_two_methods_where_it_answered_and_in_words_where_not() -> None:
    told = report.health_compared(NORTH, handmade_life.responses(compared=True, lift=4))
    vas = [change for what, change in zip(told.column("what"), told.column("change"), strict=True) if what == "measure.vas"]
    assert vas == [pytest.approx(4.0), pytest.approx(4.0)]
    assert "were not asked" in said(report.health_compared(NORTH, handmade_life.responses()))


def test_an_anonymous_response_is_somebody_of_its_own() -> None:
    rows = handmade_life.responses()
    scores = own_health.scores_of(rows.assign(citizen_id=np.nan, age=np.nan, sex=np.nan))
    assert scores["who"].nunique() == len(rows) and own_health.health_change(NORTH, scores, "vas") is not None
    assert own_health.pairs_of(scores[scores["measure"] == "vas"]).empty


def test_the_dead_are_not_silent_and_count_zero_in_the_index_alone() -> None:
    asked = handmade_life.asked(60)
    told = report.asked_and_dead(NORTH, asked)
    assert told.column("n") == (58, 58) and told.column("n_citizens_dead") == (2, 2)
    for more in (0, 10):
        dead = asked.assign(dead=asked["dead"] | (asked["citizen_id"] % 100 >= 58 - more))
        rows = report.health_of_all(NORTH, handmade_life.responses(), dead)
        index = [line(rows, "what", "measure.index_5l", key) for key in ("of_all", "of_living")]
        assert index[0] / index[1] == pytest.approx(1 - (2 + more) / 60) and line(rows, "what", "measure.vas", "of_all") is None


def test_a_mean_with_the_dead_as_zero_may_be_shown_outside_only_where_the_number_of_dead_may() -> None:
    asked = handmade_life.asked(60)
    shown = {}
    for dead in (0, 2, 10):
        told = report.health_of_all(NORTH, handmade_life.responses(), asked.assign(dead=asked["citizen_id"] % 100 >= 60 - dead))
        shown[dead] = [why for column, why in threshold.objections(told.bundle()) if column == "n_citizens_dead"]
    assert shown == {0: [], 2: ["few"], 10: []}


def test_answers_of_the_frail_weigh_more_where_the_frail_are_silent() -> None:
    asked = handmade_life.asked(60).assign(answered=True, dead=False)
    frail = asked["citizen_id"] % 2 == 0
    asked = asked.assign(admissions_before=np.where(frail, 3, 0), age=80, sex=1)
    answers = handmade_life.responses(60).assign(vas=lambda rows: np.where(rows["citizen_id"] % 2 == 0, 40.0, 80.0))
    answers = answers.assign(citizen_id=answers["citizen_id"] % 100 + 500)
    heard = (answers["citizen_id"] % 2 == 1) & (answers["citizen_id"] % 11 != 1) | (answers["citizen_id"] % 6 == 0)
    silent = answers[heard]
    told = report.health_of_all(NORTH, silent, asked)
    assert line(told, "what", "measure.vas", "of_answered") > 66 and line(told, "what", "measure.vas", "of_living") == pytest.approx(60.0)


@pytest.mark.parametrize(("lift", "words"), [(12, "a clear rise"), (-12, "a clear fall"), (0, "no clear change")])
def test_what_is_said_of_wishes_follows_the_interval(lift: int, words: str) -> None:
    wishes = handmade_life.wishes(lift=lift)
    told = said(report.life_in_short(NORTH, handmade_life.home(), REST[0], wishes))
    assert f"own wishes, against 50% before, {words}".replace(", no", ", which is no") in told
    assert line(report.wish_changes(NORTH, wishes), "what", "item.wishes_followed", "points") == pytest.approx(100 * lift / 40)


def test_every_number_of_the_page_says_what_lies_under_it() -> None:
    made = handmade_life.results(NORTH)
    unknown = {name: [key for key, why in threshold.objections(result.bundle()) if why == "unknown"] for name, result in made.items()}
    assert not {name: keys for name, keys in unknown.items() if keys and not name.endswith(("few", "nobody"))}


def test_the_windows_of_the_demo_lie_where_the_protocol_says(demo_study_path: Path) -> None:
    study = Study.open(demo_study_path, cluster="midt")
    rows = measures.home_days(study)
    day, length = pd.to_datetime(rows["discharge_date"]), pd.Timedelta(days=180)
    assert (day[~rows["after"]] + length <= study.start).all() and (day[rows["after"]] >= study.start + pd.DateOffset(months=study.phase_in)).all()
    (first, last), = study.contaminated
    assert not ((day + length > first) & (day < last + pd.DateOffset(months=1)) & ~rows["after"]).any()
    assert (rows[["days_home", "days_away", "days_dead"]].sum(axis=1) == 180).all()
    assert not rows.duplicated(["citizen_id", "treated", "after"]).any()
    place = measures.home_days(study.of("0740"))
    assert set(place.loc[place["treated"], "kommunekode"]) == {"0740"} and len(place[~place["treated"]]) == len(rows[~rows["treated"]])
