"""Control charts of the monitoring page: limits frozen before the start, signals named after it, and what happened everywhere left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from effekt import measures, report
from effekt.errors import UsageError
from effekt.report import views
from effekt.report.following import OWN, RELATIVE, follow
from effekt.report.monitoring import round_change
from effekt.report.results import Result
from effekt.study import Study
from tests.snapshots import handmade, handmade_life

NORTH, SOUTH = handmade.study(), handmade.study("south")
PRIMARY = handmade_life.PRIMARY


def said(result: Result, language: str = "en") -> str:
    """A result in words."""
    return views.find(result.view).plain(Result.from_bundle(result.bundle(), language))


def test_what_comes_after_the_start_does_not_move_the_limits() -> None:
    quiet, falls = (follow(SOUTH, handmade_life.monthly(after=after), PRIMARY) for after in (1.0, 0.6))
    for chart in (OWN, RELATIVE):
        assert falls.charts[chart].centre == quiet.charts[chart].centre
        assert falls.charts[chart].low[:45].tolist() == quiet.charts[chart].low[:45].tolist()
    assert (quiet.status(OWN), falls.status(OWN)) == ("none", "low") and quiet.before == 45


def test_what_happened_everywhere_is_a_signal_of_the_area_and_none_against_the_comparison() -> None:
    found = follow(SOUTH, handmade_life.monthly(everywhere=1.5), PRIMARY)
    assert (found.status(OWN), found.status(RELATIVE)) == ("high", "none")
    only_here = follow(SOUTH, handmade_life.monthly(after=1.5), PRIMARY)
    assert (only_here.status(OWN), only_here.status(RELATIVE)) == ("high", "high")


def test_months_of_an_earlier_initiative_set_no_limits_and_are_not_drawn() -> None:
    rows = handmade_life.monthly()
    earlier = rows.assign(events=rows["events"] * np.where((rows["month"] >= "2011-04-01") & (rows["month"] <= "2011-12-01"), 3, 1))
    assert follow(NORTH, earlier, PRIMARY).charts[OWN].centre == follow(NORTH, rows, PRIMARY).charts[OWN].centre
    assert follow(SOUTH, earlier, PRIMARY).charts[OWN].centre > follow(SOUTH, rows, PRIMARY).charts[OWN].centre
    assert "2011-05-01" not in report.control_chart(NORTH, earlier, PRIMARY).column("month")


def test_one_month_with_too_few_makes_quarters_from_the_start_and_a_quarter_with_too_few_makes_nothing() -> None:
    rows = handmade_life.monthly()
    for place in (3, 60):
        thin = rows.assign(events=np.where(rows.index == place, 4, rows["events"]))
        found = follow(SOUTH, thin, PRIMARY)
        assert found.months == 3 and (found.periods["month"].dt.month % 3 == 1).all() and found.before == 15
    none = rows.assign(events=np.where(rows.index == 3, 0, rows["events"]))
    assert follow(SOUTH, none, PRIMARY).months == 1          # a true zero may be shown
    few = rows.assign(events=np.where(rows.index // 3 == 2, 1, rows["events"]))
    assert follow(SOUTH, few, PRIMARY).few == "few" and "too few events" in said(report.control_chart(SOUTH, few, PRIMARY))


def test_a_course_that_drifted_before_the_start_gives_no_signals() -> None:
    rows = handmade_life.monthly()
    drifting = rows.assign(events=np.round(60 + np.arange(84) * 1.0))
    found = follow(SOUTH, drifting, PRIMARY)
    assert found.status(OWN) == "drift" and not report.control_chart(SOUTH, drifting, PRIMARY).column("signal")[1:].count("yes")
    assert "on their way elsewhere" in said(report.monitoring_in_short(SOUTH, drifting.assign(other_events=np.nan), handmade_life.rounds()))


def test_too_short_a_time_before_or_no_time_after_is_told() -> None:
    rows = handmade_life.monthly()
    assert follow(SOUTH, rows[rows["month"] >= "2012-11-01"], PRIMARY).few == "no_before"
    assert follow(SOUTH, rows[rows["month"] < "2013-10-01"], PRIMARY).few == "no_after"
    assert follow(SOUTH, rows.head(0), PRIMARY).few == "few"


def test_signals_name_their_rule_and_their_months() -> None:
    rows = handmade_life.monthly()
    peak = rows.assign(events=np.where(rows["month"] == pd.Timestamp("2015-05-01"), 200, rows["events"]))
    told = report.signal_table(SOUTH, peak, PRIMARY)
    assert set(told.column("rule")) == {"signal_rule.beyond_limits.high"} and set(told.column("first")) == set(told.column("last")) == {"2015-05-01"}
    marked = report.control_chart(SOUTH, peak, PRIMARY)
    assert [month for month, signal in zip(marked.column("month"), marked.column("signal"), strict=True) if signal == "yes"] == ["2015-05-01"]
    before = rows.assign(events=np.where(rows["month"] == pd.Timestamp("2012-05-01"), 200, rows["events"]))
    assert follow(SOUTH, before, PRIMARY).status(OWN) in ("none", "near")


def test_the_region_starts_with_its_first_cluster() -> None:
    assert follow(handmade.study(None), handmade_life.monthly(), PRIMARY).before == 38


def test_the_change_between_rounds_is_the_ratio_of_their_rates() -> None:
    found = round_change(NORTH, handmade_life.rounds(latest=90, before=60), PRIMARY, "before")
    assert found is not None and found.value == pytest.approx(1.5)
    assert round_change(NORTH, handmade_life.rounds(latest=19, before=60), PRIMARY, "before") is None
    assert round_change(NORTH, handmade_life.rounds(49, latest=30, before=30), PRIMARY, "before") is None


def test_rounds_of_audits_are_the_last_two() -> None:
    answers, audits = handmade_life.wishes(), pd.DataFrame({"round": np.repeat([1, 2, 3], 30), "n_findings": np.repeat([9, 0, 1], 30)})
    nobody = answers.head(0)
    told = report.asked_rounds(NORTH, nobody, nobody, answers, audits)
    row = told.column("what").index("asked.audits")
    assert (told.column("before_share")[row], told.column("after_share")[row]) == (0.0, 100.0)


def test_frames_of_the_demo_add_up_and_rounds_are_whole_quarters(demo_study_path: Path) -> None:
    study = Study.open(demo_study_path, cluster="horsens")
    rows = measures.monitored(study, ["adm_acute_medical", "cost_hosp"])
    for outcome in ("adm_acute_medical", "cost_hosp"):
        own = rows[rows["outcome"] == outcome].reset_index(drop=True)
        wanted = measures.monthly(study, outcome)
        for column in ("events", "exposure"):
            assert own[column].tolist() == pytest.approx(wanted[column].tolist())
    told = measures.rounds(study, ["adm_acute_medical"])
    sums = told.groupby(["round", "first"])["events"].sum()
    months = measures.monthly(study, "adm_acute_medical").set_index("month")["events"]
    assert {(name, f"{first:%Y-%m}"): events for (name, first), events in sums.items()} == {
        (name, first[:7]): months[pd.Timestamp(first) : pd.Timestamp(last)].sum()
        for name, first, last in (
            ("latest", "2016-10-01", "2016-12-01"), ("before", "2016-07-01", "2016-09-01"), ("year_before", "2015-10-01", "2015-12-01")
        )
    }  # fmt: skip
    with pytest.raises(UsageError, match="does not divide a year"):
        measures.rounds(study, ["adm_acute_medical"], months=5)
