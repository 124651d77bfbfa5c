"""Days alive and at home in a window after a starting day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import claims, frames
from effekt.estimates.estimate import Estimate
from effekt.estimates.intervals import difference

METHOD = "days_at_home"


@dataclass(frozen=True)
class HomeDays:
    """What `days_alive_at_home` found.

    by_citizen : frame citizen_id, home, away, dead (days; they add up to the window), in the order of the persons that were followed.
    mean : mean days at home. difference : treated - comparison, None where the persons have no column of that name.
    """

    by_citizen: pd.DataFrame
    mean: Estimate
    difference: Estimate | None


def days_alive_at_home(persons: pd.DataFrame, away: pd.DataFrame, *, days: int = 180, treated: str = "treated", level: float = 0.95) -> HomeDays:
    """Mean number of days alive and outside institutions in the `days` days from each citizen's starting day.

    Death is not a censoring: the days after it count as days not at home, so that a programme gains nothing by deaths. Days are counted
    half-open: the window is [start, start + days), a stay [start, end) is away for the midnights it covers, and a stay that begins and
    ends on one day takes none. Overlapping stays count once. The day of death is not a day at home.

    Parameters
    ----------
    persons : one row a citizen: citizen_id, start (date), death (date, missing = alive); followed_to (date: the data know everything
        before it) where citizens may have left the data; `treated` (bool or 0/1) where two arms are to be compared. Where followed_to is the end
        of the data, of those who start less than the window before it the dead alone are followed (a death ends the following), the living are
        left out, and the mean is too low, more so in the arm that starts later: give only starting days with the whole window before that end,
        as `measures.home_days` does.
    away : one row a stay in hospital or in a temporary place: citizen_id, start, end (dates or timestamps; end missing = not ended yet).
        Stays of others and stays outside the window count nothing. No stay at all is a frame without rows.
    days : length of the window.
    level : level of the interval, both ends included.

    Returns
    -------
    HomeDays
        Intervals are normal around the mean (one value a citizen; the arms with unequal variances). Citizens who are alive but not
        followed for the whole window are left out with the caution followed_too_short and the fact n_left_out. The claim is descriptive.

    Raises
    ------
    DataError
        A column is missing, a date cannot be read, a citizen occurs twice in persons or died before the start, a stay ends before it
        begins, nobody was followed for the whole window, or one arm is empty.

    References
    ----------
    .. [1] Groff, Colla, Lee (2016). N Engl J Med 375:1610-1612 (days spent at home).
    """
    frames.check_level(level)
    if days < 1:
        raise DataError(f"days is {days}; the window needs at least one day.")
    frames.require(persons, ["citizen_id", "start", "death"], what="citizen")
    citizen, labels = frames.codes(persons, "citizen_id")
    if len(labels) < len(citizen):
        raise DataError(f"{len(citizen) - len(labels)} rows of persons repeat a citizen. Give each citizen one starting day.")
    start = _days(persons, "start", missing=False)
    death = _days(persons, "death", missing=True)
    early = int(np.sum(death < start))
    if early:
        raise DataError(f"death is before start in {early} of {len(start)} rows. The dead have no days to count.")
    last = start + days
    followed = np.minimum(death, last) <= (_days(persons, "followed_to", missing=True) if "followed_to" in persons.columns else np.inf)
    if not followed.any():
        raise DataError(f"None of the {len(start)} citizens was followed for {days} days. Take a shorter window or earlier starting days.")
    end = np.minimum(death, last)
    absent = _away(away, labels, citizen, start, end)
    alive = end - start
    found = pd.DataFrame({"citizen_id": persons["citizen_id"].to_numpy(), "home": alive - absent, "away": absent, "dead": days - alive})
    short = int((~followed).sum())
    values = found.loc[followed, "home"].to_numpy()
    cautions, facts = (("followed_too_short",), {"n_left_out": short}) if short else ((), {})
    level_grade, arms_grade = claims.level_only(), claims.two_groups()
    common = {"method": METHOD, "level": level, "cautions": cautions, "facts": {**facts, "days": days}, "n_citizens": len(values)}
    mean = difference(
        values.mean(), _error(values), scale="mean", claim=level_grade.claim, contrast=level_grade.contrast, reasons=level_grade.reasons, **common
    )
    told = None
    if treated in persons.columns:
        flag = frames.flags(persons, treated)[followed]
        if flag.all() or not flag.any():
            raise DataError(f"{treated} is {'true' if flag.all() else 'false'} for everybody followed: there is no other arm to compare with.")
        one, other = values[flag], values[~flag]
        se = float(np.hypot(_error(one), _error(other))) if min(len(one), len(other)) > 1 else 0.0
        told = difference(one.mean() - other.mean(), se, claim=arms_grade.claim, contrast=arms_grade.contrast, reasons=arms_grade.reasons, **common)
        told = frames.named(told, persons)
    return HomeDays(found[followed].reset_index(drop=True), frames.named(mean, persons), told)


def _error(values: np.ndarray) -> float:
    return float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0


def _days(frame: pd.DataFrame, column: str, *, missing: bool) -> np.ndarray:
    """Dates as whole days since 1970 (float; inf where missing and that is allowed)."""
    given = frame[column]
    if pd.api.types.is_numeric_dtype(given.dtype) and not given.isna().all():
        raise DataError(f"{column} holds numbers, not dates. Give datetimes.")
    try:
        dates = pd.to_datetime(given, format="ISO8601")
    except (TypeError, ValueError):
        raise DataError(f"{column} holds something that is not a date. Give datetimes.") from None
    empty = dates.isna().to_numpy()
    if empty.any() and not missing:
        raise DataError(f"{column} is missing in {int(empty.sum())} of {len(empty)} rows. Every row needs this date.")
    whole = dates.to_numpy().astype("datetime64[D]").astype(np.int64).astype(float)
    whole[empty] = np.inf
    return whole


def _away(away: pd.DataFrame, labels: np.ndarray, citizen: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Days of each person's window that are covered by at least one stay."""
    if not isinstance(away, pd.DataFrame) or not {"citizen_id", "start", "end"} <= set(away.columns):
        raise DataError("away must be a DataFrame with the columns citizen_id, start and end; without rows where nobody was away.")
    if away.empty:
        return np.zeros(len(start))
    from_day, to_day = _days(away, "start", missing=False), _days(away, "end", missing=True)
    backward = int(np.sum(to_day < from_day))
    if backward:
        raise DataError(f"end is before start in {backward} of {len(away)} stays. Correct or leave out those stays.")
    row_of = np.empty(len(labels), dtype=np.int64)
    row_of[citizen] = np.arange(len(citizen))
    known = pd.Index(labels).get_indexer(away["citizen_id"])
    inside = known >= 0
    row = row_of[known[inside]]
    begin, leave = np.maximum(from_day[inside], start[row]), np.minimum(to_day[inside], end[row])
    kept = leave > begin
    row, begin, leave = row[kept], begin[kept], leave[kept]
    if not len(row):
        return np.zeros(len(start))
    order = np.lexsort((begin, row))
    row, begin, leave = row[order], begin[order], leave[order]
    span = float(leave.max() - begin.min()) + 1.0
    reached = np.maximum.accumulate(leave + row * span) - row * span
    before = np.concatenate([[-np.inf], reached[:-1]])
    before[np.concatenate([[True], row[1:] != row[:-1]])] = -np.inf
    new = np.maximum(leave - np.maximum(begin, before), 0.0)
    return np.bincount(row, new, len(start))
