"""What fitting the weights on the same citizens does to the difference under them."""

from __future__ import annotations

import numpy as np

from effekt.estimates.balancing import Weighting


def influence_of_fit(weighting: Weighting, arm: np.ndarray, residual: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Each citizen's influence on the difference through the fit of the weights (n).

    arm : n, treated. residual : n, outcome minus the weighted mean of the own arm. share : n, weight over the sum of the arm's weights.
    propensity: derivative of the difference by the logit's coefficients times the influence on them (their scores over the information).
    entropy: the regression of the residual on the covariates, each arm under its weights, times how far the citizen is from the wanted means:
    taken off where the citizen is weighted, added where the citizen is one of those who make the wanted means.
    """
    sign = np.where(arm, 1.0, -1.0)
    if weighting.propensity is not None:
        p = weighting.propensity.to_numpy()
        x = np.column_stack([np.ones(len(arm)), weighting.design])
        moved = np.where(arm, p - 1.0 if weighting.target == "ate" else 0.0, p if weighting.target == "ate" else 1.0)
        slope = x.T @ (sign * share * moved * residual)
        information = (x * (p * (1 - p))[:, None]).T @ x
        return (x * (arm - p)[:, None]) @ np.linalg.solve(information, slope)
    whole = np.ones(len(arm), dtype=bool)
    wanted = arm if weighting.target == "att" else whole
    centred = weighting.design - weighting.design[wanted].mean(axis=0)
    told = np.zeros(len(arm))
    for side in ((~arm,) if weighting.target == "att" else (~arm, arm)):
        w = np.where(side, share, 0.0)
        weighed = centred * w[:, None]
        slope = np.linalg.lstsq(weighed.T @ centred, weighed.T @ residual, rcond=1e-12)[0]
        told += sign[side][0] * (centred @ slope) * (wanted / wanted.sum() - w)
    return told
