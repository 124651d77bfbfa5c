"""The clusters taken together: the pooled answer in words, the forest plot, and the table of the clusters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from effekt.estimates.estimate import Estimate
from effekt.estimates.multiplicity import holm
from effekt.report import making, tables, wording
from effekt.report.making import Facts
from effekt.report.findings import prediction
from effekt.report.prose import block
from effekt.report.results import Column
from effekt.report.shown import Shown
from effekt.report.trends import headline_estimate

if TYPE_CHECKING:
    from effekt.study import Study


_KEPT = ("outcome", "change", "change_low", "change_high", "p", "start", "claim", "level", "horizon", "n_events", "fact_n_citizens_treated")


def pooled_in_short(study: Study, changes: Iterable[Any], pooled: Any, rollout: Any = None, *, name: str = "") -> Shown:
    """The pooled answer: headline, interval, what to expect of a new cluster, how many clusters are clear after Holm, the roll-out test, the claim.

    changes : one result a cluster; pooled : result of `estimates.pool`; rollout : result of `estimates.rollout_test`.
    """
    effect = making.about(study, pooled.effect)
    clusters = _clusters(changes)
    facts = _facts(study, effect, clusters)
    blocks = [block("headline", wording.pooled_headline(effect))]
    if effect.value is not None:
        extra, more = prediction(effect)
        blocks += [block("text", wording.interval(effect)), *extra]
        facts |= more
    if effect.value is not None:
        blocks.append(block("text", "interval.holm"))
        facts["n_clear"] = (Column("n_clear", "count"), sum(p is not None and p < 1 - effect.level for p in _adjusted(clusters)))
    if rollout is not None and rollout.p is not None:
        blocks.append(block("text", "interval.rollout"))
        facts |= {"rollout_p": (Column("rollout_p", "p"), float(rollout.p)), "n_orders": (Column("n_orders", "count"), int(rollout.n_orders))}
    blocks += [block("claim", wording.claim(effect)), block("text", "interval.basis.pooled")]
    return making.shown(study, "finding", name or f"pooled-{effect.outcome}", [facts], estimates=(effect,), context={"blocks": blocks})


def forest(study: Study, changes: Iterable[Any], pooled: Any, *, name: str = "") -> Shown:
    """The forest plot: each cluster's ratio with its interval, the pooled ratio, and the range expected of a new cluster."""
    effect = making.about(study, pooled.effect)
    clusters = _clusters(changes)
    rows = [_facts(study, effect, clusters) | _line("pooled", "row.pooled", effect) | _events_of(clusters)]
    rows += [_line("cluster", one.unit, one) for one in clusters]
    if effect.value is not None and "prediction_low" in effect.facts:
        whole = replace(effect, low=effect.facts["prediction_low"], high=effect.facts["prediction_high"])
        rows.append(_line("prediction", "row.prediction", whole) | {"ratio": (Column("ratio", "ratio", 2), None)})
    order = tuple(range(1, len(clusters) + 1)) + (0,) + tuple(range(len(clusters) + 1, len(rows)))
    numbers = [("column.ratio", "ratio"), ("column.interval", "cells.interval"), ("column.n_events", "fact_n_events_treated")]
    show = [("column.cluster", "unit"), *numbers, ("column.claim", "claim")]
    stem = "figure.forest"
    return making.shown(
        study,
        "forest",
        name or f"forest-{effect.outcome}",
        rows,
        estimates=(effect, *clusters),
        context={
            "title": f"{stem}.title",
            "subtitle": f"{stem}.subtitle",
            "alt": f"{stem}.alt",
            "order": list(order),
            "table": tables.layout("caption.forest", show, rows=order),
        },
    )


def synthesis_table(study: Study, changes: Iterable[Any], *, name: str = "clusters") -> Shown:
    """One row a cluster: start, the change with its interval, p-value and p-value adjusted for several clusters (Holm), claim."""
    clusters = _clusters(changes)
    rows = []
    for one, p_adjusted in zip(clusters, _adjusted(clusters), strict=True):
        told = making.of_estimate(one) | making.of_design(study.of(one.unit))
        kept = {key: told[key] for key in _KEPT if key in told}
        rows.append({"unit": (Column("unit", "label"), one.unit)} | kept | {"p_adjusted": (Column("p_adjusted", "p"), p_adjusted)})
    show = [
        ("column.cluster", "unit"),
        ("column.start", "start"),
        ("column.change_interval", "cells.change_interval"),
        ("column.p", "p"),
        ("column.p_holm", "p_adjusted"),
        ("column.claim", "claim"),
    ]
    plan = tables.layout("caption.clusters", show, notes=("note.effects",))
    return making.shown(study, "table", name, rows, estimates=clusters, context={"table": plan})


def _adjusted(clusters: tuple[Estimate, ...]) -> list[float | None]:
    """Holm's p-values of the clusters that have one, None for the others."""
    there = [one.p for one in clusters if one.p is not None]
    adjusted = iter(holm(there).tolist() if there else [])
    return [None if one.p is None else next(adjusted) for one in clusters]


def _clusters(changes: Iterable[Any]) -> tuple[Estimate, ...]:
    return tuple(headline_estimate(change) for change in changes)


def _facts(study: Study, effect: Estimate, clusters: tuple[Estimate, ...]) -> Facts:
    told = making.of_estimate(effect) | making.of_design(study)
    citizens = sum(one.facts.get("n_citizens_treated", 0.0) for one in clusters)
    return told | {"n_treated": (Column("n_treated", "count"), int(citizens))}


def _events_of(clusters: tuple[Estimate, ...]) -> Facts:
    """The events of the clusters that have a number, added up; the comparison's, which stand behind each of them, are not."""
    events = [one.facts.get("n_events_treated") for one in clusters if one.value is not None]
    counted = None if not events or None in events else int(sum(events))
    return {"fact_n_events_treated": (making.fact_column("n_events_treated"), counted)}


def _line(kind: str, unit: str, estimate: Estimate) -> Facts:
    told = making.of_estimate(estimate)
    kept = {key: told[key] for key in ("ratio", "low", "high", "claim", "n_events", "fact_n_events_treated") if key in told}
    return {"unit": (Column("unit", "label"), unit), "kind": (Column("kind", "label"), f"row.{kind}")} | kept

