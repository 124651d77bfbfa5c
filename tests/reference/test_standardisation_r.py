"""Standardised rates against R's qgamma and poisson.test (r/standardisation.R)."""

from __future__ import annotations

import pandas as pd
import pytest

from effekt.estimates import standardise_direct, standardise_indirect
from effekt.estimates.estimate import Estimate
from tests.reference.frozen import frozen

R = frozen("standardisation")
STRATA = ["60-69", "70-74", "75-79", "80-84", "85+"]


def numbers(found: Estimate, *names: str) -> tuple[float | None, ...]:
    return tuple(getattr(found, name) for name in names)


@pytest.mark.parametrize(("counts", "key"), [(R["counts"], "direct"), ([0, 0, 0, 0, 0], "direct_zero"), ([0, 0, 1, 0, 0], "direct_few")])
def test_the_direct_rate_has_the_gamma_interval(counts: list[int], key: str) -> None:
    found = standardise_direct(counts, R["population"], R["standard"])
    assert numbers(found, "value", "se", "low", "high") == pytest.approx(tuple(R[key][name] for name in ("rate", "se", "low", "high")), rel=1e-9)


@pytest.mark.parametrize("case", R["exact"], ids=lambda case: f"{case['observed']} of {case['expected']}")
def test_the_indirect_ratio_is_poisson_test(case: dict) -> None:
    found = standardise_indirect(case["observed"], [case["expected"]], [1.0])
    assert numbers(found, "value", "low", "high", "p") == pytest.approx(tuple(case[name] for name in ("ratio", "low", "high", "p")), rel=1e-9)
    assert found.facts["p_doubling"] == pytest.approx(case["doubled"], rel=1e-9)


def test_the_expected_number_adds_up_over_the_strata() -> None:
    found = standardise_indirect(R["counts"], R["population"], R["rates"])
    assert found.facts["expected"] == pytest.approx(R["expected"], rel=1e-12)
    assert found.value == pytest.approx(R["indirect"]["ratio"], rel=1e-12)


def test_rates_may_come_as_events_and_population_of_the_standard() -> None:
    people = [10_000.0] * 5
    events = [rate * 10_000 for rate in R["rates"]]
    assert standardise_indirect(sum(R["counts"]), R["population"], events, people).value == pytest.approx(R["indirect"]["ratio"], rel=1e-12)


def test_series_are_matched_by_their_strata_and_not_by_their_place() -> None:
    counts, population, standard = (pd.Series(R[name], index=STRATA) for name in ("counts", "population", "standard"))
    expected = standardise_direct(R["counts"], R["population"], R["standard"]).value
    assert standardise_direct(counts, population[::-1], standard.sample(frac=1, random_state=3)).value == pytest.approx(expected, rel=1e-12)


def test_the_error_of_a_ratio_is_that_of_its_log_and_a_level_is_no_effect() -> None:
    found = standardise_indirect([20, 16], [100.0, 50.0], [0.2, 0.4])
    assert found.se == pytest.approx(1 / 6) and found.exposure == 150.0 and found.n_events == 36
    assert standardise_indirect(0, [10.0], [0.1]).se is None
    assert (found.claim, found.contrast) == ("descriptive", "")


def test_a_higher_level_gives_a_wider_interval() -> None:
    narrow, wide = (standardise_indirect(9, [10.0], [0.5], level=level) for level in (0.9, 0.99))
    assert wide.low < narrow.low < narrow.value < narrow.high < wide.high
    narrow, wide = (standardise_direct(R["counts"], R["population"], R["standard"], level=level) for level in (0.9, 0.99))
    assert wide.low < narrow.low < narrow.high < wide.high
