"""The modified Park test: which family of a generalised linear model fits the way the variance of a cost grows with its mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from effekt.errors import DataError
from effekt.estimates.glm import Family, GlmFit, fit_glm

FAMILIES: tuple[Family, ...] = ("gaussian", "poisson", "gamma", "inverse_gaussian")


@dataclass(frozen=True)
class Park:
    """exponent : the power by which the variance grows with the mean. se : its robust standard error. family : the nearest family.

    0 gaussian, 1 poisson, 2 gamma, 3 inverse Gaussian; halves go upward.
    """

    exponent: float
    se: float
    family: Family


UNTOLD = Park(2.0, 0.0, "gamma")


def park_test(fit: GlmFit) -> Park:
    """The exponent from a provisional fit with log link (by convention gamma, the usual family of costs) [1]_.

    Squared raw residuals are regressed on the log of the fitted mean by a gamma model with log link; the slope is the exponent, its error
    robust (HC0). A mean that is the same for everybody, or a fit without residuals, tells nothing of the exponent: it is then taken as 2
    (gamma), se 0.

    References
    ----------
    .. [1] Manning, Mullahy (2001). J Health Econ 20:461-494. Park (1966). Econometrica 34:888.
    """
    log_mean = np.log(fit.mu)
    centre = float(log_mean.mean())
    squared = fit.residuals**2
    if np.ptp(log_mean) < 1e-8 or not squared.max() > 0:
        return UNTOLD
    scale = float(squared.mean())
    try:
        second = fit_glm(np.column_stack([np.ones(len(log_mean)), log_mean - centre]), squared / scale, "gamma", what="the Park test")
    except DataError:
        return UNTOLD
    exponent = float(second.coefficients[1])
    nearest = int(np.clip(np.floor(exponent + 0.5), 0, 3))
    return Park(exponent, float(np.sqrt(second.robust()[1, 1])), FAMILIES[nearest])
