"""How unevenly cost falls: on the dearest few, from the cheapest tenth to the dearest, and on the last year of life. Groups only, never a person."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from effekt.estimates.cost import mean_cost
from effekt.estimates.estimate import Estimate
from effekt.report import making, tables
from effekt.report.making import Facts
from effekt.report.results import Column
from effekt.report.shares import told
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

TOPS = {"tenth": 0.10, "twentieth": 0.05, "hundredth": 0.01}
LEAST = 5
"""The fewest citizens of whom a mean is shown here: a mean of fewer is nearly a person's own figure."""
TENTHS = 10
PERCENT = 100.0
EACH = 0.24
"""Inches a bar of the figure of tenths."""


def cost_concentration(study: Study, year: pd.DataFrame, *, name: str = "concentration") -> Shown:
    """What share of all cost the dearest tenth, twentieth and hundredth of the citizens account for, in words.

    year : `measures.year_costs`. A group of fewer than `LEAST` citizens is not told of; too few citizens in all are said so.
    """
    facts = _year(study, year)
    if not _enough(study, year):
        return _few(study, facts, name)
    costs, total = np.sort(year["cost_dkk"].to_numpy())[::-1], float(year["cost_dkk"].sum())
    known = ""
    for group, part in TOPS.items():
        n = math.ceil(round(part * len(costs), 9))
        shown = n >= LEAST
        known = group if shown else known
        facts[f"n_{group}"] = (Column(f"n_{group}", "count"), n if shown else None)
        share = PERCENT * float(costs[:n].sum()) / total
        facts[f"share_{group}"] = (Column(f"share_{group}", "percent", 1, n=f"n_{group}"), share if shown else None)
    keys = [("headline", f"finding.concentration.{known}"), ("text", "interval.concentration")]
    return told(study, keys, facts, name) if known else _few(study, facts, name)


def cost_tenths(study: Study, year: pd.DataFrame, *, name: str = "tenths") -> Shown:
    """The figure of mean cost from the tenth of the citizens that cost least to the tenth that cost most.

    year : `measures.year_costs`. Each bar is the mean of a whole tenth, cut from the dearest down, so that the dearest tenth is that of
    `cost_concentration`; with fewer than `LEAST` citizens in one there is no figure but words.
    """
    facts = _year(study, year)
    if not _enough(study, year):
        return _few(study, facts, name)
    ordered = np.sort(year["cost_dkk"].to_numpy())[::-1]
    total = float(ordered.sum())
    rows: list[Facts] = [
        {
            "name": (Column("name", "label"), f"tenth.{place + 1}"),
            "n": (Column("n", "count"), len(part)),
            "mean_dkk": (Column("mean_dkk", "number", unit="dkk", n="n"), float(part.mean())),
            "share": (Column("share", "percent", 1, n="n"), PERCENT * float(part.sum()) / total if total else None),
        }
        for place, part in enumerate(reversed(np.array_split(ordered, TENTHS)))
    ]
    show = [("column.tenth", "name"), ("column.n_citizens", "n"), ("column.mean_dkk", "mean_dkk"), ("column.cost_share", "share")]
    return making.shown(
        study,
        "paired_bars",
        name,
        [facts, *rows],
        context={
            "title": "figure.tenths.title",
            "subtitle": "figure.tenths.subtitle",
            "alt": "figure.tenths.alt",
            "series": ["mean_dkk"],
            "each": EACH,
            "table": tables.layout("caption.tenths", show, notes=("note.tenths",), rows=tuple(range(1, len(rows) + 1))),
        },
    )


def life_end(study: Study, ending: pd.DataFrame, *, name: str = "life_end") -> Shown:
    """One row a group and period: those in the last year of their life in it, what a year cost then and otherwise, and its share of all cost.

    ending : `measures.last_year_of_life`. A group with too few of them has no amounts; where that is all of them it is said in words.
    """
    rows, estimates = [], []
    head = {
        "place": (Column("place", "label"), f"place.{study.unit}"),
        "level": (Column("level", "percent"), PERCENT * study.level),
        "price_year": making.of_design(study)["price_year"],
        "until": (Column("until", "month"), making.month(ending.attrs["last_month"])),
        "min_deaths": (Column("min_deaths", "count"), study.protocol.too_few.events),
    }
    for side, treated in (("own", True), ("comparison", False)):
        for period, after in (("before", False), ("after", True)):
            own = ending[(ending["treated"] == treated) & (ending["after"] == after)]
            if own.empty:
                continue
            facts, share = _last_year(study, own)
            estimates += [share] if share is not None else []
            rows.append(head | {"side": (Column("side", "label"), f"side.{side}_{period}")} | facts)
    if not any(row["share"][1] is not None for row in rows[:2]):
        return told(study, [("text", "interval.life_end_few")], {key: head[key] for key in ("until", "min_deaths")}, name)
    show = [("column.where", "side"), *((f"column.{key}", key) for key in ("n_died", "last_year_dkk", "otherwise_dkk"))]
    plan = tables.layout("caption.life_end", [*show, ("column.cost_share_interval", "cells.share_interval")], notes=("note.life_end",))
    return making.shown(study, "table", name, rows, estimates=estimates, context={"table": plan})


def _last_year(study: Study, own: pd.DataFrame) -> tuple[Facts, Estimate | None]:
    """The cells of one group and period, and the share as an estimate; empty where fewer died than the protocol's least number of events."""
    died = int((own["last_exposure"] > 0).sum())
    enough = died >= study.protocol.too_few.events
    sums = own[["cost_dkk", "exposure", "last_dkk", "last_exposure"]].sum()
    share = _share(study, own, died) if enough and (own["cost_dkk"] >= 0).all() else None
    rest = float(sums["exposure"] - sums["last_exposure"])
    numbers = {
        "last_year_dkk": float(sums["last_dkk"] / sums["last_exposure"]) if enough else None,
        "otherwise_dkk": float((sums["cost_dkk"] - sums["last_dkk"]) / rest) if enough and rest > 0 else None,
    }
    facts: Facts = {"n_died": (Column("n_died", "count"), died)}
    facts |= {key: (Column(key, "number", unit="dkk_per_person_year", n="n_died"), value) for key, value in numbers.items()}
    limits = {key: None if share is None else PERCENT * getattr(share, part) for key, part in (("share", "value"), ("low", "low"), ("high", "high"))}
    return facts | {key: (Column(key, "percent", 1, n="n_died"), value) for key, value in limits.items()}, share


def _share(study: Study, own: pd.DataFrame, died: int) -> Estimate:
    """The ratio of the two sums with an error by citizen: the mean of the last year's cost per krone spent."""
    ratio: Any = own[["citizen_id", "last_dkk"]].assign(exposure=own["cost_dkk"])
    found = mean_cost(ratio, value="last_dkk", level=study.level)
    told_of = {"n_citizens": died, "exposure": float(own["exposure"].sum())}
    return Estimate(**{**found.record(), "scale": "proportion", **told_of, "outcome": "cost_total", "unit": study.unit})


def _year(study: Study, year: pd.DataFrame) -> Facts:
    return {
        "place": (Column("place", "label"), f"place.{study.unit}"),
        "n_citizens": (Column("n_citizens", "count"), len(year)),
        "year_from": (Column("year_from", "month"), making.month(year.attrs["first_month"])),
        "year_to": (Column("year_to", "month"), making.month(year.attrs["last_month"])),
        "price_year": making.of_design(study)["price_year"],
    }


def _few(study: Study, facts: Facts, name: str) -> Shown:
    least = max(study.protocol.too_few.citizens, TENTHS * LEAST)
    return told(study, [("text", "interval.money_few")], facts | {"min_citizens": (Column("min_citizens", "count"), least)}, name)


def _enough(study: Study, year: pd.DataFrame) -> bool:
    return len(year) >= max(study.protocol.too_few.citizens, TENTHS * LEAST) and float(year["cost_dkk"].sum()) > 0
