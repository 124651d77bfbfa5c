"""What came in: the account of the import, and how complete each source is by month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effekt.measures.frames import clusters_of

if TYPE_CHECKING:
    import pandas as pd

    from effekt.study import Study


def accounts(study: Study) -> pd.DataFrame:
    """What the last import made of each file.

    Returns
    -------
    DataFrame
        One row a fact: `file`, `kind` (read, kept, quarantine, set_aside, fix, warn: rows; kept_before: rows kept at the import before; blocked: the
        row's `file` is an outcome that is not available, `rule` what it lacks), `rule` ("" for a count), `n`, `da`, `en` (the rule in words). The
        whole study, whatever its cluster: a delivery is not divided.

    Raises
    ------
    DataError
        The derived table is missing or damaged.
    """
    return study.read("accounts")


def completeness(study: Study) -> pd.DataFrame:
    """Rows of each source by month, for the residents of the cluster, the municipality or the region.

    Returns
    -------
    DataFrame
        `source`, `part` (kind of contact, or sector), `month`, `n`; every month of the data for every part that has any row at all, 0 where there is
        none. Rows of people outside every period of residence are left out: they belong to no place.

    Raises
    ------
    DataError
        The derived table is missing or damaged.
    """
    import pandas as pd

    rows = study.read("completeness", ["source", "part", "month", "kommunekode", "cluster_id", "n"])
    own = rows["kommunekode"] == study.municipality if study.municipality else rows["cluster_id"].isin(clusters_of(study))
    parts = rows[["source", "part"]].drop_duplicates()
    months = pd.DataFrame({"month": pd.date_range(*study.period, freq="MS")})
    summed = rows[own].groupby(["source", "part", "month"], as_index=False)["n"].sum()
    frame = parts.merge(months, how="cross").merge(summed.astype({"month": "datetime64[ns]"}), on=["source", "part", "month"], how="left")
    return frame.fillna({"n": 0}).astype({"n": "int64"}).sort_values(["source", "part", "month"], ignore_index=True)
