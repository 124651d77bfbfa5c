"""From months to a control chart: how long the periods are, what the limits rest on, and which signals came after the start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import yaml

from effekt import catalogue
from effekt.estimates.control_charts import ControlChart, laney_u, xmr

if TYPE_CHECKING:
    from effekt.study import Study

OWN, RELATIVE = "own", "relative"


@dataclass(frozen=True)
class Followed:
    """One outcome over time.

    periods : frame month (first), events, exposure, n_citizens, other_events, other_exposure, n (what is counted: events, or citizens), one row a
    period that counts. months : length of a period. before : periods before the start, on which the limits rest. charts : "own", the outcome itself,
    and "relative", set against the comparison (only where there is one). few : why there is no chart (few, no_before, no_after), else "".
    """

    outcome: str
    counted: bool
    periods: pd.DataFrame
    months: int
    before: int
    charts: Mapping[str, ControlChart]
    few: str = ""

    @property
    def chief(self) -> str:
        """The chart that the words are about: against the comparison where there is one."""
        return RELATIVE if RELATIVE in self.charts else OWN

    def drifts(self, chart: str) -> bool:
        """Whether the periods before the start hang together so much that limits made of neighbouring periods say nothing.

        The standard deviation of all of them over that of neighbours (the root of half the mean squared step [1]_), which is
        1 / sqrt(1 - r) where neighbours correlate by r.

        References
        ----------
        .. [1] von Neumann, Kent, Bellinson, Hart (1941). Ann Math Stat 12:153-162.
        """
        found = self.charts[chart]
        sigma = np.broadcast_to((np.asarray(found.high) - found.centre) / 3, found.values.shape)[: self.before]
        if not (sigma > 0).all():
            return False
        z = (found.values[: self.before] - found.centre) / sigma
        steps = float((np.diff(z) ** 2).mean() / 2)
        return bool(z.var(ddof=1) > rules()["most_drift"] ** 2 * steps)

    def status(self, chart: str) -> str:
        """What the chart says after the start: high, low or both (sides of signals), near (varies less), none, drift; or why there is no chart."""
        if chart not in self.charts:
            return self.few or "no_comparison"
        if self.drifts(chart):
            return "drift"
        sides = set(self.signals(chart)["side"])
        if not sides:
            return "none"
        told = sides - {"both"}
        return "near" if not told else "both" if len(told) > 1 else told.pop()

    def signals(self, chart: str) -> pd.DataFrame:
        """The signals with at least half of their periods after the start, in order of their last: frame rule, side, first, last (months)."""
        found = self.charts[chart].signals if chart in self.charts else pd.DataFrame(columns=["rule", "first", "last", "side"])
        after = found["last"] - np.maximum(found["first"], self.before) + 1
        found = found[2 * after >= found["last"] - found["first"] + 1].sort_values(["last", "first"], ignore_index=True)
        months = self.periods["month"].to_numpy()
        return found.assign(first=months[found["first"].astype(int)], last=months[found["last"].astype(int)])


@lru_cache(maxsize=1)
def rules() -> Mapping[str, Any]:
    """`catalogue/monitoring.yml`."""
    return yaml.safe_load((Path(catalogue.__file__).parent / "monitoring.yml").read_text(encoding="utf-8"))


def follow(study: Study, monthly: pd.DataFrame, outcome: str) -> Followed:
    """The outcome's periods and charts. monthly : `measures.monitored`. The limits are frozen on the periods before the start of the area.

    The region's start is that of its first cluster. Months of an earlier initiative are in no period; a period that lacks a month is left out.
    """
    kind = rules()["chart"].get(study.outcome(outcome).measure, rules()["chart"]["other"])
    own = monthly[monthly["outcome"] == outcome].sort_values("month")
    for first, last in study.contaminated:
        own = own[(own["month"] < first) | (own["month"] > last)]
    counted = kind == "laney_u"
    held, length = own, 1
    for length in rules()["periods"]:
        held = _periods(own, start_of(study), length).assign(n=lambda rows: rows["events" if counted else "n_citizens"])
        if not ((held["n"] > 0) & (held["n"] < rules()["least_a_period"])).any():
            break
    else:
        return Followed(outcome, counted, held, length, 0, {}, "few")
    before = int((held["month"] < start_of(study)).sum())
    few = "few" if held.empty else "no_before" if before < rules()["least_before"] else "no_after" if before == len(held) else ""
    return Followed(outcome, counted, held, length, before, {} if few else _charts(held, counted, before), few)


def start_of(study: Study) -> pd.Timestamp:
    """First month of the new way of working; for the region that of its first cluster."""
    return study.start if study.cluster is not None else min(study.of(cluster).start for cluster in study.clusters)


def _periods(own: pd.DataFrame, start: pd.Timestamp, length: int) -> pd.DataFrame:
    """Months added up to periods of `length` that begin at the start and go both ways; only whole ones."""
    since = (own["month"].dt.year - start.year) * 12 + own["month"].dt.month - start.month
    sums = own.assign(block=np.floor(since / length).astype(int)).groupby("block").agg(
        month=("month", "min"), months=("month", "size"), events=("events", "sum"), exposure=("exposure", "sum"), n_citizens=("n_citizens", "min"),
        other_events=("other_events", "sum"), other_exposure=("other_exposure", "sum"), compared=("other_events", "count"),
    )  # fmt: skip
    return sums[sums["months"] == length].reset_index(drop=True)


def _charts(held: pd.DataFrame, counted: bool, before: int) -> dict[str, ControlChart]:
    rate, other = held["events"] / held["exposure"], held["other_events"] / held["other_exposure"]
    charts = {OWN: laney_u(held["events"], held["exposure"], baseline=before) if counted else xmr(rate, baseline=before)}
    if (held["compared"] == held["months"]).all() and (other > 0).all():
        charts[RELATIVE] = laney_u(held["events"], other * held["exposure"], baseline=before) if counted else xmr(rate / other, baseline=before)
    return charts
