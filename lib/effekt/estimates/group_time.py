"""Effects of each start cohort in each period against units that had not started, with every unit's influence on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import frames

NEVER = np.inf


@dataclass(frozen=True)
class Cohorts:
    """A balanced panel by unit.

    y : units x periods. periods : numbers in order (12 x year + month for months). start : first treated period a unit, inf = not within the
    data. weights : a unit, mean 1. cluster : integer code a unit. units : labels. monthly : whether the periods are months.
    n_always : units that were left out because they had started by the first period.
    """

    y: np.ndarray
    periods: np.ndarray
    start: np.ndarray
    weights: np.ndarray
    cluster: np.ndarray
    units: np.ndarray
    monthly: bool
    n_always: int
    n_events: int | None
    exposure: float | None

    def label(self, numbers: Any) -> Any:
        """Period numbers as they were given: months as Timestamps, others as numbers."""
        if self.monthly:
            return frames.month_stamps(np.asarray(numbers))
        values = np.asarray(numbers, dtype=float)
        return values.astype(np.int64) if len(values) == 0 or (values == np.round(values)).all() else values


@dataclass(frozen=True)
class GroupTimes:
    """ATT(g, t), k of them in order of g and t: group, period, estimate (k), influence (units x k, squares add up to the variance),
    n_treated, n_control (k), and how many could not be formed because no control was left.

    In the base period of base "universal" estimate and influence are 0.
    """

    group: np.ndarray
    period: np.ndarray
    estimate: np.ndarray
    influence: np.ndarray
    n_treated: np.ndarray
    n_control: np.ndarray
    n_without_control: int


def read(panel: pd.DataFrame, outcome: str, weights: str | None, cluster: str | None) -> Cohorts:
    """The panel as `Cohorts`; see `staggered` for what it must hold. Raises DataError for anything that would lose a row without saying so."""
    column = next((name for name in ("month", "period") if name in getattr(panel, "columns", ())), "month")
    rate = outcome == "rate" and "rate" not in getattr(panel, "columns", ())
    extra = [name for name in (weights, cluster) if name]
    frames.require(panel, ("unit", column, "start", *(("events", "exposure") if rate else (outcome,)), *extra), what="unit and period")
    unit, labels = frames.codes(panel, "unit")
    value = frames.numbers(panel, "events") / frames.numbers(panel, "exposure", above=0) if rate else frames.numbers(panel, outcome)
    monthly = pd.api.types.is_datetime64_any_dtype(panel[column].dtype) or not pd.api.types.is_numeric_dtype(panel[column].dtype)
    when = frames.month_numbers(panel[column], column).astype(float) if monthly else frames.numbers(panel, column)
    periods, place = np.unique(when, return_inverse=True)
    if monthly:
        frames.check_months(periods.astype(np.int64))
    n, wide = len(labels), len(periods)
    seen = np.bincount(unit * wide + place, minlength=n * wide)
    if (seen > 1).any():
        raise DataError(f"{int((seen > 1).sum())} combinations of unit and {column} occur more than once. Add them up: one row a unit and {column}.")
    if (seen == 0).any():
        raise DataError(
            f"{int((seen == 0).sum())} of {n * wide} combinations of unit and {column} have no row. "
            "Every unit must be there in every period: add the rows, or leave the unit out and say so."
        )
    y = np.empty((n, wide))
    y[unit, place] = value
    start = _constant(_starts(panel, monthly, periods), unit, n, "start")
    weight = _constant(frames.numbers(panel, weights, above=0), unit, n, weights) if weights else np.ones(n)
    group = _constant(frames.codes(panel, cluster)[0].astype(float), unit, n, cluster).astype(np.int64) if cluster else np.arange(n)
    start = np.where(start > periods[-1], NEVER, start)
    kept = start > periods[0]
    counts = rate and frames.is_count(panel, frames.numbers(panel, "events"))
    share = weight[kept] / weight[kept].mean() if kept.any() else weight[kept]
    n_events = int(panel["events"].sum()) if counts else None
    years = float(panel["exposure"].sum()) if rate else None
    cluster_code = np.unique(group[kept], return_inverse=True)[1]
    return Cohorts(y[kept], periods, start[kept], share, cluster_code, labels[kept], monthly, int((~kept).sum()), n_events, years)


def group_times(given: Cohorts, control: str, base: str) -> GroupTimes:
    """Every ATT(g, t) that can be formed: weighted mean change of cohort g from the base period to t, minus that of the controls.

    Base: the last period before g for t >= g; before that the period before t ("varying") or again the last before g ("universal").
    Controls: control "never" has the units that do not start within the data; "not_yet" also those that start after both t and the base.
    Where every unit starts, the last cohort to do so is a control only, as in R's did: it has no effects of its own, before its start or after.
    """
    y, periods, start, w = given.y, given.periods, given.start, given.weights
    control_only = start.max()
    rows: list[tuple[float, float, float, np.ndarray, int, int]] = []
    missing = 0
    for g in np.unique(start[np.isfinite(start)]):
        cohort = start == g
        before = int(np.searchsorted(periods, g)) - 1
        for t in range(0 if base == "universal" else 1, len(periods)):
            from_ = before if base == "universal" or periods[t] >= g else t - 1
            if t == from_ and g == control_only:
                continue
            if t == from_:
                rows.append((g, periods[t], 0.0, np.zeros(len(start)), int(cohort.sum()), 0))
                continue
            later = start == NEVER if control == "never" else (start > periods[max(t, from_)]) & ~cohort
            if not later.any():
                missing += 1
                continue
            if g == control_only:
                continue
            change = y[:, t] - y[:, from_]
            treated, controls = np.where(cohort, w, 0.0) / w[cohort].sum(), np.where(later, w, 0.0) / w[later].sum()
            up, along = treated @ change, controls @ change
            rows.append((g, periods[t], up - along, treated * (change - up) - controls * (change - along), int(cohort.sum()), int(later.sum())))
    if not rows:
        raise DataError("No effect can be formed: no cohort has both a period before its start and units that had not started to compare with.")
    g, t, estimate, influence, n_treated, n_control = zip(*rows, strict=True)
    return GroupTimes(
        np.array(g), np.array(t), np.array(estimate), np.column_stack(influence), np.array(n_treated), np.array(n_control), missing
    )


def _starts(panel: pd.DataFrame, monthly: bool, periods: np.ndarray) -> np.ndarray:
    given = panel["start"]
    missing = given.isna().to_numpy()
    start = np.full(len(panel), NEVER)
    if missing.all():
        raise DataError("start is missing in all rows: no unit ever starts, so there is no effect to estimate.")
    if monthly:
        start[~missing] = frames.month_numbers(given[~missing], "start")
        return start
    if not pd.api.types.is_numeric_dtype(given.dtype):
        raise DataError(f"start is of type {given.dtype} but period is a number. Give both as numbers, or both as dates.")
    start[~missing] = given[~missing].to_numpy(dtype=float)
    if ((start == 0) & (periods[0] > 0)).any() or np.isneginf(start).any():
        raise DataError("start is 0 (or minus infinity) in some rows, before any period. Leave start empty for units that never start.")
    return start


def _constant(values: np.ndarray, unit: np.ndarray, n: int, column: str) -> np.ndarray:
    first = np.empty(n)
    first[unit[::-1]] = values[::-1]
    changed = values != first[unit]
    if changed.any():
        raise DataError(f"{column} changes within {len(np.unique(unit[changed]))} units. It must be the same in every row of a unit.")
    return first
