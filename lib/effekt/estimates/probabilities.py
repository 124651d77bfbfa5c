"""How likely an effect is to beat a margin, and each unit to be the best, from estimates and standard errors."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import ndtr, stdtr

from effekt.errors import DataError
from effekt.estimates.estimate import Estimate
from effekt.estimates.pooling import Pooled

Better = Literal["lower", "higher"]


def probability_better(effect: Estimate | Pooled, *, margin: float | None = None, better: Better = "lower", new_unit: bool = False) -> float | None:
    """Probability that the true effect is beyond `margin` on the good side, under a flat prior.

    The sampling distribution of the estimate (normal, or t with the fact df where the estimate carries one), on the log scale for ratios, read
    as the distribution of the true effect; the same number as one minus the one-sided p of "not better than the margin".

    Parameters
    ----------
    effect : an `Estimate` with value and se, or the result of `pool`.
    margin : on the natural scale; None = no effect (1 for a ratio, 0 otherwise). better : which way is good.
    new_unit : for a pooled result, the probability for the true effect in a new unit, from the prediction interval (spread between units in it).

    Returns
    -------
    float or None
        None where the estimate has no value or no standard error.

    Raises
    ------
    DataError
        A ratio's margin that is not above 0, an unknown `better`, or `new_unit` for something that was not pooled.

    References
    ----------
    .. [1] Higgins, Thompson, Spiegelhalter (2009). J R Stat Soc A 172:137-159.
    """
    if better not in ("lower", "higher"):
        raise DataError(f"better is {better!r}; it must be lower or higher.")
    estimate = effect.effect if isinstance(effect, Pooled) else effect
    if new_unit and not isinstance(effect, Pooled):
        raise DataError("new_unit needs a pooled result: one unit tells nothing about the spread between units.")
    ratio = estimate.scale == "ratio"
    limit = (1.0 if ratio else 0.0) if margin is None else float(margin)
    if not math.isfinite(limit) or (ratio and limit <= 0):
        raise DataError("margin must be finite, and above 0 for a ratio.")
    if estimate.value is None or not estimate.se:
        return None
    centre, edge, se = (math.log(estimate.value), math.log(limit), estimate.se) if ratio else (estimate.value, limit, estimate.se)
    df = float(estimate.facts.get("df", 0)) or math.inf
    if new_unit and isinstance(effect, Pooled):
        se = math.hypot(se, math.sqrt(effect.tau2 or 0.0))
        df = effect.prediction.df if effect.prediction else math.inf
    z = (edge - centre) / se * (1 if better == "lower" else -1)
    return float(ndtr(z) if math.isinf(df) else stdtr(df, z))


def probability_best(pooled: Pooled, *, better: Better = "lower", draws: int = 100_000, seed: int = 0, level: float = 0.95) -> pd.DataFrame:
    """Probability that each pooled unit has the best true effect, with the range of its rank: never a rank without its uncertainty.

    Draws of the units' own effects from normal distributions around the BLUPs with their standard errors, taken as independent (the shared
    error of the mean moves all units alike and hardly changes who is best); the share of draws in which a unit comes first, and quantiles of
    its rank (1 = best). Ties, which occur where no spread between units was found, are broken at random.

    Parameters
    ----------
    pooled : result of `pool`. better : lower or higher. draws : at least 100, from `seed`.
    level : level of the range of the rank, both ends included.

    Returns
    -------
    DataFrame
        unit, probability (sums to 1), mean_rank, rank_low, rank_high (`level` interval, whole ranks); in the order of the pooled units.

    Raises
    ------
    DataError
        Nothing was pooled, an unknown `better`, or fewer than 100 draws.

    References
    ----------
    .. [1] Goldstein, Spiegelhalter (1996). J R Stat Soc A 159:385-443.
    """
    if better not in ("lower", "higher"):
        raise DataError(f"better is {better!r}; it must be lower or higher.")
    if not len(pooled.blups):
        raise DataError("Nothing was pooled: there are no units to rank.")
    if draws < 100:
        raise DataError(f"{draws} draws are too few to tell a probability: at least 100.")
    value, se = pooled.blups["estimate"].to_numpy(), pooled.blups["se"].to_numpy()
    generator = np.random.default_rng(seed)
    drawn = value + se * generator.standard_normal((draws, len(value)))
    order = np.argsort(drawn if better == "lower" else -drawn, axis=1)
    rank = np.argsort(order, axis=1) + 1
    low, high = np.quantile(rank, [(1 - level) / 2, (1 + level) / 2], axis=0, method="inverted_cdf")
    return pd.DataFrame(
        {"unit": pooled.blups["unit"], "probability": np.mean(rank == 1, axis=0), "mean_rank": rank.mean(axis=0), "rank_low": low, "rank_high": high}
    )
