"""The wild cluster bootstrap against every sign pattern refitted in R (r/wild_bootstrap.R), and against wildboottest."""

from __future__ import annotations

import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt import estimates
from tests.reference.frozen import frozen

R = frozen("wild_bootstrap")
DATA = pd.DataFrame(R["data"])


@pytest.mark.parametrize("case", R["cases"], ids=lambda case: f"{'weighted' if case['weighted'] else 'plain'} null {case['null']}")
def test_t_and_p_are_those_of_r_with_ties_counted(case: dict) -> None:
    found = estimates.wild_cluster_bootstrap(
        DATA, y="y", x=["x1", "x2"], tested="x1", cluster="g", weights="w" if case["weighted"] else None, null=case["null"]
    )
    assert_allclose([found.t, found.coefficient], [case["t"], case["coefficient"]], rtol=1e-9)
    assert found.p == pytest.approx(case["p"], abs=1e-12)
    assert (found.n_draws, found.tie_rule, found.enumerated, found.smallest_p) == (128, "at_least_as_extreme", True, 2 / 128)


def test_p_is_that_of_wildboottest_plus_the_ties() -> None:
    wanted = frozen("wild_bootstrap", "python")
    found = estimates.wild_cluster_bootstrap(DATA, y="y", x=["x1", "x2"], tested="x1", cluster="g")
    assert found.t == pytest.approx(wanted["t"], rel=1e-9)
    ties = sum(abs(value - wanted["t"]) < 1e-9 for value in wanted["t_star"])
    assert ties >= 2 and found.p == pytest.approx(wanted["p_strict"] + ties / len(wanted["t_star"]), abs=1e-12)
