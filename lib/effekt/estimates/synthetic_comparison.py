"""A comparison made of weights on untreated units, and how unusual the gap is among placebos."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import nnls

from effekt.errors import DataError
from effekt.estimates import claims, frames
from effekt.estimates.estimate import Estimate

METHOD = "synthetic_control"
POOR_FIT = 0.05
FEW_PLACEBOS = 20
FIT_FOR_TREND = {"pretrend_not_rejected": "fit_before_as_placebos", "pretrend_rejected": "fit_before_poor"}


@dataclass(frozen=True)
class SyntheticControl:
    """What `synthetic_control` found.

    weights : Series unit -> weight (>= 0, sum 1; every comparison unit). gap : frame month (or period), observed, synthetic, gap, after.
    average_effect : mean gap over the periods after the start. p_placebo : share of all units whose RMSPE ratio is at least the treated one's.
    placebos : frame unit, treated, rmspe_before, rmspe_after, ratio. rmspe_before : root mean squared gap before the start.
    """

    weights: pd.Series
    gap: pd.DataFrame
    average_effect: Estimate
    p_placebo: float
    placebos: pd.DataFrame
    rmspe_before: float

    @property
    def effect(self) -> Estimate:
        """The headline: `average_effect`."""
        return self.average_effect


def synthetic_control(
    panel: pd.DataFrame,
    *,
    treated: Any,
    start: Any,
    predictors: Iterable[str] | None = None,
    outcome: str = "rate",
    level: float = 0.95,
) -> SyntheticControl:
    """Mean difference, after `start`, between the treated unit and a weighted mean of untreated units that moved like it before.

    Weights (>= 0, sum 1) minimise the sum of squared differences of the outcome over all periods before `start`, every period alike [1]_;
    the minimum is exact (non-negative least squares of the homogenised problem, active set). With `predictors` they minimise instead the sum
    of squared differences of the predictors' means before the start, each divided by its standard deviation over all units and all counting
    alike (no search for predictor weights). p by placebos in space: each comparison unit in turn takes the treated unit's place, against the
    other comparison units (never the treated one); ratio = RMSPE after / RMSPE before; p = (units with a ratio at least as large, the treated
    one included) / all units; none is discarded for a poor fit. Ties within 1e-9 count.

    Parameters
    ----------
    panel : DataFrame
        One row a unit and period, every unit in every period: unit, month (or period, a number), and the outcome.
    treated : the treated unit, or a list of units that started together: their outcome is then that of all of them taken as one (summed
        events / summed exposure for the rate; else the plain mean). All other units are comparison: leave out what was treated itself.
    start : first period after. outcome : "rate" for events / exposure, or a numeric column. predictors : numeric columns.
    level : level of the interval, both ends included.

    Returns
    -------
    SyntheticControl
        `average_effect` has p = `p_placebo` and no interval: with one treated unit there is none without further assumptions. Claim by
        `claims.against_comparison`: the fit before the start stands for the pre-trend, its p being the share of units whose RMSPE before is
        at least the treated one's (p < .05: fitted worse than nearly all). Cautions: weights_not_unique (other weights fit as well: more units
        in the mix than periods tell apart), outside_comparison (the treated unit is fitted worse than 95% of placebos), few_placebos (fewer
        than 19 comparison units: no p below 1 / units).

    Raises
    ------
    DataError
        A column is missing or not finite, fewer than two comparison units, the treated unit is not there, fewer than two periods before or
        none after, a unit lacks a period or has one twice, or a predictor does not vary.

    References
    ----------
    .. [1] Abadie, Diamond, Hainmueller (2010). J Am Stat Assoc 105:493-505.
    """
    frames.check_level(level)
    y, periods, labels, names, monthly, column, fit_on = _read(panel, treated, outcome, None if predictors is None else list(predictors), start)
    first = frames.month_number(start) if monthly else float(start)
    after = periods >= first
    if (~after).sum() < 2 or not after.any():
        raise DataError(
            f"There are {int((~after).sum())} periods before the start and {int(after.sum())} after. At least 2 before and 1 after are needed."
        )
    if len(labels) < 3:
        raise DataError(f"There are {len(labels) - 1} comparison units. A weighted mean needs at least two.")
    matched = y[:, ~after] if fit_on is None else fit_on
    weights, unique = _simplex(matched[1:], matched[0])
    gaps = np.empty_like(y)
    gaps[0] = y[0] - weights @ y[1:]
    for place in range(1, len(labels)):
        others = np.delete(np.arange(1, len(labels)), place - 1)
        gaps[place] = y[place] - _simplex(matched[others], matched[place])[0] @ y[others]
    before_size, after_size = np.sqrt(np.mean(gaps[:, ~after] ** 2, axis=1)), np.sqrt(np.mean(gaps[:, after] ** 2, axis=1))
    tiny = 1e-9 * max(1.0, float(np.abs(y).max()))
    ratio = np.where(before_size > tiny, after_size / np.maximum(before_size, tiny), np.where(after_size > tiny, np.inf, 0.0))
    p = float(np.mean(ratio >= ratio[0] * (1 - 1e-9) if np.isfinite(ratio[0]) else np.isinf(ratio)))
    p_fit = float(np.mean(before_size >= before_size[0] * (1 - 1e-9)))
    grade = claims.against_comparison(
        comparison_exposure=str(panel.attrs.get("comparison_exposure", "none")), months_before=int((~after).sum()), pretrend_p=p_fit, phase_in=0
    )
    cautions = (() if unique else ("weights_not_unique",)) + (("outside_comparison",) if p_fit < POOR_FIT else ())
    cautions += ("few_placebos",) if len(labels) < FEW_PLACEBOS else ()
    reasons = tuple(FIT_FOR_TREND.get(key, key) for key in grade.reasons)
    estimate = Estimate(
        "difference", float(gaps[0, after].mean()), None, None, METHOD, grade.claim, grade.contrast, level, p, cautions=cautions, reasons=reasons,
        facts={**grade.facts, "n_units": len(labels), "n_units_weighted": int((weights > 1e-6).sum()), "rmspe_before": before_size[0],
               "rmspe_after": after_size[0], "smallest_p": 1 / len(labels), "pretrend_p": p_fit},
    )  # fmt: skip
    when = frames.month_stamps(periods) if monthly else periods
    return SyntheticControl(
        weights=pd.Series(weights, index=pd.Index(labels[1:], name="unit"), name="weight"),
        gap=pd.DataFrame({column: when, "observed": y[0], "synthetic": y[0] - gaps[0], "gap": gaps[0], "after": after}),
        average_effect=_named(estimate, panel, names), p_placebo=p, rmspe_before=float(before_size[0]),
        placebos=pd.DataFrame(
            {"unit": labels, "treated": np.arange(len(labels)) == 0, "rmspe_before": before_size, "rmspe_after": after_size, "ratio": ratio}
        ),
    )  # fmt: skip


def _simplex(units: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, bool]:
    """Weights w >= 0, sum 1, with the smallest |w @ units - target|, and whether no other weights do as well.

    With b = units - target the aim is the shortest w @ b on the simplex; the non-negative u with the smallest |u @ b|^2 + (sum u - 1)^2 is a
    multiple of it, so one non-negative least squares finds it exactly.
    """
    b = units - target
    size = float(np.sqrt(np.mean(np.sum(b**2, axis=1))))
    if size == 0:
        return np.full(len(units), 1 / len(units)), len(units) == 1
    stacked = np.vstack([b.T / size, np.ones(len(units))])
    u = nnls(stacked, np.append(np.zeros(b.shape[1]), 1.0), maxiter=100 * len(units) + 1000)[0]
    u[u < 1e-12 * u.sum()] = 0.0
    weights = u / u.sum()
    slack = (stacked.T @ (stacked @ u - np.append(np.zeros(b.shape[1]), 1.0))) < 1e-9
    return weights, int(np.linalg.matrix_rank(stacked[:, slack], tol=1e-8)) == int(slack.sum())


def _read(panel: pd.DataFrame, treated: Any, outcome: str, predictors: Sequence[str] | None, start: Any) -> tuple[Any, ...]:
    column = next((name for name in ("month", "period") if name in getattr(panel, "columns", ())), "month")
    rate = outcome == "rate" and "rate" not in getattr(panel, "columns", ())
    frames.require(panel, ("unit", column, *(("events", "exposure") if rate else (outcome,)), *(predictors or ())), what="unit and period")
    unit, labels = frames.codes(panel, "unit")
    names = list(treated) if isinstance(treated, (list, tuple, set, frozenset, np.ndarray, pd.Series)) else [treated]
    chosen = np.isin(labels, names)
    if not names or int(chosen.sum()) < len(set(names)):
        raise DataError(f"{len(set(names)) - int(chosen.sum())} of the treated units are not in the column unit. Give them as they stand there.")
    if chosen.all():
        raise DataError("Every unit is treated: there is none to compare with.")
    monthly = not pd.api.types.is_numeric_dtype(panel[column].dtype)
    when = frames.month_numbers(panel[column], column) if monthly else frames.numbers(panel, column)
    periods, place = np.unique(when, return_inverse=True)
    if monthly:
        frames.check_months(periods)
    top = frames.numbers(panel, "events" if rate else outcome)
    below = frames.numbers(panel, "exposure", above=0) if rate else np.ones(len(panel))
    seen = np.bincount(unit * len(periods) + place, minlength=len(labels) * len(periods))
    if (seen != 1).any():
        raise DataError(
            f"{int((seen != 1).sum())} combinations of unit and {column} have no row or several. Every unit must be there once in every period."
        )
    order = np.concatenate([[0], np.arange(1, int((~chosen).sum()) + 1)])
    row = np.where(chosen, 0, np.cumsum(~chosen))[unit]
    cells = row * len(periods) + place
    y = (np.bincount(cells, top) / np.bincount(cells, below)).reshape(len(order), len(periods))
    names_out = ["+".join(map(str, labels[chosen])), *labels[~chosen]]
    before = when < (frames.month_number(start) if monthly else float(start))
    return y, periods, names_out, names, monthly, column, _predictors(panel, predictors, row, before, len(order))


def _predictors(panel: pd.DataFrame, predictors: Sequence[str] | None, row: np.ndarray, before: np.ndarray, n: int) -> np.ndarray | None:
    """Means before the start of each predictor, in standard deviations over units; None where the outcome itself is fitted."""
    if predictors is None:
        return None
    if not predictors:
        raise DataError("predictors is empty. Leave it out to fit on the outcome of every period before the start.")
    rows = np.maximum(np.bincount(row[before], minlength=n), 1)
    means = np.column_stack([np.bincount(row[before], frames.numbers(panel, name)[before], n) / rows for name in predictors])
    spread = means.std(axis=0, ddof=1)
    flat = spread <= 1e-12 * (1 + np.abs(means).max(axis=0))
    if flat.any():
        raise DataError(f"{', '.join(name for name, same in zip(predictors, flat, strict=True) if same)} is the same for every unit. Leave it out.")
    return means / spread


def _named(estimate: Estimate, panel: pd.DataFrame, names: list[Any]) -> Estimate:
    named = frames.named(estimate, panel)
    return named if named.unit else named.named(outcome=named.outcome, unit="+".join(map(str, names)))
