"""Days alive and at home, counted again day by day; and responders."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from effekt.errors import DataError
from effekt.estimates import days_alive_at_home, responder_share, share_difference
from tests.reference.frozen import frozen

START = pd.Timestamp("2014-01-01")
NOBODY = pd.DataFrame({"citizen_id": [], "start": [], "end": []})


def day(number: float | None) -> pd.Timestamp:
    return pd.NaT if number is None else START + pd.Timedelta(days=number)


def persons(*deaths: float | None, **columns: object) -> pd.DataFrame:
    return pd.DataFrame({"citizen_id": range(1, len(deaths) + 1), "start": START, "death": [day(death) for death in deaths], **columns})


def stays(*rows: tuple[int, float, float | None]) -> pd.DataFrame:
    return pd.DataFrame([(citizen, day(first), day(last)) for citizen, first, last in rows], columns=["citizen_id", "start", "end"])


def home(people: pd.DataFrame, away: pd.DataFrame, days: int = 30) -> list[float]:
    return days_alive_at_home(people, away, days=days).by_citizen["home"].tolist()


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((), 30),
        (((1, 0, 10),), 20),
        (((1, -5, 3),), 27),
        (((1, 25, 60),), 25),
        (((1, 28, None),), 28),
        (((1, 4, 10), (1, 8, 12)), 22),
        (((1, 4, 20), (1, 8, 12), (1, 15, 22)), 12),
        (((1, 4, 10), (1, 10, 12)), 22),
        (((1, 5, 5),), 30),
        (((1, 5.9, 6.1),), 29),
        (((2, 0, 10), (1, 31, 40), (1, -9, -2)), 30),
    ],
)
def test_a_day_away_is_counted_once(rows: tuple, expected: int) -> None:
    assert home(persons(None), stays(*rows) if rows else NOBODY) == [expected]


def test_the_dead_are_not_at_home_and_their_stays_end() -> None:
    found = days_alive_at_home(persons(12, None), stays((1, 10, 40)), days=30).by_citizen
    assert found[["home", "away", "dead"]].to_numpy().tolist() == [[10, 2, 18], [30, 0, 0]]


def test_who_dies_on_the_first_day_has_none_at_home() -> None:
    assert days_alive_at_home(persons(0, None), NOBODY, days=30).by_citizen[["home", "dead"]].to_numpy().tolist() == [[0, 30], [30, 0]]


def test_counted_again_day_by_day() -> None:
    rng = np.random.default_rng(8)
    people = persons(*[None if life > 200 else int(life) for life in rng.exponential(150, 25)])
    drawn = np.column_stack([rng.integers(1, 30, 90), rng.integers(-20, 100, 90), rng.integers(0, 25, 90)]).tolist()
    away = stays(*[(who, first, first + length) for who, first, length in drawn])
    expected = []
    for person in people.itertuples():
        mine = away[away["citizen_id"] == person.citizen_id]
        moments = pd.date_range(person.start, periods=90)
        there = [(mine["start"] <= moment) & (moment < mine["end"]) for moment in moments]
        alive = [pd.isna(person.death) or moment < person.death for moment in moments]
        expected.append(sum(lives and not inside.any() for lives, inside in zip(alive, there, strict=True)))
    assert home(people, away, days=90) == expected


def test_who_is_not_followed_to_the_end_is_left_out_and_counted() -> None:
    people = persons(None, None, 5, followed_to=[day(40), day(20), day(6)])
    found = days_alive_at_home(people, NOBODY, days=30)
    assert found.by_citizen["citizen_id"].tolist() == [1, 3]
    assert found.mean.value == 17.5 and found.mean.cautions == ("followed_too_short",) and found.mean.facts["n_left_out"] == 1


def test_two_arms_are_compared_with_unequal_variances() -> None:
    people = persons(None, 10, None, 20, None, treated=[0, 0, 1, 1, 1])
    found = days_alive_at_home(people, NOBODY, days=30)
    assert found.difference.value == pytest.approx(np.mean([30, 20, 30]) - np.mean([30, 10]))
    assert found.difference.se == pytest.approx(np.hypot(np.std([30, 20, 30], ddof=1) / 3**0.5, np.std([30, 10], ddof=1) / 2**0.5))
    assert found.difference.claim == "descriptive"


@pytest.mark.parametrize(
    ("people", "away"),
    [
        (persons(-1), NOBODY),
        (persons(None).assign(start=pd.NaT), NOBODY),
        (persons(None, None).assign(citizen_id=1), NOBODY),
        (persons(None), stays((1, 5, 3))),
        (persons(None), pd.DataFrame({"citizen_id": [1]})),
        (persons(None, followed_to=day(3)), NOBODY),
        (persons(None, None, treated=1), NOBODY),
        (persons(None).assign(start=20140101), NOBODY),
    ],
)
def test_what_cannot_be_counted_is_refused(people: pd.DataFrame, away: pd.DataFrame) -> None:
    with pytest.raises(DataError):
        days_alive_at_home(people, away, days=30)


def test_a_change_of_exactly_the_important_size_counts_in_either_direction() -> None:
    scores = pd.DataFrame({"before": [0.57, 0.62, 0.5, 0.7], "post": [0.62, 0.57, 0.54, 0.9], "treated": [0, 0, 1, 1]})
    shares = responder_share(scores, post="post", baseline="before", important=0.05).shares
    assert shares["change"].tolist() == ["better", "unchanged", "worse"] and shares["n"].tolist() == [2, 1, 1]
    turned = responder_share(scores, post="post", baseline="before", important=0.05, higher_is_better=False).shares
    assert turned["n"].tolist() == [1, 1, 2]
    assert responder_share(scores, post="post", baseline="before", important=0.05, group="treated").difference.value == 0.0


@pytest.mark.parametrize("key", ["newcombe", "newcombe_extreme"])
def test_the_difference_of_two_shares_is_newcombes(key: str) -> None:
    case = frozen("shares")[key]
    found = share_difference(*case["counts"])
    assert (found.value, found.low, found.high) == pytest.approx(tuple(case["result"].values()), rel=1e-9)
