"""The change of one outcome in each level of each declared subgroup, and the tests of whether the levels differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates.citizen_cells import add_up
from effekt.estimates.controlled_effect import METHOD, CitizenRows, Effect, controlled_effect, keep_rows, sort_rows
from effekt.estimates.estimate import CLAIMS, Estimate
from effekt.estimates.interaction_contrasts import Interaction, interaction
from effekt.estimates.multiplicity import holm
from effekt.estimates.pooling import pool
from effekt.estimates.shared_comparison import shared_variance
from effekt.measures.citizens import person_months
from effekt.measures.subgroups import LEVELS, subgroup_levels

if TYPE_CHECKING:
    from effekt.study import Study

ALL = "all"
_ADDED_UP = ("n_citizens_treated", "n_events_treated")


@dataclass(frozen=True)
class LevelChange:
    """effect : the change in one level of a subgroup ("all" for everybody), pooled over the clusters for the region."""

    subgroup: str
    level: str
    effect: Estimate


@dataclass(frozen=True)
class SubgroupTest:
    """One declared subgroup: whether the change differs between its levels. first, last : names of the levels that `ratio` sets against each other.

    p_holm : corrected over the declared subgroups with a test; None where there was none. least : fewest events of a level compared, of the
    programme before or after.
    """

    subgroup: str
    found: Interaction
    first: str
    last: str
    p_holm: float | None
    least: int


@dataclass(frozen=True)
class SubgroupChanges:
    """What `subgroups_of` found: everybody, each level of each declared subgroup in order, and one test a subgroup."""

    whole: Estimate
    levels: tuple[LevelChange, ...]
    tests: tuple[SubgroupTest, ...]

    def of(self, subgroup: str) -> tuple[LevelChange, ...]:
        """The levels of one subgroup."""
        return tuple(each for each in self.levels if each.subgroup == subgroup)


def subgroups_of(study: Study, outcome: str) -> SubgroupChanges:
    """The change against the comparison in each level of the subgroups that the protocol declares, in the study's place.

    Each level is set against the same level of the comparison, by the design of `report.change`. For the region the clusters' changes are pooled
    level by level (REML, Hartung-Knapp), and the test looks at differences within clusters only. p-values are corrected by Holm over the subgroups.
    A level with too few citizens or events, or with none, has an effect without a value that says so.

    Raises
    ------
    UsageError
        Unknown outcome. DataError: a derived table is missing or damaged.
    """
    studies = [study] if study.cluster is not None else [study.of(cluster) for cluster in study.clusters]
    keys = [(subgroup, level) for subgroup in dict.fromkeys(study.protocol.subgroups) for level in LEVELS[subgroup]]
    by_study = [_in_one(each, outcome, keys) for each in studies]
    units = {key: [found[key] for found in by_study] for key in ((ALL, ALL), *keys)}
    effects = {key: _one(study, outcome, found) for key, found in units.items()}
    whole = effects[ALL, ALL]
    levels = tuple(LevelChange(*key, keep_claim(whole, effects[key].cautioned("subgroup"))) for key in keys)
    return SubgroupChanges(whole, levels, _tests(study, units))


def keep_claim(whole: Estimate, effect: Estimate) -> Estimate:
    """The effect of a level, claiming no more than that of everybody: what a test sees in all is not gone because it is not seen in a few."""
    return replace(effect, claim=max(whole.claim, effect.claim, key=CLAIMS.index))


def _in_one(study: Study, outcome: str, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Effect]:
    """The effect of each level in one cluster or municipality; rows are added up once."""
    frame = person_months(study, outcome)
    named = {name: str(frame.attrs.get(name, "")) for name in ("outcome", "unit", "measure_unit")}
    options = {**study.design, "named": named, "counted": not study.outcome(outcome).is_cost}
    if frame.empty or frame["treated"].nunique() < 2:
        return dict.fromkeys([(ALL, ALL), *keys], _nothing(study, named))
    rows, _ = sort_rows(add_up(frame))
    held = subgroup_levels(study).reindex(rows.cells.citizens)
    found = {(ALL, ALL): _effect(study, rows, options)}
    for subgroup, level in keys:
        among = held[subgroup].eq(level).to_numpy(dtype=bool)
        found[subgroup, level] = _effect(study, keep_rows(rows, among[rows.cells.citizen]), options)
    return found


def _effect(study: Study, rows: CitizenRows, options: dict[str, Any]) -> Effect:
    try:
        return controlled_effect(rows, **options)
    except DataError:   # nobody in this level on a side, or in a period
        return _nothing(study, options["named"])


def _nothing(study: Study, named: dict[str, str]) -> Effect:
    limit = study.protocol.too_few
    facts = {"n_citizens": 0.0, "min_citizens": float(limit.citizens), "min_events": float(limit.events)}
    empty = Estimate(
        "ratio", None, None, None, METHOD, "descriptive", "programme_comparison", study.level,
        cautions=("subgroup_without_answer",), reasons=("too_few",), facts=facts,
    )  # fmt: skip
    return Effect(empty.named(**named), pd.Series(dtype=float))


def _one(study: Study, outcome: str, found: Sequence[Effect]) -> Estimate:
    """The effect of one level in the study's place."""
    if study.cluster is not None:
        return found[0].effect
    pooled = pool(found, tau2="REML", test="hksj", shared_variance=shared_variance(found), level=study.level).effect
    told = [one.effect.facts for one in found if one.effect.value is not None]
    sums = {name: sum(facts.get(name, 0.0) for facts in told) for name in _ADDED_UP}
    counted = replace(
        pooled.cautioned(**sums, horizon=study.horizon), n_citizens=int(sums["n_citizens_treated"]) if told else None,
        n_events=int(sums["n_events_treated"]) if told else None,
    )  # fmt: skip
    return counted.named(outcome=outcome, unit=study.unit, measure_unit=study.outcome(outcome).unit)


def _tests(study: Study, units: dict[tuple[str, str], list[Effect]]) -> tuple[SubgroupTest, ...]:
    declared = tuple(dict.fromkeys(study.protocol.subgroups))
    found = {name: interaction([units[name, level] for level in LEVELS[name]], level=study.level) for name in declared}
    tested = [name for name in declared if found[name].p is not None]
    corrected = dict(zip(tested, holm([found[name].p for name in tested]), strict=True)) if tested else {}
    tests = []
    for name in declared:
        one = found[name]
        first, last = (LEVELS[name][place] if place is not None else "" for place in (one.first, one.last))
        p = float(corrected[name]) if name in corrected else None
        tests.append(SubgroupTest(name, one, first, last, p, _least(units, name)))
    return tuple(tests)


def _least(units: dict[tuple[str, str], list[Effect]], name: str) -> int:
    counts = [
        sum(one.effect.facts.get(period, 0.0) for one in units[name, level] if one.effect.value is not None)
        for level in LEVELS[name]
        for period in ("n_events_before", "n_events_after")
    ]
    return int(np.min([count for count in counts if count > 0], initial=10**9)) if any(counts) else 0
