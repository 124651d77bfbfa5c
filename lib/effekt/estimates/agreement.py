"""Agreement of auditors who judged the same cases: Cohen's kappa and Gwet's AC1."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import claims, frames
from effekt.estimates.estimate import Estimate
from effekt.estimates.intervals import reach


def kappa(
    cases: pd.DataFrame,
    *,
    first: str = "first",
    second: str = "second",
    weights: Literal["none", "linear", "quadratic"] = "none",
    level: float = 0.95,
) -> Estimate:
    """Cohen's kappa: agreement of two auditors beyond what their own frequencies would give by chance; 1 is full agreement, 0 is chance.

    The standard error is Fleiss, Cohen and Everitt's large-sample one (not that under no agreement), the interval normal and cut at -1
    and 1. Weights give credit for near misses: linear 1 - |i - j| / (q - 1), quadratic 1 - (i - j)^2 / (q - 1)^2, categories in sorted
    order. Where nearly all cases fall in one category kappa is low whatever the agreement: read it with `gwet_ac1` (fact agreement).

    Parameters
    ----------
    cases : one row a case that both judged: `first`, `second` (categories of one kind; none missing).
    weights : none, linear or quadratic disagreement.
    level : level of the interval, both ends included.

    Returns
    -------
    Estimate
        scale index. Fact agreement: the share (weighted where weights are given) on which they agreed. n_citizens: cases. Where both
        used one and the same category throughout, kappa is not defined: value None, caution one_category.

    Raises
    ------
    DataError
        A column is missing, a judgement is missing, or the weights are unknown.

    References
    ----------
    .. [1] Cohen (1960). Educ Psychol Meas 20:37-46. Fleiss, Cohen, Everitt (1969). Psychol Bull 72:323-327.
    """
    frames.check_level(level)
    frames.require(cases, [first, second], what="case")
    if weights not in ("none", "linear", "quadratic"):
        raise DataError(f"weights is {weights!r}; it must be none, linear or quadratic.")
    both = pd.DataFrame({"judgement": pd.concat([cases[first], cases[second]], ignore_index=True)})
    code, labels = frames.codes(both, "judgement")
    n, q = len(cases), len(labels)
    fields: dict[str, Any] = _fields("cohen_kappa", n, level)
    if q == 1:
        return frames.named(Estimate("index", None, None, None, facts={"agreement": 1.0}, cautions=("one_category",), **fields), cases)
    table = np.bincount(code[:n] * q + code[n:], minlength=q * q).reshape(q, q) / n
    away = np.abs(np.subtract.outer(np.arange(q), np.arange(q))) / (q - 1)
    credit = {"none": (away == 0).astype(float), "linear": 1 - away, "quadratic": 1 - away**2}[weights]
    row, column = table.sum(axis=1), table.sum(axis=0)
    seen, chance = float((credit * table).sum()), float(row @ credit @ column)
    value = (seen - chance) / (1 - chance)
    load = credit - np.add.outer(credit @ column, row @ credit) * (1 - value)
    variance = (float((table * load**2).sum()) - (value - chance * (1 - value)) ** 2) / (n * (1 - chance) ** 2)
    return frames.named(_index(value, math.sqrt(max(variance, 0.0)), reach(level), {"agreement": seen}, (), fields), cases)


def gwet_ac1(cases: pd.DataFrame, *, raters: Sequence[str] = ("first", "second"), level: float = 0.95) -> Estimate:
    """Gwet's AC1: agreement of two or more auditors beyond chance, steady also where nearly all cases fall in one category.

    Chance agreement is sum p_k (1 - p_k) / (q - 1) over the q categories that occur. A missing judgement means that this auditor did not
    judge this case; such a case counts for the frequencies, and for the agreement where two or more judged it. The standard error is
    Gwet's for cases drawn from many and these auditors, the interval t(n - 1) and cut at -1 and 1 (as in the R package irrCAC).

    Parameters
    ----------
    cases : one row a case: the columns `raters`, each a category or missing; at least one of them given.
    level : level of the interval, both ends included.

    Returns
    -------
    Estimate
        scale index. Fact agreement: share of agreeing pairs. n_citizens: cases. Where only one category occurs, value None, caution one_category.

    Raises
    ------
    DataError
        A column is missing, fewer than two raters, a case without any judgement, or no case with two.

    References
    ----------
    .. [1] Gwet (2008). Br J Math Stat Psychol 61:29-48.
    """
    frames.check_level(level)
    frames.require(cases, raters, what="case")
    if len(raters) < 2:
        raise DataError("raters names fewer than two columns: agreement needs two auditors.")
    code, labels = pd.factorize(pd.concat([cases[rater] for rater in raters], ignore_index=True), sort=True)
    n, q = len(cases), len(labels)
    given = code >= 0
    place = np.tile(np.arange(n), len(raters))
    counts = np.bincount(place[given] * max(q, 1) + code[given], minlength=n * max(q, 1)).reshape(n, max(q, 1)).astype(float)
    judged = counts.sum(axis=1)
    paired = judged >= 2
    if (judged == 0).any():
        raise DataError(f"{int((judged == 0).sum())} of {n} cases have no judgement by any auditor. Leave them out.")
    if not paired.any() or n == 1:
        raise DataError(f"{int(paired.sum())} of {n} cases were judged by two auditors. Agreement needs two cases or more, and double audits.")
    fields = _fields("gwet_ac1", n, level)
    agreeing = np.where(paired, (counts * (counts - 1)).sum(axis=1) / np.maximum(judged * (judged - 1), 1), 0.0)
    seen = float(agreeing[paired].mean())
    if q == 1:
        return frames.named(Estimate("index", None, None, None, facts={"agreement": seen}, cautions=("one_category",), **fields), cases)
    share = (counts / judged[:, None]).mean(axis=0)
    chance = float((share * (1 - share)).sum() / (q - 1))
    value = (seen - chance) / (1 - chance)
    own = n / paired.sum() * (agreeing - chance * paired) / (1 - chance)
    expected = counts @ (1 - share) / judged / (q - 1)
    influence = own - 2 * (1 - value) * (expected - chance) / (1 - chance)
    se = math.sqrt(float(((influence - value) ** 2).sum()) / (n * (n - 1)))
    return frames.named(_index(value, se, reach(level, n - 1), {"agreement": seen}, (), fields), cases)


def _fields(method: str, n: int, level: float) -> dict[str, Any]:
    grade = claims.level_only()
    return {"method": method, "claim": grade.claim, "contrast": grade.contrast, "reasons": grade.reasons, "level": level, "n_citizens": n}


def _index(value: float, se: float, factor: float, facts: dict[str, float], cautions: tuple[str, ...], fields: dict[str, Any]) -> Estimate:
    if not se > 0:
        return Estimate("index", value, None, None, facts=facts, cautions=(*cautions, "perfect_fit"), **fields)
    low, high = max(value - factor * se, -1.0), min(value + factor * se, 1.0)
    return Estimate("index", value, low, high, se=se, facts=facts, cautions=cautions, **fields)
