"""Discharges as spells until a readmission or a death, by a rule whose parts are parameters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from effekt.catalogue.codes import load_exclusion_roles
from effekt.catalogue.outcomes import nearest
from effekt.errors import UsageError
from effekt.measures.frames import COMPARISON, clusters_of
from effekt.study import Study

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

LONGEST = 365
NOON_HOURS = 12
HOUR_DAYS = 1 / 24
EXCLUDED = "cancer, psychiatric, companion, pregnancy, birth, injury"


def discharges(
    study: Study,
    *,
    horizon_days: int = 30,
    excluded: str = EXCLUDED,
    index_again: bool = True,
    medical_only: bool = False,
) -> pd.DataFrame:
    """Index discharges of the study's place and of the comparison, each followed until a readmission, the death or `horizon_days`.

    Index: an admission of somebody of at least `target.age_min` years who was discharged alive and lived in the place that day, unless its last
    diagnosis is excluded. Readmission: the first acute admission that begins after it, unless its first diagnosis is excluded (that one is passed
    over, and the next looked at). Before: the whole window lies before the start and the discharge in no month of an earlier initiative. After: the
    discharge lies after the phase-in. The last `horizon_days` of the data give no index.

    Parameters
    ----------
    horizon_days : 1 to 365; a readmission exactly so many times 24 hours after the discharge counts.
    excluded : groups of codelists/readmission_exclusions.csv, separated by commas; "" = none. The file says for each whether it makes a discharge
        no index, an admission no readmission, or both.
    index_again : whether an admission that counted as a readmission can be an index itself. medical_only : whether only medical admissions are.

    Returns
    -------
    DataFrame
        One row an index discharge: citizen_id, unit (kommunekode that day), cluster (whose dates they are), treated, after, entry (0), exit (days
        since the discharge), event (1 readmitted, 2 died first, 0 followed to the horizon, the move or the end of the data without either), alive
        (days followed until the death, the horizon or the move, readmitted or not) and died (bool: that ended it), sex, age, n_before (acute
        admissions in the year before the index), acute, medical. For the region each cluster has its own dates, and the comparison stands once
        beside each cluster. Nobody: no row. `attrs`: unit, horizon_days.

    Raises
    ------
    UsageError
        A horizon outside 1 to 365, or a group that the code list does not have. DataError: the derived table is missing or damaged.

    References
    ----------
    .. [1] The national indicator of readmissions as public hospitals compute it, from memory: rules and codes are not verified.
    """
    import pandas as pd

    if not 1 <= horizon_days <= LONGEST:
        raise UsageError(f"horizon_days is {horizon_days}; it must be from 1 to {LONGEST}.")
    roles = load_exclusion_roles()
    groups = _groups(excluded, tuple(roles))
    left_out = {"last_group": [group for group in groups if roles[group][0]], "first_group": [group for group in groups if roles[group][1]]}
    rows = study.read("discharges").sort_values(["citizen_id", "start", "stay_id"], ignore_index=True)
    followed = _follow(study, rows, horizon_days, left_out, index_again, medical_only)
    parts = [_of_cluster(study if study.cluster else study.of(cluster), followed, horizon_days) for cluster in clusters_of(study)]
    frame = pd.concat(parts, ignore_index=True)
    frame.attrs = {"unit": study.unit, "horizon_days": horizon_days}
    return frame


def _groups(text: str, valid: tuple[str, ...]) -> tuple[str, ...]:
    names = tuple(name for name in re.split(r"[,\s]+", text.strip()) if name)
    for name in names:
        if name not in valid:
            raise UsageError(f"Unknown group of diagnoses {name!r}{nearest(name, valid)}.")
    return names


def _follow(
    study: Study, rows: pd.DataFrame, horizon: int, left_out: dict[str, list[str]], index_again: bool, medical_only: bool
) -> pd.DataFrame:
    """The index discharges among the admissions `rows` (ordered by citizen and start) of anybody in the study, each with exit and event."""
    import numpy as np
    import pandas as pd

    if rows.empty:
        return rows.assign(entry=0.0, exit=0.0, event=0, alive=0.0, died=False, treated=False).rename(columns={"kommunekode": "unit"})
    returns = rows["acute"].to_numpy() & ~rows["first_group"].isin(left_out["first_group"]).to_numpy()
    index = rows["discharged_alive"] & rows["cluster_id"].notna() & (rows["age"] >= study.protocol.target.age_min)
    index &= ~rows["last_group"].isin(left_out["last_group"])
    if medical_only:
        index &= rows["medical"]
    again = _next_return(rows["citizen_id"].to_numpy(), returns)
    begins, ends = (rows[name].to_numpy().astype("datetime64[s]").astype("int64") / 86400 for name in ("start", "end"))
    to_return = np.where(again >= 0, begins[again] - ends, np.inf)
    kept = index.to_numpy().copy()
    if not index_again:
        kept = _without_readmissions(kept, again, to_return <= horizon)
    death = _days(rows["death_date"]) + NOON_HOURS * HOUR_DAYS - ends
    after = study.last_complete_month("adm_rate") + pd.DateOffset(months=1)
    left = _days(rows["leaves"])
    left = np.where(left == _days(rows["death_date"]), np.nan, left)  # a residence that ends on the day of the death ended by it
    gone = np.fmin(left, after.timestamp() / 86400) - ends
    to_death = np.where(np.isnan(death), np.inf, np.maximum(death, HOUR_DAYS))
    alive = np.minimum.reduce([to_death, np.maximum(gone, HOUR_DAYS), np.full(len(rows), float(horizon))])
    leave = np.minimum(to_return, alive)
    event = np.where(to_return <= leave, 1, np.where(to_death <= leave, 2, 0))
    told = rows.assign(entry=0.0, exit=leave, event=event, alive=alive, died=to_death <= alive, treated=rows["cluster_id"] != COMPARISON)
    kept &= ends + horizon <= after.timestamp() / 86400
    return told[kept].rename(columns={"kommunekode": "unit"})


def _next_return(citizen: np.ndarray, returns: np.ndarray) -> np.ndarray:
    """For each row the place of the citizen's next row that is a return; -1 where there is none."""
    import numpy as np

    n = len(citizen)
    place = np.where(returns, np.arange(n), n)
    following = np.append(np.minimum.accumulate(place[::-1])[::-1][1:], n)
    known = following < n
    same = np.zeros(n, dtype=bool)
    same[known] = citizen[following[known]] == citizen[known]
    return np.where(same, following, -1)


def _without_readmissions(index: np.ndarray, again: np.ndarray, in_time: np.ndarray) -> np.ndarray:
    """The index rows left when a row that is the readmission of one of them is none itself: decided in the order of time."""
    kept = index.copy()
    for row in index.nonzero()[0]:
        if kept[row] and in_time[row]:
            kept[again[row]] = False
    return kept


def _days(dates: pd.Series) -> np.ndarray:
    """Days since 1970 of the beginning of each date; not a number where it is missing."""
    import numpy as np
    import pandas as pd

    moments = pd.to_datetime(dates).to_numpy().astype("datetime64[s]")
    return np.where(np.isnat(moments), np.nan, moments.astype("int64") / 86400)


def _of_cluster(study: Study, followed: pd.DataFrame, horizon: int) -> pd.DataFrame:
    """The rows of one cluster (or municipality) and of the comparison, before and after its start."""
    import pandas as pd

    own = followed["unit"] == study.municipality if study.municipality is not None else followed["cluster_id"] == study.cluster
    frame = followed[own | ~followed["treated"]]
    day = pd.to_datetime(frame["end"])
    before = day + pd.Timedelta(days=horizon) <= study.start
    for first, last in study.contaminated:
        before &= (day < first) | (day >= last + pd.DateOffset(months=1))
    after = day >= study.start + pd.DateOffset(months=study.phase_in)
    columns = ["citizen_id", "unit", "cluster", "treated", "after", "entry", "exit", "event", "alive", "died"]
    columns += ["sex", "age", "n_before", "acute", "medical"]
    return frame.assign(after=after, cluster=study.cluster)[before | after][columns].reset_index(drop=True)
