"""Citizens before and after with several outcomes side by side, and citizens around their enrolment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from effekt.measures.citizens import person_months
from effekt.measures.cohort import enrolled, traits
from effekt.measures.frames import COMPARISON, DAYS_A_YEAR, clusters_of, in_units, periods_of
from effekt.measures.signs import add_signs
from effekt.study import Study

if TYPE_CHECKING:
    import pandas as pd

YEAR_MONTHS = 12


def period_sums(study: Study, outcomes: Sequence[str]) -> pd.DataFrame:
    """Every citizen before and after the start, with a column for each of `outcomes`: `measures.persons` of several outcomes in one reading.

    outcomes : ids of one derived table that are registered up to the same month and everywhere.

    Returns
    -------
    DataFrame
        citizen_id, treated, after, exposure (person-years), and each outcome (count, or kroner for a cost; 0 = none), in the periods of
        `measures.persons`. For the region each cluster has its own dates and there is no comparison. `attrs`: unit.

    Raises
    ------
    UsageError
        Unknown outcome. DataError: the derived table is missing or damaged.
    """
    compared = [COMPARISON] if study.cluster is not None else []
    by = ["citizen_id", "treated", "after"]
    rows = periods_of(study, outcomes[0], [*clusters_of(study), *compared], more=outcomes[1:])
    sums = rows.group_by(by, use_threads=False).aggregate([("days", "sum"), *((name, "sum") for name in outcomes)]).to_pandas()
    frame = sums[by].assign(exposure=sums["days_sum"] / DAYS_A_YEAR, **{name: in_units(study, name, sums[f"{name}_sum"]) for name in outcomes})
    frame = frame.sort_values(by, ignore_index=True)
    frame.attrs = {"unit": study.unit}
    return frame


def eligible_months(study: Study, outcome: str) -> pd.DataFrame:
    """As `measures.person_months`, of the target group alone: those who had the signs of frailty on the day before the start.

    The comparison is chosen by the same rule on the same day. Nobody enters later; whoever dies or moves has rows until then. Those who were not in
    the target population on the day of the start are in neither group. For the region it has no answer of its own: each cluster has its own day.

    Raises UsageError for an unknown outcome, DataError where a derived table is missing or damaged.
    """
    return _of_citizens(person_months(study, outcome), _frail(study))


def enrolled_months(study: Study, outcome: str) -> pd.DataFrame:
    """As `measures.person_months`: on the programme's side those whom it enrolled at some time, on the other the target group of the comparison.

    The enrolled have rows also before their enrolment: they had to be alive until then, and were chosen for what had happened to them.

    Raises UsageError for an unknown outcome, DataError where a derived table is missing or damaged.
    """
    months = person_months(study, outcome)
    compared = _frail(study)
    chosen = set(enrolled(study)["citizen_id"])
    return _of_citizens(months, {True: chosen, False: compared[False]})


def around_enrolment(study: Study, outcome: str) -> pd.DataFrame:
    """Every citizen of this place in the year before and the year from a day: that of the enrolment, for the others that of the start.

    Returns
    -------
    DataFrame
        One row a citizen with time in both years: citizen_id, enrolled (bool), before and after (events), exposure and exposure_after (person-years
        alive and resident). The years are twelve whole months: the last before the month of the day, and the first that begins on the day or later.
        `attrs`: outcome, unit, measure_unit. Nobody enrolled: no row of them.

    Raises
    ------
    UsageError
        Unknown outcome. DataError: a derived table is missing or damaged.
    """
    import pandas as pd

    parts = [_around(study.of(study.municipality or cluster), outcome) for cluster in clusters_of(study)]
    frame = pd.concat(parts, ignore_index=True).drop_duplicates("citizen_id")
    frame.attrs = {"outcome": outcome, "unit": study.unit, "measure_unit": study.outcome(outcome).unit}
    return frame


def _around(study: Study, outcome: str) -> pd.DataFrame:
    import pandas as pd

    months = person_months(study, outcome)
    months = months[months["treated"]]
    days = enrolled(study).set_index("citizen_id")["enrolled_on"]
    on = months["citizen_id"].isin(days.index)
    day = pd.to_datetime(months["citizen_id"].map(days)).where(on, study.start) if on.any() else pd.Series(study.start, index=months.index)
    place = (months["month"].dt.year - day.dt.year) * 12 + months["month"].dt.month - day.dt.month
    first = (day.dt.day > 1).astype(int)
    earlier = months[(place < 0) & (place >= -YEAR_MONTHS)].groupby("citizen_id")[["events", "exposure"]].sum()
    later = months[(place >= first) & (place < first + YEAR_MONTHS)].groupby("citizen_id")[["events", "exposure"]].sum()
    later = later.rename(columns={"events": "after", "exposure": "exposure_after"})
    frame = earlier.rename(columns={"events": "before"}).join(later, how="inner")
    frame = frame[(frame["exposure"] > 0) & (frame["exposure_after"] > 0)].reset_index()
    return frame.assign(enrolled=frame["citizen_id"].isin(days.index))


def _frail(study: Study) -> dict[bool, set[int]]:
    """The target group on the day of the start, of the programme (True) and of the comparison (False)."""
    marked = add_signs(study, traits(study))
    return {side: set(marked.loc[marked["frail"] & (marked["treated"] == side), "citizen_id"]) for side in (True, False)}


def _of_citizens(months: pd.DataFrame, kept: dict[bool, set[int]]) -> pd.DataFrame:
    """The rows of these citizens, those of each side; the frame goes on saying what it is about."""
    there = (months["treated"] & months["citizen_id"].isin(kept[True])) | (~months["treated"] & months["citizen_id"].isin(kept[False]))
    frame = months[there].reset_index(drop=True)
    frame.attrs = dict(months.attrs)
    return frame
