"""Citizens before and after by municipality: the frames of a contrast of each municipality against the comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effekt.measures.citizens import persons
from effekt.study import Study

if TYPE_CHECKING:
    import pandas as pd


def by_municipality(study: Study, outcome: str) -> tuple[pd.DataFrame, ...]:
    """One frame a municipality of the run's unit, in the order of the protocol: its own citizens and those of the comparison.

    Each is the frame of `persons` for an outcome in money (`cost_dkk`), at the dates of the municipality's cluster; `attrs`: unit is its code. A citizen
    belongs to the municipality of the first month in the period. A municipality without citizens has a frame with the comparison's rows only.

    Raises
    ------
    UsageError
        The outcome is unknown or no cost. DataError: the derived table is missing or damaged.
    """
    frames = []
    for cluster in study.protocol.clusters:
        if study.cluster not in (None, cluster.id):
            continue
        rows = persons(study.of(cluster.id), outcome, value="cost_dkk")
        for code in cluster.municipalities:
            if study.municipality in (None, code):
                own = rows[~rows["treated"] | (rows["unit"] == code)].reset_index(drop=True)
                own.attrs = {**rows.attrs, "unit": code}
                frames.append(own)
    return tuple(frames)
