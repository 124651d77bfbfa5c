"""What everybody cost, and who paid, in the last whole year of the data: the frames of descriptions that need no contrast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from effekt.measures.frames import DAYS_A_YEAR
from effekt.measures.units import rows_of_unit
from effekt.study import Study

if TYPE_CHECKING:
    import pandas as pd

MONTHS = 12
OERE = 100.0


def year_costs(study: Study, outcome: str = "cost_total") -> pd.DataFrame:
    """Every citizen of the run's unit in the last twelve fully registered months of the data, and what each cost in them.

    Returns
    -------
    DataFrame
        `citizen_id`, `cost_dkk` (sum over the months, fixed prices; 0 = no cost), `exposure` (person-years alive and resident). A citizen who died,
        moved or reached the age during the year is there with the time that he or she has. `attrs`: outcome, unit, measure_unit, and `first_month`
        and `last_month`. No rows where nobody lives, or where the outcome is not registered.

    Raises
    ------
    UsageError
        Unknown outcome. DataError: the derived table is missing or damaged, or the delivery has no data for the outcome.
    """
    first, last = last_year(study, outcome)
    rows = rows_of_unit(study, "cost_months", ["citizen_id", "days", outcome], _within(first, last)).dropna(subset=[outcome])
    sums = rows.groupby("citizen_id", as_index=False).sum()
    frame = sums.assign(cost_dkk=sums[outcome] / OERE, exposure=sums["days"] / DAYS_A_YEAR)[["citizen_id", "cost_dkk", "exposure"]]
    about = {"outcome": outcome, "unit": study.unit, "measure_unit": study.outcome(outcome).unit}
    frame.attrs = about | {"first_month": first, "last_month": last}
    return frame


def payers(study: Study) -> pd.DataFrame:
    """Who paid for which services in the same twelve months, and which payer paid another a share of it afterwards.

    Returns
    -------
    DataFrame
        One row a sector, type of service and payer: `sector`, `service_type`, `payer`, `amount_dkk` (fixed prices, reversals subtracted),
        `payer_from` (the payer who co-financed it; missing where no rule holds), `transfer_dkk` (what that payer paid; in no amount). `attrs`: unit,
        first_month, last_month, n_citizens and exposure (person-years) of everybody who lived there, also those for whom nothing was paid.

    Raises
    ------
    DataError
        A derived table is missing or damaged.
    """
    first, last = last_year(study, "cost_total")
    within = _within(first, last)
    columns = ["sector", "service_type", "payer", "transfer_from", "amount_fixed_oere", "transfer_fixed_oere"]
    rows = rows_of_unit(study, "payer_months", columns, within)
    keys = ["sector", "service_type", "payer", "transfer_from"]
    sums = rows.groupby(keys, as_index=False, dropna=False).sum()
    frame = sums.assign(amount_dkk=sums["amount_fixed_oere"] / OERE, transfer_dkk=sums["transfer_fixed_oere"] / OERE)
    frame = frame.rename(columns={"transfer_from": "payer_from"})[["sector", "service_type", "payer", "amount_dkk", "payer_from", "transfer_dkk"]]
    people = rows_of_unit(study, "cost_months", ["citizen_id", "days"], within)
    counted = {"n_citizens": int(people["citizen_id"].nunique()), "exposure": float(people["days"].sum()) / DAYS_A_YEAR}
    frame.attrs = {"unit": study.unit, "first_month": first, "last_month": last, **counted}
    return frame


def co_financing(paid: pd.DataFrame) -> pd.DataFrame:
    """The payments between payers in a frame of `payers`, as `estimates.payer_ledger` takes them: `payer_from`, `payer_to`, `amount_dkk`."""
    moved = paid[paid["payer_from"].notna() & (paid["transfer_dkk"] > 0)]
    return moved[["payer_from", "payer", "transfer_dkk"]].rename(columns={"payer": "payer_to", "transfer_dkk": "amount_dkk"}).reset_index(drop=True)


def last_year(study: Study, outcome: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last of the last twelve months in which `outcome` is fully registered."""
    import pandas as pd

    last = study.last_complete_month(outcome)
    return last - pd.DateOffset(months=MONTHS - 1), last


def _within(first: pd.Timestamp, last: pd.Timestamp) -> list[tuple[str, str, Any]]:
    return [("month", ">=", first.date()), ("month", "<=", last.date())]
