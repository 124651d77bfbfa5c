"""Services in total and one by one: what is added up, which services moved, and what is registered where and from when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from effekt.estimates.cost import mean_costs
from effekt.estimates.estimate import Estimate
from effekt.report import making, tables
from effekt.report.admissions import outcome_effects
from effekt.report.asking import unregistered
from effekt.report.costs import cost_sectors
from effekt.report.making import Facts
from effekt.report.results import Column
from effekt.report.sentences import has_text
from effekt.report.service_use import GROUPS, STEM, with_enough
from effekt.report.shares import PERCENT, head_of, told
from effekt.report.shown import Shown
from effekt.report.trends import headline_estimate

if TYPE_CHECKING:
    from effekt.study import Study

TOTAL = "services_total"
MOVED = ("beddays", "finished", "outpat", "gp_contacts", "homecare_h", "nursing")
UNITS = ("stays", "services")
LESS_MORE = {"figure.fewer": {"da": "mindre", "en": "less"}, "figure.more": {"da": "mere", "en": "more"}}
QUOTED = ("ratio", "low", "high", "change", "change_low", "change_high")


def use_outcomes(study: Study) -> tuple[str, ...]:
    """What the page on the use of services reads of each citizen: the cost of each sector, the total of services and its parts, and bed days.

    Without what the delivery has no data for, and without parts that the total does not add.
    """
    from effekt.measures.services import parts_of

    wanted = [*cost_sectors(study), "beddays", "homecare_h"]
    if not study.lacking(TOTAL):
        parts = parts_of(study, TOTAL)
        wanted += [TOTAL, *parts.loc[parts["added"], "part"]]
    return tuple(dict.fromkeys(name for name in wanted if not study.lacking(name)))


def sector_services(study: Study) -> tuple[str, ...]:
    """The outcomes that are services of one sector, those of the hospital first: bed days and the catalogue's services of aim A3."""
    catalogue = study.protocol.catalogue()
    known = [name for name in MOVED if name in catalogue]
    added = [name for total in catalogue.values() for name in (*total.parts, *total.also)]
    others = [one.id for one in catalogue.values() if one.aim == "A3" and one.source in UNITS and one.id not in (*known, *added)]
    return (*known, *others)


def service_parts(study: Study, use: pd.DataFrame, parts: pd.DataFrame, *, name: str = "service_parts") -> Shown:
    """One row a kind of service: whether the total adds it, how many a citizen has a year before and after, and its part of the total.

    use : `measures.use_of_services`; parts : `measures.parts_of(study, "services_total")`.
    """
    told_of = with_enough(study, use)
    if told_of.empty or TOTAL not in use:
        return told(study, [("text", f"{STEM}.parts.none")], {}, name)
    total = _rates(study, told_of, TOTAL)
    rows = []
    for part in parts.itertuples():
        rates = _rates(study, told_of, part.part) if part.added and part.part in told_of else _empty(total)
        rows.append(_row(study, part.part, "yes" if part.added else "no", rates, total))
    rows.append(_row(study, TOTAL, "total", total, total))
    heads = {"before": "column.before", "after": "column.after"} | {key: f"{STEM}.column.{key}" for key in ("comparison_before", "comparison_after")}
    show = [(f"{STEM}.column.part", "part"), (f"{STEM}.column.added", "added"), *((heads[key], key) for key in GROUPS)]
    plan = tables.layout(f"{STEM}.parts.caption", [*show, (f"{STEM}.column.weight", "weight")], notes=(f"{STEM}.parts.note",))
    return making.shown(study, "table", name, rows, context={"table": plan})


def service_changes(study: Study) -> tuple[Any, ...]:
    """The change of each of `sector_services`; one that is not registered in both groups before and after the start is said to be so."""
    from effekt.measures.services import registered_from

    names = sector_services(study)
    if not study.protocol.comparison.municipalities:
        return outcome_effects(study, names)
    firsts = registered_from(study, names).set_index("outcome").max(axis=1, skipna=False)
    latest = max(study.of(cluster).start for cluster in (study.clusters if study.cluster is None else [study.cluster]))
    registered = [name for name in names if study.lacking(name) or firsts[name] < latest]
    changes = dict(zip(registered, outcome_effects(study, registered), strict=True))
    return tuple(changes[name] if name in changes else unregistered(study, name) for name in names)


def sector_moves(study: Study, changes: Iterable[Any], *, name: str = "sector_moves") -> Shown:
    """The figure of how much each service was used against what the comparison lets expect; a ratio above 1 is more used.

    changes : those of `service_changes`. One that cannot be told has a line that says so.
    """
    estimates = tuple(making.about(study, headline_estimate(change)) for change in changes)
    rows = [head_of(study) | {"n_told": (Column("n_told", "count"), sum(one.value is not None for one in estimates))}]
    for one in estimates:
        facts = making.of_estimate(one)
        kept = {key: (replace(facts[key][0], n="n_behind"), facts[key][1]) for key in QUOTED} | {"claim": facts["claim"]}
        behind = {"n_behind": (Column("n_behind", "count"), _behind(one))}
        short = f"{STEM}.moved.{one.outcome}"
        unit = {"unit": (Column("unit", "label"), short if has_text(short) else one.outcome), "kind": (Column("kind", "label"), "row.cluster")}
        rows.append(unit | {"outcome": (Column("outcome", "label"), one.outcome)} | kept | behind)
    show = [("column.outcome", "outcome"), ("column.change_interval", "cells.change_interval"), (f"{STEM}.column.behind", "n_behind")]
    order = tuple(range(1, len(rows)))
    plan = tables.layout(f"{STEM}.moves.caption", [*show, ("column.claim", "claim")], notes=(f"{STEM}.moves.note",), rows=order)
    texts = {key: f"{STEM}.moves.{key}" for key in ("title", "subtitle", "alt")}
    return making.shown(study, "forest", name, rows, estimates=estimates, context={**texts, "order": list(order), "table": plan}, labels=LESS_MORE)


def registered_table(study: Study, registered: pd.DataFrame, *, name: str = "registered") -> Shown:
    """One row a service: the first month in which it is registered here and in the comparison; what is not registered is not 0.

    registered : `measures.registered_from`.
    """
    rows = []
    for one in registered.itertuples():
        firsts = {"here": one.first_month, "there": one.first_month_comparison}
        cells = {key: (Column(key, "month"), None if pd.isna(month) else making.month(month)) for key, month in firsts.items()}
        rows.append(head_of(study) | {"outcome": (Column("outcome", "label"), one.outcome)} | cells)
    show = [(f"{STEM}.column.part", "outcome"), (f"{STEM}.column.here", "here"), (f"{STEM}.column.there", "there")]
    never = dict.fromkeys(("here", "there"), "not_registered")
    plan = tables.layout(f"{STEM}.registered.caption", show, notes=(f"{STEM}.registered.note",), empty=never)
    return making.shown(study, "table", name, rows, context={"table": plan})


def _behind(one: Estimate) -> int | None:
    """Events in the programme; where hours are measured, citizens."""
    count = one.facts.get("n_events_treated", one.facts.get("n_citizens_treated"))
    return None if one.value is None or count is None else int(count)


def _rates(study: Study, use: pd.DataFrame, outcome: str) -> dict[str, tuple[float | None, int]]:
    """Per citizen-year in each group and period, and the citizens behind it; for the region the mean over the clusters by their person-years."""
    parts = [mean_costs(own, value=outcome, level=study.level) for _, own in use.groupby("cluster", sort=False)]
    years = [own.loc[own["treated"], "exposure"].sum() for _, own in use.groupby("cluster", sort=False)]
    found: dict[str, tuple[float | None, int]] = {}
    for key, (treated, after) in GROUPS.items():
        means = [getattr(one, key) for one in parts]
        rows = use[(use["treated"] == treated) & (use["after"] == after)]
        known = all(one is not None for one in means)
        value = sum(one.value * weight for one, weight in zip(means, years, strict=True)) / sum(years) if known else None
        found[key] = (value, int(rows["citizen_id"].nunique()))
    return found


def _empty(rates: dict[str, tuple[float | None, int]]) -> dict[str, tuple[float | None, int]]:
    return {key: (None, n) for key, (_, n) in rates.items()}


def _row(study: Study, part: str, added: str, rates: dict, total: dict) -> Facts:
    facts = head_of(study) | {"part": (Column("part", "label"), part), "added": (Column("added", "label"), f"{STEM}.added.{added}")}
    for key, (value, n) in rates.items():
        facts |= {f"n_{key}": (Column(f"n_{key}", "count"), n), key: (Column(key, "number", 2, n=f"n_{key}"), value)}
    whole, own = total["after"][0], rates["after"][0]
    weight = None if not whole or own is None else PERCENT * own / whole
    return facts | {"weight": (Column("weight", "percent", n="n_after"), weight)}
