"""Where each goal stands: its baseline, the latest measurement up to its deadline with an interval, and whether that can be held to be attained."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from effekt.estimates.cost import mean_cost
from effekt.estimates.health_states import eq5d
from effekt.estimates.shares import wilson
from effekt.measures import experience, pathways, prescribing, resources
from effekt.measures import targets as counted
from effekt.report.spreads import FEWEST

if TYPE_CHECKING:
    from effekt.study import Study

Verdict = Literal["attained", "missed", "unclear", "direction", "needs_collection", "not_measured", "too_few"]
PERCENT, MOST_SHARE = 100.0, 1.0
NEEDS_COLLECTION = "needs_collection"
MEETINGS = "_meetings"


@dataclass(frozen=True)
class Window:
    """When something is measured: the months from `first` to `last`, both included; `is_baseline` where that is before the start."""

    first: date
    last: date
    is_baseline: bool


@dataclass(frozen=True)
class Level:
    """One measurement, in the unit that pages show (a share in per cent): its interval, what it rests on, and the last month of it.

    low and high are the value itself where everything is counted and nothing is drawn from chance. verdict : "too_few" where there is no value.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    last: date | None
    is_exact: bool = False


@dataclass(frozen=True)
class Goal:
    """One goal with its numbers. told : the row of `measures.told_goals`. n_baseline : citizens or rows under it, 0 where the workbook tells it."""

    told: Mapping[str, Any]
    target: float | None
    baseline: float | None
    n_baseline: int
    latest: Level | None
    verdict: Verdict


def goals(study: Study, targets: pd.DataFrame) -> tuple[Goal, ...]:
    """Every goal of `measures.told_goals`, held against what is measured, in the order of the frame.

    The latest measurement is that of the last twelve complete months no later than the deadline, of the last wave of a survey or the last round of an
    audit, or of the calendar year. Attained: the whole interval is on the right side of the target (the target itself included); missed: all of it on
    the wrong side; else it cannot be told. A goal without a number is a direction only, and is not judged.
    """
    held: dict[tuple[str, Window], pd.DataFrame | None] = {}
    found = []
    for told in targets.to_dict("records"):
        cluster = told["cluster_id"] if isinstance(told["cluster_id"], str) else None
        latest = _level(study, told, cluster, _latest(study, told), held)
        stated = _shown(told, told["baseline"])
        before = None if stated is not None else _level(study, told, cluster, _before(study, cluster), held)
        target = _shown(told, told["target_value"])
        baseline = stated if stated is not None else None if before is None else before.value
        found.append(Goal(told, target, baseline, 0 if before is None else before.n, latest, verdict_of(told, target, latest)))
    return tuple(found)


def verdict_of(told: Mapping[str, Any], target: float | None, latest: Level | None) -> Verdict:
    """What can be said of a goal; `target` None is a direction only."""
    if told["data_status"] == NEEDS_COLLECTION:
        return NEEDS_COLLECTION
    if target is None:
        return "direction"
    if latest is None:
        return "not_measured"
    if latest.low is None or latest.high is None:
        return "too_few"
    return judged(latest.low, latest.high, target, str(told["comparator"]))


def judged(low: float, high: float, target: float, comparator: str) -> Literal["attained", "missed", "unclear"]:
    """An interval against a target, which itself counts as attained: at_most or at_least."""
    if comparator == "at_most":
        return "attained" if high <= target else "missed" if low > target else "unclear"
    return "attained" if low >= target else "missed" if high < target else "unclear"


def is_measured(study: Study, told: Mapping[str, Any]) -> bool:
    """Whether this page knows how to measure the goal's indicator."""
    return told["indicator_id"] in FRAMES or told["indicator_id"].endswith(MEETINGS) or _outcome(study, told) is not None


def _level(study: Study, told: Mapping[str, Any], cluster: str | None, when: Window | None, held: dict) -> Level | None:
    if when is None or told["data_status"] == NEEDS_COLLECTION or not is_measured(study, told):
        return None
    name = told["indicator_id"]
    if name.endswith(MEETINGS) and name not in FRAMES:
        return None if when.is_baseline else _meetings(study, name.removesuffix(MEETINGS), told["deadline"])
    if (name, when) not in held:
        held[name, when] = _frame(study, told, when)
    frame = held[name, when]
    if frame is None or frame.empty:
        return None
    own = frame if cluster is None else frame[frame["cluster_id"] == cluster]
    last = frame.attrs.get("last", when.last)
    if own.empty or own["exposure"].sum() <= 0:
        return None
    if len(own) < study.protocol.too_few.events or 0 < own["events"].sum() < FEWEST:
        return Level(None, None, None, len(own), last)
    estimate = mean_cost(own, value="events", level=study.level)
    low, high = estimate.low, estimate.high
    if low == high:   # all alike: the normal interval has no width, which is not certainty
        told_of = wilson(round(own["events"].sum()), len(own), level=study.level) if told["unit"] == "share" else None
        low, high = (None, None) if told_of is None else (told_of.low, told_of.high)
    return Level(*(_percent(told, value) for value in (estimate.value, low, high)), len(own), last)


def _frame(study: Study, told: Mapping[str, Any], when: Window) -> pd.DataFrame | None:
    if told["indicator_id"] in FRAMES:
        return FRAMES[told["indicator_id"]](study, when)
    return counted.person_sums(study, str(_outcome(study, told)), when.first, when.last)


def _outcome(study: Study, told: Mapping[str, Any]) -> str | None:
    """The outcome of the catalogue that the indicator is, where the delivery has data for it."""
    name = told["outcome_id"]
    known = isinstance(name, str) and name in study.protocol.catalogue()
    return name if known and not study.lacking(name) else None


def _latest(study: Study, told: Mapping[str, Any]) -> Window | None:
    """The last twelve complete months up to the deadline; None where the data begin later than that."""
    name = _outcome(study, told)
    last = study.period[1] if name is None else study.last_complete_month(name)
    deadline = told["deadline"]
    last = last if pd.isna(deadline) else min(last, pd.Timestamp(deadline).to_period("M").to_timestamp())
    first = last - pd.DateOffset(months=counted.MONTHS_COUNTED - 1)
    return None if first < study.period[0] else Window(first.date(), last.date(), False)


def _before(study: Study, cluster: str | None) -> Window | None:
    """The twelve months before the start of the cluster, or of the first cluster for the region."""
    start = min(study.of(name).start for name in ([cluster] if cluster in study.clusters else study.clusters))
    first = start - pd.DateOffset(months=counted.MONTHS_COUNTED)
    return None if first < study.period[0] else Window(first.date(), (start - pd.DateOffset(months=1)).date(), True)


def _meetings(study: Study, body: str, deadline: Any) -> Level | None:
    """Meetings held by a body in the last year that any were planned in; all are counted, so that there is no interval."""
    met = resources.meetings(study)
    met = met[(met["body_id"] == body) & (met["planned"] > 0)]
    met = met if pd.isna(deadline) else met[met["year"] <= pd.Timestamp(deadline).year]
    if met.empty:
        return None
    year = int(met["year"].max())
    held = float(met.loc[met["year"] == year, "held"].sum())
    return Level(held, held, held, int(met.loc[met["year"] == year, "planned"].sum()), date(year, 12, 1), is_exact=True)


def _answers(instrument: Literal["lup", "own"], respondent: Literal["patient", "relative"], item: str) -> Callable[[Study, Window], pd.DataFrame]:
    def read(study: Study, when: Window) -> pd.DataFrame:
        rows = experience.answers(study.of(None), instrument, respondent=respondent, item=item)
        own = rows[rows["after"] != when.is_baseline]
        return _dated(own.assign(events=own["value"]), own["date"], when)

    return read


def _health(study: Study, when: Window) -> pd.DataFrame:
    rows = experience.responses(study.of(None), version="5L")
    own = rows[rows["after"] != when.is_baseline]
    return _dated(own.assign(events=eq5d(own["profile"], "5L") if len(own) else 0.0), own["date"], when)


def _audits(study: Study, when: Window) -> pd.DataFrame:
    rows = pathways.audits(study.of(None))
    day = pd.to_datetime(rows["audit_date"])
    rows = rows[day < pd.Timestamp(when.last) + pd.DateOffset(months=1)] if not when.is_baseline else rows
    wanted = rows.groupby("cluster_id")["round"].transform("min" if when.is_baseline else "max")
    own = rows[rows["round"] == wanted]
    frame = own.assign(events=own["n_findings"], exposure=own["auditors"])[["cluster_id", "events", "exposure"]].reset_index(drop=True)
    return _dated(frame, own["audit_date"], when)


def _visits(column: str) -> Callable[[Study, Window], pd.DataFrame]:
    def read(study: Study, when: Window) -> pd.DataFrame:
        rows = pathways.visits(study.of(None))
        listed = rows.groupby("cluster_id")["listed"].transform("any")
        day = pd.to_datetime(rows["discharge_date"])
        within = (day >= pd.Timestamp(when.first)) & (day < pd.Timestamp(when.last) + pd.DateOffset(months=1))
        own = rows[within & listed] if not when.is_baseline else rows.iloc[:0]
        return own.assign(events=own[column].astype(float), exposure=1.0)[["citizen_id", "cluster_id", "events", "exposure"]].reset_index(drop=True)

    return read


def _readmissions(study: Study, when: Window) -> pd.DataFrame:
    month_end = (pd.Timestamp(when.last) + pd.offsets.MonthEnd(1)).date()
    rows = counted.readmissions_after(study, when.first, month_end)
    return rows.assign(events=rows["readmitted"].astype(float), exposure=1.0)


def _polypharmacy(study: Study, when: Window) -> pd.DataFrame:
    years = set(study.read("medicine_use", ["year"])["year"])
    if when.last.year not in years:
        return pd.DataFrame({"cluster_id": [], "events": [], "exposure": []})
    rows = prescribing.polypharmacy(study, when.last.year)
    return rows.assign(events=rows["polypharmacy"].astype(float), exposure=1.0)[["citizen_id", "cluster_id", "events", "exposure"]]


def _dated(frame: pd.DataFrame, days: pd.Series, when: Window) -> pd.DataFrame:
    """The frame with an exposure of one a row where it has none, and the last month that it was measured in."""
    frame = frame if "exposure" in frame else frame.assign(exposure=1.0)
    kept = frame[[name for name in ("citizen_id", "cluster_id", "events", "exposure") if name in frame]].reset_index(drop=True)
    kept = kept.drop(columns="citizen_id") if "citizen_id" in kept and kept["citizen_id"].isna().any() else kept
    kept.attrs = {"last": when.last if not len(days) else pd.Timestamp(days.max()).to_period("M").to_timestamp().date()}
    return kept


def _shown(told: Mapping[str, Any], value: Any) -> float | None:
    """A number of the workbook in the unit that pages show."""
    if value is None or pd.isna(value):
        return None
    is_fraction = told["unit"] == "share" and abs(value) <= MOST_SHARE
    return float(value) * (PERCENT if is_fraction else 1.0)


def _percent(told: Mapping[str, Any], value: float | None) -> float | None:
    return None if value is None else value * (PERCENT if told["unit"] == "share" else 1.0)


FRAMES: Mapping[str, Callable[[Study, Window], pd.DataFrame]] = MappingProxyType(
    {
        "readm30": _readmissions,
        "sat_pt": _answers("lup", "patient", "overall"),
        "sat_rel": _answers("lup", "relative", "overall"),
        "pref": _answers("own", "patient", "wishes_followed"),
        "eq5d": _health,
        "audit_err": _audits,
        "visit_reach": _visits("held"),
        "visit_7d": _visits("within_7_days"),
        "polypharm": _polypharmacy,
    }
)
"""Indicator -> the rows it is the mean of: cluster_id, events, exposure, and citizen_id where one citizen may have several."""
