"""Generalised linear models with log or logit link by iteratively reweighted least squares: small, silent, and saying when there is no answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from effekt.errors import DataError

Family = Literal["binomial", "gaussian", "poisson", "gamma", "inverse_gaussian"]
POWER: dict[str, int] = {"gaussian": 0, "poisson": 1, "gamma": 2, "inverse_gaussian": 3}
"""Families with log link: the variance is dispersion x mean ** power."""
ITERATIONS = 100
TOLERANCE = 1e-10
LARGEST_ETA = 300.0


@dataclass(frozen=True)
class GlmFit:
    """coefficients (p), mu (n), working weights (n; d mean / d coefficient is x * slope), residuals y - mu (n), bread (p x p).

    bread : inverse of X' diag(weights) X, without dispersion. slope : n, d mu / d eta. dispersion : Pearson chi2 / (n - p); 1 for binomial.
    """

    design: np.ndarray
    coefficients: np.ndarray
    mu: np.ndarray
    slope: np.ndarray
    weights: np.ndarray
    residuals: np.ndarray
    bread: np.ndarray
    dispersion: float

    @property
    def covariance(self) -> np.ndarray:
        """Model-based covariance of the coefficients: dispersion x bread, as R's `vcov` of a `glm`."""
        return self.dispersion * self.bread

    @property
    def scores(self) -> np.ndarray:
        """n x p contributions to the estimating equations."""
        return self.design * (self.weights * self.residuals / self.slope)[:, None]

    def robust(self, groups: np.ndarray | None = None) -> np.ndarray:
        """Sandwich covariance of the coefficients without small-sample factor (HC0), by `groups` (integer codes) where given (CR0)."""
        scores = self.scores
        if groups is not None:
            summed = np.zeros((int(groups.max()) + 1, scores.shape[1]))
            np.add.at(summed, groups, scores)
            scores = summed
        return self.bread @ (scores.T @ scores) @ self.bread


def check_rank(design: np.ndarray, names: Sequence[str], *, where: str = "the frame") -> None:
    """Raise DataError naming the columns of `design` (n x p) that the columns before them already determine."""
    if len(design) < design.shape[1]:
        raise DataError(f"{where} has {len(design)} rows for {design.shape[1]} coefficients. Use fewer covariates.")
    scale = np.sqrt(np.mean(design**2, axis=0))
    r = np.linalg.qr(design / np.where(scale > 0, scale, 1.0), mode="r")
    bad = [str(name) for name, size in zip(names, np.abs(np.diag(r)) / np.sqrt(len(design)), strict=True) if size < 1e-9]
    if bad:
        raise DataError(f"In {where} {', '.join(bad)} does not vary, or follows from the other columns. Leave it out, or merge its levels.")


def fit_glm(
    design: np.ndarray,
    outcome: np.ndarray,
    family: Family,
    *,
    offset: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    what: str = "the model",
) -> GlmFit:
    """Quasi-likelihood fit; link logit for binomial, log for the others.

    design : n x p of full rank (see `check_rank`). outcome : n; 0 or 1 for binomial, otherwise >= 0 and not all 0. offset : n, added to the
    linear predictor. weights : n prior weights (variance proportional to 1 / weight); the dispersion counts every row as one.
    Converged when no linear predictor moves by more than 1e-10 of itself plus one. Raises DataError where that does not happen: in a logit
    some covariates separate those with the outcome from those without; in a cost model some group has no cost at all.
    """
    n, p = design.shape
    prior = np.ones(n) if weights is None else weights
    shift = np.zeros(n) if offset is None else offset
    mean = float(np.average(outcome, weights=prior))
    logit = family == "binomial"
    if mean <= 0 or (logit and mean >= 1):
        raise DataError(f"In {what} the outcome is {'the same for everybody' if logit else '0 for everybody'}: there is nothing to fit.")
    mu = (outcome * 0.5 + 0.25) if logit else np.maximum((outcome + mean) / 2, mean * 0.1)
    eta = np.log(mu / (1 - mu)) if logit else np.log(mu)
    last = np.inf
    for _ in range(ITERATIONS):
        slope = mu * (1 - mu) if logit else mu
        w = prior * (slope if logit else mu ** (2.0 - POWER[family]))  # slope^2 / variance, which alone could overflow
        root = np.sqrt(w)
        working = eta - shift + (outcome - mu) / slope
        new = np.linalg.lstsq(design * root[:, None], working * root, rcond=1e-13)[0]
        target = design @ new + shift
        moved = float(np.max(np.abs(target - eta) / (1 + np.abs(eta))))
        step = 1.0 if family in ("binomial", "poisson") or moved < 1e-3 or moved < last else 0.5
        eta = eta + step * (target - eta)
        if np.max(np.abs(eta)) > LARGEST_ETA or not np.isfinite(eta).all():
            break
        last = moved
        mu = 1 / (1 + np.exp(-eta)) if logit else np.exp(eta)
        if logit and (np.minimum(mu, 1 - mu).min() < 1e-14):
            break
        if moved < TOLERANCE:
            return _fitted(design, outcome, family, prior, new, mu)
    raise DataError(
        f"In {what} some covariates tell exactly who has the outcome and who has not (separation): the model has no answer. "
        "Merge small groups or leave them out."
        if logit
        else f"{what[:1].upper()}{what[1:]} found no answer: some group has hardly any of the outcome. Merge small groups or leave them out."
    )


def _fitted(design: np.ndarray, outcome: np.ndarray, family: Family, prior: np.ndarray, coefficients: np.ndarray, mu: np.ndarray) -> GlmFit:
    n, p = design.shape
    logit = family == "binomial"
    slope, variance = (mu * (1 - mu), mu * (1 - mu)) if logit else (mu, mu ** POWER[family])
    w = prior * slope**2 / variance
    scale = np.sqrt(np.maximum(np.sum(design**2 * w[:, None], axis=0), 1e-300))
    scaled = design / scale
    bread = np.linalg.inv((scaled * w[:, None]).T @ scaled) / np.outer(scale, scale)
    residuals = outcome - mu
    chi2 = float(np.sum(prior * residuals**2 / variance))
    dispersion = 1.0 if logit else (chi2 / (n - p) if n > p else 0.0)
    return GlmFit(design, coefficients, mu, slope, w, residuals, bread, dispersion)
