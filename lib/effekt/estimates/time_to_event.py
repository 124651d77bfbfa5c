"""Time to the first event: cumulative incidence with competing events, and Kaplan-Meier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from effekt.errors import DataError
from effekt.estimates import claims, frames
from effekt.estimates.estimate import Estimate
from effekt.estimates.intervals import difference, reach
from effekt.estimates.risk_sets import Spells, read_spells

Interval = Literal["log", "log-log", "plain"]


def cumulative_incidence(
    spells: pd.DataFrame,
    *,
    at: float | Sequence[float],
    event: Literal[1, 2] = 1,
    variance: Literal["jackknife", "aalen"] = "jackknife",
    interval: Interval = "log",
    groups: str | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Probability that the event has happened by each time, where the competing event (death) makes it impossible: Aalen-Johansen.

    Unlike 1 - Kaplan-Meier with the dead censored it does not speak of a world without deaths. Late entry (left truncation) is allowed.
    Events are taken before censorings at one time; times are tied only where they are exactly equal.

    Parameters
    ----------
    spells : DataFrame
        One row a citizen (or several that do not overlap): citizen_id, entry, exit (any unit of time, exit > entry), event (0 censored,
        1 event, 2 competing). A citizen has at most one event, in the last row. Who has no event is a row with event 0.
    at : times from the first entry on, not after the last exit. event : which of the two is counted.
    variance : "jackknife", the infinitesimal jackknife over citizens, as `survival::survfit` of R gives for a multi-state factor;
        "aalen", Aalen's estimator with the correction for ties, as `cmprsk::cuminc`. They agree in large samples.
    interval : "log" (the default of `survfit`), "log-log" or "plain"; cut at 0 and 1.
    groups : column of those whose spells hang together while each has a clock of its own (a citizen's discharges): every row is then a spell
        by itself, whatever its citizen_id, and the jackknife is over the groups.
    level : level of the interval, both ends included.

    Returns
    -------
    DataFrame
        time, estimate, low, high, se (not of a log), at_risk (under observation just before the time). Before the first event the
        estimate is 0 and so are low, high and se.

    Raises
    ------
    DataError
        The frame is not as above, a time lies outside the observation, or a keyword is none of those named.

    References
    ----------
    .. [1] Aalen, Johansen (1978). Scand J Stat 5:141-150. Aalen (1978). Ann Stat 6:534-545.
    """
    frames.check_level(level)
    if event not in (1, 2):
        raise DataError(f"event is {event!r}; it must be 1 or 2.")
    if variance not in ("jackknife", "aalen") or (groups is not None and variance == "aalen"):
        raise DataError(f"variance is {variance!r}; it must be jackknife or aalen, and jackknife where groups is given.")
    read = read_spells(spells if groups is None else by_itself(spells), events=(1, 2), once=True)
    times = _times(at, read)
    estimate, influence = _incidence(read, times, event)
    if groups is not None:
        influence = added_by(spells, groups, read, influence)
    se = np.sqrt(_aalen(read, times, event)) if variance == "aalen" else np.sqrt((influence**2).sum(axis=0))
    low, high = limits(estimate, se, level=level, interval=interval)
    return pd.DataFrame({"time": times, "estimate": estimate, "low": low, "high": high, "se": se, "at_risk": read.at_risk(times)})


def kaplan_meier(spells: pd.DataFrame, *, at: float | Sequence[float], interval: Interval = "log", level: float = 0.95) -> pd.DataFrame:
    """Probability of not yet having had the event, where nothing competes with it: the product-limit estimate.

    For readmission among people who die, use `cumulative_incidence`: the dead are not censored. Standard errors are Greenwood's, the
    default interval is that of R's `survfit` ("log"). Late entry is allowed; with very few at risk at the beginning the whole curve hangs
    on them. Where the curve has fallen to 0 Greenwood's formula has no value: `se` and `high` of the time just before are kept, low is 0.

    Parameters
    ----------
    spells : one row a spell, as in `cumulative_incidence`, with event 0 or 1 only. at, interval : as there.
    level : level of the interval, both ends included.

    Returns
    -------
    DataFrame
        time, estimate, low, high, se, at_risk. Before the first event the estimate, low and high are 1 and se is 0.

    Raises
    ------
    DataError
        As in `cumulative_incidence`; also where a competing event (2) occurs.

    References
    ----------
    .. [1] Kaplan, Meier (1958). J Am Stat Assoc 53:457-481. Greenwood (1926), Reports on Public Health 33.
    """
    frames.check_level(level)
    read = read_spells(spells, events=(1,), once=True)
    times = _times(at, read)
    moments = np.unique(read.exit[read.event == 1])
    died, risk = read.counts(moments, 1), read.at_risk(moments).astype(float)
    survival = np.concatenate([[1.0], np.cumprod(1 - died / risk)])
    greenwood = np.concatenate([[0.0], np.cumsum(died / (risk * np.where(died < risk, risk - died, np.inf)))])
    se = survival * np.sqrt(greenwood)
    low, high = limits(survival, se, level=level, interval=interval)
    gone = np.flatnonzero(survival == 0)
    if gone.size:
        low[gone], high[gone], se[gone] = 0.0, high[gone[0] - 1], se[gone[0] - 1]
    place = np.searchsorted(moments, times, side="right")
    columns = {"estimate": survival[place], "low": low[place], "high": high[place], "se": se[place]}
    return pd.DataFrame({"time": times, **columns, "at_risk": read.at_risk(times)})


def incidence_difference(spells: pd.DataFrame, *, at: float, treated: str = "treated", event: Literal[1, 2] = 1, level: float = 0.95) -> Estimate:
    """Difference (treated - comparison) of the cumulative incidence at one time, with death as a competing event.

    The two arms are estimated apart by Aalen-Johansen and taken as independent; the standard error is the root of the sum of their
    infinitesimal-jackknife variances, the interval normal. Two groups at one time: the claim is descriptive.

    Parameters
    ----------
    spells : one row a spell, as in `cumulative_incidence`, and `treated` (bool or 0/1, one value a citizen).
    at : a time within the observation of both arms.
    event : 1, or 2 for the competing one.
    level : level of the interval, both ends included.

    Returns
    -------
    Estimate
        scale difference (of probabilities); claim descriptive.

    Raises
    ------
    DataError
        As in `cumulative_incidence`; an arm is empty; a citizen is in both arms.

    References
    ----------
    .. [1] Aalen, Johansen (1978). Scand J Stat 5:141-150.
    """
    frames.check_level(level)
    frames.require(spells, ["citizen_id", "entry", "exit", "event", treated], what="spell")
    flag = frames.flags(spells, treated)
    if flag.all() or not flag.any():
        raise DataError(f"{treated} is {'true' if flag.all() else 'false'} in every row: there is no other arm to compare with.")
    both = int(spells.loc[flag, "citizen_id"].drop_duplicates().isin(spells.loc[~flag, "citizen_id"]).sum())
    if both:
        raise DataError(f"{both} citizens have rows in both arms. Give each citizen one arm, or use time-varying exposure in recurrent_events.")
    arms = [read_spells(spells[side], events=(1, 2), once=True) for side in (flag, ~flag)]
    found = [_incidence(arm, _times(at, arm), event) for arm in arms]
    se = float(np.sqrt(sum((influence**2).sum() for _, influence in found)))
    grade = claims.two_groups()
    told = difference(
        float(found[0][0][0] - found[1][0][0]), se, level=level, method="incidence_difference", claim=grade.claim, contrast=grade.contrast,
        reasons=grade.reasons, n_citizens=sum(len(arm.citizens) for arm in arms), n_events=sum(int((arm.event == event).sum()) for arm in arms),
        exposure=None,
    )  # fmt: skip
    return frames.named(told, spells)


def by_itself(spells: pd.DataFrame) -> pd.DataFrame:
    """The spells with a citizen_id of its own for each row."""
    return spells.assign(citizen_id=np.arange(len(spells))) if isinstance(spells, pd.DataFrame) else spells


def added_by(spells: pd.DataFrame, groups: str, read: Spells, influence: np.ndarray) -> np.ndarray:
    """Influences of the rows of `by_itself(spells)`, added up over the values of the column `groups`."""
    frames.require(spells, [groups], what="spell")
    code, labels = frames.codes(spells, groups)
    added = np.zeros((len(labels), influence.shape[1]))
    np.add.at(added, code[np.asarray(read.citizens, dtype=np.int64)], influence)
    return added


def incidence_at(spells: pd.DataFrame, at: float, event: int) -> tuple[float, np.ndarray]:
    """The cumulative incidence at one time, every row a spell by itself, and the influence of each row in the order of the frame."""
    read = read_spells(by_itself(spells), events=(1, 2), once=True)
    estimate, influence = _incidence(read, _times(at, read), event)
    return float(estimate[0]), influence[np.argsort(np.asarray(read.citizens, dtype=np.int64)), 0]


def limits(estimate: np.ndarray, se: np.ndarray, *, level: float, interval: str) -> tuple[np.ndarray, np.ndarray]:
    """Pointwise limits of probabilities on the scale named, cut at 0 and 1; probabilities of 0 and 1 have themselves as limits."""
    z = reach(level)
    inside = (estimate > 0) & (estimate < 1)
    p = np.where(inside, estimate, 0.5)
    if interval == "log":
        low, high = p * np.exp(-z * se / p), p * np.exp(z * se / p)
    elif interval == "log-log":
        spread = z * se / (p * np.log(p))
        low, high = p ** np.exp(-spread), p ** np.exp(spread)
    elif interval == "plain":
        low, high = p - z * se, p + z * se
    else:
        raise DataError(f"interval is {interval!r}; it must be log, log-log or plain.")
    return np.where(inside, np.maximum(low, 0.0), estimate), np.where(inside, np.minimum(high, 1.0), estimate)


def _times(at: ArrayLike, read: Spells) -> np.ndarray:
    try:
        times = np.atleast_1d(np.asarray(at, dtype=np.float64))
    except (TypeError, ValueError):
        raise DataError("at holds something that is not a number.") from None
    if times.ndim != 1 or not times.size or not np.isfinite(times).all():
        raise DataError("at must be one time or a sequence of times, none missing.")
    outside = int(np.sum((times < read.start) | (times > read.end)))
    if outside:
        raise DataError(f"{outside} of {len(times)} times in at lie outside the observation, which runs from {read.start:g} to {read.end:g}.")
    return times


def _incidence(read: Spells, times: np.ndarray, event: int) -> tuple[np.ndarray, np.ndarray]:
    """The cumulative incidence at `times` and its influences (citizens x times), whose squares add up to the jackknife variance."""
    moments = np.unique(read.exit[read.event != 0])
    of_kind, risk = read.counts(moments, event), read.at_risk(moments).astype(float)
    every = read.counts(moments, 1) + read.counts(moments, 2)
    hazard = every / risk
    before = np.concatenate([[1.0], np.cumprod(1 - hazard)])[:-1]
    steps = before * of_kind / risk
    curve = np.concatenate([[0.0], np.cumsum(steps)])
    staying = np.where(hazard < 1, risk * (1 - hazard), np.inf)
    own = np.concatenate([[0.0], np.cumsum(steps / risk)])
    lost = np.concatenate([[0.0], np.cumsum(hazard / staying)])
    lost_curve = np.concatenate([[0.0], np.cumsum(hazard / staying * curve[1:])])
    first = np.searchsorted(moments, read.entry, side="right")
    last = np.searchsorted(moments, read.exit, side="right")
    hit = np.searchsorted(moments, read.exit, side="left")
    place = np.searchsorted(moments, times, side="right")
    influence = np.zeros((len(read.citizens), len(times)))
    for column, reached in enumerate(place):
        if not reached:
            continue
        low, high = np.minimum(first, reached), np.minimum(last, reached)
        row = curve[reached] * (lost[high] - lost[low]) - (lost_curve[high] - lost_curve[low]) - (own[high] - own[low])
        seen = (read.event != 0) & (hit < reached)
        row[seen] -= (curve[reached] - curve[hit[seen] + 1]) / staying[hit[seen]]
        mine = seen & (read.event == event)
        row[mine] += before[hit[mine]] / risk[hit[mine]]
        influence[:, column] = np.bincount(read.citizen, row, len(read.citizens))
    return curve[place], influence


def _aalen(read: Spells, times: np.ndarray, event: int) -> np.ndarray:
    """Aalen's variance at `times`, stepping at the events of this kind, with the correction for ties of `cmprsk::cuminc`."""
    moments = np.unique(read.exit[read.event != 0])
    of_kind, other, risk = read.counts(moments, event), read.counts(moments, 3 - event), read.at_risk(moments)
    variance, survival, curve, one, two, three = [0.0], 1.0, 0.0, 0.0, 0.0, 0.0
    for mine, rest, n in zip(of_kind.tolist(), other.tolist(), risk.tolist(), strict=True):
        after = survival * (n - mine - rest) / n
        curve += survival * mine / n
        for d, extra in ((rest, 0.0), (mine, 1.0)):
            if d and (extra or after > 0):
                term = survival**2 * (1 - (d - 1) / (n - 1) if d > 1 else 1.0) * d / n**2
                inverse = 1 / after if after > 0 else 0.0
                load = extra + inverse * curve
                one, two, three = one + load**2 * term, two + inverse * load * term, three + inverse**2 * term
        variance.append(one + curve**2 * three - 2 * curve * two if mine else variance[-1])
        survival = after
    return np.maximum(np.asarray(variance)[np.searchsorted(moments, times, side="right")], 0.0)
