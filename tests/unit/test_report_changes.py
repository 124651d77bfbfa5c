"""The change of one outcome in one shape: for a cluster as asked, for the region the clusters pooled, and in words where nothing can be computed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from effekt import estimates, report
from effekt.report import changes, prose
from tests.snapshots import handmade

MONTHS = pd.date_range("2013-01-01", periods=3, freq="MS")


@dataclass(frozen=True)
class Change:
    """What pooling needs of a cluster's result."""

    effect: object
    counterfactual: pd.DataFrame
    influence: pd.Series


def cluster(unit: str, rate: float, used: tuple[bool, ...] = (True, True, True), **fields: object) -> Change:
    """A cluster with the same observed and expected rate in three months, and three citizens of its own."""
    frame = pd.DataFrame({"month": MONTHS, "observed": rate, "rate": rate, "low": rate / 2, "high": rate * 2, "used": used, "events": 10})
    citizens = pd.Index([f"{unit}{number}" for number in range(3)], name="citizen_id")
    return Change(replace(handmade.RATIO, unit=unit, **fields), frame, pd.Series(0.01, index=citizens, name="influence"))


@pytest.fixture(autouse=True)
def _years(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred person-years a month in the north, three hundred in the south."""
    rows = [{"unit": unit, "month": month, "exposure": years} for unit, years in (("north", 100.0), ("south", 300.0)) for month in MONTHS]
    monkeypatch.setattr(changes, "cluster_panel", lambda study, outcome: pd.DataFrame(rows))


def together(*parts: Change) -> changes.RegionalChange:
    """The parts as the change of the region."""
    return changes.regional(handmade.study(None), "adm_acute_medical", parts)


def test_the_region_claims_no_more_than_its_weakest_cluster() -> None:
    whole = together(cluster("north", 1.0), cluster("south", 1.0, claim="descriptive"))
    assert (whole.effect.unit, whole.effect.outcome, whole.effect.claim) == ("region", "adm_acute_medical", "descriptive")
    assert whole.effect.value == pytest.approx(handmade.RATIO.value)
    assert report.in_short(handmade.study(None), whole).estimates[0].reasons == ("pooled_weakest",)


def test_the_region_names_the_cluster_that_moved_apart_before_the_start() -> None:
    facts = {**handmade.RATIO.facts, "pretrend": 1.09, "pretrend_p": 0.003}
    apart = cluster("south", 1.0, claim="descriptive", reasons=("pretrend_rejected",), facts=facts)
    said = prose.plain(report.limits(handmade.study(None), together(cluster("north", 1.0), apart)))
    assert "In the South cluster the course of acute medical admissions went another way" in said and "1.09" in said
    assert "went another way" not in prose.plain(report.limits(handmade.study(None), together(cluster("north", 1.0), cluster("south", 1.0))))


def test_rates_of_the_region_are_weighted_by_person_years() -> None:
    told = together(cluster("north", 1.0), cluster("south", 2.0)).counterfactual
    assert told["rate"].tolist() == pytest.approx([1.75] * 3)
    assert told["high"].tolist() == pytest.approx([3.5] * 3)


def test_a_month_that_a_cluster_leaves_out_is_not_used_in_the_region() -> None:
    told = together(cluster("north", 1.0, used=(True, False, True)), cluster("south", 1.0)).counterfactual
    assert told["used"].tolist() == [True, False, True]


def test_a_cluster_without_a_number_is_in_neither_line_and_is_told() -> None:
    none = Change(replace(handmade.NONE, unit="south"), cluster("south", 9.0).counterfactual, pd.Series(dtype=float))
    whole = changes.regional(handmade.study(None), "adm_acute_medical", [cluster("north", 1.0), none])
    assert whole.counterfactual["observed"].tolist() == [1.0] * 3
    assert whole.effect.value is None and "units_left_out" in whole.effect.cautions


def test_citizens_of_the_comparison_are_counted_once() -> None:
    shared = cluster("north", 1.0)
    whole = together(shared, replace(cluster("south", 1.0), influence=shared.influence))
    assert whole.effect.n_citizens == 3
    assert whole.effect.n_events == 2 * handmade.FACTS["n_events_treated"]


def test_a_region_without_any_number_says_so_and_draws_an_empty_figure() -> None:
    study = handmade.study(None)
    whole = changes.regional(study, "adm_acute_medical", [Change(replace(handmade.NONE, unit="north"), handmade.months(), pd.Series(dtype=float))])
    assert report.in_short(study, whole).context["blocks"][0]["text"].endswith(".none")
    assert len(report.time_series(study, whole).rows) == 1


def test_an_outcome_that_was_not_delivered_is_answered_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(handmade.study()), "lacking", lambda study, outcome: ("services.csv",))
    told = report.change(handmade.study(), "finished")
    assert (told.effect.value, told.effect.cautions, told.effect.outcome) == (None, ("not_delivered",), "finished")


def lives(treated: bool, first: str, months: int = 24) -> pd.DataFrame:
    """Sixty citizens of a place with an admission a month each."""
    month = pd.date_range(first, periods=months, freq="MS")
    frame = pd.DataFrame({"citizen_id": np.repeat(np.arange(60) + 100 * treated, months), "month": np.tile(month, 60)})
    return frame.assign(unit="0615" if treated else "0461", events=1, exposure=1 / 12, treated=treated)


@pytest.mark.parametrize(
    ("frame", "caution"),
    [
        (lives(True, "2012-01-01"), "no_comparison_group"),
        (pd.concat([lives(True, "2013-03-01"), lives(False, "2012-01-01", 48)]), "no_months_left"),
        (pd.concat([lives(True, "2011-01-01"), lives(False, "2011-01-01")]), "no_months_left"),
    ],
)
def test_a_contrast_with_nothing_on_a_side_is_answered_in_words(frame: pd.DataFrame, caution: str) -> None:
    study = handmade.study()
    told = report.answer(study, estimates.controlled_time_series, frame, **study.design)
    assert (told.effect.value, told.effect.cautions) == (None, (caution,))


def test_what_is_registered_nowhere_in_a_place_is_not_taken_for_nobody() -> None:
    frame = lives(False, "2012-01-01")
    frame.attrs = {"unregistered": True}
    told = report.answer(handmade.study(), estimates.controlled_time_series, frame, **handmade.study().design)
    assert told.effect.cautions == ("not_registered",)
    assert [item["text"] for item in report.in_short(handmade.study(), told).context["blocks"]][1] == "caution.not_registered"


def test_the_events_of_a_month_are_those_of_the_clusters_added_up() -> None:
    assert together(cluster("north", 1.0), cluster("south", 2.0)).counterfactual["events"].tolist() == [20] * 3


def test_a_figure_of_a_handful_of_events_a_month_says_that_its_dots_are_chance() -> None:
    for events, subtitle in ((4, "figure.time_series.subtitle_thin"), (5, "figure.time_series.subtitle")):
        told = cluster("north", 0.25)
        told = replace(told, counterfactual=told.counterfactual.assign(events=events))
        assert report.time_series(handmade.study(), told).context["subtitle"] == subtitle
