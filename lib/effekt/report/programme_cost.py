"""What the programme itself cost: the study's own initiatives, the national frame as national, and the total with and without it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from effekt.catalogue.labels import LABELS
from effekt.estimates.estimate import Estimate
from effekt.report import making, tables
from effekt.report.making import Facts
from effekt.report.prose import block
from effekt.report.results import Column
from effekt.report.shares import head_of
from effekt.report.shown import Shown
from effekt.report.trends import headline_estimate

if TYPE_CHECKING:
    from effekt.measures.programme_money import ProgrammeCosts
    from effekt.study import Study

NOT_STATED = {"not_estimated": {"da": "ikke oplyst", "en": "not stated"}}
PERCENT = 100.0


def programme_in_short(study: Study, costs: ProgrammeCosts, frame: pd.DataFrame, *, name: str = "programme") -> Shown:
    """What the initiatives cost in all and for each citizen-year, and what is only known of the whole country, in words.

    costs : `measures.programme_costs`. frame : `measures.national_frame`. A cost that is not stated is said so and is no 0.
    """
    n = len(costs.initiatives)
    shared = "cluster" if study.municipality is None else "municipality"
    facts: Facts = head_of(study) | {
        "programme_place": (Column("programme_place", "label"), f"place.{study.cluster or 'region'}"),
        "n_initiatives": (Column("n_initiatives", "count"), n),
        "n_stated": (Column("n_stated", "count"), costs.n_stated),
        "n_not_stated": (Column("n_not_stated", "count"), n - costs.n_stated),
        "total": (Column("total", "money"), costs.total_dkk),
        "per_year": (Column("per_year", "money", n="n_citizens"), costs.per_year_dkk),
        "n_citizens": (Column("n_citizens", "count"), costs.n_citizens),
        "first": (Column("first", "month"), making.month(costs.initiatives["first"].min()) if n else None),
        "last": (Column("last", "month"), making.month(costs.initiatives["last"].max()) if n else None),
    }
    blocks = [block("headline", f"finding.programme.{shared}" if costs.per_year_dkk is not None else "finding.programme.none")]
    blocks += [block("text", "interval.programme_part")] if 0 < costs.n_stated < n else []
    blocks += [block("text", "interval.programme_per_year")] if costs.per_year_dkk is not None else []
    national, row = _national(frame)
    facts |= national
    blocks += [block("text", key) for key in row]
    return making.shown(study, "finding", name, [facts], context={"blocks": blocks}, labels=_place_labels(study) | NOT_STATED)


def programme_table(study: Study, costs: ProgrammeCosts, *, name: str = "programme_costs") -> Shown:
    """One row an initiative: its cost as told, in fixed prices, and a year in operation; "not stated" where it is not stated."""
    rows, labels = [], dict(NOT_STATED)
    names = study.labels()
    for item in costs.initiatives.to_dict("records"):
        kind = f"type.{item['type']}"
        labels |= {} if kind in LABELS else {kind: {"da": item["name"], "en": item["name"]}}
        where = "region" if pd.isna(item["cluster_id"]) else str(item["cluster_id"])
        labels[where] = names[where]
        money = {key: (Column(key, "money"), None if pd.isna(item[key]) else float(item[key])) for key in ("amount_dkk", "fixed_dkk", "running_dkk")}
        row: Facts = {"cluster": (Column("cluster", "label"), where), "type": (Column("type", "label"), kind)}
        row |= {"first": (Column("first", "month"), making.month(item["first"])), "last": (Column("last", "month"), making.month(item["last"]))}
        rows.append(row | money | {"price_year": making.of_design(study)["price_year"]})
    if not rows:
        facts = head_of(study)
        return making.shown(study, "finding", name, [facts], context={"blocks": [block("text", "interval.programme_nothing")]})
    show = [("column.type", "type"), *((f"column.{key}", key) for key in ("first", "last", "amount_dkk", "fixed_dkk", "running_dkk"))]
    heads = [("column.cluster", "cluster"), *show] if study.cluster is None else show
    plan = tables.layout("caption.programme_costs", heads, notes=("note.programme_costs",))
    return making.shown(study, "table", name, rows, context={"table": plan}, labels=labels)


def with_programme(
    study: Study, level: Estimate | None, changes: Sequence[Any], costs: ProgrammeCosts, *, name: str = "with_programme"
) -> Shown:
    """Four rows: cost after the start and its change against the comparison, each without and with the programme, in kroner per citizen-year.

    level : `report.level_after`. changes : `report.kroner_differences`, of which the first is shown. The programme is an account without uncertainty
    of its own, so the limits move with the figure. Where its cost is not stated the rows with it say so.
    """
    added, change = costs.per_year_dkk, headline_estimate(changes[0])
    facts = head_of(study) | {"programme": (Column("programme", "money", n="n_citizens"), added)}
    facts["programme_place"] = (Column("programme_place", "label"), f"place.{study.cluster or 'region'}")
    rows, few = [], study.protocol.too_few.citizens
    for what, estimate in (("level", level), ("change", change)):
        told = estimate if estimate is not None and (estimate.n_citizens or 0) >= few else None
        for side, plus in (("without", 0.0), ("with", added)):
            known = told is not None and told.value is not None and plus is not None
            limits = {"value": told.value, "value_low": told.low, "value_high": told.high} if told is not None and known else {}
            cells: Facts = {
                key: (Column(key, "number", unit="dkk_per_person_year", n="n_citizens"), limits[key] + plus if limits.get(key) is not None else None)
                for key in ("value", "value_low", "value_high")
            }
            counted = (Column("n_citizens", "count"), (told.n_citizens if told is not None else None) or 0)
            rows.append(facts | {"what": (Column("what", "label"), f"total.{what}_{side}")} | cells | {"n_citizens": counted})
    notes = ["note.with_programme" if added is not None else "note.with_programme_none"]
    notes += ["note.with_programme_municipality"] if added is not None and study.municipality is not None else []
    plan = tables.layout(
        "caption.with_programme",
        [("column.what_counts", "what"), ("column.dkk_year", "value"), ("column.interval", "cells.value_limits")],
        notes=tuple(notes),
    )
    held = [one for one in (level, change) if one is not None]
    return making.shown(
        study, "table", name, rows, estimates=[making.about(study, one) for one in held], context={"table": plan}, labels=_place_labels(study)
    )


def _national(frame: pd.DataFrame) -> tuple[Facts, list[str]]:
    """The national frame and its split by recipient; that nothing is told where no share is."""
    shares = frame.set_index("recipient")
    if not {"regions", "municipalities"} <= set(shares.index):
        return {}, ["interval.national_none"]
    facts: Facts = {"frame": (Column("frame", "money"), float(shares["amount_dkk"].sum()))}
    facts |= {
        "frame_from": (Column("frame_from", "year"), _year(shares["first_year"].min())),
        "frame_to": (Column("frame_to", "year"), _year(shares["last_year"].max())),
    }
    for recipient in ("regions", "municipalities"):
        facts[f"to_{recipient}"] = (Column(f"to_{recipient}", "money"), float(shares.loc[recipient, "amount_dkk"]))
        facts[f"share_{recipient}"] = (Column(f"share_{recipient}", "percent"), PERCENT * float(shares.loc[recipient, "share"]))
    return facts, ["interval.national"]


def _place_labels(study: Study) -> dict[str, dict[str, str]]:
    """What the cluster of the run is called, or the region: whose programme it is."""
    return {f"place.{study.cluster or 'region'}": making.place_names(study.cluster or "region", study.labels())}


def _year(value: object) -> int | None:
    return None if pd.isna(value) else int(value)  # type: ignore[arg-type,call-overload]
