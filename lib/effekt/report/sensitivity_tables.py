"""What else an answer is held against: false starts, outcomes that cannot move, drift, spillover, hidden differences, and what could be seen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from effekt.estimates.estimate import Estimate
from effekt.estimates.unmeasured import evalue
from effekt.report import making, tables, wording
from effekt.report.holding import ZERO, Drift
from effekt.report.making import Facts
from effekt.report.prose import block
from effekt.report.results import Column
from effekt.report.sensitivity import Sensitivity, controls_key, counted, moved, placebo_key, rejected
from effekt.report.shares import share_of
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

FOUR_OF_FIVE = 0.8416212335729143   # normal quantile of 0.8
_CHANGE = ("column.change_interval", "cells.change_interval")


def false_starts(study: Study, found: Sensitivity, *, name: str = "false_starts") -> Shown:
    """One row a false start: what is found there on the months before the true one alone. The caption says whether the test is passed."""
    key, facts = placebo_key(found.checks), _lead(study, found) | rejected(found.checks)
    if key.endswith("untold") or found.checks.placebo is None:
        return _said(study, name, "sensitivity.placebo.untold", facts)
    rows = []
    before = found.primary.main.facts.get("n_events_before")
    for date in found.checks.placebo.dates.itertuples():
        early = (ZERO.year - date.start.year) * 12 + ZERO.month - date.start.month
        row: Facts = {"early": (Column("early", "count"), early)} | _change(date) | {"p": (Column("p", "p"), _number(date.p))}
        rows.append(row | {"n_events": (Column("n_events", "count"), before)})
    show = [("column.months_early", "early"), _CHANGE, ("column.p", "p")]
    return _table(study, name, key, facts, rows, show, "sensitivity.placebo.note")


def untouched_outcomes(study: Study, found: Sensitivity, *, name: str = "untouched_outcomes") -> Shown:
    """One row an outcome that the initiative should not be able to touch, why not, and what is found on it."""
    checks = found.checks
    key, facts = controls_key(checks), _lead(study, found) | moved(checks)
    if key.endswith("untold") or checks.judged is None:
        return _said(study, name, "sensitivity.controls.untold", facts)
    adjusted = dict(zip(checks.judged.controls["outcome"], checks.judged.controls["p_holm"], strict=True))
    rows = []
    for one in checks.controls:
        lead: Facts = {"control": (Column("control", "label"), one.outcome), "why": (Column("why", "label"), f"why.{one.outcome}")}
        told = making.of_estimate(one)
        rows.append(lead | {key: told[key] for key in ("change", "change_low", "change_high", "n_events")})
        rows[-1]["p"] = (Column("p", "p", n="n_events"), _number(adjusted.get(one.outcome)))
    show = [("column.outcome", "control"), ("column.why_not", "why"), _CHANGE, ("column.p_value_holm", "p")]
    labels = {f"why.{outcome}": reason for outcome, reason in checks.why.items()}
    return _table(study, name, key, facts, rows, show, "sensitivity.controls.note", labels=labels, estimates=checks.controls)


def drift_before(study: Study, found: Sensitivity, *, name: str = "drift_before") -> Shown:
    """One row a cluster: the drift before the start, the smallest that would have been seen, and the change had it gone on."""
    drifts = [one for one in found.checks.drifts if "pretrend" in one.effect.facts]
    facts = _lead(study, found)
    if not drifts:
        return _said(study, name, "sensitivity.drift.untold", facts)
    changed = [one for one in drifts if wording.direction(one.effect) in ("less", "more")]
    facts |= {
        "n_changed": (Column("n_changed", "count"), len(changed)),
        "n_holding": (Column("n_holding", "count"), sum(_still_clear(one.effect) for one in changed)),
    }
    key = "region" if study.cluster is None else "unclear" if not changed else "holds" if _still_clear(changed[0].effect) else "falls"
    show = [
        ("column.place", "unit"), ("column.drift", "drift"), ("column.p", "drift_p"), ("column.drift_visible", "visible"),
        ("column.if_drift", "cells.if_drift"), ("column.breakdown", "breakdown"),
    ]  # fmt: skip
    rows = [_drift(one) for one in drifts]
    estimates = tuple(one.effect for one in drifts)
    return _table(study, name, f"sensitivity.drift.{key}", facts, rows, show, "sensitivity.drift.note", estimates=estimates)


def spillover(study: Study, found: Sensitivity, *, name: str = "spillover") -> Shown:
    """One row a municipality: the share of its residents' admissions that were at another cluster's hospital."""
    away, facts = found.checks.away, _lead(study, found)
    known = int(away["n"].sum()) if len(away) else 0
    whole = share_of(study, int(away["n_elsewhere"].sum()) if known else 0, known)
    if whole["share"][1] is None:
        return _said(study, name, "sensitivity.spill.untold", facts)
    limit = study.protocol.sensitivity.shared_hospital_percent
    rows: list[Facts] = []
    for one in away.itertuples():
        told = share_of(study, int(one.n_elsewhere), int(one.n))
        rows.append({"unit": (Column("unit", "label"), one.kommunekode)} | told)
    shared = sum(row["share"][1] is not None and row["share"][1] >= limit for row in rows)
    facts |= whole | {
        "n_sharing": (Column("n_sharing", "count"), shared),
        "n_places": (Column("n_places", "count"), len(rows)),
        "limit": (Column("limit", "percent"), limit),
    }
    others = found.checks.others_started
    notes: tuple[str, ...] = ()
    if others is not None and others.value is not None:
        facts["others"] = (Column("others", "percent", 1, n="n_events"), 100.0 * (others.value - 1.0))
        same = wording.direction(others) == wording.direction(found.primary.main)
        notes = (f"sensitivity.spill.others.{'same' if same else 'other'}",)
    show = [("column.municipality", "unit"), ("column.n_of", "n"), ("column.away_share", "share"), ("column.interval", "cells.interval")]
    key = "one" if len(rows) == 1 else "some" if shared else "few"
    return _table(study, name, f"sensitivity.spill.{key}", facts, rows, show, *notes)


def hidden_difference(study: Study, found: Sensitivity, *, name: str = "hidden_difference") -> Shown:
    """How strong a difference that the data do not show would have to be to explain the answer away (the E-value)."""
    main, facts = found.primary.main, _lead(study, found)
    told = wording.direction(main)
    if told == "none" or main.value is None or main.low is None or main.high is None:
        return _said(study, name, "sensitivity.evalue.none", facts)
    if told == "unclear":
        return _said(study, name, "sensitivity.evalue.unclear", facts)
    least, limit = evalue(main.value, main.low, main.high)
    facts |= {key: (Column(key, "ratio", 2, n="n_citizens"), float(value)) for key, value in (("evalue", least), ("evalue_limit", limit))}
    return _said(study, name, "sensitivity.evalue.clear", facts, "sensitivity.evalue.meaning")


def smallest_change(study: Study, found: Sensitivity, *, name: str = "smallest_change") -> Shown:
    """The smallest decrease that the study could count on finding, from the months before the start alone."""
    plan, facts = found.checks.detectable, _lead(study, found)
    if plan is None:
        return _said(study, name, "sensitivity.detect.none", facts)
    error = 200.0 * max(plan.power["mc_error"])
    facts |= {
        "replicates": (Column("replicates", "count"), plan.replicates),
        "error": (Column("error", "count", n="n_citizens"), math.ceil(error)),
        "largest": (Column("largest", "percent", n="n_citizens"), 100.0 * (1.0 - float(plan.power["ratio"].min()))),
        "smallest": (Column("smallest", "percent", n="n_citizens"), None if plan.ratio is None else 100.0 * (1.0 - plan.ratio)),
    }
    key = "sensitivity.detect.beyond" if plan.ratio is None else "sensitivity.detect.told"
    achieved = _found_in_four_of_five(found.primary.main)
    facts["achieved"] = (Column("achieved", "percent", n="n_citizens"), achieved)
    texts = ("sensitivity.detect.meaning",) if achieved is None else ("sensitivity.detect.achieved", "sensitivity.detect.meaning")
    return _said(study, name, key, facts, *texts)


def _lead(study: Study, found: Sensitivity) -> Facts:
    """What captions quote: outcome, place, level, the change, and the design."""
    told = counted(study, found.primary)
    return {key: told[key] for key in ("outcome", "place", "change", "level", "n_citizens", "n_events", "start", "horizon", "phase_in")}


def _said(study: Study, name: str, headline: str, facts: Facts, *texts: str) -> Shown:
    blocks = [block("headline", headline), *(block("text", text) for text in texts)]
    return making.shown(study, "finding", name, [facts], context={"blocks": blocks})


def _table(study: Study, name: str, caption: str, facts: Facts, rows: list[Facts], show: list[tuple[str, str]], *notes: str, **more: Any) -> Shown:
    """A table whose caption is the computed sentence; the facts that it and the notes quote stand in the first row, which is not shown."""
    plan = tables.layout(caption, show, notes=notes, rows=tuple(range(1, len(rows) + 1)))
    return making.shown(study, "table", name, [facts, *rows], context={"table": plan}, **more)


def _change(row: Any) -> Facts:
    """The change of a false start in percent, with its interval."""
    cells = {"change": row.value, "change_low": row.low, "change_high": row.high}
    units = {"change": ("percent", ""), "change_low": ("number", "percent"), "change_high": ("number", "percent")}
    changes = {key: None if (number := _number(value)) is None else 100.0 * (number - 1.0) for key, value in cells.items()}
    return {key: (Column(key, units[key][0], 1, unit=units[key][1], n="n_events"), value) for key, value in changes.items()}  # type: ignore[arg-type]


def _drift(one: Drift) -> Facts:
    facts = one.effect.facts

    def percent(key: str, ratio: float, kind: str = "percent") -> tuple[Column, float]:
        return Column(key, kind, 1, unit="" if kind == "percent" else "percent", n="n_events"), 100.0 * (ratio - 1.0)  # type: ignore[arg-type]

    told = making.of_estimate(one.effect)
    return {
        "unit": (Column("unit", "label"), one.effect.unit),
        "drift": percent("drift", facts["pretrend"]),
        "drift_p": (Column("drift_p", "p", n="n_events"), facts["pretrend_p"]),
        "visible": percent("visible", facts["pretrend_detectable"]),
        "if_low": percent("if_low", facts["bound_low"], "number"),
        "if_high": percent("if_high", facts["bound_high"], "number"),
        "if_change": percent("if_change", one.effect.value or 1.0),
        "breakdown": (Column("breakdown", "number", 1, n="n_events"), one.breakdown),
        "n_events": told["n_events"],
    }


def _found_in_four_of_five(main: Estimate) -> float | None:
    """The decrease in percent that the estimate's own uncertainty would show as clear in four cases of five; None without an interval."""
    if main.scale != "ratio" or main.low is None or main.high is None or not main.se or not 0 < main.low < main.high:
        return None
    return 100.0 * -math.expm1(-math.log(main.high / main.low) / 2 - FOUR_OF_FIVE * main.se)


def _still_clear(effect: Estimate) -> bool:
    """Whether the interval with the drift gone on still excludes no change."""
    return effect.facts["bound_low"] > 1 or effect.facts["bound_high"] < 1


def _number(value: Any) -> float | None:
    return None if value is None or (isinstance(value, float) and math.isnan(value)) else float(value)
