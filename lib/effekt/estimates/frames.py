"""What an estimator may ask of a frame, and what it says when the frame is not so: which column, how many rows, what to do.

No message holds a value of a row; rows are named by their place in the frame (0 = first).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates.estimate import Estimate


def require(frame: pd.DataFrame, columns: Iterable[str], *, what: str) -> None:
    """Raise DataError unless `frame` is a non-empty DataFrame with all `columns`; `what` says one row is a ..."""
    if not isinstance(frame, pd.DataFrame):
        raise DataError(f"A DataFrame with one row a {what} is needed, not a {type(frame).__name__}.")
    wanted = list(columns)
    missing = [column for column in wanted if column not in frame.columns]
    if missing:
        raise DataError(
            f"The frame (one row a {what}) lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}. "
            f"Needed: {', '.join(wanted)}. Found: {', '.join(map(str, frame.columns)) or 'none'}. Rename or add them."
        )
    if frame.empty:
        raise DataError(f"The frame (one row a {what}) has no rows: nothing can be estimated.")


def _places(bad: np.ndarray) -> str:
    places = np.flatnonzero(bad)
    shown = ", ".join(str(place) for place in places[:5])
    return f"{len(places)} of {len(bad)} rows (place {shown}{', ...' if len(places) > 5 else ''})"


def numbers(frame: pd.DataFrame, column: str, *, minimum: float | None = None, above: float | None = None) -> np.ndarray:
    """The column as float64, all finite, >= `minimum` and > `above` where given; DataError otherwise."""
    given = frame[column]
    if isinstance(given, pd.DataFrame):
        raise DataError(f"The column {column} occurs more than once. Keep one of them.")
    if pd.api.types.is_datetime64_any_dtype(given.dtype) or pd.api.types.is_timedelta64_dtype(given.dtype):
        raise DataError(f"The column {column} holds dates or durations, and a number is needed: for time, the days since a start.")
    try:
        values = given.to_numpy(dtype="float64", na_value=np.nan)
    except (TypeError, ValueError):
        raise DataError(f"The column {column} holds something that is not a number (type {given.dtype}). Convert it first.") from None
    for bad, fault, remedy in (
        (np.isnan(values), "is missing", "Drop those rows with a stated reason, or fill them"),
        (np.isinf(values), "is infinite", "Find the division by zero behind it"),
        (values < minimum if minimum is not None else None, f"is below {minimum:g}" if minimum is not None else "", "Correct the sign"),
        (values <= above if above is not None else None, f"is not above {above:g}" if above is not None else "", "Leave out what has no exposure"),
    ):
        if bad is not None and bad.any():
            raise DataError(f"{column} {fault} in {_places(bad)}. {remedy}; an estimate from the rest would hide it.")
    return values


def flags(frame: pd.DataFrame, column: str) -> np.ndarray:
    """The column as bool; 0 and 1 are taken as False and True, anything else (and a missing value) is a DataError."""
    given = frame[column]
    if given.dtype == bool:
        return given.to_numpy()
    values = numbers(frame, column)
    bad = (values != 0) & (values != 1)
    if bad.any():
        raise DataError(f"{column} is neither true nor false in {_places(bad)}. It must be bool, or 0 and 1.")
    return values == 1


def codes(frame: pd.DataFrame, column: str) -> tuple[np.ndarray, np.ndarray]:
    """The column as integer codes in sorted order of its values, and those values; a missing value is a DataError."""
    given = frame[column]
    if isinstance(given.dtype, pd.CategoricalDtype):
        given = given.astype(given.cat.categories.dtype)
    code, labels = pd.factorize(given, sort=True)
    bad = code < 0
    if bad.any():
        raise DataError(f"{column} is missing in {_places(bad)}. Every row must say which {column} it is about.")
    return code.astype(np.int64), np.asarray(labels)


def month_numbers(values: pd.Series | Sequence, column: str = "month") -> np.ndarray:
    """Months as integers (12 x year + month - 1) of a column of dates; a missing or unreadable date is a DataError."""
    series = pd.Series(values) if not isinstance(values, pd.Series) else values
    if isinstance(series.dtype, pd.PeriodDtype):
        series = series.dt.to_timestamp()
    if isinstance(series.dtype, pd.DatetimeTZDtype):
        series = series.dt.tz_localize(None)
    if not pd.api.types.is_datetime64_any_dtype(series.dtype):
        if pd.api.types.is_numeric_dtype(series.dtype):
            raise DataError(f"{column} holds numbers, not dates. Give the first day of each month as a datetime.")
        try:
            series = pd.to_datetime(series, format="ISO8601")
        except (TypeError, ValueError):
            raise DataError(f"{column} holds something that is not a date. Give the first day of each month as a datetime.") from None
    missing = series.isna().to_numpy()
    if missing.any():
        raise DataError(f"{column} is missing in {_places(missing)}. Every row must say which month it is about.")
    return series.to_numpy().astype("datetime64[M]").astype(np.int64) + 1970 * 12


def month_number(moment: pd.Timestamp | pd.Period | str) -> int:
    """One moment as the integer of its month, on the scale of `month_numbers`."""
    stamp = moment.to_timestamp() if isinstance(moment, pd.Period) else pd.Timestamp(moment)
    if stamp is pd.NaT:
        raise DataError("A month is missing where one is needed (start, or a contaminated period).")
    return stamp.year * 12 + stamp.month - 1


def month_stamps(numbers: np.ndarray) -> pd.DatetimeIndex:
    """The first days of months given on the scale of `month_numbers`."""
    return pd.DatetimeIndex((np.asarray(numbers, dtype=np.int64) - 1970 * 12).astype("datetime64[M]").astype("datetime64[s]"))


def check_months(months: np.ndarray) -> None:
    """Raise DataError unless the months are each there once, without a gap between the first and the last."""
    distinct = np.unique(months)
    if len(distinct) < len(months):
        raise DataError(f"{len(months) - len(distinct)} months occur more than once. Add up their events and exposure: one row a month.")
    gap = int(distinct[-1] - distinct[0] + 1 - len(distinct))
    if gap:
        first = np.setdiff1d(np.arange(distinct[0], distinct[-1] + 1), distinct)[0]
        raise DataError(
            f"{gap} months between the first and the last are missing (the first missing one is {first // 12}-{first % 12 + 1:02d}). "
            "A month without events is a row with events 0, not a missing row."
        )


def check_level(level: float) -> None:
    """Raise DataError unless 0 < level < 1."""
    if not 0 < level < 1:
        raise DataError(f"level is {level:g}; it must lie between 0 and 1, for instance 0.95.")


def is_count(frame: pd.DataFrame, events: np.ndarray) -> bool:
    """Whether `events` are counts: whole numbers in a frame that does not say they are kroner."""
    money = str(frame.attrs.get("measure_unit", "")).startswith("dkk")
    return not money and bool(np.all(events == np.floor(events)))


def named(estimate: Estimate, frame: pd.DataFrame) -> Estimate:
    """The estimate with the outcome, unit and measure unit that the frame carries in `attrs`."""
    return estimate.named(
        outcome=str(frame.attrs.get("outcome", "") or ""),
        unit=str(frame.attrs.get("unit", "") or ""),
        measure_unit=str(frame.attrs.get("measure_unit", "") or ""),
    )
