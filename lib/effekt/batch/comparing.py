"""`effekt compare`: every number that is not the same in two runs, and by how much."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from effekt.batch import files
from effekt.batch.verdict import results
from effekt.errors import UsageError

Place = tuple[str, str, str, str]
COLUMNS = ("page", "result", "row", "column", "before", "after", "change", "percent")


@dataclass(frozen=True)
class Changed:
    """One number at one place of a page. before, after : None where the place holds no number, or is not there, in that run."""

    page: str
    result: str
    row: str
    column: str
    before: float | None
    after: float | None

    @property
    def change(self) -> float | None:
        """after - before; None where one of them is missing."""
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def percent(self) -> float | None:
        """The change in percent of what it was; None where that was zero or one of them is missing."""
        return None if self.change is None or not self.before else 100 * self.change / abs(self.before)


@dataclass(frozen=True)
class Comparison:
    """Two runs, number by number. n_same : numbers that are equal. only_before, only_after : pages that one of the runs does not have."""

    changed: tuple[Changed, ...]
    n_same: int
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]


def compare_runs(before: Path, after: Path) -> Comparison:
    """Compare the results of two runs (folders in `outputs/`), as they were stored: six significant digits, so equal means equal.

    A row is known by its labels, months and years, so that rows that moved are still compared with themselves; rows without any, or with the same as
    another, are counted in order. A number that is in one run only counts as changed. Texts are not compared.

    Raises UsageError for a folder that is no run.
    """
    first, second = _numbers(before), _numbers(after)
    pages = [sorted(first), sorted(second)]
    changed, n_same = [], 0
    for page in sorted(set(pages[0]) & set(pages[1])):
        old, new = first[page], second[page]
        for place in dict.fromkeys([*old, *new]):
            one, other = old.get(place), new.get(place)
            if one == other:
                n_same += one is not None
            else:
                changed.append(Changed(page, *place, one, other))
    only = [tuple(page for page in pages[here] if page not in pages[1 - here]) for here in (0, 1)]
    return Comparison(tuple(changed), n_same, *only)


def as_csv(comparison: Comparison) -> str:
    """Every changed number as text, one a line, with the columns of COLUMNS."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for item in comparison.changed:
        writer.writerow([getattr(item, name) if getattr(item, name) is not None else "" for name in COLUMNS])
    return out.getvalue()


def lines(comparison: Comparison, most: int = 40) -> Iterator[str]:
    """The comparison as text: how many numbers, then those that moved most in percent, then the pages that have no counterpart."""
    n_pages = len({item.page for item in comparison.changed})
    yield f"{len(comparison.changed):,} numbers changed on {n_pages} pages; {comparison.n_same:,} are the same."
    ranked = sorted(comparison.changed, key=lambda item: -(abs(item.percent) if item.percent is not None else float("inf")))
    for item in ranked[:most]:
        moved = f" ({item.change:+.6g}{f', {item.percent:+.1f}%' if item.percent is not None else ''})" if item.change is not None else ""
        yield f"  {item.page} {item.result} [{item.row}] {item.column}: {_told(item.before)} -> {_told(item.after)}{moved}"
    if len(ranked) > most:
        yield f"  and {len(ranked) - most:,} more; --csv FILE writes them all"
    for name, pages in (("first", comparison.only_before), ("second", comparison.only_after)):
        if pages:
            yield f"only in the {name} run: {', '.join(pages)}"


def _told(value: float | None) -> str:
    return "nothing" if value is None else f"{value:.6g}"


def _numbers(folder: Path) -> dict[str, dict[tuple[str, str, str], float]]:
    """page -> (result, row, column) -> number."""
    record = files.read_json(folder / "run.json")
    if not record:
        raise UsageError(f"{folder} is no run: it has no run.json. Runs are the folders in outputs/, such as outputs/latest.")
    found: dict[str, dict[tuple[str, str, str], float]] = {}
    for run in record["runs"]:
        notebook = files.read_json(folder / "notebooks" / f"{run['id']}.ipynb") if run["status"] == "ok" else None
        if notebook:
            bundles = results(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
            found[run["id"]] = {place: value for bundle in bundles for place, value in _cells(bundle)}
    return found


def _cells(bundle: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str, str], float]]:
    columns = bundle["columns"]
    names = [place for place, column in enumerate(columns) if column["type"] in ("label", "month", "year")]
    seen: Counter[str] = Counter()
    for row in bundle["rows"]:
        told = " ".join(str(row[place]) for place in names if row[place] is not None)
        seen[told] += 1
        name = f"{told} #{seen[told]}" if seen[told] > 1 or not told else told
        for column, value in zip(columns, row, strict=True):
            if column["type"] not in ("label", "month", "year") and isinstance(value, int | float) and not isinstance(value, bool):
                yield (bundle["id"], name, column["key"]), float(value)
