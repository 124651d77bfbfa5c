"""Does the answer hold when it is computed another way: the verdict in words, and the specification curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from effekt.estimates.estimate import Estimate
from effekt.report import making, tables, wording
from effekt.report.ground import grounds, other_ground
from effekt.report.holding import Checks, Held, Tried, check, hold
from effekt.report.making import Facts
from effekt.report.prose import Block, block
from effekt.report.results import Column
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

MAIN_WAY = "row.main_way"
_KEPT = ("change", "change_low", "change_high", "level", "p", "n_citizens", "n_events", "claim")


@dataclass(frozen=True)
class Sensitivity:
    """What a study's primary answer was held against, and what became of the second outcome (None where the protocol names none)."""

    primary: Held
    checks: Checks
    second: Held | None


def hold_answer(study: Study) -> Sensitivity:
    """The primary answer by every way that was declared, at false starts, on outcomes that cannot move; the second outcome by every way.

    A place with nobody, or too little, has no answer to hold against anything: the functions that show it say so in words.
    """
    primary, second = study.protocol.primary_outcome, study.protocol.sensitivity.second_outcome
    given = () if study.lacking(primary) else grounds(study, primary)
    held = hold(study, primary, given)
    checks = check(study, primary, held, given)
    if not second:
        return Sensitivity(held, checks, None)
    others = () if study.lacking(second) else tuple(found for each in given if (found := other_ground(each, second)) is not None)
    return Sensitivity(held, checks, hold(study, second, others))


def sensitivity_in_short(study: Study, found: Sensitivity, *, name: str = "in_short") -> Shown:
    """Whether the answer holds, from what to what it moves, what it would be without a comparison, and how the two tests of the design went."""
    facts = counted(study, found.primary) | rejected(found.checks) | moved(found.checks)
    blocks = [block("headline", verdict(found.primary))]
    if facts["n_ways"][1]:
        blocks.append(block("text", "sensitivity.range"))
    if facts["n_without"][1]:
        blocks.append(block("text", "sensitivity.without_number"))
    if facts["own"][1] is not None:
        blocks.append(block("text", _own_course(found.primary)))
    if found.primary.main.value is not None:
        blocks += [block("text", placebo_key(found.checks)), block("text", controls_key(found.checks)), block("claim", "sensitivity.claim")]
    else:
        blocks += _why_not(found.primary.main)
    return making.shown(study, "finding", name, [facts], estimates=(found.primary.main,), context={"blocks": blocks})


def specification_curve(study: Study, held: Held | None, *, name: str = "") -> Shown:
    """The figure of every way that was tried, in the order of their changes, the main one among them; its title is the verdict.

    Without an outcome, an answer, or a way with a number, one sentence says so.
    """
    if held is None:
        return making.shown(study, "finding", name or "curve-second", [{}], context={"blocks": [block("headline", "sensitivity.no_second")]})
    facts = counted(study, held)
    name = name or f"curve-{held.main.outcome}"
    if not facts["n_ways"][1]:
        return making.shown(study, "finding", name, [facts], context={"blocks": [block("headline", verdict(held))]})
    lines = [_line(MAIN_WAY, "row.main_way", held.main, held.main)]
    lines += [_line(f"way.{one.way.id}", _kind(one), one.effect, held.main) for one in held.tried]
    told = sorted((line for line in lines if line["change"][1] is not None), key=lambda line: (line["change"][1], line["way"][1] != MAIN_WAY))
    rows = [*told, *(line for line in lines if line["change"][1] is None)]
    order = tuple(range(1, len(rows) + 1))
    show = [("column.way", "way"), ("column.change_interval", "cells.change_interval"), ("column.claim", "claim")]
    context = {
        "title": verdict(held),
        "subtitle": "sensitivity.curve.subtitle",
        "alt": "sensitivity.curve.alt",
        "order": list(order),
        "money": wording.kind(held.main) == "money",
        "table": tables.layout("sensitivity.curve.caption", show, notes=("sensitivity.curve.note",), rows=order),
    }
    estimates = (held.main, *(one.effect for one in held.tried if one.effect is not None))
    labels = {f"way.{one.way.id}": one.way.name for one in held.tried}
    return making.shown(study, "specification_curve", name, [facts, *rows], estimates=estimates, context=context, labels=labels)


def counted(study: Study, held: Held) -> Facts:
    """How many ways there are and where they point; ways without a comparison are told apart (`own`) and not counted."""
    compared = [one.effect for one in held.tried if one.way.compared and one.effect is not None]
    directions = [wording.direction(effect) for effect in compared]
    changes = [100.0 * (float(effect.value or 0.0) - 1.0) for effect in compared]
    own = [one.effect for one in held.tried if not one.way.compared and one.effect is not None]
    main = held.main
    below = main.value is not None and main.value < 1
    numbers = {
        "n_ways": len(compared),
        "n_without": sum(one.effect is None for one in held.tried),
        "n_clear": directions.count("less" if below else "more"),
        "n_less": directions.count("less"),
        "n_more": directions.count("more"),
        "n_away": sum(change > 0 if below else change < 0 for change in changes),
    }
    told = making.of_estimate(making.about(study, main))
    quoted = [key for key in told if key.startswith("fact_")] if main.value is None else []
    kept = {key: told[key] for key in ("outcome", "place", "change", "level", "n_citizens", "n_events", *quoted)}
    facts: Facts = {key: (Column(key, "count"), value) for key, value in numbers.items()}
    spread = {"lowest": min(changes, default=None), "highest": max(changes, default=None), "own": _middle(own)}
    facts |= {key: (Column(key, "percent", 1, n="n_events"), value) for key, value in spread.items()}
    return kept | facts | making.of_design(study)


def verdict(held: Held) -> str:
    """Key of the sentence that says whether the answer holds: by the ways that keep the comparison and have a number."""
    if held.main.value is None:
        return "sensitivity.verdict.none"
    compared = [one.effect for one in held.tried if one.way.compared and one.effect is not None]
    if not compared:
        return "sensitivity.verdict.untried"
    main = wording.direction(held.main)
    if main not in ("less", "more"):
        clear = any(wording.direction(effect) in ("less", "more") for effect in compared)
        return f"sensitivity.verdict.unclear.{'some' if clear else 'none'}"
    if all(wording.direction(effect) == main for effect in compared):
        return f"sensitivity.verdict.all.{main}"
    same_side = all((effect.value < 1) == (main == "less") for effect in compared if effect.value is not None)
    return f"sensitivity.verdict.{'side' if same_side else 'mixed'}.{main}"


def rejected(checks: Checks) -> Facts:
    """How many false starts have a number, and how many of them show a clear change."""
    dates = [] if checks.placebo is None else [row for row in checks.placebo.dates.itertuples() if pd.notna(row.value)]
    clear = [row for row in dates if pd.notna(row.low) and (row.low > 1 or row.high < 1)]
    return {"n_dates": (Column("n_dates", "count"), len(dates)), "n_rejected": (Column("n_rejected", "count"), len(clear))}


def placebo_key(checks: Checks) -> str:
    """Key of the sentence on false starts."""
    facts = rejected(checks)
    return f"sensitivity.placebo.{'untold' if not facts['n_dates'][1] else 'some' if facts['n_rejected'][1] else 'none'}"


def moved(checks: Checks) -> Facts:
    """How many outcomes that cannot move have a number, and how many moved clearly, corrected for looking at several (Holm)."""
    table = None if checks.judged is None else checks.judged.controls
    level = checks.controls[0].level if checks.controls else 0.95
    n_moved = 0 if table is None else int((table["p_holm"] < 1 - level).sum())
    return {"n_controls": (Column("n_controls", "count"), 0 if table is None else len(table)), "n_moved": (Column("n_moved", "count"), n_moved)}


def controls_key(checks: Checks) -> str:
    """Key of the sentence on outcomes that cannot move."""
    facts = moved(checks)
    return f"sensitivity.controls.{'untold' if not facts['n_controls'][1] else 'some' if facts['n_moved'][1] else 'none'}"


def _why_not(main: Estimate) -> list[Block]:
    return [] if main.facts.get("n_citizens") == 0 else [block("text", f"caution.{caution}") for caution in main.cautions]


def _own_course(held: Held) -> str:
    own = [one.effect for one in held.tried if not one.way.compared and one.effect is not None]
    middle, main = own[len(own) // 2], wording.direction(held.main)
    found = wording.direction(middle)
    if found == main:
        return f"sensitivity.own.{'unclear' if main == 'unclear' else 'same'}"
    beside = found == "unclear" and main in ("less", "more") and middle.value is not None and (middle.value < 1) == (main == "less")
    return f"sensitivity.own.{'side' if beside else 'other'}"


def _middle(effects: list[Estimate]) -> float | None:
    """The change by the middle one of the ways without a comparison: they differ in the season alone."""
    values = sorted(100.0 * (effect.value - 1.0) for effect in effects if effect.value is not None)
    return values[len(values) // 2] if values else None


def _kind(one: Tried) -> str:
    return "row.compared_way" if one.way.compared else "row.own_way"


def _line(way: str, kind: str, effect: Estimate | None, main: Estimate) -> Facts:
    """A row of the curve; a way that counts no citizens itself rests on those of the programme."""
    lead: Facts = {"way": (Column("way", "label"), way), "kind": (Column("kind", "label"), kind)}
    if effect is None:
        return lead | {"change": (Column("change", "percent", 1, n="n_events"), None)}
    told = making.of_estimate(effect)
    if effect.n_citizens is None:
        told["n_citizens"] = (Column("n_citizens", "count"), int(main.facts.get("n_citizens_treated", main.n_citizens or 0)))
    return lead | {key: told[key] for key in _KEPT}
