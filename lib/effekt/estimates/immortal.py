"""Immortal time: time before enrolment in which the enrolled could not have had the event, counted as if they were exposed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import claims, frames, intervals
from effekt.estimates.estimate import Estimate

DAYS = 365.25


@dataclass(frozen=True)
class ImmortalTime:
    """What `immortal_time_audit` found.

    immortal_years : person-years between entry and enrolment of those who were enrolled later: nobody in them could have had the event before
    being enrolled. share : of all time that the naive contrast counts as exposed. naive, split : ratio of event rates, enrolled / not, with that
    time counted as exposed (wrong) and as not exposed (right). bias : naive / split, None where one of them has no value. n_enrolled, n_late.
    """

    immortal_years: float
    share: float
    naive: Estimate
    split: Estimate
    bias: float | None
    n_enrolled: int
    n_late: int


def immortal_time_audit(persons: pd.DataFrame, *, entry: str, exit: str, enrolled: str, event: str, level: float = 0.95) -> ImmortalTime:
    """How much a contrast of enrolled and not enrolled gains from time in which the enrolled could not have had the event.

    Both ratios are of events per person-year, errors by citizen (no factor, normal on the log scale).

    Parameters
    ----------
    persons : DataFrame
        One row a citizen: entry and exit (dates, or numbers of days; exit after entry), enrolled (date or number; missing = never; at or before
        entry = exposed from entry), event (bool: whether the follow-up ended with the event).
    level : level of the interval, both ends included.

    Returns
    -------
    ImmortalTime
        Claim descriptive; the naive ratio carries the caution immortal_time where there is any.

    Raises
    ------
    DataError
        A column is missing, exit is not after entry, enrolment after exit, or nobody or everybody is enrolled.

    References
    ----------
    .. [1] Suissa (2008). Am J Epidemiol 167:492-499.
    """
    frames.check_level(level)
    frames.require(persons, (entry, exit, enrolled, event), what="citizen")
    begin, end = _days(persons, entry), _days(persons, exit)
    joined = _days(persons, enrolled, missing_allowed=True)
    happened = frames.flags(persons, event)
    short, late = end <= begin, np.isfinite(joined) & (joined > end)
    if short.any() or late.any():
        raise DataError(
            f"{exit} is not after {entry} in {int(short.sum())} rows, and {enrolled} is after {exit} in {int(late.sum())}. Correct the dates."
        )
    ever = np.isfinite(joined)
    if ever.all() or not ever.any():
        raise DataError(f"{'Everybody' if ever.all() else 'Nobody'} is enrolled: there is nobody to compare with.")
    waiting = np.where(ever, np.maximum(joined - begin, 0.0), 0.0) / DAYS
    years = (end - begin) / DAYS
    naive = _ratio(happened, ever * years, ~ever * years, ever, level, ("immortal_time",) if waiting.sum() > 0 else (), len(persons))
    split = _ratio(happened, ever * (years - waiting), ~ever * years + waiting, ever, level, (), len(persons))
    bias = naive.value / split.value if naive.value is not None and split.value else None
    return ImmortalTime(
        float(waiting.sum()), float(waiting.sum() / (ever * years).sum()), frames.named(naive, persons), frames.named(split, persons), bias,
        int(ever.sum()), int((waiting > 0).sum()),
    )  # fmt: skip


def check_exposed_time(person_time: pd.DataFrame, *, start: str, treated: str, enrolled: str) -> None:
    """Raise DataError where a row of person-time counts as treated before its citizen was enrolled (or who never was): immortal time.

    person_time : one row a stretch of time: start (date or number of days), treated (bool), enrolled (date or number; missing = never).

    Parameters
    ----------
    person_time : DataFrame
        One row a stretch of time.
    start, treated, enrolled : its columns: start (date or number of days), treated (bool), enrolled (date or number; missing = never).

    Returns
    -------
    None
        Nothing, where all is well.

    Raises
    ------
    DataError
        A row counts time before enrolment as treated; a column is missing or not of its kind.
    """
    frames.require(person_time, (start, treated, enrolled), what="stretch of time")
    joined = _days(person_time, enrolled, missing_allowed=True)
    bad = frames.flags(person_time, treated) & ~(_days(person_time, start) >= joined)
    if bad.any():
        raise DataError(
            f"{int(bad.sum())} of {len(bad)} rows count time before enrolment as treated (immortal time). Split the rows at the enrolment."
        )


def _days(frame: pd.DataFrame, column: str, missing_allowed: bool = False) -> np.ndarray:
    given = frame[column]
    missing = given.isna().to_numpy()
    if missing.any() and not missing_allowed:
        raise DataError(f"{column} is missing in {int(missing.sum())} of {len(missing)} rows. Every citizen needs one.")
    out = np.full(len(given), np.inf)
    kept = given[~missing]
    if pd.api.types.is_numeric_dtype(given.dtype):
        out[~missing] = frames.numbers(frame.loc[~missing], column)
        return out
    try:
        out[~missing] = pd.to_datetime(kept, format="ISO8601").to_numpy().astype("datetime64[s]").astype(np.int64) / 86_400
    except (TypeError, ValueError):
        raise DataError(f"{column} holds something that is neither a date nor a number of days.") from None
    return out


def _ratio(
    happened: np.ndarray, exposed: np.ndarray, other: np.ndarray, ever: np.ndarray, level: float, cautions: tuple[str, ...], n: int
) -> Estimate:
    grade = claims.two_groups()
    fields: dict[str, Any] = {
        "method": "poisson_by_citizen", "claim": grade.claim, "contrast": grade.contrast, "reasons": grade.reasons, "n_citizens": n,
        "n_events": int(happened.sum()), "exposure": float((exposed + other).sum()), "level": level,
    }  # fmt: skip
    a, b = float((happened & ever).sum()), float((happened & ~ever).sum())
    if min(a, b) == 0 or min(exposed.sum(), other.sum()) <= 0:
        return Estimate("ratio", None, None, None, cautions=(*cautions, "zero_events"), **fields)
    rates = a / exposed.sum(), b / other.sum()
    influence = ((happened & ever) - rates[0] * exposed) / a - ((happened & ~ever) - rates[1] * other) / b
    return intervals.ratio(math.log(rates[0] / rates[1]), math.sqrt(float(np.sum(influence**2))), cautions=cautions, **fields)
