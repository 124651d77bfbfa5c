"""`incidence_change` compares probabilities with death competing, and leaves citizens out whole."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from effekt import estimates
from effekt.errors import DataError

RNG = np.random.default_rng(7)
N = 400
SPELLS = pd.DataFrame({"citizen_id": RNG.integers(0, 150, N), "entry": 0.0, "exit": np.minimum(RNG.exponential(40, N) + 0.01, 30.0)})
SPELLS = SPELLS.assign(after=RNG.random(N) < 0.5, treated=RNG.random(N) < 0.4)
SPELLS["event"] = np.where(SPELLS["exit"] < 30, RNG.choice([1, 1, 2], N), 0)
LOST = SPELLS.assign(event=np.where(RNG.random(N) < 0.2, 0, SPELLS["event"]))


def test_without_anybody_lost_it_is_the_difference_of_shares_robust_by_citizen() -> None:
    found = estimates.incidence_change(SPELLS, at=30)
    plain = estimates.mean_change(SPELLS.assign(again=SPELLS["event"] == 1), outcome="again")
    assert (found.effect.value, found.effect.se) == pytest.approx((plain.effect.value, plain.effect.se), rel=1e-9)
    assert found.influence.sort_index().tolist() == pytest.approx(plain.influence.sort_index().tolist(), abs=1e-12)


def test_with_each_citizen_once_it_is_the_difference_of_two_incidences() -> None:
    once = LOST.assign(citizen_id=np.arange(N), treated=LOST["after"]).drop(columns="after")
    found, known = estimates.incidence_change(once, at=20, event=2), estimates.incidence_difference(once, at=20, event=2)
    assert (found.effect.value, found.effect.se, found.effect.p) == pytest.approx((known.value, known.se, known.p), rel=1e-9)


def test_each_cell_is_the_incidence_of_its_own_rows_and_the_effect_their_difference_of_differences() -> None:
    found = estimates.incidence_change(LOST, at=20)
    cells = found.incidences.set_index(["treated", "after"])
    for (treated, after), row in cells.iterrows():
        own = LOST[(LOST["treated"] == treated) & (LOST["after"] == after)]
        own["citizen_id"] = np.arange(len(own))
        assert row["estimate"] == pytest.approx(estimates.cumulative_incidence(own, at=20)["estimate"].iloc[0])
        assert (row["n"], row["n_events"]) == (len(own), int(((own["event"] == 1) & (own["exit"] <= 20)).sum()))
    share = cells["estimate"]
    assert found.effect.value == pytest.approx(share[True, True] - share[True, False] - share[False, True] + share[False, False])
    assert found.effect.se == pytest.approx(np.linalg.norm(found.influence))


def test_a_citizen_counted_twice_makes_no_more_certain() -> None:
    twice = pd.concat([LOST, LOST], ignore_index=True)
    assert estimates.incidence_change(twice, at=20).effect.se == pytest.approx(estimates.incidence_change(LOST, at=20).effect.se)
    curve = [estimates.cumulative_incidence(rows, at=[5, 20], groups="citizen_id")["se"].tolist() for rows in (LOST, twice)]
    assert curve[0] == pytest.approx(curve[1])


def test_before_and_after_alone_are_the_programmes_rows() -> None:
    found = estimates.incidence_change(LOST, at=20, contrast="after_before")
    own = estimates.incidence_change(LOST[LOST["treated"]].drop(columns="treated"), at=20)
    assert (found.effect.value, found.effect.se) == pytest.approx((own.effect.value, own.effect.se))
    assert list(found.incidences["after"]) == [False, True] and "treated" not in found.incidences


def test_a_cell_without_a_row_and_an_unknown_contrast_are_refused() -> None:
    with pytest.raises(DataError, match="1 of the 4 cells"):
        estimates.incidence_change(LOST[~(LOST["after"] & LOST["treated"])], at=20)
    with pytest.raises(DataError, match="contrast is 'before'"):
        estimates.incidence_change(LOST, at=20, contrast="before")
    with pytest.raises(DataError, match="jackknife where groups"):
        estimates.cumulative_incidence(LOST, at=20, groups="citizen_id", variance="aalen")
