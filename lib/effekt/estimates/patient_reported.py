"""Change in patient-reported scores: analysis of covariance and the share of responders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import claims, frames
from effekt.estimates import covariates as design_of
from effekt.estimates.estimate import Estimate
from effekt.estimates.glm import check_rank
from effekt.estimates.intervals import difference
from effekt.estimates.shares import share_difference, wilson_limits
from effekt.estimates.wald import coefficient_table

ROUNDING = 1e-9


@dataclass(frozen=True)
class Ancova:
    """What `ancova` found.

    effect : difference between the two groups (None where there are more than two). coefficients : frame name, estimate, se, low, high, p,
    se_robust (HC3). df : residual degrees of freedom. residual : residual standard deviation. r2 : share of the variance explained.
    """

    effect: Estimate | None
    coefficients: pd.DataFrame
    df: int
    residual: float
    r2: float


@dataclass(frozen=True)
class Responders:
    """What `responder_share` found.

    shares : frame group (missing without groups), change (better | unchanged | worse), n, total, share, low, high (Wilson).
    difference : of the better, second group minus first in sorted order (treated - comparison for 0/1); None unless there are two groups.
    """

    shares: pd.DataFrame
    difference: Estimate | None


def ancova(persons: pd.DataFrame, *, post: str, baseline: str, group: str, covariates: Iterable[str] = (), level: float = 0.95) -> Ancova:
    """Difference in the score afterwards between groups whose members had the same score before: least squares, post ~ baseline + group.

    Gives what a change score gives, with less error and without the regression to the mean that a comparison of changes keeps where the
    groups differ at baseline. Errors, t(n - p) intervals and p are those of R's `lm`; se_robust (HC3) is beside them. In a study without
    allotment by lot the groups may differ in what the score before does not show: the claim is "descriptive". Only those who answered
    twice are in it: show the response by group, and weigh or impute where it differs.

    Parameters
    ----------
    persons : one row a citizen: post, baseline (numbers), group (bool, 0/1, or categories; the first in sorted order is the reference),
        and the covariates (columns or simple terms, known before the start).
    post, baseline, group, covariates : names of those columns.
    level : level of the interval, both ends included.

    Returns
    -------
    Ancova
        `effect` (two groups: second in sorted order minus first; scale difference), and the coefficients with both errors.

    Raises
    ------
    DataError
        A column is missing, not a number or not finite (also for those who did not answer: leave them out and say how many); one group
        only; a covariate does not vary or follows from others; fewer citizens than coefficients; the score follows exactly.

    References
    ----------
    .. [1] Vickers, Altman (2001). BMJ 323:1123-1124. Long, Ervin (2000). Am Stat 54:217-224 (HC3).
    """
    frames.check_level(level)
    frames.require(persons, [post, baseline, group], what="citizen")
    y = frames.numbers(persons, post)
    frames.numbers(persons, baseline)
    kinds = frames.codes(persons, group)[1]
    if len(kinds) < 2:
        raise DataError(f"{group} has one value only: there is no other group to compare with.")
    plain = pd.api.types.is_numeric_dtype(persons[group].dtype) and set(kinds.tolist()) <= {0, 1}
    term = group if plain or not pd.api.types.is_numeric_dtype(persons[group].dtype) else f"C({group})"
    x, names = design_of.with_intercept(design_of.build(persons, [baseline, term, *covariates]), len(y))
    check_rank(x, names)
    n, p = x.shape
    if n <= p:
        raise DataError(f"{n} citizens cannot tell {p} coefficients. Leave out covariates.")
    q, r = np.linalg.qr(x)
    estimate = np.linalg.solve(r, q.T @ y)
    residual = y - x @ estimate
    total, left = float(((y - y.mean()) ** 2).sum()), float(residual @ residual)
    if not left > 1e-20 * float(y @ y):
        raise DataError(f"{post} follows exactly from {baseline} and the covariates: there is no uncertainty to measure.")
    inverse = np.linalg.inv(r)
    variance = left / (n - p)
    se = np.sqrt(variance * (inverse**2).sum(axis=1))
    leverage = np.minimum((q**2).sum(axis=1), 1 - 1e-12)
    robust = np.sqrt((((q @ inverse.T) * (residual / (1 - leverage))[:, None]) ** 2).sum(axis=0))
    table = coefficient_table(names, estimate, se, level=level, df=n - p).assign(se_robust=robust)
    effect = None
    if len(kinds) == 2:
        grade = claims.two_groups()
        effect = difference(
            float(estimate[2]), float(se[2]), level=level, df=n - p, method="ancova",
            claim=grade.claim, contrast=grade.contrast, reasons=grade.reasons, n_citizens=n, facts={"df": n - p, "se_robust": float(robust[2])},
        )  # fmt: skip
        effect = frames.named(effect, persons)
    return Ancova(effect, table, n - p, float(np.sqrt(variance)), 1 - left / total)


def responder_share(
    persons: pd.DataFrame, *, post: str, baseline: str, important: float, group: str | None = None, higher_is_better: bool = True, level: float = 0.95
) -> Responders:
    """Share of the citizens whose score got better, and worse, by at least the least change that matters to a person.

    A share of responders is easy to read and wasteful: it turns with the baseline and with `important`, and says less than the mean
    difference (`ancova`), beside which it is shown. The worse are shown with the better: an average may hide them.

    Parameters
    ----------
    persons : one row a citizen who answered twice: post, baseline, and `group` where groups are compared.
    important : least change that matters (> 0), from the literature on the instrument, chosen before the data are seen.
    higher_is_better : False where a lower score is better.
    level : level of the interval, both ends included.

    Returns
    -------
    Responders
        Intervals: Wilson for shares, Newcombe for their difference. The claim is "descriptive".

    Raises
    ------
    DataError
        A column is missing, not a number or not finite; important is not above 0; a group is missing in a row.

    References
    ----------
    .. [1] Newcombe (1998). Stat Med 17:873-890. King (2011). Expert Rev Pharmacoecon Outcomes Res 11:171-184.
    """
    frames.check_level(level)
    frames.require(persons, [post, baseline, *([group] if group else [])], what="citizen")
    if not (np.isfinite(important) and important > 0):
        raise DataError(f"important is {important:g}; the least change that matters is a number above 0.")
    gain = (frames.numbers(persons, post) - frames.numbers(persons, baseline)) * (1 if higher_is_better else -1)
    change = np.where(gain >= important - ROUNDING, 0, np.where(gain <= -important + ROUNDING, 2, 1))
    code, labels = frames.codes(persons, group) if group else (np.zeros(len(gain), dtype=np.int64), np.array([None], dtype=object))
    counts = np.bincount(code * 3 + change, minlength=3 * len(labels)).reshape(len(labels), 3)
    total = np.repeat(counts.sum(axis=1), 3)
    low, high = wilson_limits(counts.ravel(), total, level=level)
    shares = pd.DataFrame(
        {
            "group": np.repeat(labels, 3), "change": ["better", "unchanged", "worse"] * len(labels), "n": counts.ravel(), "total": total,
            "share": counts.ravel() / total, "low": low, "high": high,
        }
    )  # fmt: skip
    told = None
    if len(labels) == 2:
        told = frames.named(share_difference(counts[1, 0], counts[1].sum(), counts[0, 0], counts[0].sum(), level=level), persons)
    return Responders(shares, told)
