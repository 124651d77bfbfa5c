"""The committed table of the full run: what notebook 90 and the docstrings speak of."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import Any

import yaml

TABLE = "measured.yml"


@dataclass(frozen=True)
class Measured:
    """rows : one dict a design and estimator, as `summary.summarise` gives them. bounds : what is asked (`summary.BOUNDS`).

    seed, made_of : what they were drawn with and made of.
    """

    rows: tuple[dict[str, Any], ...]
    bounds: dict[str, float]
    seed: int
    made_of: str

    def row(self, design: str, estimator: str) -> dict[str, Any]:
        """The row of one estimator in one design."""
        return next(row for row in self.rows if (row["design"], row["estimator"]) == (design, estimator))


def measured() -> Measured:
    """The figures of the last full run of `effekt calibrate`, as they are committed with the library."""
    told = yaml.safe_load(resources.files("effekt.calibration").joinpath(TABLE).read_text(encoding="utf-8"))
    return Measured(tuple(told["rows"]), told["bounds"], told["seed"], told["made_of"])
