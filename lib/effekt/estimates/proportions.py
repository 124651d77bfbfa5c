"""Change of a share on the scale on which people read it: percentage points, standardised from a logit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import covariates as design_of
from effekt.estimates import frames, intervals
from effekt.estimates.estimate import Estimate
from effekt.estimates.group_rates import CONTRASTS, contrast_cells
from effekt.estimates.marginal_models import Structure, gee

METHOD = "gee_standardised"
Contrast = Literal["after_before", "group_group", "programme_comparison"]
TERMS = {"after_before": ("after",), "group_group": ("treated",), "programme_comparison": ("after", "treated", "after:treated")}


def proportion_change(
    persons: pd.DataFrame,
    *,
    outcome: str,
    covariates: Iterable[str] = (),
    groups: str = "citizen_id",
    structure: Structure = "independence",
    contrast: Contrast | None = None,
    cluster: str | None = None,
    time: str | None = None,
    level: float = 0.95,
) -> Estimate:
    """Difference in the share with `outcome`, after minus before (or treated minus others), everybody reckoned in both situations.

    Logit by generalised estimating equations (`gee`) on after and/or treated, their product where both vary, and the covariates; then each
    row's probability is predicted in each situation and averaged over all rows used (g-computation) [1]_. With after and treated both
    varying it is the difference of the two arms' differences of probabilities: an effect on the scale of percentage points, not of odds.
    Standard error by the delta method from the covariance robust by `groups` (no small-sample factor), the covariates taken as they are;
    the interval is normal. Without covariates, with working independence, it is the plain difference of shares. It takes those who are
    there to be seen: the dead and those who did not answer have no row, and `response_table` gives weights for the latter.

    Parameters
    ----------
    persons : DataFrame
        One row a citizen and period (or wave): `outcome` (bool or 0/1), `groups`, after and/or treated (bool or 0/1), the covariates.
    outcome : column of the outcome.
    covariates : columns or simple terms (see `covariates.build`), known before the start.
    groups : column of those whose rows hang together (the citizen).
    structure : working correlation within `groups`: independence, exchangeable, or ar1 (then `time` orders the rows).
    contrast : as in `rate_ratio`: None takes what varies in the frame; after_before with both is the programme's rows (treated) alone,
        group_group the rows after the start alone.
    cluster : column by which errors are robust instead, where groups lie within it.
    time : column of whole numbers (wave), for ar1.
    level : level of the interval, both ends included.

    Returns
    -------
    Estimate
        scale difference (0.05 = 5 percentage points); n_events is the rows with the outcome. The claim is "descriptive". Caution
        few_units_compared with fewer than 40 groups or clusters.

    Raises
    ------
    DataError
        A column is missing or not in its range; nothing varies; in some cell of the contrast nobody, or everybody, has the outcome (a logit
        has no answer there: `share_difference` has); a covariate does not vary, follows from others or separates the rows.

    References
    ----------
    .. [1] Localio, Margolis, Berlin (2007). J Clin Epidemiol 60:874-882. Liang, Zeger (1986). Biometrika 73:13-22.
    """
    frames.check_level(level)
    frames.require(persons, [outcome, groups], what="citizen, or citizen and period")
    if contrast is not None and contrast not in CONTRASTS:
        raise DataError(f"contrast is {contrast!r}; it must be one of {', '.join(CONTRASTS)}, or None.")
    if not {"after", "treated"} & set(persons.columns):
        raise DataError("The frame has neither a column after nor a column treated: there is nothing to compare.")
    after, treated = (frames.flags(persons, name) if name in persons else None for name in ("after", "treated"))
    kept, cell, signs, grade = contrast_cells(after, treated, contrast)
    kind = contrast or {"after_before": "after_before", "group_group": "group_group"}.get(grade.contrast, "programme_comparison")
    terms, cell = TERMS[kind], cell[kept]
    given = list(covariates) if not isinstance(covariates, str) else covariates
    flagged = {name: flag[kept].astype(float) for name, flag in (("after", after), ("treated", treated)) if flag is not None}
    rows = persons.loc[kept].assign(**flagged)
    y = frames.flags(rows, outcome)
    _check_cells(y, cell, len(signs), outcome)
    design_of.build(rows, given)
    fit = gee(
        rows, outcome=outcome, covariates=[*terms, *given], groups=groups, family="binomial", structure=structure, time=time, cluster=cluster,
        level=level,
    )  # fmt: skip
    beta = fit.coefficients["estimate"].to_numpy()
    value, gradient = 0.0, np.zeros(len(beta))
    for place, sign in enumerate(signs):
        situation = {"after": float(place % 2), "treated": float(place // 2)} if len(signs) == 4 else {terms[0]: float(place)}
        x, _ = design_of.with_intercept(design_of.build(rows.assign(**situation), [*terms, *given]), len(rows))
        mu = 1 / (1 + np.exp(-(x @ beta)))
        value += sign * float(mu.mean())
        gradient += sign * (mu * (1 - mu)) @ x / len(x)
    se = float(np.sqrt(max(gradient @ fit.covariance @ gradient, 0.0)))
    found = intervals.difference(
        value, se, level=level, method=METHOD, claim=grade.claim, contrast=grade.contrast, reasons=grade.reasons, cautions=fit.cautions,
        facts=fit.facts, n_citizens=fit.n_groups, n_events=int(y.sum()),
    )  # fmt: skip
    return frames.named(found, persons)


def _check_cells(y: np.ndarray, cell: np.ndarray, cells: int, outcome: str) -> None:
    share = np.bincount(cell, y, cells) / np.bincount(cell, minlength=cells)
    flat = int(np.sum((share == 0) | (share == 1)))
    if flat:
        raise DataError(
            f"In {flat} of the {cells} cells of the contrast nobody, or everybody, has {outcome}: a logit has no answer. "
            "Give the counts to share_difference, which has an interval there too."
        )
