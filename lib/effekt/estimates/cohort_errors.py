"""Standard errors from influences of units that come in cohorts, and how few units they rest on."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from effekt.estimates import intervals
from effekt.estimates.group_time import Cohorts


def summed(influence: np.ndarray, cluster: np.ndarray) -> np.ndarray:
    """Influences (units x k) added up within clusters (integer codes a unit): clusters x k."""
    if int(cluster.max()) + 1 == len(cluster):
        return influence
    out = np.zeros((int(cluster.max()) + 1, influence.shape[1]))
    np.add.at(out, cluster, influence)
    return out


@dataclass(frozen=True)
class CohortErrors:
    """Errors and quantiles for influences of the units of `given`; `small_sample` as in `staggered`."""

    given: Cohorts
    level: float
    small_sample: bool

    @property
    def strata(self) -> np.ndarray:
        """Cohort code a unit; one for all where errors are by clusters of several units."""
        if int(self.given.cluster.max()) + 1 < len(self.given.cluster):
            return np.zeros(int(self.given.cluster.max()) + 1, dtype=np.int64)
        return np.unique(self.given.start[np.argsort(self.given.cluster)], return_inverse=True)[1]

    def widened(self, influence: np.ndarray) -> np.ndarray:
        """The influences (units x k) times sqrt(n_g / (n_g - 1)) of their stratum; a stratum of one keeps its own."""
        if not self.small_sample:
            return influence
        size = np.bincount(self.strata)
        factor = np.sqrt(size / np.maximum(size - 1, 1))[self.strata]
        return influence * np.where(size[self.strata] > 1, factor, 1.0)[self.given.cluster][:, None]

    def se(self, influence: np.ndarray) -> np.ndarray:
        """Root of the sum of squares over units (or clusters), widened: k."""
        return np.sqrt(np.sum(summed(self.widened(influence), self.given.cluster) ** 2, axis=0))

    def df(self, influence: np.ndarray) -> np.ndarray:
        """Satterthwaite's degrees of freedom over the strata (k); infinite without `small_sample` or where nothing varies."""
        if not self.small_sample:
            return np.full(influence.shape[1], math.inf)
        squares, size = summed(self.widened(influence), self.given.cluster) ** 2, np.bincount(self.strata)
        parts = np.zeros((len(size), squares.shape[1]))
        np.add.at(parts, self.strata, squares)
        spread = np.sum(parts**2 / np.maximum(size - 1, 1)[:, None], axis=0)
        return np.where(spread > 0, parts.sum(axis=0) ** 2 / np.where(spread > 0, spread, 1.0), math.inf)

    def half(self, influence: np.ndarray) -> np.ndarray:
        """Half the width of the pointwise intervals (k): quantile times error."""
        df = self.df(influence)
        quantile = np.full(len(df), intervals.reach(self.level))
        few = np.isfinite(df)
        quantile[few] = stdtrit(df[few], (1 + self.level) / 2)
        return quantile * self.se(influence)
