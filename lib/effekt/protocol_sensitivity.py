"""What the part `sensitivity` of a protocol must not say although every key of it is well formed."""

from __future__ import annotations

from collections.abc import Iterator

from effekt.catalogue.alternatives import load_alternatives
from effekt.catalogue.outcomes import load_outcomes, nearest
from effekt.yaml_lines import Source

HALVES = ("odd", "even")

def check_sensitivity(source: Source) -> Iterator[tuple[int, str]]:
    """Every contradiction as (line, sentence); values of the wrong form are passed over: others tell of them."""
    told = source.values.get("sensitivity")
    if not isinstance(told, dict):
        return
    own = [item.get("id") for item in _list(source.values.get("outcomes")) if isinstance(item, dict)]
    outcomes = [*load_outcomes(), *(name for name in own if isinstance(name, str))]
    ways = [way.id for way in load_alternatives()]
    controls = [(("negative_controls", place, "outcome"), item.get("outcome")) for place, item in enumerate(_records(told, "negative_controls"))]
    named = [(("second_outcome",), told.get("second_outcome") or None), *controls]
    for path, name in named:
        if isinstance(name, str) and name not in outcomes:
            yield source.line(("sensitivity", *path)), f"{path[0]}: {name!r} is no outcome{nearest(name, outcomes)}"
        elif isinstance(name, str) and name == source.values.get("primary_outcome"):
            yield source.line(("sensitivity", *path)), f"{path[0]}: {name!r} is the primary outcome: choose another"
    for place, name in enumerate(_list(told.get("without"))):
        if isinstance(name, str) and name not in ways:
            yield source.line(("sensitivity", "without", place)), f"without: {name!r} is no way of the catalogue{nearest(name, ways)}"
    yield from _check_parts(source, _list(told.get("comparison_parts")))


def _check_parts(source: Source, parts: list) -> Iterator[tuple[int, str]]:
    comparison = source.values.get("comparison")
    codes = _list(comparison.get("municipalities")) if isinstance(comparison, dict) else []
    seen: set[object] = set()
    for place, part in enumerate(parts):
        if not isinstance(part, dict):
            continue
        path = ("sensitivity", "comparison_parts", place)
        if part.get("id") in HALVES:
            yield source.line((*path, "id")), f"comparison_parts: the id {part.get('id')!r} cannot be used, it is reserved"
        if part.get("id") in seen:
            yield source.line((*path, "id")), f"comparison_parts: the id {part.get('id')!r} is used twice"
        seen.add(part.get("id"))
        chosen = _list(part.get("municipalities"))
        for at, code in enumerate(chosen):
            if isinstance(code, str) and code not in codes:
                yield source.line((*path, "municipalities", at)), f'comparison_parts: "{code}" is no municipality of the comparison'
        if codes and set(map(str, codes)) <= set(map(str, chosen)):
            yield source.line((*path, "municipalities")), "comparison_parts: all municipalities of the comparison are in it, which changes nothing"


def _records(told: dict, key: str) -> list[dict]:
    return [item if isinstance(item, dict) else {} for item in _list(told.get(key))]


def _list(value: object) -> list:
    return value if isinstance(value, list) else []
