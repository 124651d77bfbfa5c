"""Degenerate input: a DataError that says what to do, or a result that is descriptive and says why; never a warning, never NaN."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from effekt import estimates
from effekt.errors import DataError
from effekt.estimates.estimate import Estimate

SPELLS = pd.DataFrame(
    {
        "citizen_id": [1, 2, 3, 4, 5, 6], "entry": 0.0, "exit": [3.0, 5.0, 5.0, 8.0, 9.0, 9.0], "event": [1, 0, 1, 2, 1, 0],
        "treated": [0, 1, 0, 1, 1, 0],
    }
)  # fmt: skip
FIRST = SPELLS.assign(event=[1, 0, 1, 0, 1, 0])
PRACTICES = pd.DataFrame({"unit": list("abcd"), "observed": [4, 9, 0, 12], "expected": [5.0, 6.0, 2.5, 9.0], "n": [40, 60, 30, 90]})
SCORES = pd.DataFrame(
    {
        "citizen_id": [1, 1, 2, 2, 3, 3, 4, 4], "wave": [0, 1] * 4, "score": [0.5, 0.7, 0.4, 0.45, 0.8, 0.7, 0.6, 0.9],
        "treated": [0, 0, 1, 1, 0, 0, 1, 1], "yes": [0, 1, 1, 0, 1, 1, 0, 1],
    }
)  # fmt: skip
WIDE = pd.DataFrame({"post": [0.5, 0.7, 0.6, 0.9, 0.4], "before": [0.4, 0.7, 0.5, 0.6, 0.5], "treated": [0, 1, 0, 1, 1]})


def ag(frame: pd.DataFrame, covariates: tuple[str, ...] = ("treated",)) -> pd.DataFrame:
    return estimates.recurrent_events(frame, covariates=list(covariates))


def mixed(frame: pd.DataFrame, **options: str) -> object:
    return estimates.mixed(frame, **{"outcome": "score", "covariates": ["wave"], **options})


def gee(frame: pd.DataFrame, **options: object) -> object:
    return estimates.gee(frame, **{"outcome": "yes", "covariates": ["treated"], "groups": "citizen_id", "family": "binomial", **options})


def ancova(frame: pd.DataFrame, **options: object) -> object:
    return estimates.ancova(frame, **{"post": "post", "baseline": "before", "group": "treated", **options})


REFUSED: dict[str, Callable[[], object]] = {
    "no rows": lambda: estimates.kaplan_meier(FIRST.iloc[:0], at=1),
    "a column is missing": lambda: estimates.cumulative_incidence(SPELLS.drop(columns="exit"), at=1),
    "an exit is missing": lambda: estimates.cumulative_incidence(SPELLS.assign(exit=[np.nan, 5, 5, 8, 9, 9]), at=1),
    "an exit is infinite": lambda: estimates.kaplan_meier(FIRST.assign(exit=[np.inf, 5, 5, 8, 9, 9]), at=1),
    "an exit at the entry": lambda: estimates.kaplan_meier(FIRST.assign(entry=[3.0, 0, 0, 0, 0, 0]), at=1),
    "an event of no kind": lambda: estimates.cumulative_incidence(SPELLS.assign(event=3), at=1),
    "a competing event under kaplan-meier": lambda: estimates.kaplan_meier(SPELLS, at=1),
    "a time after the last exit": lambda: estimates.kaplan_meier(FIRST, at=[1, 9.1]),
    "a time before the first entry": lambda: estimates.kaplan_meier(FIRST, at=-0.1),
    "a time is missing": lambda: estimates.kaplan_meier(FIRST, at=[1, np.nan]),
    "two spells at once": lambda: estimates.cumulative_incidence(SPELLS.assign(citizen_id=[1, 1, 3, 4, 5, 6], event=[0, 0, 1, 2, 1, 0]), at=1),
    "life after the event": lambda: estimates.kaplan_meier(FIRST.assign(citizen_id=[1, 1, 3, 4, 5, 6], entry=[0.0, 3, 0, 0, 0, 0]), at=1),
    "an unknown interval": lambda: estimates.kaplan_meier(FIRST, at=1, interval="exact"),
    "an unknown variance": lambda: estimates.cumulative_incidence(SPELLS, at=1, variance="greenwood"),
    "a level of 95": lambda: estimates.kaplan_meier(FIRST, at=1, level=95),
    "one arm": lambda: estimates.incidence_difference(SPELLS.assign(treated=1), at=3),
    "a citizen in both arms": lambda: estimates.incidence_difference(SPELLS.assign(citizen_id=[1, 1, 3, 4, 5, 6], entry=[0.0, 3, 0, 0, 0, 0]), at=3),
    "no recurrent event": lambda: ag(FIRST.assign(event=0)),
    "a constant covariate": lambda: ag(FIRST.assign(treated=1)),
    "no covariate": lambda: ag(FIRST, ()),
    "one citizen": lambda: ag(FIRST.assign(citizen_id=1, entry=[0.0, 3, 5, 6, 8, 9], exit=[3.0, 5, 6, 8, 9, 10])),
    "events in one arm only": lambda: ag(FIRST.assign(event=[1, 0, 1, 0, 0, 1])),
    "one covariate twice": lambda: ag(FIRST.assign(again=FIRST["treated"]), ("treated", "again")),
    "observed is negative": lambda: estimates.funnel(PRACTICES.assign(observed=-1)),
    "nothing is expected": lambda: estimates.funnel(PRACTICES.assign(expected=0.0)),
    "more than all": lambda: estimates.funnel(PRACTICES.drop(columns="expected").assign(n=3)),
    "no events under a log": lambda: estimates.funnel(PRACTICES, overdispersion="truncate"),
    "a share of one half": lambda: estimates.funnel(PRACTICES, overdispersion="winsorise", share=0.5),
    "an unknown dispersion": lambda: estimates.funnel(PRACTICES, overdispersion="trim"),
    "a log of a share": lambda: estimates.funnel(PRACTICES.drop(columns="expected"), transformation="log"),
    "one unit to shrink": lambda: estimates.shrink(PRACTICES.iloc[:1]),
    "no event to shrink": lambda: estimates.shrink(PRACTICES.assign(observed=0)),
    "one unit to differ": lambda: estimates.systematic_component(PRACTICES.iloc[:1]),
    "one unit of odds": lambda: estimates.median_odds_ratio(PRACTICES.iloc[:1]),
    "nobody has the event": lambda: estimates.median_odds_ratio(PRACTICES.assign(observed=0)),
    "everybody has the event": lambda: estimates.median_odds_ratio(PRACTICES.assign(observed=PRACTICES["n"])),
    "half a citizen": lambda: estimates.median_odds_ratio(PRACTICES.assign(observed=0.5)),
    "one estimate without tau2": lambda: estimates.reliability(pd.DataFrame({"unit": ["a"], "estimate": [0.1], "se": [0.1]})),
    "an error of zero": lambda: estimates.reliability(pd.DataFrame({"unit": ["a", "b"], "estimate": [0.1, 0.2], "se": [0.1, 0.0]})),
    "a stratum without people": lambda: estimates.standardise_direct([1, 2], [10, 0], [5, 5]),
    "strata of two lengths": lambda: estimates.standardise_direct([1, 2], [10, 10], [5, 5, 5]),
    "strata of two kinds": lambda: estimates.standardise_direct(
        pd.Series([1, 2], ["a", "b"]), pd.Series([9, 9], ["a", "c"]), pd.Series([1, 1], ["a", "b"])
    ),
    "a standard of nobody": lambda: estimates.standardise_direct([1, 2], [10, 10], [0, 0]),
    "a missing count": lambda: estimates.standardise_direct([1, np.nan], [10, 10], [5, 5]),
    "nothing expected of the strata": lambda: estimates.standardise_indirect(3, [0, 0], [0.1, 0.2]),
    "half an event": lambda: estimates.standardise_indirect(2.5, [10, 10], [0.1, 0.2]),
    "a constant score": lambda: mixed(SCORES.assign(score=0.5)),
    "a row a group": lambda: mixed(SCORES.assign(citizen_id=range(8))),
    "one group": lambda: mixed(SCORES.assign(citizen_id=1)),
    "a missing score": lambda: mixed(SCORES.assign(score=[np.nan, *SCORES["score"][1:]])),
    "a constant outcome": lambda: gee(SCORES.assign(yes=1)),
    "separation in a logit": lambda: gee(SCORES.assign(yes=SCORES["treated"])),
    "one group of equations": lambda: gee(SCORES.assign(citizen_id=1)),
    "no such family": lambda: gee(SCORES, family="weibull"),
    "no such structure": lambda: gee(SCORES, structure="toeplitz"),
    "two waves at once": lambda: gee(SCORES.assign(wave=0), structure="ar1", time="wave"),
    "exposure with a logit": lambda: gee(SCORES.assign(years=1.0), exposure="years"),
    "an exact score": lambda: gee(SCORES.assign(line=SCORES["wave"] * 2.0 + 1), outcome="line", covariates=["wave"], family="gaussian"),
    "one group of citizens": lambda: ancova(WIDE.assign(treated=1)),
    "an exact follow-up": lambda: ancova(WIDE.assign(post=WIDE["before"])),
    "too many coefficients": lambda: ancova(WIDE.assign(x=[1, 2, 3, 5, 8], y=[1, 4, 9, 2, 3]), covariates=["x", "y"]),
    "a missing answer": lambda: ancova(WIDE.assign(post=[np.nan, 1, 2, 3, 4])),
    "no important change": lambda: estimates.responder_share(WIDE, post="post", baseline="before", important=0),
    "no finding": lambda: estimates.pareto(pd.DataFrame({"phase": []})),
    "weights of zero": lambda: estimates.pareto(pd.DataFrame({"phase": ["gp"], "w": [0]}), weight="w"),
    "a cluster is missing": lambda: estimates.recurring_findings(pd.DataFrame({"error_type": ["x"], "cluster_id": [None]})),
    "a judgement that is neither": lambda: estimates.item_shares(pd.DataFrame({"item_id": [1], "met": [2]})),
    "an unknown weight": lambda: estimates.kappa(pd.DataFrame({"first": [1, 2], "second": [1, 2]}), weights="cubic"),
    "an empty top": lambda: estimates.top_box(pd.DataFrame({"value": [1, 2]}), top=()),
}


@pytest.mark.parametrize("call", REFUSED.values(), ids=REFUSED.keys())
def test_refused_with_a_reason(call: Callable[[], object]) -> None:
    with warnings.catch_warnings(), pytest.raises(DataError) as raised:
        warnings.simplefilter("error")
        call()
    assert len(str(raised.value)) > 30


ALLOWED: dict[str, Callable[[], object]] = {
    "no event at all": lambda: estimates.cumulative_incidence(SPELLS.assign(event=0), at=[0, 4, 9]),
    "only competing events": lambda: estimates.cumulative_incidence(SPELLS.assign(event=2), at=[0, 4, 9], variance="aalen"),
    "everybody has it at once": lambda: estimates.cumulative_incidence(SPELLS.assign(event=1, exit=5.0), at=[4, 5], variance="aalen"),
    "everybody dies": lambda: estimates.kaplan_meier(FIRST.assign(event=1), at=[0, 3, 9]),
    "one citizen with an event": lambda: estimates.kaplan_meier(FIRST.iloc[:1], at=[0, 3]),
    "nobody dies": lambda: estimates.kaplan_meier(FIRST.assign(event=0), at=[0, 9]),
    "no events in a funnel": lambda: estimates.funnel(PRACTICES.assign(observed=0), overdispersion="winsorise").limits,
    "no shares in a funnel": lambda: estimates.funnel(PRACTICES.drop(columns="expected").assign(observed=0), overdispersion="winsorise").limits,
    "one unit in a funnel": lambda: estimates.funnel(PRACTICES.iloc[:1], overdispersion="winsorise").limits,
    "units without events shrunk": lambda: estimates.shrink(PRACTICES.assign(observed=[0, 0, 0, 30])).units,
    "no variation at all": lambda: estimates.systematic_component(PRACTICES.assign(observed=5, expected=5.0)),
    "units of nobody and everybody": lambda: estimates.median_odds_ratio(PRACTICES.assign(observed=[0, 60, 0, 90])),
    "no event in the strata": lambda: estimates.standardise_indirect(0, [10], [0.2]),
    "nobody better": lambda: estimates.responder_share(WIDE, post="post", baseline="before", important=5, group="treated").shares,
    "all better": lambda: estimates.responder_share(WIDE.assign(post=9.0), post="post", baseline="before", important=1, group="treated").difference,
    "all findings alike": lambda: estimates.pareto(pd.DataFrame({"phase": ["gp"] * 3})),
    "one citizen a wave": lambda: mixed(SCORES).coefficients,
    "groups of one row": lambda: gee(SCORES.assign(citizen_id=range(8)), structure="exchangeable").coefficients,
}


def loose_ends(result: object) -> list[str]:
    """What is not finite, or above what it cannot be, in a frame or an estimate."""
    if isinstance(result, pd.DataFrame):
        numbers = result.select_dtypes("number")
        return [str(column) for column in numbers if not np.isfinite(numbers[column].to_numpy(dtype=float)).all()]
    assert isinstance(result, Estimate)
    assert result.claim == "descriptive"
    return [name for name in ("value", "low", "high", "p", "se") if getattr(result, name) is not None and not np.isfinite(getattr(result, name))]


@pytest.mark.parametrize("call", ALLOWED.values(), ids=ALLOWED.keys())
def test_answered_without_a_warning_and_without_nan(call: Callable[[], object]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = call()
    assert loose_ends(result) == []


def test_nothing_is_said_about_a_row() -> None:
    """No message holds a value of a row: the identifier 424242 occurs in none."""
    named = SPELLS.assign(citizen_id=424242)
    with pytest.raises(DataError) as raised:
        estimates.cumulative_incidence(named, at=1)
    assert "424242" not in str(raised.value)
