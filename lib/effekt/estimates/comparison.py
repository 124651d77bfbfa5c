"""Difference-in-differences with unit and period effects, and errors for few clusters."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import claims, frames, intervals
from effekt.estimates.cluster_errors import ClusterError, cluster_errors
from effekt.estimates.estimate import Estimate
from effekt.estimates.poisson import fit_poisson, two_way_dummies

FEW_DF = 5
PERIODS_FOR_TREND = 3


@dataclass(frozen=True)
class DifferenceInDifferences:
    """What `difference_in_differences` found.

    effect : the coefficient of "treated and after" with its CR2 interval (a ratio for model "poisson"). coefficient : the same on the scale
    of the model (log for "poisson"). cr0, cr1, cr2 : (se, df) by cluster. classical : (se, df) with independent, equal errors (linear model
    only, else None). n : rows. n_clusters : clusters. n_parameters : the K that CR1 counted.
    """

    effect: Estimate
    coefficient: float
    cr0: ClusterError
    cr1: ClusterError
    cr2: ClusterError
    classical: ClusterError | None
    n: int
    n_clusters: int
    n_parameters: int


def difference_in_differences(
    panel: pd.DataFrame,
    *,
    outcome: str = "rate",
    model: Literal["linear", "poisson"] = "linear",
    cluster: str = "cluster",
    weights: str | None = None,
    nested: bool = False,
    level: float = 0.95,
) -> DifferenceInDifferences:
    """Mean change of treated units after their start beyond the change of the others, with an effect of every unit and every period.

    Least squares ("linear", the effect in units of the outcome) or Poisson quasi-likelihood ("poisson", the effect a ratio). Errors by cluster:
    CR0 without a factor (normal); CR1 times G/(G-1) x (n-1)/(n-K), K counting all fixed effects (t, G-1); CR2 with Satterthwaite degrees of
    freedom [1]_, working variance the identity (linear, also when weighted) or the mean (poisson), as clubSandwich has them. The interval and p
    of `effect` are those of CR2. With starts at several times and effects that differ or grow, this coefficient mixes comparisons of late
    with already treated units [2]_: use `staggered`; the roll-out test is the headline p when clusters are few.

    Parameters
    ----------
    panel : DataFrame
        One row a unit and period, or several: unit, month (or period), the outcome, and either start (first treated period of the unit; missing =
        never), or post and/or treated (bool or 0/1; both: their product is "treated and after"; one: it is that already). A frame without
        unit and month, with treated and post, is the 2x2 design on independent rows: intercept, treated, post and their product.
    outcome : str
        "rate": events / exposure (linear; a column rate is taken where there is one) or events with log exposure as offset (poisson). Else
        a column: any number for linear, a count >= 0 for poisson (with exposure as offset where that column exists).
    cluster : str
        Column of the level at which treatment was assigned; where the frame has no such column: unit, or each row in the 2x2 design (CR1 is
        then HC1).
    weights : str
        Column of weights > 0; None = equal.
    nested : bool
        True leaves fixed effects that lie within clusters out of K (the "nested" convention of fixest and reghdfe).
    model : linear (least squares) or poisson (quasi-likelihood, log link).

    Returns
    -------
    DifferenceInDifferences
        Claim: identified with one common start, 12 periods before it, a pre-trend that is not rejected, and a comparison without the
        programme (`panel.attrs["comparison_exposure"]`, taken as "none" where it is not stated); otherwise descriptive. With one
        cluster there are no errors: no interval, caution one_cluster.

    Raises
    ------
    DataError
        A column is missing or not a finite number, nobody or everybody is treated and after, the effect cannot be told apart from the unit
        and period effects, weights or exposure not above 0.

    References
    ----------
    .. [1] Bell, McCaffrey (2002). Survey Methodology 28:169-181. Pustejovsky, Tipton (2018). J Bus Econ Stat 36:672-683.
    .. [2] Goodman-Bacon (2021). J Econometrics 225:254-277.
    """
    frames.check_level(level)
    if model not in ("linear", "poisson"):
        raise DataError(f"model is {model!r}; it must be linear or poisson.")
    given = _read(panel, outcome, model, cluster, weights)
    fit = _fit(given, given.exposed, model)
    counted = None
    if nested:
        inside = sum(_within(code, given.cluster) for code in (given.unit, given.period) if code is not None)
        counted = fit.rank - inside
    several = given.cluster.max() > 0
    direction = np.zeros(fit.design.shape[1])
    direction[-1] = 1.0
    errors = cluster_errors(
        fit.design, fit.residuals, given.cluster, direction, weights=fit.weights, working_variance=fit.working_variance, counted=counted or fit.rank
    )
    n, clusters = len(given.y), int(given.cluster.max()) + 1
    classical = None
    if model == "linear" and n > fit.rank:
        sigma2 = float(fit.weights @ fit.residuals**2) / (n - fit.rank)
        classical = ClusterError(math.sqrt(sigma2 * float(direction @ fit.bread @ direction)), n - fit.rank)
    grade, facts = _grade(given, model, panel)
    facts |= {"n_clusters": clusters, "n_units": clusters if given.unit is None else int(given.unit.max()) + 1}
    if several and errors["cr2"].df is not None:
        facts["df"] = errors["cr2"].df
    cautions: tuple[str, ...] = ()
    if not several:
        untold = ClusterError(None, None)
        errors, cautions = {"cr0": untold, "cr1": untold, "cr2": untold}, ("one_cluster",)
    elif errors["cr2"].df is not None and errors["cr2"].df < FEW_DF:
        cautions = ("few_degrees_of_freedom",)
    fields: dict[str, Any] = {
        "method": f"did_{model}_cr2", "claim": grade.claim, "contrast": grade.contrast, "reasons": grade.reasons, "cautions": cautions,
        "facts": facts, "n_events": given.n_events, "exposure": given.person_years,
    }  # fmt: skip
    make = intervals.ratio if model == "poisson" else intervals.difference
    se, df = errors["cr2"] if several else (0.0, math.inf)
    effect = make(fit.coefficient, se, df=df if df else math.inf, level=level, **fields)
    if not several:
        effect = replace(effect, cautions=cautions)
    return DifferenceInDifferences(
        frames.named(effect, panel), fit.coefficient, errors["cr0"], errors["cr1"], errors["cr2"], classical, n, clusters, counted or fit.rank
    )


@dataclass(frozen=True)
class _Given:
    """The panel as arrays (n): outcome, exposure (poisson offset), weights, codes, and `exposed` = treated and after."""

    y: np.ndarray
    offset: np.ndarray
    weights: np.ndarray
    exposed: np.ndarray
    cluster: np.ndarray
    unit: np.ndarray | None
    period: np.ndarray | None
    main: tuple[np.ndarray, ...]
    ever: np.ndarray | None
    n_events: int | None
    person_years: float | None


@dataclass(frozen=True)
class _Fit:
    design: np.ndarray
    residuals: np.ndarray
    weights: np.ndarray
    working_variance: np.ndarray | None
    bread: np.ndarray
    coefficient: float
    rank: int


def _read(panel: pd.DataFrame, outcome: str, model: str, cluster: str, weights: str | None) -> _Given:
    period_column = next((name for name in ("month", "period") if name in getattr(panel, "columns", ())), None)
    given = getattr(panel, "columns", ())
    counts = outcome == "rate" and ("rate" not in given or (model == "poisson" and {"events", "exposure"} <= set(given)))
    columns = ["events", "exposure"] if counts else [outcome]
    flat = "unit" not in given and period_column is None
    needed = [*columns, *(("treated", "post") if flat else ("unit", period_column or "month"))] + ([weights] if weights else [])
    frames.require(panel, needed, what="unit and period")
    n = len(panel)
    offset = np.ones(n)
    if outcome == "rate" and "events" in columns:
        events, exposure = frames.numbers(panel, "events", minimum=0), frames.numbers(panel, "exposure", above=0)
        y, offset = (events, exposure) if model == "poisson" else (events / exposure, offset)
    else:
        y = frames.numbers(panel, outcome, minimum=0 if model == "poisson" else None)
        if model == "poisson" and "exposure" in panel:
            offset = frames.numbers(panel, "exposure", above=0)
    weight = frames.numbers(panel, weights, above=0) if weights else np.ones(n)
    unit = None if flat else frames.codes(panel, "unit")[0]
    period = None if flat else frames.codes(panel, period_column)[0]
    exposed, main, ever = _exposed(panel, unit, period_column)
    if cluster in panel:
        group = frames.codes(panel, cluster)[0]
    else:
        group = np.arange(n) if unit is None else unit
    counted = "events" in columns and frames.is_count(panel, frames.numbers(panel, "events"))
    n_events = int(panel["events"].sum()) if counted else None
    person_years = float(panel["exposure"].sum()) if "exposure" in columns else None
    return _Given(y, offset, weight, exposed, group, unit, period, main, ever, n_events, person_years)


def _exposed(panel: pd.DataFrame, unit: np.ndarray | None, period: str | None) -> tuple[np.ndarray, tuple[np.ndarray, ...], np.ndarray | None]:
    """Treated and after (0/1), the main effects that the 2x2 design needs, and whether the unit is ever treated."""
    if unit is not None and "start" in panel:
        try:
            started = (panel[period] >= panel["start"]).to_numpy(dtype=bool, na_value=False)
        except TypeError:
            kinds = f"{panel[period].dtype} and {panel['start'].dtype}"
            raise DataError(f"{period} and start cannot be compared (types {kinds}): give both as the same kind of date or number.") from None
        main: tuple[np.ndarray, ...] = ()
    else:
        named = [name for name in ("treated", "post") if name in panel]
        if not named:
            raise DataError("The panel says nothing about treatment: it needs a column start, or post and/or treated.")
        columns = [frames.flags(panel, name) for name in named]
        started = np.logical_and.reduce(columns)
        main = tuple(column.astype(float) for column in columns) if unit is None else ()
    if not started.any() or started.all():
        raise DataError(f"{'No' if not started.any() else 'Every'} row is treated and after its start: there is nothing to compare.")
    ever = np.bincount(unit, started)[unit] > 0 if unit is not None else None
    return started.astype(float), main, ever


def _fixed(given: _Given) -> np.ndarray:
    if given.unit is None:
        return np.column_stack([np.ones(len(given.y)), *given.main])
    return two_way_dummies(given.unit, given.period)


def _fit(given: _Given, tested: np.ndarray, model: str) -> _Fit:
    """The fit with `tested` as the last column."""
    fixed = _fixed(given)
    root = np.sqrt(given.weights)[:, None]
    left = tested - fixed @ np.linalg.lstsq(fixed * root, tested * root[:, 0], rcond=1e-11)[0]
    if np.linalg.norm(left) < 1e-8 * np.linalg.norm(tested):
        raise DataError("The effect cannot be told apart from the unit and period effects: no unit changes while another does not.")
    design = np.column_stack([fixed, tested])
    if model == "linear":
        coefficients = np.linalg.lstsq(design * root, given.y * root[:, 0], rcond=1e-11)[0]
        residuals, weights, working = given.y - design @ coefficients, given.weights, None
    else:
        if given.y.sum() == 0:
            raise DataError("The outcome is 0 in every row: no ratio can be estimated.")
        fit = fit_poisson(design, given.y, given.offset, weights=given.weights)
        coefficients, design = fit.coefficients, design * fit.mu[:, None]
        residuals, weights, working = given.y - fit.mu, given.weights / fit.mu, fit.mu / given.weights
    bread = np.linalg.pinv((design * weights[:, None]).T @ design, rcond=1e-12, hermitian=True)
    rank = int(np.linalg.matrix_rank(design * np.sqrt(weights)[:, None]))
    return _Fit(design, residuals, weights, working, bread, float(coefficients[-1]), rank)


def _within(code: np.ndarray, cluster: np.ndarray) -> int:
    """Number of levels of a fixed effect that lies within clusters, less the one that stays for the intercept; 0 where it does not."""
    pairs = np.unique(np.column_stack([code, cluster]), axis=0)
    levels = int(code.max()) + 1
    return levels - 1 if len(pairs) == levels else 0


def _grade(given: _Given, model: str, panel: pd.DataFrame) -> tuple[claims.Grade, dict[str, float]]:
    """The claim, from the periods before the first start: how many, and whether treated units drifted from the others in them."""
    if given.period is None or given.ever is None:
        return claims.two_by_two(), {}
    first = int(given.period[given.exposed > 0].min())
    early = given.period < first
    periods, facts, p = first, {"n_periods": int(given.period.max()) + 1}, None
    if first >= PERIODS_FOR_TREND and given.ever.any() and not given.ever.all():
        pre = _rows(given, early)
        try:
            fit = _fit(pre, np.where(pre.ever, pre.period, 0).astype(float), model)
        except DataError:
            fit = None
        if fit is not None and pre.cluster.max() > 0:
            direction = np.zeros(fit.design.shape[1])
            direction[-1] = 1.0
            error = cluster_errors(
                fit.design, fit.residuals, pre.cluster, direction, weights=fit.weights, working_variance=fit.working_variance, counted=fit.rank
            )["cr2"]
            if error.se > 0 and error.df > 0:
                p = intervals.two_sided(fit.coefficient / error.se, error.df)
                facts |= {"pretrend": fit.coefficient, "pretrend_p": p}
    exposure = str(panel.attrs.get("comparison_exposure", "none"))
    grade = claims.against_comparison(comparison_exposure=exposure, months_before=periods, pretrend_p=p, phase_in=0)
    starts = [given.period[(given.unit == unit) & (given.exposed > 0)].min() for unit in np.unique(given.unit[given.exposed > 0])]
    if len(set(starts)) > 1:
        grade = replace(grade, claim="descriptive", reasons=(*grade.reasons, "late_compared_with_early"))
    return grade, facts | dict(grade.facts)


def _rows(given: _Given, kept: np.ndarray) -> _Given:
    def recode(code: np.ndarray) -> np.ndarray:
        return np.unique(code[kept], return_inverse=True)[1]

    return replace(
        given, y=given.y[kept], offset=given.offset[kept], weights=given.weights[kept], exposed=given.exposed[kept], ever=given.ever[kept],
        cluster=recode(given.cluster), unit=recode(given.unit), period=recode(given.period),
    )  # fmt: skip
