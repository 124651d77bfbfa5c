"""How the outcomes are followed: control charts with named signals, which outcomes show one, and what changed since the round before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from effekt.estimates.before_after import rate_ratio
from effekt.estimates.estimate import Estimate
from effekt.estimates.shares import share_difference
from effekt.report import making, tables, wording
from effekt.report.following import OWN, RELATIVE, Followed, follow, rules, start_of
from effekt.report.making import Facts
from effekt.report.results import Column
from effekt.report.shares import PERCENT, enough, head_of, share_of, told
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

PER, MONEY = 1000.0, "dkk_per_person_year"
SIGNAL = ("high", "low", "both", "near")
WAVES = ("before", "after")
SATISFIED = 4.0
ROUNDS = ("before", "year_before")


def monitoring_in_short(study: Study, monthly: pd.DataFrame, rounds: pd.DataFrame, *, name: str = "monitoring") -> Shown:
    """Whether the primary outcome shows a signal after the start, how many outcomes do, and the primary outcome in the latest round.

    monthly : `measures.monitored`. rounds : `measures.rounds`.
    """
    primary = study.protocol.primary_outcome
    followed = {outcome: follow(study, monthly, outcome) for outcome in monthly["outcome"].unique()}
    chief = followed.get(primary)
    family = "few" if chief is None or not chief.charts else chief.chief
    status = "few" if chief is None else chief.status(chief.chief)
    facts: Facts = {"outcome": (Column("outcome", "label"), primary), "start": _month("start", start_of(study))}
    keys = [("headline", f"finding.monitor.{family}.{status}" if family != "few" else f"finding.monitor.few.{status}")]
    facts |= _latest(chief, chief.chief) if chief is not None and chief.charts else {}
    if status in SIGNAL:
        keys.append(("text", f"interval.monitor_signal.{'once' if facts['first'][1] == facts['last'][1] else 'run'}"))
    shown = {chart: sum(one.status(chart) in SIGNAL for one in followed.values()) for chart in (OWN, RELATIVE)}
    charted = {chart: sum(one.status(chart) in (*SIGNAL, "none") for one in followed.values()) for chart in (OWN, RELATIVE)}
    counts = {f"n_charts_{chart}": charted[chart] for chart in charted} | {f"n_signals_{chart}": shown[chart] for chart in shown}
    facts |= {key: (Column(key, "count"), value) for key, value in counts.items()}
    if charted[OWN]:
        keys.append(("text", f"interval.monitor_count.{RELATIVE if charted[RELATIVE] else OWN}"))
    change = round_change(study, rounds, primary, "before")
    facts |= _rounded(rounds, primary) | _change_facts(change)
    keys.append(("text", f"interval.monitor_round.{'few' if change is None else wording.direction(change)}"))
    keys.append(("claim", "claim.monitor"))
    return told(study, keys, facts, name)


def control_chart(study: Study, monthly: pd.DataFrame, outcome: str, *, against: str = OWN, name: str = "") -> Shown:
    """The figure of one outcome over time with its centre and limits from before the start; against : "own", or "relative" to the comparison.

    Periods that are part of a signal after the start are marked; the start, months of earlier initiatives and known breaks are drawn.
    """
    name = name or f"chart_{against}"
    followed = follow(study, monthly, outcome)
    if against not in followed.charts:
        return told(study, [("text", f"interval.monitor.{followed.status(against)}")], {"outcome": (Column("outcome", "label"), outcome)}, name)
    chart = followed.charts[against]
    kind = "relative" if against == RELATIVE else "money" if study.outcome(outcome).unit == MONEY else "own"
    per = PER if kind == "own" else 1.0
    marked = _marked(followed, against)
    low, high = (np.broadcast_to(limit, chart.values.shape) * per for limit in (chart.low, chart.high))
    breaks = study.protocol.breaks()
    facts = head_of(study) | {f"break_{place}": _month(f"break_{place}", known.month) for place, known in enumerate(breaks)}
    facts |= {
        "outcome": (Column("outcome", "label"), outcome),
        "start": _month("start", start_of(study)),
        "n_points": (Column("n_points", "count"), len(chart.values)),
        "n_before": (Column("n_before", "count"), followed.before),
        "n_events_before": (Column("n_events_before", "count"), int(followed.periods["n"][: followed.before].sum())),
        "n_events": (Column("n_events", "count"), int(followed.periods["n"].sum())),
    }
    rows: list[Facts] = []
    for place, period in enumerate(followed.periods.itertuples()):
        numbers = {"observed": chart.values[place] * per, "centre": chart.centre * per, "low": low[place], "high": high[place]}
        counts: Facts = {"month": _month("month", period.month), "n": (Column("n", "count"), int(period.n))}
        counts |= {"n_events_before": facts["n_events_before"]}
        digits = 2 if kind == "relative" else 0 if kind == "money" else 1
        told_of: Facts = {
            key: (Column(key, "number", digits, n="n" if key == "observed" else "n_events_before"), float(value)) for key, value in numbers.items()
        }
        rows.append(counts | told_of | {"signal": (Column("signal", "label"), "yes" if place in marked else "no")})
    stem = f"figure.chart_{kind}"
    show = [("column.month" if followed.months == 1 else "column.quarter", "month"), ("column.observed", "observed"), ("column.centre", "centre")]
    show += [("column.limits", "cells.interval"), ("column.signal", "signal")]
    context = {
        "title": f"{stem}.title", "alt": f"{stem}.alt", "subtitle": f"{stem}.subtitle_{'months' if followed.months == 1 else 'quarters'}",
        "start": making.month(start_of(study)),
        "breaks": [{"month": making.month(known.month), "why": f"break.{place}"} for place, known in enumerate(breaks)],
        "contaminated": [[making.month(first), making.month(last)] for first, last in study.contaminated],
        "table": tables.layout(f"caption.chart_{kind}", show, notes=("note.chart",), rows=tuple(range(1, len(rows) + 1))),
    }  # fmt: skip
    labels = {f"break.{place}": {"da": known.why.da, "en": known.why.en} for place, known in enumerate(breaks)}
    return making.shown(study, "control_chart", name, [facts, *rows], context=context, labels=labels)


def signal_table(study: Study, monthly: pd.DataFrame, outcome: str, *, name: str = "signals") -> Shown:
    """One row a rule that fired after the start and a side, for both charts of the outcome: the rule in words, and in which months."""
    followed = follow(study, monthly, outcome)
    rows = []
    for chart in followed.charts:
        if followed.status(chart) not in SIGNAL:
            continue
        for (rule, side), found in followed.signals(chart).groupby(["rule", "side"], sort=False):
            words: Facts = {"chart": (Column("chart", "label"), f"chart.{chart}"), "rule": (Column("rule", "label"), f"signal_rule.{rule}.{side}")}
            spans: Facts = {"first": _month("first", found["first"].min()), "last": _month("last", found["last"].max())}
            rows.append(head_of(study) | {"outcome": (Column("outcome", "label"), outcome)} | words | spans)
    if not rows:
        status = followed.status(followed.chief)
        key = f"interval.monitor.{status}"
        return told(study, [("text", key)], {"outcome": (Column("outcome", "label"), outcome)}, name)
    show = [("column.signal_rule", "rule"), ("column.chart", "chart"), ("column.first", "first"), ("column.last", "last")]
    plan = tables.layout("caption.signals", show, notes=("note.signals",))
    return making.shown(study, "table", name, rows, context={"table": plan})


def signal_overview(study: Study, monthly: pd.DataFrame, *, name: str = "overview") -> Shown:
    """One row an outcome: on which side it shows a signal after the start, by itself and against the comparison, and the latter's latest month."""
    rows = []
    for outcome in monthly["outcome"].unique():
        followed = follow(study, monthly, outcome)
        row: Facts = head_of(study) | {"outcome": (Column("outcome", "label"), outcome)}
        row |= {chart: (Column(chart, "label"), f"signal.{followed.status(chart)}") for chart in (OWN, RELATIVE)}
        found = followed.signals(followed.chief)
        rows.append(row | {"latest": _month("latest", found["last"].max() if followed.status(followed.chief) in SIGNAL else None)})
    if not rows:
        return told(study, [("text", "interval.monitor.nothing")], {}, name)
    show = [("column.outcome", "outcome"), ("column.signal_own", OWN), ("column.signal_relative", RELATIVE), ("column.latest", "latest")]
    plan = tables.layout("caption.overview", show, notes=("note.overview", "note.overview_words"), empty={"latest": "signal.dash"})
    return making.shown(study, "table", name, rows, context={"table": plan})


def round_changes(study: Study, rounds: pd.DataFrame, *, name: str = "rounds") -> Shown:
    """One row an outcome: the latest complete round against the one before, and against the same a year before, each with its interval."""
    rows: list[Facts] = []
    estimates: list[Estimate] = []
    for outcome in rounds["outcome"].unique():
        row = head_of(study) | {"outcome": (Column("outcome", "label"), outcome)} | _rounded(rounds, outcome)
        for against in ROUNDS:
            change = round_change(study, rounds, outcome, against)
            row |= _change_facts(change, "" if against == "before" else "year")
            estimates += [change] if change is not None and against == "before" else []
        rows.append(row)
    if not estimates:
        return told(study, [("text", "interval.rounds.few")], {}, name)
    show = [("column.outcome", "outcome"), ("column.round", "round_month"), ("column.since_before", "cells.change_interval")]
    show.append(("column.since_year", "cells.year_interval"))
    plan = tables.layout("caption.rounds", show, notes=("note.rounds",))
    return making.shown(study, "table", name, rows, estimates=estimates, context={"table": plan})


def round_change(study: Study, rounds: pd.DataFrame, outcome: str, against: str) -> Estimate | None:
    """The rate in the latest round over that in `against`, errors robust by citizen; None with too few events or citizens in either."""
    own = rounds[(rounds["outcome"] == outcome) & rounds["round"].isin(["latest", against])]
    frame = own.assign(after=own["round"] == "latest")
    counted = rules()["chart"].get(study.outcome(outcome).measure, "") == "laney_u"
    limit = study.protocol.too_few
    for side in (True, False):
        part = frame[frame["after"] == side]
        if part["citizen_id"].nunique() < limit.citizens or part["events"].sum() <= 0 or (counted and part["events"].sum() < limit.events):
            return None
    found = rate_ratio(frame[["citizen_id", "events", "exposure", "after"]], level=study.level)
    if found.value is None or found.low is None:
        return None
    return found.named(outcome=outcome, unit=study.unit, measure_unit=study.outcome(outcome).unit)


def asked_rounds(
    study: Study, patients: pd.DataFrame, relatives: pd.DataFrame, wishes: pd.DataFrame, audits: pd.DataFrame, *, name: str = "asked_rounds"
) -> Shown:
    """One row a question of the surveys and one for audits: the share in the round before, in the latest one, and the change.

    patients, relatives, wishes : `measures.answers` (lup and own). audits : `measures.audits`, whose last two rounds are compared.
    """
    asked = {"asked.patients": _waves(patients, "overall", SATISFIED), "asked.relatives": _waves(relatives, "overall", SATISFIED)}
    asked["asked.wishes"] = _waves(wishes, "wishes_followed", 1.0)
    numbers = sorted(audits["round"].dropna().unique())[-2:]
    if len(numbers) == len(WAVES):
        asked["asked.audits"] = {wave: audits.loc[audits["round"] == at, "n_findings"] > 0 for wave, at in zip(WAVES, numbers, strict=True)}
    rows = [head_of(study) | {"what": (Column("what", "label"), what)} | _shares(study, yes) for what, yes in asked.items()]
    if all(row["points"][1] is None for row in rows):
        return told(study, [("text", "interval.asked_rounds.few")], {}, name)
    show = [("column.measured", "what"), ("column.round_before", "before_share"), ("column.round_latest", "after_share")]
    show.append(("column.points", "cells.points"))
    plan = tables.layout("caption.asked_rounds", show, notes=("note.asked_rounds",))
    return making.shown(study, "table", name, rows, context={"table": plan})


def _waves(answers: pd.DataFrame, item: str, least: float) -> dict[str, pd.Series]:
    """Wave -> whether each answer to the item is at least `least`."""
    own = answers[answers["item_id"] == item]
    return {wave: own.loc[own["wave"] == wave, "value"] >= least for wave in WAVES}


def _shares(study: Study, yes: dict[str, pd.Series]) -> Facts:
    """Both shares and their difference in percentage points; no difference with too few in a round."""
    before, after = (yes[wave] for wave in WAVES)
    facts: Facts = {}
    for wave in WAVES:
        facts |= share_of(study, int(yes[wave].sum()), len(yes[wave]), stem=wave)
    ends: tuple[float | None, ...] = (None, None, None)
    if enough(study, len(before)) and enough(study, len(after)):
        found = share_difference(int(after.sum()), len(after), int(before.sum()), len(before), level=study.level)
        ends = (found.value, found.low, found.high)
    for key, value in zip(("points", "points_low", "points_high"), ends, strict=True):
        facts[key] = (Column(key, "number", 1, n="after_n"), None if value is None else PERCENT * value)
    return facts


def _marked(followed: Followed, chart: str) -> set[int]:
    """Places of the periods that are part of a signal after the start; none where the chart is not used for signals."""
    if followed.status(chart) not in SIGNAL:
        return set()
    months = followed.periods["month"]
    return {
        place
        for row in followed.signals(chart).itertuples()
        if row.rule != "hugging"
        for place in np.flatnonzero((months >= row.first) & (months <= row.last))
        if place >= followed.before
    }


def _latest(followed: Followed, chart: str) -> Facts:
    """The latest signal: its rule, and its first and last month."""
    found = followed.signals(chart)
    if followed.status(chart) not in SIGNAL:
        return {}
    last = found.iloc[-1]
    words: Facts = {"rule": (Column("rule", "label"), f"signal_rule.{last['rule']}.{last['side']}")}
    return words | {"first": _month("first", last["first"]), "last": _month("last", last["last"])}


def _rounded(rounds: pd.DataFrame, outcome: str) -> Facts:
    own = rounds[(rounds["outcome"] == outcome) & (rounds["round"] == "latest")]
    return {"round_month": _month("round_month", own["first"].iloc[0] if len(own) else None)}


def _change_facts(change: Estimate | None, stem: str = "") -> Facts:
    """The change in percent with its ends, and as sizes for a sentence; empty where there is none."""
    lead = f"{stem}_" if stem else ""
    n = 0 if change is None else int(change.n_citizens or 0)
    ratios = (None, None, None) if change is None else (change.value, change.low, change.high)
    ends = [None if ratio is None else PERCENT * (ratio - 1) for ratio in ratios]
    facts: Facts = {f"n_citizens_{lead}round": _count(f"n_citizens_{lead}round", n)}
    for key, value, kind in zip(("change", "change_low", "change_high"), ends, ("percent", "number", "number"), strict=True):
        unit = "percent" if kind == "number" else ""
        facts[f"{lead}{key}"] = (Column(f"{lead}{key}", kind, 1, unit=unit, n=f"n_citizens_{lead}round"), value)
    sizes = wording.sizes(change) if change is not None else (None, None, None)
    for key, value in zip(("size", "size_low", "size_high"), sizes, strict=True):
        facts[f"{lead}{key}"] = (Column(f"{lead}{key}", "percent", 0, n=f"n_citizens_{lead}round"), value)
    return facts


def _count(key: str, value: int) -> tuple[Column, int]:
    return Column(key, "count"), int(value)


def _month(key: str, moment: object) -> tuple[Column, str | None]:
    return Column(key, "month"), None if moment is None or pd.isna(moment) else making.month(pd.Timestamp(moment))
