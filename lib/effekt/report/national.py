"""The report to the health authority: what was done, what came of it, what it cost and what can be spread, in a few sentences and tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from effekt.errors import UsageError
from effekt.report import making, tables, wording
from effekt.report.all_changes import OutcomeChange
from effekt.report.checking_lists import NAMES, load_checklist
from effekt.report.components import primary
from effekt.report.lifts import REGION, Lift
from effekt.report.making import Facts
from effekt.report.pooled_tables import change_facts
from effekt.report.prose import block
from effekt.report.results import Column
from effekt.report.sentences import has_text
from effekt.report.shown import Shown
from effekt.report.spread import Judged

if TYPE_CHECKING:
    from effekt.study import Study



def report_in_short(
    study: Study, changes: Iterable[OutcomeChange], lifts: Iterable[Lift], judged: Iterable[Judged], *, addressee: str, round_number: int,
    name: str = "report_in_short",
) -> Shown:  # fmt: skip
    """To whom, of which round and months the report is; the pooled change of the primary outcome; how many outcomes moved, and what can be spread.

    changes : `report.outcome_changes`. lifts : `report.quality_lift`. judged : `report.judge_initiatives`. addressee : id of a body, such as
    health_authority (names in texts/national.yml).

    Raises UsageError for an addressee without a name.
    """
    if not has_text(f"national.to_{addressee}"):
        raise UsageError(f"Unknown addressee {addressee!r}: texts/national.yml has no name for it.")
    effect = primary(study, changes).effect
    wished = [lift.went(REGION) for lift in lifts if lift.direction and lift.kind != "share"]
    verdicts = [one.verdict.verdict for one in judged]
    items = [item.state for key in NAMES for item in load_checklist(key).items]
    counts = {"round": round_number, "n_better": wished.count("better"), "n_worse": wished.count("worse")}
    counts |= {"n_wished": sum(went != "none" for went in wished), "n_initiatives": len(verdicts), "n_clusters": len(study.clusters)}
    counts |= {"n_spread": verdicts.count("spread"), "n_spread_with_evaluation": verdicts.count("spread_with_evaluation")}
    counts |= {"n_items_open": items.count("open"), "n_items": len(items)}
    facts: Facts = {key: (Column(key, "count"), value) for key, value in counts.items()}
    facts |= making.of_estimate(effect) | making.of_design(study) | {"place": (Column("place", "label"), f"place.{REGION}")}
    facts["addressee"] = (Column("addressee", "label"), f"national.to_{addressee}")
    blocks = [block("headline", wording.headline(effect))]
    blocks += [block("text", wording.interval(effect))] if effect.value is not None else []
    blocks += [block("claim", wording.claim(effect)), block("text", "national.moved"), block("text", "national.can_be_spread")]
    blocks += [block("text", "national.about"), block("text", "national.items_open")]
    return making.shown(study, "finding", name, [facts], estimates=(effect,), context={"blocks": blocks})


def aims_table(study: Study, lifts: Iterable[Lift], *, name: str = "aims") -> Shown:
    """One row an aim: how many of its outcomes moved the wished way in the region, the other way, or cannot be told; and how many have no wished
    direction, or no figure. Each outcome is counted once."""
    rows: list[Facts] = []
    lifts = tuple(lifts)
    for aim in dict.fromkeys(lift.aim for lift in lifts):
        own = [lift for lift in lifts if lift.aim == aim]
        told = [lift for lift in own if lift.went(REGION) != "none"]
        wished = [lift.went(REGION) for lift in told if lift.direction and lift.kind != "share"]
        counts = {f"n_{key}": wished.count(key) for key in ("better", "worse", "unsure")}
        counts |= {"n_undirected": len(told) - len(wished), "n_unmeasured": len(own) - len(told)}
        cells: Facts = {key: (Column(key, "count"), value) for key, value in counts.items()}
        rows.append({"aim": (Column("aim", "label"), f"aim.{aim}")} | cells | {"place": (Column("place", "label"), f"place.{REGION}")})
    show = [("column.aim", "aim"), *((f"column.n_{key}", f"n_{key}") for key in ("better", "worse", "unsure", "undirected", "unmeasured"))]
    plan = tables.layout("national.aims", show, notes=("national.aims_note",))
    return making.shown(study, "table", name, rows, context={"table": plan})


def money_table(study: Study, changes: Iterable[OutcomeChange], *, name: str = "money") -> Shown:
    """One row an outcome in money: the pooled change with its interval, and what it can be used as."""
    told = [one for one in changes if study.outcome(one.outcome).is_cost]
    design = making.of_design(study)
    rows = [change_facts(one.effect) | {key: design[key] for key in ("horizon", "price_year")} for one in told]
    show = [("column.outcome", "outcome"), ("column.change_interval", "cells.change_interval"), ("column.claim", "claim")]
    plan = tables.layout("national.money", show, notes=("national.money_note",))
    return making.shown(study, "table", name, rows, estimates=[one.effect for one in told], context={"table": plan})
