"""Shares, answers and quality-adjusted life years on rows that a person can count."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from effekt import estimates
from effekt.errors import DataError
from tests import sound

PERSONS = pd.DataFrame({"citizen_id": [1, 2, 3, 4], "death": [np.nan, 1.0, np.nan, np.nan], "treated": [0, 1, 0, 1]})
SCORES = pd.DataFrame(
    {"citizen_id": [1, 1, 2, 2, 3, 3, 4, 4], "time": [0, 2, 0, 0.5, 0, 3, 0, 2], "index": [0.5, 0.7, 0.8, 0.6, 1.0, 0.4, 0.9, 0.9]}
)
WAVES = pd.DataFrame(
    {
        "citizen_id": [1, 2, 3, 4, 5, 6, 7, 8], "treated": [1, 1, 1, 1, 0, 0, 0, 0], "wave": 1, "age": [70, 80, 75, 85, 71, 82, 76, 88],
        "answered": [1, 0, 1, 0, 1, 1, 1, 1], "gone": [0, 0, 0, 1, 0, 0, 0, 0],
    }
)  # fmt: skip


def test_the_dead_count_nought_from_their_death_and_the_last_answer_holds_until_then() -> None:
    found = sound.check(estimates.quality_years(PERSONS, SCORES, horizon=2.0))
    assert found.by_citizen["qaly"].tolist() == pytest.approx([1.2, 0.35 + 0.3, 1.6, 1.8])
    assert found.by_citizen["years_alive"].tolist() == [2, 1, 2, 2]
    assert found.mean.value == pytest.approx(5.25 / 4) and found.while_alive.value == pytest.approx(5.25 / 7)
    assert found.difference.value == pytest.approx((0.65 + 1.8) / 2 - 1.4)
    assert found.while_alive_difference.value == pytest.approx(2.45 / 3 - 2.8 / 4)
    assert found.difference.value < 0 < found.while_alive_difference.value


def test_a_later_answer_is_read_where_the_line_crosses_the_horizon() -> None:
    found = estimates.quality_years(PERSONS.iloc[[2]].drop(columns="treated"), SCORES, horizon=1.5)
    assert found.by_citizen["qaly"].tolist() == pytest.approx([1.5 * (1.0 + 0.7) / 2])
    assert found.difference is None and found.mean.low is None and "perfect_fit" in found.mean.cautions


def test_who_was_not_followed_is_left_out_and_counted() -> None:
    found = estimates.quality_years(PERSONS, SCORES[SCORES["time"] < 2.5], horizon=2.0)
    assert found.by_citizen["citizen_id"].tolist() == [1, 2, 4]
    assert "followed_too_short" in found.mean.cautions and found.mean.facts["n_left_out"] == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"time": SCORES["time"].replace(0.5, 1.5)}, "after the death"),
        ({"time": 0}, "twice"),
        ({"index": SCORES["index"] * 100}, "above 1"),
        ({"time": SCORES["time"] + 0.1}, "None of the 4"),
    ],
)
def test_answers_that_cannot_be_are_refused(change: dict, said: str) -> None:
    with pytest.raises(DataError, match=said):
        estimates.quality_years(PERSONS, SCORES.assign(**change), horizon=2.0)


def test_the_dead_are_not_asked() -> None:
    found = sound.check(estimates.response_table(WAVES, dead="gone"))
    row = found.table.set_index("treated").loc[True]
    assert (row["n"], row["dead"], row["asked"], row["answered"]) == (4, 1, 3, 2)
    assert row["share"] == pytest.approx(2 / 3)
    assert found.weights.tolist() == pytest.approx([1.5, 0, 1.5, 0, 1, 1, 1, 1])
    with pytest.raises(DataError, match="of the dead and have an answer"):
        estimates.response_table(WAVES.assign(gone=1), dead="gone")


def test_an_arm_in_which_nobody_answered_stands_for_nothing_and_it_is_said() -> None:
    found = sound.check(estimates.response_table(WAVES.assign(answered=1 - WAVES["treated"]), covariates=["age"]))
    assert found.cautions == ("nobody_answered",) and found.facts["n_without_answer"] == 1
    assert found.weights[:4].tolist() == [0, 0, 0, 0] and found.table.set_index("treated").loc[True, "high"] < 0.5


def test_a_wave_that_nobody_lived_to_see_has_no_share() -> None:
    later = WAVES.assign(wave=2, gone=1, answered=0)
    found = sound.check(estimates.response_table(pd.concat([WAVES, later], ignore_index=True), dead="gone"))
    assert found.table.loc[found.table["wave"] == 2, "share"].tolist() == [None, None]


def test_weighted_answers_give_the_mean_of_all_who_were_asked() -> None:
    """Answers depend on age alone, and age is in the model: the weighted mean age is that of everybody asked."""
    generator = np.random.default_rng(1)
    many = pd.DataFrame({"age": generator.normal(80, 6, 4000), "treated": np.arange(4000) % 2, "wave": 1})
    many["answered"] = generator.random(4000) < 1 / (1 + np.exp(0.1 * (many["age"] - 80)))
    found = estimates.response_table(many, covariates=["age"])
    answered = many["answered"]
    difference = estimates.weighted_difference(many[answered], outcome="age", treated="treated", weights=found.weights[answered])
    plain = many.loc[answered, "age"].mean() - many["age"].mean()
    row = found.balance.iloc[0]
    assert abs(row["mean_weighted"] - row["mean_asked"]) < abs(plain) / 10 and abs(difference.value) < 1


def test_who_answered_is_told_also_where_age_tells_it_exactly() -> None:
    exact = WAVES.assign(answered=(WAVES["age"] > WAVES["age"].median()).astype(int))
    with pytest.raises(DataError, match="separation"):
        estimates.response_table(exact.assign(treated=1), covariates=["age"])
    gaps = estimates.response_gaps(exact, covariates=["age"])
    asked, answered = exact["age"].mean(), exact.loc[exact["answered"] == 1, "age"].mean()
    assert gaps.iloc[0].tolist() == ["age", pytest.approx(asked), pytest.approx(answered), pytest.approx((answered - asked) / exact["age"].std())]
    assert len(estimates.response_gaps(exact.assign(answered=0), covariates=["age"])) == 0
    living = WAVES[WAVES["gone"] == 0]
    assert estimates.response_gaps(WAVES, covariates=["age"], dead="gone").equals(estimates.response_gaps(living, covariates=["age"]))


def test_a_cell_without_any_is_refused_and_the_way_out_is_named() -> None:
    frame = pd.DataFrame({"citizen_id": range(8), "after": [0, 0, 0, 0, 1, 1, 1, 1], "fell": [0, 0, 0, 0, 1, 0, 1, 0]})
    with pytest.raises(DataError, match="1 of the 2 cells.*share_difference"):
        estimates.proportion_change(frame, outcome="fell")
    told = estimates.proportion_change(frame.assign(fell=[1, 0, 0, 0, 1, 1, 1, 0]), outcome="fell")
    assert told.value == pytest.approx(0.5) and told.cautions == ("few_units_compared",) and (told.n_citizens, told.n_events) == (8, 4)
