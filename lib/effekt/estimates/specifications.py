"""The same question under every declared alternative: the specification curve."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates.estimate import Estimate

Estimator = Callable[..., Any]


@dataclass(frozen=True)
class SpecificationCurve:
    """What `specification_curve` found.

    specifications : frame, a row a specification in order of value: one column a choice (as text; "main" marks the main one), value, low, high, p,
    claim, main (bool), note (why there is no number, else ""). main : the main estimate. n : specifications with a number.
    median, lowest, highest : of their values. same_direction : share whose value lies on the main one's side of no effect. clear : share
    whose interval excludes no effect on that side.
    """

    specifications: pd.DataFrame
    main: Estimate
    n: int
    n_without: int
    median: float | None
    lowest: float | None
    highest: float | None
    same_direction: float | None
    clear: float | None


def specification_curve(
    estimator: Estimator,
    frame: pd.DataFrame,
    *,
    base: Mapping[str, Any],
    alternatives: Mapping[str, Sequence[Any]],
    crossed: bool = False,
    leave_out: str | None = None,
) -> SpecificationCurve:
    """The headline of `estimator` under every alternative that was declared beforehand, so that no reader has to trust one choice.

    Each specification is `estimator(frame, **options)`. One at a time around `base` (the main specification), or all combinations where
    `crossed`. Shares are counts of specifications, not probabilities: specifications on the same data are not independent.

    Parameters
    ----------
    estimator : a function of this package (or any) that takes a frame and keywords and returns an `Estimate` or a result with `.effect`.
    base : the keywords of the main specification. alternatives : keyword -> other values, for instance {"season": [1, 3], "phase_in": [0, 6]}.
    leave_out : a column: every specification in which one of its values is left out of the frame is added (main options).
    frame : one row as `estimator` takes it. crossed : True tries all combinations of the alternatives.

    Returns
    -------
    SpecificationCurve
        A specification that ends in a DataError, or without a value, stays in the frame with a note: it is counted in `n_without`, not dropped.

    Raises
    ------
    DataError
        An alternative repeats the main value, `leave_out` is no column, or the main specification itself has no answer.

    References
    ----------
    .. [1] Simonsohn, Simmons, Nelson (2020). Nat Hum Behav 4:1208-1214.
    """
    options = [dict(base)]
    for name, values in alternatives.items():
        if any(_same(value, base.get(name)) for value in values):
            raise DataError(f"The alternatives of {name} repeat its main value. Give only what differs from it.")
    if crossed:
        names = list(alternatives)
        grid = itertools.product(*([base.get(name), *alternatives[name]] for name in names))
        options = [{**base, **dict(zip(names, combination, strict=True))} for combination in grid]
    else:
        options += [{**base, name: value} for name, values in alternatives.items() for value in values]
    jobs = [(frame, given, {name: _told(given.get(name)) for name in alternatives}) for given in options]
    if leave_out is not None:
        if leave_out not in frame:
            raise DataError(f"leave_out is {leave_out!r}, which is no column of the frame.")
        for value in pd.unique(frame[leave_out].dropna()):
            kept = frame.loc[frame[leave_out] != value]
            kept.attrs.update(frame.attrs)
            jobs.append((kept, dict(base), {**{name: _told(base.get(name)) for name in alternatives}, f"without_{leave_out}": str(value)}))
    rows, main = [], None
    for place, (data, given, labels) in enumerate(jobs):
        estimate, note = _run(estimator, data, given)
        if place == 0:
            if estimate is None:
                raise DataError(f"The main specification has no answer: {note}")
            main = estimate
        rows.append(_row(labels, estimate, note, place == 0))
    table = pd.DataFrame(rows)
    if leave_out is not None:
        table[f"without_{leave_out}"] = table[f"without_{leave_out}"].fillna("")
    columns = [name for name in table.columns if name not in _FIXED]
    table = table[columns + list(_FIXED)].sort_values("value", kind="stable", na_position="last", ignore_index=True)
    return _summed(table.astype({name: object for name in ("value", "low", "high", "p")}), main)


_FIXED = ("value", "low", "high", "p", "claim", "main", "note")


def _run(estimator: Estimator, frame: pd.DataFrame, options: Mapping[str, Any]) -> tuple[Estimate | None, str]:
    try:
        found = estimator(frame, **options)
    except DataError as fault:
        return None, str(fault)
    estimate = found if isinstance(found, Estimate) else found.effect
    return estimate, "" if estimate.value is not None else ", ".join(estimate.cautions)


def _row(labels: Mapping[str, str], estimate: Estimate | None, note: str, main: bool) -> dict[str, Any]:
    parts = {name: getattr(estimate, name, None) for name in ("value", "low", "high", "p", "claim")}
    return {**labels, **parts, "claim": parts["claim"] or "descriptive", "main": main, "note": note}


def _summed(table: pd.DataFrame, main: Estimate | None) -> SpecificationCurve:
    assert main is not None
    numbers = {name: np.array([math.nan if v is None or pd.isna(v) else float(v) for v in table[name]]) for name in ("value", "low", "high")}
    told = np.isfinite(numbers["value"])
    table = table.assign(**{name: [None if v is None or pd.isna(v) else float(v) for v in table[name]] for name in ("value", "low", "high", "p")})
    table = table.astype({name: object for name in ("value", "low", "high", "p")}).where(table.notna(), None)
    if main.value is None or not told.any():
        return SpecificationCurve(table, main, int(told.sum()), int((~told).sum()), None, None, None, None, None)
    values, none = numbers["value"][told], 1.0 if main.scale == "ratio" else 0.0
    below = main.value < none
    same = values < none if below else values > none
    beyond = numbers["high"][told] < none if below else numbers["low"][told] > none
    return SpecificationCurve(
        table, main, int(told.sum()), int((~told).sum()), float(np.median(values)), float(values.min()), float(values.max()), float(same.mean()),
        float(beyond.mean()),
    )  # fmt: skip


def _told(value: Any) -> str:
    return value.strftime("%Y-%m") if isinstance(value, pd.Timestamp) else str(value)


def _same(left: Any, right: Any) -> bool:
    return type(left) is type(right) and _told(left) == _told(right)
