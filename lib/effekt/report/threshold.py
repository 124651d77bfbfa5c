"""The primary threshold: which results rest on too few people to be shown outside the evaluators' own pages.

A result passes whole or not at all. Of the numbers in it, those that count people or what happened to them must be 0 or at least `LEAST`, and so
must the count under every other number. A number that says neither which count lies under it nor that it is about no people at all (`basis.yml`)
is taken to rest on too few: what is not known is not shown. This is the first step only; what can be worked out from several results together,
or from a total less its parts, is not looked for here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

LEAST = 5
BASIS = Path(__file__).with_name("basis.yml")
WORDS = ("label", "month", "year")
COUNTS_OF_ESTIMATES = ("n_citizens", "n_events")
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
        if column["type"] in WORDS or not rows or _is_about_no_people(key) or _is_about_no_people(column["n"]):
            continue
        base = key if key in under or _listed(key, "people") else column["n"]
        counts = [_count(row, place, base) for row in rows]
        if None in counts:
            yield key, "unknown"
        elif any(_few(count, least) for count in counts):
            yield key, "few"
    for estimate in bundle["estimates"]:
        if any(_few(estimate.get(count), least) for count in COUNTS_OF_ESTIMATES):
            yield estimate.get("outcome", ""), "few"


def withheld(bundle: Bundle) -> dict[str, Any]:
    """What stands in the place of a result that does not pass: a sentence that says so, under the same id, without any of its numbers."""
    block = {"role": "text", "text": "withheld.result", "row": 0}
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
    return isinstance(count, int | float) and not isinstance(count, bool) and 0 < abs(count) < least


def _is_about_no_people(key: str) -> bool:
    return bool(key) and _listed(key, "no_people") and not _listed(key, "people")


def _listed(key: str, kind: str) -> bool:
    return any(fnmatchcase(key, pattern) for pattern in basis()[kind])


@lru_cache(maxsize=1)
def basis() -> Mapping[str, Sequence[str]]:
    """The patterns of column names in `basis.yml`: `people` and `no_people`."""
    return yaml.safe_load(BASIS.read_text(encoding="utf-8"))
