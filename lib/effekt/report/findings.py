"""The answer in words: what happened, how sure that is, what the number may be used for, and what it rests on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from effekt.estimates.estimate import Estimate
from effekt.report import making, wording
from effekt.report.making import Facts
from effekt.report.prose import Block, block
from effekt.report.results import Column
from effekt.report.shown import Shown
from effekt.report.trends import headline_estimate

if TYPE_CHECKING:
    from effekt.study import Study


def in_short(study: Study, change: Any, *, name: str = "") -> Shown:
    """The answer of a page: headline, its interval, events avoided where that is clear, the claim in words, and what it rests on.

    `change` is an `Estimate` or a result with `effect`. A number that could not be computed is said so, with the reason.
    """
    estimate = making.about(study, headline_estimate(change))
    facts = making.of_estimate(estimate) | making.of_design(study)
    blocks = [block("headline", wording.headline(estimate)), *_how_sure(estimate)]
    for extra, more in (prediction(estimate), _avoided(change)):
        blocks += extra
        facts |= more
    basis, more = _basis(estimate)
    blocks += [block("claim", wording.claim(estimate)), *basis]
    return making.shown(study, "finding", name or f"in_short-{estimate.outcome}", [facts | more], estimates=(estimate,), context={"blocks": blocks})


def finding(study: Study, change: Any, *, name: str = "") -> Shown:
    """One finding within a page: headline, interval and claim."""
    estimate = making.about(study, headline_estimate(change))
    facts = making.of_estimate(estimate) | making.of_design(study)
    blocks = [block("headline", wording.headline(estimate)), *_how_sure(estimate), block("claim", wording.claim(estimate))]
    name = name or f"finding-{estimate.outcome}-{estimate.method}"
    return making.shown(study, "finding", name, [facts], estimates=(estimate,), context={"blocks": blocks})


def prediction(estimate: Estimate) -> tuple[list[Block], Facts]:
    """What to expect of a new cluster, from the prediction interval of a pooled number, in the words of its own direction."""
    if "prediction_low" not in estimate.facts:
        return [], {}
    whole = replace(estimate, low=estimate.facts["prediction_low"], high=estimate.facts["prediction_high"])
    _, low, high = wording.sizes(whole)
    cells = {"prediction_low": low, "prediction_high": high}
    facts: Facts = {key: (Column(key, "percent", 1, n="n_events"), value) for key, value in cells.items()}
    money = "_money" if wording.kind(estimate) == "money" else ""
    return [block("text", f"interval.prediction{money}.{wording.direction(whole)}")], facts


def _how_sure(estimate: Estimate) -> list[Block]:
    """The interval in words, or why there is none."""
    if estimate.value is not None:
        return [block("text", wording.interval(estimate))]
    if estimate.facts.get("n_citizens") == 0:
        return [block("text", "interval.nobody")]
    return [block("text", f"caution.{caution}") for caution in estimate.cautions]


def _avoided(change: Any) -> tuple[list[Block], Facts]:
    avoided = getattr(change, "events_avoided", None)
    key = wording.avoided(avoided) if isinstance(avoided, Estimate) and avoided.value is not None and wording.kind(avoided) == "count" else ""
    if not key:
        return [], {}
    ends = sorted((abs(avoided.low), abs(avoided.high)))
    cells = {"avoided": abs(avoided.value), "avoided_low": ends[0], "avoided_high": ends[1]}
    return [block("text", key)], {name: (Column(name, "count", n="n_events"), float(round(value))) for name, value in cells.items()}


def _basis(estimate: Estimate) -> tuple[list[Block], Facts]:
    if estimate.n_citizens is None or estimate.value is None:
        return [], {}
    if not wording.is_pooled(estimate):
        kind = wording.kind(estimate)
        known = {"n_citizens_treated", *(["n_events_treated"] if kind == "count" else [])} <= set(estimate.facts)
        return [block("text", f"interval.basis.{kind}{'_own' if known else ''}")], {}
    treated = int(estimate.facts.get("n_citizens_treated", estimate.n_citizens))
    return [block("text", "interval.basis.pooled")], {"n_treated": (Column("n_treated", "count"), treated)}
