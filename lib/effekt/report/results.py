"""The typed results that notebooks show: data first, looks later.

A `Result` holds columns with types and units, rows, the estimates behind them and keys instead of words. It is shown as HTML in the
study's language and carries itself as `application/vnd.effekt.result+json`, so that the same execution can be drawn again in the other
language. Numbers in the bundle are rounded to `DIGITS` significant digits, so that it compares equal on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from effekt.estimates.estimate import Estimate

MIME = "application/vnd.effekt.result+json"
DIGITS = 6
Cell = str | int | float | bool | None
ColumnType = Literal["label", "month", "year", "count", "number", "money", "ratio", "percent", "p", "significant"]


@dataclass(frozen=True)
class Column:
    """One column of a result: `key` names its label; `n` names the column that holds the count under each of its cells ("" = none).

    type: label (a key that the catalogue translates) | month (ISO first day) | year | count (integer) | number | money (whole DKK) | ratio
    | percent (0-100) | p | significant (digits: significant figures). digits: decimals shown. unit: key of the unit.
    """

    key: str
    type: ColumnType
    digits: int = 0
    unit: str = ""
    n: str = ""


@dataclass(frozen=True)
class Result:
    """What one cell shows: `view` names the drawing, `id` is unique in its notebook, texts are keys.

    labels : the study's own names, key -> {"da": ..., "en": ...}, so that the bundle can be drawn without the study.
    context : plain values that sentences and figures need (start month, horizon, known breaks ...).
    """

    id: str
    view: str
    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    estimates: tuple[Estimate, ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    language: str = "en"
    synthetic: bool = True

    def bundle(self) -> dict[str, Any]:
        """The JSON form: plain values only, floats rounded to `DIGITS` significant digits."""
        return rounded(
            {
                "schema": 1,
                "id": self.id,
                "view": self.view,
                "synthetic": self.synthetic,
                "columns": [vars(column) for column in self.columns],
                "rows": [list(row) for row in self.rows],
                "estimates": [estimate.record() for estimate in self.estimates],
                "context": dict(self.context),
                "labels": {key: dict(names) for key, names in self.labels.items()},
            }
        )

    @classmethod
    def from_bundle(cls, bundle: Mapping[str, Any], language: str = "en") -> Result:
        """The inverse of `bundle`, to be drawn in `language`."""
        return cls(
            id=bundle["id"],
            view=bundle["view"],
            columns=tuple(Column(**column) for column in bundle["columns"]),
            rows=tuple(tuple(row) for row in bundle["rows"]),
            estimates=tuple(Estimate.from_record(record) for record in bundle["estimates"]),
            context=bundle["context"],
            labels=bundle["labels"],
            language=language,
            synthetic=bundle["synthetic"],
        )

    def column(self, key: str) -> tuple[Cell, ...]:
        """The cells of one column, top to bottom."""
        place = [column.key for column in self.columns].index(key)
        return tuple(row[place] for row in self.rows)


def rounded(value: Any) -> Any:
    """`value` with every float rounded to `DIGITS` significant digits, through lists and dicts; NaN and infinity become None."""
    if isinstance(value, bool) or value is None or isinstance(value, int | str):
        return value
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): rounded(item) for key, item in value.items()}
    return [rounded(item) for item in value]
