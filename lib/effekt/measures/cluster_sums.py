"""Citizens before and after of several clusters and several outcomes at once: the rows of `persons`, from one reading of the derived table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from effekt.measures.frames import COMPARISON, DAYS_A_YEAR, clusters_of, in_units, keep_registered
from effekt.study import Study

if TYPE_CHECKING:
    import pandas as pd

NOWHERE = -1


def sums_by_cluster(study: Study, outcomes: Sequence[str]) -> tuple[pd.DataFrame, ...]:
    """One frame a cluster of the run, in the order of the protocol: its citizens and those of the comparison, before and after its start.

    Each is what `persons(study.of(cluster), outcome)` gives, but with a column for each of `outcomes` (in the outcome's unit), which stand in one
    derived table; months in which one of them is not registered, here or in the comparison, are left out. A run about a municipality
    has its citizens only, and the comparison.

    Returns
    -------
    tuple of DataFrame
        `citizen_id`, `unit` (kommunekode of the first month in the period), `treated`, `after`, `exposure` (person-years) and the outcomes. `attrs`:
        unit (the cluster's id, or the municipality's code).

    Raises
    ------
    UsageError
        Unknown outcome. DataError: the derived table is missing or damaged.
    """
    rows = _Rows(study, outcomes)
    return tuple(rows.frame(study.of(study.municipality or cluster)) for cluster in clusters_of(study))


class _Rows:
    """The rows of the clusters and of the comparison as arrays; citizens, months and municipalities as positions in sorted lists."""

    def __init__(self, study: Study, outcomes: Sequence[str]) -> None:
        self.study, self.outcomes = study, list(outcomes)
        table = study.outcome(outcomes[0]).table
        last = min(study.last_complete_month(outcome) for outcome in outcomes).date()
        chosen = [("cluster_id", "in", [*clusters_of(study), COMPARISON]), ("month", "<=", last)]
        columns = ["citizen_id", "month", "kommunekode", "cluster_id", "days", *outcomes]
        read = study.read_arrow(table, columns, filters=[chosen])
        for outcome in outcomes:
            read = keep_registered(read, outcome)
        self.citizens, self.citizen = np.unique(read["citizen_id"].to_numpy(), return_inverse=True)
        self.months, self.month = np.unique(read["month"].to_numpy(), return_inverse=True)
        self.places, self.place = _coded(read["kommunekode"])
        clusters, cluster = _coded(read["cluster_id"])
        self.own = {name: cluster == place for place, name in enumerate(clusters)}
        self.days = read["days"].to_numpy()
        self.values = {outcome: read[outcome].to_numpy() for outcome in outcomes}

    def frame(self, study: Study) -> pd.DataFrame:
        import pandas as pd

        parts = []
        for name, treated in ((COMPARISON, False), (str(study.cluster), True)):
            mine = self.own.get(name, np.zeros(len(self.days), dtype=bool))
            if treated and study.municipality is not None:
                mine = mine & (self.place == list(self.places).index(study.municipality)) if study.municipality in self.places else mine & False
            for after, months in enumerate(self._sides(study)):
                parts.append(self._sums(mine & months[self.month]).assign(treated=treated, after=bool(after)))
        frame = pd.concat(parts, ignore_index=True).sort_values(["citizen_id", "treated", "after"], ignore_index=True)
        frame = frame[["citizen_id", "unit", "treated", "after", "exposure", *self.outcomes]]
        frame.attrs = {"unit": study.unit}
        return frame

    def _sides(self, study: Study) -> tuple[np.ndarray, np.ndarray]:
        """Which months count as before and as after, in the eyes of the cluster."""
        import pandas as pd

        months = pd.DatetimeIndex(self.months)
        before = months < study.start
        for first, last in study.contaminated:
            before &= ~((months >= first) & (months <= last))
        return np.asarray(before), np.asarray(months >= study.start + pd.DateOffset(months=study.phase_in))

    def _sums(self, chosen: np.ndarray) -> pd.DataFrame:
        import pandas as pd

        at = np.flatnonzero(chosen)
        citizen, n = self.citizen[at], len(self.citizens)
        there = np.bincount(citizen, minlength=n) > 0
        unit = np.full(n, NOWHERE)
        order = at[np.argsort(self.month[at], kind="stable")][::-1]
        unit[self.citizen[order]] = self.place[order]   # the last to be written is the first month
        columns: dict[str, Any] = {"citizen_id": self.citizens[there], "unit": self.places[unit[there]]}
        columns["exposure"] = np.bincount(citizen, self.days[at], n)[there] / DAYS_A_YEAR
        for outcome, values in self.values.items():   # whole numbers far below 2**53: exact
            columns[outcome] = in_units(self.study, outcome, np.bincount(citizen, values[at], n)[there])
        return pd.DataFrame(columns)


def _coded(column: Any) -> tuple[np.ndarray, np.ndarray]:
    """Sorted names of a text column and their positions."""
    coded = column.dictionary_encode().combine_chunks()
    names = np.asarray(coded.dictionary.to_pylist(), dtype=object)
    order = np.argsort(names)
    rank = np.empty(len(names), dtype=np.int64)
    rank[order] = np.arange(len(names))
    return names[order], rank[coded.indices.to_numpy()]
