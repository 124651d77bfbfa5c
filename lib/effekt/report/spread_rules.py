"""The protocol's rule for spreading an initiative, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effekt.report import making
from effekt.report.making import Facts
from effekt.report.prose import block
from effekt.report.results import Column
from effekt.report.shown import Shown
from effekt.report.spread import SHARED

if TYPE_CHECKING:
    from effekt.study import Study


def spread_rule(study: Study, *, name: str = "spread_rule") -> Shown:
    """The rule of the protocol in words, what it asks and no more."""
    rule = study.protocol.spread_rule
    shares = {key: getattr(rule, key) for key in ("spread", "evaluate", "stop", "harm_probability", "cost_probability", *SHARED)}
    facts: Facts = {f"rule_{key}": (Column(f"rule_{key}", "percent"), None if value is None else 100.0 * value) for key, value in shares.items()}
    ratios = {"margin": rule.margin, "harm_margin": rule.harm_margin, "cost_limit": rule.cost_limit}
    facts |= {f"rule_{key}": (Column(f"rule_{key}", "ratio", 2), value) for key, value in ratios.items()}
    facts |= {"rule_transferability": (Column("rule_transferability", "significant", 2), rule.transferability)}
    facts |= {key: (Column(key, "label"), value) for key, value in (("outcome", study.protocol.primary_outcome), ("cost", rule.cost)) if value}
    facts |= {"claim": (Column("claim", "label"), f"claim_short.{rule.claim}")}
    harms: list[Facts] = [{"harm": (Column("harm", "label"), harm)} for harm in rule.harms]
    asked = {"cost": bool(rule.cost), **{key: getattr(rule, key) is not None for key in (*SHARED, "transferability")}}
    blocks = [block("item", f"synthesis.rule_{key}") for key in ("benefit", "claim")]
    blocks += [block("item", "synthesis.rule_harm", place) for place in range(1, len(harms) + 1)]
    blocks += [block("item", f"synthesis.rule_{key}") for key, is_asked in asked.items() if is_asked]
    rows = [facts, *({key: facts[key] for key in ("rule_harm_margin", "rule_harm_probability")} | harm for harm in harms)]
    return making.shown(study, "finding", name, rows, context={"blocks": blocks})
