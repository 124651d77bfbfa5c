"""Cost of a citizen by one- and two-part models, as mean costs by arm with everything else held as it is."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import claims, frames, intervals
from effekt.estimates import covariates as columns
from effekt.estimates.estimate import Estimate
from effekt.estimates.glm import POWER, Family, GlmFit, check_rank, fit_glm
from effekt.estimates.park import Park, park_test

DISAGREE = 1.5
Errors = Literal["model", "robust"]


@dataclass(frozen=True)
class CostModel:
    """What `one_part_cost` and `two_part_cost` found.

    means : frame arm (treated, comparison), estimate, se, low, high: mean cost if everybody were in that arm. marginal_effect : their
    difference. ratio : their ratio. park : exponent, se, family of the modified Park test. family : the one used for the amounts.
    coefficients : frame part (any_cost, amount), name, estimate, se; logit and log scale. dispersion : Pearson, of the amounts.
    """

    means: pd.DataFrame
    marginal_effect: Estimate
    ratio: Estimate
    park: Park
    family: str
    coefficients: pd.DataFrame
    dispersion: float

    @property
    def effect(self) -> Estimate:
        """The headline: `marginal_effect`."""
        return self.marginal_effect


def one_part_cost(
    persons: pd.DataFrame,
    *,
    cost: str,
    treated: str,
    covariates: Iterable[str] = (),
    family: Family | Literal["auto"] = "auto",
    exposure: str | None = None,
    errors: Errors = "model",
    groups: str | None = None,
    level: float = 0.95,
) -> CostModel:
    """Difference in mean cost between everybody treated and nobody treated, citizens otherwise as they are, from one model with log link.

    Generalised linear model of the cost on an intercept, `treated` and the covariates; zeros stay in (the estimating equations need the mean
    and the variance only). family "auto": the nearest of gaussian, poisson, gamma and inverse Gaussian (variance ~ mean^0, 1, 2, 3) by the
    modified Park test on a provisional gamma fit; gamma where the one it names has no answer (an inverse Gaussian with zeros). Means by arm
    are recycled predictions: the mean over all citizens of the cost predicted with `treated` set to true, then to false (for one person-year
    each where exposure is given). Standard errors by the delta method; the covariates are taken as they are.

    Parameters
    ----------
    persons : DataFrame
        One row a citizen. cost : a numeric column, >= 0 (kroner). treated : bool or 0/1. covariates : columns or simple terms (`covariates.build`);
        a term may contain `treated`, as in "treated:age". exposure : person-years (> 0); the means are then per person-year.
    errors : "model": dispersion x inverse information, dispersion by Pearson / (n - p), for every family, as R's vcov of a glm. "robust": sandwich
        without small-sample factor, by `groups` where given. Caution errors_differ_by_method where they differ by more than half.
    family : gaussian, poisson, gamma, inverse_gaussian or auto. groups : column for robust errors.
    level : level of the interval, both ends included.

    Returns
    -------
    CostModel
        `marginal_effect` and `ratio`: claim descriptive (groups may differ by what is not in the model). Normal intervals.

    Raises
    ------
    DataError
        A column is missing, negative or not finite; an arm is empty; all costs are 0; a covariate does not vary or follows from others; the
        model has no answer.

    References
    ----------
    .. [1] Manning, Mullahy (2001). J Health Econ 20:461-494. Blough, Madden, Hornbrook (1999). J Health Econ 18:153-171.
    """
    given = _read(persons, cost, treated, covariates, exposure, groups, family, errors, level)
    fit, park, used = _amounts(given, np.ones(len(given.y), dtype=bool), family)
    shape = [(None, np.ones(len(given.y))), (None, np.ones(len(given.y)))]
    return _result(persons, given, None, fit, np.ones(len(given.y), dtype=bool), shape, park, used, "one_part_cost", errors, level, ())


def two_part_cost(
    persons: pd.DataFrame,
    *,
    cost: str,
    treated: str,
    covariates: Iterable[str] = (),
    family: Family | Literal["auto"] = "gamma",
    errors: Errors = "model",
    groups: str | None = None,
    level: float = 0.95,
) -> CostModel:
    """Difference in mean cost between everybody treated and nobody treated, citizens otherwise as they are, when many have no cost.

    Part one: logit of having any cost. Part two: model with log link of the cost among those who have one (gamma unless another family is
    asked for; "auto" as in `one_part_cost`). Both have an intercept, `treated` and the covariates. Mean by arm: the mean over all citizens of
    probability x amount, `treated` set to true, then to false (recycled predictions) [1]_. Standard errors by the delta method, covariates
    taken as they are; "model": both parts' model-based covariances, the parts independent, the dispersion of the amounts Pearson / (n - p);
    "robust": the citizen's (or group's) influence through both parts together.

    Parameters
    ----------
    persons : DataFrame
        One row a citizen, as in `one_part_cost`.
    cost, treated, covariates : as there, without exposure: a citizen's chance of any cost is over the whole period, so give citizens
        followed equally long.
    family : of the amounts among those with a cost. errors : model or robust. groups : column for robust errors.
    level : level of the interval, both ends included.

    Returns
    -------
    CostModel
        As `one_part_cost`. Where everybody has a cost the first part is certain (caution no_zero_costs).

    Raises
    ------
    DataError
        As `one_part_cost`; a covariate tells exactly who has a cost.

    References
    ----------
    .. [1] Belotti, Deb, Manning, Norton (2015). Stata J 15:3-20. Duan, Manning, Morris, Newhouse (1983). J Bus Econ Stat 1:115-126.
    """
    given = _read(persons, cost, treated, covariates, None, groups, family, errors, level)
    some = given.y > 0
    fit, park, used = _amounts(given, some, family)
    if some.all():
        sure = [(None, np.ones(len(given.y)))] * 2
        return _result(persons, given, None, fit, some, sure, park, used, "two_part_cost", errors, level, ("no_zero_costs",))
    logit = fit_glm(given.design, some.astype(float), "binomial", what="the model of having any cost")
    chances = []
    for design in given.arms:
        p = 1 / (1 + np.exp(-(design @ logit.coefficients)))
        chances.append((design * (p * (1 - p))[:, None], p))
    return _result(persons, given, logit, fit, some, chances, park, used, "two_part_cost", errors, level, ())


@dataclass(frozen=True)
class _Given:
    """Costs, design as it is, designs with everybody treated and nobody treated, names, log exposure, group codes."""

    y: np.ndarray
    design: np.ndarray
    arms: tuple[np.ndarray, np.ndarray]
    names: list[str]
    offset: np.ndarray
    group: np.ndarray | None
    exposure: float | None


def _read(
    persons: pd.DataFrame, cost: str, treated: str, terms: Iterable[str], exposure: str | None, groups: str | None, family: str, errors: str,
    level: float,
) -> _Given:  # fmt: skip
    frames.check_level(level)
    if family != "auto" and family not in POWER:
        raise DataError(f"family is {family!r}; it must be auto, {', '.join(POWER)}.")
    if errors not in ("model", "robust"):
        raise DataError(f"errors is {errors!r}; it must be model or robust.")
    frames.require(persons, (cost, treated, *(name for name in (exposure, groups) if name)), what="citizen")
    y, arm = frames.numbers(persons, cost, minimum=0), frames.flags(persons, treated)
    if arm.all() or not arm.any():
        raise DataError(f"{treated} is {'true' if arm.all() else 'false'} in all {len(arm)} rows: there is nobody to compare with.")
    if not y.any():
        raise DataError(f"{cost} is 0 in all {len(y)} rows: there is no cost to model.")
    given = list(terms)
    designs = []
    for value in (arm, np.ones(len(arm), dtype=bool), np.zeros(len(arm), dtype=bool)):
        built = columns.build(persons.assign(**{treated: value.astype(float)}), [treated, *(term for term in given if term != treated)])
        design, names = columns.with_intercept(built, len(arm))
        designs.append(design)
    check_rank(designs[0], names, where="the covariates")
    years = frames.numbers(persons, exposure, above=0) if exposure else np.ones(len(y))
    group = frames.codes(persons, groups)[0] if groups else None
    return _Given(y, designs[0], (designs[1], designs[2]), names, np.log(years), group, float(years.sum()) if exposure else None)


def _amounts(given: _Given, some: np.ndarray, family: str) -> tuple[GlmFit, Park, Family]:
    design, y, offset = given.design[some], given.y[some], given.offset[some]
    check_rank(design, given.names, where="the citizens with a cost")
    scale = float(y.mean())
    first = fit_glm(design, y / scale, "gamma", offset=offset, what="the cost model")
    park = park_test(first)
    used: Family = park.family if family == "auto" else family  # type: ignore[assignment]
    try:
        fit = first if used == "gamma" else fit_glm(design, y / scale, used, offset=offset, what="the cost model")
    except DataError:
        if family != "auto":
            raise
        fit, used = first, "gamma"
    return _rescaled(fit, scale, POWER[used]), park, used


def _rescaled(fit: GlmFit, scale: float, power: int) -> GlmFit:
    """The fit of outcome x scale from that of the outcome: only the intercept, the means and what is measured in kroner change."""
    coefficients = fit.coefficients.copy()
    coefficients[0] += math.log(scale)
    change = scale ** (2 - power)
    return GlmFit(
        fit.design, coefficients, fit.mu * scale, fit.slope * scale, fit.weights * change, fit.residuals * scale, fit.bread / change,
        fit.dispersion * change,
    )  # fmt: skip


def _result(
    persons: pd.DataFrame, given: _Given, logit: GlmFit | None, fit: GlmFit, some: np.ndarray, chances: list[Any], park: Park, family: str,
    method: str, errors: Errors, level: float, cautions: tuple[str, ...],
) -> CostModel:  # fmt: skip
    n, p = given.design.shape
    means, through_chance, through_amount = np.zeros(2), np.zeros((2, p)), np.zeros((2, p))
    for arm, design in enumerate(given.arms):
        amount = np.exp(design @ fit.coefficients)
        slope, chance = chances[arm]
        means[arm] = float(np.mean(chance * amount))
        through_amount[arm] = (chance * amount) @ design / n
        if logit is not None:
            through_chance[arm] = amount @ slope / n
    influence = np.zeros((n, 2))
    influence[some] = fit.scores @ (fit.bread @ through_amount.T)
    model = through_amount @ fit.covariance @ through_amount.T
    if logit is not None:
        influence += logit.scores @ (logit.bread @ through_chance.T)
        model = model + through_chance @ logit.covariance @ through_chance.T
    if given.group is not None:
        summed = np.zeros((int(given.group.max()) + 1, 2))
        np.add.at(summed, given.group, influence)
        influence = summed
    robust = influence.T @ influence
    used = model if errors == "model" else robust
    spread, contrast, relative = np.sqrt(np.diag(used)), np.array([1.0, -1.0]), np.array([1 / means[0], -1 / means[1]])
    sizes = [math.sqrt(max(0.0, float(contrast @ part @ contrast))) for part in (model, robust)]
    if errors == "model" and min(sizes) > 0 and max(sizes) > DISAGREE * min(sizes):
        cautions = (*cautions, "errors_differ_by_method")
    grade = claims.two_groups()
    facts = {"park_lambda": park.exponent, "park_se": park.se, "se_model": sizes[0], "se_robust": sizes[1]}
    fields = {
        "method": method, "claim": grade.claim, "contrast": grade.contrast, "reasons": grade.reasons, "cautions": cautions, "facts": facts,
        "n_citizens": n, "exposure": given.exposure, "level": level,
    }  # fmt: skip
    half = intervals.reach(level) * spread
    table = pd.DataFrame({"arm": ["treated", "comparison"], "estimate": means, "se": spread, "low": means - half, "high": means + half})
    difference = intervals.difference(means[0] - means[1], math.sqrt(max(0.0, float(contrast @ used @ contrast))), **fields)
    ratio = intervals.ratio(math.log(means[0] / means[1]), math.sqrt(max(0.0, float(relative @ used @ relative))), **fields)
    parts = [] if logit is None else [_coefficients(given, logit, "any_cost", errors, slice(None))]
    parts.append(_coefficients(given, fit, "amount", errors, some))
    return CostModel(
        table, frames.named(difference, persons), frames.named(ratio, persons), park, family, pd.concat(parts, ignore_index=True), fit.dispersion
    )


def _coefficients(given: _Given, fit: GlmFit, part: str, errors: Errors, rows: Any) -> pd.DataFrame:
    group = None if given.group is None else np.unique(given.group[rows], return_inverse=True)[1]
    covariance = fit.covariance if errors == "model" else fit.robust(group)
    return pd.DataFrame({"part": part, "name": given.names, "estimate": fit.coefficients, "se": np.sqrt(np.diag(covariance))})
