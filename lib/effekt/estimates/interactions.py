"""Subgroups declared in advance, and whether the effect differs between them by more than chance."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from effekt.errors import DataError
from effekt.estimates import frames
from effekt.estimates.estimate import Estimate
from effekt.estimates.multiplicity import holm


@dataclass(frozen=True)
class Subgroups:
    """What `subgroup_effects` found.

    effects : {column: {level: Estimate}}. tests : frame subgroup, levels (with a number), q, df, p, p_holm, declared (bool). p_holm corrects
    over the declared subgroups; None where a test was not possible, or for a subgroup that was not declared.
    """

    effects: dict[str, dict[str, Estimate]]
    tests: pd.DataFrame


def subgroup_effects(
    estimator: Callable[..., Any], frame: pd.DataFrame, *, by: Iterable[str], declared: Iterable[str] = (), **options: Any
) -> Subgroups:
    """The effect within each level of each subgroup, and the test that it is the same in all of them (interaction).

    `estimator(part, **options)` on the rows of each level; q = sum of squared deviations of the effects (logs for ratios) from their weighted
    mean, weights 1 / se^2, chi-square with levels - 1 degrees of freedom: with two levels the squared z of their difference. That is a test of
    interaction because the levels hold different citizens. The effect within a level is not tested against none here: "clear in one
    subgroup, not in the other" is no evidence of a difference. p is corrected by Holm over the subgroups that were declared in advance.

    Parameters
    ----------
    frame : one row as `estimator` takes it, with a column for each of `by` that is constant within a citizen and was known before the start.
    declared : the subgroups named in the protocol. Every estimate of another one gets the caution subgroup_not_declared.

    Returns
    -------
    Subgroups
        A level that ends in a DataError has an Estimate without value, caution subgroup_without_answer. All estimates are as `estimator` gives
        them, the caution subgroup added.

    Raises
    ------
    DataError
        A column is missing or has missing values, a citizen (citizen_id) is in several levels of one subgroup, or `by` is empty.

    References
    ----------
    .. [1] Altman, Bland (2003). BMJ 326:219. Sun, Briel, Walter, Guyatt (2010). BMJ 340:c117.
    """
    names, planned = list(by), set(declared)
    if not names:
        raise DataError("by is empty: name the columns of the subgroups.")
    frames.require(frame, names, what="citizen")
    effects: dict[str, dict[str, Estimate]] = {}
    rows = []
    for name in names:
        code, levels = frames.codes(frame, name)
        if "citizen_id" in frame:
            _once(frame, name, code)
        effects[name] = {}
        for place, level in enumerate(levels):
            part = frame.loc[code == place]
            part.attrs.update(frame.attrs)
            effects[name][str(level)] = _one(estimator, part, options, name in planned)
        rows.append((name, *_test(list(effects[name].values())), name in planned))
    tests = pd.DataFrame(rows, columns=["subgroup", "levels", "q", "df", "p", "declared"])
    corrected: list[float | None] = [None] * len(tests)
    places = [k for k, (p, known) in enumerate(zip(tests["p"], tests["declared"], strict=True)) if known and p is not None]
    if places:
        for place, p in zip(places, holm([float(tests["p"][k]) for k in places]), strict=True):
            corrected[place] = float(p)
    tests.insert(5, "p_holm", pd.Series(corrected, dtype=object))
    return Subgroups(effects, tests)


def _one(estimator: Callable[..., Any], part: pd.DataFrame, options: dict[str, Any], declared: bool) -> Estimate:
    cautions = ("subgroup",) if declared else ("subgroup", "subgroup_not_declared")
    try:
        found = estimator(part, **options)
    except DataError:
        return Estimate("ratio", None, None, None, "", "descriptive", cautions=("subgroup_without_answer", *cautions), reasons=("too_few",))
    return (found if isinstance(found, Estimate) else found.effect).cautioned(*cautions)


def _test(estimates: list[Estimate]) -> tuple[int, float | None, float | None, float | None]:
    told = [e for e in estimates if e.value is not None and e.se]
    if len(told) < 2:
        return len(told), None, None, None
    y = np.array([math.log(e.value) if e.scale == "ratio" else e.value for e in told])  # type: ignore[arg-type]
    w = np.array([e.se**-2 for e in told])  # type: ignore[operator]
    q = float(w @ (y - w @ y / w.sum()) ** 2)
    return len(told), q, float(len(told) - 1), float(chdtrc(len(told) - 1, q))


def _once(frame: pd.DataFrame, name: str, code: np.ndarray) -> None:
    citizen = frames.codes(frame, "citizen_id")[0]
    pairs = len(np.unique(np.column_stack([citizen, code]), axis=0))
    moved = pairs - (int(citizen.max()) + 1)
    if moved > 0:
        raise DataError(f"{name} changes within {moved} citizens. A subgroup is what was known before the start: one value a citizen.")
