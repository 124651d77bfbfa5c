"""Cost per citizen and year: by sector before and after, and the difference in kroner."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from effekt.estimates.bootstrap import bootstrap_mean_difference
from effekt.estimates.cost import CostMeans, cost_difference, mean_costs
from effekt.estimates.estimate import Estimate
from effekt.estimates.value_for_money import net_monetary_benefit
from effekt.measures.citizens import persons
from effekt.report import making, tables
from effekt.report.asking import answer, lacking
from effekt.report.making import Facts
from effekt.report.results import Column
from effekt.report.shown import Shown
from effekt.report.trends import headline_estimate
from effekt.report.worth import named_change

if TYPE_CHECKING:
    import pandas as pd

    from effekt.study import Study

TOTAL = "cost_total"
REPLICATES = 2_000
BARS = ("before", "after", "comparison_before", "comparison_after")


def cost_sectors(study: Study) -> tuple[str, ...]:
    """The outcomes that are the cost of one sector each, in the order of the catalogue: together they are the total.

    A sector that the total leaves out, as medicine, is not among them.
    """
    first: dict[object, str] = {}
    counted = next(condition.values for condition in study.outcome(TOTAL).where if condition.column == "sector")
    for outcome in study.protocol.catalogue().values():
        if outcome.is_cost and _sector(outcome) in counted and not study.lacking(outcome.id):
            first.setdefault(_sector(outcome), outcome.id)
    return tuple(first.values())


def sector_means(study: Study) -> tuple[CostMeans, ...]:
    """`estimates.mean_costs` of each of `cost_sectors`, in their order; where there is nobody at all, means that are None."""
    frames = (persons(study, outcome, value="cost_dkk") for outcome in cost_sectors(study))
    nothing = CostMeans(None, None, None, None)
    return tuple(mean_costs(frame, value="cost_dkk", level=study.level) if len(frame) else nothing for frame in frames)


def sector_costs(study: Study, means: Iterable[Any], *, name: str = "sector_costs") -> Shown:
    """The figure of mean cost per citizen-year by sector, the area and the comparison, before and after; the region has no comparison of its own.

    means : `sector_means`. A group without citizens has no bar.
    """
    means = tuple(means)
    bars = BARS if study.cluster is not None else BARS[:2]
    sectors = [_means(study, outcome, each, bars) for outcome, each in zip(cost_sectors(study), means, strict=True)]
    total = {bar: (Column(bar, "number", n=f"n_{bar}"), _sum(row[bar][1] for row in sectors)) for bar in bars}
    counted = {f"n_{bar}": sectors[0][f"n_{bar}"] for bar in bars}
    rows = [_facts(study, means), *sectors, {"sector": (Column("sector", "label"), "sector.total")} | total | counted]
    heads = [f"bar.{'' if bar.startswith('comparison') else 'programme_'}{bar}" for bar in bars]
    stem = "figure.sector_costs"
    of = "" if study.cluster is not None else "_region"
    return making.shown(
        study,
        "sector_costs",
        name,
        rows,
        estimates=tuple(one for each in means for bar in bars if (one := _enough(study, getattr(each, bar))) is not None),
        context={
            "title": f"{stem}.title{of}",
            "subtitle": f"{stem}.subtitle{of}",
            "alt": f"{stem}.alt{of}",
            "bars": list(bars),
            "table": tables.layout(
                f"caption.sector_costs{of}",
                [("column.sector", "sector"), *zip(heads, bars, strict=True)],
                notes=("note.sector_costs", *(("note.sector_costs_missing",) if any(total[bar][1] is None for bar in bars) else ())),
                rows=tuple(range(1, len(rows))),
            ),
        },
    )


def kroner_differences(study: Study, people: pd.DataFrame, changes: pd.DataFrame) -> tuple[Any, Any]:
    """The change in total cost against the comparison in kroner per citizen-year, its error found over citizens, and by drawing them again.

    people : `measures.persons` in `cost_dkk`, of which a cluster's or a municipality's figures are `estimates.cost_difference` and
    `estimates.bootstrap_mean_difference`. changes : `measures.cost_and_effect`, which the region's figures come from: the clusters' own differences
    weighted by their citizens.
    """
    drawn = {"seed": study.seed, "level": study.level, "replicates": REPLICATES}
    if study.cluster is not None:
        plain = answer(study, cost_difference, people, level=study.level)
        again = answer(study, bootstrap_mean_difference, people, value="cost_dkk", exposure="exposure", after="after", **drawn)
        return plain, again
    sides = [int((changes["treated"] == side).sum()) for side in (True, False)]
    if min(sides) < study.protocol.too_few.citizens or changes["cost_dkk"].isna().any():
        return lacking(study, TOTAL, "cost_difference"), lacking(study, TOTAL, "bootstrap_mean_difference")
    both = net_monetary_benefit(changes, cost="cost_dkk", effect="cost_dkk", treated="treated", threshold=0.0, level=study.level)
    again = bootstrap_mean_difference(changes, value="cost_dkk", **drawn)
    told = named_change(study, again, TOTAL)
    return named_change(study, both.cost, TOTAL), replace(told, method=again.method)


def level_after(study: Study, people: pd.DataFrame) -> Estimate | None:
    """Mean cost per citizen-year of the study's place after the start; None where nobody is there. people : `measures.persons` in `cost_dkk`."""
    return mean_costs(people, value="cost_dkk", level=study.level).after if len(people) else None


def difference_table(study: Study, differences: Iterable[Any], *, name: str = "differences") -> Shown:
    """One row a difference in kroner per citizen-year, with its interval and how that was found."""
    design = making.of_design(study)
    rows = []
    estimates = tuple(making.about(study, headline_estimate(one)) for one in differences)
    for one in estimates:
        told = making.of_estimate(one)
        kept = {key: told[key] for key in ("outcome", "place", "level", "claim", "n_citizens", "fact_replicates") if key in told}
        money = {
            "value": (Column("value", "money", n="n_citizens"), one.value),
            "value_low": (Column("value_low", "number", unit="dkk_per_person_year", n="n_citizens"), one.low),
            "value_high": (Column("value_high", "number", unit="dkk_per_person_year", n="n_citizens"), one.high),
        }
        method = (Column("method", "label"), f"method_name.{one.method}")
        rows.append(kept | money | {"method": method, "start": design["start"], "price_year": design["price_year"]})
    show = [("column.outcome", "outcome"), ("column.method", "method"), ("column.difference", "cells.value_interval"), ("column.claim", "claim")]
    plan = tables.layout("caption.differences", show, notes=("note.differences",))
    return making.shown(study, "table", name, rows, estimates=estimates, context={"table": plan})


def _sector(outcome: Any) -> object:
    """The one sector of a cost outcome; "" where it has several, or other conditions."""
    conditions = outcome.where
    one = len(conditions) == 1 and conditions[0].column == "sector" and len(conditions[0].values) == 1
    return conditions[0].values[0] if one else ""


def _means(study: Study, outcome: str, means: Any, bars: Iterable[str]) -> Facts:
    cells: Facts = {"sector": (Column("sector", "label"), f"sector.{_sector(study.outcome(outcome))}")}
    for bar in bars:
        one = getattr(means, bar)
        cells[f"n_{bar}"] = (Column(f"n_{bar}", "count"), (one.n_citizens or 0) if one is not None else 0)
        cells[bar] = (Column(bar, "number", n=f"n_{bar}"), one.value if _enough(study, one) is not None else None)
    return cells


def _enough(study: Study, estimate: Estimate | None) -> Estimate | None:
    """The mean, or None where it rests on too few citizens."""
    return estimate if estimate is not None and (estimate.n_citizens or 0) >= study.protocol.too_few.citizens else None


def _facts(study: Study, means: tuple[Any, ...]) -> Facts:
    design = making.of_design(study)
    first = means[0]
    return {
        "place": (Column("place", "label"), f"place.{study.unit}"),
        "n_citizens": (Column("n_citizens", "count"), _counted(first.after, first.before)),
        "n_comparison": (Column("n_comparison", "count"), _counted(first.comparison_after, first.comparison_before)),
        "start": design["start"],
        "price_year": design["price_year"],
    }


def _counted(after: Estimate | None, before: Estimate | None) -> int:
    """Citizens after the start; before it where nobody is left."""
    told = after if after is not None else before
    return (told.n_citizens or 0) if told is not None else 0


def _sum(numbers: Iterable[Any]) -> float | None:
    parts = list(numbers)
    return None if any(part is None for part in parts) else float(sum(parts))
