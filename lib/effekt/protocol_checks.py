"""What `evaluation.yml` must not say although every key of it is well formed.

Each check works on plain values, not on the model, so that all problems of a file are told at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from effekt.catalogue.codes import load_municipalities
from effekt.catalogue.outcomes import load_outcomes, nearest, read_record, wrong_parts
from effekt.yaml_lines import Source

Problem = tuple[int, str]
PHASE_IN_MONTHS = 3
RESERVED = ("comparison", "region", "all")


def check_meaning(source: Source) -> list[Problem]:
    """Every contradiction in a protocol read by `read_yaml`, as (line, sentence). Values of the wrong form are passed over: others tell of them."""
    return [
        *_check_periods(source),
        *_check_cluster_ids(source),
        *_check_municipalities(source),
        *_check_own_pages(source),
        *_check_outcomes(source),
    ]


def read_month(value: Any) -> date | None:
    """The first day of a month written 2013-03; None for anything else."""
    try:
        return date.fromisoformat(f"{value}-01") if isinstance(value, str) and len(value) == 7 else None
    except ValueError:
        return None


def _check_periods(source: Source) -> Iterator[Problem]:
    data = _span(_at(source, "data_period"))
    if data is None:
        return
    if data[0] > data[1]:
        yield source.line(("data_period",)), f"data_period ends ({_name(data[1])}) before it begins ({_name(data[0])})"
        return
    phase_in = source.values.get("phase_in_months", PHASE_IN_MONTHS)
    for place, cluster in _clusters(source):
        path = ("clusters", place)
        start = read_month(cluster.get("start"))
        if start is not None:
            line = source.line((*path, "start"))
            if not data[0] <= start <= data[1]:
                yield line, f"start {_name(start)} lies outside data_period, {_name(data[0])} to {_name(data[1])}"
            elif start == data[0]:
                yield line, f"start {_name(start)} is the first month of data_period: no month is left before it"
            elif isinstance(phase_in, int) and _later(start, phase_in) > data[1]:
                ends = f"in data_period, which ends {_name(data[1])}"
                yield line, f"start {_name(start)} and {phase_in} months of phase-in leave no month after it {ends}"
        yield from _check_contaminated(source, cluster, (*path, "contaminated"), data, start)
    yield from _check_late(source, data)
    for place, known in enumerate(_list(_at(source, "known_breaks"))):
        month = read_month(known.get("month")) if isinstance(known, dict) else None
        if month is not None and not data[0] <= month <= data[1]:
            yield source.line(("known_breaks", place, "month")), f"the known break {_name(month)} lies outside data_period"


def _check_own_pages(source: Source) -> Iterator[Problem]:
    mine = [code for _, cluster in _clusters(source) for code in _list(cluster.get("municipalities"))]
    for place, code in enumerate(_list(source.values.get("own_pages"))):
        if isinstance(code, str) and code not in mine:
            yield source.line(("own_pages", place)), f'"{code}" is in none of the clusters, so it cannot have pages of its own'
    taken = {cluster.get("id") for _, cluster in _clusters(source)} | set(RESERVED)
    for place, item in enumerate(_list(source.values.get("quality_clusters"))):
        name = item.get("id") if isinstance(item, dict) else None
        if name in taken:
            yield source.line(("quality_clusters", place)), f"quality cluster id {name!r} cannot be used: it is taken or reserved"
        taken.add(name)


def _check_late(source: Source, data: tuple[date, date]) -> Iterator[Problem]:
    late = source.values.get("late_registration")
    for name, months in (late if isinstance(late, dict) else {}).items():
        last = max((read_month(cluster.get("start")) or data[0] for _, cluster in _clusters(source)), default=data[0])
        if isinstance(months, int) and _later(last, months) > data[1]:
            told = f"{name}: leaving out the last {months} months leaves none after the last start {_name(last)}"
            yield source.line(("late_registration", name)), told


def _check_contaminated(source: Source, cluster: dict, path: tuple, data: tuple[date, date], start: date | None) -> Iterator[Problem]:
    earlier: list[tuple[date, date]] = []
    for place, item in enumerate(_list(cluster.get("contaminated"))):
        span, line = _span(item), source.line((*path, place))
        if span is None:
            continue
        told = f"the contaminated period {_name(span[0])} to {_name(span[1])}"
        if span[0] > span[1]:
            yield line, f"{told} ends before it begins"
            continue
        if span[0] < data[0] or span[1] > data[1]:
            yield line, f"{told} lies outside data_period, {_name(data[0])} to {_name(data[1])}"
        if start is not None and span[1] >= start:
            yield line, f"{told} reaches into the months from the start {_name(start)}: it must end before"
        for other in earlier:
            if span[0] <= other[1] and other[0] <= span[1]:
                yield line, f"{told} overlaps the one of {_name(other[0])} to {_name(other[1])}: make them one"
        earlier.append(span)


def _check_cluster_ids(source: Source) -> Iterator[Problem]:
    region = _at(source, "region")
    taken = {name: "it is a reserved name" for name in RESERVED}
    if isinstance(region, dict) and isinstance(region.get("id"), str):
        taken[region["id"]] = "it is the id of the region"
    for place, cluster in _clusters(source):
        name = cluster.get("id")
        if not isinstance(name, str):
            continue
        line = source.line(("clusters", place, "id"))
        if name in taken:
            yield line, f"cluster id {name!r} cannot be used: {taken[name]}"
        taken[name] = f"the cluster on line {line} has it"


def _check_municipalities(source: Source) -> Iterator[Problem]:
    seen: dict[str, tuple[str, int]] = {}
    groups = [(str(cluster.get("id", place + 1)), ("clusters", place), cluster) for place, cluster in _clusters(source)]
    comparison = _at(source, "comparison")
    groups += [("comparison", ("comparison",), comparison)] if isinstance(comparison, dict) else []
    valid = load_municipalities()
    for group, path, holder in groups:
        for place, code in enumerate(_list(holder.get("municipalities"))):
            line = source.line((*path, "municipalities", place))
            if not (isinstance(code, str) and len(code) == 4 and code.isdigit()):
                continue
            if code not in valid:
                yield line, f'"{code}" is no municipality code valid since 2007{nearest(code, valid) if _near(code, valid) else ""}'
            if code in seen and seen[code][0] == group:
                yield line, f'municipality "{code}" is given twice in {group}'
            elif code in seen:
                yield line, f'municipality "{code}" is in two places: {seen[code][0]} (line {seen[code][1]}) and {group}; it can be in one'
            seen.setdefault(code, (group, line))


def _check_outcomes(source: Source) -> Iterator[Problem]:
    valid = dict(load_outcomes())
    for place, record in enumerate(_list(_at(source, "outcomes"))):
        if not isinstance(record, dict):
            continue
        outcome, wrong = read_record(record)
        wrong += wrong_parts(outcome, load_outcomes()) if outcome is not None else []
        yield from ((source.line(("outcomes", place, key)), f"outcome: {sentence}") for key, sentence in wrong)
        if outcome is not None and outcome.id in valid:
            yield source.line(("outcomes", place, "id")), f"the outcome id {outcome.id!r} is already in the catalogue or above: choose another"
        elif outcome is not None:
            valid[outcome.id] = outcome
    primary = _at(source, "primary_outcome")
    if isinstance(primary, str) and primary not in valid:
        yield source.line(("primary_outcome",)), f"primary_outcome {primary!r} is no outcome{nearest(primary, valid)}"
    for place, name in enumerate(_list(_at(source, "needed_outcomes"))):
        if isinstance(name, str) and name not in valid:
            yield source.line(("needed_outcomes", place)), f"needed_outcomes: {name!r} is no outcome{nearest(name, valid)}"
    rule = _at(source, "spread_rule")
    for key, name in _named_by(rule) if isinstance(rule, dict) else ():
        if isinstance(name, str) and name not in valid:
            yield source.line(("spread_rule", *key)), f"spread_rule: {name!r} is no outcome{nearest(name, valid)}"


def _named_by(rule: dict) -> list[tuple[tuple, Any]]:
    """The outcomes that the spread rule names, each with its place; an empty cost names none."""
    harms = [(("harms", place), name) for place, name in enumerate(_list(rule.get("harms")))]
    return [*harms, *([(("cost",), rule["cost"])] if rule.get("cost") else [])]


def _clusters(source: Source) -> list[tuple[int, dict]]:
    return [(place, item) for place, item in enumerate(_list(_at(source, "clusters"))) if isinstance(item, dict)]


def _at(source: Source, key: str) -> Any:
    return source.values.get(key)


def _list(value: Any) -> list:
    return value if isinstance(value, list) else []


def _span(value: Any) -> tuple[date, date] | None:
    if not isinstance(value, dict):
        return None
    first, last = read_month(value.get("from")), read_month(value.get("to"))
    return (first, last) if first and last else None


def _later(month: date, months: int) -> date:
    total = month.year * 12 + month.month - 1 + months
    return date(total // 12, total % 12 + 1, 1)


def _name(month: date) -> str:
    return f"{month:%Y-%m}"


def _near(code: str, valid: dict[str, str]) -> bool:
    from difflib import get_close_matches

    return bool(get_close_matches(code, valid, n=1))
