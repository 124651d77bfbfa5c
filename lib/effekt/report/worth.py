"""Is it worth its price: what was gained for what was paid, and how likely that is to be worth it at each price the reader may put on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from effekt.errors import UsageError
from effekt.estimates.claims import two_by_two
from effekt.estimates.estimate import Estimate
from effekt.estimates.value_for_money import acceptability_curve, net_monetary_benefit
from effekt.report import making, tables
from effekt.report.making import Facts
from effekt.report.results import Column
from effekt.report.shares import head_of, told
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.measures.programme_money import ProgrammeCosts
    from effekt.study import Study

PRICES = 11
PERCENT, THOUSAND = 100.0, 1000.0
SUREST = 99.0
"""Per cent: a probability is shown as no higher than this, and no lower than what is left of a hundred; a computation is never quite sure."""
PARAMETER = "highest_price"


def prices_of(study: Study) -> tuple[float, ...]:
    """The prices of a unit of effect that are tried: from 0 to the run's parameter `highest_price`, in even steps. They are the reader's choice.

    Raises UsageError where the parameter is not a number above 0.
    """
    highest = study.parameters.get(PARAMETER)
    if not isinstance(highest, int | float) or isinstance(highest, bool) or highest <= 0:
        raise UsageError(f"{PARAMETER} must be a number of kroner above 0: what one unit of the effect is worth at most.")
    return tuple(float(price) for price in np.linspace(0.0, float(highest), PRICES))


def gains(study: Study, changes: pd.DataFrame, effects: Sequence[str], *, name: str = "gains") -> Shown:
    """One row an effect: its change against the comparison per 1,000 citizen-years with its interval; a minus is fewer.

    changes : `measures.cost_and_effect`. effects : its columns of effect. Too few citizens are said in words.
    """
    if not _enough(study, changes):
        return _few(study, changes, name)
    found = [_change(study, changes, effect) for effect in effects]
    rows = []
    for one in found:
        ends = {"value": one.value, "value_low": one.low, "value_high": one.high}
        cells: Facts = {key: (Column(key, "number", 1, n="n_treated"), None if end is None else THOUSAND * end) for key, end in ends.items()}
        rows.append(head_of(study) | _counted(changes) | {"outcome": (Column("outcome", "label"), one.outcome)} | cells)
    show = [("column.outcome", "outcome"), ("column.per_thousand", "value"), ("column.interval", "cells.value_limits")]
    plan = tables.layout("caption.gains", show, notes=("note.gains",))
    return making.shown(study, "table", name, rows, estimates=found, context={"table": plan})


def acceptability(study: Study, changes: pd.DataFrame, effect: str, costs: ProgrammeCosts, *, name: str = "acceptability") -> Shown:
    """The figure of the probability that the programme is worth its price, at each price of one unit of `effect`, without and with its own cost.

    changes : `measures.cost_and_effect`. costs : `measures.programme_costs`; where the cost is not stated there is one line only. Too few citizens
    are said in words.
    """
    if not _enough(study, changes):
        return _few(study, changes, name)
    prices = prices_of(study)
    asked: dict[str, Any] = {"effect": effect, "treated": "treated", "thresholds": prices, "level": study.level}
    alone = acceptability_curve(changes, cost="cost_dkk", **asked)
    added = costs.per_year_dkk
    paid = changes["cost_dkk"] + np.where(changes["treated"], added or 0.0, 0.0)
    whole = acceptability_curve(changes.assign(paid=paid), cost="paid", **asked)
    rows: list[Facts] = []
    for place, price in enumerate(prices):
        row: Facts = {"price": (Column("price", "money"), price)}
        row |= {
            "probability": _chance("probability", float(alone["probability"].iloc[place])),
            "probability_with": _chance("probability_with", None if added is None else float(whole["probability"].iloc[place])),
        }
        chosen = alone if added is None else whole
        for key, column in (("value", "benefit"), ("value_low", "low"), ("value_high", "high")):
            row[key] = (Column(key, "number", unit="dkk_per_person_year", n="n_treated"), float(chosen[column].iloc[place]))
        rows.append(_counted(changes) | row)
    head = _head(study, changes, effect) | {
        "highest_price": (Column("highest_price", "money"), prices[-1]),
        "surest": (Column("surest", "percent"), SUREST),
    }
    series = ["probability"] if added is None else ["probability", "probability_with"]
    show = [(f"column.price_{_way(study, effect)}", "price"), *((f"column.{key}", key) for key in series)]
    show += [("column.net_benefit", "cells.value_interval")]
    notes = ("note.acceptability", f"note.acceptability_programme{'' if added is not None else '_not_stated'}")
    return making.shown(
        study,
        "acceptability",
        name,
        [head, *rows],
        context={
            "title": "figure.acceptability.title",
            "subtitle": "figure.acceptability.subtitle",
            "alt": "figure.acceptability.alt",
            "series": series,
            "axis": f"column.price_{_way(study, effect)}",
            "table": tables.layout("caption.acceptability", show, notes=notes, rows=tuple(range(1, len(rows) + 1))),
        },
    )


def worth_in_short(study: Study, changes: pd.DataFrame, effect: str, costs: ProgrammeCosts, *, name: str = "worth") -> Shown:
    """How likely the programme is to pay for itself, and to be worth its price where a unit of `effect` is worth the highest price tried, in
    words."""
    if not _enough(study, changes):
        return _few(study, changes, name)
    added = costs.per_year_dkk
    paid = changes["cost_dkk"] + np.where(changes["treated"], added or 0.0, 0.0)
    prices = prices_of(study)
    asked: dict[str, Any] = {"effect": effect, "treated": "treated", "thresholds": (0.0, prices[-1]), "level": study.level}
    ends = acceptability_curve(changes.assign(paid=paid), cost="paid", **asked)
    facts = _head(study, changes, effect) | {"highest_price": (Column("highest_price", "money"), prices[-1])}
    for key, place in (("chance_free", 0), ("chance_highest", 1)):
        facts[key] = _chance(key, float(ends["probability"].iloc[place]))
    stated = "worth" if added is not None else "worth_not_stated"
    keys = [("headline", f"finding.{stated}.{_way(study, effect)}"), ("text", "interval.worth"), ("claim", "claim.descriptive")]
    return told(study, keys, facts, name)


def _head(study: Study, changes: pd.DataFrame, effect: str) -> Facts:
    return head_of(study) | _counted(changes) | {"outcome": (Column("outcome", "label"), effect)}


def _way(study: Study, effect: str) -> str:
    return "avoided" if study.outcome(effect).direction < 0 else "gained"


def _counted(changes: pd.DataFrame) -> Facts:
    return {
        "n_treated": (Column("n_treated", "count"), int(changes["treated"].sum())),
        "n_comparison": (Column("n_comparison", "count"), int((~changes["treated"]).sum())),
    }


def _chance(key: str, value: float | None) -> tuple[Column, float | None]:
    sure = None if value is None else min(max(PERCENT * value, PERCENT - SUREST), SUREST)
    return Column(key, "percent", n="n_treated"), sure


def _change(study: Study, changes: pd.DataFrame, effect: str) -> Estimate:
    """The change of `effect` against the comparison, in the outcome's own direction."""
    one = net_monetary_benefit(changes, cost="cost_dkk", effect=effect, treated="treated", threshold=0.0, level=study.level).gain
    if study.outcome(effect).direction < 0 and None not in (one.value, one.low, one.high):
        one = replace(one, value=-one.value, low=-one.high, high=-one.low)
    return named_change(study, one, effect)


def named_change(study: Study, estimate: Estimate, outcome: str) -> Estimate:
    """A difference of two groups' changes as what it is: the study's unit against the comparison, over one period before and one after."""
    grade = two_by_two()
    method = "cost_difference" if study.outcome(outcome).is_cost else "difference_by_citizen"
    about = replace(estimate, contrast=contrast_of(study), claim=grade.claim, reasons=grade.reasons, method=method)
    return about.named(outcome=outcome, unit=study.unit, measure_unit=study.outcome(outcome).unit)


def contrast_of(study: Study) -> str:
    """What the comparison is to the study: municipalities without the initiative, or with an effort of their own."""
    return "programme_comparison" if study.comparison_exposure == "none" else "programme_other_effort"


def _enough(study: Study, changes: pd.DataFrame) -> bool:
    sides = [int((changes["treated"] == side).sum()) for side in (True, False)]
    return min(sides) >= study.protocol.too_few.citizens and bool(changes["cost_dkk"].notna().all())


def _few(study: Study, changes: pd.DataFrame, name: str) -> Shown:
    limit = study.protocol.too_few.citizens
    least: Facts = {"min_citizens": (Column("min_citizens", "count"), limit)}
    is_few = any(cell < limit for _, cell in _counted(changes).values())  # type: ignore[operator]
    return told(study, [("text", f"interval.worth_{'few' if is_few else 'missing'}")], _counted(changes) | least, name)
