"""Admissions and readmissions as results: what is compared, what is adjusted, and what is said where there is nothing to compute."""

from __future__ import annotations

import pandas as pd
import pytest

from effekt import estimates, report
from effekt.report import admissions, populations, tables
from effekt.report.readmissions import readmission_change
from effekt.report.results import Result
from tests.snapshots import handmade
from tests.snapshots.handmade_admissions import around, sums
from tests.snapshots.handmade_readmissions import spells

NORTH, REGION = handmade.study(), handmade.study(None)


def first(result: Result) -> dict:
    """The first row by column."""
    return dict(zip([column.key for column in result.columns], result.rows[0], strict=True))


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admissions, "period_sums", lambda study, outcomes: sums(compared=study.cluster is not None))


def heads(result: Result) -> list[str]:
    """The headings of a table."""
    return [item["head"] for item in result.context["table"]["show"]]


def test_rates_are_per_thousand_years_and_the_comparison_is_shown_where_there_is_one(counted: None) -> None:
    told = report.before_after(NORTH, ["adm_rate"])
    row = first(told)
    assert (row["own_before_n"], row["own_before_rate"]) == (30, pytest.approx(1000 * 30 / (60 * 3.5)))
    assert "column.other_after" in heads(told) and "column.other_after" not in heads(report.before_after(REGION, ["adm_rate"]))


def test_without_a_comparison_the_groups_are_told_before_and_after_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admissions, "period_sums", lambda study, outcomes: sums(compared=False))
    told = report.preventable_table(NORTH)
    assert "column.against_comparison" not in heads(told) and told.context["table"]["notes"][0] == "note.preventable_alone"
    assert first(told)["change"] == pytest.approx(200.0) and "compared_change" not in first(told)


def test_p_values_are_adjusted_for_the_groups_that_have_one(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = sums()
    frame["prevent_bladder"] = frame["prevent_dehydration"] * (1 + (frame["treated"] & frame["after"]))
    monkeypatch.setattr(admissions, "period_sums", lambda study, outcomes: frame)
    told = report.preventable_table(NORTH)
    ratios = [one for one in told.estimates if one.contrast == "programme_comparison" and one.p is not None]
    assert [one.outcome for one in ratios] == ["prevent_dehydration", "prevent_bladder"]
    shown = [p for p in told.column("p_adjusted") if p is not None]
    assert shown == pytest.approx(estimates.benjamini_hochberg([one.p for one in ratios]).tolist()) and shown[1] > ratios[1].p


@pytest.mark.parametrize("ask", [report.preventable_table, lambda study: report.before_after(study, ["adm_rate"])])
def test_what_was_not_delivered_is_said_in_words(monkeypatch: pytest.MonkeyPatch, ask: object) -> None:
    monkeypatch.setattr(type(NORTH), "lacking", lambda study, outcome: ("lpr_adm",))
    assert [block["text"] for block in ask(NORTH).context["blocks"]] == ["caution.not_delivered"]


def test_the_enrolled_are_described_whatever_the_design_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(populations, "change", lambda study, outcome, read: handmade.Change(handmade.RATIO))
    everybody, eligible, enrolled = report.population_changes(NORTH, "adm_acute_medical", handmade.Change(handmade.RATIO))
    assert (everybody.claim, eligible.claim, enrolled.claim) == ("identified", "identified", "descriptive")
    assert {"selected_on_outcome", "immortal_time"} <= set(enrolled.cautions) and not eligible.cautions


def test_what_choosing_does_is_told_only_of_enough_enrolled() -> None:
    row = first(report.selection(NORTH, around(80)))
    assert row["alone_change"] > 0 and row["rate_after"] == pytest.approx(0.5)
    assert [block["text"] for block in report.selection(NORTH, around(49)).context["blocks"]] == ["selection.few"]


def test_a_region_pools_its_clusters_and_allows_for_the_comparison_they_share() -> None:
    whole = spells(REGION, more=-2)
    changes = [readmission_change(NORTH.of(cluster), whole[whole["cluster"] == cluster].pipe(_about)) for cluster in REGION.clusters]
    pooled = readmission_change(REGION, whole)
    assert min(one.value for one in changes) - 1e-9 <= pooled.value <= max(one.value for one in changes) + 1e-9
    assert pooled.facts["shared_variance"] > 0 and pooled.unit == "region" and pooled.claim == "descriptive"
    assert readmission_change(REGION, whole, way="logit").value is None


def test_without_a_comparison_there_is_no_change_and_that_is_said() -> None:
    told = spells(NORTH)
    alone = told[told["treated"]].pipe(_about)
    assert readmission_change(NORTH, alone).cautions == ("no_comparison_group",)
    blocks = report.readmissions_in_short(NORTH, alone).context["blocks"]
    assert [block["text"] for block in blocks] == ["readmission.few", "caution.no_comparison_group"]


def test_nobody_discharged_gives_pages_that_say_so() -> None:
    nobody = spells(NORTH).head(0).pipe(_about)
    for view in (report.readmissions_in_short, report.readmission_table, report.readmission_ways, report.readmission_curves, report.discharge_table):
        assert view(NORTH, nobody).bundle()


def test_a_curve_ends_where_fewer_than_five_are_followed() -> None:
    told = spells(NORTH)
    gone = told["treated"] & told["after"] & (told["exit"] >= 20)
    gone &= gone.cumsum() > 3
    curve = report.readmission_curves(NORTH, told.assign(exit=told["exit"].where(~gone, 19.5), event=told["event"].where(~gone, 0)).pipe(_about))
    days = [day for day, group in zip(curve.column("day"), curve.column("group"), strict=True) if group == "side.own_after"]
    assert 0 < max(days) < 20
    assert min(risk for risk in curve.column("at_risk") if risk is not None) >= 5


def test_a_death_after_a_readmission_counts_as_a_death_and_not_as_one_without() -> None:
    told = spells(NORTH)
    readmitted = told["event"] == 1
    died = told.assign(died=told["died"] | readmitted, alive=told["alive"].where(~readmitted, told["exit"] + 0.5)).pipe(_about)
    rows = report.readmission_table(NORTH, died)
    share = dict(zip(rows.column("what"), rows.column("own_before"), strict=True))
    assert share["happened.died"] == pytest.approx(share["happened.either"]) and share["happened.died_first"] < share["happened.died"]


def _about(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.copy()
    frame.attrs = {"unit": "north", "horizon_days": 30}
    return frame


def test_more_deaths_than_the_comparison_lets_expect_are_a_warning_beside_the_table() -> None:
    told = spells(NORTH)
    calm = report.readmission_table(NORTH, told)
    assert "readmission.more_died" not in calm.context["table"]["notes"]
    own = told["treated"] & told["after"]
    worse = report.readmission_table(NORTH, told.assign(died=told["died"] | own).pipe(_about))
    assert "readmission.more_died" in worse.context["table"]["notes"]


def test_where_there_is_too_little_the_tables_say_too_few() -> None:
    told = spells(NORTH)
    few = told[~told["treated"] | told["citizen_id"].isin(told.loc[told["treated"], "citizen_id"].drop_duplicates().head(10))].pipe(_about)
    assert tables.plain(report.readmission_table(NORTH, few)).count("too few") == 3 * 4
    assert tables.plain(report.readmission_ways(NORTH, few)).count("Too few for a number") == 3
