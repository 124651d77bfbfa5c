"""Effects where there can be none: false start dates and outcomes that the programme cannot touch."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import frames, intervals
from effekt.estimates.estimate import Estimate
from effekt.estimates.multiplicity import holm
from effekt.estimates.pooling import pool


@dataclass(frozen=True)
class PlaceboDates:
    """dates : frame start, value, low, high, p, note (why no number, else ""). rejected : share of the dates with p below 1 - level.

    p_among : share of dates (the true start counted as one of them) whose effect is at least as far from none as the true one.
    """

    dates: pd.DataFrame
    rejected: float | None
    p_among: float | None


def placebo_dates(
    estimator: Callable[..., Any], frame: pd.DataFrame, *, start: pd.Timestamp, dates: Sequence[pd.Timestamp], **options: Any
) -> PlaceboDates:
    """What `estimator` finds when the start is put at dates before the true one, with the data cut off there.

    No effect can be in those data: finding one shows that trend, season or a registration change is taken for an effect. Each false start is
    estimated on the months before the true start only; the true one on all. "As far from none" is measured on the log scale for ratios.

    Parameters
    ----------
    frame : one row a month, or a citizen and month, with a column month.
    estimator : takes a frame with a column month and the keyword start, returns an `Estimate` or a result with `.effect`.
    start : the true first month. dates : false first months, all before it. options : further keywords of the estimator.

    Returns
    -------
    PlaceboDates
        A date without a number stays in the frame with a note. rejected and p_among are None where no date gave a number.

    Raises
    ------
    DataError
        No month column, no dates, a date that is not before the true start, or no answer for the true start.

    References
    ----------
    .. [1] Bertrand, Duflo, Mullainathan (2004). Q J Econ 119:249-275.
    """
    frames.require(frame, ("month",), what="month")
    true = frames.month_number(start)
    months = frames.month_numbers(frame["month"])
    if not len(dates):
        raise DataError("dates is empty: give the false starts to try.")
    late = sum(frames.month_number(date) >= true for date in dates)
    if late:
        raise DataError(f"{late} of the false starts are not before the true one: the programme's own effect would be in them.")
    effect = _effect(estimator(frame, start=start, **options))
    before = frame.loc[months < true]
    before.attrs.update(frame.attrs)
    rows, sizes, rejections = [], [], []
    for date in dates:
        try:
            found = _effect(estimator(before, start=pd.Timestamp(date), **options))
            note = "" if found.value is not None else ", ".join(found.cautions)
        except DataError as fault:
            found, note = None, str(fault)
        told = found is not None and found.value is not None
        rows.append((pd.Timestamp(date), *(getattr(found, name, None) for name in ("value", "low", "high", "p")), note))
        if told and found is not None:
            sizes.append(_size(found))
            if found.p is not None:
                rejections.append(found.p < 1 - found.level)
    table = pd.DataFrame(rows, columns=["start", "value", "low", "high", "p", "note"])
    table = table.astype({name: object for name in ("value", "low", "high", "p")}).where(table.notna(), None)
    if effect.value is None:
        raise DataError("The true start has no answer, so there is nothing to hold the false ones against.")
    among = (1 + sum(size >= _size(effect) * (1 - 1e-9) for size in sizes)) / (1 + len(sizes)) if sizes else None
    return PlaceboDates(table, float(np.mean(rejections)) if rejections else None, among)


@dataclass(frozen=True)
class NegativeControls:
    """controls : frame outcome, value, low, high, p, p_holm. any_rejected : whether one p_holm is below 1 - level of its estimate.

    bias, bias_sd : mean and spread of the systematic error (log scale for ratios). calibrated : the effect with both taken into account.
    """

    controls: pd.DataFrame
    any_rejected: bool
    bias: float | None
    bias_sd: float | None
    calibrated: Estimate | None


def negative_controls(controls: Iterable[Any], *, effect: Estimate | None = None) -> NegativeControls:
    """Whether the design finds effects on outcomes that the programme cannot touch, and the effect corrected for what it finds there.

    p-values are corrected by Holm over the controls. The systematic error is taken as normal over outcomes: its mean and spread are the
    pooled mean and the maximum-likelihood tau of the controls; the calibrated effect is the effect minus the mean, with variance se^2 + tau^2
    (the error of mean and tau is not carried over) [1]_. It needs at least three controls.

    Parameters
    ----------
    controls : `Estimate`s (or results with `.effect`) of negative-control outcomes, of one scale. effect : the effect to calibrate, same scale.

    Returns
    -------
    NegativeControls
        The controls with p and p corrected; bias, bias_sd and calibrated are None with fewer than three.

    Raises
    ------
    DataError
        No control has a value with standard error and p, scales are mixed, or an outcome occurs twice.

    References
    ----------
    .. [1] Schuemie, Ryan, DuMouchel, Suchard, Madigan (2014). Stat Med 33:209-218. Lipsitch et al. (2010). Epidemiology 21:383-388.
    """
    given = [control if isinstance(control, Estimate) else control.effect for control in controls]
    told = [e for e in given if e.value is not None and e.se and e.p is not None]
    scales = {e.scale for e in [*given, *([effect] if effect else [])]}
    if not told:
        raise DataError("No negative control has a number with an interval: the design cannot be checked with them.")
    if len(scales) > 1:
        raise DataError("The negative controls and the effect are of several scales. Estimate them all the same way.")
    names = [e.outcome or str(place) for place, e in enumerate(told)]
    if len(set(names)) < len(names):
        raise DataError(f"{len(names) - len(set(names))} negative-control outcomes occur more than once.")
    p = np.array([e.p for e in told], dtype=float)
    adjusted = holm(p)
    table = pd.DataFrame(
        {"outcome": names, "value": [e.value for e in told], "low": [e.low for e in told], "high": [e.high for e in told], "p": p, "p_holm": adjusted}
    )
    rejected = bool(any(a < 1 - e.level for a, e in zip(adjusted, told, strict=True)))
    if len(told) < 3:
        return NegativeControls(table, rejected, None, None, None)
    ratio = told[0].scale == "ratio"
    values = [math.log(e.value) if ratio else e.value for e in told]
    pooled = pool(pd.DataFrame({"unit": names, "estimate": values, "se": [e.se for e in told]}), tau2="ML", test="z", scale="difference")
    spread = math.sqrt(pooled.tau2 or 0.0)
    calibrated = None
    if effect is not None and effect.value is not None and effect.se:
        centre = (math.log(effect.value) if ratio else effect.value) - float(pooled.estimate or 0.0)
        se = math.hypot(effect.se, spread)
        half = intervals.reach(effect.level) * se
        natural = math.exp if ratio else float
        calibrated = replace(
            effect, value=natural(centre), low=natural(centre - half), high=natural(centre + half), se=se, p=intervals.two_sided(centre / se),
            cautions=tuple(dict.fromkeys((*effect.cautions, "calibrated_on_controls"))), facts={**effect.facts, "n_controls": len(told)},
        )  # fmt: skip
    return NegativeControls(table, rejected, pooled.estimate, spread, calibrated)


def _effect(found: Any) -> Estimate:
    return found if isinstance(found, Estimate) else found.effect


def _size(estimate: Estimate) -> float:
    assert estimate.value is not None
    return abs(math.log(estimate.value)) if estimate.scale == "ratio" else abs(estimate.value)
