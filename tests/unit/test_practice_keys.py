"""Every key that these estimators say has its sentence in both languages, and every fact that a sentence quotes is there."""

from __future__ import annotations

from collections.abc import Callable
from string import Formatter

import pandas as pd
import pytest

from effekt import estimates
from effekt.estimates import keys
from effekt.estimates.estimate import Estimate
from effekt.report.sentences import catalogue

AGREED = pd.DataFrame({"first": ["a", "b", "a"], "second": ["a", "b", "b"]})
ALIKE = pd.DataFrame({"first": ["a"] * 3, "second": ["a"] * 3})
PRACTICES = pd.DataFrame({"unit": list("abcd"), "observed": [4, 9, 3, 32], "expected": [5.0, 6.0, 2.5, 9.0], "n": [40, 60, 30, 90]})
FLAT = PRACTICES.assign(observed=5, expected=5.0, n=50)
SPELLS = pd.DataFrame(
    {"citizen_id": range(6), "entry": 0.0, "exit": [3.0, 5, 5, 8, 9, 9], "event": [1, 0, 1, 2, 1, 0], "treated": [0, 1, 0, 1, 1, 0]}
)
PEOPLE = pd.DataFrame({"citizen_id": [1, 2, 3, 4], "start": pd.Timestamp("2014-01-01"), "treated": [0, 1, 0, 1]})
PEOPLE["death"] = pd.to_datetime([None, "2014-01-05", None, None])
PEOPLE["followed_to"] = pd.to_datetime(["2014-12-31", "2014-12-31", "2014-12-31", "2014-01-03"])
HOME = pd.DataFrame({"citizen_id": [1], "start": [pd.Timestamp("2014-01-02")], "end": [pd.Timestamp("2014-01-04")]})
SCORES = pd.DataFrame({"post": [0.5, 0.7, 0.6, 0.9, 0.4], "before": [0.4, 0.7, 0.5, 0.6, 0.5], "treated": [0, 1, 0, 1, 1]})

CALLS: dict[str, Callable[[], Estimate]] = {
    "wilson": lambda: estimates.wilson(3, 9),
    "difference of shares": lambda: estimates.share_difference(3, 9, 4, 7),
    "kappa": lambda: estimates.kappa(AGREED),
    "kappa of one category": lambda: estimates.kappa(ALIKE),
    "gwet": lambda: estimates.gwet_ac1(AGREED),
    "gwet of one category": lambda: estimates.gwet_ac1(ALIKE),
    "full agreement": lambda: estimates.kappa(AGREED.assign(second=AGREED["first"])),
    "top box": lambda: estimates.top_box(pd.DataFrame({"value": [5, 3]})),
    "direct": lambda: estimates.standardise_direct([1, 2], [10, 10], [5, 5]),
    "indirect": lambda: estimates.standardise_indirect([1, 2], [10, 10], [0.1, 0.2]),
    "systematic component": lambda: estimates.systematic_component(PRACTICES),
    "no systematic component": lambda: estimates.systematic_component(FLAT),
    "odds": lambda: estimates.median_odds_ratio(PRACTICES),
    "even odds": lambda: estimates.median_odds_ratio(FLAT),
    "incidence": lambda: estimates.incidence_difference(SPELLS, at=5),
    "days at home": lambda: estimates.days_alive_at_home(PEOPLE, HOME, days=10).mean,
    "difference of days at home": lambda: estimates.days_alive_at_home(PEOPLE, HOME, days=10).difference,
    "covariance analysis": lambda: estimates.ancova(SCORES, post="post", baseline="before", group="treated").effect,
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_what_it_says_can_be_written_in_both_languages(call: Callable[[], Estimate]) -> None:
    found = call()
    keys.check(contrast=found.contrast, method=found.method, reasons=found.reasons, cautions=found.cautions, facts=tuple(found.facts))
    texts = catalogue()
    said = [f"method.{found.method}", *(f"caution.{key}" for key in found.cautions), *(f"reason.{key}" for key in found.reasons)]
    for key in said:
        for language in ("da", "en"):
            quoted = {name for _, name, _, _ in Formatter().parse(texts[key][language]) if name}
            assert quoted <= {f"fact_{name}" for name in found.facts}, f"{key} ({language}) quotes a fact that is not there"
    assert found.claim == "descriptive"
    assert Estimate.from_record(found.record()) == found


RESULTS: dict[str, Callable[[], object]] = {
    "funnel": lambda: estimates.funnel(PRACTICES),
    "shrunken": lambda: estimates.shrink(FLAT),
    "chart": lambda: estimates.xmr([5.0, 5.0]),
    "mixed": lambda: estimates.mixed(SCORES.assign(citizen_id=[1, 1, 2, 2, 3]), outcome="post", covariates=["treated"]),
    "equations": lambda: estimates.gee(
        SCORES.assign(citizen_id=[1, 1, 2, 2, 3]), outcome="post", covariates=["treated"], groups="citizen_id", family="gaussian"
    ),
}


@pytest.mark.parametrize("call", RESULTS.values(), ids=RESULTS.keys())
def test_the_cautions_of_results_that_are_no_estimates_can_be_written_too(call: Callable[[], object]) -> None:
    found = call()
    assert found.cautions
    keys.check(cautions=found.cautions, facts=tuple(found.facts))
    for key in found.cautions:
        quoted = {name for text in catalogue()[f"caution.{key}"].values() for _, name, _, _ in Formatter().parse(text) if name}
        assert quoted <= {f"fact_{name}" for name in found.facts}
