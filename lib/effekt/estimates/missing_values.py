"""Missing covariates and outcomes: imputation by chained equations pooled by Rubin's rules, and bounds that assume nothing."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import ndtr

from effekt.errors import DataError
from effekt.estimates import claims, frames, intervals
from effekt.estimates.estimate import Estimate


def impute_chained(
    persons: pd.DataFrame, *, columns: Iterable[str], auxiliary: Iterable[str] = (), imputations: int = 20, iterations: int = 10, neighbours: int = 5,
    seed: int = 0,
) -> list[pd.DataFrame]:  # fmt: skip
    """Copies of `persons` in which the missing values of `columns` are drawn by chained equations with predictive mean matching [1]_.

    statsmodels' MICE: each column in turn is regressed on all other `columns` and on `auxiliary`, with perturbed coefficients, and a missing
    value takes that of one of the `neighbours` citizens with the nearest prediction; `iterations` rounds from `seed` before the first copy and
    between any two. Put the outcome and the treatment among `auxiliary`: leaving them out biases towards no effect.

    Parameters
    ----------
    persons : DataFrame
        One row a citizen. columns : numeric (or bool) columns with missing values; auxiliary : complete numeric columns.
    imputations, iterations, neighbours, seed : as above; at least 2, 1 and 1.

    Returns
    -------
    list of DataFrame
        `imputations` copies with the rows and index of `persons`, attrs kept.

    Raises
    ------
    DataError
        A column is not numeric, is missing everywhere or infinite somewhere, does not vary, has fewer seen values than `neighbours`, or an
        auxiliary column has missing values.

    References
    ----------
    .. [1] van Buuren (2018). Flexible Imputation of Missing Data, 2nd ed. White, Royston, Wood (2011). Stat Med 30:377-399.
    """
    wanted, others = list(columns), list(auxiliary)
    frames.require(persons, (*wanted, *others), what="citizen")
    if imputations < 2 or iterations < 1 or neighbours < 1:
        raise DataError("At least 2 imputations, 1 iteration and 1 neighbour are needed.")
    given = pd.DataFrame({f"x{k}": _values(persons, name, neighbours) for k, name in enumerate(wanted)})
    for k, name in enumerate(others):
        given[f"z{k}"] = frames.numbers(persons, name)
    flat = [name for name, column in zip([*wanted, *others], given.columns, strict=True) if given[column].dropna().nunique() < 2]
    if flat:
        raise DataError(f"{', '.join(flat)} does not vary: it can neither be imputed nor help to. Leave it out.")
    if not given.isna().to_numpy().any():
        return [persons.copy() for _ in range(imputations)]
    if given.shape[1] < 2:
        raise DataError("One column alone cannot be imputed from the others. Give auxiliary columns.")
    from statsmodels.imputation.mice import MICEData

    copies = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        chain = MICEData(given, k_pmm=neighbours, rng=np.random.default_rng(seed))
        for _ in range(imputations):
            chain.update_all(iterations)
            copy = persons.copy()
            for k, name in enumerate(wanted):
                copy[name] = chain.data[f"x{k}"].to_numpy()
            copy.attrs.update(persons.attrs)
            copies.append(copy)
    return copies


def pool_imputations(estimates: Sequence[Any], *, level: float | None = None) -> Estimate:
    """One estimate from those of several imputed copies, by Rubin's rules [1]_.

    Mean of the values (of the logs for ratios); variance = mean squared standard error + (1 + 1/m) x variance between copies (divisor m - 1);
    t with (m - 1) (1 + mean / ((1 + 1/m) between))^2 degrees of freedom (complete-data degrees of freedom taken as infinite).

    Parameters
    ----------
    estimates : `Estimate`s or results with `.effect`, all of one scale and outcome, each with value and se; one a copy.
    level : of the interval; None = that of the first.

    Returns
    -------
    Estimate
        Facts imputations and missing_information (the share of the variance that is due to missing values) are added; everything else is the
        first one's, and the claim the weakest.

    Raises
    ------
    DataError
        Fewer than two, mixed scales or outcomes, or one without a value.

    References
    ----------
    .. [1] Rubin (1987). Multiple Imputation for Nonresponse in Surveys.
    """
    given = [found if isinstance(found, Estimate) else found.effect for found in estimates]
    if len(given) < 2:
        raise DataError(f"{len(given)} imputed copies cannot be pooled: at least two are needed.")
    if len({(e.scale, e.outcome) for e in given}) > 1:
        raise DataError("The estimates are of several scales or outcomes. Pool those of one analysis.")
    without = sum(e.value is None or not e.se for e in given)
    if without:
        raise DataError(f"{without} of {len(given)} copies gave no value with a standard error: the pooled one would hide it.")
    ratio, m = given[0].scale == "ratio", len(given)
    values = np.array([math.log(e.value) if ratio else e.value for e in given])  # type: ignore[arg-type]
    within, between = float(np.mean([e.se**2 for e in given])), float(values.var(ddof=1))  # type: ignore[operator]
    extra = (1 + 1 / m) * between
    total = within + extra
    df = (m - 1) * (1 + within / extra) ** 2 if extra > 1e-14 * within else math.inf
    facts = {"imputations": m, "missing_information": extra / total} | ({"df": df} if math.isfinite(df) else {})
    level = level or given[0].level
    make: Any = intervals.ratio if ratio else intervals.difference
    pooled = make(values.mean(), math.sqrt(total), df=df, level=level, method=given[0].method, claim=claims.pooled(e.claim for e in given).claim)
    return replace(
        given[0], value=pooled.value, low=pooled.low, high=pooled.high, se=pooled.se, p=pooled.p, level=level, claim=pooled.claim,
        cautions=tuple(dict.fromkeys((*(caution for e in given for caution in e.cautions), "values_imputed"))), facts={**given[0].facts, **facts},
    )  # fmt: skip


def with_imputation(
    persons: pd.DataFrame, estimator: Callable[..., Any], *, columns: Iterable[str], auxiliary: Iterable[str] = (), imputations: int = 20,
    iterations: int = 10, seed: int = 0, **options: Any,
) -> Estimate:  # fmt: skip
    """`estimator(copy, **options)` on each copy of `impute_chained`, pooled by `pool_imputations`.

    Parameters
    ----------
    persons : DataFrame
        One row a citizen.
    estimator : takes a copy and `options`, returns an `Estimate` or a result with `.effect`.
    columns, auxiliary, imputations, iterations, seed : as in `impute_chained`.

    Returns
    -------
    Estimate
        As `pool_imputations`.

    Raises
    ------
    DataError
        As in `impute_chained`, `pool_imputations` and the estimator.

    References
    ----------
    .. [1] White, Royston, Wood (2011). Stat Med 30:377-399.
    """
    copies = impute_chained(persons, columns=columns, auxiliary=auxiliary, imputations=imputations, iterations=iterations, seed=seed)
    return pool_imputations([estimator(copy, **options) for copy in copies])


def missing_outcome_bounds(
    persons: pd.DataFrame, *, outcome: str, treated: str, low: float, high: float, level: float = 0.95
) -> Estimate:
    """Smallest and largest difference of means, treated - comparison, that any values of the missing outcomes could give [1]_.

    The lower bound has every missing outcome of the treated at `low` and of the comparison at `high`, the upper bound the reverse; nothing is
    assumed of why they are missing. The interval covers the true difference with probability `level` (Imbens and Manski [2]_; Welch standard
    errors of both bounds); `value` is None unless nothing is missing: bounds have no middle that is an estimate.

    Parameters
    ----------
    persons : DataFrame
        One row a citizen; outcome : numeric, missing where it is not known, otherwise within low .. high; treated : bool or 0/1.
    low, high : smallest and largest value that the outcome can take.
    level : level of the interval, both ends included.

    Returns
    -------
    Estimate
        scale difference; facts bound_low, bound_high (without sampling error), share_missing; claim descriptive, caution bounds_only.

    Raises
    ------
    DataError
        A column is missing, an outcome lies outside low .. high or is infinite, low is not below high, or an arm has fewer than two citizens.

    References
    ----------
    .. [1] Manski (1990). Am Econ Rev 80:319-323. .. [2] Imbens, Manski (2004). Econometrica 72:1845-1857.
    """
    frames.check_level(level)
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise DataError("low must be below high, both finite: the range that the outcome can take.")
    frames.require(persons, (outcome, treated), what="citizen")
    arm, gone = frames.flags(persons, treated), persons[outcome].isna().to_numpy()
    seen = frames.numbers(persons.loc[~gone], outcome) if (~gone).any() else np.empty(0)
    outside = (seen < low) | (seen > high)
    if outside.any():
        raise DataError(f"{outcome} lies outside the stated range in {int(outside.sum())} rows. Correct them, or widen low and high.")
    if min(arm.sum(), (~arm).sum()) < 2:
        raise DataError(f"{treated}: an arm has {int(min(arm.sum(), (~arm).sum()))} citizens. At least two in each are needed.")
    ends = []
    for treated_value, other_value in ((low, high), (high, low)):
        y = np.where(arm, treated_value, other_value).astype(float)
        y[~gone] = seen
        se = math.sqrt(sum(y[side].var(ddof=1) / side.sum() for side in (arm, ~arm)))
        ends.append((float(y[arm].mean() - y[~arm].mean()), se))
    (bottom, se_low), (top, se_high) = ends
    width, widest = top - bottom, max(se_low, se_high)
    reach = brentq(lambda c: float(ndtr(c + width / widest) - ndtr(-c)) - level, 0, 40) if widest > 0 else 0.0
    grade = claims.two_groups()
    facts = {"bound_low": bottom, "bound_high": top, "share_missing": float(gone.mean())}
    estimate = Estimate(
        "difference", None if gone.any() else bottom, bottom - reach * se_low, top + reach * se_high, "missing_bounds", grade.claim, grade.contrast,
        level=level, n_citizens=len(arm), cautions=("bounds_only",) if gone.any() else (), reasons=grade.reasons, facts=facts,
    )  # fmt: skip
    return frames.named(estimate, persons)


def _values(persons: pd.DataFrame, column: str, neighbours: int) -> np.ndarray:
    """The column as float64 with NaN where missing; finite elsewhere, and seen often enough."""
    seen = persons[column].notna().to_numpy()
    if int(seen.sum()) < max(neighbours, 2):
        raise DataError(f"{column} is known in {int(seen.sum())} of {len(seen)} rows only. At least {max(neighbours, 2)} are needed to draw from.")
    out = np.full(len(seen), np.nan)
    out[seen] = frames.numbers(persons.loc[seen], column)
    return out
