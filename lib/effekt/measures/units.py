"""The rows of a derived table that a run is about: of its municipality, of its cluster, or of all clusters for the region."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from effekt.errors import DataError
from effekt.measures.frames import clusters_of
from effekt.study import Study

if TYPE_CHECKING:
    import pandas as pd


def rows_of_unit(study: Study, table: str, columns: Sequence[str] | None = None, where: Sequence[tuple[str, str, Any]] = ()) -> pd.DataFrame:
    """Rows of `table` (with `cluster_id` and `kommunekode`) of this run's unit that meet `where` (as in pyarrow); `attrs`: unit.

    A unit of which the delivery tells nothing has no rows: that is "not available", and never 0.
    """
    own = [("cluster_id", "in", clusters_of(study)), *where]
    if study.municipality is not None:
        own.append(("kommunekode", "==", study.municipality))
    frame = study.read(table, columns, filters=own).reset_index(drop=True)
    frame.attrs = {"unit": study.unit}
    return frame


def require_rows(frame: pd.DataFrame, study: Study, what: str, file: str) -> pd.DataFrame:
    """The frame; raises DataError where it is empty: `what` is not available for the unit."""
    if frame.empty:
        raise DataError(f"There are no {what} of {study.unit}: not available, which is not none. Ask for {file} with the rows of this unit.")
    return frame
