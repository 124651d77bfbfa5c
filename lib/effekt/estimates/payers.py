"""Who pays: a ledger in which transfers between payers cancel, and the programme's cost per citizen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import claims, frames
from effekt.estimates.estimate import Estimate

OERE = 100.0


@dataclass(frozen=True)
class Ledger:
    """What `payer_ledger` found.

    payers : frame payer, services, paid_to_others, received, borne, share; kroner. `borne` = services + paid_to_others - received.
    total : kroner of services; what the payers bear adds up to it, because transfers cancel. transferred : kroner moved between payers.
    """

    payers: pd.DataFrame
    total: float
    transferred: float


def payer_ledger(services: pd.DataFrame, transfers: pd.DataFrame | None = None) -> Ledger:
    """What each payer bears of the cost of services, after payments between payers such as municipal co-financing.

    A transfer is no cost to society: it moves a cost from one payer to another and is netted out of the total. Amounts are added up in oere
    where both frames give `amount_oere` (exact), otherwise in kroner.

    Parameters
    ----------
    services : DataFrame
        One row a service or a sum of them: payer, and amount_dkk or amount_oere (negative = a reversal).
    transfers : DataFrame
        One row a payment: payer_from, payer_to, and amount_dkk or amount_oere, >= 0. None = no transfers.

    Returns
    -------
    Ledger
        Payers in alphabetical order; one that only pays or receives transfers is there too. share is of the total (0 where the total is 0).

    Raises
    ------
    DataError
        A column is missing or not finite, a transfer is negative, or somebody pays himself.
    """
    amount = _amount(services, ("payer",), "service", None)
    rows = [pd.DataFrame({"payer": _names(services, "payer"), "services": amount, "paid_to_others": 0.0, "received": 0.0})]
    if transfers is not None and len(transfers):
        moved = _amount(transfers, ("payer_from", "payer_to"), "transfer", 0)
        source, target = _names(transfers, "payer_from"), _names(transfers, "payer_to")
        same = int(np.sum(source == target))
        if same:
            raise DataError(f"payer_from and payer_to are the same in {same} rows. A transfer goes from one payer to another.")
        rows.append(pd.DataFrame({"payer": source, "services": 0.0, "paid_to_others": moved, "received": 0.0}))
        rows.append(pd.DataFrame({"payer": target, "services": 0.0, "paid_to_others": 0.0, "received": moved}))
    oere = pd.concat(rows, ignore_index=True).groupby("payer", as_index=False, sort=True).sum()
    oere["borne"] = oere["services"] + oere["paid_to_others"] - oere["received"]
    total = float(oere["services"].sum())
    share = oere["borne"] / total if total else 0.0 * oere["borne"]
    money = oere[["services", "paid_to_others", "received", "borne"]] / OERE
    return Ledger(pd.concat([oere[["payer"]], money, share.rename("share")], axis=1), total / OERE, float(oere["received"].sum()) / OERE)


def programme_cost_per_citizen(funding: pd.DataFrame, *, citizens: float, years: float = 1.0) -> Estimate:
    """Kroner that the programme itself costs a citizen of its target group and year.

    The sum of the grants and own payments in `funding`, divided by `citizens` x `years`. Give only the money meant for these citizens: a
    national frame divided by one region's citizens is no cost of anybody.

    Parameters
    ----------
    funding : DataFrame
        One row a grant share: dkk (or amount_dkk, amount_oere), >= 0, and optionally funding_id; a funding_id may occur once only.
    citizens : mean number of citizens in the target group, > 0. years : length of the funded period, > 0.

    Returns
    -------
    Estimate
        scale mean, without interval: it is an account, not a sample. Claim descriptive.

    Raises
    ------
    DataError
        A column is missing, not finite or negative, a funding_id occurs twice, or citizens or years is not above 0.
    """
    if not (np.isfinite(citizens) and np.isfinite(years) and citizens > 0 and years > 0):
        raise DataError("citizens and years must be above 0: there is nobody to share the cost among.")
    frame = funding.rename(columns={"dkk": "amount_dkk"}) if "dkk" in getattr(funding, "columns", ()) else funding
    amount = _amount(frame, (), "grant share", 0) / OERE
    if "funding_id" in frame:
        twice = int(frame["funding_id"].duplicated().sum())
        if twice:
            raise DataError(f"{twice} rows repeat a funding_id: the same grant would be counted twice.")
    grade = claims.level_only()
    estimate = Estimate(
        "mean", float(amount.sum()) / (citizens * years), None, None, "programme_account", grade.claim, grade.contrast, reasons=grade.reasons,
        n_citizens=int(round(citizens)), exposure=citizens * years, facts={"programme_total": float(amount.sum())},
    )  # fmt: skip
    return frames.named(estimate, funding)


def _amount(frame: pd.DataFrame, columns: tuple[str, ...], what: str, minimum: float | None) -> np.ndarray:
    """Amounts in oere."""
    column = "amount_oere" if "amount_oere" in getattr(frame, "columns", ()) else "amount_dkk"
    frames.require(frame, (*columns, column), what=what)
    values = frames.numbers(frame, column, minimum=minimum)
    return values if column == "amount_oere" else np.round(values * OERE, 6)


def _names(frame: pd.DataFrame, column: str) -> np.ndarray:
    code, labels = frames.codes(frame, column)
    return np.asarray([str(label) for label in labels], dtype=object)[code]
