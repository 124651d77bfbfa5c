"""The one record that every estimator returns."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, Literal

from effekt.errors import DataError

Claim = Literal["identified", "extrapolated", "descriptive"]
Scale = Literal["ratio", "difference", "proportion", "mean", "index"]
CLAIMS: tuple[Claim, ...] = ("identified", "extrapolated", "descriptive")
SCALES: tuple[Scale, ...] = ("ratio", "difference", "proportion", "mean", "index")


@dataclass(frozen=True)
class Estimate:
    """One number, its uncertainty, what it rests on, and what it may be used to claim.

    Estimators fill in the statistical fields; `named` adds what only the caller knows (outcome, unit, measure_unit).
    Texts are keys (`contrast`, `method`, `cautions`, `reasons`): `report.wording` holds them in Danish and English.

    Fields
    ------
    outcome : id in the outcome catalogue ("" until named). measure_unit : key of the unit of `value`.
    unit : what it is about: a cluster id, a kommunekode, "region" ("" until named).
    contrast : key, e.g. "after_before", "programme_comparison".
    scale : ratio | difference | proportion | mean | index.
    value, low, high : the estimate and its interval, both ends included; on the natural scale (a ratio, not its log).
        None where it could not be estimated: `cautions` then says why. Never NaN.
    level : nominal level of the interval. p : two-sided p-value or None. se : standard error, of the log where scale is ratio.
    n_citizens, n_events : counts under the number (None where the frame does not tell). exposure : person-years.
    method : key of the one-line citable description. claim : identified | extrapolated | descriptive.
    cautions : keys of warnings. reasons : keys of why the claim is what it is. facts : named numbers that those sentences quote.
    """

    scale: Scale
    value: float | None
    low: float | None
    high: float | None
    method: str
    claim: Claim
    contrast: str = ""
    level: float = 0.95
    p: float | None = None
    se: float | None = None
    n_citizens: int | None = None
    n_events: int | None = None
    exposure: float | None = None
    cautions: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    facts: Mapping[str, float] = field(default_factory=dict)
    outcome: str = ""
    measure_unit: str = ""
    unit: str = ""

    def __post_init__(self) -> None:
        if self.scale not in SCALES:
            raise DataError(f"scale {self.scale!r} is not one of {', '.join(SCALES)}")
        if self.claim not in CLAIMS:
            raise DataError(f"claim {self.claim!r} is not one of {', '.join(CLAIMS)}")
        for name in ("value", "low", "high", "p", "se", "exposure"):
            number = getattr(self, name)
            if number is not None:
                number = float(number)
                object.__setattr__(self, name, None if math.isnan(number) else number)
        for name in ("n_citizens", "n_events"):
            number = getattr(self, name)
            if number is not None:
                object.__setattr__(self, name, int(number))
        object.__setattr__(self, "cautions", tuple(self.cautions))
        object.__setattr__(self, "reasons", tuple(self.reasons))
        object.__setattr__(self, "facts", MappingProxyType({k: float(v) for k, v in self.facts.items()}))

    def named(self, *, outcome: str, unit: str, measure_unit: str = "") -> Estimate:
        """The same estimate, saying which outcome and which unit it is about."""
        return replace(self, outcome=outcome, unit=unit, measure_unit=measure_unit or self.measure_unit)

    def cautioned(self, *cautions: str, **facts: float) -> Estimate:
        """The same estimate with more cautions (each once) and the facts they quote."""
        merged = tuple(dict.fromkeys(self.cautions + cautions))
        return replace(self, cautions=merged, facts={**self.facts, **facts})

    def record(self) -> dict[str, Any]:
        """A plain dict of all fields, for tables and JSON; tuples become lists."""
        plain = {f.name: getattr(self, f.name) for f in fields(self)}
        return {**plain, "cautions": list(self.cautions), "reasons": list(self.reasons), "facts": dict(self.facts)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Estimate:
        """The inverse of `record`."""
        return cls(**{**record, "cautions": tuple(record["cautions"]), "reasons": tuple(record["reasons"])})

    def __reduce__(self):
        return Estimate.from_record, (self.record(),)
