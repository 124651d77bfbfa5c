"""All outcomes with the clusters taken together: the change, what to expect of a new cluster, and what each cluster is drawn to."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from effekt.estimates.estimate import Estimate
from effekt.report import making, tables
from effekt.report.all_changes import OutcomeChange
from effekt.report.making import Facts
from effekt.report.results import Column
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

AIMLESS = "none"
_UNDER = ("n_events_treated", "n_citizens_treated")


def pooled_outcomes(study: Study, changes: Iterable[OutcomeChange], *, name: str = "outcomes") -> Shown:
    """One row an outcome, by aim: the pooled change with its interval, the range expected of a new cluster, the clusters with a number, the claim.

    changes : `report.outcome_changes`. Outcomes that serve no aim are left out.
    """
    told = by_aim(study, changes)
    rows = [_aim(study, one) | change_facts(one.effect) | _expected(one) | _design(study, one) for one in told]
    show = [("column.outcome", "outcome"), ("column.change_interval", "cells.change_interval")]
    show += [("column.expected_new", "cells.expected"), ("column.clusters_told", "n_clusters_told"), ("column.claim", "claim")]
    plan = tables.layout("synthesis.outcomes", show, notes=("synthesis.outcomes_note",))
    return making.shown(study, "table", name, rows, estimates=[one.effect for one in told], context={"table": plan})


def shrunken_clusters(study: Study, changes: Iterable[OutcomeChange], *, name: str = "shrunken") -> Shown:
    """One row an outcome, one column a cluster: the cluster's change drawn towards the mean, the more so the less certain it is.

    changes : `report.outcome_changes`. A cluster without a number of its own has none here.
    """
    names = study.labels()
    rows = []
    for one in by_aim(study, changes):
        drawn = dict(zip(one.pooled.blups["unit"], one.pooled.blups["estimate"], strict=True))
        cells: Facts = {"outcome": (Column("outcome", "label"), one.outcome)}
        for cluster in one.clusters:
            value = 100.0 * math.expm1(drawn[cluster.unit]) if cluster.unit in drawn else None
            cells[f"at_{cluster.unit}"] = (Column(f"at_{cluster.unit}", "percent", 1, n=f"n_{cluster.unit}"), value)
            cells[f"n_{cluster.unit}"] = (Column(f"n_{cluster.unit}", "count"), under(cluster))
        rows.append(cells | _design(study, one))
    show = [("column.outcome", "outcome"), *((cluster, f"at_{cluster}") for cluster in study.clusters)]
    plan = tables.layout("synthesis.shrunken", show, notes=("synthesis.shrunken_note",))
    labels = {cluster: names[cluster] for cluster in study.clusters}
    return making.shown(study, "table", name, rows, context={"table": plan}, labels=labels)


def by_aim(study: Study, changes: Iterable[OutcomeChange]) -> list[OutcomeChange]:
    """The changes of outcomes that serve an aim, by aim; within one in the order of the catalogue."""
    told = [one for one in changes if study.outcome(one.outcome).aim != AIMLESS]
    return sorted(told, key=lambda one: study.outcome(one.outcome).aim)


def change_facts(estimate: Estimate) -> Facts:
    """The change in percent with its interval, the count under it (events; citizens where it is money), the level and the claim."""
    ends = {"change": estimate.value, "change_low": estimate.low, "change_high": estimate.high}
    told = {key: None if value is None else 100.0 * (value - 1.0) for key, value in ends.items()}
    return {
        "outcome": (Column("outcome", "label"), estimate.outcome),
        "change": (Column("change", "percent", 1, n="n_under"), told["change"]),
        "change_low": (Column("change_low", "number", 1, unit="percent", n="n_under"), told["change_low"]),
        "change_high": (Column("change_high", "number", 1, unit="percent", n="n_under"), told["change_high"]),
        "n_under": (Column("n_under", "count"), under(estimate)),
        "level": (Column("level", "percent"), 100.0 * estimate.level),
        "claim": (Column("claim", "label"), f"claim_short.{estimate.claim}" if estimate.value is not None else "not_estimated"),
    }


def under(estimate: Estimate) -> int | None:
    """How many events of the programme lie under a number; citizens where its events are amounts."""
    told = [estimate.facts.get(name) for name in _UNDER]
    counts = [count for count in (*told, estimate.n_events, estimate.n_citizens) if count is not None]
    return int(counts[0]) if counts and estimate.value is not None else None


def _aim(study: Study, one: OutcomeChange) -> Facts:
    return {"aim": (Column("aim", "label"), f"aim.{study.outcome(one.outcome).aim}")}


def _expected(one: OutcomeChange) -> Facts:
    ends = {key: one.effect.facts.get(key) for key in ("prediction_low", "prediction_high")}
    told = {key: None if value is None or one.effect.value is None else 100.0 * (value - 1.0) for key, value in ends.items()}
    cells: Facts = {key: (Column(key, "percent", 1, n="n_under"), value) for key, value in told.items()}
    return cells | {"n_clusters_told": (Column("n_clusters_told", "count"), sum(cluster.value is not None for cluster in one.clusters))}


def _design(study: Study, one: OutcomeChange) -> Facts:
    design = making.of_design(study)
    head: Facts = {"level": (Column("level", "percent"), 100.0 * one.effect.level), "place": (Column("place", "label"), "place.region")}
    return head | {key: design[key] for key in ("horizon", "price_year")}
