"""Which citizens and which months stand behind the three populations and the year around an enrolment."""

from __future__ import annotations

import pandas as pd
import pytest

from effekt.measures import periods
from tests.snapshots import handmade

START = pd.Timestamp("2013-03-01")   # of the cluster north


def months(citizen: int, first: str, last: str, events: dict[str, int] | None = None, treated: bool = True) -> pd.DataFrame:
    """A citizen's months, with the events named by their month."""
    month = pd.date_range(first, last, freq="MS")
    frame = pd.DataFrame({"citizen_id": citizen, "month": month, "exposure": 1 / 12, "treated": treated})
    return frame.assign(events=[(events or {}).get(f"{day:%Y-%m}", 0) for day in month])


@pytest.fixture
def lived(monkeypatch: pytest.MonkeyPatch):
    """Give the readers these months, these enrolments (citizen -> day) and this target group (treated -> citizens)."""
    def give(frames: list[pd.DataFrame], enrolments: dict[int, str], frail: dict[bool, set[int]] | None = None) -> None:
        whole = pd.concat(frames, ignore_index=True)
        whole.attrs = {"outcome": "adm_rate", "unit": "north"}
        told = pd.DataFrame({"citizen_id": list(enrolments), "enrolled_on": pd.to_datetime(list(enrolments.values()))})
        monkeypatch.setattr(periods, "person_months", lambda study, outcome: whole)
        monkeypatch.setattr(periods, "enrolled", lambda study: told)
        monkeypatch.setattr(periods, "_frail", lambda study: frail)

    return give


def around() -> pd.DataFrame:
    return periods.around_enrolment(handmade.study(), "adm_rate").set_index("citizen_id")


def test_the_year_before_ends_before_the_month_of_the_enrolment_and_the_year_after_begins_on_the_day(lived) -> None:
    events = {"2013-05": 9, "2013-06": 1, "2014-05": 2, "2014-06": 4, "2015-05": 8, "2015-06": 9}
    lived([months(1, "2012-01-01", "2016-12-01", events)], {1: "2014-06-01"})
    told = around().loc[1]
    assert (told["before"], told["after"], told["enrolled"]) == (1 + 2, 4 + 8, True)
    assert (told["exposure"], told["exposure_after"]) == pytest.approx((1.0, 1.0))


def test_a_month_in_which_somebody_is_enrolled_midway_is_neither_before_nor_after(lived) -> None:
    lived([months(1, "2012-01-01", "2016-12-01", {"2014-06": 4, "2014-07": 1, "2015-06": 2, "2015-07": 9})], {1: "2014-06-15"})
    assert (around().loc[1, "before"], around().loc[1, "after"]) == (0, 1 + 2)


def test_whoever_is_not_enrolled_is_looked_at_around_the_start(lived) -> None:
    lived([months(2, "2012-01-01", "2016-12-01", {"2013-02": 1, "2013-03": 2, "2014-03": 9})], {})
    told = around().loc[2]
    assert (told["before"], told["after"], told["enrolled"]) == (1, 2, False)


def test_whoever_died_in_the_year_after_counts_for_the_time_alive_and_without_any_is_left_out(lived) -> None:
    lived([months(1, "2012-01-01", "2013-05-01", {"2013-04": 1}), months(2, "2012-01-01", "2013-02-01")], {})
    told = around()
    assert list(told.index) == [1] and told.loc[1, "exposure_after"] == pytest.approx(3 / 12)


def test_the_comparison_has_no_part_in_it(lived) -> None:
    lived([months(1, "2012-01-01", "2016-12-01"), months(3, "2012-01-01", "2016-12-01", treated=False)], {1: "2014-06-01"})
    assert list(around().index) == [1]


def test_the_target_group_is_kept_side_by_side(lived) -> None:
    both = [months(1, "2012-01-01", "2012-02-01"), months(2, "2012-01-01", "2012-02-01", treated=False), months(2, "2012-03-01", "2012-03-01")]
    lived(both, {}, {True: {1}, False: {2}})
    frame = periods.eligible_months(handmade.study(), "adm_rate")
    assert list(zip(frame["citizen_id"], frame["treated"], strict=True)) == [(1, True), (1, True), (2, False), (2, False)]
    assert frame.attrs["outcome"] == "adm_rate"


def test_the_enrolled_are_set_against_the_target_group_of_the_comparison(lived) -> None:
    both = [months(who, "2012-01-01", "2012-01-01", treated=who < 3) for who in (1, 2, 3, 4)]
    lived(both, {2: "2014-01-01", 4: "2014-01-01"}, {True: {1}, False: {3}})
    assert list(periods.enrolled_months(handmade.study(), "adm_rate")["citizen_id"]) == [2, 3]
