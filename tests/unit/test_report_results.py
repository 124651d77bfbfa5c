"""From estimates to results: answers where there is nothing to compute, outcomes from the catalogue, places on the map, reservations."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from effekt import estimates, report
from effekt.errors import DataError
from effekt.protocol import read_protocol
from effekt.report import tables
from effekt.report.asking import ASKED, Untold
from effekt.report.figures import tiles
from effekt.report.results import Result
from effekt.study import Study
from tests.snapshots import handmade

BORDERS = """
0665-0671 0665-0661 0671-0661 0779-0661 0779-0791 0661-0657 0661-0760 0661-0791 0760-0657 0657-0791 0657-0756 0756-0740 0791-0740 0791-0710 0791-0730
0730-0710 0730-0707 0730-0706 0707-0706 0706-0710 0710-0740 0710-0751 0706-0751 0740-0751 0740-0746 0751-0746 0751-0727 0746-0727 0746-0615 0727-0615
0615-0766 0756-0615 0756-0766 0727-0741
""".split()


def persons(citizens: int, events: int = 1, money: bool = False) -> pd.DataFrame:
    """Citizens of the cluster and as many of the comparison, before and after, each with the same number of events (or kroner)."""
    rows = [(f"{arm}{who}", arm, after, events, 1.0) for arm in (True, False) for who in range(citizens) for after in (False, True)]
    column = "cost_dkk" if money else "events"
    frame = pd.DataFrame(rows, columns=["citizen_id", "treated", "after", column, "exposure"])
    outcome, unit = ("cost_total", "dkk_per_person_year") if money else ("adm_rate", "per_person_year")
    frame.attrs |= {"outcome": outcome, "unit": "north", "measure_unit": unit}
    return frame


def nobody(frame: pd.DataFrame) -> pd.DataFrame:
    """The same frame with no citizen of the cluster."""
    empty = frame[~frame["treated"]]
    empty.attrs |= frame.attrs
    return empty


def test_enough_is_asked_as_it_stands() -> None:
    frame = persons(60)
    told = report.answer(handmade.study(), estimates.rate_ratio, frame, contrast="after_before")
    assert told == estimates.rate_ratio(frame, contrast="after_before")


@pytest.mark.parametrize(("citizens", "events", "caution"), [(49, 1, "too_few_citizens"), (60, 0, "too_few_events"), (19, 1, "too_few_events")])
def test_too_few_is_answered_without_a_number(citizens: int, events: int, caution: str) -> None:
    told = report.answer(handmade.study(), estimates.rate_ratio, persons(citizens, events), contrast="after_before")
    assert isinstance(told, Untold)
    assert told.effect.value is None
    assert caution in told.effect.cautions
    assert (told.effect.outcome, told.effect.unit) == ("adm_rate", "north")


@pytest.mark.parametrize("ask", [estimates.rate_ratio, estimates.controlled_time_series])
def test_an_empty_cluster_is_never_answered_with_the_comparisons_numbers(ask: object) -> None:
    told = report.answer(handmade.study(), ask, nobody(persons(200)))
    assert told.effect.value is None
    assert told.effect.facts["n_citizens"] == 0


def test_money_is_not_held_to_a_number_of_events() -> None:
    told = report.answer(handmade.study(), estimates.cost_difference, persons(60, 0, money=True))
    assert told.value == 0
    empty = report.answer(handmade.study(), estimates.cost_difference, nobody(persons(60, 5, money=True)))
    assert empty.effect.cautions == ("too_few_citizens",)


def test_an_empty_series_is_answered_in_words() -> None:
    series = pd.DataFrame({"month": [], "events": [], "exposure": []})
    told = report.answer(handmade.study(), estimates.interrupted_time_series, series, start=pd.Timestamp("2013-03-01"))
    assert told.effect.cautions == ("too_few_events", "too_few_citizens")
    assert told.effect.unit == "north"


@pytest.mark.parametrize("name", sorted(ASKED))
def test_every_estimator_that_is_asked_exists(name: str) -> None:
    assert callable(getattr(estimates, name))


def test_a_fault_of_a_frame_is_not_taken_for_too_few() -> None:
    with pytest.raises(DataError, match="exposure"):
        report.answer(handmade.study(), estimates.rate_ratio, persons(60).drop(columns="exposure"), contrast="after_before")


def test_outcomes_of_an_aim_come_in_the_order_of_the_catalogue() -> None:
    told = report.outcomes_of(handmade.study(), "A1", but=["adm_acute_medical"], also=["finished", "beddays"])
    assert told == ("adm_rate", "adm_acute", "readm30", "readm180", "short", "prevent", "beddays", "finished")


def test_an_outcome_that_a_study_adds_is_among_them(tmp_path: Path) -> None:
    own = """outcomes:
  - {id: short_acute, source: stays, where: {acute: true, short_stay: true}, measure: count, unit: per_person_year, direction: -1, aim: A1,
     triple_aim: quality, da: Akutte korttidsindlæggelser, en: Acute short stays}
"""
    text = (handmade.STUDY / "evaluation.yml").read_text(encoding="utf-8") + own
    study = Study(tmp_path, read_protocol(text), "north")
    assert report.outcomes_of(study, "A1")[-1] == "short_acute"
    table = report.effect_table(study, [replace(handmade.RATIO, outcome="short_acute")])
    assert "Akutte korttidsindlæggelser" in report.render(table.bundle(), "da")


def test_the_sectors_are_those_that_add_up_to_the_total() -> None:
    assert report.cost_sectors(handmade.study()) == ("cost_hosp", "cost_prac", "cost_mun")


def test_the_total_of_the_bars_is_the_sum_of_the_sectors() -> None:
    result = handmade.results()["sector costs"]
    for bar in ("before", "after", "comparison_before", "comparison_after"):
        parts = [value for value in result.column(bar) if value is not None]
        assert parts[-1] == pytest.approx(sum(parts[:-1]))


def test_a_bar_on_too_few_citizens_is_not_drawn() -> None:
    few = [
        replace(means, after=replace(means.after, n_citizens=49))
        for means in (handmade.means("cost_hosp", 1000.0), handmade.means("cost_prac", 100.0), handmade.means("cost_mun", 500.0))
    ]
    result = report.sector_costs(handmade.study(), few)
    assert result.column("after")[1:] == (None,) * 4
    assert "ikke opgjort" in tables.plain(Result.from_bundle(result.bundle(), "da"))


def test_holm_counts_the_clusters_that_stay_clear() -> None:
    result = handmade.results()["pooled"]
    assert result.column("n_clear") == (1,)
    assert handmade.results()["clusters"].column("p_adjusted") == pytest.approx((0.0072, 0.76))


@pytest.mark.parametrize("pair", BORDERS)
def test_neighbours_stay_neighbours_on_the_tile_map(pair: str) -> None:
    spots = tiles.layout(sorted({code for both in BORDERS for code in both.split("-")}))
    (x1, y1), (x2, y2) = (spots[code] for code in pair.split("-"))
    apart = max(abs(x1 - x2), abs(y1 - y2))
    assert apart == 1


def test_every_municipality_of_the_region_has_a_tile_of_its_own() -> None:
    codes = sorted({code for both in BORDERS for code in both.split("-")})
    spots = tiles.layout(codes)
    assert len(codes) == 19
    assert len(set(spots.values())) == 19


def test_another_region_gets_tiles_in_the_order_given() -> None:
    assert tiles.layout(["0101", "0147", "0151"]) == {"0101": (0, 0), "0147": (1, 0), "0151": (2, 0)}


def test_a_municipality_with_too_few_events_shows_no_rate() -> None:
    result = handmade.results()["tile map"]
    assert [value is None for value in result.column("value")[1:]] == [False, False, False, True]


def test_the_page_says_that_the_comparison_is_untreated_by_construction_only_where_it_is(tmp_path: Path) -> None:
    text = (handmade.STUDY / "evaluation.yml").read_text(encoding="utf-8")
    said = report.render(report.limits(handmade.study(), handmade.RATIO).bundle(), "da")
    real = Study(tmp_path, read_protocol(text.replace("synthetic: true", "synthetic: false")), "north")
    assert "konstrueret uden indsats" in said
    assert "konstrueret uden indsats" not in report.render(report.limits(real, handmade.RATIO).bundle(), "da")


def test_a_reservation_is_said_once() -> None:
    blocks = report.limits(handmade.study(), handmade.BEFORE_AFTER, handmade.FORECAST, topics=["admissions"]).context["blocks"]
    keys = [item["text"] for item in blocks]
    assert len(keys) == len(set(keys))


def test_the_number_and_its_claim_stand_together_in_every_finding() -> None:
    for name, result in handmade.results().items():
        if result.view == "finding" and any(estimate.value is not None for estimate in result.estimates):
            assert [item["role"] for item in result.context["blocks"]].count("claim") == 1, name
