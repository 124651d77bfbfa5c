"""Results about money, made by hand: who pays, who costs most, the last year of life, the programme's own cost, and whether it is worth it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from effekt import report
from effekt.estimates.estimate import Estimate
from effekt.measures.programme_money import ProgrammeCosts
from effekt.report.results import Result
from effekt.study import Study

YEAR = {"first_month": pd.Timestamp(2016, 1, 1), "last_month": pd.Timestamp(2016, 12, 1)}
EFFECTS = ("adm_acute_medical", "beddays")


def paid(n_citizens: int = 2000, *, medicine: bool = True, rule: str | None = "municipality") -> pd.DataFrame:
    """Who paid for what in a year: `measures.payers`."""
    rows = [
        ("hospital", "drg_inpatient", "region", 40e6, rule, 9e6 if rule else 0.0),
        ("practice", "gp", "region", 2e6, rule, 0.2e6 if rule else 0.0),
        ("municipality", "personal_care", "municipality", 30e6, None, 0.0),
        *([("medicine", "medicine", "region", 1e6, None, 0.0), ("medicine", "medicine_copayment", "citizen", 0.4e6, None, 0.0)] if medicine else []),
    ]
    frame = pd.DataFrame(rows, columns=["sector", "service_type", "payer", "amount_dkk", "payer_from", "transfer_dkk"])
    frame.attrs = {"unit": "north", **YEAR, "n_citizens": n_citizens, "exposure": 0.95 * n_citizens}
    return frame


def year(n: int = 600) -> pd.DataFrame:
    """What everybody cost in a year: `measures.year_costs`."""
    costs = 100.0 * np.arange(n) + np.where(np.arange(n) >= 0.9 * n, 200_000.0, 0.0)
    frame = pd.DataFrame({"citizen_id": np.arange(n), "cost_dkk": costs, "exposure": 1.0})
    frame.attrs = {"outcome": "cost_total", "unit": "north", "measure_unit": "dkk_per_person_year", **YEAR}
    return frame


def ending(died: int = 40) -> pd.DataFrame:
    """The cost of the last year of life: `measures.last_year_of_life`; as many died on either side of the start, half as many in the comparison."""
    parts = []
    for treated, dead in ((True, died), (False, died // 2)):
        for after in (False, True):
            n = np.arange(300)
            last = np.where(n < dead, 90_000.0 + 10 * n, 0.0)
            rest = 30_000.0 + 20 * n
            part = {"citizen_id": n, "treated": treated, "after": after, "cost_dkk": last + rest, "exposure": 2.0, "last_dkk": last}
            parts.append(pd.DataFrame({**part, "last_exposure": np.where(n < dead, 0.6, 0.0)}))
    frame = pd.concat(parts, ignore_index=True)
    frame.attrs = {"outcome": "cost_total", "unit": "north", "measure_unit": "dkk_per_person_year", "last_month": pd.Timestamp(2016, 1, 1)}
    return frame


def programme(*amounts: float | None) -> ProgrammeCosts:
    """Initiatives with these stated costs: `measures.programme_costs`."""
    told = np.array([np.nan if amount is None else amount for amount in amounts], dtype=float)
    frame = pd.DataFrame(
        {
            "initiative_id": [f"i{place}" for place in range(len(told))],
            "cluster_id": "north",
            "name": "Noget nyt",
            "type": ["coordination", "unheard_of", "audit"][: len(told)],
            "amount_dkk": told,
            "fixed_dkk": 0.98 * told,
            "running_dkk": 0.35 * told,
            "first": pd.Timestamp(2013, 3, 1),
            "last": pd.Timestamp(2015, 12, 1),
        }
    )
    return ProgrammeCosts(frame, 5600.0, 2000, ("north",))


def national() -> pd.DataFrame:
    """The shares of the national grant: `measures.national_frame`."""
    shares = {"recipient": ["municipalities", "regions"], "share": [0.7, 0.3], "amount_dkk": [68_180_000.0, 29_220_000.0]}
    return pd.DataFrame({**shares, "first_year": 2013, "last_year": 2015})


def changes(n: int = 400) -> pd.DataFrame:
    """Each citizen's part in the change: `measures.cost_and_effect`."""
    place = np.arange(n)
    treated = place % 2 == 0
    cost = 800.0 * np.sin(place * 1.3) - np.where(treated, 60.0, 0.0)
    gain = {name: 0.3 * np.cos(place * (0.7 + spot)) + np.where(treated, 0.004, 0.0) for spot, name in enumerate(EFFECTS)}
    frame = pd.DataFrame({"citizen_id": place, "treated": treated, "cost_dkk": cost, **gain})
    frame.attrs = {"unit": "north", "n_treated": int(treated.sum()), "exposure_after": 900.0}
    return frame


def municipal(code: str, n: int = 200) -> pd.DataFrame:
    """Citizens of a municipality and of the comparison, before and after: a frame of `measures.by_municipality`."""
    def cost(citizen: int, treated: bool, after: bool) -> float:
        return 1000.0 + 900.0 * (citizen % 7) + after * (300.0 + 80.0 * (citizen % 5 - 2)) - 200.0 * (treated and after)

    rows = [
        (citizen, code if treated else "0461", treated, after, cost(citizen, treated, after), 3.0)
        for treated, many in ((True, n), (False, 200))
        for citizen in range(1000 * (not treated), 1000 * (not treated) + many)
        for after in (False, True)
    ]
    frame = pd.DataFrame(rows, columns=["citizen_id", "unit", "treated", "after", "cost_dkk", "exposure"])
    frame.attrs = {"outcome": "cost_mun", "unit": code, "measure_unit": "dkk_per_person_year"}
    return frame


def level() -> Estimate:
    """Mean cost after the start."""
    about = {"outcome": "cost_total", "measure_unit": "dkk_per_person_year", "unit": "north", "reasons": ("level_only_described",)}
    return Estimate("mean", 40_000.0, 38_000.0, 42_000.0, "mean_by_citizen", "descriptive", n_citizens=2000, exposure=5000.0, **about)


def results(study: Study, region: Study) -> dict[str, Result]:
    """Name -> result of the page on cost, told and where there is too little."""
    north = Study(study.path, study.protocol, study.cluster, {"highest_price": 100_000})
    stated, unstated, part = programme(0.2e6, 0.1e6), programme(None, None), programme(1.5e6, None)
    own = Study(north.path, north.protocol, "north", north.parameters, "0791")
    frames = (municipal("0791"), municipal("0740", 9))
    kroner = report.budget_changes(north, frames)
    return {
        "sector payers": report.sector_payers(north, paid()),
        "sector payers no medicine": report.sector_payers(north, paid(medicine=False)),
        "sector payers few": report.sector_payers(north, paid(49)),
        "ledger": report.ledger(north, paid()),
        "ledger few": report.ledger(north, paid().head(0)),
        "ledger no rule": report.ledger(north, paid(rule=None, medicine=False), name="ledger_apart"),
        "concentration": report.cost_concentration(north, year()),
        "concentration some": report.cost_concentration(north, year(90)),
        "concentration few": report.cost_concentration(north, year(49)),
        "tenths": report.cost_tenths(north, year()),
        "life end": report.life_end(north, ending()),
        "life end some": report.life_end(north, ending(30)),
        "life end few": report.life_end(north, ending(4)),
        "programme": report.programme_in_short(north, stated, national()),
        "programme region": report.programme_in_short(region, stated, national().head(0)),
        "programme municipality": report.programme_in_short(own, part, national()),
        "programme not stated": report.programme_in_short(north, unstated, national()),
        "programme table": report.programme_table(north, part),
        "programme table nobody": report.programme_table(north, programme()),
        "with programme": report.with_programme(north, level(), kroner[:1], stated),
        "with programme not stated": report.with_programme(north, level(), kroner[1:], unstated),
        "worth": report.worth_in_short(north, changes(), EFFECTS[0], stated),
        "worth not stated": report.worth_in_short(north, changes(), EFFECTS[0], unstated),
        "worth few": report.worth_in_short(north, changes(90), EFFECTS[0], stated),
        "gains": report.gains(north, changes(), EFFECTS),
        "acceptability": report.acceptability(north, changes(), EFFECTS[0], stated),
        "acceptability not stated": report.acceptability(north, changes(), EFFECTS[0], unstated, name="acceptability_alone"),
        "budget": report.budget_table(north, frames, kroner),
    }
