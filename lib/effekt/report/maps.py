"""The tile map of the municipalities: how many events they have, shown without a ranking."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from effekt.report import making, tables
from effekt.report.making import Facts
from effekt.report.results import Column
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

PER = 1000.0
CLASSES = 5


def tile_map(study: Study, population: pd.DataFrame, *, name: str = "") -> Shown:
    """The tile map of a `measures.population` frame: events per 1,000 citizen-years before and after, one tile a municipality of a cluster.

    Parameters
    ----------
    population : DataFrame
        One row a municipality: kommunekode, n_citizens, and events and exposure (whole period), or events_before, events_after,
        exposure_before, exposure_after. A municipality with fewer events or citizens than the protocol's `too_few` shows no value.
    """
    outcome = str(population.attrs.get("outcome", ""))
    belongs = {code: cluster for code, cluster in study.protocol.municipalities().items() if cluster != "comparison"}
    found = {str(row["kommunekode"]): row for row in population.to_dict("records")}
    rows = [_municipality(study, code, cluster, found.get(code)) for code, cluster in belongs.items()]
    facts = making.of_design(study) | {
        "outcome": (Column("outcome", "label"), outcome),
        "n_citizens": (Column("n_citizens", "count"), sum(int(row["n_citizens"][1] or 0) for row in rows)),
    }
    kept = {key: facts[key] for key in ("outcome", "n_citizens", "first_month", "last_month")}
    limits = _classes([float(row["value"][1]) for row in rows if row["value"][1] is not None])
    kept |= {f"limit_{place}": (Column(f"limit_{place}", "number"), limit) for place, limit in enumerate(limits, start=1)}
    show = [(f"column.{key}", key) for key in ("municipality", "cluster", "n_citizens", "n_events", "value")]
    stem = "figure.tile_map"
    return making.shown(
        study,
        "tile_map",
        name or f"tile_map-{outcome}",
        [kept, *rows],
        context={
            "title": f"{stem}.title",
            "subtitle": f"{stem}.subtitle",
            "alt": f"{stem}.alt",
            "table": tables.layout("caption.tile_map", show, notes=("note.tile_map",), rows=tuple(range(1, len(rows) + 1))),
        },
    )


def _classes(values: list[float]) -> list[float]:
    """Inner limits of five classes of equal width between the smallest and the largest value, on round numbers."""
    if not values:
        return []
    low, high = min(values), max(values)
    step = max((high - low) / CLASSES, 1e-9)
    size = 10.0 ** len(str(int(max(step, 1)))) / 10
    unit = next(part * size / 2 for part in (1, 2, 4, 5, 10, 20) if part * size / 2 >= step)
    first = (low // unit + 1) * unit
    return [first + place * unit for place in range(CLASSES - 1)]


def _municipality(study: Study, code: str, cluster: str, row: dict | None) -> Facts:
    """Counts and the rate of one municipality; no rate where there is too little."""
    events, exposure = _whole(row, "events"), _whole(row, "exposure")
    citizens = int(row["n_citizens"]) if row is not None else 0
    limit = study.protocol.too_few
    enough = events >= limit.events and citizens >= limit.citizens and exposure > 0
    return {
        "municipality": (Column("municipality", "label"), code),
        "cluster": (Column("cluster", "label"), cluster),
        "n_citizens": (Column("n_citizens", "count"), citizens),
        "n_events": (Column("n_events", "count"), int(events)),
        "value": (Column("value", "number", 0, n="n_events"), PER * events / exposure if enough else None),
    }


def _whole(row: dict | None, column: str) -> float:
    """The sum of a column that may be given before and after."""
    if row is None:
        return 0.0
    parts = [row[column]] if column in row else [row[f"{column}_before"], row[f"{column}_after"]]
    return float(sum(part for part in parts if not pd.isna(part)))
