"""The data period as whole numbers: months, quarters, days and minutes since its first day, and ISO weeks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

MINUTES = 1440
NEVER = 10**8   # a day or a minute that does not come


@dataclass(frozen=True)
class Calendar:
    """Days are counted from the first day of the period, months and quarters from its first month (which opens a year)."""

    first_month: str
    n_months: int

    @cached_property
    def first_day(self) -> np.datetime64:
        return np.datetime64(self.first_month, "M").astype("datetime64[D]")

    @cached_property
    def month_dates(self) -> np.ndarray:
        """First days of the months, datetime64[D], one more than there are months."""
        first = np.datetime64(self.first_month, "M")
        return (first + np.arange(self.n_months + 1)).astype("datetime64[D]")

    @cached_property
    def month_start(self) -> np.ndarray:
        """Day on which each month starts; one more than there are months, so that the last is the end of the period."""
        return (self.month_dates - self.first_day).astype(np.int32)

    @cached_property
    def month_length(self) -> np.ndarray:
        return np.diff(self.month_start).astype(np.int32)

    @property
    def n_days(self) -> int:
        return int(self.month_start[-1])

    @property
    def n_quarters(self) -> int:
        return -(-self.n_months // 3)

    @cached_property
    def quarter_start(self) -> np.ndarray:
        return self.month_start[: self.n_months : 3]

    @cached_property
    def year_of_month(self) -> np.ndarray:
        return self.month_dates[:-1].astype("datetime64[Y]").astype(int) + 1970

    @cached_property
    def month_of_year(self) -> np.ndarray:
        """0 for January. Shape (months,)."""
        return self.month_dates[:-1].astype("datetime64[M]").astype(int) % 12

    @cached_property
    def month_of_day(self) -> np.ndarray:
        return np.repeat(np.arange(self.n_months, dtype=np.int16), self.month_length)

    @cached_property
    def years(self) -> np.ndarray:
        return np.unique(self.year_of_month)

    @cached_property
    def year_of_day(self) -> np.ndarray:
        return self.year_of_month[self.month_of_day]

    @cached_property
    def thursdays(self) -> np.ndarray:
        """Days that are the Thursday of an ISO week, in order: the year and the month of a week are those of its Thursday."""
        weekday = (self.first_day.astype("datetime64[D]").astype(int) + 3) % 7   # 1970-01-01 was a Thursday (3)
        return np.arange((3 - weekday) % 7, self.n_days, 7, dtype=np.int32)

    @cached_property
    def iso_weeks(self) -> tuple[np.ndarray, np.ndarray]:
        """ISO year and ISO week of each of `thursdays`."""
        dates = self.first_day + self.thursdays
        year = dates.astype("datetime64[Y]")
        week = (dates - year.astype("datetime64[D]")).astype(int) // 7 + 1
        return year.astype(int) + 1970, week

    def dates(self, days: np.ndarray) -> np.ndarray:
        """Days as datetime64[D]."""
        return self.first_day + np.asarray(days).astype("timedelta64[D]")
