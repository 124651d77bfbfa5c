"""Results of every view, made by hand: no data, no model, the same on every machine."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from effekt import report
from effekt.calibration.table import Measured
from effekt.estimates.cost import CostMeans
from effekt.estimates.estimate import Estimate
from effekt.report.results import Column, Result
from effekt.report.shown import Shown
from effekt.study import Study
from tests.snapshots import (
    handmade_admissions,
    handmade_groups,
    handmade_life,
    handmade_money,
    handmade_people,
    handmade_practice,
    handmade_programme,
    handmade_readmissions,
    handmade_services,
)
from tests.snapshots.handmade_sensitivity import results as of_sensitivity
from tests.snapshots.handmade_together import results as of_together

STUDY = Path(__file__).parent / "study"
FACTS = {
    "months_before": 38, "months_needed": 12, "months_after": 43, "horizon": 12, "phase_in_months": 3, "contaminated_months": 9,
    "pretrend": 1.012, "pretrend_p": 0.4412, "pretrend_detectable": 1.043, "bound_low": 0.8512, "bound_high": 1.0243,
    "n_citizens_treated": 4321, "n_events_treated": 3456,
}  # fmt: skip
REASONS = ("comparison_untreated", "enough_months_before", "pretrend_not_rejected", "phase_in_left_out", "contaminated_left_out")
RATIO = Estimate(
    "ratio", 0.9204, 0.8702, 0.9734, "controlled_time_series", "identified", "programme_comparison", p=0.0036, se=0.0286, n_citizens=15234,
    n_events=12345, exposure=90123.4, reasons=REASONS, facts=FACTS, outcome="adm_acute_medical", measure_unit="per_person_year", unit="north",
)  # fmt: skip
UNCLEAR = replace(RATIO, value=1.0132, low=0.9311, high=1.1025, p=0.76)
MORE = replace(RATIO, value=1.1204, low=1.0311, high=1.2174, p=0.0074)
NONE = replace(
    RATIO, value=None, low=None, high=None, p=None, se=None, claim="descriptive", reasons=("too_few",),
    cautions=("too_few_events", "too_few_citizens"),
    facts={"n_events": 3, "min_events": 20, "n_citizens": 7, "min_citizens": 50},
)  # fmt: skip
NOBODY = replace(NONE, facts={"n_citizens": 0, "min_citizens": 50, "min_events": 20})
BEFORE_AFTER = replace(
    RATIO, value=1.081, low=1.022, high=1.143, method="poisson_by_citizen", claim="descriptive", contrast="after_before", reasons=("no_comparison",)
)  # fmt: skip
FORECAST = replace(
    BEFORE_AFTER, method="quasi_poisson_time_series", claim="extrapolated", contrast="programme_forecast",
    reasons=("no_comparison", "own_trend_forward"),
)  # fmt: skip
MONEY = replace(RATIO, outcome="cost_total", measure_unit="dkk_per_person_year", n_events=None)
AVOIDED = replace(RATIO, scale="difference", value=120.4, low=30.2, high=210.9)


@dataclass(frozen=True)
class Change:
    """What reports need of an estimator's result."""

    effect: Estimate
    counterfactual: pd.DataFrame = field(default_factory=pd.DataFrame)
    events_avoided: Estimate | None = None


def study(cluster: str | None = "north") -> Study:
    """The study without data."""
    return Study.open(STUDY, cluster=cluster)


def months(level: float = 0.25) -> pd.DataFrame:
    """A counterfactual: 84 months with season, an earlier effort, a phase-in and fewer events after the start."""
    month = pd.date_range("2010-01-01", periods=84, freq="MS")
    place = np.arange(84)
    rate = level * (1 + 0.1 * np.cos(2 * np.pi * place / 12))
    observed = rate * np.where(place >= 38, 0.92, 1.0) * (1 + 0.06 * np.sin(place * 1.7))
    used = ~((place >= 15) & (place < 24)) & ~((place >= 38) & (place < 41))
    return pd.DataFrame({"month": month, "observed": observed, "rate": rate, "low": rate * 0.93, "high": rate * 1.07, "used": used})


def clusters() -> tuple[Change, ...]:
    """One effect a cluster."""
    return Change(RATIO), Change(replace(UNCLEAR, unit="south"))


def pooled() -> Any:
    """A pooled result."""
    facts = {"k": 2, "prediction_low": 0.8012, "prediction_high": 1.1034, "i2": 41.2, "tau2": 0.0021, "df": 1}
    effect = replace(RATIO, value=0.9512, low=0.9103, high=0.9944, method="pool_reml_hksj", unit="", facts=facts, reasons=("pooled_all_identified",))
    return SimpleNamespace(effect=replace(effect, cautions=("few_units_pooled",)))


def population() -> pd.DataFrame:
    """Four municipalities, one with too few events."""
    frame = pd.DataFrame(
        {
            "kommunekode": ["0791", "0740", "0615", "0766"],
            "n_citizens": [1200, 900, 1500, 40],
            "events_before": [600, 500, 700, 4],
            "events_after": [700, 450, 650, 3],
            "exposure_before": [2500.0, 2100.0, 3000.0, 60.0],
            "exposure_after": [2400.0, 2000.0, 3100.0, 70.0],
        }
    )
    frame.attrs |= {"outcome": "adm_acute_medical"}
    return frame


def means(outcome: str, amount: float) -> CostMeans:
    """Mean cost of a sector."""
    def one(value: float) -> Estimate:
        return Estimate(
            "mean", value, value * 0.95, value * 1.05, "mean_by_citizen", "descriptive", n_citizens=2788, exposure=9000.0, outcome=outcome,
            measure_unit="dkk_per_person_year", unit="north", reasons=("level_only_described",),
        )  # fmt: skip

    return CostMeans(one(amount), one(amount * 1.1), one(amount * 1.02), one(amount * 1.13))


def measured(all_met: bool) -> Measured:
    """A calibration of two methods, one of which may miss its bounds, and of one whose assumptions are broken."""
    def one(design: str, estimator: str, coverage: float, held: bool = False, met: bool = True) -> dict[str, Any]:
        shares = {"coverage": coverage, "size": 1 - coverage, "power": 0.512}
        errors = {f"{share}_mc": 0.0049 for share in shares}
        checks = None if estimator == "naive" else {"coverage": met, "bias": True, "size": met}
        known = {"design": design, "estimator": estimator, "replications": 2000, "bias_sd": 0.0321, "bias_sd_mc": 0.0224}
        return {**known, **shares, **errors, "held": held, "met": checks}

    rows = [
        one("controlled", "controlled_time_series", 0.9585, held=True), one("controlled", "naive", 0.61),
        one("cost", "cost_ratio", 0.9312, held=True, met=all_met), one("cost", "naive", 0.0213),
        one("series_break", "interrupted_time_series", 0.8025), one("series_break", "naive", 0.1575),
    ]  # fmt: skip
    bounds = {
        "level": 0.95, "alarms": 0.05, "bias_limit": 0.1, "alarms_from": 0.04, "alarms_to": 0.06, "many": 10_000, "fewer": 2_000,
        "many_from": 0.94, "many_to": 0.96, "fewer_from": 0.935, "fewer_to": 0.965,
    }  # fmt: skip
    return Measured(tuple(rows), bounds, 1, "0" * 16)


def came_in() -> pd.DataFrame:
    """The account of an import of two files, the second time around, with an outcome that lacks its file."""
    told = [
        ("bef.csv", "read", "", 1000, "", ""), ("bef.csv", "kept", "", 990, "", ""), ("bef.csv", "kept_before", "", 900, "", ""),
        ("bef.csv", "quarantine", "bef.kom.unknown", 7, "Kommunekoden findes ikke efter 2007", "The municipality code does not exist after 2007"),
        ("bef.csv", "set_aside", "bef.row.duplicate", 3, "Nøjagtig kopi af en tidligere række", "Exact copy of an earlier row"),
        ("dod.csv", "read", "", 12, "", ""), ("dod.csv", "kept", "", 12, "", ""),
        ("cost_mun", "blocked", "homecare.csv, unit_cost.csv", 2, "", ""),
    ]  # fmt: skip
    return pd.DataFrame(told, columns=["file", "kind", "rule", "n", "da", "en"])


def counted_months() -> pd.DataFrame:
    """Rows of two sources a month; one month of the first has next to none."""
    dates = pd.date_range("2013-01-01", periods=24, freq="MS")
    parts = [("contact", "inpatient", [80] * 10 + [5] + [82] * 13), ("service", "practice", [900] * 24)]
    return pd.concat([pd.DataFrame({"source": source, "part": part, "month": dates, "n": n}) for source, part, n in parts], ignore_index=True)


def audits(n: int = 30) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Audited pathways of two rounds, what was found in them, and what two auditors said of each."""
    place = np.arange(n)
    cases = pd.DataFrame(
        {"case_id": place, "round": 1 + place % 2, "auditors": 2, "n_findings": place % 3, "n_severe": place % 3 // 2, "n_preventable": place % 3 % 2}
    )
    found = place[place % 3 > 0].repeat(2)
    kinds = np.where(found % 3 == 1, "medication_list", "home_care_notice")
    findings = pd.DataFrame(
        {"case_id": found, "error_type": kinds, "phase": np.where(found % 3 == 1, "discharge", "handover"), "border": "hospital > municipality"}
    )
    pairs = pd.DataFrame({"case_id": place, "error_type": "medication_list", "first": place % 3 == 1, "second": place % 4 == 1})
    return cases, findings, pairs


def of_audits(north: Study) -> dict[str, Result]:
    """The results of notebook 09: told, too few, none."""
    cases, findings, pairs = audits()
    return {
        "audit": report.audit_in_short(north, cases, findings),
        "audit few": report.audit_in_short(north, cases.head(4), findings.head(3)),
        "audit nobody": report.audit_in_short(north, cases.head(0), findings.head(0)),
        "audit phases": report.audit_places(north, cases, findings, by="phase"),
        "audit borders nobody": report.audit_places(north, cases.head(0), findings.head(0), by="border"),
        "audit weights": report.audit_weights(north, cases),
        "audit pareto": report.audit_pareto(north, findings),
        "items": items(),
        "audit agreement": report.audit_agreement(north, pairs),
        "audit change": report.audit_change(north, pd.concat([cases, cases.assign(case_id=cases["case_id"] + 100)])),
    }


def items() -> Shown:
    """Two items of an agreement and the pages that answer them, one of them on two pages."""
    context = {
        "caption": "caption.items_agreement",
        "heads": ["column.item_number", "column.agreement_item", "column.answers"],
        "show": ["item_number", "agreement_item"],
        "pages": [[["20_initiatives", "grant"]], [["03_admissions", "before_after"], ["22_scorecard", "scorecard"]]],
        "notes": ["agreement.note_items"],
    }
    names = {"item.4": {"da": "Puljen", "en": "The grant"}, "item.7": {"da": "Et synligt kvalitetsløft", "en": "A visible lift of quality"}}
    columns = (Column("item_number", "count"), Column("agreement_item", "label"))
    return Shown("items", "pages", columns, ((4, "item.4"), (7, "item.7")), context=context, labels=names)


@cache
def results() -> dict[str, Result]:
    """Name -> result; every view of the registry is among them. Made once: nobody changes them."""
    north, region = study(), study(None)
    change = Change(RATIO, months(), AVOIDED)
    difference = replace(MONEY, scale="difference", value=-607.4, low=-3136.2, high=1922.1, method="cost_difference", claim="descriptive")
    drawn = replace(difference, method="bootstrap_percentile", facts={"replicates": 10000, "seed": 1})
    sectors = [means("cost_hosp", 23456.7), means("cost_prac", 1234.5), means("cost_mun", 13456.7)]
    read = study()
    read._read.update(("person_months", "cost_months"))
    return {
        "in_short less": report.in_short(north, change),
        "in_short more": report.in_short(north, Change(MORE)),
        "in_short unclear": report.in_short(north, Change(UNCLEAR)),
        "in_short none": report.in_short(north, Change(NONE)),
        "in_short nobody": report.in_short(north, Change(NOBODY)),
        "in_short money": report.in_short(north, Change(MONEY)),
        "finding forecast": report.finding(north, FORECAST),
        "finding before after": report.finding(north, BEFORE_AFTER),
        "pooled": report.pooled_in_short(region, clusters(), pooled(), SimpleNamespace(p=0.1, n_orders=2)),
        "effects": report.effect_table(north, [RATIO, replace(UNCLEAR, outcome="beddays"), replace(NONE, outcome="readm30")]),
        "effects money": report.effect_table(north, [MONEY]),
        "simpler": report.simpler(north, change, BEFORE_AFTER, FORECAST),
        "clusters": report.synthesis_table(region, clusters()),
        "differences": report.difference_table(north, [difference, drawn]),
        "time series": report.time_series(north, change),
        "time series money": report.time_series(north, Change(MONEY, months(40000.0))),
        "time series nobody": report.time_series(north, Change(NOBODY, months().head(0))),
        "sector costs": report.sector_costs(north, sectors),
        "sector costs region": report.sector_costs(region, sectors, name="sector_costs_region"),
        **handmade_money.results(north, region),
        "forest": report.forest(region, clusters(), pooled()),
        "tile map": report.tile_map(region, population()),
        "delivery": report.delivery_in_short(north, came_in()),
        "delivery whole": report.delivery_in_short(north, came_in()[lambda rows: rows["kind"] != "blocked"]),
        "delivery files": report.delivery_files(north, came_in()),
        "delivery rules": report.delivery_rules(north, came_in()),
        "blocked": report.blocked_outcomes(north, came_in()),
        "blocked none": report.blocked_outcomes(north, came_in()[lambda rows: rows["kind"] != "blocked"]),
        "delivery late": report.delivery_in_short(north, came_in(), handmade_services.parts().rename(columns={"part": "outcome"})),
        "blocked late": report.blocked_outcomes(north, came_in(), handmade_services.parts().rename(columns={"part": "outcome"})),
        "completeness": report.completeness(north, counted_months()),
        "limits": report.limits(north, change, topics=["admissions", "cost", "region"]),
        "method": report.method(north, change, BEFORE_AFTER, FORECAST, topics=["admissions", "cost", "payment", "region"]),
        "methods all": report.methods_in_short(region, measured(True)),
        "methods some": report.methods_in_short(region, measured(False)),
        "methods coverage": report.coverage_figure(region, measured(False)),
        "methods table": report.methods_table(region, measured(False)),
        "methods broken": report.broken_assumptions(region, measured(False)),
        **of_audits(north),
        **handmade_admissions.results(north, region, RATIO),
        **handmade_people.results(north),
        **handmade_life.results(north),
        **handmade_groups.results(north, region, RATIO),
        **handmade_practice.results(region),
        **handmade_programme.results(region),
        **handmade_readmissions.results(north, region),
        **handmade_services.results(north, RATIO),
        **of_sensitivity(north, region, {"less": RATIO, "unclear": UNCLEAR, "none": NONE, "money": MONEY}),
        **of_together(region, {"less": RATIO, "unclear": UNCLEAR, "more": MORE, "none": NONE, "money": MONEY}),
        "done": report.done(read),
    }
