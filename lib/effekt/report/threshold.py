"""The primary threshold: which results rest on too few people to be shown outside the evaluators' own pages.

A result passes whole or not at all. Of the numbers in it, those that count people or what happened to them must be 0 or at least `LEAST`, and so
must the count under every other number, the people of a whole who are not in the part beside it (12 of 15 tells of 3), and the count that a share
or a rate and its base give by multiplication. A number that says neither which count lies under it nor that it is about no people at all
(`basis.yml`) is taken to rest on too few: what is not known is not shown. This is the first step only; what can be worked out from several results
together, or from several rows of one, is not looked for here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

LEAST = 5
BASIS = Path(__file__).with_name("basis.yml")
WORDS = ("label", "month", "year")
COUNTS_OF_ESTIMATES = ("n_citizens", "n_events")
WHOLE_WITHIN = 1e-3
"""How near to a whole number a share times its base must be to be read as a count; bundles carry six digits."""
Bundle = Mapping[str, Any]


def passes(bundle: Bundle, least: int = LEAST) -> bool:
    """Whether every number of a result may be shown where groups of 1 to `least` - 1 people may not."""
    return next(objections(bundle, least), None) is None


def objections(bundle: Bundle, least: int = LEAST) -> Iterator[tuple[str, str]]:
    """(column, why) of each that stands in the way: why is "few", or "unknown" where a number does not say what it rests on.

    Rows without a value in a column, and columns of words, months and years, stand in nobody's way. A true zero passes.
    """
    place = {column["key"]: number for number, column in enumerate(bundle["columns"])}
    under = {column["n"] for column in bundle["columns"] if column["n"]}
    for column in bundle["columns"]:
        key = column["key"]
        rows = [row for row in bundle["rows"] if row[place[key]] is not None]
        free = _is_about_no_people(bundle["id"], key) or _is_about_no_people(bundle["id"], column["n"])
        if column["type"] in WORDS or not rows or free:
            continue
        base = key if key in under or _listed(bundle["id"], key, "people") else column["n"]
        counts = [_count(row, place, base) for row in rows]
        if None in counts:
            yield key, "unknown"
            continue
        is_share = column["type"] == "percent" and not base.endswith("events")
        tells = _share_tells if is_share else _rate_tells if _listed(bundle["id"], key, "rates") else _tells_nothing
        if any(_few(count, least) or tells(row[place[key]], count, least) for row, count in zip(rows, counts, strict=True)):
            yield key, "few"
    for part, whole in _parts(place):
        if any(_few(_rest(row[place[part]], row[place[whole]]), least) for row in bundle["rows"]):
            yield part, "few"
    for estimate in bundle["estimates"]:
        if any(_few(estimate.get(count), least) for count in COUNTS_OF_ESTIMATES):
            yield estimate.get("outcome", ""), "few"


def withheld(bundle: Bundle) -> dict[str, Any]:
    """What stands in the place of a result that does not pass: a sentence that says so, under the same id, without any of its numbers.

    It is the headline where the result had one, so that no other result is taken for the short answer.
    """
    is_answer = any(told["role"] == "headline" for told in bundle["context"].get("blocks", ()))
    block = {"role": "headline" if is_answer else "text", "text": "withheld.result", "row": 0}
    kept = {key: bundle[key] for key in ("schema", "id", "synthetic")}
    return {**kept, "view": "finding", "columns": [], "rows": [], "estimates": [], "context": {"blocks": [block]}, "labels": {}}


def guard(bundle: Bundle) -> Bundle:
    """The result itself where it passes, and the sentence in its place where it does not."""
    return bundle if passes(bundle) else withheld(bundle)


def _count(row: Sequence[Any], place: Mapping[str, int], base: str) -> Any:
    """The count in a row under the column `base`: of money, which has no events, that of the citizens. None where there is none."""
    found = row[place[base]] if base in place else None
    citizens = place.get(COUNTS_OF_ESTIMATES[0])
    return row[citizens] if found is None and base in COUNTS_OF_ESTIMATES and citizens is not None else found


def _few(count: Any, least: int) -> bool:
    return _is_number(count) and 0 < abs(count) < least


def _tells_nothing(_value: Any, _base: Any, _least: int) -> bool:
    return False


def _rate_tells(rate: Any, base: Any, least: int) -> bool:
    """Whether a rate for each of so many people is that of 1 to `least` - 1 events, or nearly."""
    return _is_number(rate) and _is_number(base) and _few(rate * base, least)


def _share_tells(share: Any, base: Any, least: int) -> bool:
    """Whether a share of a base, in per cent, is that of 1 to `least` - 1 people, or leaves as many."""
    if not (_is_number(share) and _is_number(base) and 0 < share < 100):
        return False
    count = share * base / 100
    return abs(count - round(count)) < WHOLE_WITHIN and (_few(round(count), least) or _few(base - round(count), least))


def _parts(place: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The pairs of columns of which the first counts a part of the second (`parts` of `basis.yml`)."""
    keys = list(place)
    for part, whole in basis()["parts"]:
        head, _, tail = part.partition("*")
        same = [key[len(head) : len(key) - len(tail)] for key in keys if fnmatchcase(key, part)]
        pairs = [(part.replace("*", one), whole.replace("*", one)) for one in same]
        yield from (pair for pair in pairs if set(pair) <= set(keys))


def _rest(part: Any, whole: Any) -> Any:
    return whole - part if _is_number(part) and _is_number(whole) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_about_no_people(name: str, key: str) -> bool:
    return bool(key) and _listed(name, key, "no_people") and not _listed(name, key, "people")


@lru_cache(maxsize=None)
def _listed(name: str, key: str, kind: str) -> bool:
    """Whether the column `key` of the result called `name` is in a list, by itself or as result.column."""
    return any(fnmatchcase(told, pattern) for pattern in basis()[kind] for told in (key, f"{name}.{key}"))


@lru_cache(maxsize=1)
def basis() -> Mapping[str, Sequence[Any]]:
    """The patterns of column names in `basis.yml`: `people`, `no_people` and `rates`, and pairs of them in `parts`."""
    return yaml.safe_load(BASIS.read_text(encoding="utf-8"))
