"""Did one service come instead of another: units more of it for each unit of hospital saved, and whether the answer holds when asked otherwise."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from effekt.estimates.comparison import difference_in_differences
from effekt.estimates.estimate import Estimate
from effekt.estimates.mix_changes import substitution_of_changes
from effekt.estimates.service_shares import log_ratios, service_mix
from effekt.report import making, tables
from effekt.report.making import Facts
from effekt.report.results import Column
from effekt.report.service_use import STEM, find_mix, sector_outcomes, with_enough
from effekt.report.shares import PERCENT, head_of, told
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study


@dataclass(frozen=True)
class Pair:
    """What is saved of and what may come instead; `key` names its words in texts."""

    key: str
    less: str
    more: str


PAIRS = (
    Pair("days_hours", "beddays", "homecare_h"),
    Pair("admissions_contacts", "adm_rate", "gp_contacts"),
    Pair("krone_municipality", "cost_hosp", "cost_mun"),
    Pair("krone_practice", "cost_hosp", "cost_prac"),
)
PARTS = 3
DECIMALS = 3


def substitutions(study: Study, use: pd.DataFrame, *, name: str = "substitution") -> Shown:
    """One row a pair: how much less hospital, how much more of the other, how many units for each unit saved, and what that says in words.

    use : `measures.use_of_services`. Both changes are per citizen-year and against the comparison.
    """
    told_of = with_enough(study, use)
    pairs = [pair for pair in PAIRS if {pair.less, pair.more} <= set(use.columns)]
    if told_of.empty or told_of["treated"].all() or not pairs:
        return told(study, [("text", f"{STEM}.substitution.none")], {}, name)
    found = [substitution_of_changes(told_of, less=pair.less, more=pair.more, stratum="cluster", level=study.level) for pair in pairs]
    rows = [head_of(study) | _pair(pair, one) for pair, one in zip(pairs, found, strict=True)]
    show = [(f"{STEM}.column.pair", "pair"), (f"{STEM}.column.less", "less"), (f"{STEM}.column.more", "more")]
    show += [(f"{STEM}.column.units", f"{STEM}.cells.units"), (f"{STEM}.column.says", "says")]
    plan = tables.layout(f"{STEM}.substitution.caption", show, notes=(f"{STEM}.substitution.note",))
    return making.shown(study, "table", name, rows, estimates=tuple(found), context={"table": plan})


def verdict(one: Estimate) -> str:
    """Key of what a substitution says: saved less clearly, then whether the other clearly rose, fell, or did neither."""
    if one.value is None or one.low is None or one.high is None:
        return "not_saved"
    if one.facts["difference_less"] > 0:
        return "used_more"
    return "replaced" if one.low > 0 else "both_less" if one.high < 0 else "unclear"


def mix_other_ways(study: Study, use: pd.DataFrame, *, name: str = "mix_other_ways") -> Shown:
    """One row a way to ask whether hospital gave way: of every krone, of each citizen's own mix, of each municipality as one."""
    mix, why = find_mix(study, use)
    if mix is None or mix.other.empty:
        return told(study, [("text", f"{STEM}.substitution.none")], {}, name)
    told_of = with_enough(study, use)
    outcomes = list(sector_outcomes(study).values())
    asked = {"krone": (mix.changes[outcomes[0]], PERCENT), "citizens": (_own_mix(study, told_of, outcomes), PERCENT)}
    asked["municipalities"] = (_of_municipalities(study, told_of, outcomes), None)
    rows = [head_of(study) | _way(key, one, scale) for key, (one, scale) in asked.items()]
    show = [(f"{STEM}.column.way", "way"), (f"{STEM}.column.change", "cells.points"), (f"{STEM}.column.unit", "unit"), (f"{STEM}.column.count", "n")]
    plan = tables.layout(f"{STEM}.ways.caption", show, notes=(f"{STEM}.ways.note",))
    kept = tuple(one for one, _ in asked.values() if one is not None)
    return making.shown(study, "table", name, rows, estimates=kept, context={"table": plan})


def _pair(pair: Pair, one: Estimate) -> Facts:
    said = verdict(one)
    facts: Facts = {"pair": (Column("pair", "label"), f"{STEM}.pair.{pair.key}"), "says": (Column("says", "label"), f"{STEM}.says.{said}")}
    facts["n_citizens"] = (Column("n_citizens", "count"), int(one.facts["n_citizens_treated"]))
    numbers = {"less": one.facts["difference_less"], "more": one.facts["difference_more"]}
    ends = (None, None, None) if said in ("not_saved", "used_more") else (one.value, one.low, one.high)
    numbers |= dict(zip(("units", "units_low", "units_high"), ends, strict=True))
    rounded = {key: None if value is None else round(value, DECIMALS) for key, value in numbers.items()}
    return facts | {key: (Column(key, "significant", 3, n="n_citizens"), value) for key, value in rounded.items()}


def _way(key: str, one: Estimate | None, scale: float | None) -> Facts:
    ends = (None, None, None) if one is None or one.low is None else (one.value, one.low, one.high)
    told_of = [None if end is None else scale * end if scale else PERCENT * (math.exp(end) - 1.0) for end in ends]
    n = None if ends[0] is None or one is None else int(one.facts.get("n_units", one.n_citizens or 0))
    facts: Facts = {"way": (Column("way", "label"), f"{STEM}.way.{key}"), "unit": (Column("unit", "label"), f"{STEM}.unit.{key}")}
    facts["n"] = (Column("n", "count"), n)
    return facts | {
        column: (Column(column, "number", 1, n="n"), end) for column, end in zip(("points", "points_low", "points_high"), told_of, strict=True)
    }


def _own_mix(study: Study, use: pd.DataFrame, outcomes: list[str]) -> Estimate | None:
    """Change of the mean of the citizens' own share of hospital, against the comparison (each citizen alike)."""
    exposed = use.assign(exposed=use["treated"] & use["after"])
    by = ["treated", "after", *(["C(cluster)"] if use["cluster"].nunique() > 1 else [])]
    if (use[outcomes].min() < 0).any() or (use.loc[use["treated"], outcomes].sum() <= 0).any():
        return None
    found = service_mix(exposed, sectors=outcomes, treated="exposed", covariates=by, groups="citizen_id", level=study.level)
    return replace(found.differences[outcomes[0]], n_citizens=int(use.loc[use[outcomes].sum(axis=1) > 0, "citizen_id"].nunique()))


def _of_municipalities(study: Study, use: pd.DataFrame, outcomes: list[str]) -> Estimate | None:
    """Change of the log of hospital against the geometric mean of the other two, by municipality; None with fewer than two of the programme."""
    sums = use.groupby(["cluster", "unit", "treated", "after"], as_index=False)[outcomes].sum()
    sums = sums[(sums[outcomes] > 0).all(axis=1)]
    step = math.sqrt((PARTS - 1) / PARTS)
    sums = sums.assign(ratio=log_ratios(sums, sectors=outcomes)[outcomes[0]] / step) if len(sums) else sums.assign(ratio=0.0)
    panel = sums.groupby(["unit", "treated", "after"], as_index=False)["ratio"].mean()
    panel = panel[panel.groupby("unit")["after"].transform("nunique") == 2]
    if min(panel.loc[panel["treated"] == side, "unit"].nunique() for side in (True, False)) < 2:
        return None
    panel = panel.assign(period=panel["after"].astype(int), post=panel["after"])
    return difference_in_differences(panel[["unit", "period", "treated", "post", "ratio"]], outcome="ratio", level=study.level).effect
