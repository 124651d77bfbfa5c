"""Covariate columns, factors and simple terms of a frame as a design matrix with named columns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import frames

_FACTOR = re.compile(r"^C\((.+)\)$")
_POWER = re.compile(r"^(?:I\()?\s*([^*^()]+?)\s*(?:\*\*|\^)\s*([2-9])\s*\)?$")


class Covariates(NamedTuple):
    """The matrix (n x q, no intercept), the name of each column, and the term that each column belongs to."""

    matrix: np.ndarray
    names: tuple[str, ...]
    terms: tuple[str, ...]


def build(frame: pd.DataFrame, covariates: Iterable[str], *, what: str = "citizen") -> Covariates:
    """The design columns of `covariates`, each a column of `frame` or a simple term of its columns.

    A numeric or bool column is itself. A text or categorical column is a factor: one 0/1 column a level but the first (categories in their
    order, otherwise sorted; levels that do not occur are not there), named column[level]. Terms: C(x) makes a factor of a numeric column,
    x**2 (or I(x**2), x^2; up to 9) a power, a:b the products of two terms. A term that is also the name of a column is the column.

    Raises DataError for a column that is missing, not finite, or a factor with a missing value, and where `covariates` is a single text.
    """
    if isinstance(covariates, str):
        raise DataError(f"covariates is one text. Give a list of columns, for instance [{covariates!r}].")
    given = list(covariates)
    frames.require(frame, _columns(frame, given), what=what)
    blocks, names, terms = [np.empty((len(frame), 0))], [], []
    for term in given:
        matrix, labels = _term(frame, term)
        blocks.append(matrix)
        names += labels
        terms += [term] * len(labels)
    if len(set(names)) < len(names):
        raise DataError(f"Some covariates occur more than once: {', '.join(sorted({n for n in names if names.count(n) > 1}))}. Give each once.")
    return Covariates(np.hstack(blocks), tuple(names), tuple(terms))


def with_intercept(covariates: Covariates, n: int) -> tuple[np.ndarray, list[str]]:
    """The design with a column of ones in front, and the names with "intercept" in front."""
    return np.column_stack([np.ones(n), covariates.matrix]), ["intercept", *covariates.names]


def _columns(frame: pd.DataFrame, terms: list[str]) -> list[str]:
    found: list[str] = []
    for term in terms:
        if term in frame.columns:
            found.append(term)
        elif ":" in term:
            found += _columns(frame, [part.strip() for part in term.split(":")])
        else:
            match = _FACTOR.match(term) or _POWER.match(term)
            found.append(match.group(1).strip() if match else term)
    return list(dict.fromkeys(found))


def _term(frame: pd.DataFrame, term: str) -> tuple[np.ndarray, list[str]]:
    if term in frame.columns:
        column = frame[term]
        return _numeric(frame, term) if pd.api.types.is_numeric_dtype(column.dtype) else _factor(frame, term)
    if ":" in term:
        matrix, labels = np.ones((len(frame), 1)), [""]
        for part in term.split(":"):
            right, more = _term(frame, part.strip())
            matrix = (matrix[:, :, None] * right[:, None, :]).reshape(len(frame), -1)
            labels = [f"{a}:{b}".lstrip(":") for a in labels for b in more]
        return matrix, labels
    if match := _FACTOR.match(term):
        return _factor(frame, match.group(1).strip())
    match = _POWER.match(term)
    column, power = match.group(1).strip(), int(match.group(2))
    return frames.numbers(frame, column)[:, None] ** power, [f"{column}**{power}"]


def _numeric(frame: pd.DataFrame, column: str) -> tuple[np.ndarray, list[str]]:
    return frames.numbers(frame, column)[:, None], [column]


def _factor(frame: pd.DataFrame, column: str) -> tuple[np.ndarray, list[str]]:
    given = frame[column]
    if isinstance(given.dtype, pd.CategoricalDtype):
        given = given.cat.remove_unused_categories()
        code, levels = given.cat.codes.to_numpy(), np.asarray(given.cat.categories)
        if (code < 0).any():
            frames.codes(frame, column)
    else:
        code, levels = frames.codes(frame, column)
    matrix = (code[:, None] == np.arange(1, len(levels))[None, :]).astype(float)
    return matrix, [f"{column}[{level}]" for level in levels[1:]]
