"""Who the citizens are: the answer in words, the steps from resident to enrolled, and the profile beside that of the comparison."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from effekt.measures.signs import SIGNS, add_signs
from effekt.report import making, tables
from effekt.report.making import Facts
from effekt.report.numbers import LANGUAGES
from effekt.report.results import Column
from effekt.report.sentences import text
from effekt.report.shares import enough, head_of, share_of, told
from effekt.report.shown import Shown

if TYPE_CHECKING:
    import pandas as pd

    from effekt.study import Study

MIDDLE_FROM, OLD_FROM = 75, 85
AGES = {"young": (0, MIDDLE_FROM), "middle": (MIDDLE_FROM, OLD_FROM), "old": (OLD_FROM, 200)}
WOMAN = 2


def population_in_short(study: Study, traits: pd.DataFrame, enrolled: pd.DataFrame, *, name: str = "population") -> Shown:
    """How many the target population are, how many of them show signs of frailty, and how many were enrolled after what kind of year.

    traits : `measures.traits`. enrolled : `measures.enrolled`. Nobody, or too few for a share, is said in words.
    """
    people = add_signs(study, traits[traits["treated"]])
    facts = _rules(study) | _count("n_target", len(people))
    if not enough(study, len(people)):
        return told(study, [("headline", f"population.headline_{'few' if len(people) else 'nobody'}")], facts, name)
    facts |= share_of(study, int(people["frail"].sum()), len(people), stem="frail")
    keys = [("headline", "population.headline" if study.cluster else "population.headline_region")]
    for sign, key in (("lives_alone", "alone"), ("chronic", "chronic")):
        known = people[sign].dropna()
        if enough(study, len(known)):
            facts |= share_of(study, int(known.sum()), len(known), stem=sign)
            keys.append(("text", f"population.{key}"))
    extra, more = _enrolled(study, people, enrolled)
    return told(study, [*keys, *extra, ("claim", "population.claim")], facts | more, name)


def population_flow(study: Study, traits: pd.DataFrame, residents: pd.DataFrame, enrolled: pd.DataFrame, *, name: str = "flow") -> Shown:
    """The figure of the steps from the citizens in the extract through the target population and each sign of frailty to those enrolled.

    residents : `measures.residents`. enrolled : `measures.enrolled`. The steps after the start describe only; `context["cautions"]` says why.
    A sign that is not told for anybody is no step; a note says so.
    """
    people = add_signs(study, traits[traits["treated"]])
    if people.empty:
        return told(study, [("text", "population.headline_nobody")], {}, name)
    everybody = len(people)
    known = int(residents["n"].sum())
    steps = [("residents", "known", known, known), ("target", "known", everybody, known)]
    steps += [(sign, "known", int(people[sign].sum()), int(people[sign].notna().sum())) for sign in _told_signs(people)]
    steps.append(("frail", "known", int(people["frail"].sum()), everybody))
    taken = _taken(people, enrolled)
    steps.append(("rolling", "after", int(people["rolling_on"].notna().sum()), everybody))
    steps.append(("enrolled", "after", len(taken), everybody))
    steps.append(("enrolled_frail", "after", int(taken["frail"].sum()), len(taken)))
    rows = [_step(study, *step) for step in steps]
    facts = head_of(study) | _rules(study) | _count("n_target", everybody)
    facts |= {"age_from": (Column("age_from", "count"), int(residents["age"].min()))}
    show = [("population.column_step", "name"), *((f"population.column_{key}", key) for key in ("kind", "n", "of", "share"))]
    notes = ("population.flow.note_rules", "population.flow.note_extract", *_untold(people), "population.flow.note_secondary")
    plan = tables.layout("population.flow.caption", show, notes=notes, rows=tuple(range(1, len(rows) + 1)))
    stem = "population.flow"
    context = {"title": f"{stem}.title", "subtitle": f"{stem}.subtitle", "alt": f"{stem}.alt", "series": ["n"], "table": plan}
    context["cautions"] = ["selected_on_outcome"]
    empty: Facts = {key: (column, None) for key, (column, _) in rows[0].items()}
    return making.shown(study, "paired_bars", name, [empty | facts, *rows], context=context)


def population_profile(study: Study, traits: pd.DataFrame, *, name: str = "profile") -> Shown:
    """The figure of sex, age and each sign of frailty in the target population on the day before the start, beside the comparison."""
    people = add_signs(study, traits)
    own = people[people["treated"]]
    if not enough(study, len(own)):
        key = "population.profile.few" if len(own) else "population.headline_nobody"
        return told(study, [("text", key)], _count("n_target", len(own)), name)
    sides = {"comparison": people[~people["treated"]], "own": own}
    marks = {"women": lambda side: side["sex"] == WOMAN}
    marks |= {age: _aged(*ends) for age, ends in AGES.items()}
    marks |= {sign: _having(sign) for sign in (*_told_signs(own), "frail")}
    rows: list[Facts] = []
    for trait, has in marks.items():
        for group, side in sides.items():
            known = has(side).dropna()
            where: Facts = {"what": (Column("what", "label"), f"population.trait.{trait}")}
            where |= {"group": (Column("group", "label"), f"population.group.{group}")}
            rows.append(where | share_of(study, int(known.sum()), len(known)))
    facts = _rules(study) | _count("n_target", len(own)) | _count("n_compared", len(sides["comparison"]))
    heads = [("population.column_trait", "what"), ("population.column_group", "group")]
    notes = ("population.flow.note_rules", *([] if study.cluster else ["population.profile.note_region"]), *_untold(own))
    heads += [("column.n_events_of", "events"), ("column.n_of", "n"), ("column.share", "share"), ("column.interval", "cells.interval")]
    order = tuple(range(1, len(rows) + 1))
    stem = "population.profile"
    plan = tables.layout(f"{stem}.caption", heads, notes=notes, rows=order)
    context = {"title": f"{stem}.title", "subtitle": f"{stem}.subtitle", "alt": f"{stem}.alt", "order": list(order), "table": plan}
    return making.shown(study, "shares", name, [head_of(study) | facts, *rows], context=context, labels=_age_names())


def _enrolled(study: Study, people: pd.DataFrame, enrolled: pd.DataFrame) -> tuple[list[tuple[str, str]], Facts]:
    """How many were enrolled, what part of the target population they are, and how bad their year before was."""
    if enrolled.empty:
        return [("text", "population.enrolled_none")], {}
    facts = _count("n_enrolled", len(enrolled)) | share_of(study, len(_taken(people, enrolled)), len(people), stem="enrolled")
    if not enough(study, len(enrolled)):
        return [("text", "population.enrolled"), ("text", "population.enrolled_few")], facts
    facts |= _mean("enrolled_acute", enrolled["n_acute"], "n_enrolled") | _mean("target_acute", people["n_acute"], "n_target")
    return [("text", "population.enrolled"), ("text", "population.enrolled_bad_year")], facts


def _taken(people: pd.DataFrame, enrolled: pd.DataFrame) -> pd.DataFrame:
    """Of the target population at the start those who were enrolled, then or later, while they lived in the same place."""
    return people[people["citizen_id"].isin(enrolled["citizen_id"])]


def _step(study: Study, step: str, kind: str, n: int, of: int) -> Facts:
    """One step: how many, out of how many, and what share that is; no share of nobody, nor of too few."""
    share = 100.0 * n / of if of and enough(study, of) else None
    return {
        "name": (Column("name", "label"), f"population.step.{step}"),
        "kind": (Column("kind", "label"), f"population.kind.{kind}"),
        "n": (Column("n", "count"), n),
        "of": (Column("of", "count", n="of"), of),
        "share": (Column("share", "percent", 1, n="n"), share),
    }


def _rules(study: Study) -> Facts:
    """The cut-offs of the protocol, which sentences and notes quote."""
    rule = study.protocol.frailty
    cuts = {"signs": rule.signs, "chronic": rule.chronic_groups, "months": rule.look_back_months, "drugs": rule.drugs, "acute": rule.acute_admissions}
    return {f"rule_{key}": (Column(f"rule_{key}", "count"), value) for key, value in cuts.items()}


def _count(key: str, value: int) -> Facts:
    return {key: (Column(key, "count", n=key), int(value))}


def _mean(key: str, values: pd.Series, n: str) -> Facts:
    return {key: (Column(key, "number", 2, n=n), float(values.mean()))}


def _told_signs(people: pd.DataFrame) -> tuple[str, ...]:
    return tuple(sign for sign in SIGNS if people[sign].notna().any())


def _untold(people: pd.DataFrame) -> tuple[str, ...]:
    """The notes on the signs that are told for nobody."""
    return tuple(f"population.untold.{sign}" for sign in SIGNS if sign not in _told_signs(people))


def _having(sign: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda side: side[sign]


def _aged(first: int, below: int) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda side: side["age"].ge(first) & side["age"].lt(below)


def _age_names() -> dict[str, dict[str, str]]:
    """The names of the age groups, which hold their limits: labels of the result itself."""
    ends = {"{middle_from}": MIDDLE_FROM, "{middle_last}": OLD_FROM - 1, "{old_from}": OLD_FROM}
    names = {}
    for age in AGES:
        key = f"population.trait.{age}"
        names[key] = {language: text(key, language) for language in LANGUAGES}
        for place, limit in ends.items():
            names[key] = {language: words.replace(place, str(limit)) for language, words in names[key].items()}
    return names
