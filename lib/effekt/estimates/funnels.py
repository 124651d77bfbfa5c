"""Funnel limits for practices or municipalities, with and without room for overdispersion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import ndtri
from scipy.stats import rankdata

from effekt.errors import DataError
from effekt.estimates import frames
from effekt.estimates.standardisation import poisson_limits

Overdispersion = Literal["none", "truncate", "winsorise"]
Transformation = Literal["log", "sqrt", "arcsine"]
LEVELS = {"95": 0.95, "998": 0.998}
POINTS = 200


@dataclass(frozen=True)
class Funnel:
    """What `funnel` found.

    limits : frame, one row a unit in order of the units: unit, observed, expected (or n), value (ratio or share), z (unadjusted),
        used (bool: counted in phi), low_95, high_95, low_998, high_998.
    curve : frame of the same limits over the range of sizes, for drawing: expected (or n) and the four limits.
    target : 1, or the common share. phi : mean square of the z-scores that were used (after winsorising); 1 is what chance gives.
    tau2 : variance between units, on the transformed scale. adjusted : whether the limits have tau2 in them.
    outliers : rows of `limits` outside the 99.8% limits, with side (high | low). cautions : keys. facts : what they quote.
    """

    limits: pd.DataFrame
    curve: pd.DataFrame
    target: float
    phi: float
    tau2: float
    adjusted: bool
    transformation: Transformation
    outliers: pd.DataFrame
    cautions: tuple[str, ...] = ()
    facts: Mapping[str, float] = field(default_factory=dict)


def funnel(
    practices: pd.DataFrame, *, overdispersion: Overdispersion = "none", share: float = 0.1, transformation: Transformation | None = None
) -> Funnel:
    """Limits within which units would vary by chance alone, or by chance and their common spread; around 1 (or the common share).

    The conventions are those of Spiegelhalter [1]_ [2]_ and the R package FunnelPlotR. Without adjustment a ratio has the exact Poisson
    limits of its expected number E (chi-square quantiles of E, 2.5 and 0.1% in each tail). With it:

    * z-scores: log: sqrt(E) log(O / E), s = 1 / sqrt(E); sqrt: 2 (sqrt(O) - sqrt(E)), s = 1 / (2 sqrt(E)); shares, arcsine:
      (asin sqrt(O / n) - asin sqrt(target)) / s, s = 1 / (2 sqrt(n)).
    * "truncate" (the NHS's SHMI; log unless told otherwise) leaves out the units whose floor(rank k / (N + 1)) is 0 or k - 1 or more, with
      k = 1 / share and average ranks for ties; I is the number left. "winsorise" (CQC; sqrt unless told otherwise) pulls the z-scores
      beyond the `share` and 1 - `share` quantiles (R's type 7) in to them; I is the number of units.
    * phi = sum z^2 / I; tau2 = max(0, (I phi - (I - 1)) / (sum w - sum w^2 / sum w)) with w = 1 / s^2 of the units used, 0 where I phi < I - 1.
    * limits: target +- z sqrt(s^2 + tau2) on the transformed scale, taken back to the scale of the ratio (cut at 0 before squaring; FunnelPlotR
      0.6 draws its sqrt limits without squaring them). Where tau2 is 0 the unadjusted limits stand. E is not rounded (FunnelPlotR
      rounds it to two decimals for SHMI unless told not to).

    Parameters
    ----------
    practices : one row a unit (more are added up): unit, observed (events, >= 0), and expected (> 0), or n (> 0, observed <= n) for shares.
    overdispersion : none | truncate | winsorise. share : of each tail, above 0 and below 0.5.
    transformation : scale of z and of the limits under overdispersion: log, or square root / arcsine; None takes the usual one.

    Returns
    -------
    Funnel
        With `overdispersion` none, phi describes all units (sqrt or arcsine) and tau2 is 0. With fewer than two units used there is
        no spread to tell (tau2 0); fewer than ten give the caution few_units_compared.

    Raises
    ------
    DataError
        A column is missing, not a number or not in its range; a unit without events is left in under a log; a keyword is none of those named.

    References
    ----------
    .. [1] Spiegelhalter (2005). Stat Med 24:1185-1202; Qual Saf Health Care 14:347-351.
    .. [2] Spiegelhalter, Sherlaw-Johnson, Bardsley, Blunt, Wood, Grigg (2012). J R Stat Soc A 175:1-47.
    """
    if overdispersion not in ("none", "truncate", "winsorise"):
        raise DataError(f"overdispersion is {overdispersion!r}; it must be none, truncate or winsorise.")
    if not 0 < share < 0.5:
        raise DataError(f"share is {share:g}; it must lie above 0 and below 0.5.")
    frames.require(practices, ["unit", "observed"], what="unit")
    by = "expected" if "expected" in practices.columns else "n"
    units, observed, size = _added_up(practices, by)
    scale = _scale(by, overdispersion, transformation)
    target = 1.0 if by == "expected" else float(observed.sum() / size.sum())
    value, error = _transformed(observed, size, scale), _error(size, scale)
    z = (value - _transformed(np.array(target), np.array(1.0), scale)) / error
    used = _kept(z, share) if overdispersion == "truncate" else np.ones(len(z), dtype=bool)
    taken = np.clip(z, *np.quantile(z, [share, 1 - share])) if overdispersion == "winsorise" and np.isfinite(z).all() else z
    endless = int(np.sum(~np.isfinite(taken[used])))
    if endless:
        raise DataError(f"{endless} units have no events, and a log cannot hold them. Use overdispersion='winsorise' or transformation='sqrt'.")
    kept = int(used.sum())
    phi = float(np.mean(taken[used] ** 2)) if kept else 0.0
    weight = 1 / error[used] ** 2
    free = float(weight.sum() - (weight**2).sum() / weight.sum()) if kept > 1 else 0.0
    tau2 = max(0.0, (kept * phi - (kept - 1)) / free) if free > 0 and overdispersion != "none" else 0.0
    cautions = ("few_units_compared",) if kept < 10 else ()
    seen = {"unit": units, "observed": observed, by: size, "value": observed / size, "z": z, "used": used}
    table = pd.DataFrame({**seen, **_limits(size, target, scale, tau2, by)})
    sizes = np.linspace(size.min(), size.max(), POINTS)
    high, low = table["value"] > table["high_998"], table["value"] < table["low_998"]
    outliers = table[high | low].assign(side=np.where(high[high | low], "high", "low")).reset_index(drop=True)
    curve = pd.DataFrame({by: sizes, **_limits(sizes, target, scale, tau2, by)})
    return Funnel(table, curve, target, phi, tau2, tau2 > 0, scale, outliers, cautions, {"n_units": kept})


def _added_up(practices: pd.DataFrame, by: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    frames.require(practices, ["unit", "observed", by], what="unit")
    code, units = frames.codes(practices, "unit")
    observed = np.bincount(code, frames.numbers(practices, "observed", minimum=0))
    size = np.bincount(code, frames.numbers(practices, by, above=0))
    if by == "n" and (observed > size).any():
        raise DataError(f"observed is above n in {int((observed > size).sum())} units. A share cannot be above 1: give expected for a rate.")
    return units, observed, size


def _scale(by: str, overdispersion: str, asked: Transformation | None) -> Transformation:
    if by == "n":
        if asked not in (None, "arcsine"):
            raise DataError(f"transformation is {asked!r}; shares (a frame with n) have arcsine.")
        return "arcsine"
    if asked not in (None, "log", "sqrt"):
        raise DataError(f"transformation is {asked!r}; ratios (a frame with expected) have log or sqrt.")
    return asked or ("log" if overdispersion == "truncate" else "sqrt")


def _transformed(observed: np.ndarray, size: np.ndarray, scale: Transformation) -> np.ndarray:
    ratio = observed / size
    if scale == "log":
        return np.where(ratio > 0, np.log(np.where(ratio > 0, ratio, 1.0)), -np.inf)
    return np.sqrt(ratio) if scale == "sqrt" else np.arcsin(np.sqrt(np.minimum(ratio, 1.0)))


def _error(size: np.ndarray, scale: Transformation) -> np.ndarray:
    return (1.0 if scale == "log" else 0.5) / np.sqrt(size)


def _kept(z: np.ndarray, share: float) -> np.ndarray:
    groups = 1 / share
    group = np.floor(rankdata(z) * groups / (len(z) + 1))
    return (group > 0) & (group < groups - 1)


def _limits(size: np.ndarray, target: float, scale: Transformation, tau2: float, by: str) -> dict[str, np.ndarray]:
    found: dict[str, np.ndarray] = {}
    for name, level in LEVELS.items():
        if tau2 == 0 and by == "expected":
            low, high = (limit / size for limit in poisson_limits(size, level=level))
        else:
            centre = _transformed(np.array(target), np.array(1.0), scale)
            half = ndtri((1 + level) / 2) * np.sqrt(_error(size, scale) ** 2 + tau2)
            low, high = _back(centre - half, scale), _back(centre + half, scale)
        found |= {f"low_{name}": low, f"high_{name}": high}
    return found


def _back(value: np.ndarray, scale: Transformation) -> np.ndarray:
    if scale == "log":
        return np.exp(value)
    return np.maximum(value, 0.0) ** 2 if scale == "sqrt" else np.sin(np.clip(value, 0.0, np.pi / 2)) ** 2
