"""Costs: means, ratios, one and two parts, bootstrap, net benefit, service mix, ledger."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from effekt import estimates as e

RNG = np.random.default_rng(32)
N = 40
CITIZENS = pd.DataFrame({"citizen_id": np.arange(N), "treated": np.arange(N) % 2 == 0, "age": RNG.normal(0, 1, N), "town": np.arange(N) // 5})
COSTS = CITIZENS.loc[CITIZENS.index.repeat(2)].assign(after=np.tile([False, True], N), exposure=RNG.uniform(0.3, 1, 2 * N))
COSTS["cost_dkk"] = RNG.gamma(0.9, 20000, 2 * N).round()
COSTS.attrs = {"outcome": "cost_total", "unit": "vest", "measure_unit": "dkk_per_person_year"}
PEOPLE = CITIZENS.assign(
    cost=np.where(RNG.random(N) < 0.7, RNG.gamma(0.8, 9000, N), 0.0).round(), years=RNG.uniform(0.4, 1.5, N), effect=RNG.normal(0.7, 0.2, N),
    gp=RNG.gamma(1, 800, N), home=np.where(RNG.random(N) < 0.6, RNG.gamma(1, 3000, N), 0.0), ward=RNG.gamma(0.5, 9000, N),
)  # fmt: skip
PARTS = {"cost": "cost", "treated": "treated"}
SECTORS = ["gp", "home", "ward"]
MONEY = {"cost": "cost", "effect": "effect", "treated": "treated"}
SERVICES = pd.DataFrame({"payer": ["region", "region", "municipality", "patient"], "amount_dkk": [9e5, 2e5, 4e5, 5e4]})
TRANSFERS = pd.DataFrame({"payer_from": ["municipality", "state"], "payer_to": ["region", "region"], "amount_dkk": [3e5, 1e5]})
FUNDING = pd.DataFrame({"funding_id": ["a", "b"], "amount_dkk": [3e6, 5e5], "payer": ["state", "region"]})


def drawn(frame: pd.DataFrame = PEOPLE, **options: object) -> object:
    return e.bootstrap_mean_difference(frame, **{"value": "cost", "replicates": 400, "seed": 3, **options})


CALLS: dict[str, Callable[[], object]] = {
    "mean": lambda: e.mean_cost(COSTS),
    "mean of rows": lambda: e.mean_cost(COSTS.drop(columns="citizen_id"), level=0.9),
    "mean of nobody": lambda: e.mean_cost(COSTS.assign(exposure=0.0)),
    "mean of a hole": lambda: e.mean_cost(COSTS.assign(cost_dkk=np.nan)),
    "mean at level 0": lambda: e.mean_cost(COSTS, level=0),
    "means at level 0": lambda: e.mean_costs(COSTS, level=0),
    "mean without exposure": lambda: e.mean_cost(COSTS.drop(columns="exposure")),
    "means": lambda: e.mean_costs(COSTS),
    "means without arms": lambda: e.mean_costs(COSTS.drop(columns="treated"), level=0.8),
    "means without periods": lambda: e.mean_costs(COSTS.drop(columns="after")),
    "means of one arm": lambda: e.mean_costs(COSTS[COSTS["treated"]]),
    "means without value": lambda: e.mean_costs(COSTS, value="none"),
    **{
        f"{f.__name__} {c}": partial(f, COSTS, contrast=c)
        for f in (e.cost_ratio, e.cost_difference) for c in (None, "after_before", "group_group", "programme_comparison", "other")
    },
    **{
        f"{f.__name__} of movers": partial(f, COSTS.assign(treated=COSTS["treated"] ^ (COSTS["after"] & (COSTS["citizen_id"] < 3))))
        for f in (e.cost_ratio, e.cost_difference)
    },
    **{
        f"{f.__name__} of another value": partial(f, COSTS.rename(columns={"cost_dkk": "bill"}), value="bill", level=0.9)
        for f in (e.cost_ratio, e.cost_difference)
    },
    **{f"{f.__name__} of rows": partial(f, COSTS.drop(columns="citizen_id")) for f in (e.cost_ratio, e.cost_difference)},
    **{f"{f.__name__} at level 1": partial(f, COSTS, level=1) for f in (e.cost_ratio, e.cost_difference)},
    "ratio of no cost": lambda: e.cost_ratio(COSTS.assign(cost_dkk=COSTS["cost_dkk"] * COSTS["after"])),
    "ratio of a negative cost": lambda: e.cost_ratio(COSTS.assign(cost_dkk=-1.0)),
    "difference of no cost": lambda: e.cost_difference(COSTS.assign(cost_dkk=0.0)),
    "one part": lambda: e.one_part_cost(PEOPLE, **PARTS, covariates=["age"]),
    "one part by years": lambda: e.one_part_cost(PEOPLE, **PARTS, exposure="years", errors="robust"),
    **{
        f"one part {family}": partial(e.one_part_cost, PEOPLE.assign(cost=PEOPLE["cost"] + 1), **PARTS, family=family)
        for family in ("gaussian", "poisson", "gamma", "inverse_gaussian", "binomial")
    },
    "one part by town": lambda: e.one_part_cost(PEOPLE, **PARTS, covariates=["age", "treated:age"], errors="robust", groups="town", level=0.9),
    "one part of no errors": lambda: e.one_part_cost(PEOPLE, **PARTS, errors="hc3"),
    "one part of one arm": lambda: e.one_part_cost(PEOPLE.assign(treated=1), **PARTS),
    "one part of the other arm": lambda: e.one_part_cost(PEOPLE.assign(treated=0), **PARTS),
    "one part of nothing": lambda: e.one_part_cost(PEOPLE.assign(cost=0.0), **PARTS),
    "one part of no years": lambda: e.one_part_cost(PEOPLE.assign(years=0.0), **PARTS, exposure="years"),
    "one part of one cost": lambda: e.one_part_cost(PEOPLE.assign(cost=np.where(PEOPLE["treated"], 0.0, 5.0)), **PARTS),
    "two parts": lambda: e.two_part_cost(PEOPLE, **PARTS, covariates=["age"]),
    "two parts robust": lambda: e.two_part_cost(PEOPLE, **PARTS, covariates=["age"], errors="robust"),
    "two parts by town": lambda: e.two_part_cost(PEOPLE, **PARTS, family="auto", errors="robust", groups="town", level=0.9),
    "two parts of all": lambda: e.two_part_cost(PEOPLE.assign(cost=PEOPLE["cost"] + 1), **PARTS),
    "two parts of no family": lambda: e.two_part_cost(PEOPLE, **PARTS, family="weibull"),
    "two parts of a negative cost": lambda: e.two_part_cost(PEOPLE.assign(cost=-1.0), **PARTS),
    "two parts of separation": lambda: e.two_part_cost(PEOPLE.assign(cost=np.where(PEOPLE["treated"], PEOPLE["cost"] + 1, 0.0)), **PARTS),
    "bootstrap": drawn,
    "bootstrap bca": lambda: drawn(method="bca", level=0.9),
    "bootstrap by town": lambda: drawn(PEOPLE.assign(town=PEOPLE["citizen_id"] // 4, treated=PEOPLE["citizen_id"] // 4 % 2), unit="town"),
    "bootstrap of towns bca": lambda: (
        drawn(PEOPLE.assign(town=PEOPLE["citizen_id"] // 4, treated=PEOPLE["citizen_id"] // 4 % 2), unit="town", method="bca")
    ),
    "bootstrap by years": lambda: drawn(exposure="years"),
    "bootstrap of changes": lambda: drawn(COSTS, value="cost_dkk", exposure="exposure", after="after"),
    "bootstrap of changes bca": lambda: drawn(COSTS, value="cost_dkk", exposure="exposure", after="after", method="bca"),
    "bootstrap without names": lambda: drawn(PEOPLE.drop(columns="citizen_id")),
    "bootstrap of a third method": lambda: drawn(method="basic"),
    "bootstrap of few": lambda: drawn(replicates=99),
    "bootstrap of one arm": lambda: drawn(PEOPLE.assign(treated=1)),
    "bootstrap of no years": lambda: drawn(PEOPLE.assign(years=0.0), exposure="years"),
    "bootstrap of a constant": lambda: drawn(PEOPLE.assign(cost=3.0), method="bca"),
    "bootstrap of one period": lambda: drawn(COSTS[COSTS["after"]], value="cost_dkk", after="after"),
    "bootstrap at level 2": lambda: drawn(level=2),
    "benefit": lambda: e.net_monetary_benefit(PEOPLE, **MONEY, threshold=300_000),
    "benefit by town": lambda: e.net_monetary_benefit(PEOPLE, **MONEY, threshold=0, groups="town", level=0.9),
    "benefit of few towns": lambda: e.net_monetary_benefit(PEOPLE.assign(town=PEOPLE["town"] % 3), **MONEY, threshold=100, groups="town"),
    "benefit of one town": lambda: e.net_monetary_benefit(PEOPLE.assign(town=1), **MONEY, threshold=100, groups="town"),
    "benefit of one citizen": lambda: e.net_monetary_benefit(PEOPLE.assign(treated=PEOPLE["citizen_id"] == 0), **MONEY, threshold=1),
    "benefit below zero": lambda: e.net_monetary_benefit(PEOPLE, **MONEY, threshold=-1),
    "benefit without end": lambda: e.net_monetary_benefit(PEOPLE, **MONEY, threshold=np.inf),
    "benefit of no spread": lambda: e.net_monetary_benefit(PEOPLE.assign(cost=1.0, effect=1.0), **MONEY, threshold=1),
    "curve": lambda: e.acceptability_curve(PEOPLE, **MONEY, thresholds=[0, 1e5, 5e5]),
    "curve drawn": lambda: e.acceptability_curve(PEOPLE, **MONEY, thresholds=[0, 1e5], replicates=200, seed=4, level=0.9),
    "curve drawn by town": lambda: e.acceptability_curve(PEOPLE, **MONEY, thresholds=[0, 1e5], groups="town", replicates=200, seed=4),
    "curve of nothing": lambda: e.acceptability_curve(PEOPLE, **MONEY, thresholds=[]),
    "curve by town": lambda: e.acceptability_curve(PEOPLE, **MONEY, thresholds=[0, 2e4], groups="town"),
    "mix": lambda: e.service_mix(PEOPLE, sectors=SECTORS, treated="treated"),
    "mix by town": lambda: e.service_mix(PEOPLE, sectors=SECTORS[::2], treated="treated", covariates=["age"], groups="town", level=0.9),
    "mix with some without": lambda: (
        e.service_mix(PEOPLE.assign(**{s: PEOPLE[s] * (PEOPLE["citizen_id"] > 4) for s in SECTORS}), sectors=SECTORS, treated="treated")
    ),
    "mix of nobody": lambda: e.service_mix(PEOPLE.assign(gp=0, home=0), sectors=["gp", "home"], treated="treated"),
    "mix of an unused sector": lambda: e.service_mix(PEOPLE.assign(home=0.0), sectors=SECTORS, treated="treated"),
    "mix of one arm": lambda: e.service_mix(PEOPLE.assign(treated=1), sectors=SECTORS, treated="treated"),
    "mix of no treated": lambda: e.service_mix(PEOPLE.assign(treated=0), sectors=SECTORS, treated="treated"),
    "mix of one sector": lambda: e.service_mix(PEOPLE, sectors=["gp"], treated="treated"),
    "mix of one sector twice": lambda: e.service_mix(PEOPLE, sectors=["gp", "gp"], treated="treated"),
    "mix of less": lambda: e.service_mix(PEOPLE.assign(gp=-1.0), sectors=SECTORS, treated="treated"),
    "log ratios": lambda: e.log_ratios(PEOPLE.iloc[:4].assign(home=[1, 2, 3, 4.0]), sectors=SECTORS),
    "log ratios of one": lambda: e.log_ratios(PEOPLE, sectors=["gp"]),
    "log ratios of zero": lambda: e.log_ratios(PEOPLE, sectors=SECTORS),
    "substitution": lambda: e.substitution_ratio(PEOPLE, less="ward", more="gp", treated="treated"),
    "substitution by town": lambda: e.substitution_ratio(PEOPLE, less="ward", more="home", treated="treated", groups="town", level=0.9),
    "substitution of nothing": lambda: e.substitution_ratio(PEOPLE.assign(gp=1.0), less="ward", more="gp", treated="treated"),
    "substitution that is clear": lambda: (
        e.substitution_ratio(
            PEOPLE.assign(ward=PEOPLE["ward"] - 9e4 * PEOPLE["treated"], gp=PEOPLE["gp"] + 9e3 * PEOPLE["treated"]),
            less="ward", more="gp", treated="treated",
        )
    ),
    "ledger": lambda: e.payer_ledger(SERVICES),
    "ledger with transfers": lambda: e.payer_ledger(SERVICES, TRANSFERS),
    "ledger in oere": lambda: e.payer_ledger(SERVICES.rename(columns={"amount_dkk": "amount_oere"}), TRANSFERS.iloc[:0]),
    "ledger of nothing": lambda: e.payer_ledger(SERVICES.assign(amount_dkk=0.0)),
    "ledger of one who pays himself": lambda: e.payer_ledger(SERVICES, TRANSFERS.assign(payer_to="state")),
    "ledger of a negative transfer": lambda: e.payer_ledger(SERVICES, TRANSFERS.assign(amount_dkk=-1.0)),
    "ledger without a payer": lambda: e.payer_ledger(SERVICES.assign(payer=None)),
    "ledger without amounts": lambda: e.payer_ledger(SERVICES[["payer"]]),
    "programme cost": lambda: e.programme_cost_per_citizen(FUNDING, citizens=400),
    "programme cost by year": lambda: e.programme_cost_per_citizen(FUNDING, citizens=400, years=2.5),
    "programme cost of nobody": lambda: e.programme_cost_per_citizen(FUNDING, citizens=0),
    "programme cost twice": lambda: e.programme_cost_per_citizen(FUNDING.assign(funding_id="a"), citizens=4),
    "programme cost of no time": lambda: e.programme_cost_per_citizen(FUNDING, citizens=4, years=0),
    "ratio of no cost at another level": lambda: e.cost_ratio(COSTS.assign(cost_dkk=0.0), level=0.8),
    "ratio of cost in one period": lambda: e.cost_ratio(COSTS.assign(cost_dkk=COSTS["cost_dkk"] * ~COSTS["after"]), contrast="after_before"),
    "bootstrap without a column": lambda: drawn(PEOPLE.drop(columns="cost")),
    "bootstrap of negative years": lambda: drawn(PEOPLE.assign(years=-1.0), exposure="years"),
    "bootstrap of a constant by percentile": lambda: drawn(PEOPLE.assign(cost=3.0)),
    "bootstrap of one citizen an arm": lambda: drawn(PEOPLE.iloc[:2], method="bca"),
    "bootstrap of one unit an arm": lambda: drawn(PEOPLE.assign(town=PEOPLE["treated"].astype(int)), unit="town", method="bca"),
    "bootstrap of citizens in several rows": lambda: drawn(pd.concat([PEOPLE, PEOPLE.iloc[:9]]), method="bca"),
    "one part without a column": lambda: e.one_part_cost(PEOPLE.drop(columns="cost"), **PARTS),
    "two parts without a column": lambda: e.two_part_cost(PEOPLE.drop(columns="treated"), **PARTS),
    "benefit without a column": lambda: e.net_monetary_benefit(PEOPLE.drop(columns="effect"), **MONEY, threshold=1),
    "mix without a column": lambda: e.service_mix(PEOPLE.drop(columns="gp"), sectors=SECTORS, treated="treated"),
    "substitution without a column": lambda: e.substitution_ratio(PEOPLE.drop(columns="gp"), less="ward", more="gp", treated="treated"),
    "substitution of nothing at another level": lambda: (
        e.substitution_ratio(
        PEOPLE.assign(gp=1.0), less="ward", more="gp", treated="treated", level=0.8
    )
    ),
    "programme cost without a column": lambda: e.programme_cost_per_citizen(FUNDING[["payer"]], citizens=4),
    "programme cost in oere": lambda: e.programme_cost_per_citizen(FUNDING.rename(columns={"amount_dkk": "amount_oere"}), citizens=4.4),
    "programme cost in dkk": lambda: e.programme_cost_per_citizen(FUNDING.rename(columns={"amount_dkk": "dkk"}), citizens=3),
    "programme cost of less": lambda: e.programme_cost_per_citizen(FUNDING.assign(amount_dkk=-1.0), citizens=3),
}
