"""Results about general practice and about goals, made by hand: a quality cluster with practices small and large, goals of every verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from effekt import report
from effekt.report.results import Result
from effekt.report.target_levels import Goal, Level, verdict_of
from effekt.study import Study


def practices() -> pd.DataFrame:
    """Twelve practices of two quality clusters; one of the first is too small to show, one stands out."""
    observed = [30, 34, 3, 70, 28, 36, 33, 31, 29, 35, 32, 30]
    frame = pd.DataFrame({"unit": [str(place) for place in range(12)], "observed": observed, "expected": 32.0, "n": 150, "cluster": "q1"})
    frame.loc[6:, "cluster"] = "q2"
    frame.attrs = {"year": 2014, "group": "A02BC"}
    return frame


def medicines() -> pd.DataFrame:
    """Listed citizens of four practices, every tenth with many medicines; one practice has almost nobody."""
    place = pd.Series(range(322))
    unit = (place // 100).astype(str)
    frame = pd.DataFrame({"unit": unit, "cluster": "q1", "polypharmacy": place % 10 == 0})
    frame.attrs = {"year": 2014, "many": 6}
    return frame


def stopped(events: int = 9) -> pd.DataFrame:
    """Users of two practices who stopped."""
    frame = pd.DataFrame({"unit": ["0", "6"], "observed": [events, 8], "n": [120, 110], "cluster": ["q1", "q2"]})
    frame.attrs = {"year": 2014, "group": "A02BC"}
    return frame


def goals() -> tuple[Goal, ...]:
    """A goal of each verdict."""
    def told(**changes: Any) -> dict[str, Any]:
        row = {
            "target_id": "t", "indicator_id": "adm", "cluster_id": "north", "aim_id": "A1", "label_da": "Indlæggelser", "label_en": "Admissions",
            "unit": "per_person_year", "comparator": "at_most", "deadline": pd.Timestamp("2014-12-31"), "owner": "hospital_cluster",
            "followup_method": "registers", "data_status": "available", "outcome_id": None, "direction": -1,
        }  # fmt: skip
        return row | changes

    met = Level(3.0, 3.0, 3.0, 4, date(2014, 12, 1), True)
    latest = Level(0.24, 0.22, 0.26, 1200, date(2014, 12, 1))
    share = {"indicator_id": "reach", "aim_id": None, "label_da": "Besøg gennemført", "label_en": "Visits held", "unit": "share"}
    rows = [
        (told(), 0.3, 0.28, latest),
        (told(cluster_id="south"), 0.2, 0.28, latest),
        (told(cluster_id=None), 0.25, None, latest),
        (told(cluster_id=None, indicator_id="gp", label_da="Kontakter", label_en="Contacts"), None, None, latest),
        (told(**share, comparator="at_least"), 50.0, None, replace(latest, value=61.2, low=55.0, high=67.0)),
        (told(**share, cluster_id="south", comparator="at_least"), 50.0, None, None),
        (told(**share, cluster_id=None, comparator="at_least"), 50.0, None, Level(None, None, None, 7, date(2014, 12, 1))),
        (told(indicator_id="tools", data_status="needs_collection", unit="share", owner=None, deadline=pd.NaT), 100.0, None, None),
        (told(indicator_id="team_meetings", aim_id=None, unit="count", comparator="at_least"), 4.0, None, met),
    ]
    return tuple(Goal(told, target, baseline, 0, level, verdict_of(told, target, level)) for told, target, baseline, level in rows)


def results(study: Study) -> dict[str, Result]:
    """Name -> result of notebooks 30 and 31 that need no table of a study."""
    q1 = replace(study, parameters={"quality_cluster": "q1"})
    spread = report.practice_spread(q1, practices())
    nobody = report.practice_spread(replace(study, parameters={"quality_cluster": "q3"}), practices())
    nothing = report.practice_spread(q1, practices().iloc[:0])
    unused = report.practice_spread(q1, practices().assign(observed=0, expected=0.2))
    indicators = pd.DataFrame(
        [("tools", "A2", "Værktøjer", "Tools", "needs_collection", None), ("nursing", None, "Pleje", "Nursing", "partial", True)],
        columns=["indicator_id", "aim_id", "label_da", "label_en", "data_status", "national"],
    )
    whole = indicators.assign(data_status="available")
    told = goals()
    return {
        "package": report.package_in_short(q1, spread, medicines(), stopped()),
        "package nobody": report.package_in_short(q1, nobody, medicines(), stopped()),
        "package no medicine": report.package_in_short(q1, nothing, medicines().iloc[:0], stopped().iloc[:0]),
        "package unused": report.package_in_short(q1, unused, medicines(), stopped(0)),
        "package funnel": report.practice_funnel(q1, spread),
        "package ratios": report.practice_ratios(q1, spread),
        "package variation": report.practice_variation(q1, spread),
        "package polypharmacy": report.polypharmacy_shares(q1, medicines()),
        "package stopped": report.stopped_table(q1, stopped(3)),
        "package discussion": report.discussion(q1, spread, medicines(), stopped()),
        "package discussion nothing": report.discussion(q1, nothing, medicines().iloc[:0], stopped().iloc[:0]),
        "goals": report.targets_in_short(study, told, indicators),
        "goals nobody": report.targets_in_short(study, (), indicators),
        "goals directions": report.targets_in_short(study, told[3:4], whole),
        "goals dots": report.target_dots(study, told, about="use"),
        "goals dots nobody": report.target_dots(study, told[:1], about="quality"),
        "goals table": report.target_table(study, told),
        "indicators": report.indicator_status(study, indicators),
        "indicators whole": report.indicator_status(study, whole),
    }
