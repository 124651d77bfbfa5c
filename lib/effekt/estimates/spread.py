"""The verdict on spreading a programme, by a rule that was written down before the data were seen."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

import pandas as pd

from effekt.errors import DataError
from effekt.estimates.estimate import CLAIMS, Claim, Estimate
from effekt.estimates.pooling import Pooled
from effekt.estimates.probabilities import probability_better

Verdict = Literal["spread", "spread_with_evaluation", "adapt_and_test", "stop", "insufficient_data"]
VERDICTS: tuple[Verdict, ...] = ("spread", "spread_with_evaluation", "adapt_and_test", "stop", "insufficient_data")
CRITERIA = ("numbers", "claim", "benefit", "harm", "cost", "reach", "fidelity", "transferability")


@dataclass(frozen=True)
class SpreadRule:
    """The rule, as `spread_rule` in evaluation.yml gives it.

    better : lower | higher, the good direction of the primary effect. margin : smallest effect worth having, natural scale (1 or 0 = any).
    spread, evaluate, stop : the probability of beating the margin at which the programme is spread, is spread with evaluation, and below which
    it is stopped; stop < evaluate <= spread. claim : weakest claim that allows spread without evaluation.
    harm_margin, harm_probability : a harm counts where the probability of a ratio (or difference) worse than the margin exceeds the limit.
    cost_limit, cost_probability : the probability that the cost difference is at most the limit must reach cost_probability; None = not asked.
    reach, fidelity, transferability : smallest values (shares of 1; 0-3); None = not asked. min_events, min_citizens : below either,
    insufficient data. new_unit : whether a pooled benefit is that of a new unit (prediction) or of the mean.
    """

    better: str = "lower"
    margin: float = 1.0
    spread: float = 0.95
    evaluate: float = 0.80
    stop: float = 0.20
    claim: Claim = "identified"
    harm_margin: float = 1.10
    harm_probability: float = 0.50
    cost_limit: float | None = None
    cost_probability: float = 0.50
    reach: float | None = None
    fidelity: float | None = None
    transferability: float | None = None
    min_events: int = 20
    min_citizens: int = 50
    new_unit: bool = False

    def __post_init__(self) -> None:
        faults = []
        if self.better not in ("lower", "higher"):
            faults.append("better must be lower or higher")
        if not 0 <= self.stop < self.evaluate <= self.spread <= 1:
            faults.append("0 <= stop < evaluate <= spread <= 1 must hold")
        faults += [f"{name} must lie between 0 and 1" for name in ("harm_probability", "cost_probability") if not 0 <= getattr(self, name) <= 1]
        if self.claim not in CLAIMS:
            faults.append(f"claim must be one of {', '.join(CLAIMS)}")
        if faults:
            raise DataError(f"The spread rule cannot be used: {'; '.join(faults)}.")

    @classmethod
    def from_mapping(cls, rule: Mapping[str, Any]) -> SpreadRule:
        """The rule from plain data; what is not given keeps its default. Raises DataError for names that the rule does not have."""
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(rule) - known)
        if unknown:
            raise DataError(f"The spread rule has no {', '.join(unknown)}. It has {', '.join(sorted(known))}.")
        return cls(**rule)


@dataclass(frozen=True)
class SpreadVerdict:
    """verdict : one of `VERDICTS`. criteria : frame criterion, observed, limit, met (True, False, or None where it is not known or not asked).

    probability : that the effect beats the margin. harm : the largest probability of harm among the outcomes given.
    """

    verdict: Verdict
    criteria: pd.DataFrame
    probability: float | None
    harm: float | None


def spread_verdict(
    effect: Estimate | Pooled,
    *,
    rule: SpreadRule | Mapping[str, Any],
    harms: Iterable[Estimate | Pooled] = (),
    cost: Estimate | Pooled | None = None,
    reach: float | None = None,
    fidelity: float | None = None,
    transferability: float | None = None,
) -> SpreadVerdict:
    """What the rule says of the programme: spread, spread with evaluation, adapt and test again, stop, or insufficient data.

    In this order: no value or standard error, or fewer events or citizens than the rule asks -> insufficient data. Probability of benefit below
    `stop`, or of harm above its limit -> stop. Any criterion not met (cost, reach, fidelity, transferability), or a benefit less likely than
    `evaluate` -> adapt and test again. Benefit at least `spread` likely, a claim at least as strong as the rule's, and every criterion that
    the rule asks for known and met -> spread. Otherwise -> spread with evaluation. Probabilities as `probability_better`.

    Parameters
    ----------
    effect : the primary effect, an `Estimate` or the result of `pool`. harms : effects on balancing outcomes where higher is worse (deaths,
        readmissions); one without a value is an unknown harm, which prevents spread without evaluation. cost : difference in cost (kroner).
    rule : a `SpreadRule`, or plain data for `SpreadRule.from_mapping`, written before the data were seen. reach, fidelity : shares of 1.
    transferability : 0-3.

    Returns
    -------
    SpreadVerdict
        With every criterion, what was observed and the limit, so that the verdict can be checked by hand.

    Raises
    ------
    DataError
        The rule is inconsistent or has unknown names; reach, fidelity or transferability is not finite.
    """
    rule = rule if isinstance(rule, SpreadRule) else SpreadRule.from_mapping(rule)
    estimate = effect.effect if isinstance(effect, Pooled) else effect
    new_unit = rule.new_unit and isinstance(effect, Pooled)
    benefit = probability_better(effect, margin=rule.margin, better=rule.better, new_unit=new_unit)  # type: ignore[arg-type]
    dangers = [probability_better(harm, margin=_harm_margin(harm, rule), better="higher") for harm in harms]
    known = [danger for danger in dangers if danger is not None]
    harm = max(known, default=None)
    affordable = None if cost is None or rule.cost_limit is None else probability_better(cost, margin=rule.cost_limit, better="lower")
    enough = benefit is not None and _at_least(estimate.n_events, rule.min_events) and _at_least(estimate.n_citizens, rule.min_citizens)
    strong = CLAIMS.index(estimate.claim) <= CLAIMS.index(rule.claim)
    safe = None if harm is None else harm <= rule.harm_probability
    if safe and len(known) < len(dangers):
        safe = None
    asked = {
        "cost": (affordable, None if rule.cost_limit is None else rule.cost_probability),
        "reach": (_finite("reach", reach), rule.reach),
        "fidelity": (_finite("fidelity", fidelity), rule.fidelity),
        "transferability": (_finite("transferability", transferability), rule.transferability),
    }
    met = {name: None if limit is None or seen is None else seen >= limit for name, (seen, limit) in asked.items()}
    rows = [
        ("numbers", estimate.n_events, float(rule.min_events), enough),
        ("claim", float(len(CLAIMS) - CLAIMS.index(estimate.claim)), float(len(CLAIMS) - CLAIMS.index(rule.claim)), strong),
        ("benefit", benefit, rule.spread, None if benefit is None else benefit >= rule.spread),
        ("harm", harm, rule.harm_probability, safe),
        *((name, seen, limit, met[name]) for name, (seen, limit) in asked.items()),
    ]
    criteria = pd.DataFrame(rows, columns=["criterion", "observed", "limit", "met"]).astype({"met": object, "observed": object, "limit": object})
    criteria = criteria.where(criteria.notna(), None)
    verdict = _decide(enough, benefit, safe, strong, met, [name for name, (_, limit) in asked.items() if limit is not None], bool(dangers), rule)
    return SpreadVerdict(verdict, criteria, benefit, harm)


def _decide(
    enough: bool, benefit: float | None, safe: bool | None, strong: bool, met: Mapping[str, bool | None], asked: list[str], harms: bool,
    rule: SpreadRule,
) -> Verdict:  # fmt: skip
    if not enough or benefit is None:
        return "insufficient_data"
    if benefit < rule.stop or safe is False:
        return "stop"
    if benefit < rule.evaluate or any(met[name] is False for name in asked):
        return "adapt_and_test"
    certain = benefit >= rule.spread and strong and (safe is True or not harms) and all(met[name] for name in asked)
    return "spread" if certain else "spread_with_evaluation"


def _at_least(count: int | None, limit: int) -> bool:
    return count is None or count >= limit


def _harm_margin(harm: Estimate | Pooled, rule: SpreadRule) -> float:
    estimate = harm.effect if isinstance(harm, Pooled) else harm
    return rule.harm_margin if estimate.scale == "ratio" else 0.0


def _finite(name: str, value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise DataError(f"{name} is not finite. Leave it out where it is not known.")
    return value
