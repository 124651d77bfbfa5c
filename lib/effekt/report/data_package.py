"""The data package of a quality cluster: a medicine group, polypharmacy, what was stopped, and what to talk about. Never a rank, never a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from effekt.estimates.shares import wilson
from effekt.report import making, shares, tables
from effekt.report.making import Facts
from effekt.report.spreads import FEWEST, GroupSpread, PracticeSpread, hide_few, letters, names_of, quality_cluster_of
from effekt.report.prose import Block, block
from effekt.report.results import Column
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.estimates.estimate import Estimate
    from effekt.study import Study

PERCENT = 100.0
HIDDEN = {"not_estimated": {"da": "for få til at vise", "en": "too few to show"}}
NO_NUMBER = {"not_estimated": {"da": "\u2013", "en": "\u2013"}}
OUTSIDE = ("above", "below", "far_above", "far_below")
RELIABLE = 0.7


def package_in_short(study: Study, spread: PracticeSpread, medicines: pd.DataFrame, stopped: pd.DataFrame, *, name: str = "in_short") -> Shown:
    """How much of the group the quality cluster prescribes against all, how many practices stand out, polypharmacy, and who stopped.

    medicines : `measures.polypharmacy`. stopped : `measures.deprescribing`; both of all quality clusters.
    """
    facts = _facts(study, spread, medicines, stopped)
    labels = names_of(study, spread.quality_cluster, spread.group)
    if not spread.own.listed:
        blocks = [block("headline", "package.nothing" if not spread.all.listed else "package.nobody")]
        return making.shown(study, "finding", name, [facts], context={"blocks": blocks}, labels=labels)
    if spread.all.users < FEWEST:
        return making.shown(study, "finding", name, [facts], context={"blocks": [block("headline", "package.unused")]}, labels=labels)
    blocks = [block("headline", f"package.{_against(spread.own.ratio)}"), block("text", f"package.outside_{_outside(spread)}")]
    blocks.append(block("text", f"package.spread_{_beyond_chance(spread.all)}"))
    blocks += [block("text", f"package.{key}") for key in ("polypharmacy", "stopped") if facts[f"{key}_share"][1] is not None]
    return making.shown(study, "finding", name, [facts], context={"blocks": [*blocks, block("claim", "package.claim")]}, labels=labels)


def practice_funnel(study: Study, spread: PracticeSpread, *, name: str = "funnel") -> Shown:
    """The funnel figure: each practice of the quality cluster by its letter, against the limits that all practices give."""
    rows = [_practice(item) for item in spread.practices.to_dict("records")]
    curve = [
        {f"curve_{key}": (Column(f"curve_{key}", "ratio", 3, n="curve_expected"), float(value)) for key, value in item.items()}
        for item in spread.curve.to_dict("records")
    ]
    show = [("column.practice", "practice"), ("column.users", "observed"), ("column.listed", "n"), ("column.users_expected", "expected")]
    show += [("column.against_expected", "ratio"), ("column.where_it_lies", "where")]
    order = tuple(range(1, len(rows) + 1))
    context = {
        "title": "figure.practice_funnel.title",
        "subtitle": "figure.practice_funnel.subtitle",
        "alt": "figure.practice_funnel.alt",
        "order": list(order),
        "table": tables.layout("caption.practice_funnel", show, notes=("package.note_funnel", "package.note_hidden"), rows=order),
    }
    head = _head(study, spread)
    return making.shown(study, "funnel", name, [head, *rows, *curve], context=context, labels=_labels(study, spread))


def practice_ratios(study: Study, spread: PracticeSpread, *, name: str = "shrunken") -> Shown:
    """The figure of each practice's own ratio and of the ratio drawn towards all, with its interval and how much it can be relied on."""
    rows = [_practice(item) for item in spread.practices.to_dict("records")]
    show = [("column.practice", "practice"), ("column.against_expected", "ratio"), ("column.shrunken", "shrunk")]
    show += [("column.interval", "cells.interval"), ("column.reliability", "reliability")]
    order = tuple(range(1, len(rows) + 1))
    context = {
        "title": "figure.practice_ratios.title",
        "subtitle": "figure.practice_ratios.subtitle",
        "alt": "figure.practice_ratios.alt",
        "order": list(order),
        "table": tables.layout("caption.practice_ratios", show, notes=("package.note_shrunken", "package.note_hidden"), rows=order),
    }
    return making.shown(study, "practice_dots", name, [_head(study, spread), *rows], context=context, labels=_labels(study, spread))


def practice_variation(study: Study, spread: PracticeSpread, *, name: str = "variation") -> Shown:
    """Two rows, the quality cluster and all practices: how much is prescribed, and how much practices differ beyond chance."""
    rows = []
    for who, group in ((spread.quality_cluster, spread.own), ("package.all", spread.all)):
        reliable = None if group.reliability is None else PERCENT * group.reliability
        rows.append(
            {
                "who": (Column("who", "label"), who),
                "n_practices": (Column("n_practices", "count", n="n_practices"), group.n_practices),
                **_share(study, "users", group.users, group.listed),
                **_estimate("against", group.ratio),
                **_estimate("odds", group.odds),
                **_estimate("component", group.component, times=PERCENT),
                "reliability": (Column("reliability", "percent", n="users_events"), reliable),
            }
        )
    show = [("column.group", "who"), ("column.practices", "n_practices"), ("column.listed", "users_n"), ("column.users", "users_events")]
    show += [("column.share", "users_share"), ("column.against_expected", "cells.against"), ("column.odds", "cells.odds")]
    show += [("column.component", "cells.component"), ("column.reliability", "reliability")]
    notes = ("package.note_odds", "package.note_component", "package.note_reliability")
    head = _head(study, spread)
    plan = tables.layout("caption.practice_variation", show, notes=notes)
    rows = [row | {key: value for key, value in head.items() if key not in row} for row in rows]
    return making.shown(study, "table", name, rows, context={"table": plan}, labels=names_of(study, spread.quality_cluster, spread.group) | NO_NUMBER)


def polypharmacy_shares(study: Study, medicines: pd.DataFrame, *, name: str = "polypharmacy") -> Shown:
    """The figure of how many listed citizens took many medicines: practice by practice, the quality cluster, and all.

    medicines : `measures.polypharmacy` of all quality clusters.
    """
    own = quality_cluster_of(study)
    mine = medicines[medicines["cluster"] == own]
    by_practice = mine.groupby("unit")["polypharmacy"].agg(["sum", "size"])
    by_practice = by_practice.loc[sorted(by_practice.index, key=int)].reset_index(drop=True)
    hidden = hide_few(by_practice["sum"], by_practice["size"])
    named = letters(len(by_practice))
    practices = zip(named, by_practice["sum"], by_practice["size"], hidden, strict=True)
    told = [(f"practice.{letter}", int(events), int(n), bool(few)) for letter, events, n, few in practices]
    told += [(who, int(held["polypharmacy"].sum()), len(held), False) for who, held in ((own, mine), ("package.all", medicines)) if len(held)]
    rows = [{"what": (Column("what", "label"), what)} | _shown_share(study, events, n, few) for what, events, n, few in told]
    head: Facts = {
        "place": (Column("place", "label"), f"place.{own}"),
        "many": (Column("many", "count"), int(medicines.attrs.get("many", 0))),
        "year": (Column("year", "year"), int(medicines.attrs.get("year", 0))),
        "n_listed": (Column("n_listed", "count", n="n_listed"), len(mine)),
        "limit_fewest": (Column("limit_fewest", "count"), FEWEST),
    }
    labels = names_of(study, own) | _letter_labels(named) | HIDDEN
    heads, notes = (("column.practice", "what"),), ("package.note_medicines", "package.note_hidden")
    return shares.share_figure(study, name, "polypharmacy", rows, head, heads=heads, notes=notes, labels=labels)


def stopped_table(study: Study, stopped: pd.DataFrame, *, name: str = "stopped") -> Shown:
    """Two rows, the quality cluster and all: users of the year before, and how many of them collected none any more.

    stopped : `measures.deprescribing` of all quality clusters. Practices are not told apart: there are too few in each.
    """
    own, group = quality_cluster_of(study), str(stopped.attrs.get("group", ""))
    head = _named(study, own, group, int(stopped.attrs.get("year", 0)))
    rows = [
        head | {"who": (Column("who", "label"), who)} | _shown_share(study, int(held["observed"].sum()), int(held["n"].sum()), False)
        for who, held in ((own, stopped[stopped["cluster"] == own]), ("package.all", stopped))
    ]
    show = [("column.group", "who"), ("column.users_before", "n"), ("column.stopped", "events"), ("column.share", "share")]
    show.append(("column.interval", "cells.interval"))
    plan = tables.layout("caption.stopped", show, notes=("package.note_stopped",))
    return making.shown(study, "table", name, rows, context={"table": plan}, labels=names_of(study, own, group) | HIDDEN)


def discussion(study: Study, spread: PracticeSpread, medicines: pd.DataFrame, stopped: pd.DataFrame, *, name: str = "discussion") -> Shown:
    """What the quality cluster could talk about at its next meeting: whole questions, chosen by what the numbers show."""
    facts = _facts(study, spread, medicines, stopped)
    items: list[str] = []
    if spread.own.listed and spread.all.users >= FEWEST:
        sides = spread.practices.loc[~spread.practices["hidden"], "side"]
        items += [f"question_{side}" for side in ("high", "low") if facts[f"n_{side}"][1]]
        items += ["question_none"] if not sides.isin(OUTSIDE).any() else []
        items += [f"question_cluster_{_against(spread.own.ratio)}"]
        items += ["question_uncertain"] if (spread.own.reliability or 0.0) < RELIABLE else []
        items += ["question_polypharmacy"] if facts["polypharmacy_share"][1] is not None else []
        items += ["question_stopped"] if facts["stopped_share"][1] is not None else []
    blocks: list[Block] = [block("item", f"package.{item}") for item in [*items, "question_reviews"]]
    labels = names_of(study, spread.quality_cluster, spread.group)
    return making.shown(study, "finding", name, [facts], context={"blocks": blocks}, labels=labels)


def _facts(study: Study, spread: PracticeSpread, medicines: pd.DataFrame, stopped: pd.DataFrame) -> Facts:
    """Everything that the sentences of the package quote."""
    own = spread.quality_cluster
    side = spread.practices.loc[~spread.practices["hidden"], "side"]
    facts = _head(study, spread)
    facts["n_beyond"] = (Column("n_beyond", "count", n="n_practices"), int(side.isin(OUTSIDE).sum()))
    facts["n_high"] = (Column("n_high", "count", n="n_practices"), int(side.isin(("above", "far_above")).sum()))
    facts["n_low"] = (Column("n_low", "count", n="n_practices"), int(side.isin(("below", "far_below")).sum()))
    reliable = spread.own.reliability
    facts["reliability"] = (Column("reliability", "percent", n="users_events"), None if reliable is None else PERCENT * reliable)
    facts |= _share(study, "users", spread.own.users, spread.own.listed) | _share(study, "all", spread.all.users, spread.all.listed)
    facts |= _estimate("against", spread.own.ratio)
    for stem, frame, event in (("polypharmacy", medicines, "polypharmacy"), ("stopped", stopped, "observed")):
        for lead, held in ((stem, frame[frame["cluster"] == own]), (f"all_{stem}", frame)):
            n = len(held) if event == "polypharmacy" else int(held["n"].sum())
            facts |= _guarded(_share(study, lead, int(held[event].sum()), n), int(held[event].sum()), n)
    return facts | {"many": (Column("many", "count"), int(medicines.attrs.get("many", 0)))}


def _head(study: Study, spread: PracticeSpread) -> Facts:
    shown = ~spread.practices["hidden"]
    return _named(study, spread.quality_cluster, spread.group, spread.year) | {
        "n_practices": (Column("n_practices", "count", n="n_practices"), spread.own.n_practices),
        "n_all": (Column("n_all", "count", n="n_all"), spread.all.n_practices),
        "n_shown": (Column("n_shown", "count", n="n_practices"), int(shown.sum())),
        "users_own": (Column("users_own", "count", n="users_own"), spread.own.users),
        "limit_fewest": (Column("limit_fewest", "count"), FEWEST),
    }


def _named(study: Study, own: str, group: str, year: int) -> Facts:
    return {
        "place": (Column("place", "label"), f"place.{own}"),
        "medicine": (Column("medicine", "label"), f"medicine.{group}"),
        "code": (Column("code", "label"), f"atc.{group}"),
        "year": (Column("year", "year"), year),
        "year_before": (Column("year_before", "year"), year - 1),
        "level": (Column("level", "percent"), PERCENT * study.level),
        "age_min": (Column("age_min", "count"), study.protocol.target.age_min),
    }


def _practice(item: dict[str, Any]) -> Facts:
    """The row of a practice; of a hidden one its letter alone."""
    counts = {"observed": _kept(item, "observed"), "n": _kept(item, "n")}
    row: Facts = {"practice": (Column("practice", "label"), f"practice.{item['letter']}")}
    row |= {key: (Column(key, "count"), None if value is None else int(value)) for key, value in counts.items()}
    row["expected"] = (Column("expected", "number", 1, n="observed"), _kept(item, "expected"))
    row |= {key: (Column(key, "ratio", 2, n="observed"), _kept(item, key)) for key in ("ratio", "shrunk", "low", "high")}
    reliable = _kept(item, "reliability")
    row["reliability"] = (Column("reliability", "percent", n="observed"), None if reliable is None else PERCENT * reliable)
    where = "not_estimated" if item["hidden"] else f"side.{item['side'] or 'inside'}"
    return row | {"where": (Column("where", "label"), where)}


def _kept(item: dict[str, Any], key: str) -> float | None:
    return None if item["hidden"] or pd.isna(item[key]) else float(item[key])


def _share(study: Study, stem: str, events: int, n: int) -> Facts:
    """Events, n and the share of a whole quality cluster or of all; the share is empty where there are too few."""
    return shares.share_of(study, events, n, stem=stem)


def _guarded(facts: Facts, events: int, n: int) -> Facts:
    """The facts of a share, without its numbers where fewer than FEWEST are with or without the event."""
    return {key: (column, None) for key, (column, _) in facts.items()} if events < FEWEST or n - events < FEWEST else facts


def _shown_share(study: Study, events: int, n: int, hidden: bool) -> Facts:
    """The row of a share with its interval; nothing but the name where it is hidden or too small."""
    few = hidden or not shares.enough(study, n) or events < FEWEST or n - events < FEWEST
    found = None if few else wilson(events, n, level=study.level)
    told = {"share": None, "low": None, "high": None} if found is None else {"share": found.value, "low": found.low, "high": found.high}
    facts: Facts = {key: (Column(key, "count"), None if few else value) for key, value in (("events", events), ("n", n))}
    return facts | {key: (Column(key, "percent", 1, n="events"), None if value is None else PERCENT * value) for key, value in told.items()}


def _estimate(stem: str, estimate: Estimate | None, times: float = 1.0) -> Facts:
    numbers = {"": None, "_low": None, "_high": None}
    if estimate is not None:
        numbers = {"": estimate.value, "_low": estimate.low, "_high": estimate.high}
    kind: Any = "number" if times != 1.0 else "ratio"
    digits = 1 if times != 1.0 else 2
    return {f"{stem}{end}": (Column(f"{stem}{end}", kind, digits, n="users_events"), _times(value, times)) for end, value in numbers.items()}


def _times(value: float | None, times: float) -> float | None:
    return None if value is None else times * value


def _labels(study: Study, spread: PracticeSpread) -> dict[str, Any]:
    return names_of(study, spread.quality_cluster, spread.group) | _letter_labels(spread.practices["letter"].tolist()) | HIDDEN


def _letter_labels(named: list[str]) -> dict[str, dict[str, str]]:
    return {f"practice.{letter}": {"da": f"Praksis {letter}", "en": f"Practice {letter}"} for letter in named}


def _against(ratio: Estimate | None) -> str:
    """more | less | alike: the cluster against what its lists lead one to expect, by the interval."""
    if ratio is None or ratio.low is None or ratio.high is None:
        return "alike"
    return "more" if ratio.low > 1 else "less" if ratio.high < 1 else "alike"


def _outside(spread: PracticeSpread) -> str:
    return "some" if spread.practices.loc[~spread.practices["hidden"], "side"].isin(OUTSIDE).any() else "none"


def _beyond_chance(group: GroupSpread) -> str:
    return "more" if group.odds is not None and group.odds.low is not None and group.odds.low > 1 else "chance"

