"""`mean_change` is the regression it says it is, and its influences are those of the citizens."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from effekt import estimates
from effekt.errors import DataError

RNG = np.random.default_rng(41)
N = 300
PERSONS = pd.DataFrame({"citizen_id": RNG.integers(0, 180, N), "after": RNG.random(N) < 0.5, "treated": RNG.random(N) < 0.4})
PERSONS = PERSONS.assign(age=RNG.normal(80, 6, N), sex=RNG.integers(1, 3, N))
LIFT = 4.0 * (PERSONS["after"] & PERSONS["treated"])
PERSONS = PERSONS.assign(days=160 - 0.8 * (PERSONS["age"] - 80) + LIFT + RNG.normal(0, 9, N), died=RNG.random(N) < 0.2)


def test_the_change_is_that_of_a_gaussian_model_with_independence_robust_by_citizen() -> None:
    found = estimates.mean_change(PERSONS, outcome="days", covariates=["age", "C(sex)"]).effect
    rows = PERSONS.astype({"after": float, "treated": float})
    terms = ["after", "treated", "after:treated", "age", "C(sex)"]
    table = estimates.gee(rows, outcome="days", covariates=terms, groups="citizen_id", family="gaussian").coefficients.set_index("name")
    wanted = table.loc["after:treated"]
    assert (found.value, found.se, found.low, found.high) == pytest.approx(tuple(wanted[["estimate", "se", "low", "high"]]), rel=1e-9)
    assert found.contrast == "programme_comparison" and found.claim == "descriptive"


def test_a_change_of_shares_without_covariates_is_the_plain_difference_of_differences() -> None:
    found = estimates.mean_change(PERSONS, outcome="died")
    share = PERSONS.groupby(["treated", "after"])["died"].mean()
    assert found.effect.value == pytest.approx(share[True, True] - share[True, False] - share[False, True] + share[False, False])
    assert found.effect.se == pytest.approx(estimates.proportion_change(PERSONS, outcome="died").se)
    assert found.means["mean"].tolist() == pytest.approx(share.tolist()) and found.means["n"].sum() == N


def test_before_and_after_are_compared_among_the_programmes_rows_alone() -> None:
    own = PERSONS[PERSONS["treated"]]
    told = estimates.mean_change(PERSONS, outcome="days", contrast="after_before").effect
    assert told.value == pytest.approx(own.loc[own["after"], "days"].mean() - own.loc[~own["after"], "days"].mean())


def test_effects_that_share_a_comparison_share_its_influence() -> None:
    one, other = PERSONS["citizen_id"] % 2 == 0, PERSONS["citizen_id"] % 2 == 1
    changes = [estimates.mean_change(PERSONS[~PERSONS["treated"] | part], outcome="days") for part in (one, other)]
    assert [np.linalg.norm(change.influence) for change in changes] == pytest.approx([change.effect.se for change in changes])
    apart = [estimates.mean_change(PERSONS[part], outcome="days") for part in (one, other)]
    assert estimates.shared_variance(changes) > 0 and estimates.shared_variance(apart) == 0


def test_a_cell_without_a_row_is_refused() -> None:
    with pytest.raises(DataError, match="1 of the 4 cells"):
        estimates.mean_change(PERSONS[~(PERSONS["after"] & PERSONS["treated"])], outcome="days")
