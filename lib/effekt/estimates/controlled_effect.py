"""The effect of `controlled_time_series` alone, on cells that were added up once: the same answer many times over, some rows or months left out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from effekt.estimates import claims, intervals
from effekt.estimates.citizen_cells import CitizenCells
from effekt.estimates.cluster_errors import cluster_errors
from effekt.estimates.controlled_model import UNITS_A_SIDE, UNITS_IN_ALL
from effekt.estimates.controlled_plan import Plan, plan_months, too_thin
from effekt.estimates.estimate import Estimate
from effekt.estimates.poisson import fit_poisson, two_way_dummies

METHOD = "controlled_time_series"
SLOPE_MONTHS, PRETREND_MONTHS = 12, 6


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


def keep_rows(cells: CitizenCells, kept: np.ndarray) -> CitizenCells:
    """The cells with only the rows of the mask `kept`; labels, units and months stay, so that codes mean the same."""
    cell, events, exposure = cells.cell[kept], cells.row_events[kept], cells.row_exposure[kept]
    size = len(cells.events)
    return replace(
        cells, citizen=cells.citizen[kept], cell=cell, row_events=events, row_exposure=exposure,
        events=np.bincount(cell, events, size), exposure=np.bincount(cell, exposure, size),
    )  # fmt: skip


def with_events(cells: CitizenCells, events: np.ndarray) -> CitizenCells:
    """The cells with other events of the same rows."""
    return replace(cells, row_events=events, events=np.bincount(cells.cell, events, len(cells.events)))


def controlled_effect(
    cells: CitizenCells,
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

    The same model, cells, errors and claim, without the month-by-month series, the slope and the bounds, for a fraction of the work.

    Parameters
    ----------
    cells : of `citizen_cells.add_up`, some rows left out by `keep_rows`, or with other events by `with_events`.
    errors : citizen, as there; unit: errors by municipality (scaled like CR2, t with Satterthwaite's degrees of freedom), which need two units a
        side and eight in all: without them the estimate has no value (caution few_units_for_errors).
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
    names = dict(named or {})
    plan = plan_months(cells, start, horizon, phase_in, contaminated)
    counts = _count(cells, plan, counted)
    frame: dict[str, Any] = {"method": METHOD, "claim": "descriptive", "contrast": "programme_comparison", "n_citizens": counts["n_citizens"]}
    frame |= {"n_events": counts["n_events"] if counted else None, "exposure": float(cells.exposure[plan.used].sum())}
    if thin := too_thin(counts, min_events, min_citizens):
        facts = {**counts, "min_events": min_events, "min_citizens": min_citizens}
        return _nothing(cells, frame | {"cautions": thin, "reasons": ("too_few",), "facts": facts}, level, names)
    before, after = plan.months(cells, after=False), plan.months(cells, after=True)
    exposed = (plan.treated & plan.after).astype(float)
    sloped = len(after) >= SLOPE_MONTHS
    line = _fit(cells, plan.used, np.column_stack([exposed, exposed * plan.years])[:, : 1 + sloped])
    inside = int(after[-1]) >= plan.first + plan.horizon
    grade = claims.against_comparison(
        comparison_exposure=comparison_exposure, months_before=len(before), pretrend_p=_pretrend_p(cells, plan, before), phase_in=plan.phase_in,
        contaminated_months=plan.contaminated_months, horizon_in_data=inside,
    )  # fmt: skip
    told = {"level_only": not sloped, "horizon_after_data": not inside, "few_months_before": len(before) < claims.MONTHS_NEEDED}
    frame |= {"claim": grade.claim, "contrast": grade.contrast, "reasons": grade.reasons}
    frame |= {"cautions": tuple(key for key, holds in told.items() if holds), "facts": {**grade.facts, **counts, "months_after": len(after)}}
    se, df = float(np.linalg.norm(line.influence)), math.inf
    if errors == "unit":
        by_unit = _error_by_unit(cells, line)
        if by_unit is None:
            return _nothing(cells, frame | {"cautions": ("few_units_for_errors",)}, level, names)
        se, df = by_unit
    effect = intervals.ratio(line.value, se, level=level, df=df, **frame)
    return Effect(_named(effect, names), pd.Series(line.influence, index=pd.Index(cells.citizens, name="citizen_id"), name="influence"))


def _nothing(cells: CitizenCells, frame: dict[str, Any], level: float, names: Mapping[str, str]) -> Effect:
    effect = Estimate("ratio", None, None, None, level=level, **{**frame, "claim": "descriptive"})
    return Effect(_named(effect, names), pd.Series(0.0, index=pd.Index(cells.citizens, name="citizen_id"), name="influence"))


def _named(effect: Estimate, names: Mapping[str, str]) -> Estimate:
    return effect.named(outcome=names.get("outcome", ""), unit=names.get("unit", ""), measure_unit=names.get("measure_unit", ""))


def _count(cells: CitizenCells, plan: Plan, counted: bool) -> dict[str, int]:
    """As `controlled_plan.count`, citizens counted by their codes."""
    used = plan.used[cells.cell]
    side, happened = plan.treated[cells.cell], cells.row_events if counted else (cells.row_events > 0).astype(float)
    events = np.bincount((2 * plan.treated + plan.after)[cells.cell][used], happened[used], 4)
    there = [np.bincount(cells.citizen[used & (side == flag)], minlength=len(cells.citizens)) > 0 for flag in (False, True)]
    return {
        "n_events": int(events.sum()), "n_events_treated": int(events[2:].sum()),
        "n_events_before": int(events[2]), "n_events_after": int(events[3]), "comparison_before": int(events[0]), "comparison_after": int(events[1]),
        "n_citizens": int((there[0] | there[1]).sum()), "n_citizens_treated": int(there[1].sum()), "comparison_citizens": int(there[0].sum()),
    }  # fmt: skip


def _fit(cells: CitizenCells, used: np.ndarray, extra: np.ndarray, last: bool = False) -> _Line:
    """The first of the columns `extra` (with `last` the last) in a model with an effect of each unit and of each month, on the used cells."""
    n_months = len(cells.months)
    place = np.tile(np.arange(n_months), len(cells.units))
    seen = used & (np.bincount(cells.cell_unit[used], cells.events[used], len(cells.units))[cells.cell_unit] > 0)
    seen &= np.bincount(place[used], cells.events[used], n_months)[place] > 0
    unit, period = (np.unique(code[seen], return_inverse=True)[1] for code in (cells.cell_unit, place))
    design = np.hstack([two_way_dummies(unit, period), extra[seen]])
    fit = fit_poisson(design, cells.events[seen], cells.exposure[seen])
    at = np.zeros(design.shape[1])
    at[-1 if last else -extra.shape[1]] = 1.0
    load, rate = np.zeros(len(used)), np.zeros(len(used))
    load[seen], rate[seen] = design @ (fit.bread @ at), fit.mu / cells.exposure[seen]
    residual = (cells.row_events - cells.row_exposure * rate[cells.cell]) * load[cells.cell]
    influence = np.bincount(cells.citizen, residual, len(cells.citizens))
    relative = (cells.events[seen] - fit.mu) / fit.mu
    return _Line(float(fit.coefficients @ at), influence, design, np.stack([unit, cells.cell_unit[seen]]), relative, fit.mu, fit.bread, at)


def _pretrend_p(cells: CitizenCells, plan: Plan, before: np.ndarray) -> float | None:
    used = plan.used & ~plan.after
    events = cells.events[used & plan.treated].sum(), cells.events[used & ~plan.treated].sum()
    if len(before) < PRETREND_MONTHS or min(events) == 0:
        return None
    line = _fit(cells, used, np.where(plan.treated, plan.years, 0.0)[:, None], last=True)
    error = float(np.linalg.norm(line.influence))
    return intervals.two_sided(line.value / error) if error > 0 else None


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
