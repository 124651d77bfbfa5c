"""Prices of the simulated years: wages and prices drift, so that only fixed prices can be compared over time."""

from __future__ import annotations

import numpy as np

HOUR_DKK = {"personal_care": 415.0, "practical_help": 352.0}   # one hour of home care delivered, 2013
WAGES = 1.021


def price_index(years: np.ndarray) -> np.ndarray:
    """Price and wage index of each year, 2013 = 100, one decimal."""
    return np.round(100 * 1.017 ** (np.asarray(years) - 2013.0), 1)


def hour_oere(service: str, years: np.ndarray) -> np.ndarray:
    """Cost of an hour of home care in each year, nominal, in oere (whole kroner)."""
    return (np.round(HOUR_DKK[service] * WAGES ** (np.asarray(years) - 2013.0)) * 100).astype(np.int64)


def in_fixed_prices(amount_oere: np.ndarray, year: np.ndarray, price_year: int) -> np.ndarray:
    """Nominal oere of `year` in oere of `price_year`, rounded half up, in whole numbers only."""
    tenths = np.round(price_index(year) * 10).astype(np.int64)
    return rounded_quotient(amount_oere * round(float(price_index(np.array(price_year))) * 10), tenths)


def rounded_quotient(over: np.ndarray, under: np.ndarray | int) -> np.ndarray:
    """Whole numbers divided and rounded half up."""
    return (2 * over + under) // (2 * under)
