"""Answers with those who did not answer weighed in: a weighted share by hand, and a difference between who answers that the weights take out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from effekt import Study, estimates, report
from effekt.errors import DataError

STUDY = Path(__file__).parents[1] / "snapshots" / "study"


@pytest.fixture(scope="module")
def study() -> Study:
    return Study.open(STUDY, cluster="north")


def test_a_weighted_share_and_its_error_by_hand() -> None:
    found = estimates.weighted_share(pd.DataFrame({"yes": [1, 0, 1, 0]}), outcome="yes", weights=[1.0, 2.0, 3.0, 4.0])
    assert found.value == pytest.approx(0.4)
    assert found.se == pytest.approx(np.sqrt(0.6**2 * 1 + 0.4**2 * 4 + 0.6**2 * 9 + 0.4**2 * 16) / 10)
    assert found.low == 0.0 and found.n_events == 2


def test_equal_weights_give_the_plain_share_and_all_alike_no_interval() -> None:
    said = pd.DataFrame({"yes": [True] * 30 + [False] * 70})
    found = estimates.weighted_share(said, outcome="yes", weights=np.full(100, 7.0))
    assert (found.value, found.se) == (pytest.approx(0.3), pytest.approx(np.sqrt(0.3 * 0.7 / 100)))
    alike = estimates.weighted_share(said.head(30), outcome="yes", weights=np.ones(30))
    assert alike.value == 1.0 and alike.low is None and alike.cautions == ("perfect_fit",)


def test_a_weight_for_another_number_of_people_is_refused() -> None:
    with pytest.raises(DataError, match="3 weights for 2 rows"):
        estimates.weighted_share(pd.DataFrame({"yes": [1, 0]}), outcome="yes", weights=[1, 1, 1])


def survey(n: int = 400, *, anonymous: bool = False) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Half live alone: one in four of them answers and one in five is satisfied; of the others three in four and four in five."""
    rows = []
    for wave in ("before", "after"):
        place = np.arange(n)
        alone = place % 2 == 0
        rows.append(pd.DataFrame({
            "citizen_id": place, "wave": wave, "lives_alone": alone, "answered": (place // 2) % 4 < np.where(alone, 1, 3),
            "sex": 1 + (place // 8) % 2,
            "age": 70 + (place * 7) % 20, "admissions_before": (place * 11) % 3, "dead": False, "satisfied": (place // 2) % 5 < np.where(alone, 1, 4),
        }))  # fmt: skip
    asked = pd.concat(rows, ignore_index=True)
    said = asked[asked["answered"]]
    answers = said[["citizen_id", "wave"]].assign(item_id="overall", value=np.where(said["satisfied"], 5.0, 2.0))
    return (answers.assign(citizen_id=None) if anonymous else answers), asked.drop(columns="satisfied")


def test_those_who_answer_less_often_count_for_those_who_kept_silent(study: Study) -> None:
    shown = report.weighted_satisfied(study, *survey())
    raw, weighed = shown.column("raw"), shown.column("weighed")
    # of 200 who answered 50 live alone: 10 + 120 satisfied; among all asked 40 + 160 of 400 would be
    assert raw[0] == pytest.approx(65.0, abs=0.5) and weighed[0] == pytest.approx(50.0, abs=1.0)
    assert shown.column("n")[0] == 200 and shown.column("n_asked")[0] == 400
    assert weighed[2] == pytest.approx(0.0, abs=0.01) and shown.column("weighed_low")[2] < -8


def test_the_dead_are_not_asked_and_an_open_question_is_no_answer(study: Study) -> None:
    answers, asked = survey()
    gone = asked.assign(dead=~asked["answered"] & (asked["citizen_id"] % 3 == 0))
    assert report.weighted_satisfied(study, answers, gone).column("n_asked")[0] == 400 - int(gone.loc[gone["wave"] == "before", "dead"].sum())
    fewer = report.weighted_satisfied(study, answers[~((answers["citizen_id"] == 1) & (answers["wave"] == "before"))], asked)
    assert fewer.column("n")[0] == 199 and fewer.column("n_asked")[0] == 400


def test_anonymous_answers_no_list_and_too_few_are_said_in_words(study: Study) -> None:
    assert "anonymous" in repr(report.weighted_satisfied(study, *survey(anonymous=True)))
    answers, asked = survey()
    assert "no list" in repr(report.weighted_satisfied(study, answers, asked.head(0)))
    assert "too few answers" in repr(report.weighted_satisfied(study, *survey(30)))


def test_traits_that_tell_exactly_who_answered_are_said_and_not_weighed_by(study: Study) -> None:
    answers, asked = survey()
    only = asked.assign(answered=asked["lives_alone"])
    own = only.loc[only["answered"], ["citizen_id", "wave"]].assign(item_id="overall", value=5.0)
    assert "tell exactly who answered" in repr(report.weighted_satisfied(study, own, only))
    gap = report.response_traits(study, only)
    assert len(gap.column("gap")) == 4 and max(gap.column("gap")) == pytest.approx(1.0, abs=0.01)
