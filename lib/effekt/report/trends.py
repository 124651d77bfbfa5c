"""The result behind the figure of a monthly rate: what was observed, what was expected, and which months count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from effekt.estimates.estimate import Estimate
from effekt.report import making, tables, wording
from effekt.report.making import Facts
from effekt.report.results import Column
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

PER = 1000.0
_QUOTED = ("outcome", "place", "level", "fact_n_citizens_treated", "fact_n_events_treated", "start", "first_month", "last_month", "price_year")
THIN = 5
_BLANK = dict.fromkeys(("observed", "rate", "low", "high", "events"))
_NOTHING: dict[str, Any] = {"month": pd.Timestamp(2000, 1, 1), **_BLANK, "used": False}


def time_series(study: Study, change: Any, *, name: str = "") -> Shown:
    """The figure of `change`: monthly rate, the expected rate with its band, the start, phase-in, earlier efforts and known breaks.

    Parameters
    ----------
    change : result of `controlled_time_series` or `interrupted_time_series`
        Its `counterfactual` (month, observed, rate, low, high and, where given, used and events; per person-year) is drawn: counts per 1,000
        citizen-years, money in DKK per citizen-year.
    name : id of the result; by default "time_series-<outcome>".
    """
    estimate = headline_estimate(change)
    money = wording.kind(estimate) == "money"
    facts = _facts(study, estimate)
    place = _of_place(study)
    breaks = {f"break_{place}": (Column(f"break_{place}", "month"), making.month(known.month)) for place, known in enumerate(study.protocol.breaks())}
    shown_as = (1.0, estimate.facts.get("n_citizens_treated")) if money else (PER, None)
    rows = [facts | breaks, *(_month(row, *shown_as) for row in _months(change.counterfactual, study))]
    stem = "figure.time_series"
    blank = estimate.value is None or not any(row["expected"][1] is not None for row in rows[1:])
    return making.shown(
        study,
        "time_series",
        name or f"time_series-{estimate.outcome}",
        rows,
        estimates=(estimate,),
        context={
            "title": f"{stem}.title" if study.cluster else f"{stem}.title_region",
            "subtitle": f"{stem}.subtitle{'_few' if blank else '_money' if money else '_thin' if _is_thin(rows[1:]) else ''}",
            "alt": f"{stem}.alt",
            **place,
            "breaks": [{"month": making.month(known.month), "why": f"break.{place}"} for place, known in enumerate(study.protocol.breaks())],
            "table": tables.layout(
                "caption.time_series_money" if money else "caption.time_series",
                [
                    *((f"column.{key}", key) for key in ("month", "observed", "expected")),
                    ("column.interval", "cells.interval"),
                    ("column.used", "used"),
                ],
                rows=tuple(range(1, len(rows))),
                notes=() if study.cluster else ("note.time_series_region",),
            ),
        },
        labels={f"break.{place}": {"da": known.why.da, "en": known.why.en} for place, known in enumerate(study.protocol.breaks())},
    )


def _is_thin(months: list[Facts]) -> bool:
    """Whether a month has so few events on average that chance makes most of what its dot shows."""
    events = [month["n"][1] for month in months if month["n"][1] is not None]
    return bool(events) and sum(events) < THIN * len(events)


def _of_place(study: Study) -> dict[str, Any]:
    """The start that the figure marks: the region's is that of the first cluster, and its phase-in lasts until all have started."""
    if study.cluster is not None:
        return {"start": making.month(study.start)}
    first = min(study.of(cluster).start for cluster in study.clusters)
    return {"start": making.month(first), "start_label": "figure.first_start", "phase_label": "figure.roll_out"}


def headline_estimate(change: Any) -> Estimate:
    """The number a result is known by: an `Estimate` itself, `effect`, `ratio_at_12`, or the `estimate` of a pooled result."""
    if isinstance(change, Estimate):
        return change
    for name in ("effect", "ratio_at_12", "estimate"):
        if isinstance(getattr(change, name, None), Estimate):
            return getattr(change, name)
    raise TypeError(f"{type(change).__name__} holds no estimate that a headline could be about")


def _facts(study: Study, estimate: Estimate) -> Facts:
    told = making.of_estimate(estimate) | making.of_design(study) | {"start": (Column("start", "month"), _of_place(study)["start"])}
    empty: Facts = {key: (column, None) for key, (column, _) in _month(_NOTHING, 1.0 if wording.kind(estimate) == "money" else PER).items()}
    return empty | {key: told[key] for key in _QUOTED if key in told}


def _months(counterfactual: pd.DataFrame, study: Study) -> list[dict[str, Any]]:
    frame = counterfactual.copy()
    if "used" not in frame:
        frame["used"] = True
    if "events" not in frame:
        frame["events"] = None
    return frame.sort_values("month").to_dict("records")


def _month(row: dict[str, Any], per: float, citizens: float | None = None) -> Facts:
    """One month. citizens : what lies under its amounts, for money; None = the events of the month lie under its rate."""
    digits = 0 if per == 1.0 else 1
    cells: Facts = {"month": (Column("month", "month"), making.month(row["month"]))}
    for key, source in (("observed", "observed"), ("expected", "rate"), ("low", "low"), ("high", "high")):
        value = row[source]
        cells[key] = (Column(key, "number", digits, n="n"), None if pd.isna(value) else float(value) * per)
    behind = row["events"] if citizens is None else citizens
    cells["n"] = (Column("n", "count"), None if pd.isna(behind) else round(float(behind)))
    return cells | {"used": (Column("used", "label"), "yes" if row["used"] else "no")}
