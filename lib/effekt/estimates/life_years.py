"""Quality-adjusted life years: the area under a citizen's index of health, with the dead counted 0, and the same while alive apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import claims, frames
from effekt.estimates.estimate import Estimate
from effekt.estimates.intervals import difference
from effekt.estimates.patient_reported import ancova

METHOD, ALIVE = "quality_years", "quality_while_alive"


@dataclass(frozen=True)
class QualityYears:
    """What `quality_years` found.

    by_citizen : frame citizen_id, qaly, years_alive, baseline (index at the start), in the order of the persons that were followed.
    mean, difference : QALYs in the window; difference treated - comparison. adjusted : the same for the same index at the start.
    while_alive, while_alive_difference : index per year lived. None where the persons have no column of that name.
    """

    by_citizen: pd.DataFrame
    mean: Estimate
    while_alive: Estimate
    difference: Estimate | None
    adjusted: Estimate | None
    while_alive_difference: Estimate | None


def quality_years(persons: pd.DataFrame, scores: pd.DataFrame, *, horizon: float, treated: str = "treated", level: float = 0.95) -> QualityYears:
    """Mean quality-adjusted life years in the `horizon` years from each citizen's start; time after death counts 0.

    Between two answers the index runs along a straight line (trapezoid) [1]_; from the last answer before a death it is carried on to the
    death and is 0 from then on. So a programme gains nothing by deaths, which the index of the survivors alone would give it: that is told
    apart, as the index per year lived (sum of QALYs / sum of years alive; error of a ratio of sums). No discounting.

    Parameters
    ----------
    persons : DataFrame
        One row a citizen: citizen_id, death (years from the start; missing = alive at the horizon), and `treated` (bool or 0/1) where two arms
        are to be compared.
    scores : DataFrame
        One row an answer: citizen_id, time (years from the start, >= 0), index (1 = full health, 0 = as bad as dead; may be below 0). Answers
        of others, and after the horizon but for the first, count nothing.
    horizon : length of the window in years, > 0.
    treated : name of the column of the arm.
    level : level of the intervals, both ends included.

    Returns
    -------
    QualityYears
        Intervals are normal (one value a citizen, arms with unequal variances, divisor n - 1; none where an arm is one citizen);
        adjusted is `ancova` on the index at the start [2]_. Citizens without an answer at time 0, or alive and without one
        at the horizon or later, are left out with the caution followed_too_short and the fact n_left_out: weigh for
        them with `response_table`, or impute. The claim is "descriptive".

    Raises
    ------
    DataError
        A column is missing, not a number or infinite; a citizen occurs twice in persons, or twice at one time; an answer comes after the
        death; an index above 1; nobody was followed; an arm is empty.

    References
    ----------
    .. [1] Drummond, Sculpher, Claxton, Stoddart, Torrance (2015). Methods for the Economic Evaluation of Health Care Programmes, ch. 5.
    .. [2] Manca, Hawkins, Sculpher (2005). Health Econ 14:487-496.
    """
    frames.check_level(level)
    if not (np.isfinite(horizon) and horizon > 0):
        raise DataError(f"horizon is {horizon:g}; it must be a number of years above 0.")
    frames.require(persons, ["citizen_id", "death"], what="citizen")
    frames.require(scores, ["citizen_id", "time", "index"], what="answer")
    citizen, labels = frames.codes(persons, "citizen_id")
    if len(labels) < len(citizen):
        raise DataError(f"{len(citizen) - len(labels)} rows of persons repeat a citizen. Give each citizen one row.")
    dead = persons["death"].isna().to_numpy()
    death = np.where(dead, np.inf, frames.numbers(persons.assign(death=persons["death"].where(~dead, 0.0)), "death", minimum=0))
    qaly, baseline, complete = _areas(scores, labels, citizen, death, float(horizon))
    if not complete.any():
        raise DataError(f"None of the {len(citizen)} citizens has answers from the start to the death or to {horizon:g} years.")
    alive = np.minimum(death, horizon)
    found = pd.DataFrame({"citizen_id": persons["citizen_id"].to_numpy(), "qaly": qaly, "years_alive": alive, "baseline": baseline})
    found = found[complete].reset_index(drop=True)
    short = int((~complete).sum())
    common: dict[str, Any] = {"level": level, "n_citizens": len(found)}
    common |= {"cautions": ("followed_too_short",), "facts": {"n_left_out": short}} if short else {}
    arm = frames.flags(persons, treated)[complete] if treated in persons.columns else None
    if arm is not None and (arm.all() or not arm.any()):
        raise DataError(f"{treated} is {'true' if arm.all() else 'false'} for everybody followed: there is no other arm to compare with.")
    mean, while_alive = _level(found, METHOD, common), _level(found, ALIVE, common)
    told: list[Estimate | None] = [None, None, None]
    if arm is not None:
        plain, alive_only = (_contrast(found, arm, method, common) for method in (METHOD, ALIVE))
        told = [plain, _adjusted(found, arm, level, common), alive_only]
    named = [frames.named(one, persons) if one is not None else None for one in (mean, while_alive, *told)]
    return QualityYears(found, *named)


def _areas(
    scores: pd.DataFrame, labels: np.ndarray, citizen: np.ndarray, death: np.ndarray, horizon: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """QALYs, index at time 0 and whether the citizen was followed, in the order of the persons."""
    time, index = frames.numbers(scores, "time", minimum=0), frames.numbers(scores, "index")
    if (index > 1).any():
        beyond = int((index > 1).sum())
        raise DataError(f"index is above 1 in {beyond} of {len(index)} rows; full health is 1. Give index values, not scores of 0-100.")
    known = pd.Index(labels).get_indexer(scores["citizen_id"])
    row_of = np.empty(len(labels), dtype=np.int64)
    row_of[citizen] = np.arange(len(citizen))
    inside = known >= 0
    who, time, index = row_of[known[inside]], time[inside], index[inside]
    late = int(np.sum(time > death[who]))
    if late:
        raise DataError(f"{late} answers come after the death of the citizen. Correct the times; proxies do not answer for the dead.")
    order = np.lexsort((time, who))
    who, time, index = who[order], time[order], index[order]
    first = np.concatenate([[True], who[1:] != who[:-1]]) if len(who) else np.zeros(0, dtype=bool)
    twice = int(np.sum(~first[1:] & (np.diff(time) == 0))) if len(who) else 0
    if twice:
        raise DataError(f"{twice} answers are given twice by a citizen at one time. Keep one of them.")
    n = len(citizen)
    ends = np.minimum(death, horizon)
    qaly, baseline, last_time, last_index = np.zeros(n), np.zeros(n), np.full(n, -1.0), np.zeros(n)
    starts = first & (time == 0)
    baseline[who[starts]] = index[starts]
    begun = np.zeros(n, dtype=bool)
    begun[who[starts]] = True
    if len(who) > 1:
        pair = ~first[1:]
        a, b, ya, yb, owner = time[:-1][pair], time[1:][pair], index[:-1][pair], index[1:][pair], who[1:][pair]
        stop = np.minimum(b, ends[owner])
        width = np.maximum(stop - a, 0.0)
        at_stop = ya + (yb - ya) * (stop - a) / (b - a)
        qaly += np.bincount(owner, width * (ya + at_stop) / 2, n)
    final = np.concatenate([first[1:], [True]]) if len(who) else first
    last_time[who[final]], last_index[who[final]] = time[final], index[final]
    died = death <= horizon
    qaly += np.where(died & (last_time >= 0), np.maximum(ends - last_time, 0.0) * last_index, 0.0)
    return qaly, baseline, begun & (died | (last_time >= horizon))


def _parts(found: pd.DataFrame, method: str) -> tuple[float, np.ndarray]:
    """The value and each citizen's deviation, whose sum of squares (n / (n - 1)) is the squared error."""
    qaly, years = found["qaly"].to_numpy(), found["years_alive"].to_numpy()
    n = len(qaly)
    factor = np.sqrt(n / (n - 1)) if n > 1 else 0.0
    if method == METHOD:
        return float(qaly.mean()), factor * (qaly - qaly.mean()) / n
    value = float(qaly.sum() / years.sum()) if years.sum() > 0 else 0.0
    return value, factor * (qaly - value * years) / max(years.sum(), 1e-12)


def _level(found: pd.DataFrame, method: str, common: dict[str, Any]) -> Estimate:
    value, parts = _parts(found, method)
    grade = claims.level_only()
    fields = {"claim": grade.claim, "contrast": grade.contrast, "reasons": grade.reasons, "method": method}
    return difference(value, float(np.linalg.norm(parts)), scale="mean", **fields, **common)


def _contrast(found: pd.DataFrame, arm: np.ndarray, method: str, common: dict[str, Any]) -> Estimate:
    (one, mine), (other, theirs) = (_parts(found[side], method) for side in (arm, ~arm))
    grade = claims.two_groups()
    fields = {"claim": grade.claim, "contrast": grade.contrast, "reasons": grade.reasons, "method": method}
    error = float(np.hypot(np.linalg.norm(mine), np.linalg.norm(theirs))) if min(arm.sum(), (~arm).sum()) > 1 else 0.0
    return difference(one - other, error, **fields, **common)


def _adjusted(found: pd.DataFrame, arm: np.ndarray, level: float, common: dict[str, Any]) -> Estimate | None:
    """The difference at the same index at the start; None where that is the same for all, or too few answered to tell."""
    if found["baseline"].nunique() < 2 or len(found) < 5:
        return None
    try:
        told = ancova(found.assign(treated=arm.astype(int)), post="qaly", baseline="baseline", group="treated", level=level).effect
    except DataError:
        return None
    return told.cautioned(*common.get("cautions", ()), **common.get("facts", {}))
