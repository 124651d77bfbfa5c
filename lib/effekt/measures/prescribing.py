"""What the patients of each practice collect at the pharmacy: the frames of the data package for quality clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from effekt.errors import DataError, UsageError
from effekt.study import Study

if TYPE_CHECKING:
    import pandas as pd

AGE_BAND = 5
OLDEST_BAND = 90
ATC_LENGTHS = (3, 4, 5, 7)
MANY = 6


def practices(study: Study, group: str, year: int | None = None, *, quality_cluster: str | None = None) -> pd.DataFrame:
    """Users of a medicine group among the listed citizens of each practice, and how many its list would have with the region's rates.

    A user collected at least one package of the group in the year, reversals subtracted. Expected: the rates of all listed citizens of the study by
    sex and age in steps of five years (90 and over together), applied to the practice's own list on 1 January (indirect standardisation).

    Parameters
    ----------
    group : ATC code of 3, 4, 5 or 7 characters ("A02BC"). year : calendar year; None or 0 = the last with medicine.
    quality_cluster : only its practices are returned; the rates are those of all.

    Returns
    -------
    DataFrame
        One row a practice with citizens listed: unit (text; a study key, not the provider number), observed, expected (> 0), n (listed), cluster
        (quality cluster), cluster_id (the hospital cluster most of its citizens live in). Sorted by unit. `attrs`: outcome, unit, year, group.
        No row where the study has no medicine at all: not available, which is not "no users".

    Raises
    ------
    UsageError
        `group` is no ATC code of those lengths, or nobody knows the quality cluster. DataError: there is medicine, but none of that year.
    """
    if len(group) not in ATC_LENGTHS:
        raise UsageError(f"practices(..., {group!r}): an ATC code of 3, 4, 5 or 7 characters, for instance 'A02BC'.")
    year = _year(study, year)
    use = study.read("medicine_use", ["citizen_id", "atc7"], filters=[("year", "==", year)])
    listed = _listed(study, year if len(use) else None)
    users = use.loc[use["atc7"].str.startswith(group), "citizen_id"].unique()
    listed = listed.assign(user=listed["citizen_id"].isin(users))
    rate = listed.groupby(["sex", "band"])["user"].transform("mean")
    frame = (
        listed.assign(expected=rate)
        .groupby("practice_id")
        .agg(
            observed=("user", "sum"),
            expected=("expected", "sum"),
            n=("user", "size"),
            cluster=("quality_cluster_id", "first"),
            cluster_id=("cluster_id", _most),
        )
        .reset_index()
    )
    return _named(frame, study, year, quality_cluster, group)


def polypharmacy(
    study: Study,
    year: int | None = None,
    *,
    many: int = MANY,
    dispensings: int = 2,
    atc_length: Literal[4, 5, 7] = 5,
    window_days: Literal[120, 365] = 365,
) -> pd.DataFrame:
    """Which listed citizens took many medicines in a year.

    A medicine counts where it was collected at least `dispensings` times within the window, reversals subtracted; medicines are counted once for
    each ATC code of `atc_length` characters. 120 days are the last of the year, and then one collection may be all there is: state `dispensings`.

    Returns
    -------
    DataFrame
        One row a citizen listed with a practice on 1 January: citizen_id, unit (the practice), cluster (quality cluster), cluster_id, kommunekode,
        sex, age, n_medicines (0 = none), polypharmacy (bool: `many` or more). No row where the study has no medicine. `attrs`: unit, year, many.
    """
    if window_days not in (120, 365) or atc_length not in (4, 5, 7):
        raise UsageError("polypharmacy: window_days is 120 or 365 and atc_length is 4, 5 or 7.")
    year = _year(study, year)
    counted = "n_dispensings" if window_days == 365 else "n_last_120"
    use = study.read("medicine_use", ["citizen_id", "atc7", counted], filters=[("year", "==", year)])
    listed = _listed(study, year if len(use) else None)
    use = use.assign(atc=use["atc7"].str[:atc_length]).groupby(["citizen_id", "atc"], as_index=False)[counted].sum()
    medicines = use[use[counted] >= dispensings].groupby("citizen_id").size()
    n = listed["citizen_id"].map(medicines).fillna(0).astype("int64")
    frame = listed.assign(n_medicines=n, polypharmacy=n >= many, unit=listed["practice_id"].astype(str), cluster=listed["quality_cluster_id"])
    frame.attrs = {"outcome": "polypharm", "unit": study.unit, "year": year, "many": many}
    return frame[["citizen_id", "unit", "cluster", "cluster_id", "kommunekode", "sex", "age", "n_medicines", "polypharmacy"]]


def deprescribing(study: Study, group: str, year: int | None = None) -> pd.DataFrame:
    """Users of a medicine group in the year before who collected none of it in `year`, though they lived in the study's area to the end of it.

    Whoever died or moved away before the last month of `year` is not counted at all: that they collected nothing is no deprescribing.

    Returns
    -------
    DataFrame
        One row a practice: unit, observed (users of the year before who stopped), n (users of the year before, listed on 1 January of `year`),
        cluster. No row where the study has no medicine of the year before. `attrs` as in `practices`.
    """
    import datetime

    year = _year(study, year)
    use = study.read("medicine_use", ["citizen_id", "year", "atc7"], filters=[("year", "in", [year - 1, year])])
    use = use[use["atc7"].str.startswith(group)]
    before, now = (set(use.loc[use["year"] == which, "citizen_id"]) for which in (year - 1, year))
    last = datetime.date(year, min(12, study.period[1].month if study.period[1].year == year else 12), 1)
    there = study.read("person_months", ["citizen_id"], filters=[("month", "==", last)])["citizen_id"]
    listed = _listed(study, year if before and now else None)
    users = listed[listed["citizen_id"].isin(before) & listed["citizen_id"].isin(there)]
    stopped = ~users["citizen_id"].isin(now)
    by_practice = users.assign(stopped=stopped).groupby("practice_id")
    frame = by_practice.agg(observed=("stopped", "sum"), n=("stopped", "size"), cluster=("quality_cluster_id", "first"))
    return _named(frame.reset_index(), study, year, None, group)


def _year(study: Study, year: int | None) -> int:
    """The year asked for, or the last whose medicine is there, or the last of the data where there is none at all; DataError for another year."""
    years = sorted(set(study.read("medicine_use", ["year"])["year"]))
    if years and year and year not in years:
        raise DataError(f"No medicine of {year} is available; there is medicine of {', '.join(map(str, years))}.")
    return year or int(years[-1] if years else study.period[1].year)


def _listed(study: Study, year: int | None) -> pd.DataFrame:
    """Who was listed on 1 January of `year`; nobody where there is no year with medicine."""
    listed = study.read("listed", filters=[("year", "==", year)]).drop(columns="year")
    return listed.assign(band=(listed["age"] // AGE_BAND * AGE_BAND).clip(upper=OLDEST_BAND)).reset_index(drop=True)


def _most(values: pd.Series) -> str | None:
    counted = values.value_counts()
    return None if counted.empty else str(counted.index[0])


def _named(frame: pd.DataFrame, study: Study, year: int, quality_cluster: str | None, group: str) -> pd.DataFrame:
    frame = frame.rename(columns={"practice_id": "unit"}).sort_values("unit", ignore_index=True)
    if quality_cluster is not None:
        if quality_cluster not in set(frame["cluster"]):
            raise UsageError(f"Unknown quality cluster {quality_cluster!r}; valid: {', '.join(sorted(set(frame['cluster'].dropna())))}.")
        frame = frame[frame["cluster"] == quality_cluster].reset_index(drop=True)
    frame["unit"] = frame["unit"].astype(str)
    frame.attrs = {"outcome": "prescr_var", "unit": quality_cluster or study.unit, "year": year, "group": group}
    return frame
