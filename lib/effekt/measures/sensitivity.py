"""What the other ways of computing an answer need besides the frame of the answer: ages, other gaps, hospitals elsewhere, the numbers of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from effekt.measures.citizens import person_months
from effekt.measures.frames import COMPARISON, clusters_of, in_units, named, rows_of
from effekt.study import Study

if TYPE_CHECKING:
    import pandas as pd

AGED = "person_months"


def aged_months(study: Study, outcome: str) -> pd.DataFrame:
    """`person_months` with `age`, whole years on the first day of the month; everything else as there."""
    frame = person_months(study, outcome)
    first = next(name for name, one in study.protocol.catalogue().items() if one.table == AGED and not study.lacking(name))
    ages = rows_of(study, first, [*clusters_of(study), COMPARISON], ["citizen_id", "month", "age"])
    same = len(ages) == len(frame) and bool((ages["citizen_id"].to_numpy() == frame["citizen_id"].to_numpy()).all())
    if same and bool((ages["month"].to_numpy() == frame["month"].to_numpy()).all()):
        return named(frame.assign(age=ages["age"].to_numpy()), study, outcome)
    joined = frame.merge(ages[["citizen_id", "month", "age"]], on=["citizen_id", "month"], how="left")
    return named(joined.fillna({"age": 0}), study, outcome)


def months_by_gap(study: Study, outcome: str, gap_hours: int) -> pd.DataFrame:
    """Events of an outcome counted in stays, had contacts at most `gap_hours` apart been one stay.

    Returns
    -------
    DataFrame
        `citizen_id`, `month`, `events`; one row a citizen and month with any event, 0 for all others. Whoever was not in the target
        population then may have rows here too: join it to `person_months`.

    Raises
    ------
    DataError
        The derived table is missing, or has no such outcome or gap.
    """
    import pandas as pd

    rows = study.read("gap_months", ["citizen_id", "month", outcome], filters=[("gap_hours", "==", gap_hours)])
    rows = rows[rows[outcome] > 0].rename(columns={outcome: "events"}).reset_index(drop=True)
    rows["events"] = in_units(study, outcome, rows["events"])
    return rows.assign(month=pd.to_datetime(rows["month"]))


def elsewhere(study: Study, frame: pd.DataFrame) -> pd.DataFrame:
    """Admissions of residents by whether the hospital belonged to another cluster.

    frame : of `person_months`; whoever is in it as a resident of the programme's municipalities in a month counts there.

    Returns
    -------
    DataFrame
        One row a municipality of the place: `kommunekode`, `n` (admissions whose hospital's cluster is known), `n_elsewhere` (of them at another
        cluster's hospital), `n_unknown`. All months of the data. No rows where nobody was admitted.
    """
    stays = study.read("stays", ["citizen_id", "start", "cross_cluster"], filters=[("is_admission", "==", True)])
    month = stays["start"].to_numpy().astype("datetime64[M]")
    own = frame.loc[frame["treated"], ["citizen_id", "month", "unit"]]
    own = own.assign(month=own["month"].to_numpy().astype("datetime64[M]").astype("int64"))
    joined = stays.assign(month=month.astype("int64")).merge(own, on=["citizen_id", "month"])
    known = joined["cross_cluster"].notna()
    rows = joined.assign(n=known, n_elsewhere=joined["cross_cluster"].eq(True), n_unknown=~known)
    return rows.groupby("unit", as_index=False)[["n", "n_elsewhere", "n_unknown"]].sum().rename(columns={"unit": "kommunekode"})


@dataclass(frozen=True)
class Plan:
    """What is known before an outcome is read after the start. Each pair is (programme, comparison).

    citizens : mean number a month before the start. rate : events a person-year before it. shape : of a gamma distribution of citizens' own rates
    (moments of their counts before). years : follow-up before and after. units : municipalities.
    """

    citizens: tuple[int, int]
    rate: float
    shape: float
    years: tuple[float, float]
    units: tuple[int, int]


def plan_of(study: Study, frame: pd.DataFrame) -> Plan | None:
    """The numbers of a plan, from the months before the cluster's start alone; None where there is nobody or no event.

    frame : of `person_months`. Months of an earlier effort are left out of the programme's side. Nothing after the start is read but which
    months there are.
    """
    import numpy as np

    month, start = frame["month"], study.start
    used = month < start
    for first, last in study.contaminated:
        used &= ~(frame["treated"] & (month >= first) & (month <= last))
    before = frame[used]
    sides = [before[before["treated"]], before[~before["treated"]]]
    if any(side.empty or side["events"].sum() == 0 for side in sides):
        return None
    last_month = month.max()
    after = (last_month.year - start.year) * 12 + last_month.month - start.month + 1 - study.phase_in
    if after <= 0:
        return None
    code = before["citizen_id"].to_numpy() - before["citizen_id"].min()
    events, years = (np.bincount(code, before[name].to_numpy(dtype=float)) for name in ("events", "exposure"))
    rate = float(events.sum() / years.sum())
    expected = rate * years
    extra = float(((events - expected) ** 2 - expected).sum() / (expected**2).sum())
    shape = float(np.clip(1 / extra if extra > 0 else 20.0, 0.1, 20.0))
    citizens = tuple(int(round(len(side) / side["month"].nunique())) for side in sides)
    return Plan(citizens, rate, shape, (sides[0]["month"].nunique() / 12, after / 12), tuple(int(side["unit"].nunique()) for side in sides))
