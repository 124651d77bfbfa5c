"""The scorecard: the Triple Aim and the five aims on one page, a column for each cluster and one for the region, in numbers and words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from effekt.estimates.claims import pooled
from effekt.estimates.estimate import Estimate
from effekt.report import making, tables
from effekt.report.lifts import REGION, Lift, unmeasured
from effekt.report.making import Facts
from effekt.report.pooled_tables import under
from effekt.report.prose import block
from effekt.report.results import Column
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

SCALES = {"percent": 100.0, "points": 100.0, "days": 1.0, "score": 1.0, "share": 100.0}
DECIDED = ("better", "worse", "unsure")


def scorecard_in_short(study: Study, lifts: Iterable[Lift], indicators: pd.DataFrame, *, name: str = "scorecard_in_short") -> Shown:
    """How many outcomes moved clearly the wished way in the region, how many the other way, how many cannot be told; and what went wrong in clusters.

    lifts : `report.quality_lift`. indicators : `measures.programme(study, "indicator")`. Outcomes without a wished direction are not counted.
    """
    lifts = tuple(lifts)
    wished = [lift for lift in lifts if lift.direction and lift.kind != "share"]
    went = [lift.went(REGION) for lift in wished]
    told = [lift for lift in wished if lift.went(REGION) != "none"]
    claims = [lift.estimates[REGION].claim for lift in told if lift.estimates[REGION] is not None]  # type: ignore[union-attr]
    counts = {f"n_{key}": went.count(key) for key in DECIDED}
    counts |= {"n_wished": len(told), "n_effects": claims.count("identified"), "n_unmeasured": len(unmeasured(lifts, indicators))}
    counts |= {"n_better_effects": sum(_better(lift) for lift in told), "n_clusters": len(study.clusters), "n_outcomes": len(lifts)}
    counts |= {"n_all_clusters": sum(all(lift.went(cluster) == "better" for cluster in study.clusters) for lift in wished)}
    parts = [lift.went(cluster) for lift in wished for cluster in study.clusters]
    counts |= {"n_clusters_worse": parts.count("worse"), "n_clusters_told": sum(went != "none" for went in parts)}
    facts: Facts = {key: (Column(key, "count"), value) for key, value in counts.items()}
    facts |= making.of_design(study) | {"place": (Column("place", "label"), f"place.{REGION}")}
    facts["level"] = (Column("level", "percent"), 100.0 * study.level)
    if not told:
        return making.shown(study, "finding", name, [facts], context={"blocks": [block("headline", "scorecard.nothing")]})
    blocks = [block("headline", f"scorecard.headline_{'worse' if counts['n_worse'] else 'none_worse'}")]
    blocks.append(block("text", f"scorecard.everywhere_{'some' if counts['n_all_clusters'] else 'none'}"))
    blocks += [block("text", "scorecard.clusters_worse")] if counts["n_clusters_worse"] else []
    blocks.append(block("text", f"scorecard.unmeasured_{'some' if counts['n_unmeasured'] else 'none'}"))
    weakest = pooled(claims).claim
    blocks.append(block("claim", "scorecard.claim_identified" if weakest == "identified" else "scorecard.claim_mixed"))
    return making.shown(study, "finding", name, [facts], context={"blocks": blocks})


def scorecard(study: Study, lifts: Iterable[Lift], *, name: str = "scorecard") -> Shown:
    """The grid: a row an outcome, a column a cluster and the region; size, direction in a word, and what the figure may be read as.

    lifts : `report.quality_lift`. The table behind the figure has one row an outcome and place, with intervals.
    """
    lifts, units = tuple(lifts), (*study.clusters, REGION)
    names = study.labels()
    rows = [_row(study, lift, unit) for lift in lifts for unit in units]
    counts = [row["went"][1] for row in rows if row["where"][1] == REGION]
    head: Facts = {
        "n_better": (Column("n_better", "count"), counts.count("went.better")),
        "n_worse": (Column("n_worse", "count"), counts.count("went.worse")),
        "n_rows": (Column("n_rows", "count"), len(lifts)),
        "place": (Column("place", "label"), f"place.{REGION}"),
        "level": (Column("level", "percent"), 100.0 * study.level),
        **making.of_design(study),
    }
    show = [("column.aim", "aim"), ("column.outcome", "what"), ("column.where", "where"), ("column.change_interval", "cells.lift_interval")]
    show += [("column.measured_in", "kind"), ("column.went", "went"), ("column.claim", "claim")]
    plan = tables.layout("scorecard.table", show, notes=("scorecard.table_note",), rows=tuple(range(1, len(rows) + 1)))
    stem = "scorecard.figure"
    context = {"title": f"{stem}_title", "subtitle": f"{stem}_subtitle", "alt": f"{stem}_alt", "units": list(units), "table": plan}
    estimates = [estimate for lift in lifts for unit in units if (estimate := lift.estimates.get(unit)) is not None and estimate.value is not None]
    labels = {unit: names[unit] for unit in units}
    return making.shown(study, "scorecard", name, [head, *rows], estimates=estimates, context=context, labels=labels)


def unmeasured_table(study: Study, lifts: Iterable[Lift], indicators: pd.DataFrame, *, name: str = "unmeasured") -> Shown:
    """One row an indicator of the five aims that the scorecard has no number for, and why; in words where there is none."""
    found = unmeasured(lifts, indicators)
    if found.empty:
        return making.shown(study, "finding", name, [{}], context={"blocks": [block("text", "scorecard.all_measured")]})
    rows: list[Facts] = [
        {
            "aim": (Column("aim", "label"), f"aim.{row.aim_id}"),
            "indicator": (Column("indicator", "label"), f"indicator.{row.indicator_id}"),
            "why": (Column("why", "label"), f"unmeasured.{row.why}"),
        }
        for row in found.itertuples()
    ]
    labels = {f"indicator.{row.indicator_id}": {"da": row.label_da, "en": row.label_en} for row in found.itertuples()}
    show = [("column.aim", "aim"), ("column.indicator", "indicator"), ("column.why", "why")]
    plan = tables.layout("scorecard.unmeasured_table", show)
    return making.shown(study, "table", name, rows, context={"table": plan}, labels=labels)


def _better(lift: Lift) -> bool:
    estimate = lift.estimates[REGION]
    return lift.went(REGION) == "better" and estimate is not None and estimate.claim == "identified"


def _row(study: Study, lift: Lift, unit: str) -> Facts:
    estimate = lift.estimates.get(unit)
    told = {key: None if estimate is None else _shown(lift, value) for key, value in _ends(estimate).items()}
    cells: Facts = {
        "what": (Column("what", "label"), lift.what),
        "aim": (Column("aim", "label"), f"aim.{lift.aim}"),
        "triple": (Column("triple", "label"), f"triple.{lift.triple_aim}"),
        "where": (Column("where", "label"), unit),
        "kind": (Column("kind", "label"), f"measured_in.{lift.kind}"),
        "went": (Column("went", "label"), f"went.{lift.went(unit)}"),
        "claim": (Column("claim", "label"), _claim(lift, estimate)),
        "n_under": (Column("n_under", "count"), None if estimate is None else under(estimate)),
    }
    cells |= {key: (Column(key, "number", 1, n="n_under"), value) for key, value in told.items()}
    return cells | {"level": (Column("level", "percent"), 100.0 * study.level)}


def _claim(lift: Lift, estimate: Estimate | None) -> str:
    if estimate is None or estimate.value is None:
        return "not_estimated"
    return "claim_short.level" if lift.kind == "share" else f"claim_short.{estimate.claim}"


def _ends(estimate: Estimate | None) -> dict[str, float | None]:
    values = (None, None, None) if estimate is None else (estimate.value, estimate.low, estimate.high)
    return dict(zip(("size", "size_low", "size_high"), values, strict=True))


def _shown(lift: Lift, value: float | None) -> float | None:
    if value is None:
        return None
    return SCALES[lift.kind] * (value - 1.0 if lift.kind == "percent" else value)
