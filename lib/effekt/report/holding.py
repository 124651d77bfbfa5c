"""An answer held against everything that was declared: other ways, false starts, outcomes that cannot move, drift before the start, chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from effekt.catalogue.alternatives import load_negative_controls
from effekt.errors import DataError
from effekt.estimates.controlled_effect import Effect, controlled_effect, keep_rows
from effekt.estimates.detectable import DetectableEffect, minimum_detectable_effect
from effekt.estimates.estimate import Estimate
from effekt.estimates.parallel_trends import trend_bounds
from effekt.estimates.placebos import NegativeControls, PlaceboDates, negative_controls, placebo_dates
from effekt.estimates.specifications import SpecificationCurve, specification_curve
from effekt.estimates.staggered_adoption import staggered
from effekt.report.alternatives import Way, effect_by, own_effect, pooled, ways
from effekt.report.asking import lacking
from effekt.report.changes import change
from effekt.report.ground import Ground, grounds, other_ground, unit_months

if TYPE_CHECKING:
    from effekt.study import Study

ZERO = pd.Timestamp(2000, 1, 1)
"""The start on a calendar of months before and after it, on which places with several starts lie together."""
REPLICATES, MOST_CITIZENS = 200, 4_000
"""Of the simulation before the data are opened: few enough that the page is made in seconds."""
POWER = 0.8


@dataclass(frozen=True)
class Tried:
    """One way and the effect by it; None where it has no answer."""

    way: Way
    effect: Estimate | None


@dataclass(frozen=True)
class Drift:
    """How one cluster or municipality moved against the comparison before its start: `effect` holds it among its facts.

    breakdown : how many times the largest yearly failure of parallel trends before the start would have to go on for the change to be unclear
    (None: not told).
    """

    effect: Estimate
    breakdown: float | None


@dataclass(frozen=True)
class Held:
    """What became of an answer.

    main : the answer. curve : the specification curve (None without an answer); tried : its ways in the order of their values, those without one
    last.
    """

    main: Estimate
    curve: SpecificationCurve | None
    tried: tuple[Tried, ...]


@dataclass(frozen=True)
class Checks:
    """What else the primary answer is held against.

    placebo : months before the start -> found there (None: too few months). controls : of outcomes that cannot move, an Estimate each, and `judged`
    (None where none has a number); why : outcome -> reason in both languages. drifts : one a cluster. away : `measures.sensitivity.elsewhere`.
    others_started : the answer where before ends as the first cluster starts (None: nothing to leave out). detectable : of planning numbers.
    """

    placebo: PlaceboDates | None
    controls: tuple[Estimate, ...]
    judged: NegativeControls | None
    why: Mapping[str, Mapping[str, str]]
    drifts: tuple[Drift, ...]
    away: pd.DataFrame
    others_started: Estimate | None
    detectable: DetectableEffect | None


def hold(study: Study, outcome: str, given: tuple[Ground, ...] | None = None) -> Held:
    """The answer on `outcome` by every declared way; a place with nobody, or an outcome that was not delivered, is said so by `main`.

    given : the grounds, where the caller has them.

    Raises UsageError for an unknown outcome.
    """
    if study.lacking(outcome):
        return Held(lacking(study, outcome).effect, None, ())
    given = grounds(study, outcome) if given is None else given
    main = _main(study, outcome, given)
    if main.value is None:
        return Held(main, None, ())
    found = {(way.choice, way.value): Tried(way, None) for way in ways(study, outcome, given)}

    def estimate(_: object, **chosen: Any) -> Estimate:
        """The effect by the one choice that is not the protocol's own."""
        key = next(((choice, value) for choice, value in chosen.items() if value is not None), None)
        if key is None:
            return main
        effect = effect_by(study, given, found[key].way)
        found[key] = replace(found[key], effect=effect if effect.value is not None else None)
        return effect

    choices: dict[str, list] = {}
    for choice, value in found:
        choices.setdefault(choice, []).append(value)
    curve = specification_curve(estimate, pd.DataFrame(), base=dict.fromkeys(choices), alternatives=choices)
    none = 1.0 if main.scale == "ratio" else 0.0
    order = sorted(found.values(), key=lambda one: (one.effect is None, one.effect.value if one.effect is not None and one.effect.value else none))
    return Held(main, curve, tuple(order))


def check(study: Study, outcome: str, held: Held, given: tuple[Ground, ...]) -> Checks:
    """Everything else that the answer `held` is held against; what cannot be computed is None or has no rows."""
    if held.main.value is None:
        return Checks(None, (), None, {}, (), _away(given), None, _detectable(study, given))
    why = {name: reason for name, reason in _reasons(study).items() if not study.lacking(name)}
    controls = tuple(_control(study, name, given) for name in why)
    others = next((one.effect for one in held.tried if one.way.choice == "others_started"), None)
    return Checks(
        _placebo(study, held.main, given), controls, _judged(controls, held.main), why, tuple(_drift(each) for each in given), _away(given),
        others, _detectable(study, given),
    )  # fmt: skip


def _main(study: Study, outcome: str, given: tuple[Ground, ...]) -> Estimate:
    if given:
        try:
            return effect_by(study, given, None)
        except DataError:
            pass
    return change(study, outcome).effect


def _placebo(study: Study, main: Estimate, given: tuple[Ground, ...]) -> PlaceboDates | None:
    """False starts so many months before each cluster's own, on the months before that alone."""

    def estimate(months: pd.DataFrame, start: pd.Timestamp) -> Estimate:
        """The main answer at the true start; at a false one the pooled effect on the months that are left."""
        if start == ZERO:
            return main
        earlier = (ZERO.year - start.year) * 12 + ZERO.month - start.month
        effects = [found for each in given if (found := _false_start(each, earlier)) is not None]
        if not effects:
            raise DataError("No month is left on a side of the false start.")
        return effects[0].effect if study.cluster is not None else pooled(study, effects)

    dates = [ZERO - pd.DateOffset(months=months) for months in sorted(study.protocol.sensitivity.placebo_months)]
    try:
        return placebo_dates(estimate, pd.DataFrame({"month": pd.date_range(dates[-1], ZERO, freq="MS")}), start=ZERO, dates=dates)
    except DataError:
        return None


def _false_start(ground: Ground, earlier: int) -> Effect | None:
    """The effect of a cluster at a start so many months too early, on the months before the true one."""
    rows = keep_rows(ground.rows, ground.month < ground.start)
    try:
        return controlled_effect(rows, **{**ground.design, "start": ground.study.start - pd.DateOffset(months=earlier)})
    except DataError:
        return None


def _reasons(study: Study) -> dict[str, Mapping[str, str]]:
    own = {one.outcome: {"da": one.why.da, "en": one.why.en} for one in study.protocol.sensitivity.negative_controls}
    return {**load_negative_controls(), **own}


def _control(study: Study, outcome: str, given: tuple[Ground, ...]) -> Estimate:
    """The effect on an outcome that the programme should not be able to touch, by the protocol's own way."""
    return _main(study, outcome, tuple(found for each in given if (found := other_ground(each, outcome)) is not None))


def _judged(controls: tuple[Estimate, ...], main: Estimate) -> NegativeControls | None:
    try:
        return negative_controls(controls, effect=main)
    except DataError:
        return None


def _drift(ground: Ground) -> Drift:
    try:
        effect = own_effect(ground).effect
    except DataError:
        effect = change(ground.study, ground.outcome).effect
    return Drift(effect, _breakdown(ground) if effect.value is not None else None)


def _breakdown(ground: Ground) -> float | None:
    """Relative magnitudes on whole years before and after the start, without the months of an earlier effort."""
    study, rows = ground.study, unit_months(ground)
    dirty = np.zeros(len(rows), dtype=bool)
    for low, high in study.contaminated:
        dirty |= ((rows["month"] >= low) & (rows["month"] <= high)).to_numpy()
    rows = rows[~dirty]
    year = ((rows["month"].dt.year - study.start.year) * 12 + rows["month"].dt.month - study.start.month) // 12
    whole = rows.assign(month=year)[rows.groupby(year)["month"].transform("nunique").eq(12)]
    years = whole.groupby(["unit", "month", "cluster"], as_index=False)[["events", "exposure"]].sum()
    years["start"] = np.where(years["unit"].isin(ground.own_units), 0.0, np.nan)
    years.attrs = {"comparison_exposure": study.comparison_exposure}
    try:
        found = trend_bounds(staggered(years, aggregate="event", replicates=0, level=study.level), level=study.level)
    except DataError:
        return None
    return found.breakdown


def _away(given: tuple[Ground, ...]) -> pd.DataFrame:
    """Admissions at other clusters' hospitals in all municipalities of the place."""
    empty = pd.DataFrame({name: pd.Series(dtype=object) for name in ("kommunekode", "n", "n_elsewhere", "n_unknown")})
    return pd.concat([each.away for each in given], ignore_index=True) if given else empty


def _detectable(study: Study, given: tuple[Ground, ...]) -> DetectableEffect | None:
    """The smallest decrease that the months before the start gave hope of finding: of a region, all clusters as one programme."""
    plans = [each.plan for each in given if each.plan is not None]
    if not plans:
        return None
    citizens = sum(plan.citizens[0] for plan in plans), plans[0].citizens[1]
    units = sum(plan.units[0] for plan in plans), plans[0].units[1]
    if min(citizens) < max(*units, study.protocol.too_few.citizens):
        return None
    rate, shape = (float(np.mean([getattr(plan, name) for plan in plans])) for name in ("rate", "shape"))
    years = tuple(float(np.mean([plan.years[side] for plan in plans])) for side in (0, 1))
    fewer = max(1.0, sum(citizens) / MOST_CITIZENS)   # what can be found depends on how many events there are, hardly on how many have them
    shown = tuple(max(int(number / fewer), most) for number, most in zip(citizens, units, strict=True))
    rates = rate * fewer
    guess = float(np.exp(-2.8 * np.sqrt(sum(1 / max(number * rates * year, 1.0) for number in shown for year in years))))
    tried = sorted({round(guess**power, 4) for power in (0.7, 1.0, 1.3, 1.8)}, reverse=True)
    return minimum_detectable_effect(
        citizens=shown, rate=rates, years=years, shape=shape, units=units, ratios=tried, power=POWER, level=study.level, replicates=REPLICATES,
        seed=study.seed,
    )  # fmt: skip
