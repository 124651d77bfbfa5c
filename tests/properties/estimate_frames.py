"""Small frames for tests of estimators: a region of citizens whose effect is known, drawn or without any chance."""

from __future__ import annotations

import numpy as np
import pandas as pd

MONTHS = pd.date_range("2011-01-01", periods=48, freq="MS")
START = MONTHS[24]


def region(
    seed: int = 1, *, citizens: int = 400, treated_units: int = 3, comparison_units: int = 6, effect: float = 0.7, shock: float = 0.0
) -> pd.DataFrame:
    """person_months of citizens with gamma frailty, who enter late and leave early; the programme multiplies rates by `effect` from START on.

    shock : standard deviation of a random walk of the log rate that hits whole units.
    """
    generator = np.random.default_rng(seed)
    units = treated_units + comparison_units
    unit = np.arange(citizens) % units
    frailty = generator.gamma(0.7, 1 / 0.7, citizens)
    first = np.where(generator.random(citizens) < 0.6, 0, generator.integers(0, 40, citizens))
    last = np.minimum(first + generator.integers(3, 60, citizens), len(MONTHS))
    citizen = np.repeat(np.arange(citizens), last - first)
    month = np.concatenate([np.arange(a, b) for a, b in zip(first, last, strict=True)])
    exposure = generator.choice([15, 28, 30, 31], len(citizen)) / 365.25
    walk = np.cumsum(generator.normal(0, shock, (units, len(MONTHS))), axis=1) if shock else np.zeros((units, len(MONTHS)))
    treated = unit[citizen] < treated_units
    log_rate = 0.2 + 0.01 * month + 0.15 * np.cos(2 * np.pi * month / 12) + walk[unit[citizen], month] + 0.05 * unit[citizen]
    rate = frailty[citizen] * np.exp(log_rate) * np.where(treated & (month >= 24), effect, 1.0)
    frame = pd.DataFrame(
        {
            "citizen_id": citizen + 1000,
            "unit": np.array([f"{700 + code:04d}" for code in range(units)])[unit[citizen]],
            "month": MONTHS[month],
            "events": generator.poisson(rate * exposure),
            "exposure": exposure,
            "treated": treated,
        }
    )
    frame.attrs = {"outcome": "adm_acute", "unit": "vest", "measure_unit": "per_person_year"}
    return frame


def certain_region(step: float = 0.8, yearly: float = 1.1, *, citizens: int = 60, horizon: int = 12) -> pd.DataFrame:
    """person_months whose "events" are their own expectation: unit and month effects, a ratio `step` at START + horizon, `yearly` a year of slope."""
    frame = region(3, citizens=citizens)
    unit = pd.factorize(frame["unit"], sort=True)[0]
    month = ((frame["month"].dt.year - START.year) * 12 + frame["month"].dt.month - START.month).to_numpy()
    log_rate = 1.5 + 0.1 * unit + 0.2 * np.sin(month) + 0.01 * month
    after = frame["treated"].to_numpy() & (month >= 0)
    log_rate = log_rate + after * (np.log(step) + np.log(yearly) * (month - horizon) / 12)
    return frame.assign(events=np.exp(log_rate) * frame["exposure"])


def persons(frame: pd.DataFrame, start: pd.Timestamp = START) -> pd.DataFrame:
    """One row a citizen and period, as the measures give them."""
    rows = frame.assign(after=frame["month"] >= start)
    found = rows.groupby(["citizen_id", "unit", "treated", "after"], as_index=False)[["events", "exposure"]].sum()
    found["cost_dkk"] = found["events"] * 21_000.0 + found["exposure"] * 4_000.0 * (found["citizen_id"] % 7)
    return found


def monthly(frame: pd.DataFrame) -> pd.DataFrame:
    """One row a month, of everybody in the frame."""
    return frame.groupby("month", as_index=False)[["events", "exposure"]].sum()


def clusters(seed: int = 1, *, units: int = 5, effect: float = 0.8, months: int = 30) -> pd.DataFrame:
    """unit x month rows of units that start one after another, with enough events for a log."""
    generator = np.random.default_rng(seed)
    unit, month = np.repeat(np.arange(units), months), np.tile(np.arange(months), units)
    start = np.array([8, 16, 11, 19, 13, 22, 10][:units])[unit]
    exposure = 60.0 + 15 * unit + generator.uniform(0, 4, len(unit))
    rate = np.exp(-0.3 + 0.1 * unit + 0.01 * month) * np.where(month >= start, effect, 1.0)
    stamps = MONTHS[:months]
    return pd.DataFrame(
        {
            "unit": [f"cluster {code}" for code in unit],
            "month": stamps[month],
            "events": generator.poisson(rate * exposure),
            "exposure": exposure,
            "start": stamps[start],
        }
    )
