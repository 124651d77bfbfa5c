"""What the rule of the protocol says of spreading each initiative, and by what."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
from scipy.special import ndtri

from effekt.catalogue.labels import LABELS
from effekt.estimates.estimate import Estimate
from effekt.estimates.spread import VERDICTS, SpreadRule, SpreadVerdict, spread_verdict
from effekt.report import making, tables
from effekt.report.all_changes import OutcomeChange
from effekt.report.making import Facts
from effekt.report.pooled_tables import under
from effekt.report.prose import block
from effekt.report.results import Column
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

Names = dict[str, dict[str, str]]
PERCENT, LEAST = 100.0, 0.1
PROBABLE = ("benefit", "harm", "cost")
SHARED = ("reach", "fidelity")


@dataclass(frozen=True)
class Judged:
    """An initiative, the effect it was judged by, whether that is its own (told by the initiative itself), what the rule says, and by what."""

    initiative: Mapping[str, Any]
    effect: Estimate
    is_own: bool
    verdict: SpreadVerdict
    reasons: tuple[str, ...]


def judge_initiatives(study: Study, initiatives: pd.DataFrame, changes: Iterable[OutcomeChange]) -> tuple[Judged, ...]:
    """What the protocol's spread rule says of each initiative, in the order of the table.

    initiatives : `measures.initiatives`. changes : `report.outcome_changes`. An initiative that tells an effect of its own (a ratio with limits) is
    judged by it; any other by the change of the primary outcome in its cluster, which all initiatives of the cluster share.
    """
    told = {one.outcome: one for one in changes}
    return tuple(_judge(study, item, told) for item in initiatives.to_dict("records"))


def _judge(study: Study, item: Mapping[str, Any], told: Mapping[str, OutcomeChange]) -> Judged:
    own, cluster = _own_effect(study, item), str(item["cluster_id"])
    effect = own if own is not None else told[study.protocol.primary_outcome].of(cluster)
    rule = study.protocol.spread_rule
    reached, eligible, fidelity = (_number(item.get(name)) for name in ("reach_n", "eligible_n", "fidelity_pct"))
    verdict = spread_verdict(
        effect,
        rule=_rule(study, effect),
        harms=[told[name].of(cluster) for name in rule.harms if name in told],
        cost=told[rule.cost].of(cluster) if rule.cost in told else None,
        reach=reached / eligible if reached is not None and eligible else None,
        fidelity=None if fidelity is None else fidelity / PERCENT,
        transferability=_number(item.get("transferability")),
    )
    return Judged(item, effect, own is not None, verdict, tuple(reasons_of(verdict, harms_asked=bool(rule.harms))))


def _rule(study: Study, effect: Estimate) -> SpreadRule:
    """The protocol's rule as the estimator takes it; the good direction is that of the outcome."""
    rule = study.protocol.spread_rule
    known = study.protocol.catalogue()
    direction = known[effect.outcome].direction if effect.outcome in known else -1
    kept = {name: value for name, value in rule.model_dump().items() if name not in ("harms", "cost", "cost_limit")}
    few = study.protocol.too_few
    return SpreadRule(
        **kept, better="higher" if direction > 0 else "lower", cost_limit=rule.cost_limit if rule.cost else None, min_events=few.events,
        min_citizens=few.citizens,
    )  # fmt: skip


def _own_effect(study: Study, item: Mapping[str, Any]) -> Estimate | None:
    """The effect that an initiative tells itself; its standard error from the limits, taken as those of the study's level."""
    value, low, high = (_number(item.get(name)) for name in ("effect_est", "effect_low", "effect_high"))
    if value is None or low is None or high is None or not 0 < low <= value <= high or low == high:
        return None
    indicator = item.get("effect_indicator")
    error = math.log(high / low) / (2 * float(ndtri((1 + study.level) / 2)))
    return Estimate(
        "ratio", value, low, high, "told_by_initiative", "descriptive", "after_before", study.level, se=error, reasons=("no_comparison",),
        n_citizens=_count(item.get("reach_n")), outcome=indicator if isinstance(indicator, str) else "", unit=str(item["cluster_id"]),
    )  # fmt: skip


def spread_in_short(study: Study, judged: Iterable[Judged], *, name: str = "spread_in_short") -> Shown:
    """How many initiatives the rule lets be spread, spread with evaluation, tested again, stopped, or cannot judge."""
    judged = tuple(judged)
    told = [one.verdict.verdict for one in judged]
    counts: Facts = {f"n_{key}": (Column(f"n_{key}", "count"), told.count(key)) for key in VERDICTS}
    counts |= {"n_initiatives": (Column("n_initiatives", "count"), len(told))}
    counts |= {"n_own": (Column("n_own", "count"), sum(one.is_own for one in judged))}
    counts |= {"n_shared": (Column("n_shared", "count"), sum(not one.is_own for one in judged))}
    if not told:
        return making.shown(study, "finding", name, [counts], context={"blocks": [block("text", "synthesis.spread_none")]})
    blocks = [block("headline", "synthesis.spread_counts"), block("text", "synthesis.spread_others")]
    blocks.append(block("claim", "synthesis.spread_shared" if counts["n_shared"][1] else "synthesis.spread_own"))
    return making.shown(study, "finding", name, [counts], context={"blocks": blocks})


def spread_table(study: Study, judged: Iterable[Judged], *, name: str = "spread") -> Shown:
    """One row an initiative: the verdict, what decided it, and whose effect it was judged by; what can be spread first."""
    show = [("column.verdict", "verdict"), ("column.decided_by", "why"), ("column.effect_from", "effect_from")]
    return _table(study, judged, show, "synthesis.spread", "synthesis.spread_note", name)


def spread_criteria(study: Study, judged: Iterable[Judged], *, name: str = "spread_criteria") -> Shown:
    """One row an initiative, in the same order: what was seen of each thing that the rule looks at."""
    show = [(f"column.{key}_seen", key) for key in (*PROBABLE, *SHARED, "transferability")]
    return _table(study, judged, show, "synthesis.criteria", "synthesis.criteria_note", name)


def _table(study: Study, judged: Iterable[Judged], show: list[tuple[str, str]], caption: str, note: str, name: str) -> Shown:
    ordered = sorted(judged, key=lambda one: VERDICTS.index(one.verdict.verdict))
    labels: Names = {"not_estimated": {"da": "ikke oplyst", "en": "not stated"}}
    rows = [_row(one, labels) for one in ordered]
    plan = tables.layout(caption, [("column.cluster", "cluster"), ("column.initiative", "type"), *show], notes=(note,))
    return making.shown(study, "table", name, rows, estimates=_once(one.effect for one in ordered), context={"table": plan}, labels=labels)


def _once(estimates: Iterable[Estimate]) -> tuple[Estimate, ...]:
    kept: list[Estimate] = []
    for one in estimates:
        if one not in kept:
            kept.append(one)
    return tuple(kept)


def _row(one: Judged, labels: Names) -> Facts:
    seen = one.verdict.criteria.set_index("criterion")["observed"]
    kind = f"type.{one.initiative['type']}"
    if kind not in LABELS:
        labels[kind] = {"da": str(one.initiative["type"]), "en": str(one.initiative["type"])}
    reached = _count(one.initiative.get("reach_n"))
    cells: Facts = {
        "cluster": (Column("cluster", "label"), str(one.initiative["cluster_id"])),
        "type": (Column("type", "label"), kind),
        "verdict": (Column("verdict", "label"), f"spread_verdict.{one.verdict.verdict}"),
        "why": (Column("why", "label"), _why(one.reasons, labels)),
        "effect_from": (Column("effect_from", "label"), "effect_from.own" if one.is_own else "effect_from.cluster"),
        "n_under": (Column("n_under", "count"), under(one.effect)),
        "n_reached": (Column("n_reached", "count"), reached),
    }
    cells |= {key: (Column(key, "percent", 1, n="n_under"), _probability(seen[key])) for key in PROBABLE}
    cells |= {key: (Column(key, "percent", n="n_reached"), _percent(seen[key])) for key in SHARED}
    return cells | {"transferability": (Column("transferability", "significant", 2), seen["transferability"])}


def _why(reasons: Iterable[str], labels: Names) -> str:
    """The key of what decided: a phrase, or several with a semicolon between them."""
    keys = [f"why.{key}" for key in reasons]
    if len(keys) == 1:
        return keys[0]
    joined = "+".join(keys)
    labels[joined] = {language: "; ".join(LABELS[key][language] for key in keys) for language in ("da", "en")}
    return joined


def reasons_of(verdict: SpreadVerdict, *, harms_asked: bool) -> list[str]:
    """What decided a verdict, as the rule goes through it: the criteria not met (for spread with evaluation also those not known), or "all"."""
    met = dict(zip(verdict.criteria["criterion"], verdict.criteria["met"], strict=True))
    limits = dict(zip(verdict.criteria["criterion"], verdict.criteria["limit"], strict=True))
    missed = [key for key in ("cost", *SHARED, "transferability") if met[key] is False]
    match verdict.verdict:
        case "insufficient_data":
            return ["numbers"]
        case "stop":
            return ["harm"] if met["harm"] is False else ["benefit_none"]
        case "adapt_and_test":
            return [*(["benefit_low"] if met["benefit"] is not True and not missed else []), *missed] or ["benefit_low"]
        case "spread":
            return ["all"]
    unknown = [f"{key}_unknown" for key in ("cost", *SHARED, "transferability") if met[key] is None and limits[key] is not None]
    told = [*(["benefit_some"] if met["benefit"] is False else []), *([] if met["claim"] else ["claim"])]
    return [*told, *(["harm_unknown"] if harms_asked and met["harm"] is None else []), *unknown]


def _percent(value: Any) -> float | None:
    return None if value is None else PERCENT * float(value)


def _probability(value: Any) -> float | None:
    """A probability in percent; none is shown as quite certain."""
    return None if value is None else min(max(PERCENT * float(value), LEAST), PERCENT - LEAST)


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _count(value: Any) -> int | None:
    told = _number(value)
    return None if told is None else int(told)
