"""Records of estimators cannot be changed afterwards, and keep what they were given."""

from __future__ import annotations

import importlib
import math
import pickle
from dataclasses import FrozenInstanceError, fields, is_dataclass
from pathlib import Path

import pytest

from effekt import estimates
from effekt.errors import DataError
from effekt.estimates import Estimate
from tests.snapshots.estimates import changes, panels, people

MODULES = sorted(path.stem for path in Path(estimates.__file__).parent.glob("[!_]*.py"))
RECORDS = sorted(
    {
        (module, name)
        for module in MODULES
        for name, thing in vars(importlib.import_module(f"effekt.estimates.{module}")).items()
        if isinstance(thing, type) and is_dataclass(thing) and thing.__module__ == f"effekt.estimates.{module}"
    }
)
PLAIN = Estimate("ratio", 0.8, 0.7, 0.9, "poisson_by_citizen", "identified")


@pytest.mark.parametrize(("module", "name"), RECORDS)
def test_a_result_cannot_be_changed_afterwards(module: str, name: str) -> None:
    record = getattr(importlib.import_module(f"effekt.estimates.{module}"), name)
    assert record.__dataclass_params__.frozen is True
    bare = object.__new__(record)
    with pytest.raises(FrozenInstanceError):
        setattr(bare, fields(record)[0].name, 1)


def test_there_are_records_to_hold() -> None:
    assert len(RECORDS) > 30 and ("estimate", "Estimate") in RECORDS


def test_an_estimate_says_nothing_that_it_was_not_told() -> None:
    assert PLAIN.record() == {
        "scale": "ratio", "value": 0.8, "low": 0.7, "high": 0.9, "method": "poisson_by_citizen", "claim": "identified", "contrast": "", "level": 0.95,
        "p": None, "se": None, "n_citizens": None, "n_events": None, "exposure": None, "cautions": [], "reasons": [], "facts": {}, "outcome": "",
        "measure_unit": "", "unit": "",
    }  # fmt: skip
    assert pickle.loads(pickle.dumps(PLAIN)) == PLAIN == Estimate.from_record(PLAIN.record())


def test_a_number_that_is_none_stays_none_and_counts_are_whole() -> None:
    more = {"p": math.nan, "se": 3, "n_citizens": 7.0, "n_events": 2.0, "exposure": 4, "cautions": ["a"], "facts": {"x": 1}}
    found = Estimate("mean", math.nan, 1, 2, "m", "descriptive", **more)
    assert (found.value, found.low, found.p, found.se, found.exposure) == (None, 1.0, None, 3.0, 4.0)
    assert (type(found.low), type(found.n_citizens), type(found.n_events), found.cautions, dict(found.facts)) == (float, int, int, ("a",), {"x": 1.0})


def test_cautions_are_added_once_and_facts_are_joined() -> None:
    found = PLAIN.cautioned("a", "b", x=1.0).cautioned("b", "c", y=2.0)
    assert (found.cautions, dict(found.facts)) == (("a", "b", "c"), {"x": 1.0, "y": 2.0})
    named = PLAIN.named(outcome="ed", unit="vest", measure_unit="share")
    assert (named.outcome, named.unit, named.measure_unit) == ("ed", "vest", "share")
    assert named.named(outcome="adm", unit="alfa").measure_unit == "share"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"scale": "odds"}, "scale 'odds' is not one of ratio, difference, proportion, mean, index"),
        ({"claim": "proven"}, "claim 'proven' is not one of identified, extrapolated, descriptive"),
    ],
)
def test_a_scale_or_a_claim_that_does_not_exist_is_refused(change: dict[str, str], text: str) -> None:
    with pytest.raises(DataError) as refused:
        Estimate(**{**PLAIN.record(), **change})
    assert str(refused.value) == text


def test_series_and_their_index_say_what_they_hold() -> None:
    weights, synthetic = people.CALLS["weights propensity att"](), panels.CALLS["synthetic"]()
    controlled = changes.CALLS["controlled"]()
    assert (weights.weights.name, weights.propensity.name, weights.ess.name) == ("weight", "propensity", "ess")
    assert (synthetic.weights.name, synthetic.weights.index.name) == ("weight", "unit")
    assert (controlled.influence.name, controlled.influence.index.name) == ("influence", "citizen_id")
    few = changes.CALLS["controlled with few events"]()
    assert (few.influence.name, few.influence.index.name) == ("influence", "citizen_id")
    assert panels.CALLS["staggered simple never varying"]().influence.index.name == "unit"
    assert people.CALLS["responses"]().weights.name == "weight"
