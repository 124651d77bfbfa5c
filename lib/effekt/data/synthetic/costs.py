"""Cost straight from a simulated region, without files: what `prepare` must give for the delivery of that region."""

from __future__ import annotations

import numpy as np

from effekt.data.synthetic.calendar import MINUTES
from effekt.data.synthetic.contacts import draw_contacts
from effekt.data.synthetic.prices import hour_oere, in_fixed_prices, rounded_quotient
from effekt.data.synthetic.region import Region
from effekt.data.synthetic.services import draw_home_care, draw_practice

SECTORS = ("cost_hosp", "cost_prac", "cost_mun")


def cost_cells(region: Region) -> dict[str, np.ndarray]:
    """Cost by sector and in all (`cost_total`), oere in fixed prices, citizens x months, whether in target or not.

    Hospital contacts count in the month they end (those still open: the last month), the others in the month of their week's Thursday.
    """
    spec, calendar = region.spec, region.spec.calendar
    shape = region.citizens.days.shape
    month_of_week = calendar.month_of_day[calendar.thursdays].astype(np.int64)
    year_of_week = calendar.year_of_month[month_of_week]

    def add(citizen: np.ndarray, month: np.ndarray, oere: np.ndarray, year: np.ndarray) -> np.ndarray:
        sums = np.bincount(citizen * shape[1] + month, in_fixed_prices(oere, year, spec.price_year), shape[0] * shape[1])
        return sums.astype(np.int64).reshape(shape)   # exact: sums of whole oere stay far below 2**53

    contacts = draw_contacts(region)
    day = np.minimum(contacts.end // MINUTES, calendar.n_days - 1)
    practice, care = draw_practice(region), draw_home_care(region)
    year = year_of_week[care.week]
    hourly = {"personal_care": care.personal_minutes, "practical_help": care.practical_minutes}
    municipal = [
        add(care.citizen, month_of_week[care.week], rounded_quotient(minutes * hour_oere(service, year), 60), year)
        for service, minutes in hourly.items()
    ]
    costs = {
        "cost_hosp": add(contacts.citizen, calendar.month_of_day[day].astype(np.int64), contacts.price_dkk * 100, calendar.year_of_day[day]),
        "cost_prac": add(practice.citizen, month_of_week[practice.week], practice.fee_oere, year_of_week[practice.week]),
        "cost_mun": municipal[0] + municipal[1],
    }
    return {**costs, "cost_total": sum(costs[sector] for sector in SECTORS)}
