"""What is used before and after, read side by side: only months count that are registered both here and in the comparison."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from effekt import Study, measures, report
from effekt.report.trends import headline_estimate
from tests.tiny import EVALUATION

MONTHS = [date(year, month, 1) for year in (2012, 2013, 2014) for month in range(1, 13)]
PLACES = {1: ("0751", "alfa"), 2: ("0615", "beta"), 9: ("0461", "comparison")}
PEOPLE = [{"citizen_id": who, "month": month, "kommunekode": code, "cluster_id": place} for who, (code, place) in PLACES.items() for month in MONTHS]
REGISTERED = {"outpat": (2012, 2012), "gp_contacts": (2012, 2013), "nursing": (2014, None), "homecare_services": (2012, 2012)}
"""Outcome -> the year from which it is registered in the clusters and in the comparison."""


def row(person: dict, **values: object) -> dict:
    return {**person, "days": 30, **values}


def told(person: dict, outcome: str) -> int | None:
    """One of each a month, where it is registered."""
    since = REGISTERED[outcome][person["cluster_id"] == "comparison"]
    return None if since is None or person["month"].year < since else 1


def whole(person: dict) -> int | None:
    values = [told(person, name) for name in ("outpat", "gp_contacts", "homecare_services")]
    return None if None in values else 1 + sum(values)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Derived tables written by hand: three citizens, one of each service a month."""
    folder = tmp_path_factory.mktemp("services")
    (folder / "evaluation.yml").write_text(EVALUATION, encoding="utf-8")
    (folder / "derived").mkdir()
    tables = {
        "person_months": [row(one, adm_rate=1, beddays=2) for one in PEOPLE],
        "cost_months": [row(one, cost_hosp=700, cost_prac=100, cost_mun=200, cost_total=1000) for one in PEOPLE],
        "service_months": [
            row(one, **{name: told(one, name) for name in REGISTERED}, homecare_h=60, finished=0, services_total=whole(one)) for one in PEOPLE
        ],
    }
    for name, rows in tables.items():
        parquet.write_table(pa.Table.from_pylist(rows), folder / "derived" / f"{name}.parquet")
    return folder


def use(study: Path, *outcomes: str, place: str = "alfa"):
    return measures.use_of_services(Study.open(study, cluster=place), outcomes)


def test_outcomes_of_several_tables_stand_side_by_side_in_their_own_units(study: Path) -> None:
    frame = use(study, "cost_hosp", "beddays", "homecare_h").set_index(["treated", "after"])
    # before: January 2012 to February 2013 without three months of an earlier project; after: from June 2013, three months after the start
    assert frame.loc[(True, False), "beddays"] == 2 * 11 and frame.loc[(True, True), "beddays"] == 2 * 19
    assert frame.loc[(True, False), "cost_hosp"] == 7.0 * 11 and frame.loc[(True, False), "homecare_h"] == 11
    assert frame.loc[(False, False), "exposure"] == pytest.approx(11 * 30 / 365.25)


def test_a_month_that_one_group_does_not_register_counts_in_neither(study: Path) -> None:
    frame = use(study, "gp_contacts").set_index(["treated", "after"])
    assert frame.loc[(True, False), "gp_contacts"] == frame.loc[(False, False), "gp_contacts"] == 2
    assert frame.attrs["left_out"] == 12 and frame.attrs["first_month"] == date(2013, 1, 1)
    persons = measures.persons(Study.open(study, cluster="alfa"), "gp_contacts").set_index(["treated", "after"])
    assert persons.loc[(True, False), "events"] == persons.loc[(False, False), "events"] == 2
    months = measures.person_months(Study.open(study, cluster="alfa"), "gp_contacts")
    assert months["month"].min().year == 2013 and set(months["treated"]) == {True, False}


def test_what_the_comparison_never_registers_gives_no_rows_and_is_not_none(study: Path) -> None:
    assert use(study, "nursing", "outpat").empty
    assert measures.person_months(Study.open(study, cluster="alfa"), "nursing")["events"].sum() == 12


def test_the_region_splits_the_comparison_at_the_dates_of_each_cluster(study: Path) -> None:
    frame = use(study, "beddays", place="region")
    compared = frame[~frame["treated"]].set_index(["cluster", "after"])["beddays"]
    assert compared[("alfa", False)] == 2 * 11 and compared[("beta", False)] == 2 * 17
    assert list(frame["cluster"].unique()) == ["alfa", "beta"] and frame["citizen_id"].nunique() == 3


def test_the_parts_of_a_sum_say_which_are_added_and_from_when_they_are_registered(study: Path) -> None:
    parts = measures.parts_of(Study.open(study, cluster="alfa"), "services_total").set_index("part")
    assert parts["added"].to_dict() == dict.fromkeys(("adm_rate", "outpat", "gp_contacts", "homecare_services"), True) | {"nursing": False}
    assert str(parts.loc["nursing", "first_month"])[:7] == "2014-01" and parts["first_month_comparison"].isna().to_dict()["nursing"]


def test_a_service_that_is_not_registered_in_both_is_said_to_be_so_and_is_not_zero(study: Path) -> None:
    answered = {one.outcome: one for one in map(headline_estimate, report.service_changes(Study.open(study, cluster="alfa")))}
    assert answered["nursing"].value is None and answered["nursing"].cautions == ("not_registered_both",) and answered["nursing"].reasons == ()
    assert answered["outpat"].cautions != ("not_registered_both",)


def test_three_citizens_are_too_few_for_a_mix_and_the_page_says_so_in_words(study: Path) -> None:
    opened = Study.open(study, cluster="alfa")
    frame = measures.use_of_services(opened, report.use_outcomes(opened))
    for shown in (report.mix_in_short, report.mix_bars, report.mix_changes, report.substitutions, report.mix_other_ways):
        assert shown(opened, frame).view == "finding"
    assert "too few citizens (1)" in repr(report.mix_in_short(opened, frame))
    assert "too few" in repr(report.service_parts(opened, frame, measures.parts_of(opened, "services_total")))


def test_without_a_comparison_the_own_change_is_told_and_nothing_is_set_against_it(study: Path, tmp_path: Path) -> None:
    text = EVALUATION.replace('municipalities: ["0461"]', "municipalities: []") + "too_few: {events: 1, citizens: 1}\n"
    (tmp_path / "evaluation.yml").write_text(text, encoding="utf-8")
    (tmp_path / "derived").mkdir()
    for table in (study / "derived").glob("*.parquet"):
        rows = [one for one in parquet.read_table(table).to_pylist() if one["cluster_id"] != "comparison"]
        parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "derived" / table.name)
    opened = Study.open(tmp_path, cluster="alfa")
    frame = measures.use_of_services(opened, report.use_outcomes(opened))
    assert frame["treated"].all() and set(frame["after"]) == {True, False}
    assert "no comparison municipalities" in repr(report.mix_in_short(opened, frame))
    assert report.mix_bars(opened, frame).column("comparison_before") == (None,) * 4
    assert "not available here" in repr(report.substitutions(opened, frame)) and "not available here" in repr(report.mix_other_ways(opened, frame))
    assert {headline_estimate(one).cautions for one in report.service_changes(opened)} & {("no_comparison_group",)}
