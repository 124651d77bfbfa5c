"""The primary estimator: a programme's monthly rates against an untreated comparison over the same months."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import chdtrc, ndtri

from effekt.estimates import claims, frames, intervals
from effekt.estimates.citizen_cells import CitizenCells, add_up
from effekt.estimates.cluster_errors import ClusterError
from effekt.estimates.controlled_model import CellModel, error_by_unit, events_less, expected_rates, fit_cells
from effekt.estimates.controlled_plan import Plan, count, plan_months, too_thin
from effekt.estimates.estimate import Estimate

METHOD = "controlled_time_series"
SLOPE_MONTHS = 12
PRETREND_MONTHS = 6
DISAGREE = 1.5
CHANCE = 0.01
DETECTABLE = float(ndtri(0.975) + ndtri(0.8))


@dataclass(frozen=True)
class ControlledChange:
    """What `controlled_time_series` found.

    effect : ratio at start + horizon. step : ratio at start. slope : ratio a year after the start (no value where a step only was fitted).
    pretrend : ratio a year by which the programme's units drifted from the comparison before the start (no value with too few months).
    counterfactual : frame month, observed, rate, low, high, used, events; per person-year, of the programme's units; `rate` is what was expected
        without the programme, `used` says whether that month of theirs was in the model (contaminated and phase-in months are not).
    events_avoided : expected minus seen events in the months used after the start (positive = fewer).
    influence : Series, citizen_id -> influence on the log effect; its squares add up to the squared standard error.
    n_months_before, n_months_after : months of the programme's units that were used.
    """

    effect: Estimate
    step: Estimate
    slope: Estimate
    pretrend: Estimate
    counterfactual: pd.DataFrame
    events_avoided: Estimate
    influence: pd.Series
    n_months_before: int
    n_months_after: int


def controlled_time_series(
    person_months: pd.DataFrame,
    *,
    start: pd.Timestamp,
    horizon: int = 12,
    phase_in: int = 3,
    contaminated: Iterable[tuple[pd.Timestamp, pd.Timestamp]] = (),
    comparison_exposure: str = "none",
    level: float = 0.95,
    min_events: int = 20,
    min_citizens: int = 50,
) -> ControlledChange:
    """Ratio of the programme's event rate, `horizon` months after `start`, to what it would have been had it moved like the comparison.

    Poisson quasi-likelihood with log exposure on unit x month cells: an effect of each unit, an effect of each month (so trend, season and
    registration breaks that hit everybody drop out), and for the programme's units after the start a step and a change of slope, written
    so that the step is the log ratio at `start` + `horizon`. With fewer than 12 months used after the start a step alone is fitted
    (caution level_only). Cells give the coefficients of the rows exactly; errors come from the rows, robust by citizen (CR0, no
    small-sample factor: the sum has thousands of terms), intervals are normal on the log scale. Errors by unit (scaled like CR2) are beside
    them where each side has two units and there are eight in all (facts se_by_unit, df_by_unit); if they are more than 1.5 times those by
    citizen, and by more than their own chance, shocks hit whole units and the interval is too narrow (caution errors_differ_by_level).

    Parameters
    ----------
    person_months : DataFrame
        One row a citizen and month (or any split of it): citizen_id, unit, month (first day), events (>= 0; kroner for a cost outcome),
        exposure (person-years, >= 0), treated (bool, constant within a unit; False = comparison). A citizen without a row in a month was
        not there (dead, moved, too young); one without events is a row with events 0.
    start : Timestamp
        First month of the new way of working. phase_in : months from `start` that are used neither as before nor as after.
    contaminated : pairs (first month, last month), both included, in which the programme's units already had an earlier effort: left out
        of their "before". The comparison keeps all months.
    comparison_exposure : none | same_initiative | unknown: what the comparison itself was given; anything but none makes it descriptive.
    min_events, min_citizens : with fewer events before or after, or fewer citizens, on either side, no model is fitted and the estimates
        have no value (claim descriptive, caution too_few_events or too_few_citizens).
    horizon : months after the start at which the ratio is stated.
    level : level of the interval, both ends included.

    Returns
    -------
    ControlledChange
        `effect` is the headline: claim identified only by the rules of `claims.against_comparison`. Its facts hold the pre-trend, its p,
        the trend a year that the test would have seen with 80% power, and the interval of the effect should the pre-trend found have gone
        on until the horizon, in either direction (bound_low, bound_high).

    Raises
    ------
    DataError
        A column is missing, not a number, negative or infinite; no programme or no comparison unit; no month before or after; a gap in the months.

    References
    ----------
    .. [1] Lopez Bernal, Cummins, Gasparrini (2018). Int J Epidemiol 47:2082-2093 (controls in interrupted time series).
    .. [2] Liang, Zeger (1986). Biometrika 73:13-22 (robust by citizen). Wooldridge (1999). J Econometrics 90:77-97 (quasi-likelihood).
    """
    frames.check_level(level)
    cells = add_up(person_months)
    plan = plan_months(cells, start, horizon, phase_in, contaminated)
    counted = frames.is_count(person_months, cells.row_events)
    counts = count(cells, plan, counted)
    if thin := too_thin(counts, min_events, min_citizens):
        found = _untold(cells, plan, counts, thin, level, {"min_events": min_events, "min_citizens": min_citizens}, counted)
    else:
        found = _told(cells, plan, counts, comparison_exposure, level, counted)
    named = {name: frames.named(value, person_months) for name, value in vars(found).items() if isinstance(value, Estimate)}
    return replace(found, **named)


def _public(counts: Mapping[str, int], counted: bool) -> dict[str, int]:
    """Counts that a sentence may quote; rows with an amount are no events."""
    return {key: value for key, value in counts.items() if key.startswith("n_citizens") or (counted and key.startswith("n_"))}


def _untold(cells: CitizenCells, plan: Plan, counts: Mapping, thin: tuple, level: float, limits: Mapping, counted: bool) -> ControlledChange:
    nothing = Estimate(
        "ratio", None, None, None, METHOD, "descriptive", contrast="programme_comparison", level=level, n_citizens=counts["n_citizens"],
        n_events=counts["n_events"] if counted else None, exposure=float(cells.exposure[plan.used].sum()), cautions=thin, reasons=("too_few",),
        facts={**_public(counts, True), **limits},
    )  # fmt: skip
    return ControlledChange(
        effect=nothing,
        step=nothing,
        slope=nothing,
        pretrend=nothing,
        counterfactual=_months_seen(cells, plan),
        events_avoided=replace(nothing, scale="difference"),
        influence=pd.Series(0.0, index=pd.Index(cells.citizens, name="citizen_id"), name="influence"),
        n_months_before=len(plan.months(cells, after=False)),
        n_months_after=len(plan.months(cells, after=True)),
    )


def _told(cells: CitizenCells, plan: Plan, counts: Mapping, comparison_exposure: str, level: float, counted: bool) -> ControlledChange:
    before, after = plan.months(cells, after=False), plan.months(cells, after=True)
    sloped = len(after) >= SLOPE_MONTHS
    exposed = (plan.treated & plan.after).astype(float)
    model = fit_cells(cells, plan.used, np.column_stack([exposed, exposed * plan.years])[:, : 1 + sloped])
    pretrend = _pretrend(cells, plan, level)
    inside = int(after[-1]) >= plan.first + plan.horizon
    grade = claims.against_comparison(
        comparison_exposure=comparison_exposure, months_before=len(before), pretrend_p=pretrend.p, phase_in=plan.phase_in,
        contaminated_months=plan.contaminated_months, horizon_in_data=inside,
    )  # fmt: skip
    frame = {
        "method": METHOD, "claim": grade.claim, "contrast": grade.contrast, "reasons": grade.reasons, "n_citizens": counts["n_citizens"],
        "n_events": counts["n_events"] if counted else None, "exposure": float(cells.exposure[plan.used].sum()),
    }  # fmt: skip
    at = np.zeros((model.size, 3))
    at[model.first_extra, :2] = 1.0
    if sloped:
        at[model.first_extra + 1] = [0.0, -plan.horizon / 12.0, 1.0]
    logs, influence = model.fit.coefficients @ at, model.influence(at)
    errors = np.sqrt((influence**2).sum(axis=0))
    by_unit = error_by_unit(model, at[:, 0])
    cautions = _cautions(model, len(before), sloped, inside, errors[0], by_unit)
    facts = {
        **grade.facts, **_public(counts, counted), "months_after": len(after), "horizon": plan.horizon, "n_units": len(model.unit_labels),
        "n_units_treated": int(cells.treated[model.unit_labels].sum()), "se_by_citizen": errors[0],
        "n_units_without_events": model.empty_units, "n_months_without_events": model.empty_months,
    }  # fmt: skip
    if by_unit is not None:
        facts |= {"se_by_unit": by_unit.se, "df_by_unit": by_unit.df}
    frame |= {"cautions": cautions}
    effect = intervals.ratio(logs[0], errors[0], level=level, **frame)
    if pretrend.se is not None and effect.se is not None:
        span = (plan.first + plan.horizon - before.mean()) / 12.0
        drift = math.exp(abs(math.log(pretrend.value)) * span)
        facts |= {
            "pretrend": pretrend.value, "pretrend_p": pretrend.p, "pretrend_detectable": math.exp(DETECTABLE * pretrend.se),
            "bound_low": effect.low / drift, "bound_high": effect.high * drift,
        }  # fmt: skip
    frame |= {"facts": facts}
    effect = replace(effect, facts=facts)
    slope = intervals.ratio(logs[2], errors[2], level=level, **{**frame, "facts": {**facts, "per_months": 12}})
    value, gradient = events_less(model, exposed[model.used] > 0)
    avoided = intervals.difference(value, float(np.linalg.norm(model.influence(gradient[:, None]))), level=level, **frame)
    return ControlledChange(
        effect=effect,
        step=intervals.ratio(logs[1], errors[1], level=level, **frame),
        slope=slope if sloped else replace(slope, value=None, low=None, high=None, p=None, se=None),
        pretrend=replace(pretrend, contrast=grade.contrast, n_citizens=counts["n_citizens"]),
        counterfactual=_expected(cells, plan, model, level),
        events_avoided=avoided,
        influence=pd.Series(influence[:, 0], index=pd.Index(cells.citizens, name="citizen_id"), name="influence"),
        n_months_before=len(before),
        n_months_after=len(after),
    )


def _cautions(model: CellModel, months_before: int, sloped: bool, inside: bool, error: float, by_unit: ClusterError | None) -> tuple[str, ...]:
    told = {
        "level_only": not sloped,
        "horizon_after_data": not inside,
        "few_months_before": months_before < claims.MONTHS_NEEDED,
        "errors_differ_by_level": by_unit is not None and by_unit.se > error * DISAGREE and _beyond_chance(by_unit, error),
        "units_without_events": model.empty_units > 0,
        "months_without_events": model.empty_months > 0,
    }
    return tuple(key for key, holds in told.items() if holds)


def _beyond_chance(by_unit: ClusterError, error: float) -> bool:
    """Whether an error from few units is larger than one that is known, by more than its own chance at 1% (chi-square with its df)."""
    return bool(chdtrc(by_unit.df, by_unit.df * (by_unit.se / error) ** 2) < CHANCE)


def _pretrend(cells: CitizenCells, plan: Plan, level: float) -> Estimate:
    used = plan.used & ~plan.after
    events = cells.events[used & plan.treated].sum(), cells.events[used & ~plan.treated].sum()
    if len(plan.months(cells, after=False)) < PRETREND_MONTHS or min(events) == 0:
        untold = {"cautions": ("few_months_before",), "reasons": ("pretrend_not_testable",)}
        return Estimate("ratio", None, None, None, METHOD, "descriptive", level=level, **untold)
    model = fit_cells(cells, used, np.where(plan.treated, plan.years, 0.0)[:, None])
    functional = np.zeros((model.size, 1))
    functional[-1] = 1.0
    error = float(np.linalg.norm(model.influence(functional)))
    told = {"method": METHOD, "claim": "descriptive", "reasons": ("groups_may_differ",), "facts": {"per_months": 12}}
    return intervals.ratio(model.fit.coefficients[-1], error, level=level, **told)


def _months_seen(cells: CitizenCells, plan: Plan) -> pd.DataFrame:
    shape = (len(cells.units), len(cells.months))
    own = cells.treated
    exposure = cells.exposure.reshape(shape)[own].sum(axis=0)
    events = cells.events.reshape(shape)[own].sum(axis=0)
    seen = exposure > 0
    observed = np.divide(events, exposure, out=np.zeros(len(events)), where=seen)
    used = (plan.used & plan.treated).reshape(shape)[own].any(axis=0)
    blank = {"rate": None, "low": None, "high": None}
    frame = pd.DataFrame({"month": frames.month_stamps(cells.months), "observed": observed, **blank, "used": used, "events": events})
    return frame[seen].reset_index(drop=True)


def _expected(cells: CitizenCells, plan: Plan, model: CellModel, level: float) -> pd.DataFrame:
    rates, gradients, months = expected_rates(model)
    reach = float(ndtri((1 + level) / 2)) * np.sqrt((model.influence(gradients) ** 2).sum(axis=0))
    expected = pd.DataFrame({"month": frames.month_stamps(months), "rate": rates, "low": rates * np.exp(-reach), "high": rates * np.exp(reach)})
    seen = _months_seen(cells, plan)[["month", "observed", "used", "events"]]
    return seen.merge(expected, on="month", how="left")[["month", "observed", "rate", "low", "high", "used", "events"]]
