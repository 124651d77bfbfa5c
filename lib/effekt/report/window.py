"""What else happened in the months that an answer rests on: earlier efforts, registration breaks, other clusters, older initiatives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from effekt.catalogue.labels import LABELS
from effekt.errors import DataError
from effekt.measures.overview import initiatives
from effekt.report import making, tables
from effekt.report.making import Facts
from effekt.report.prose import block
from effekt.report.results import Column
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study


def other_things(study: Study, *, name: str = "other_things") -> Shown:
    """One row a thing that falls in the window of the place: what, where, from when to when, and what is done about it.

    A note says what the comparison was given itself; a place of which the protocol and the initiatives tell nothing else is said so.
    """
    rows, labels = _rows(study)
    facts = making.of_design(study) | {
        "place": (Column("place", "label"), f"place.{study.unit}"),
        "n_other": (Column("n_other", "count"), len(rows)),
    }
    note = f"sensitivity.window.note.{study.comparison_exposure}"
    if not rows:
        blocks = [block("headline", "sensitivity.window.nothing"), block("text", note)]
        return making.shown(study, "finding", name, [facts], context={"blocks": blocks})
    show = [
        ("column.what_else", "what"), ("column.place", "unit"), ("column.from_month", "from"), ("column.to_month", "to"),
        ("column.what_done", "done"),
    ]  # fmt: skip
    plan = tables.layout("sensitivity.window.some", show, notes=(note,), rows=tuple(range(1, len(rows) + 1)))
    return making.shown(study, "table", name, [facts, *rows], context={"table": plan}, labels=labels)


def _rows(study: Study) -> tuple[list[Facts], dict[str, Any]]:
    places = [study] if study.cluster is not None else [study.of(cluster) for cluster in study.clusters]
    labels: dict[str, Any] = {"not_estimated": {"da": "\u2013", "en": "\u2013"}}
    rows = []
    for place in places:
        known = next(one for one in study.protocol.clusters if one.id == place.cluster)
        for number, span in enumerate(known.contaminated):
            labels[f"else.{known.id}.{number}"] = {"da": span.why.da, "en": span.why.en}
            rows.append(_row(f"else.{known.id}.{number}", known.id, span.first, span.last, "else.done.left_out"))
    for number, known_break in enumerate(study.protocol.breaks()):
        labels[f"else.break.{number}"] = {"da": known_break.why.da, "en": known_break.why.en}
        rows.append(_row(f"else.break.{number}", "else.all_places", known_break.month, None, "else.done.everywhere"))
    if study.cluster is not None:
        first = min(study.of(cluster).start for cluster in study.clusters)
        if first < study.start:
            rows.append(_row("else.others_started", "region", first, study.start - pd.DateOffset(months=1), "else.done.way"))
    return [*rows, *_before_too(study, labels)], labels


def _before_too(study: Study, labels: dict[str, Any]) -> list[Facts]:
    """Initiatives of the place that existed before its start; one of which no date is told has none."""
    try:
        held = initiatives(study)
    except DataError:
        return []
    own = held[held["existing"].eq(True)]
    if study.cluster is not None:
        own = own[own["cluster_id"] == study.cluster]
    rows = []
    for one in own.itertuples():
        kind = f"type.{one.type}"
        if kind not in LABELS:
            labels[kind] = {"da": one.type, "en": one.type}
        rows.append(_row(kind, one.cluster_id, None, None, "else.done.before_too"))
    return rows


def _row(what: str, unit: str, first: Any, last: Any, done: str) -> Facts:
    return {
        "what": (Column("what", "label"), what),
        "unit": (Column("unit", "label"), unit),
        "from": (Column("from", "month"), None if first is None else making.month(first)),
        "to": (Column("to", "month"), None if last is None else making.month(last)),
        "done": (Column("done", "label"), done),
    }
