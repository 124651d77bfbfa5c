"""Every key that an estimator says is on the list that the report writes its sentences from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

from effekt import estimates
from effekt.errors import DataError
from effekt.estimates import keys
from effekt.estimates.estimate import Estimate
from tests.properties.estimate_frames import MONTHS, START, clusters, monthly, persons, region

FRAME = region(2, citizens=300)
PERSONS = persons(FRAME)
PANEL = clusters(2)
EFFECTS = pd.DataFrame({"unit": list("abc"), "estimate": [0.1, -0.9, 0.7], "se": [0.1, 0.1, 0.2]})

QUICK = {"replicates": 200}

CALLS: dict[str, Callable[[], Any]] = {
    "controlled": lambda: estimates.controlled_time_series(FRAME, start=START, contaminated=[(MONTHS[2], MONTHS[4])]),
    "controlled, step only": lambda: estimates.controlled_time_series(FRAME, start=MONTHS[40], horizon=24, comparison_exposure="unknown"),
    "controlled, too few": lambda: estimates.controlled_time_series(FRAME, start=START, min_events=10_000, min_citizens=10_000),
    "controlled, no phase-in": lambda: estimates.controlled_time_series(FRAME, start=MONTHS[5], phase_in=0, comparison_exposure="same_initiative"),
    "series": lambda: estimates.interrupted_time_series(monthly(FRAME), start=START),
    "series, step only": lambda: estimates.interrupted_time_series(monthly(FRAME), start=MONTHS[14]),
    "series, too few": lambda: estimates.interrupted_time_series(monthly(FRAME).assign(events=0), start=START),
    "ratio": lambda: [estimates.rate_ratio(PERSONS, contrast=name) for name in ("after_before", "group_group", "programme_comparison")],
    "ratio of counts": lambda: estimates.rate_ratio(PERSONS.drop(columns="citizen_id")),
    "no events": lambda: estimates.rate_ratio(PERSONS.assign(events=0)),
    "exact": lambda: [estimates.exact_rate_ratio((3, 5), (10, 10), p_rule=rule) for rule in ("minimum_likelihood", "doubling")],
    "difference": lambda: estimates.rate_difference(PERSONS),
    "difference in differences": lambda: [estimates.difference_in_differences(PANEL, model=model) for model in ("linear", "poisson")],
    "one cluster": lambda: estimates.difference_in_differences(PANEL.assign(cluster=1)),
    "two by two": lambda: estimates.difference_in_differences(PERSONS.rename(columns={"after": "post"}).drop(columns="unit"), outcome="events"),
    "roll-out": lambda: [estimates.rollout_test(PANEL, statistic=name, level=level) for name in ("did", "log_did") for level in (0.95, 0.999)],
    "cost": lambda: [estimates.cost_ratio(PERSONS), estimates.cost_difference(PERSONS), estimates.mean_cost(PERSONS), estimates.mean_costs(PERSONS)],
    "bootstrap": lambda: [
        estimates.bootstrap_mean_difference(PERSONS, value="cost_dkk", exposure="exposure", after=after, unit=unit, method=method, seed=1, **QUICK)
        for after in (None, "after")
        for unit in (None, "unit")
        for method in ("percentile", "bca")
    ],
    "pool": lambda: [estimates.pool(EFFECTS, tau2=tau2, test=test) for tau2 in ("EE", "DL", "PM", "REML", "ML", "SJ") for test in ("z", "hksj")],
    "pool of one": lambda: estimates.pool(EFFECTS.iloc[:1]),
}


def told(found: Any) -> Iterator[Estimate]:
    """Every Estimate in a result."""
    if isinstance(found, Estimate):
        yield found
    elif isinstance(found, list):
        for part in found:
            yield from told(part)
    elif is_dataclass(found):
        for field in fields(found):
            yield from told(getattr(found, field.name))


@pytest.mark.filterwarnings("error", "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", CALLS)
def test_everything_said_has_a_sentence(name: str) -> None:
    said = list(told(CALLS[name]()))
    assert said
    for one in said:
        keys.check(contrast=one.contrast, method=one.method, reasons=one.reasons, cautions=one.cautions, facts=tuple(one.facts))
        assert one.reasons, "a claim without a reason"
        numbers = [number for number in (one.value, one.low, one.high, one.se, one.p, *one.facts.values()) if number is not None]
        assert np.isfinite(numbers).all()
        assert one.value is not None or one.cautions, "no number and no word why"


@pytest.mark.parametrize("kind", ["contrast", "method", "reasons", "cautions", "facts"])
def test_a_key_that_is_not_on_the_list_is_refused(kind: str) -> None:
    with pytest.raises(DataError, match="not a known"):
        keys.check(**{kind: "unheard_of" if kind in ("contrast", "method") else ("unheard_of",)})
