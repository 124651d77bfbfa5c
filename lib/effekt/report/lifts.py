"""What moved, and whether it moved the wished way: every outcome that serves an aim, in every cluster and in the region, in one shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from effekt.estimates.estimate import Estimate
from effekt.estimates.shares import wilson
from effekt.measures.experience import answers
from effekt.measures.health import health_answers, home_days
from effekt.measures.pathways import audits, visits
from effekt.report import wording
from effekt.report.all_changes import OutcomeChange
from effekt.report.audits import error_change
from effekt.report.days_home import home_change
from effekt.report.experience import OVERALL, satisfied_change
from effekt.report.own_health import health_change, scores_of
from effekt.report.quality_of_life import wish_change
from effekt.report.shares import enough

if TYPE_CHECKING:
    from effekt.study import Study

Kind = Literal["percent", "points", "days", "score", "share"]
Went = Literal["better", "worse", "lower", "higher", "unsure", "level", "none"]
REGION = "region"
NONE: Mapping[str, str] = {}


@dataclass(frozen=True)
class Lift:
    """One thing that was to change. what : key of its name. aim : A1-A5. triple_aim : quality, health or cost. direction : as of an outcome.

    kind : what its numbers are: a change in percent, in percentage points, in days or on a scale, or a share that is a level and no change.
    estimates : unit (a cluster, the region) -> estimate, None where there is none. indicator : its id in the table of indicators.
    """

    what: str
    aim: str
    triple_aim: str
    direction: int
    kind: Kind
    estimates: Mapping[str, Estimate | None]
    indicator: str

    def went(self, unit: str) -> Went:
        """How it went there: better or worse where a direction is wished and the whole interval lies on one side, else lower, higher or unsure."""
        estimate = self.estimates.get(unit)
        if estimate is None or estimate.value is None:
            return "none"
        if self.kind == "share":
            return "level"
        told = wording.direction(estimate)
        if told not in ("less", "more"):
            return "unsure"
        if not self.direction:
            return "lower" if told == "less" else "higher"
        return "better" if (told == "more") == (self.direction > 0) else "worse"


@dataclass(frozen=True)
class _Beside:
    """An outcome that is no column of a table of months: how it is read for a unit and what is made of it."""

    what: str
    indicator: str
    aim: str
    triple_aim: str
    direction: int
    kind: Kind
    read: Callable[[Study], pd.DataFrame]
    ask: Callable[[Study, pd.DataFrame], Estimate | None]


def _overall(respondent: str) -> Callable[[Study], pd.DataFrame]:
    def read(study: Study) -> pd.DataFrame:
        told = answers(study, "lup", respondent=respondent)
        return told[told["item_id"] == OVERALL]

    return read


def _held(study: Study, rows: pd.DataFrame) -> Estimate | None:
    if not (rows["listed"].any() and enough(study, len(rows))):
        return None
    return wilson(int(rows["held"].sum()), len(rows), level=study.level)


BESIDE = (
    _Beside("lift.sat_pt", "sat_pt", "A4", "quality", 1, "points", _overall("patient"), satisfied_change),
    _Beside("lift.sat_rel", "sat_rel", "A4", "quality", 1, "points", _overall("relative"), satisfied_change),
    _Beside("days_home", "days_home", "A5", "health", 1, "days", home_days, lambda study, home: home_change(study, home, "days_home")),
    _Beside("death180", "death180", "A5", "health", -1, "points", home_days, lambda study, home: home_change(study, home, "death180")),
    _Beside("vas", "eq5d", "A5", "health", 1, "score", lambda study: scores_of(health_answers(study)), lambda s, told: health_change(s, told, "vas")),
    _Beside("pref", "pref", "A5", "health", 1, "points", lambda study: answers(study, "own"), wish_change),
    _Beside("lift.audit_err", "audit_err", "A5", "quality", -1, "percent", audits, error_change),
    _Beside("lift.visit_reach", "visit_reach", "A5", "quality", 1, "share", visits, _held),
)


def quality_lift(study: Study, changes: Iterable[OutcomeChange]) -> tuple[Lift, ...]:
    """Every outcome that serves an aim, by aim: those of the catalogue against the comparison, and what surveys, audits and visit lists tell.

    changes : `report.outcome_changes`. An outcome without a number anywhere is there too.
    """
    units = {cluster: study.of(cluster) for cluster in study.clusters} | {REGION: study.of(None)}
    told = [_of_catalogue(study, one) for one in changes if study.outcome(one.outcome).aim != "none"]
    read: dict[Callable[[Study], pd.DataFrame], dict[str, pd.DataFrame]] = {}
    for item in BESIDE:
        if item.read not in read:
            read[item.read] = {unit: item.read(one) for unit, one in units.items()}
        found = {unit: item.ask(one, read[item.read][unit]) for unit, one in units.items()}
        told.append(Lift(item.what, item.aim, item.triple_aim, item.direction, item.kind, found, item.indicator))
    return tuple(sorted(told, key=lambda one: one.aim))


def _of_catalogue(study: Study, one: OutcomeChange) -> Lift:
    outcome = study.outcome(one.outcome)
    found = {estimate.unit: estimate for estimate in (*one.clusters, one.effect)}
    return Lift(one.outcome, outcome.aim, outcome.triple_aim, outcome.direction, "percent", found, one.outcome)


def unmeasured(lifts: Iterable[Lift], indicators: pd.DataFrame) -> pd.DataFrame:
    """Indicators of the five aims that have no number in the region: those of the table that no lift tells, and those told without one.

    Returns one row an indicator of `measures.programme(study, "indicator")`, with `why`: needs_collection where its data are not collected,
    partial where they are in part, elsewhere where they are on another page, too_few where they are there and too few.
    """
    told = {lift.indicator: lift.went(REGION) != "none" for lift in lifts}
    own = indicators[indicators["aim_id"].notna() & ~indicators["indicator_id"].map(lambda name: told.get(name, False))]
    why = [_why(row.indicator_id in told, row.data_status) for row in own.itertuples()]
    return own.assign(why=why).sort_values(["aim_id", "indicator_id"], ignore_index=True)


def _why(is_lift: bool, status: object) -> str:
    if status == "needs_collection":
        return "needs_collection"
    if is_lift:
        return "partial" if status == "partial" else "too_few"
    return "elsewhere"
