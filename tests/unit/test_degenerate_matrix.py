"""Every public estimator against every kind of degenerate input: a DataError that says what to do, or a sound result that claims no effect.

The cases are made from one table (tests/degenerate_entries.py); an estimator that is not in it fails the first test.
"""

from __future__ import annotations

import dataclasses
import inspect
import math
import warnings
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pytest

from effekt import estimates
from effekt.errors import DataError
from tests import sound
from tests.degenerate import Entry
from tests.degenerate_entries import ENTRIES

Made = Iterator[tuple[str, pd.DataFrame]]
REFUSED = ("empty", "missing column", "missing", "infinite", "text")
"""Defects to which there is no other answer than a DataError; to the rest there may be one that claims nothing."""


def empty(entry: Entry, frame: pd.DataFrame) -> Made:
    yield "", frame.iloc[:0]


def missing_column(entry: Entry, frame: pd.DataFrame) -> Made:
    for column in entry.needed:
        yield column, frame.drop(columns=column)


def _spoilt(entry: Entry, frame: pd.DataFrame, value: object) -> Made:
    for column in entry.numbers:
        if pd.api.types.is_datetime64_any_dtype(frame[column].dtype):
            if value is not None and not isinstance(value, str):
                continue
            yield column, frame.assign(**{column: frame[column].astype(object).where(np.arange(len(frame)) > 0, value)})
            continue
        given = frame[column].astype(object if isinstance(value, str) else float).copy()
        given.iloc[0] = np.nan if value is None else value
        yield column, frame.assign(**{column: given})


def missing(entry: Entry, frame: pd.DataFrame) -> Made:
    yield from _spoilt(entry, frame, None)


def infinite(entry: Entry, frame: pd.DataFrame) -> Made:
    yield from _spoilt(entry, frame, math.inf)


def text(entry: Entry, frame: pd.DataFrame) -> Made:
    yield from _spoilt(entry, frame, "secret 424242")


def all_zero(entry: Entry, frame: pd.DataFrame) -> Made:
    if entry.outcome:
        yield entry.outcome, frame.assign(**{entry.outcome: frame[entry.outcome] * 0})


def constant(entry: Entry, frame: pd.DataFrame) -> Made:
    if entry.outcome:
        yield entry.outcome, frame.assign(**{entry.outcome: frame[entry.outcome] * 0 + 1})


def separation(entry: Entry, frame: pd.DataFrame) -> Made:
    if entry.outcome and entry.arm:
        yield "", frame.assign(**{entry.outcome: frame[entry.outcome] * 0 + frame[entry.arm]})


def one_unit(entry: Entry, frame: pd.DataFrame) -> Made:
    if entry.unit:
        yield entry.unit, frame[frame[entry.unit] == frame[entry.unit].iloc[0]]


def one_cluster(entry: Entry, frame: pd.DataFrame) -> Made:
    if entry.cluster:
        yield entry.cluster, frame.assign(**{entry.cluster: frame[entry.cluster].iloc[0]})


def one_row(entry: Entry, frame: pd.DataFrame) -> Made:
    yield "", frame.iloc[:1]


def two_rows(entry: Entry, frame: pd.DataFrame) -> Made:
    yield "", frame.iloc[:2]


def no_comparison(entry: Entry, frame: pd.DataFrame) -> Made:
    for column, values in ((entry.arm, (0, 1)), (entry.start, (None, "first"))):
        for value in values if column else ():
            given = frame[column].min() if value == "first" else value
            yield f"{column} {value}", frame.assign(**{column: pd.Series([given] * len(frame), index=frame.index).astype(frame[column].dtype)})


def gap(entry: Entry, frame: pd.DataFrame) -> Made:
    if entry.month:
        months = np.sort(frame[entry.month].unique())
        yield "everywhere", frame[frame[entry.month] != months[len(months) // 2]]
        if entry.unit:
            hole = (frame[entry.month] == months[len(months) // 2]) & (frame[entry.unit] == frame[entry.unit].iloc[0])
            yield "in one unit", frame[~hole]


def no_exposure(entry: Entry, frame: pd.DataFrame) -> Made:
    if entry.exposure:
        yield "anywhere", frame.assign(**{entry.exposure: frame[entry.exposure] * 0})
        one = frame[entry.exposure].astype(float).where(np.arange(len(frame)) > 0, 0.0)
        yield "in one row", frame.assign(**{entry.exposure: one})


def negative(entry: Entry, frame: pd.DataFrame) -> Made:
    for column in {entry.outcome, entry.exposure} - {""}:
        yield column, frame.assign(**{column: -frame[column].astype(float) - 1})


DEFECTS: dict[str, Callable[[Entry, pd.DataFrame], Made]] = {
    "empty": empty, "missing column": missing_column, "missing": missing, "infinite": infinite, "text": text, "all zero": all_zero,
    "constant": constant, "separation": separation, "one unit": one_unit, "one cluster": one_cluster, "one row": one_row, "two rows": two_rows,
    "no comparison": no_comparison, "gap": gap, "no exposure": no_exposure, "negative": negative,
}  # fmt: skip


def public_estimators() -> list[str]:
    """Every public function of the package."""
    return sorted(name for name in estimates._EXPORTS if inspect.isfunction(getattr(estimates, name)))


def test_every_public_estimator_has_an_entry_and_no_entry_is_left_over() -> None:
    assert public_estimators() == sorted(ENTRIES)


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_the_sound_frame_of_an_entry_is_answered(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sound.check(ENTRIES[name].call(ENTRIES[name].frame().copy()))


@pytest.mark.parametrize("defect", DEFECTS)
@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_degenerate_input_is_refused_with_a_reason_or_answered_without_a_claim(name: str, defect: str, capfd: pytest.CaptureFixture[str]) -> None:
    entry = ENTRIES[name]
    if defect in entry.passed:
        return
    wrong = []
    for what, frame in DEFECTS[defect](entry, entry.frame().copy()):
        fault = _fault(entry, frame, defect)
        if fault:
            wrong.append(f"{what}: {fault}")
    assert wrong == []
    assert capfd.readouterr().err == ""


def _fault(entry: Entry, frame: pd.DataFrame, defect: str) -> str:
    before = frame.copy(deep=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = entry.call(frame)
    except DataError as error:
        said = str(error)
        return "" if len(said) > 30 and "424242" not in said and "nan" not in said.lower().split() else f"the message is {said!r}"
    except Exception as error:  # anything else is the fault that the test is there to find
        return f"{type(error).__name__}: {error}"
    if not frame.equals(before):
        return "the frame was changed"
    if defect in REFUSED:
        return "answered"
    try:
        sound.check(found)
    except (AssertionError, DataError) as error:
        return f"unsound: {error}"
    for estimate in sound.estimates_in(found):
        numbers = [getattr(estimate, field.name) for field in dataclasses.fields(estimate) if field.name in ("value", "low", "high", "p", "se")]
        if any(number is not None and not math.isfinite(number) for number in numbers):
            return "an infinite number is shown"
        if estimate.claim == "identified" and defect not in ("one row", "two rows"):
            return "an effect is claimed"
    return ""
