"""Which findings of an audit weigh most, and which recur in several clusters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import frames

MOST = 0.8


def pareto(findings: pd.DataFrame, *, by: str = "phase", weight: str | None = None, most: float = MOST) -> pd.DataFrame:
    """How the findings share out over the values of `by`, the greatest first, and which of them make up most.

    Parameters
    ----------
    findings : one row a finding: `by`; `weight` (>= 0, for instance severity) where findings are not to count alike.
    most : the share that the few must reach together, 0.8 by custom.

    Returns
    -------
    DataFrame
        One row a value of `by`: value, n (rows), weight (n where no weight is named), share, cumulative (share of this and all greater
        ones), vital (bool: among the fewest that reach `most` together). Equal weights stand in order of the values.

    Raises
    ------
    DataError
        A column is missing, `by` is missing in a row, a weight is missing or below 0, all weights are 0, or `most` is not in (0, 1].

    References
    ----------
    .. [1] Juran (1951). Quality Control Handbook.
    """
    frames.require(findings, [by] if weight is None else [by, weight], what="finding")
    if not 0 < most <= 1:
        raise DataError(f"most is {most:g}; it must lie above 0 and be at most 1.")
    code, labels = frames.codes(findings, by)
    n = np.bincount(code)
    total = n.astype(float) if weight is None else np.bincount(code, frames.numbers(findings, weight, minimum=0))
    if total.sum() == 0:
        raise DataError(f"{weight} is 0 in all {len(findings)} rows: no finding weighs anything.")
    order = np.argsort(-total, kind="stable")
    share = total[order] / total.sum()
    cumulative = np.minimum(np.cumsum(share), 1.0)
    before = np.concatenate([[0.0], cumulative[:-1]])
    return pd.DataFrame(
        {"value": labels[order], "n": n[order], "weight": total[order], "share": share, "cumulative": cumulative, "vital": before < most - 1e-12}
    )


def recurring_findings(
    findings: pd.DataFrame, *, k: int = 3, finding: str | Sequence[str] = "error_type", cluster: str = "cluster_id", case: str | None = None
) -> pd.DataFrame:
    """Kinds of finding that occur in at least `k` clusters: faults of the common way of working rather than of one place.

    Parameters
    ----------
    findings : one row a finding: `finding` (one column, or several whose combination is the kind), `cluster`, and `case` where the number
        of cases is wanted (two auditors may find the same in one case).
    k : least number of clusters.

    Returns
    -------
    DataFrame
        One row a kind: the columns `finding`, n_clusters, n_findings, n_cases (where `case` is named), clusters (tuple in sorted order);
        most clusters first, then most findings, then in order of the kind. No row where nothing recurs.

    Raises
    ------
    DataError
        A column is missing, a value of one of them is missing in a row, or k is below 1.
    """
    kinds = [finding] if isinstance(finding, str) else list(finding)
    columns = [*kinds, cluster, *([case] if case else [])]
    frames.require(findings, columns, what="finding")
    if k < 1:
        raise DataError(f"k is {k}; a finding recurs in at least one cluster.")
    for column in columns:
        frames.codes(findings, column)
    grouped = findings.groupby(kinds, sort=True, observed=True)
    counted = grouped.agg(n_clusters=(cluster, "nunique"), n_findings=(cluster, "size"), **({"n_cases": (case, "nunique")} if case else {}))
    counted["clusters"] = grouped[cluster].agg(lambda names: tuple(sorted(set(names))))
    kept = counted[counted["n_clusters"] >= k]
    return kept.sort_values(["n_clusters", "n_findings"], ascending=False, kind="stable").reset_index()
