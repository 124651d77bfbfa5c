"""Weights that make treated and comparison citizens alike on what was known beforehand, with the table that shows how alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import covariates as columns
from effekt.estimates import frames
from effekt.estimates.entropy import entropy_weights
from effekt.estimates.glm import check_rank, fit_glm

Method = Literal["propensity", "entropy"]
Target = Literal["att", "ate"]
UNBALANCED = 0.1
THIN = 0.1


@dataclass(frozen=True)
class Weighting:
    """What `balance_weights` found.

    weights : Series in the order and with the index of the frame. propensity : the fitted probabilities of being treated, None for entropy.
    balance : frame covariate, mean_treated, mean_comparison, mean_comparison_weighted, mean_treated_weighted, smd_before, smd_after.
    ess : Series treated, comparison: (sum of weights)^2 / sum of squared weights. method, target : as asked for.
    cautions : keys (weights_unbalanced: some |smd_after| > 0.1; weights_few: an arm's effective size is below a tenth of its citizens).
    facts : the numbers they quote. design : the covariates that the weights were fitted on (n x q, no intercept), for `weighted_difference`.
    """

    weights: pd.Series
    propensity: pd.Series | None
    balance: pd.DataFrame
    ess: pd.Series
    method: str
    target: str
    cautions: tuple[str, ...]
    facts: Mapping[str, float]
    design: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)), repr=False, compare=False)


def balance_weights(
    persons: pd.DataFrame, *, treated: str, covariates: Iterable[str], method: Method = "propensity", target: Target = "att"
) -> Weighting:
    """Weights under which the arms have the same covariates: as the treated (att) or as everybody (ate).

    propensity: logit of `treated` on the covariates, maximum likelihood. att: treated 1, comparison p / (1 - p) (the odds). ate: stabilised,
    treated P(treated) / p and comparison P(not treated) / (1 - p), as in Hernan and Robins, chapter 12 [1]_. Nothing is truncated or trimmed.
    entropy: the weights of largest entropy with exactly equal means [2]_. att: treated 1, comparison sums to the number of treated with the
    treated's means. ate: each arm sums to its own number of citizens, with the means of everybody. Squares balance only if they are given
    (covariates=["age", "age**2"]).

    Parameters
    ----------
    persons : DataFrame
        One row a citizen. treated : name of a bool (or 0/1) column. covariates : columns or simple terms (see `covariates.build`): numbers are
        used as they are, text and categories become 0/1 columns; all known before the programme.
    method : propensity or entropy. target : att or ate.

    Returns
    -------
    Weighting
        `balance` holds one row a design column. smd = difference of means / standard deviation, the latter always of the unweighted arms with
        divisor n - 1: that of the treated for att, the root of the mean of both variances for ate. A column that does not vary there has smd 0
        where the means agree; otherwise it is infinite and a DataError.

    Raises
    ------
    DataError
        An arm is empty, a covariate is missing or not finite, does not vary or follows from others, separates the arms (propensity), or
        cannot be balanced (entropy).

    References
    ----------
    .. [1] Hernan, Robins (2020). Causal Inference: What If, chapter 12.
    .. [2] Hainmueller (2012). Political Analysis 20:25-46.
    """
    if method not in ("propensity", "entropy") or target not in ("att", "ate"):
        raise DataError(f"method is {method!r} and target {target!r}; they must be propensity or entropy, and att or ate.")
    frames.require(persons, (treated,), what="citizen")
    arm = frames.flags(persons, treated)
    if arm.all() or not arm.any():
        raise DataError(f"{treated} is {'true' if arm.all() else 'false'} in all {len(arm)} rows: there is nobody to compare with.")
    x = columns.build(persons, covariates)
    if not x.names:
        raise DataError("covariates is empty: without any, all weights are 1 and nothing is balanced.")
    propensity = None
    if method == "propensity":
        design, names = columns.with_intercept(x, len(persons))
        check_rank(design, names, where="the covariates")
        p = fit_glm(design, arm.astype(float), "binomial", what="the propensity model").mu
        propensity = pd.Series(p, index=persons.index, name="propensity")
        share = float(arm.mean())
        weights = np.where(arm, 1.0, p / (1 - p)) if target == "att" else np.where(arm, share / p, (1 - share) / (1 - p))
    else:
        weights = np.ones(len(arm))
        wanted = x.matrix[arm].mean(axis=0) if target == "att" else x.matrix.mean(axis=0)
        weights[~arm] = entropy_weights(x.matrix[~arm], wanted, arm="comparison") * (arm.sum() if target == "att" else (~arm).sum())
        if target == "ate":
            weights[arm] = entropy_weights(x.matrix[arm], wanted, arm="treated") * arm.sum()
    table = _balance(x, arm, weights, target)
    ess = pd.Series({"treated": _effective(weights[arm]), "comparison": _effective(weights[~arm])}, name="ess")
    worst, thinnest = float(table["smd_after"].abs().max()), min(ess["treated"] / arm.sum(), ess["comparison"] / (~arm).sum())
    cautions = (("weights_unbalanced",) if worst > UNBALANCED else ()) + (("weights_few",) if thinnest < THIN else ())
    facts = {"largest_smd": worst, "effective_citizens_treated": ess["treated"], "effective_citizens_comparison": ess["comparison"]}
    return Weighting(
        pd.Series(weights, index=persons.index, name="weight"), propensity, table, ess, method, target, cautions,
        MappingProxyType({key: float(number) for key, number in facts.items()}), x.matrix,
    )  # fmt: skip


def _effective(weights: np.ndarray) -> float:
    return float(weights.sum() ** 2 / np.sum(weights**2))


def _balance(x: columns.Covariates, arm: np.ndarray, weights: np.ndarray, target: str) -> pd.DataFrame:
    treated, comparison = x.matrix[arm], x.matrix[~arm]
    before = treated.mean(axis=0) - comparison.mean(axis=0)
    mean_treated = weights[arm] @ treated / weights[arm].sum()
    mean_comparison = weights[~arm] @ comparison / weights[~arm].sum()
    variance = _variance(treated) if target == "att" else (_variance(treated) + _variance(comparison)) / 2
    after = mean_treated - mean_comparison
    flat = variance <= 1e-24 * (1 + np.max(np.abs(x.matrix), axis=0)) ** 2
    if (flat & (np.abs(before) > 1e-9)).any():
        names = ", ".join(name for name, bad in zip(x.names, flat, strict=True) if bad)
        raise DataError(f"{names} does not vary among the treated: its difference cannot be standardised. Leave it out, or use target='ate'.")
    sd = np.sqrt(np.where(flat, 1.0, variance))
    return pd.DataFrame(
        {
            "covariate": x.names, "mean_treated": treated.mean(axis=0), "mean_comparison": comparison.mean(axis=0),
            "mean_treated_weighted": mean_treated, "mean_comparison_weighted": mean_comparison, "smd_before": before / sd, "smd_after": after / sd,
        }
    )  # fmt: skip


def _variance(matrix: np.ndarray) -> np.ndarray:
    return matrix.var(axis=0, ddof=1) if len(matrix) > 1 else np.zeros(matrix.shape[1])
