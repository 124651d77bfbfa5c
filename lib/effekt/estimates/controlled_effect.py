"""The effect of `controlled_time_series` alone, on cells that were added up once: the same answer many times over, some rows or months left out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from effekt.estimates import claims, intervals
from effekt.estimates.citizen_cells import CitizenCells
from effekt.estimates.cluster_errors import cluster_errors
from effekt.estimates.controlled import DETECTABLE, METHOD, PRETREND_MONTHS, SLOPE_MONTHS
from effekt.estimates.controlled_model import UNITS_A_SIDE, UNITS_IN_ALL
from effekt.estimates.controlled_plan import Plan, plan_months, too_thin
from effekt.estimates.estimate import Estimate
from effekt.estimates.poisson import fit_poisson, two_way_dummies



@dataclass(frozen=True)
class Effect:
    """effect : the headline. influence : Series, citizen_id -> influence on its log; empty where there is no value."""

    effect: Estimate
    influence: pd.Series


@dataclass(frozen=True)
class _Line:
    """One fitted log ratio: value, influence of each citizen (their squares add up to its variance), and what errors by unit need."""

    value: float
    influence: np.ndarray
    design: np.ndarray
    unit: np.ndarray
    residuals: np.ndarray
    mu: np.ndarray
    bread: np.ndarray
    at: np.ndarray


@dataclass(frozen=True)
class CitizenRows:
    """The rows of some cells in the order of their citizens, so that sums a citizen are products of sparse matrices.

    cells : as `citizen_cells.add_up` gives them, their rows sorted by citizen; `cells.events` and `cells.exposure` count the kept rows only.
    kept : bool a row. indptr : where the rows of each citizen begin.
    """

    cells: CitizenCells
    kept: np.ndarray
    indptr: np.ndarray

    def by_citizen(self, amounts: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Sum over the kept rows of each citizen of amount (a row) x weight (a cell)."""
        shape = (len(self.cells.citizens), len(self.cells.events))
        return csr_array((np.where(self.kept, amounts, 0.0), self.cells.cell, self.indptr), shape=shape) @ weights


def sort_rows(cells: CitizenCells) -> tuple[CitizenRows, np.ndarray]:
    """The rows of the cells by citizen, and their order: places in the frame that the cells were made of."""
    order = np.argsort(cells.citizen, kind="stable")
    citizen = cells.citizen[order].astype(np.int32)
    held = replace(
        cells, citizen=citizen, cell=cells.cell[order].astype(np.int32), row_events=cells.row_events[order], row_exposure=cells.row_exposure[order]
    )  # fmt: skip
    begins = np.searchsorted(citizen, np.arange(len(cells.citizens) + 1, dtype=np.int32)).astype(np.int32)
    return CitizenRows(held, np.ones(len(citizen), dtype=bool), begins), order


def keep_rows(rows: CitizenRows, kept: np.ndarray) -> CitizenRows:
    """The rows of the mask `kept` (in the order of the citizens) alone; labels, units and months stay, so that codes mean the same."""
    return _summed(rows, kept & rows.kept, rows.cells.row_events)


def with_events(rows: CitizenRows, events: np.ndarray) -> CitizenRows:
    """The same rows with other events (a row, in the order of the citizens)."""
    return _summed(rows, rows.kept, events)


def _summed(rows: CitizenRows, kept: np.ndarray, events: np.ndarray) -> CitizenRows:
    cells, size = rows.cells, len(rows.cells.events)
    sums = (np.bincount(cells.cell, np.where(kept, amount, 0.0), size) for amount in (events, cells.row_exposure))
    return replace(rows, cells=replace(cells, row_events=events, **dict(zip(("events", "exposure"), sums, strict=True))), kept=kept)


def controlled_effect(
    rows: CitizenRows,
    *,
    start: pd.Timestamp,
    horizon: int = 12,
    phase_in: int = 3,
    contaminated: Iterable[tuple[pd.Timestamp, pd.Timestamp]] = (),
    comparison_exposure: str = "none",
    level: float = 0.95,
    min_events: int = 20,
    min_citizens: int = 50,
    errors: Literal["citizen", "unit"] = "citizen",
    counted: bool = True,
    named: Mapping[str, str] | None = None,
) -> Effect:
    """Ratio of the programme's rate, `horizon` months after `start`, to what it would have been: `controlled_time_series(...).effect`.

    The same model, cells, errors, claim and bounds, without the month-by-month series and the slope, for a fraction of the work.

    Parameters
    ----------
    rows : of `sort_rows`, some of them left out by `keep_rows`, or with other events by `with_events`.
    errors : citizen, as there; unit: errors by municipality (scaled like CR2, t with Satterthwaite's degrees of freedom), which need two units a
        side and eight in all: without them the estimate has no value (caution too_few_units).
    counted : whether events are counts (False for money). named : outcome, unit and measure_unit of the estimate.
    start, horizon, phase_in, contaminated, comparison_exposure, level, min_events, min_citizens : as there.

    Returns
    -------
    Effect
        Too few events or citizens on a side: no value, and the caution says which.

    Raises
    ------
    DataError
        No programme or no comparison unit with exposure, or no month before or after.
    """
    names, cells = dict(named or {}), rows.cells
    plan = plan_months(cells, start, horizon, phase_in, contaminated)
    counts = _count(rows, plan, counted)
    frame: dict[str, Any] = {"method": METHOD, "claim": "descriptive", "contrast": "programme_comparison", "n_citizens": counts["n_citizens"]}
    frame |= {"n_events": counts["n_events"] if counted else None, "exposure": float(cells.exposure[plan.used].sum())}
    if thin := too_thin(counts, min_events, min_citizens):
        facts = {**_public(counts, True), "min_events": min_events, "min_citizens": min_citizens}
        return _nothing(cells, frame | {"cautions": thin, "reasons": ("too_few",), "facts": facts}, level, names)
    before, after = plan.months(cells, after=False), plan.months(cells, after=True)
    exposed = (plan.treated & plan.after).astype(float)
    sloped = len(after) >= SLOPE_MONTHS
    line = _fit(rows, plan.used, np.column_stack([exposed, exposed * plan.years])[:, : 1 + sloped])
    inside = int(after[-1]) >= plan.first + plan.horizon
    drift = _pretrend(rows, plan, before)
    grade = claims.against_comparison(
        comparison_exposure=comparison_exposure, months_before=len(before), pretrend_p=drift and drift[2], phase_in=plan.phase_in,
        contaminated_months=plan.contaminated_months, horizon_in_data=inside,
    )  # fmt: skip
    told = {"level_only": not sloped, "horizon_after_data": not inside, "few_months_before": len(before) < claims.MONTHS_NEEDED}
    frame |= {"claim": grade.claim, "contrast": grade.contrast, "reasons": grade.reasons}
    facts = {**grade.facts, **_public(counts, counted), "months_after": len(after), "horizon": plan.horizon}
    frame |= {"cautions": tuple(key for key, holds in told.items() if holds), "facts": facts}
    se, df = float(np.linalg.norm(line.influence)), math.inf
    if errors == "unit":
        by_unit = _error_by_unit(cells, line)
        if by_unit is None:
            return _nothing(cells, frame | {"cautions": ("too_few_units",)}, level, names)
        se, df = by_unit
    effect = intervals.ratio(line.value, se, level=level, df=df, **frame)
    if drift is not None and effect.low is not None and effect.high is not None:
        away = math.exp(abs(drift[0]) * (plan.first + plan.horizon - before.mean()) / 12.0)
        facts |= {
            "pretrend": math.exp(drift[0]), "pretrend_p": drift[2], "pretrend_detectable": math.exp(DETECTABLE * drift[1]),
            "bound_low": effect.low / away, "bound_high": effect.high * away,
        }  # fmt: skip
        effect = replace(effect, facts=facts)
    return Effect(_named(effect, names), pd.Series(line.influence, index=pd.Index(cells.citizens, name="citizen_id"), name="influence"))


def _nothing(cells: CitizenCells, frame: dict[str, Any], level: float, names: Mapping[str, str]) -> Effect:
    effect = Estimate("ratio", None, None, None, level=level, **{**frame, "claim": "descriptive"})
    return Effect(_named(effect, names), pd.Series(0.0, index=pd.Index(cells.citizens, name="citizen_id"), name="influence"))


def _public(counts: Mapping[str, int], counted: bool) -> dict[str, int]:
    """Counts that a sentence may quote; rows with an amount are no events."""
    return {key: value for key, value in counts.items() if key.startswith("n_citizens") or (counted and key.startswith("n_"))}


def _named(effect: Estimate, names: Mapping[str, str]) -> Estimate:
    return effect.named(outcome=names.get("outcome", ""), unit=names.get("unit", ""), measure_unit=names.get("measure_unit", ""))


def _count(rows: CitizenRows, plan: Plan, counted: bool) -> dict[str, int]:
    """As `controlled_plan.count`."""
    cells = rows.cells
    hit = np.flatnonzero(rows.kept & (cells.row_events > 0))
    cell, happened = cells.cell[hit], cells.row_events[hit] if counted else np.ones(len(hit))
    group = (2 * plan.treated + plan.after)[cell]
    events = np.bincount(group[plan.used[cell]], happened[plan.used[cell]], 4)
    ones = np.ones(len(cells.cell))
    there = [rows.by_citizen(ones, (plan.used & (plan.treated == flag)).astype(float)) > 0 for flag in (False, True)]
    return {
        "n_events": int(events.sum()), "n_events_treated": int(events[2:].sum()),
        "n_events_before": int(events[2]), "n_events_after": int(events[3]), "comparison_before": int(events[0]), "comparison_after": int(events[1]),
        "n_citizens": int((there[0] | there[1]).sum()), "n_citizens_treated": int(there[1].sum()), "comparison_citizens": int(there[0].sum()),
    }  # fmt: skip


def _fit(rows: CitizenRows, used: np.ndarray, extra: np.ndarray) -> _Line:
    """The first of the columns `extra` in a model with an effect of each unit and of each month, on the used cells."""
    cells = rows.cells
    n_months = len(cells.months)
    place = np.tile(np.arange(n_months), len(cells.units))
    seen = used & (np.bincount(cells.cell_unit[used], cells.events[used], len(cells.units))[cells.cell_unit] > 0)
    seen &= np.bincount(place[used], cells.events[used], n_months)[place] > 0
    unit, period = (np.unique(code[seen], return_inverse=True)[1] for code in (cells.cell_unit, place))
    design = np.hstack([two_way_dummies(unit, period), extra[seen]])
    fit = fit_poisson(design, cells.events[seen], cells.exposure[seen])
    at = np.zeros(design.shape[1])
    at[-extra.shape[1]] = 1.0
    load, rate = np.zeros(len(used)), np.zeros(len(used))
    load[seen], rate[seen] = design @ (fit.bread @ at), fit.mu / cells.exposure[seen]
    influence = rows.by_citizen(cells.row_events, load) - rows.by_citizen(cells.row_exposure, rate * load)
    relative = (cells.events[seen] - fit.mu) / fit.mu
    return _Line(float(fit.coefficients @ at), influence, design, np.stack([unit, cells.cell_unit[seen]]), relative, fit.mu, fit.bread, at)


def _pretrend(rows: CitizenRows, plan: Plan, before: np.ndarray) -> tuple[float, float, float] | None:
    """(log drift a year before the start, its standard error, its p); None with too few months or events, or without an error."""
    used = plan.used & ~plan.after
    cells = rows.cells
    events = cells.events[used & plan.treated].sum(), cells.events[used & ~plan.treated].sum()
    if len(before) < PRETREND_MONTHS or min(events) == 0:
        return None
    line = _fit(rows, used, np.where(plan.treated, plan.years, 0.0)[:, None])
    error = float(np.linalg.norm(line.influence))
    return (line.value, error, intervals.two_sided(line.value / error)) if error > 0 else None


def _error_by_unit(cells: CitizenCells, line: _Line) -> tuple[float, float] | None:
    """(standard error, degrees of freedom) with units as clusters; None with too few of them."""
    code, label = line.unit
    treated = cells.treated[np.unique(label)]
    if min(treated.sum(), (~treated).sum()) < UNITS_A_SIDE or len(treated) < UNITS_IN_ALL:
        return None
    told = cluster_errors(
        line.design, line.residuals, code, line.at, weights=line.mu, working_variance=1 / line.mu, counted=len(line.at), bread=line.bread, scalar=True
    )["cr2"]
    return (told.se, told.df) if told.se and told.df else None
