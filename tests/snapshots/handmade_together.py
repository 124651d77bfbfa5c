"""Hand-made results of the clusters together: all outcomes pooled, what was done beside it, verdicts, the scorecard, the report, its checklists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from effekt import report
from effekt.estimates.estimate import Estimate
from effekt.report.all_changes import OutcomeChange
from effekt.report.lifts import Lift
from effekt.report.results import Result
from effekt.study import Study

INITIATIVE = ["initiative_id", "cluster_id", "type", "reach_n", "eligible_n", "fidelity_pct", "cost_oere", "running_cost_oere", "transferability"]
FINDING = ["case_id", "cluster_id", "error_type"]


def change(outcome: str, north: Estimate, south: Estimate, **pooled: Any) -> OutcomeChange:
    """An outcome with a figure in both clusters, and the region's."""
    clusters = tuple(replace(one, outcome=outcome, unit=unit) for one, unit in ((north, "north"), (south, "south")))
    told = [one for one in clusters if one.value is not None]
    drawn = pd.DataFrame({"unit": [one.unit for one in told], "estimate": [np.log(one.value) / 2 for one in told]})
    facts = {"k": len(told), "horizon": 12, "prediction_low": 0.8012, "prediction_high": 1.1034, "n_events_treated": 6789, "shared_variance": 0.0}
    effect = replace(north, outcome=outcome, unit="region", method="pool_reml_hksj", claim="descriptive", facts=facts, **pooled)
    return OutcomeChange(outcome, effect, clusters, SimpleNamespace(blups=drawn, effect=effect))  # type: ignore[arg-type]


def changes(given: Mapping[str, Estimate]) -> tuple[OutcomeChange, ...]:
    """Four outcomes: the primary one, one that got worse, money, and one without a figure anywhere."""
    return (
        change("adm_acute_medical", given["less"], given["unclear"]),
        change("readm30", given["more"], given["none"]),
        change("cost_total", given["money"], replace(given["money"], value=1.01, low=0.95, high=1.07)),
        change("nursing", given["none"], given["none"], value=None, low=None, high=None),
    )


def initiatives() -> pd.DataFrame:
    """Five initiatives: judged by their cluster in several ways, and one by the effect that it tells itself."""
    rows = [
        ("a", "north", "follow_up_visits", 400, 700.0, 70.0, 100_000_00, 40_000_00, 2),
        ("b", "north", "coordination", 90, None, 25.0, 50_000_00, 20_000_00, 2),
        ("c", "south", "coordination", 80, 100.0, None, None, None, None),
        ("d", "south", "video_link", 60, 300.0, 80.0, 10_000_00, 5_000_00, 1),
        ("e", "north", "audit", 96, None, 90.0, 20_000_00, 10_000_00, 2),
    ]
    frame = pd.DataFrame(rows, columns=INITIATIVE)
    own = {"effect_indicator": [None, None, None, "beddays", None], "effect_est": [np.nan] * 3 + [0.7, np.nan]}
    limits = {"effect_low": [np.nan] * 3 + [0.5, np.nan], "effect_high": [np.nan] * 3 + [0.98, np.nan]}
    return frame.assign(**own, **limits, continues_after_2015=[True, True, None, False, True])


def lifts(given: Mapping[str, Estimate]) -> tuple[Lift, ...]:
    """One lift for each way to go."""
    share = Estimate("proportion", 0.494, 0.47, 0.52, "wilson", "descriptive", n_citizens=2082, n_events=1029)
    points = Estimate("difference", 0.105, 0.05, 0.16, "newcombe", "descriptive", n_citizens=1199, n_events=792)
    days = replace(points, value=-3.8, low=-6.1, high=-1.4)

    def one(what: str, aim: str, triple: str, direction: int, kind: Any, north: Estimate | None, south: Estimate | None) -> Lift:
        return Lift(what, aim, triple, direction, kind, {"north": north, "south": south, "region": north}, what.removeprefix("lift."))

    return (
        one("adm_acute_medical", "A1", "quality", -1, "percent", given["less"], given["unclear"]),
        one("gp_contacts", "A3", "cost", 0, "percent", given["more"], given["less"]),
        one("nursing", "A3", "cost", 0, "percent", given["none"], None),
        one("lift.sat_pt", "A4", "quality", 1, "points", points, None),
        one("days_home", "A5", "health", 1, "days", days, replace(days, low=-6.1, high=0.4)),
        one("lift.visit_reach", "A5", "quality", 1, "share", share, None),
    )


def indicators() -> pd.DataFrame:
    """Indicators with a figure, without one, partly there, and not collected."""
    rows = [("adm_acute_medical", "A1", "available"), ("nursing", "A3", "partial"), ("polypharm", "A5", "partial")]
    rows += [("wishes", "A5", "needs_collection")]
    frame = pd.DataFrame(rows, columns=["indicator_id", "aim_id", "data_status"])
    return frame.assign(label_da=[f"Indikator {name}" for name in "abcd"], label_en=[f"Indicator {name}" for name in "abcd"])


def findings(n: int) -> pd.DataFrame:
    """`n` findings of two types, one of them in both clusters."""
    rows = [(place, ("north", "south")[place % 2], "medication_list" if place % 3 else "aids") for place in range(n)]
    return pd.DataFrame([row if row[2] == "medication_list" else (row[0], "north", "aids") for row in rows], columns=FINDING)


def results(region: Study, given: Mapping[str, Estimate]) -> dict[str, Result]:
    """Name -> result. given : estimates by direction (less, unclear, more, none, money)."""
    told, held, started = changes(given), lifts(given), initiatives()
    many = [replace(given["less"], unit=f"c{place}", value=0.8 + 0.02 * place) for place in range(11)]
    wide = replace(told[0], clusters=tuple(many))
    spread = pd.DataFrame({"cluster_id": [one.unit for one in many], "type": "audit", "fidelity_pct": [90.0 - 5 * place for place in range(11)]})
    judged = report.judge_initiatives(region, started, told)
    worse = [replace(lift, direction=-lift.direction) for lift in held]
    told_to = {"addressee": "health_authority", "round_number": 2}
    return {
        "outcomes pooled": report.pooled_outcomes(region, told),
        "outcomes shrunken": report.shrunken_clusters(region, told),
        "components": report.cluster_components(region, told, started),
        "component effects": report.component_effects(region, told, started),
        "component few": report.component_finding(region, told, started),
        "component many": report.component_finding(region, (wide,), spread),
        "component unclear": report.component_finding(region, (wide,), spread.assign(fidelity_pct=[50.0, 70.0] * 5 + [60.0])),
        "component less": report.component_finding(region, (wide,), spread.assign(fidelity_pct=100 - spread["fidelity_pct"])),
        "recurring": report.recurring_table(region, findings(60), k=2),
        "recurring few": report.recurring_table(region, findings(6)),
        "recurring none": report.recurring_table(region, findings(0)),
        "recurring nothing": report.recurring_table(region, findings(60), k=3),
        "spread": report.spread_in_short(region, judged),
        "spread own": report.spread_in_short(region, [one for one in judged if one.is_own]),
        "spread none": report.spread_in_short(region, ()),
        "spread rule": report.spread_rule(region),
        "spread table": report.spread_table(region, judged),
        "spread criteria": report.spread_criteria(region, judged),
        "scorecard short": report.scorecard_in_short(region, held, indicators()),
        "scorecard better": report.scorecard_in_short(region, held[:4], indicators().head(1)),
        "scorecard identified": report.scorecard_in_short(region, held[:1], indicators().head(1)),
        "scorecard nothing": report.scorecard_in_short(region, held[2:3], indicators()),
        "scorecard turned": report.scorecard_in_short(region, worse, indicators()),
        "scorecard": report.scorecard(region, held),
        "unmeasured": report.unmeasured_table(region, held, indicators()),
        "unmeasured none": report.unmeasured_table(region, held, indicators().head(1)),
        "report": report.report_in_short(region, told, held, judged, **told_to),
        "report aims": report.aims_table(region, held),
        "report money": report.money_table(region, told),
        "checklists": report.checklists_in_short(region),
        "checklist trend": report.checklist(region, "trend"),
        "checklist record": report.checklist(region, "record"),
        "checklist cheers": report.checklist(region, "cheers"),
        "together limits": report.limits(region, topics=["synthesis", "recurring", "scorecard", "national"]),
        "together method": report.method(region, topics=["synthesis", "rollout", "drawn", "spread", "scorecard", "national"]),
    }
