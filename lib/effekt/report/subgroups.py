"""Subgroups as people see them: whether the change differs in words, the forest of the groups, and the table of tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effekt.measures.subgroups import AGES_FROM
from effekt.protocol_lock import read_lock
from effekt.report import making, tables, wording
from effekt.report.making import Facts
from effekt.report.numbers import LANGUAGES
from effekt.report.prose import Block, block
from effekt.report.results import Column
from effekt.report.sentences import catalogue, in_sentence, text
from effekt.report.shares import head_of
from effekt.report.shown import Shown
from effekt.report.subgroup_changes import LevelChange, SubgroupChanges, SubgroupTest

if TYPE_CHECKING:
    from effekt.study import Study

LEVEL_NAMES = "subgroup.level."


def subgroups_in_short(study: Study, changes: SubgroupChanges, *, name: str = "subgroups") -> Shown:
    """Whether the change differs between the groups declared in advance, by the corrected tests alone, and whether they can be shown to be so.

    changes : `report.subgroups_of`. No subgroup declared, or too few citizens for any test, is said in words.
    """
    facts = making.of_estimate(making.about(study, changes.whole)) | head_of(study) | _number(study, changes)
    rows: list[Facts] = [facts]
    blocks: list[Block] = []
    differing = [test for test in changes.tests if test.p_holm is not None and test.p_holm < 1 - study.level]
    tested = [test for test in changes.tests if test.p_holm is not None]
    if not tested:
        blocks.append(block("headline", _no_test(changes)))
    else:
        blocks.append(block("headline", f"subgroup.{'differs' if differing else 'alike'}"))
        for test in differing:
            rows.append(facts | _difference(changes, test))
            blocks.append(block("text", "subgroup.differs_by", len(rows) - 1))
            for each in changes.of(test.subgroup):
                rows.append(facts | _line("cluster", each))
                blocks.append(block("text", f"subgroup.level_is.{wording.direction(each.effect)}", len(rows) - 1))
        if differing and len(differing) < len(tested):
            blocks.append(block("text", "subgroup.differs_other_tests"))
        blocks += [block("text", "subgroup.not_the_same")] if not differing else []
        blocks += [block("text", "subgroup.some_untested")] if len(tested) < len(changes.tests) else []
        blocks += _whole(changes, differing)
        blocks.append(block("claim", wording.claim(making.about(study, changes.whole))))
    if changes.tests:
        extra, more = _declared(study)
        blocks.append(extra)
        rows[0] = rows[0] | more
    estimates = (changes.whole,) if tested else ()
    return making.shown(study, "finding", name, rows, estimates=estimates, context={"blocks": blocks}, labels=_names(study))


def subgroup_forest(study: Study, changes: SubgroupChanges, *, name: str = "subgroup_forest") -> Shown:
    """The figure of everybody and of each group: the ratio of observed to expected with its interval. A group that is too small says so."""
    told = [each for each in changes.levels if each.effect.value is not None]
    if not told:
        facts = making.of_estimate(making.about(study, changes.whole)) | head_of(study)
        return making.shown(study, "finding", name, [facts], context={"blocks": [block("text", _no_test(changes))]})
    whole = making.about(study, changes.whole)
    first = making.of_estimate(whole) | head_of(study) | _line("pooled", LevelChange("all", "all", whole))
    first |= {"n_treated": (Column("n_treated", "count"), int(whole.facts.get("n_citizens_treated", 0)))}
    rows = [first, *(_line("cluster", each) for each in changes.levels)]
    order = tuple(range(len(rows)))
    show = [("subgroup.column_group", "unit"), ("column.ratio", "ratio"), ("column.interval", "cells.interval")]
    show += [("subgroup.column_citizens", "fact_n_citizens_treated"), ("subgroup.column_events", "fact_n_events_treated"), ("column.claim", "claim")]
    stem = "subgroup.figure"
    context = {
        "title": f"{stem}.title",
        "subtitle": f"{stem}.subtitle",
        "alt": f"{stem}.alt",
        "order": list(order),
        "table": tables.layout(f"{stem}.caption", show, notes=(f"{stem}.note",), rows=order),
    }
    estimates = (whole, *(each.effect for each in changes.levels))
    return making.shown(study, "forest", name, rows, estimates=estimates, context=context, labels=_names(study))


def subgroup_tests(study: Study, changes: SubgroupChanges, *, name: str = "subgroup_tests") -> Shown:
    """One row a declared subgroup: the outermost levels against each other, the test that all are alike, and its p-value corrected by Holm."""
    if all(test.p_holm is None for test in changes.tests):
        facts = making.of_estimate(making.about(study, changes.whole)) | head_of(study)
        return making.shown(study, "finding", name, [facts], context={"blocks": [block("text", _no_test(changes))]})
    rows = [head_of(study) | _test(test) for test in changes.tests]
    show = [("subgroup.column_subgroup", "subgroup"), ("subgroup.column_pair", "pair"), ("subgroup.column_ratio", "ratio")]
    show += [("column.interval", "cells.interval"), ("column.p", "p"), ("subgroup.column_p_holm", "p_holm")]
    plan = tables.layout("subgroup.tests.caption", show, notes=("subgroup.tests.note",))
    return making.shown(study, "table", name, rows, context={"table": plan}, labels={**_names(study), **_pairs(study, changes)})


def _no_test(changes: SubgroupChanges) -> str:
    return "subgroup.too_few" if changes.tests else "subgroup.none_declared"


def _line(kind: str, each: LevelChange) -> Facts:
    told = making.of_estimate(each.effect)
    quoted = ("ratio", "low", "high", "claim", "fact_n_events_treated", "fact_n_citizens_treated", "n_events")
    kept = {key: told[key] for key in quoted if key in told}
    return {"unit": (Column("unit", "label"), LEVEL_NAMES + each.level), "kind": (Column("kind", "label"), f"row.{kind}")} | kept


def _test(test: SubgroupTest) -> Facts:
    found = test.found
    cells: Facts = {"subgroup": (Column("subgroup", "label"), f"subgroup.by.{test.subgroup}")}
    cells["pair"] = (Column("pair", "label"), f"subgroup.pair.{test.subgroup}" if test.first else None)
    for key, value in (("ratio", found.ratio), ("low", found.low), ("high", found.high)):
        cells[key] = (Column(key, "ratio", 2, n="n_events_least"), value)
    cells |= {"p": (Column("p", "p"), found.p), "p_holm": (Column("p_holm", "p"), test.p_holm)}
    return cells | {"n_events_least": (Column("n_events_least", "count"), test.least)}


def _number(study: Study, changes: SubgroupChanges) -> Facts:
    n_declared = len(changes.tests)
    n_untested = sum(test.p_holm is None for test in changes.tests)
    return {"n_declared": (Column("n_declared", "count"), n_declared), "n_untested": (Column("n_untested", "count"), n_untested)}


def _difference(changes: SubgroupChanges, test: SubgroupTest) -> Facts:
    """The levels with the lowest and the highest ratio, for a subgroup whose test is clear."""
    levels = sorted((each for each in changes.of(test.subgroup) if each.effect.value is not None), key=lambda each: float(each.effect.value or 0))
    cells: Facts = {"subgroup": (Column("subgroup", "label"), f"subgroup.by.{test.subgroup}"), "p_holm": (Column("p_holm", "p"), test.p_holm)}
    cells["n_events_least"] = (Column("n_events_least", "count"), test.least)
    for key, each in (("lowest", levels[0]), ("highest", levels[-1])):
        cells[key] = (Column(key, "label"), LEVEL_NAMES + each.level)
        change = 100.0 * (float(each.effect.value or 0) - 1)
        cells[f"change_{key}"] = (Column(f"change_{key}", "percent", 1, n="n_events_least"), change)
    return cells


def _whole(changes: SubgroupChanges, differing: list[SubgroupTest]) -> list[Block]:
    if changes.whole.value is None:
        return []
    clear = wording.direction(changes.whole) == "less" and not differing
    return [block("text", "subgroup.everybody_clear_less" if clear else "subgroup.everybody")]


def _declared(study: Study) -> tuple[Block, Facts]:
    """Whether the groups can be shown to have been chosen before the outcomes were seen."""
    lock = read_lock(study.path)
    if not lock.entries:
        return block("text", "subgroup.declared_unlocked"), {}
    first = lock.entries[0]
    keys = [key for entry in lock.entries[1:] for key in entry.keys] + list(lock.unlocked_keys)
    told = "changed" if any(key.split(".")[0] == "subgroups" for key in keys) else "locked_late" if first.outcomes_read else "locked"
    return block("text", f"subgroup.declared_{told}"), {"locked": (Column("locked", "month"), f"{first.date[:7]}-01")}


def _pairs(study: Study, changes: SubgroupChanges) -> dict[str, dict[str, str]]:
    """What each test sets against what, with the names of its levels."""
    names = _names(study)
    pairs = {}
    for test in changes.tests:
        if test.first:
            last, first = names[LEVEL_NAMES + test.last], names[LEVEL_NAMES + test.first]
            words = {language: text("subgroup.against", language).replace("{last}", last[language]) for language in LANGUAGES}
            pairs[f"subgroup.pair.{test.subgroup}"] = {key: word.replace("{first}", in_sentence(first[key])) for key, word in words.items()}
    return pairs


def _names(study: Study) -> dict[str, dict[str, str]]:
    """The names of the levels, which hold the limits of the groups: labels of the result itself."""
    limits = {
        "{middle_from}": AGES_FROM["middle"],
        "{middle_last}": AGES_FROM["old"] - 1,
        "{old_from}": AGES_FROM["old"],
        "{few_last}": study.protocol.frailty.chronic_groups - 1,
        "{several_from}": study.protocol.frailty.chronic_groups,
    }
    names = {}
    for key in catalogue():
        if key.startswith(LEVEL_NAMES):
            names[key] = {language: text(key, language) for language in LANGUAGES}
            for place, limit in limits.items():
                names[key] = {language: words.replace(place, str(limit)) for language, words in names[key].items()}
    return names
