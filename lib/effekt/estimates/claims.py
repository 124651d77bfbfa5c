"""What a number may be used to claim, decided from facts of the design and never typed in a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from effekt.errors import DataError
from effekt.estimates.estimate import CLAIMS, Claim

MONTHS_NEEDED = 12
PRETREND_SIZE = 0.05
EXPOSURES = {"none": "comparison_untreated", "same_initiative": "comparison_same_initiative", "unknown": "comparison_unknown"}


@dataclass(frozen=True)
class Grade:
    """A claim, the contrast it is about, the reasons for it (keys, the deciding ones included) and the facts they quote."""

    claim: Claim
    contrast: str
    reasons: tuple[str, ...]
    facts: Mapping[str, float] = field(default_factory=dict)


def against_comparison(
    *,
    comparison_exposure: str,
    months_before: int,
    pretrend_p: float | None,
    phase_in: int,
    contaminated_months: int = 0,
    horizon_in_data: bool = True,
) -> Grade:
    """The grade of a contrast with comparison units over time.

    identified : the comparison had nothing (`comparison_exposure` "none"), at least 12 uncontaminated months before, the test of
        parallel pre-trends did not reject at 5%, and the effect is stated inside the data.
    extrapolated : the same, but stated later than the data reach.
    descriptive : anything else. A comparison with the same initiative, or one of which nobody knows, also changes the contrast.

    Raises DataError where `comparison_exposure` is not none, same_initiative or unknown.
    """
    if comparison_exposure not in EXPOSURES:
        raise DataError(f"comparison_exposure is {comparison_exposure!r}; it must be one of {', '.join(EXPOSURES)}.")
    untreated = comparison_exposure == "none"
    enough = months_before >= MONTHS_NEEDED
    if pretrend_p is None:
        trend = "pretrend_not_testable"
    else:
        trend = "pretrend_not_rejected" if pretrend_p >= PRETREND_SIZE else "pretrend_rejected"
    reasons = [EXPOSURES[comparison_exposure], "enough_months_before" if enough else "few_months_before", trend]
    reasons.append("phase_in_left_out" if phase_in else "phase_in_counted_after")
    if contaminated_months:
        reasons.append("contaminated_left_out")
    if not horizon_in_data:
        reasons.append("horizon_after_data")
    claim: Claim = "descriptive"
    if untreated and enough and trend == "pretrend_not_rejected":
        claim = "identified" if horizon_in_data else "extrapolated"
    facts: dict[str, float] = {"months_before": months_before, "months_needed": MONTHS_NEEDED, "phase_in_months": phase_in}
    if contaminated_months:
        facts["contaminated_months"] = contaminated_months
    return Grade(claim, "programme_comparison" if untreated else "programme_other_effort", tuple(reasons), facts)


def own_trend() -> Grade:
    """The grade of an own trend carried forward, without comparison."""
    return Grade("extrapolated", "programme_forecast", ("no_comparison", "own_trend_forward"))


def before_after() -> Grade:
    """The grade of a plain before/after."""
    return Grade("descriptive", "after_before", ("no_comparison",))


def two_groups() -> Grade:
    """The grade of two groups at one time."""
    return Grade("descriptive", "group_group", ("groups_may_differ",))


def two_by_two() -> Grade:
    """The grade of a difference of differences over one before- and one after-period: the pre-trend cannot be tested."""
    return Grade("descriptive", "programme_comparison", ("pretrend_not_testable",))


def level_only() -> Grade:
    """The grade of a level that is compared with nothing."""
    return Grade("descriptive", "", ("level_only_described",))


def pooled(claims: Iterable[Claim]) -> Grade:
    """The grade of a pooled number: the weakest of those pooled."""
    given = tuple(claims)
    weakest = max(given, key=CLAIMS.index) if given else "descriptive"
    return Grade(weakest, "", ("pooled_all_identified",) if given and weakest == "identified" else ("pooled_weakest",))
