"""What the clusters did beside what came of it: initiatives, how well they were carried out, whom they reached, and the change of one outcome."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from effekt.catalogue.labels import LABELS
from effekt.estimates.estimate import Estimate
from effekt.estimates.moderators import meta_regression
from effekt.estimates.pooling import pool
from effekt.report import making, tables, wording
from effekt.report.all_changes import OutcomeChange
from effekt.report.making import Facts
from effekt.report.pooled_tables import change_facts, under
from effekt.report.prose import block
from effekt.report.results import Column
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

CLUSTERS_A_COVARIATE = 10
TEN_POINTS = 10.0
NOT_STATED = {"not_estimated": {"da": "ikke oplyst", "en": "not stated"}}
Names = dict[str, dict[str, str]]


def cluster_components(study: Study, changes: Iterable[OutcomeChange], initiatives: pd.DataFrame, *, name: str = "components") -> Shown:
    """One row a cluster: its initiatives, how far they were carried out as planned, how many of the target group they reached, and the change.

    changes : `report.outcome_changes`; the primary one is shown. initiatives : `measures.initiatives`. Fidelity is the mean of those
    that state it; reach adds up those that state both whom they reached and whom they were for.
    """
    rows, labels, change = [], Names(), primary(study, changes)
    for cluster in change.clusters:
        own = initiatives[initiatives["cluster_id"] == cluster.unit]
        rows.append(_place(cluster.unit) | _carried_out(own) | _reached(own) | _listed(own, labels) | change_facts(cluster) | _design(study))
    show = [("column.cluster", "cluster"), ("column.initiatives", "types"), ("column.fidelity", "fidelity"), ("column.reached_of", "reach_share")]
    show += [("column.change_interval", "cells.change_interval"), ("column.claim", "claim")]
    plan = tables.layout("synthesis.components", show, notes=("synthesis.components_note",))
    return making.shown(study, "table", name, rows, estimates=change.clusters, context={"table": plan}, labels=labels | _stated())


def component_effects(study: Study, changes: Iterable[OutcomeChange], initiatives: pd.DataFrame, *, name: str = "component_effects") -> Shown:
    """One row a type of initiative: the clusters that have it, how far it was carried out there, the change where it is and where it is not.

    The change of several clusters is pooled; of one it is that cluster's own. Clusters that differ in one type differ in others too.
    """
    rows, labels, change = [], Names(), primary(study, changes)
    for kind in sorted(initiatives["type"].dropna().unique()):
        own = initiatives[initiatives["type"] == kind]
        there = [one for one in change.clusters if (own["cluster_id"] == one.unit).any()]
        parts = {"with": there, "without": [one for one in change.clusters if one not in there]}
        cells: Facts = {"type": (Column("type", "label"), _type(kind, labels)), "n_clusters_there": (Column("n_clusters_there", "count"), len(there))}
        for part, clusters in parts.items():
            cells |= {f"{part}_{key}": told for key, told in _renamed(part, change_facts(_together(change, clusters))).items()}
        rows.append(cells | _carried_out(own) | _design(study) | {"outcome": (Column("outcome", "label"), change.outcome)})
    show = [("column.type", "type"), ("column.n_there", "n_clusters_there"), ("column.fidelity", "fidelity")]
    show += [("column.where_it_is", "cells.with_interval"), ("column.where_not", "cells.without_interval")]
    plan = tables.layout("synthesis.component_effects", show, notes=("synthesis.component_effects_note",))
    return making.shown(study, "table", name, rows, context={"table": plan}, labels=labels | _stated())


def component_finding(study: Study, changes: Iterable[OutcomeChange], initiatives: pd.DataFrame, *, name: str = "component_finding") -> Shown:
    """Whether the change follows how far the initiatives were carried out: by meta-regression where there are clusters enough, else why not."""
    change = primary(study, changes)
    told = [one for one in change.clusters if one.value is not None and one.se]
    counts: Facts = {
        "n_clusters": (Column("n_clusters", "count"), len(told)),
        "n_types": (Column("n_types", "count"), int(initiatives["type"].nunique())),
        "n_needed": (Column("n_needed", "count"), CLUSTERS_A_COVARIATE),
        "outcome": (Column("outcome", "label"), change.outcome),
    }
    fidelity = {unit: own["fidelity_pct"].mean() for unit, own in initiatives.groupby("cluster_id")}
    frame = pd.DataFrame(
        {"unit": [one.unit for one in told], "estimate": [math.log(one.value) for one in told if one.value], "se": [one.se for one in told]}
    ).assign(fidelity=[fidelity.get(one.unit) for one in told])
    frame = frame[frame["fidelity"].notna()]
    if len(frame) < CLUSTERS_A_COVARIATE or frame["fidelity"].nunique() < 2:
        return making.shown(study, "finding", name, [counts], context={"blocks": [block("text", "synthesis.components_few")]})
    frame = frame.assign(fidelity=frame["fidelity"].astype(float) / TEN_POINTS)
    slope = meta_regression(frame, covariates=["fidelity"], level=study.level).moderators["fidelity"]
    facts = making.of_estimate(slope.named(outcome=change.outcome, unit=study.unit)) | counts
    blocks = [block("text", f"synthesis.components_{wording.direction(slope)}"), block("claim", "synthesis.components_claim")]
    return making.shown(study, "finding", name, [facts], estimates=(slope,), context={"blocks": blocks})


def primary(study: Study, changes: Iterable[OutcomeChange]) -> OutcomeChange:
    """The change of the primary outcome."""
    return next(one for one in changes if one.outcome == study.protocol.primary_outcome)


def _together(change: OutcomeChange, clusters: list[Estimate]) -> Estimate:
    """Some of the clusters pooled, what they share with the comparison allowed for; one cluster's own change."""
    told = [one for one in clusters if one.value is not None]
    if len(told) == 1:
        return told[0]
    shared = change.pooled.effect.facts.get("shared_variance", 0.0)
    nothing = Estimate("ratio", None, None, None, "pool_reml_hksj", "descriptive")
    return replace(pool(told, tau2="REML", test="hksj", shared_variance=shared).effect, facts=_counts(told)) if told else nothing


def _counts(clusters: list[Estimate]) -> dict[str, float]:
    counts = [under(one) for one in clusters]
    return {} if None in counts else {"n_events_treated": float(sum(count or 0 for count in counts))}


def _renamed(part: str, cells: Facts) -> Facts:
    """The change of a part of the clusters, its columns named for the part."""
    keys = ("change", "change_low", "change_high", "n_under")
    kept = {key: cells[key] for key in keys}
    return {key: (Column(f"{part}_{key}", c.type, c.digits, c.unit, f"{part}_{c.n}" if c.n else ""), value) for key, (c, value) in kept.items()}


def _place(cluster: str) -> Facts:
    return {"cluster": (Column("cluster", "label"), cluster)}


def _carried_out(initiatives: pd.DataFrame) -> Facts:
    told = initiatives[initiatives["fidelity_pct"].notna()]
    reached = int(told["reach_n"].fillna(0).sum())
    value = float(told["fidelity_pct"].mean()) if len(told) else None
    return {"fidelity": (Column("fidelity", "percent", n="n_reached"), value), "n_reached": (Column("n_reached", "count"), reached)}


def _reached(initiatives: pd.DataFrame) -> Facts:
    told = initiatives[initiatives["reach_n"].notna() & initiatives["eligible_n"].notna()]
    eligible = int(told["eligible_n"].sum())
    share = 100.0 * float(told["reach_n"].sum()) / eligible if eligible else None
    return {
        "reach_share": (Column("reach_share", "percent", n="n_reach"), share),
        "n_reach": (Column("n_reach", "count"), int(told["reach_n"].sum())),
    }


def _listed(initiatives: pd.DataFrame, labels: Names) -> Facts:
    """The types of a cluster's initiatives as one label."""
    kinds = sorted(initiatives["type"].dropna().unique())
    keys = [_type(kind, labels) for kind in kinds]
    key = "types." + "+".join(kinds)
    if kinds:
        labels[key] = {language: ", ".join(_name(one, language, labels) for one in keys) for language in ("da", "en")}
    return {"types": (Column("types", "label"), key if kinds else "not_estimated")}


def _name(key: str, language: str, labels: Names) -> str:
    return (labels.get(key) or LABELS[key])[language]


def _type(kind: Any, labels: Names) -> str:
    """The key of a type's name; a type that the catalogue does not know goes by its own."""
    key = f"type.{kind}"
    if key not in LABELS:
        labels[key] = {"da": str(kind), "en": str(kind)}
    return key


def _stated() -> Names:
    return {key: dict(names) for key, names in NOT_STATED.items()}


def _design(study: Study) -> Facts:
    design = making.of_design(study)
    return {key: design[key] for key in ("horizon",)}
