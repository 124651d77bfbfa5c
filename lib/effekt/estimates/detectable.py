"""The smallest effect that a design would have found, by simulation, before the data are opened."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import ndtr, stdtr

from effekt.errors import DataError

CELLS = 2_000_000


@dataclass(frozen=True)
class DetectableEffect:
    """power : frame ratio, power, mc_error (standard error of the simulation), one row a true ratio, from 1 downwards or upwards.

    size : power at ratio 1: how often the test finds an effect that is not there. ratio : the effect nearest 1 that is found with the wanted
    power, between the ratios tried on the log scale; None where none of them is. replicates, seed : of the simulation.
    """

    power: pd.DataFrame
    size: float
    ratio: float | None
    replicates: int
    seed: int


def minimum_detectable_effect(
    *,
    citizens: tuple[int, int],
    rate: float,
    years: tuple[float, float],
    shape: float = 0.6,
    units: tuple[int, int] = (4, 12),
    unit_sd: float = 0.0,
    errors: Literal["citizen", "unit"] = "citizen",
    ratios: Sequence[float] = (0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5),
    power: float = 0.8,
    level: float = 0.95,
    replicates: int = 1_000,
    seed: int = 0,
) -> DetectableEffect:
    """Power of a before/after comparison with untreated units, and the smallest effect it finds, from planning numbers alone.

    Each citizen has an own rate (gamma, mean `rate`, `shape`: .6 is usual for acute admissions of older people), Poisson events before and
    after; each unit's rate moves by its own normal log shock of sd `unit_sd` between before and after; the programme multiplies the treated
    arm's rate after by the ratio. Test: log of (after / before, treated) / (after / before, comparison) against 0; "citizen": normal, variance
    from citizens' influences (as the controlled time series); "unit": Welch t of the units' log ratios. With unit_sd > 0 the citizen test
    finds too much: `size` shows it.

    Parameters
    ----------
    citizens : number in the treated and in the comparison arm. rate : events a person-year. years : follow-up before and after.
    units : number of units in each arm; citizens are spread evenly. ratios : true effects to try, all below or all above 1.
    shape, unit_sd : spread of citizens' rates and of units' shocks, as above. errors : citizen or unit.
    power : asked for. level : 1 - size of the two-sided test. replicates : draws a ratio, from `seed`.

    Returns
    -------
    DetectableEffect
        power a ratio with its Monte-Carlo error, size (power at ratio 1), and the ratio at which the power asked for is reached (None = none tried).

    Raises
    ------
    DataError
        A number that is not positive, ratios on both sides of 1, fewer units than 2 an arm for errors "unit", or power or level outside 0-1.

    References
    ----------
    .. [1] Arnold, Hogan, Colford, Hubbard (2011). BMC Med Res Methodol 11:94.
    """
    numbers = (*citizens, rate, *years, shape, *units, replicates, *ratios)
    unsound = any(isinstance(number, str) or not math.isfinite(number) or number <= 0 for number in numbers)
    if unsound or unit_sd < 0 or not (0 < power < 1 and 0 < level < 1):
        raise DataError("All planning numbers must be above 0 (unit_sd at least 0), and power and level between 0 and 1.")
    if not (all(ratio < 1 for ratio in ratios) or all(ratio > 1 for ratio in ratios)):
        raise DataError("ratios must be all below 1 or all above 1: a test has a power on each side.")
    if errors not in ("citizen", "unit") or (errors == "unit" and min(units) < 2) or min(citizens) < max(units):
        raise DataError("errors must be citizen or unit; unit needs two units an arm, and every unit at least one citizen.")
    tried = [1.0, *sorted(ratios, key=lambda ratio: abs(math.log(ratio)))]
    found = []
    for place, ratio in enumerate(tried):
        generator = np.random.default_rng((seed, place))
        rejected = 0
        chunk = max(1, CELLS // sum(citizens))
        for at in range(0, replicates, chunk):
            size = min(chunk, replicates - at)
            arms = [_arm(generator, size, citizens[k], units[k], rate, years, shape, unit_sd, ratio if k == 0 else 1.0, errors) for k in (0, 1)]
            rejected += int(np.sum(_p(arms, units, errors) < 1 - level))
        found.append(rejected / replicates)
    shares = np.array(found)
    table = pd.DataFrame({"ratio": tried, "power": shares, "mc_error": np.sqrt(shares * (1 - shares) / replicates)})
    return DetectableEffect(table, found[0], _crossing(tried, found, power), replicates, seed)


def _arm(
    generator: np.random.Generator, replicates: int, citizens: int, units: int, rate: float, years: tuple[float, float], shape: float,
    unit_sd: float, ratio: float, errors: str,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Citizen: log ratio and its variance (replicates each). Unit: log ratios (replicates x units), and an empty array."""
    own = generator.gamma(shape, rate / shape, size=(replicates, citizens))
    unit = np.arange(citizens) % units
    shock = np.exp(unit_sd * generator.standard_normal((replicates, units)) - unit_sd**2 / 2)[:, unit]
    before = generator.poisson(own * years[0])
    after = generator.poisson(own * shock * (years[1] * ratio))
    if errors == "unit":
        sums = [np.stack([part[:, unit == u].sum(axis=1) for u in range(units)], axis=1) + 0.5 for part in (before, after)]
        return np.log(sums[1] / sums[0]), np.empty(0)
    totals = [np.maximum(part.sum(axis=1), 0.5) for part in (before, after)]
    influence = after / totals[1][:, None] - before / totals[0][:, None]
    return np.log(totals[1] / totals[0]), np.sum(influence**2, axis=1)


def _p(arms: list[tuple[np.ndarray, np.ndarray]], units: tuple[int, int], errors: str) -> np.ndarray:
    (first, spread), (second, other) = arms
    if errors == "citizen":
        z = (first - second) / np.sqrt(np.maximum(spread + other, 1e-300))
        return 2 * ndtr(-np.abs(z))
    parts = [values.var(axis=1, ddof=1) / n for values, n in zip((first, second), units, strict=True)]
    total = np.maximum(parts[0] + parts[1], 1e-300)
    df = total**2 / np.maximum(parts[0] ** 2 / (units[0] - 1) + parts[1] ** 2 / (units[1] - 1), 1e-300)
    return 2 * stdtr(df, -np.abs((first.mean(axis=1) - second.mean(axis=1)) / np.sqrt(total)))


def _crossing(ratios: Sequence[float], shares: Sequence[float], power: float) -> float | None:
    for place in range(1, len(ratios)):
        if shares[place] >= power:
            low, high = shares[place - 1], shares[place]
            part = 1.0 if high == low else min(1.0, max(0.0, (power - low) / (high - low)))
            return math.exp(math.log(ratios[place - 1]) + part * (math.log(ratios[place]) - math.log(ratios[place - 1])))
    return None
