"""What patients and relatives answered: how many answered and who they were, how many were satisfied in each wave, and whether that changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from effekt.catalogue.labels import LABELS
from effekt.estimates.estimate import Estimate
from effekt.estimates.responses import response_gaps, response_table
from effekt.estimates.shares import share_difference, top_box
from effekt.report import making, tables, wording
from effekt.report.making import Facts
from effekt.report.results import Column
from effekt.report.shares import PERCENT, enough, head_of, share_figure, share_of, told
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

OVERALL = "overall"
WAVES = ("before", "after")
TRAITS = ("age", "women", "lives_alone", "admissions_before")
SHARES = ("women", "lives_alone")
PEOPLE = ("patient", "relative")


def experience_in_short(study: Study, patients: pd.DataFrame, relatives: pd.DataFrame, *, name: str = "experience") -> Shown:
    """Share of patients satisfied all in all, after against before, its change with an interval, and the same for relatives.

    patients, relatives : `measures.answers(study, "lup", respondent=...)`. Too few answers in a wave are said in words.
    """
    facts: Facts = {}
    keys: list[tuple[str, str]] = []
    for who, answers in zip(PEOPLE, (patients, relatives), strict=True):
        own = answers[answers["item_id"] == OVERALL]
        change = satisfied_change(study, own)
        said = "few" if change is None else wording.direction(change)
        facts |= {f"{who}_{key}": (_renamed(column, who), value) for key, (column, value) in _item(study, own).items()}
        role, family = ("headline", "finding") if who == "patient" else ("text", "interval")
        keys.append((role, f"{family}.experience_{who}.{said}"))
        keys += [("text", "interval.experience_change")] if who == "patient" and change is not None else []
    keys += [("claim", "claim.experience")] if any(not key.endswith(".few") for _, key in keys) else []
    return told(study, keys, facts, name)


def satisfied_shares(study: Study, answers: pd.DataFrame, *, respondent: str = "patient", name: str = "") -> Shown:
    """The figure of the share of satisfied answers, question by question, before and after. respondent : patient or relative."""
    name = name or f"satisfied_{respondent}"
    counts = answers.groupby("wave")["response_id"].nunique()
    if not _any_told(study, answers):
        return _few(study, answers, name, respondent)
    items = _items(answers)
    rows = []
    for item in items:
        for wave in WAVES:
            own = answers[(answers["item_id"] == item) & (answers["wave"] == wave)]
            group: Facts = {"group": (Column("group", "label"), f"wave.{wave}")}
            rows.append({"what": (Column("what", "label"), f"item.{item}")} | group | share_of(study, _satisfied(own), len(own)))
    totals = {f"n_{wave}": (Column(f"n_{wave}", "count"), int(counts.get(wave, 0))) for wave in WAVES}
    heads = [("column.question", "what"), ("column.wave", "group")]
    stem = f"satisfied_{respondent}"
    return share_figure(study, name, stem, rows, totals, heads=heads, notes=("note.satisfied",), labels=_labels(items))


def satisfied_changes(study: Study, answers: pd.DataFrame, *, respondent: str = "patient", name: str = "") -> Shown:
    """One row a question: the share satisfied before and after, and the difference in percentage points with Newcombe's interval."""
    name = name or f"changes_{respondent}"
    if not _any_told(study, answers):
        return _few(study, answers, name, respondent)
    items = _items(answers)
    rows = [
        head_of(study) | {"what": (Column("what", "label"), f"item.{item}")} | _item(study, answers[answers["item_id"] == item]) for item in items
    ]
    show = [("column.question", "what"), ("column.before", "before_share"), ("column.after", "after_share"), ("column.points", "cells.points")]
    plan = tables.layout(f"caption.changes_{respondent}", show, notes=("note.changes",))
    return making.shown(study, "table", name, rows, context={"table": plan}, labels=_labels(items))


def response_shares(study: Study, patients: pd.DataFrame, relatives: pd.DataFrame, *, name: str = "response") -> Shown:
    """One row a kind of respondent and wave: how many were asked, how many answered, their share with Wilson's interval.

    patients, relatives : `measures.invitations(study, respondent)`; nobody asked is said in words.
    """
    rows: list[Facts] = []
    for who, asked in zip(PEOPLE, (patients, relatives), strict=True):
        table = response_table(asked.assign(treated=True), level=study.level).table if len(asked) else pd.DataFrame(columns=["wave"])
        for wave in WAVES:
            for row in table[table["wave"] == wave].itertuples():
                labels: Facts = {"what": (Column("what", "label"), f"respondent.{who}"), "group": (Column("group", "label"), f"wave.{wave}")}
                rows.append(head_of(study) | labels | share_of(study, int(row.answered), int(row.asked)))
    if not rows:
        return told(study, [("text", "interval.response.none")], {}, name)
    show = [("column.respondent", "what"), ("column.wave", "group"), ("column.n_asked", "n"), ("column.n_answered", "events")]
    show.append(("column.share", "cells.share_interval"))
    return making.shown(study, "table", name, rows, context={"table": tables.layout("caption.response", show, notes=("note.response",))})


def response_traits(study: Study, asked: pd.DataFrame, *, name: str = "response_traits") -> Shown:
    """One row a trait of those asked: its mean among all asked and among those who answered, and the gap in standard deviations."""
    answered = int(asked["answered"].sum())
    if not enough(study, answered):
        return told(study, [("text", "interval.response.few")], {"n_answered": (Column("n_answered", "count"), answered)}, name)
    frame = asked.assign(women=(asked["sex"] == 2).astype(float), lives_alone=asked["lives_alone"].astype(float))
    known = [trait for trait in TRAITS if frame[trait].notna().all() and frame[trait].nunique() > 1]
    rows = []
    for trait, row in response_gaps(frame, covariates=known).set_index("covariate").iterrows():
        scale = PERCENT if trait in SHARES else 1.0
        numbers = {"mean_asked": scale * row["mean_asked"], "mean_answered": scale * row["mean_answered"], "gap": row["smd_before"]}
        facts: Facts = {"what": (Column("what", "label"), f"trait.{trait}"), "n_answered": (Column("n_answered", "count"), answered)}
        digits = {"mean_asked": 1, "mean_answered": 1, "gap": 2}
        facts |= {key: (Column(key, "number", digits[key], n="n_answered"), float(value)) for key, value in numbers.items()}
        rows.append(head_of(study) | facts)
    show = [("column.trait", "what"), ("column.mean_asked", "mean_asked"), ("column.mean_answered", "mean_answered"), ("column.gap_sd", "gap")]
    plan = tables.layout("caption.response_traits", show, notes=("note.response_traits",))
    return making.shown(study, "table", name, rows, context={"table": plan})


def _satisfied(answers: pd.DataFrame) -> int:
    return 0 if answers.empty else int(top_box(answers).n_events or 0)


def satisfied_change(study: Study, answers: pd.DataFrame) -> Estimate | None:
    """Share satisfied after minus before; None where a wave has too few answers."""
    before, after = (answers[answers["wave"] == wave] for wave in WAVES)
    if not (enough(study, len(before)) and enough(study, len(after))):
        return None
    return share_difference(_satisfied(after), len(after), _satisfied(before), len(before), level=study.level)


def _item(study: Study, answers: pd.DataFrame) -> Facts:
    """Both shares and the difference in percentage points of one question."""
    facts: Facts = {}
    for wave in WAVES:
        own = answers[answers["wave"] == wave]
        facts |= share_of(study, _satisfied(own), len(own), stem=wave)
    change = satisfied_change(study, answers)
    ends = (None, None, None) if change is None else (change.value, change.low, change.high)
    for key, value in zip(("points", "points_low", "points_high"), ends, strict=True):
        facts[key] = (Column(key, "number", 1, n="after_n"), None if value is None else PERCENT * value)
    return facts


def _renamed(column: Column, who: str) -> Column:
    return Column(f"{who}_{column.key}", column.type, column.digits, column.unit, f"{who}_{column.n}" if column.n else "")


def _items(answers: pd.DataFrame) -> list[str]:
    """The questions, the one on the whole first."""
    return sorted(answers["item_id"].unique(), key=lambda item: (item != OVERALL, item))


def _labels(items: list[str]) -> Mapping[str, Mapping[str, str]]:
    """A question that the catalogue does not name goes by its id."""
    return {f"item.{item}": {"da": item, "en": item} for item in items if f"item.{item}" not in LABELS}


def _any_told(study: Study, answers: pd.DataFrame) -> bool:
    return bool(len(answers)) and any(enough(study, int(n)) for n in answers.groupby(["item_id", "wave"]).size())


def _few(study: Study, answers: pd.DataFrame, name: str, respondent: str) -> Shown:
    """Too few answers, or none, in words."""
    responses = int(answers["response_id"].nunique())
    facts: Facts = {"n_responses": (Column("n_responses", "count"), responses)}
    return told(study, [("text", f"interval.satisfied_{respondent}.{'few' if responses else 'none'}")], facts, name)
