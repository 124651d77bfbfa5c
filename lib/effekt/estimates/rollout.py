"""The roll-out test: what the same data would have shown under every other order in which the clusters could have started."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import frames
from effekt.estimates.estimate import Estimate
from effekt.estimates.poisson import two_way_dummies

MOST_ORDERS = 10_000
SAMPLED = 9_999
TIE = 1e-9


@dataclass(frozen=True)
class RolloutTest:
    """What `rollout_test` found.

    effect : the statistic of the order that happened, its interval and p (a ratio for statistic "log_did"). p : share of the orders whose
    statistic is at least as far from 0. low, high : interval by inversion, None where it has no end (on the log scale for "log_did").
    n_orders : distinct orders tried, the one that happened included. distribution : their statistics, ascending.
    """

    effect: Estimate
    p: float
    low: float | None
    high: float | None
    n_orders: int
    distribution: np.ndarray


def rollout_test(
    panel: pd.DataFrame,
    *,
    statistic: Literal["did", "log_did"] = "did",
    level: float = 0.95,
    outcome: str = "rate",
    random_order: bool = False,
    seed: int = 0,
) -> RolloutTest:
    """Whether the change came with the starts: exact test over the orders in which the units could have been given the start dates.

    The statistic is the coefficient of "started" in least squares with unit and period effects, of the rate ("did") or of its log ("log_did",
    a ratio). The start dates are dealt to the units that have one in every distinct way (5 dates: 120 orders, equal dates fewer); units that
    never start keep that. p is the share of orders, the one that happened included, with |statistic| at least as large; equal within 1e-9
    counts as at least. No distribution is assumed, neither of months nor of citizens; what is assumed is that the order was as if drawn by lot.

    The interval inverts the test under a constant effect t: the outcome less t x started is tested, and the interval runs from the smallest to
    the largest t that is not rejected (p > 1 - level), found exactly at the points where two statistics cross. It is unbounded where even an
    infinite t is not rejected, as always with fewer than 1 / (1 - level) orders.

    Parameters
    ----------
    panel : DataFrame
        One row a unit and month (or period): unit, month, events and exposure (or the column named by `outcome`), start (first period of the
        unit as started; missing = never). With a column cluster the dates are dealt to clusters, whole. Few units: the dates are dealt in
        every way up to 10,000 orders; beyond that 9,999 orders drawn with `seed` are tried beside the one that happened (caution
        orders_sampled).
    outcome : str
        "rate" (events / exposure) or a column.
    random_order : bool
        True where the protocol says that the order was drawn by lot; otherwise the caution order_not_random is attached.
    statistic : did (difference of rates) or log_did (ratio).
    level : level of the interval, both ends included.

    Returns
    -------
    RolloutTest
        Claim: identified with random_order, else descriptive.

    Raises
    ------
    DataError
        A column is missing or not a finite number, fewer than two units start, no period before the first or after the first start, the
        effect cannot be told apart from unit and period effects, or a rate of 0 where its log is asked for.

    References
    ----------
    .. [1] Ji, Fink, Robyn, Small (2017). Ann Appl Stat 11:1-20. Thompson, Davey, Fielding, Hargreaves, Hayes (2018). Stat Med 37:2487-2500.
    """
    frames.check_level(level)
    if statistic not in ("did", "log_did"):
        raise DataError(f"statistic is {statistic!r}; it must be did or log_did.")
    y, unit, group, period, starts, counts = _read(panel, outcome, statistic)
    started = np.flatnonzero(starts < np.inf)
    orders, sampled = _orders(starts[started], seed)
    given = np.tile(starts, (len(orders), 1))
    given[:, started] = orders
    exposed = (period[None, :] >= given[:, group]).astype(float)
    fixed = two_way_dummies(unit, period)
    left = exposed - (fixed @ np.linalg.lstsq(fixed, exposed.T, rcond=1e-11)[0]).T
    weight = np.einsum("ij,ij->i", left, exposed)
    if weight[0] < 1e-9 * max(exposed[0].sum(), 1.0):
        raise DataError("The effect cannot be told apart from the unit and period effects: all units start together, or nobody is seen before.")
    known = weight > 1e-9 * np.maximum(exposed.sum(axis=1), 1.0)
    slopes = np.divide(left @ exposed[0], weight, out=np.zeros(len(weight)), where=known)
    values = np.divide(left @ y, weight, out=np.zeros(len(weight)), where=known)
    p = _share(values, slopes, 0.0)
    low, high = _interval(values, slopes, 1 - level + TIE)
    ratio = statistic == "log_did"
    natural = math.exp if ratio else float
    bounds = [None if end is None else natural(end) for end in (low, high)]
    told = {
        "few_orders": 1 / len(values) > 1 - level + TIE,
        "equal_starts": len(values) < math.factorial(min(len(started), 12)) and not sampled,
        "orders_sampled": sampled,
        "order_not_random": not random_order,
        "interval_unbounded": None in bounds,
    }
    facts = {
        "n_orders": len(values), "smallest_p": _share(values, np.zeros(len(values)), 0.0, at=np.abs(values).max()), "n_units": len(starts),
        "n_units_treated": len(started), "n_periods": int(period.max()) + 1, "effect_log": values[0],
    }  # fmt: skip
    if not ratio:
        del facts["effect_log"]
    effect = Estimate(
        "ratio" if ratio else "difference", natural(values[0]), *bounds, f"rollout_order_{'ratio' if ratio else 'difference'}",
        "identified" if random_order else "descriptive", contrast="early_late", level=level, p=p, n_events=counts[0], exposure=counts[1],
        cautions=tuple(key for key, holds in told.items() if holds), reasons=("order_as_if_random",), facts=facts,
    )  # fmt: skip
    return RolloutTest(frames.named(effect, panel), p, low, high, len(values), np.sort(values))


def _read(panel: pd.DataFrame, outcome: str, statistic: str) -> tuple:
    period_column = "month" if "month" in getattr(panel, "columns", ()) or "period" not in getattr(panel, "columns", ()) else "period"
    columns = ["events", "exposure"] if outcome == "rate" and "rate" not in getattr(panel, "columns", ()) else [outcome]
    frames.require(panel, ["unit", period_column, *columns, "start"], what="unit and period")
    counts: tuple[int | None, float | None] = (None, None)
    if len(columns) == 2:
        events, exposure = frames.numbers(panel, "events", minimum=0), frames.numbers(panel, "exposure", above=0)
        y = events / exposure
        counts = (int(events.sum()) if frames.is_count(panel, events) else None, float(exposure.sum()))
    else:
        y = frames.numbers(panel, outcome)
    if statistic == "log_did":
        if (y <= 0).any():
            raise DataError(f"The rate is not above 0 in {int((y <= 0).sum())} rows, so it has no log. Use longer periods, or statistic='did'.")
        y = np.log(y)
    unit, _ = frames.codes(panel, "unit")
    group = frames.codes(panel, "cluster")[0] if "cluster" in panel else unit
    period, periods = frames.codes(panel, period_column)
    start = panel["start"]
    spread = start.groupby(group).nunique(dropna=False)
    if (spread > 1).any():
        word = "clusters" if "cluster" in panel else "units"
        raise DataError(f"{int((spread > 1).sum())} {word} have more than one start. Each has one start, the same in all its rows.")
    first = start.groupby(group).first()
    try:
        place = [np.inf if pd.isna(value) else float(np.searchsorted(periods, np.asarray(value, dtype=periods.dtype))) for value in first]
    except (TypeError, ValueError):
        raise DataError(f"{period_column} and start cannot be compared: give both as the same kind of date or number.") from None
    starts = np.array(place)
    starts[starts > period.max()] = np.inf
    if (starts < np.inf).sum() < 2:
        raise DataError("Fewer than two units start within the data: there is no other order in which they could have started.")
    if not (period < starts.min()).any():
        raise DataError("No period lies before the first start: there is nothing to compare with.")
    return y, unit, group, period, starts, counts


def _orders(starts: np.ndarray, seed: int) -> tuple[np.ndarray, bool]:
    """Distinct ways to deal the start dates to the units, the one that happened first; and whether they are a sample."""
    counts = np.unique(starts, return_counts=True)[1]
    n = math.factorial(len(starts)) // math.prod(math.factorial(int(count)) for count in counts)
    if n > MOST_ORDERS:
        generator = np.random.default_rng(seed)
        return np.vstack([starts, generator.permuted(np.tile(starts, (SAMPLED, 1)), axis=1)]), True
    return np.array(list(_dealt(tuple(starts.tolist())))), False


def _dealt(starts: tuple[float, ...]):
    yield starts
    if len(starts) <= 8:
        yield from sorted(set(itertools.permutations(starts)) - {starts})
        return
    yield from (order for order in _multiset(sorted(starts)) if order != starts)


def _multiset(left: list[float]):
    if not left:
        yield ()
        return
    for value in sorted(set(left)):
        rest = left.copy()
        rest.remove(value)
        for tail in _multiset(rest):
            yield (value, *tail)


def _share(values: np.ndarray, slopes: np.ndarray, effect: float, at: float | None = None) -> float:
    """Share of the orders whose statistic of y - effect x started is at least as far from 0 as that of the order that happened."""
    distance = np.abs(values - effect * slopes)
    own = distance[0] if at is None else at
    return float(np.mean(distance >= own - TIE * max(1.0, np.abs(values).max(), abs(effect))))


def _interval(values: np.ndarray, slopes: np.ndarray, size: float) -> tuple[float | None, float | None]:
    """Smallest and largest effect that is not rejected; None where there is none."""
    if np.mean(np.abs(slopes) >= 1 - TIE) > size:
        return None, None
    with_minus, with_plus = slopes - 1, slopes + 1
    crossings = np.concatenate(
        [
            (values - values[0])[np.abs(with_minus) > TIE] / with_minus[np.abs(with_minus) > TIE],
            (values + values[0])[np.abs(with_plus) > TIE] / with_plus[np.abs(with_plus) > TIE],
        ]
    )
    points = np.unique(crossings)
    ends = [next((point for point in way if _share(values, slopes, point) > size), values[0]) for way in (points, points[::-1])]
    return float(ends[0]), float(ends[1])
