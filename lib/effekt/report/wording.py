"""Which sentence an estimate earns: its direction, how it was compared, and how far it may be used.

Every choice of words about an estimate is made here and nowhere else; the sentences themselves are in `texts`.
"""

from __future__ import annotations

from typing import Literal

from effekt.estimates.estimate import Estimate

Direction = Literal["less", "more", "unclear", "none"]
NULL = {"ratio": 1.0, "difference": 0.0}
_FAMILIES = {
    "programme_comparison": "comparison",
    "programme_other_effort": "other_effort",
    "programme_forecast": "forecast",
    "after_before": "before_after",
}
MONEY_UNITS = ("dkk_per_person_year",)


def direction(estimate: Estimate) -> Direction:
    """Whether the whole interval lies below no change ("less"), above it ("more"), neither ("unclear"), or there is no number ("none").

    An end that touches no change is not clear. A level (mean, proportion, index) has no direction and is "none".
    """
    null = NULL.get(estimate.scale)
    if null is None or estimate.value is None or estimate.low is None or estimate.high is None:
        return "none"
    if estimate.high < null:
        return "less"
    return "more" if estimate.low > null else "unclear"


def sizes(estimate: Estimate) -> tuple[float | None, float | None, float | None]:
    """The change of a ratio in percent and its interval as magnitudes, in the order its sentence reads them.

    less and more: from the smaller to the larger change. unclear: how much less at most, how much more at most. None without a number.
    """
    told = direction(estimate)
    if told == "none" or estimate.scale != "ratio":
        return None, None, None
    size, low, high = (abs(100.0 * (number - 1.0)) for number in (estimate.value, estimate.low, estimate.high))
    return (size, high, low) if told == "less" else (size, low, high)


def kind(estimate: Estimate) -> Literal["count", "money"]:
    """Whether the sentence speaks of fewer and more, or of lower and higher."""
    return "money" if estimate.measure_unit in MONEY_UNITS else "count"


def family(estimate: Estimate) -> str:
    """Which headlines fit: comparison only where the claim is an identified effect; every other family hedges in the sentence itself."""
    told = _FAMILIES.get(estimate.contrast, "before_after")
    return "hedged" if told == "comparison" and estimate.claim != "identified" else told


def is_pooled(estimate: Estimate) -> bool:
    """Whether the number is several units' numbers pooled, so that its sentences speak of the units together."""
    return estimate.method.startswith("pool_")


def headline(estimate: Estimate) -> str:
    """Key of the headline sentence."""
    if is_pooled(estimate):
        return pooled_headline(estimate)
    return f"finding.{kind(estimate)}.{family(estimate)}.{direction(estimate)}"


def pooled_headline(estimate: Estimate) -> str:
    """Key of the headline sentence of a pooled estimate."""
    money = "_money" if kind(estimate) == "money" else ""
    hedge = "" if estimate.claim == "identified" else "_hedged"
    return f"finding.pooled{money}{hedge}.{direction(estimate)}"


def interval(estimate: Estimate) -> str:
    """Key of the sentence on uncertainty; "" where there is no number."""
    told = direction(estimate)
    return "" if told == "none" else f"interval.{kind(estimate)}.{told}"


def claim(estimate: Estimate) -> str:
    """Key of the sentence that says what the number may be used for."""
    if estimate.value is None:
        return "claim.none"
    if estimate.claim != "identified":
        return f"claim.{estimate.claim}"
    if direction(estimate) == "unclear":
        return "claim.identified_unclear"
    return "claim.identified_pooled" if is_pooled(estimate) else "claim.identified"


def contrast(estimate: Estimate) -> str:
    """Key of the sentence that says what is set against what."""
    return f"contrast.{estimate.contrast or 'level'}"


def avoided(estimate: Estimate) -> str:
    """Key of the sentence on events avoided (a difference: above 0 is fewer than expected); "" unless that is clear."""
    told = direction(estimate)
    return {"more": "interval.avoided.less", "less": "interval.avoided.more"}.get(told, "")
