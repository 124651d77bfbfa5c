"""The use of hospital, practice and municipality: where the money went before and after, in words, as bars and in tables. More is not better here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from effekt.estimates.mix_changes import MixChange, mix_change
from effekt.report import making, tables, wording
from effekt.report.costs import cost_sectors
from effekt.report.making import Facts
from effekt.report.numbers import LANGUAGES
from effekt.report.results import Column
from effekt.report.sentences import text
from effekt.report.shares import PERCENT, head_of, told
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

HOSPITAL = "hospital"
SECTORS = (HOSPITAL, "practice", "municipality")
GROUPS = {"before": (True, False), "after": (True, True), "comparison_before": (False, False), "comparison_after": (False, True)}
STEM = "service_use"


def sector_outcomes(study: Study) -> dict[str, str]:
    """sector -> the outcome that is its cost, hospital first; without one that the delivery has no data for."""
    found: dict[str, str] = {}
    for outcome in map(study.outcome, cost_sectors(study)):
        found[str(outcome.where[0].values[0])] = outcome.id
    return {sector: found[sector] for sector in sorted(found, key=lambda name: name != HOSPITAL)}


def with_enough(study: Study, use: pd.DataFrame) -> pd.DataFrame:
    """The rows of those clusters that have the protocol's least number of citizens before and after the start, in the programme."""
    limit = max(study.protocol.too_few.citizens, 1)
    own = use[use["treated"]].groupby(["cluster", "after"])["citizen_id"].nunique().unstack(fill_value=0)
    enough = own[(own >= limit).all(axis=1)].index if own.shape[1] == 2 else []
    return use[use["cluster"].isin(enough)]


def find_mix(study: Study, use: pd.DataFrame) -> tuple[MixChange | None, str]:
    """The change of the mix, or None and why not: "none" (a sector is not delivered or not registered) or "few"."""
    sectors = list(sector_outcomes(study).values())
    if len(sectors) < len(SECTORS) or not set(sectors) <= set(use.columns) or use.empty:
        return None, "none"
    told_of = with_enough(study, use)
    if told_of.empty:
        return None, "few"
    return mix_change(told_of, sectors=sectors, stratum="cluster", level=study.level), ""


def mix_in_short(study: Study, use: pd.DataFrame, *, name: str = "mix") -> Shown:
    """The share of the cost that lay outside hospital before and after, and whether that moved otherwise than in the comparison.

    use : `measures.use_of_services` with the outcomes of `use_outcomes`.
    """
    mix, why = find_mix(study, use)
    if mix is None:
        return _untold(study, use, name, why, "headline")
    facts = _shares(mix, "outside") | _points(mix.outside) | _counts(mix)
    if mix.other.empty:
        keys = [("headline", f"{STEM}.alone"), ("text", f"{STEM}.interval_alone"), ("claim", f"{STEM}.claim")]
        return told(study, keys, facts, name)
    said = wording.direction(mix.outside)
    keys = [("headline", f"{STEM}.{'unclear' if said == 'none' else said}"), ("text", f"{STEM}.interval"), ("claim", f"{STEM}.claim")]
    return told(study, keys, facts, name)


def mix_bars(study: Study, use: pd.DataFrame, *, name: str = "mix_bars") -> Shown:
    """The figure of each sector's share of the cost: the place before and after, the comparison before and after, each bar the whole."""
    mix, why = find_mix(study, use)
    if mix is None:
        return _untold(study, use, name, why)
    rows = []
    head: Facts = head_of(study) | _counts(mix)
    for sector, outcome in sector_outcomes(study).items():
        own = _shares(mix, outcome)
        rows.append({"sector": (Column("sector", "label"), f"sector.{sector}")} | _counts(mix) | own)
        head |= {f"{sector}_{key}": (_renamed(column, f"{sector}_{column.key}"), value) for key, (column, value) in own.items() if key in GROUPS}
    shown = [(f"bar.{key}", f"{STEM}.cells.{key}") for key in GROUPS]
    order = tuple(range(1, len(rows) + 1))
    plan = tables.layout(f"{STEM}.bars.caption", [("column.sector", "sector"), *shown], notes=(f"{STEM}.bars.note",), rows=order)
    context = {key: f"{STEM}.bars.{key}" for key in ("title", "subtitle")} | {"alt": f"{STEM}.bars.{'alt_alone' if mix.other.empty else 'alt'}"}
    return making.shown(study, "mix_bars", name, [head, *rows], context=context | {"table": plan}, labels=_bars(study))


def mix_changes(study: Study, use: pd.DataFrame, *, name: str = "mix_changes") -> Shown:
    """One row a sector: how many percentage points its share moved here and in the comparison, and the difference with its interval."""
    mix, why = find_mix(study, use)
    if mix is None:
        return _untold(study, use, name, why)
    rows = []
    for sector, outcome in sector_outcomes(study).items():
        facts = {"sector": (Column("sector", "label"), f"sector.{sector}")} | _counts(mix) | _moved(mix, outcome) | _points(mix.changes[outcome])
        rows.append(head_of(study) | facts)
    show = [("column.sector", "sector"), (f"{STEM}.column.own", "own"), (f"{STEM}.column.other", "other")]
    show.append((f"{STEM}.column.difference", "cells.points"))
    plan = tables.layout(f"{STEM}.changes.caption", show, notes=(f"{STEM}.changes.note",))
    return making.shown(study, "table", name, rows, estimates=tuple(mix.changes.values()), context={"table": plan})


def _untold(study: Study, use: pd.DataFrame, name: str, why: str, role: str = "text") -> Shown:
    """That the mix cannot be told, in words."""
    n = int(use.loc[use["treated"], "citizen_id"].nunique()) if len(use) else 0
    facts: Facts = {"n_citizens": (Column("n_citizens", "count"), n), "limit": (Column("limit", "count"), study.protocol.too_few.citizens)}
    return told(study, [(role, f"{STEM}.{why}")], facts, name)


def _shares(mix: MixChange, sector: str) -> Facts:
    """The share of a sector in each group and period, in percent with its interval; empty where there is no comparison."""
    facts: Facts = {}
    held = mix.levels[mix.levels["sector"] == sector].set_index(["treated", "after"])
    for key, group in GROUPS.items():
        for end, source in (("", "share"), ("_low", "low"), ("_high", "high")):
            value = PERCENT * float(held.loc[group, source]) if group in held.index else None
            facts[f"{key}{end}"] = (Column(f"{key}{end}", "percent", 1, n=f"n_{key}"), value)
    return facts


def _counts(mix: MixChange) -> Facts:
    """How many citizens stand behind each bar, and behind all of the programme and of the comparison."""
    first = mix.levels.drop_duplicates(["treated", "after"]).set_index(["treated", "after"])["n_citizens"]
    counts = {f"n_{key}": int(first.loc[group]) if group in first.index else None for key, group in GROUPS.items()}
    facts: Facts = {key: (Column(key, "count"), n) for key, n in counts.items()}
    return facts | {"n_citizens": (Column("n_citizens", "count"), int(mix.outside.facts["n_citizens_treated"]))}


def _moved(mix: MixChange, sector: str) -> Facts:
    """Percentage points that the share moved in the programme and in the comparison."""
    facts: Facts = {}
    for key, frame in (("own", mix.own), ("other", mix.other)):
        row = frame[frame["sector"] == sector]
        facts[key] = (Column(key, "number", 1, n="n_citizens"), PERCENT * float(row["change"].iloc[0]) if len(row) else None)
    return facts


def _points(estimate: making.Estimate) -> Facts:
    """A difference of shares in percentage points with its interval, and its size without a sign."""
    ends = {"points": estimate.value, "points_low": estimate.low, "points_high": estimate.high}
    facts: Facts = {key: (Column(key, "number", 1, n="n_citizens"), None if value is None else PERCENT * value) for key, value in ends.items()}
    size = None if estimate.value is None else abs(PERCENT * estimate.value)
    return facts | {"points_size": (Column("points_size", "number", 1, n="n_citizens"), size)}


def _renamed(column: Column, key: str) -> Column:
    return Column(key, column.type, column.digits, column.unit, column.n)


def _bars(study: Study) -> dict[str, dict[str, str]]:
    """What the bars are called: the place's own name before and after."""
    names = study.labels()[study.unit]

    def named(key: str) -> dict[str, str]:
        return {language: text(f"{STEM}.bar.{key}", language).replace("{name}", names[language]) for language in LANGUAGES}

    return {f"bar.{key}": named(key) for key in GROUPS}
