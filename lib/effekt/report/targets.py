"""Goals and how far they are attained: in words, as a figure, and as tables of numbers, of follow-up, and of what nobody collects yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from effekt.catalogue.labels import LABELS
from effekt.measures.workbook import programme
from effekt.report import making, tables
from effekt.report.making import Facts
from effekt.report.prose import block
from effekt.report.results import Column
from effekt.report.shown import Shown
from effekt.report.target_levels import NEEDS_COLLECTION, Goal

if TYPE_CHECKING:
    from effekt.study import Study

Names = dict[str, Mapping[str, str]]
FIGURES = 3
MEDICINE = ("polypharm", "prescr_var", "medicine_reviews", "deprescribing", "practice_visits")
NONE = {"not_estimated": {"da": "ikke oplyst", "en": "not stated"}}
NO_NUMBER = {"not_estimated": {"da": "\u2013", "en": "\u2013"}}
USE = ("A1", "A2", "A3")
JUDGED = ("attained", "missed", "unclear")


def targets_in_short(study: Study, goals: Sequence[Goal], indicators: pd.DataFrame, *, name: str = "in_short") -> Shown:
    """How many goals have a number, how many of those are attained, missed or cannot be told, and what is only a direction or not collected.

    goals : `goals(study, measures.told_goals(study))`. indicators : the table of that name.
    """
    many = {verdict: sum(goal.verdict == verdict for goal in goals) for verdict in (*JUDGED, "direction", NEEDS_COLLECTION)}
    told: dict[str, int] = {
        "n_goals": len(goals),
        "n_numbers": sum(goal.target is not None for goal in goals),
        "n_judged": sum(many[verdict] for verdict in JUDGED),
        **{f"n_goals_{verdict}": number for verdict, number in many.items()},
        "n_without": sum(goal.verdict in (NEEDS_COLLECTION, "not_measured", "too_few") for goal in goals),
        "n_indicators": len(indicators),
        "n_collect": int((indicators["data_status"] == NEEDS_COLLECTION).sum()),
    }
    facts: Facts = {key: (Column(key, "count"), value) for key, value in told.items()}
    if not goals:
        return making.shown(study, "finding", name, [facts], context={"blocks": [block("headline", "target.none")]})
    keys = [("headline", "target.attained" if told["n_judged"] else "target.nothing_judged")]
    keys += [("text", "target.unclear")] if told["n_judged"] else []
    keys += [("text", "target.directions")] if many["direction"] else []
    keys += [("text", "target.without")] if told["n_without"] else []
    keys += [("text", "target.collect")] if told["n_collect"] else []
    blocks = [block(role, key) for role, key in [*keys, ("claim", "target.claim")]]
    return making.shown(study, "finding", name, [facts], context={"blocks": blocks})


def target_table(study: Study, goals: Sequence[Goal], *, name: str = "attainment") -> Shown:
    """One row a goal: baseline, latest measurement with interval, target, and whether it is attained, missed or cannot be told."""
    labels: Names = dict(NO_NUMBER)
    rows = [_row(study, goal, labels) for goal in goals]
    show = [("column.goal", "goal"), ("column.cluster", "cluster"), ("column.attained", "verdict"), ("column.latest", "latest")]
    show += [("column.interval", "cells.interval"), ("column.comparator", "comparator"), ("column.target_value", "target_value")]
    show += [("column.unit", "unit"), ("column.baseline", "baseline"), ("column.measured_to", "measured_to")]
    plan = tables.layout("caption.attainment", show, notes=("target.note_baseline", "target.note_verdict", "target.note_direction"))
    return making.shown(study, "table", name, rows, context={"table": plan}, labels=labels)


def target_dots(study: Study, goals: Sequence[Goal], *, about: Literal["use", "quality"], name: str = "") -> Shown:
    """The figure of goals with a number: baseline, latest with interval, and the target as a mark; one small scale an indicator.

    about : use = goals of the agreement's aims on admissions, services and how they are used; quality = all others.
    """
    labels: Names = dict(NO_NUMBER)
    numbered = [goal for goal in goals if goal.target is not None and (goal.told["aim_id"] in USE) is (about == "use")]
    shown = [goal for goal in numbered if goal.latest is not None and goal.latest.low is not None and not goal.latest.is_exact]
    panels: list[list[int]] = []
    rows: list[Facts] = []
    for _, own in groupby(shown, key=lambda goal: goal.told["indicator_id"]):
        held = [_row(study, goal, labels) for goal in own]
        panels.append(list(range(len(rows) + 1, len(rows) + 1 + len(held))))
        rows += held
    head: Facts = {
        "n_shown": (Column("n_shown", "count"), len(rows)),
        "n_numbers": (Column("n_numbers", "count"), len(numbered)),
        "level": (Column("level", "percent"), 100.0 * study.level),
        **{key: (column, None) for key, (column, _) in (rows[0].items() if rows else ())},
    }
    show = [("column.goal", "goal"), ("column.cluster", "cluster"), ("column.attained", "verdict"), ("column.latest", "latest")]
    show += [("column.interval", "cells.interval"), ("column.target_value", "target_value"), ("column.baseline", "baseline")]
    plan = tables.layout("caption.target_dots", show if rows else [("column.shown_goals", "n_shown")], rows=tuple(range(1, len(rows) + 1)))
    stem = "figure.target_dots"
    context = {"title": f"{stem}.title_{about}", "subtitle": f"{stem}.subtitle", "alt": f"{stem}.alt", "panels": panels, "table": plan}
    return making.shown(study, "target_dots", name or f"target_dots_{about}", [head, *rows], context=context, labels=labels)


def follow_up_table(study: Study, goals: Sequence[Goal], *, name: str = "follow_up") -> Shown:
    """One row an indicator, owner, deadline and method of follow-up: how many goals it is about, and whether there are data."""
    labels: Names = _owners(study) | NONE
    rows: list[Facts] = []
    groups: dict[tuple[Any, ...], list[Goal]] = {}
    for goal in goals:
        told = goal.told
        deadline = None if pd.isna(told["deadline"]) else making.month(pd.Timestamp(told["deadline"]))
        groups.setdefault((told["indicator_id"], told["owner"], deadline, told["followup_method"]), []).append(goal)
    for (_, owner, deadline, method), own in groups.items():
        rows.append(
            {
                "goal": (Column("goal", "label"), _goal(own[0].told, labels)),
                "n_goals": (Column("n_goals", "count"), len(own)),
                "deadline": (Column("deadline", "month"), deadline),
                "owner": (Column("owner", "label"), _known("owner", owner, labels)),
                "method": (Column("method", "label"), _known("followup", method, labels)),
                "data_status": (Column("data_status", "label"), _known("data_status", own[0].told["data_status"], labels)),
            }
        )
    show = [(f"column.{key}", key) for key in ("goal", "n_goals", "deadline", "owner")]
    show += [("column.followup", "method"), ("column.data_status", "data_status")]
    plan = tables.layout("caption.follow_up", show, notes=("target.note_follow_up",))
    return making.shown(study, "table", name, rows, context={"table": plan}, labels=labels)


def indicator_status(study: Study, indicators: pd.DataFrame, *, about: Literal["gaps", "medicine"] = "gaps", name: str = "") -> Shown:
    """Which indicators have data, which have some, and which nobody collects.

    about : gaps = those without data or with some only; medicine = those of rational use of medicine, with data or without.
    """
    labels: Names = dict(NONE)
    is_wanted = indicators["indicator_id"].isin(MEDICINE) if about == "medicine" else indicators["data_status"].ne("available")
    wanted = indicators[is_wanted].sort_values(["data_status", "indicator_id"], ignore_index=True)
    rows: list[Facts] = [
        {
            "indicator": (Column("indicator", "label"), _goal(item, labels)),
            "aim": (Column("aim", "label"), _known("aim", item["aim_id"], labels)),
            "national": (Column("national", "label"), "not_estimated" if pd.isna(item["national"]) else "yes" if item["national"] else "no"),
            "data_status": (Column("data_status", "label"), _known("data_status", item["data_status"], labels)),
        }
        for item in wanted.to_dict("records")
    ]
    name = name or f"indicators_{about}"
    if not rows:
        facts: Facts = {"n_indicators": (Column("n_indicators", "count"), len(indicators))}
        return making.shown(study, "finding", name, [facts], context={"blocks": [block("text", "target.no_gaps")]})
    show = [("column.indicator", "indicator"), ("column.aim", "aim"), ("column.national", "national"), ("column.data_status", "data_status")]
    plan = tables.layout(f"caption.indicators_{about}", show, notes=("target.note_status",))
    return making.shown(study, "table", name, rows, context={"table": plan}, labels=labels)


def _row(study: Study, goal: Goal, labels: Names) -> Facts:
    told, latest = goal.told, goal.latest
    is_exact = latest is not None and latest.is_exact
    number: dict[str, float | None] = {"baseline": goal.baseline, "target_value": goal.target}
    number |= {"latest": None, "low": None, "high": None}
    if latest is not None:
        number |= {"latest": latest.value} | ({} if latest.is_exact else {"low": latest.low, "high": latest.high})
    cluster = told["cluster_id"] if isinstance(told["cluster_id"], str) else "region"
    facts: Facts = {
        "goal": (Column("goal", "label"), _goal(told, labels)),
        "cluster": (Column("cluster", "label"), cluster if cluster in study.labels() else _known("cluster", cluster, labels)),
        "unit": (Column("unit", "label"), _known("unit", told["unit"], labels)),
        "n_measured": (Column("n_measured", "count", n="n_measured"), None if latest is None else 0 if is_exact else latest.n),
        "n_baseline": (Column("n_baseline", "count", n="n_baseline"), goal.n_baseline),
        "measured_to": (Column("measured_to", "month"), None if latest is None or latest.last is None else making.month(latest.last)),
        "comparator": (Column("comparator", "label"), _comparator(goal)),
        "verdict": (Column("verdict", "label"), f"verdict_short.{goal.verdict}"),
    }
    under = {"baseline": "n_baseline", "latest": "n_measured", "low": "n_measured", "high": "n_measured"}
    return facts | {key: (Column(key, "significant", FIGURES, n=under.get(key, "")), value) for key, value in number.items()}


def _comparator(goal: Goal) -> str:
    known = goal.told["comparator"] if goal.told["comparator"] in ("at_most", "at_least") else "at_least"
    return f"comparator.{known}" if goal.target is not None else f"comparator.{known}_direction"


def _goal(told: Mapping[str, Any], labels: Names) -> str:
    """The key of the indicator's own name; an indicator that nobody described goes by its id."""
    key = f"indicator.{told['indicator_id']}"
    names = {"da": told["label_da"], "en": told["label_en"]}
    labels[key] = {language: name if isinstance(name, str) and name else str(told["indicator_id"]) for language, name in names.items()}
    return key


def _known(family: str, code: Any, labels: Names) -> str:
    """The key of a code's name; a code that no catalogue knows is its own name, and a missing one is not stated."""
    if not isinstance(code, str) or not code:
        labels.setdefault("not_stated", NONE["not_estimated"])
        return "not_stated"
    key = f"{family}.{code.replace(' ', '_')}"
    if key not in LABELS and key not in labels:
        labels[key] = {"da": code, "en": code}
    return key


def _owners(study: Study) -> Names:
    """Names of the bodies and of the roles of posts that may own a goal."""
    region = study.of(None)
    bodies = programme(region, "body").to_dict("records")
    found: Names = {f"owner.{item['body_id']}": {"da": item["name_da"], "en": item["name_en"]} for item in bodies}
    for item in programme(region, "consultant_post").sort_values("post_id").to_dict("records"):
        found.setdefault(f"owner.{item['role']}", {"da": item["role_da"], "en": item["role_en"]})
    return found
