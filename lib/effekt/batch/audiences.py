"""Who a set of pages is for: which notebooks and sections it holds, for which units, in which order. Data (`audiences.yml`), read strictly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from effekt.batch.plan import REGION, PlannedRun, closest
from effekt.batch.sections import ALL, SHORT
from effekt.errors import UsageError

AUDIENCES = Path(__file__).with_name("audiences.yml")
KINDS = ("region", "cluster", "municipality", "quality_cluster")


@dataclass(frozen=True)
class Page:
    """One notebook of a set: which of its sections (ALL, SHORT or beginnings of ids of results), for which kinds of unit."""

    notebook: str
    sections: str | tuple[str, ...]
    units: tuple[str, ...]


@dataclass(frozen=True)
class Audience:
    """Readers who get a set of their own. `method`: whether the sections "How it was done" are in it. `pages` in the order of reading."""

    id: str
    name: Mapping[str, str]
    purpose: Mapping[str, str]
    pages: tuple[Page, ...]
    method: bool = False

    def page(self, run: PlannedRun, quality_clusters: Sequence[str]) -> Page | None:
        """The page of the set that this run makes, None where the set does not hold it."""
        kind = kind_of(run, quality_clusters)
        return next((page for page in self.pages if page.notebook == run.notebook.name and kind in page.units), None)


@lru_cache(maxsize=1)
def load_audiences(path: Path = AUDIENCES) -> Mapping[str, Audience]:
    """Every audience by id, in the order of the file. Raises ValueError with every fault of the file, which is part of the library."""
    import yaml

    records = yaml.safe_load(path.read_text(encoding="utf-8"))
    faults = [f"{path.name}, {record.get('id', '?')}: {fault}" for record in records for fault in _faults(record)]
    if faults:
        raise ValueError("\n".join(faults))
    return {record["id"]: _audience(record) for record in records}


def choose_audiences(wanted: Sequence[str]) -> tuple[Audience, ...]:
    """The audiences of these ids in the order of the file; "all" is every one. Raises UsageError for unknown ones, with the nearest."""
    known = load_audiences()
    faults = [f"Unknown audience {name}.{closest(name, known)}" for name in wanted if name not in known and name != "all"]
    if faults:
        raise UsageError("\n".join([*faults, "Nothing was run."]))
    return tuple(audience for name, audience in known.items() if name in wanted or "all" in wanted)


def needed(runs: Iterable[PlannedRun], audiences: Sequence[Audience], quality_clusters: Sequence[str]) -> tuple[PlannedRun, ...]:
    """The runs whose pages are in a set of one of the audiences."""
    return tuple(run for run in runs if any(audience.page(run, quality_clusters) for audience in audiences))


def kind_of(run: PlannedRun, quality_clusters: Sequence[str]) -> str:
    """The kind of unit that a run is about, one of KINDS."""
    unit = run.cluster or REGION
    if unit == REGION:
        return "region"
    if unit in quality_clusters:
        return "quality_cluster"
    return "municipality" if unit.isdigit() else "cluster"


def _audience(record: Mapping[str, Any]) -> Audience:
    pages = tuple(
        Page(
            page["notebook"],
            page["sections"] if isinstance(page["sections"], str) else tuple(page["sections"]),
            tuple(page.get("units", record["units"])),
        )
        for page in record["pages"]
    )
    return Audience(record["id"], record["name"], record["purpose"], pages, record.get("method", False))


def _faults(record: Mapping[str, Any]) -> Iterator[str]:
    for key in ("id", "name", "purpose", "units", "pages"):
        if key not in record:
            yield f"{key!r} is missing"
    for key in ("name", "purpose"):
        if set(record.get(key, {})) != {"da", "en"}:
            yield f"{key!r} needs da and en"
    for page in record.get("pages", ()):
        for key in sorted({"notebook", "sections"} - set(page)):
            yield f"a page lacks {key!r}"
        if isinstance(page.get("sections"), str) and page["sections"] not in (ALL, SHORT):
            yield f"sections must be {ALL}, {SHORT} or a list, not {page['sections']!r}"
        if wrong := sorted({*page.get("units", ()), *record.get("units", ())} - set(KINDS)):
            yield f"unknown kind of unit {wrong[0]!r}"
