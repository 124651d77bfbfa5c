"""Satisfied shares with those who did not answer weighed in: would the answer be another one had everybody answered who was asked?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from effekt.errors import DataError
from effekt.estimates.responses import response_table
from effekt.estimates.shares import share_difference
from effekt.estimates.weighted import weighted_difference
from effekt.estimates.weighted_shares import weighted_share
from effekt.report import making, tables
from effekt.report.experience import OVERALL, TRAITS, WAVES
from effekt.report.making import Facts
from effekt.report.results import Column
from effekt.report.shares import PERCENT, enough, head_of, share_of, told
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

SATISFIED = 4
STEM = "weighted"


def weighted_satisfied(study: Study, answers: pd.DataFrame, asked: pd.DataFrame, *, respondent: str = "patient", name: str = "") -> Shown:
    """The share satisfied all in all before and after and their difference, as answered and weighed for who answered.

    answers : `measures.answers(study, "lup", respondent=...)`; asked : `measures.invitations(study, respondent)`. Weights are inverse probabilities
    of answering, by age, sex, living alone and admissions before. Said in words: anonymous answers, no list of those asked, too few, and traits that
    tell exactly who answered.
    """
    name = name or f"weighted_{respondent}"
    own = answers[answers["item_id"] == OVERALL]
    if asked.empty or own["citizen_id"].isna().any():
        return told(study, [("text", f"{STEM}.none")], {}, name)
    people = _people(own, asked)
    counts = [(people["wave"] == wave) & ~people["dead"] & (people["answered"] == said) for wave in WAVES for said in (True, False)]
    if not all(enough(study, int(chosen.sum())) for chosen in counts):
        least: Facts = {"least": (Column("least", "count"), study.protocol.too_few.events)}
        return told(study, [("text", f"{STEM}.few")], least, name)
    try:
        table = response_table(people.assign(treated=True), covariates=_known(people), dead="dead", level=study.level)
    except DataError:  # the traits tell exactly who answered, or say the same twice
        return told(study, [("text", f"{STEM}.separated")], {}, name)
    said = people.assign(weight=table.weights)[people["answered"]]
    rows = [_wave(study, said[said["wave"] == wave], people, wave) for wave in WAVES]
    rows.append(_difference(study, said))
    show = [("column.wave", "what"), ("column.n_answered", "n"), *((f"{STEM}.column.{key}", f"{STEM}.cells.{key}") for key in ("raw", "weighed"))]
    plan = tables.layout(f"{STEM}.caption_{respondent}", show, notes=(f"{STEM}.note",))
    return making.shown(study, "table", name, [head_of(study) | row for row in rows], context={"table": plan})


def _people(own: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """Everybody asked, with what they answered; who left this question open has not answered it."""
    dead = asked["dead"] if "dead" in asked else pd.Series(False, index=asked.index)
    kept = asked.assign(dead=dead.astype(bool), women=(asked["sex"] == 2).astype(float), lives_alone=asked["lives_alone"].astype("float64"))
    key = ["citizen_id", "wave"]
    joined = kept.drop(columns="answered").merge(own[[*key, "value"]].drop_duplicates(key), "left", key)
    return joined.assign(answered=joined["value"].notna() & ~joined["dead"], satisfied=joined["value"] >= SATISFIED)


def _known(people: pd.DataFrame) -> list[str]:
    """The traits that are known for everybody and differ."""
    return [trait for trait in TRAITS if people[trait].notna().all() and all(rows[trait].nunique() > 1 for _, rows in people.groupby("wave"))]


def _wave(study: Study, said: pd.DataFrame, people: pd.DataFrame, wave: str) -> Facts:
    found = weighted_share(said, outcome="satisfied", weights="weight", level=study.level)
    raw = share_of(study, int(said["satisfied"].sum()), len(said))
    facts: Facts = {"what": (Column("what", "label"), f"wave.{wave}"), "n": raw["n"]}
    facts["n_asked"] = (Column("n_asked", "count"), int(((people["wave"] == wave) & ~people["dead"]).sum()))
    facts |= {f"raw{end}": _percent(f"raw{end}", raw[key][1]) for end, key in (("", "share"), ("_low", "low"), ("_high", "high"))}
    return facts | _weighed(found.value, found.low, found.high)


def _difference(study: Study, said: pd.DataFrame) -> Facts:
    """The change in percentage points: as answered (Newcombe) and weighed."""
    sides = {wave: said[said["wave"] == wave] for wave in WAVES}
    raw = share_difference(*(n for wave in reversed(WAVES) for n in (int(sides[wave]["satisfied"].sum()), len(sides[wave]))), level=study.level)
    frame = said.assign(later=said["wave"] == WAVES[1], satisfied=said["satisfied"].astype(float))
    found = weighted_difference(frame, outcome="satisfied", treated="later", weights="weight", level=study.level)
    facts: Facts = {"what": (Column("what", "label"), f"{STEM}.difference"), "n": (Column("n", "count"), len(said))}
    ends = {"raw": raw.value, "raw_low": raw.low, "raw_high": raw.high}
    facts |= {key: _percent(key, None if value is None else PERCENT * value) for key, value in ends.items()}
    return facts | _weighed(found.value, found.low, found.high)


def _weighed(*ends: float | None) -> Facts:
    named = zip(("weighed", "weighed_low", "weighed_high"), ends, strict=True)
    return {key: _percent(key, None if value is None else PERCENT * value) for key, value in named}


def _percent(key: str, value: float | None) -> tuple[Column, float | None]:
    return Column(key, "number", 1, n="n"), value
