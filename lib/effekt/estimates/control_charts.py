"""Control charts of a process over time: XmR, p, u, c and Laney's p' and u'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import frames
from effekt.estimates.chart_rules import signals

XMR_FACTOR, RANGE_FACTOR, D2 = 2.66, 3.267, 1.128
SHORT = 12

Values = Sequence[float] | np.ndarray | pd.Series | float


@dataclass(frozen=True)
class ControlChart:
    """A process over time, its limits and the rules that fired.

    values : n points as plotted. centre : the centre line. low, high : the limits, one number where they are the same for all points
    (xmr, c), else n. signals : frame rule, first, last, side (`chart_rules`). baseline : number of first points the limits rest on.
    spread : mean moving range (xmr), or how many times wider than binomial or Poisson the points vary (Laney); None for the others.
    range_high : upper limit of the moving ranges (xmr), with the places of the ranges above it in range_signals. cautions : keys.
    """

    values: np.ndarray
    centre: float
    low: float | np.ndarray
    high: float | np.ndarray
    signals: pd.DataFrame
    baseline: int
    spread: float | None = None
    range_high: float | None = None
    range_signals: tuple[int, ...] = field(default=())
    cautions: tuple[str, ...] = ()

    @property
    def facts(self) -> Mapping[str, float]:
        """The numbers that the sentences of the cautions quote."""
        return {"n_periods": float(self.baseline)}


def xmr(values: Values, *, baseline: int | None = None) -> ControlChart:
    """Individual values with limits mean +- 2.66 x mean moving range: for any measure taken once a period (XmR, or I chart).

    The moving range is the distance between neighbours; its own upper limit is 3.267 x its mean. The limits rest on the first `baseline`
    points (all, where not given) and are then frozen: points added later do not move them.

    Parameters
    ----------
    values : one number a period, in order of time, none missing.
    baseline : number of first points that the limits rest on, at least 2.

    Returns
    -------
    ControlChart
        Cautions short_baseline (fewer than 12 points) and no_variation (the baseline is constant, the limits have no width).

    Raises
    ------
    DataError
        A value is missing, not a number or infinite; fewer than two points; a baseline longer than the series.

    References
    ----------
    .. [1] Shewhart (1931). Wheeler, Chambers (1992), Understanding Statistical Process Control.
    """
    x = _column(values, "values")
    used = _baseline(baseline, len(x), least=2)
    ranges = np.abs(np.diff(x))
    spread = float(ranges[: used - 1].mean())
    centre, half = float(x[:used].mean()), XMR_FACTOR * spread
    limit = RANGE_FACTOR * spread
    beyond = tuple(int(place) + 1 for place in np.flatnonzero(ranges > limit)) if spread > 0 else ()
    chart = _chart(x, centre, np.full(len(x), half / 3), np.full(len(x), centre - half), np.full(len(x), centre + half), used, spread)
    return ControlChart(x, centre, centre - half, centre + half, chart.signals, used, spread, limit, beyond, chart.cautions)


def p_chart(events: Values, n: Values, *, baseline: int | None = None) -> ControlChart:
    """Shares of a period's citizens, with limits p +- 3 sqrt(p (1 - p) / n_i), p the share over the baseline, cut at 0 and 1.

    Takes every citizen as one independent trial; with thousands a period any real process lies outside such limits: use `laney_p`.

    Parameters
    ----------
    events : citizens with the event in each period. n : citizens in each period (> 0, events <= n), or one number for all. baseline : number of
        first periods that the limits rest on (default all).

    Returns
    -------
    ControlChart
        values, centre, low, high, and signals (the rules that fired, with the points).

    Raises
    ------
    DataError
        A number is missing or not in its range; the sequences differ in length; the baseline is longer than the series.

    References
    ----------
    .. [1] Shewhart (1931). Mohammed, Worthington, Woodall (2008). Qual Saf Health Care 17:137-145.
    """
    x, size = _pair(events, n, "n", share=True)
    used = _baseline(baseline, len(x), least=1)
    centre = float(x[:used].sum() / size[:used].sum())
    sigma = np.sqrt(centre * (1 - centre) / size)
    return _chart(x / size, centre, sigma, np.maximum(centre - 3 * sigma, 0.0), np.minimum(centre + 3 * sigma, 1.0), used)


def u_chart(events: Values, exposure: Values, *, baseline: int | None = None) -> ControlChart:
    """Events per unit of exposure, with limits u +- 3 sqrt(u / exposure_i), u the rate over the baseline, cut at 0. Events are taken as Poisson.

    Parameters
    ----------
    events : events of each period (>= 0). exposure : person-years (or bed days) of each (> 0), or one number for all. baseline, errors : as in
        `p_chart`.

    Returns
    -------
    ControlChart
        values, centre, low, high, and signals (the rules that fired, with the points).

    Raises
    ------
    DataError
        As in `p_chart`.

    References
    ----------
    .. [1] Shewhart (1931). Mohammed, Worthington, Woodall (2008). Qual Saf Health Care 17:137-145.
    """
    x, size = _pair(events, exposure, "exposure", share=False)
    used = _baseline(baseline, len(x), least=1)
    centre = float(x[:used].sum() / size[:used].sum())
    sigma = np.sqrt(centre / size)
    return _chart(x / size, centre, sigma, np.maximum(centre - 3 * sigma, 0.0), centre + 3 * sigma, used)


def c_chart(events: Values, *, baseline: int | None = None) -> ControlChart:
    """Counts of periods of one size, with limits c +- 3 sqrt(c), c the mean over the baseline, cut at 0. Events are taken as Poisson.

    Parameters
    ----------
    events : events of each period (>= 0). baseline, errors : as in `p_chart`.

    Returns
    -------
    ControlChart
        values, centre, low, high, and signals (the rules that fired, with the points).

    Raises
    ------
    DataError
        As in `p_chart`.

    References
    ----------
    .. [1] Shewhart (1931). Mohammed, Worthington, Woodall (2008). Qual Saf Health Care 17:137-145.
    """
    x = _column(events, "events", minimum=0)
    used = _baseline(baseline, len(x), least=1)
    centre = float(x[:used].mean())
    sigma = float(np.sqrt(centre))
    low, high = max(centre - 3 * sigma, 0.0), centre + 3 * sigma
    chart = _chart(x, centre, np.full(len(x), sigma), np.full(len(x), low), np.full(len(x), high), used)
    return ControlChart(x, centre, low, high, chart.signals, used, cautions=chart.cautions)


def laney_p(events: Values, n: Values, *, baseline: int | None = None) -> ControlChart:
    """Laney's p': the limits of `p_chart` widened (or narrowed) by how much the periods vary more (or less) than binomial chance.

    z_i = (p_i - p) / sigma_i, sigma_z = mean |z_i - z_(i-1)| / 1.128 over the baseline, limits p +- 3 sigma_i sigma_z, cut at 0 and 1.
    `spread` is sigma_z.

    Parameters
    ----------
    events, n, baseline : as in `p_chart`; the baseline has at least two periods.

    Returns
    -------
    ControlChart
        values, centre, low, high, and signals (the rules that fired, with the points).

    Raises
    ------
    DataError
        As in `p_chart`.

    References
    ----------
    .. [1] Laney (2002). Qual Eng 14:531-537.
    """
    x, size = _pair(events, n, "n", share=True)
    used = _baseline(baseline, len(x), least=2)
    centre = float(x[:used].sum() / size[:used].sum())
    sigma, spread = _widened(x / size, centre, np.sqrt(centre * (1 - centre) / size), used)
    return _chart(x / size, centre, sigma, np.maximum(centre - 3 * sigma, 0.0), np.minimum(centre + 3 * sigma, 1.0), used, spread)


def laney_u(events: Values, exposure: Values, *, baseline: int | None = None) -> ControlChart:
    """Laney's u': the limits of `u_chart` widened (or narrowed) by how much the periods vary more (or less) than Poisson chance.

    As `laney_p` with sigma_i = sqrt(u / exposure_i); cut at 0.

    Parameters
    ----------
    events, exposure, baseline : as in `u_chart`; the baseline has at least two periods.

    Returns
    -------
    ControlChart
        values, centre, low, high, and signals (the rules that fired, with the points).

    Raises
    ------
    DataError
        As in `p_chart`.

    References
    ----------
    .. [1] Laney (2002). Qual Eng 14:531-537.
    """
    x, size = _pair(events, exposure, "exposure", share=False)
    used = _baseline(baseline, len(x), least=2)
    centre = float(x[:used].sum() / size[:used].sum())
    sigma, spread = _widened(x / size, centre, np.sqrt(centre / size), used)
    return _chart(x / size, centre, sigma, np.maximum(centre - 3 * sigma, 0.0), centre + 3 * sigma, used, spread)


def _widened(values: np.ndarray, centre: float, sigma: np.ndarray, used: int) -> tuple[np.ndarray, float]:
    if not (sigma > 0).all():
        return sigma, 0.0
    z = (values[:used] - centre) / sigma[:used]
    spread = float(np.abs(np.diff(z)).mean() / D2)
    return sigma * spread, spread


def _chart(
    values: np.ndarray, centre: float, sigma: np.ndarray, low: np.ndarray, high: np.ndarray, used: int, spread: float | None = None
) -> ControlChart:
    cautions = (("short_baseline",) if used < SHORT else ()) + (() if (sigma > 0).all() else ("no_variation",))
    return ControlChart(values, centre, low, high, signals(values, centre, sigma, low, high), used, spread, cautions=cautions)


def _baseline(baseline: int | None, n: int, *, least: int) -> int:
    used = n if baseline is None else baseline
    if n < least or used < least:
        raise DataError(f"The limits rest on {min(used, n)} points; this chart needs at least {least}.")
    if used > n:
        raise DataError(f"baseline is {used}, but there are {n} points only.")
    return int(used)


def _column(values: Values, name: str, *, minimum: float | None = None, above: float | None = None) -> np.ndarray:
    given = values.to_numpy() if isinstance(values, pd.Series) else np.asarray(values)
    if given.ndim != 1 or not given.size:
        raise DataError(f"{name} must be a sequence with one number a period.")
    return frames.numbers(pd.DataFrame({name: given}), name, minimum=minimum, above=above)


def _pair(events: Values, size: Values, name: str, *, share: bool) -> tuple[np.ndarray, np.ndarray]:
    x = _column(events, "events", minimum=0)
    n = _column(np.full(len(x), size) if np.ndim(size) == 0 else size, name, above=0)
    if len(x) != len(n):
        raise DataError(f"events has {len(x)} periods and {name} {len(n)}. They must be the same periods.")
    if share and (x > n).any():
        raise DataError(f"events is above {name} in {int((x > n).sum())} of {len(x)} periods. A share cannot be above 1: use u_chart for rates.")
    return x, n
