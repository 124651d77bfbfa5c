"""The programme's own tables as they are: initiatives, posts, meetings, targets and what else the workbook holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effekt.errors import UsageError
from effekt.measures.build_copy import COPIED
from effekt.study import Study

if TYPE_CHECKING:
    import pandas as pd


def programme(study: Study, table: str) -> pd.DataFrame:
    """One table of the programme, of the whole study: no row is about a person.

    table : initiative, resource_person, funding, milestone, obligation, body, meeting, reporting_line, consultant_post, indicator, target,
    survey_wave, practice, price_index or population. Their columns are in data/README.md. Rows with a `cluster_id` are those of the run's cluster and
    those of no cluster in particular; for the region all.

    Returns
    -------
    DataFrame
        One row as the table says; no row where the delivery holds none. Money is in oere (`_oere`). `attrs`: unit.

    Raises
    ------
    UsageError
        Unknown table. DataError: the derived table is missing.
    """
    if table not in COPIED:
        raise UsageError(f"Unknown table {table!r}; valid: {', '.join(COPIED)}.")
    frame = study.read(table)
    if study.cluster is not None and "cluster_id" in frame.columns:
        frame = frame[frame["cluster_id"].isna() | (frame["cluster_id"] == study.cluster)]
    frame = frame.reset_index(drop=True)
    frame.attrs = {"unit": study.unit}
    return frame
