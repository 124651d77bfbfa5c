"""Change of a mean, at the same covariates, with the influence of each citizen: days at home, a score, or whether somebody died."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import claims, frames, intervals
from effekt.estimates import covariates as design_of
from effekt.estimates.estimate import Estimate
from effekt.estimates.glm import check_rank
from effekt.estimates.group_rates import contrast_cells
from effekt.estimates.marginal_models import FEW_GROUPS
from effekt.estimates.proportions import TERMS, Contrast

METHOD = "mean_change_by_citizen"


@dataclass(frozen=True)
class MeanChange:
    """What `mean_change` found.

    effect : the change, scale difference. means : frame after, treated (those that the contrast is about), n, mean: the plain mean of each cell.
    influence : Series, citizen -> influence on the effect, for `shared_variance`; the squared error of the effect is the sum of its squares.
    """

    effect: Estimate
    means: pd.DataFrame
    influence: pd.Series = field(compare=False, repr=False)


def mean_level(values: pd.Series | np.ndarray, *, level: float = 0.95) -> Estimate:
    """Mean of one number a citizen, with a normal interval; a single citizen has no interval."""
    x = np.asarray(values, dtype=float)
    grade = claims.level_only()
    se = float(x.std(ddof=1) / np.sqrt(len(x))) if len(x) > 1 else 0.0
    fields = {"claim": grade.claim, "contrast": grade.contrast, "reasons": grade.reasons, "method": METHOD}
    return intervals.difference(float(x.mean()), se, level=level, scale="mean", n_citizens=len(x), **fields)


def mean_change(
    persons: pd.DataFrame,
    *,
    outcome: str,
    covariates: Iterable[str] = (),
    groups: str = "citizen_id",
    contrast: Contrast | None = None,
    level: float = 0.95,
) -> MeanChange:
    """Difference in the mean of a number, after minus before (or treated minus others), or the difference of the two arms' differences.

    Least squares on after and/or treated, their product where both vary, and the covariates, which enter with one slope for all; so the
    effect is the same at every value of them, and for a 0/1 outcome it is a difference of risks standardised to anybody [1]_. Without
    covariates it is the plain difference of means. Errors are robust by `groups` (no small-sample factor), right also where the spread
    differs between the cells; the interval is normal.

    Parameters
    ----------
    persons : DataFrame
        One row a citizen and period (or a discharge, or an answer): `outcome` (a number, or 0/1), `groups`, after and/or treated (bool or 0/1),
        the covariates. The dead have what the outcome says of them: no day at home, 1 where the outcome is death.
    outcome : column of the outcome.
    covariates : columns or simple terms (see `covariates.build`), known before the start.
    groups : column of those whose rows hang together (the citizen).
    contrast : as in `rate_ratio`: None takes what varies in the frame; after_before with both is the programme's rows (treated) alone,
        group_group the rows after the start alone.
    level : level of the interval, both ends included.

    Returns
    -------
    MeanChange
        Claim "descriptive": with one period before and one after, a course that was already under way cannot be told from an effect. Caution
        few_units_compared with fewer than 40 groups.

    Raises
    ------
    DataError
        A column is missing or not in its range; nothing varies; a cell of the contrast is empty; a covariate does not vary or follows from
        others; fewer rows than coefficients.

    References
    ----------
    .. [1] Liang, Zeger (1986). Biometrika 73:13-22. Cheung (2007). Am J Epidemiol 166:1337-1344 (least squares for risk differences).
    """
    frames.check_level(level)
    frames.require(persons, [outcome, groups], what="citizen, or citizen and period")
    if contrast is not None and contrast not in TERMS:
        raise DataError(f"contrast is {contrast!r}; it must be one of {', '.join(TERMS)}, or None.")
    if not {"after", "treated"} & set(persons.columns):
        raise DataError("The frame has neither a column after nor a column treated: there is nothing to compare.")
    after, treated = (frames.flags(persons, name) if name in persons else None for name in ("after", "treated"))
    kept, cell, signs, grade = contrast_cells(after, treated, contrast)
    kind = contrast or {"after_before": "after_before", "group_group": "group_group"}.get(grade.contrast, "programme_comparison")
    flagged = {name: flag[kept].astype(float) for name, flag in (("after", after), ("treated", treated)) if flag is not None}
    rows = persons.loc[kept].assign(**flagged)
    y = frames.numbers(rows, outcome)
    empty = int((np.bincount(cell[kept], minlength=len(signs)) == 0).sum())
    if empty:
        raise DataError(f"{empty} of the {len(signs)} cells of the contrast {grade.contrast} have no row: there is nothing to compare.")
    terms = TERMS[kind]
    x, names = design_of.with_intercept(design_of.build(rows, [*terms, *covariates]), len(y))
    check_rank(x, names)
    if len(y) <= x.shape[1]:
        raise DataError(f"{len(y)} rows cannot tell {x.shape[1]} coefficients. Leave out covariates.")
    q, r = np.linalg.qr(x)
    beta = np.linalg.solve(r, q.T @ y)
    place = names.index(terms[-1])
    lever = q @ np.linalg.inv(r)[place]
    who, labels = frames.codes(rows, groups)
    influence = np.bincount(who, lever * (y - x @ beta), len(labels))
    effect = intervals.difference(
        float(beta[place]), float(np.linalg.norm(influence)), level=level, method=METHOD, claim=grade.claim, contrast=grade.contrast,
        reasons=grade.reasons, cautions=("few_units_compared",) if len(labels) < FEW_GROUPS else (), facts={"n_units": len(labels)},
        n_citizens=len(labels),
    )  # fmt: skip
    by = [name for name in ("treated", "after") if name in terms]
    means = rows.assign(_y=y).groupby(by, as_index=False)["_y"].agg(n="size", mean="mean")
    return MeanChange(frames.named(effect, persons), means.astype(dict.fromkeys(by, bool)), pd.Series(influence, index=labels))
