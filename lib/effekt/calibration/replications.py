"""One replication as numbers, and a chunk of them on disk: whole or not there, the same whatever ran before, beside or after it."""

from __future__ import annotations

import math
import os
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from effekt.calibration.designs import DESIGNS, SCENARIOS, Design
from effekt.errors import UsageError
from effekt.estimates.estimate import Estimate

FIELDS = ("value", "low", "high", "se", "p")
CHUNK = 100
SEED = 20130301


@dataclass(frozen=True)
class Chunk:
    """Replications `first` to `end` (not included) of one design."""

    design: str
    first: int
    end: int

    def path(self, folder: Path) -> Path:
        return folder / self.design / f"{self.first:05d}-{self.end:05d}.npy"


def find_design(name: str) -> Design:
    """The design of that name."""
    return next(design for design in DESIGNS if design.name == name)


def choose_designs(estimators: tuple[str, ...]) -> tuple[Design, ...]:
    """The designs that have one of `estimators` (names of estimators or of designs); all without a name. UsageError for an unknown one."""
    if not estimators or "all" in estimators:
        return DESIGNS
    known = sorted({name for design in DESIGNS for name in (design.name, *design.estimators[:-1])})
    unknown = sorted(set(estimators) - set(known))
    if unknown:
        raise UsageError(f"Unknown: {', '.join(unknown)}. Estimators and designs are {', '.join(known)}. Nothing was run.")
    return tuple(design for design in DESIGNS if {design.name, *design.estimators[:-1]} & set(estimators))


def plan_chunks(design: Design, replications: int) -> list[Chunk]:
    """The chunks of one design; their bounds do not depend on how many replications are asked for, but for the last."""
    return [Chunk(design.name, first, min(first + CHUNK, replications)) for first in range(0, replications, CHUNK)]


def replicate(design: Design, replication: int) -> np.ndarray:
    """What each estimator said, planted and null, on the scale of the interval (log for ratios). Shape (estimators, scenarios, FIELDS).

    The random numbers are those of the design and of the number of the replication, and of nothing else.
    """
    rng = np.random.default_rng(np.random.SeedSequence([SEED, zlib.crc32(design.name.encode()), replication]))
    told = design.draw(rng)
    return np.array([[_numbers(told[scenario][name]) for scenario in SCENARIOS] for name in design.estimators])


def make_chunk(chunk: Chunk, folder: Path) -> int:
    """Draw a chunk and put it on disk in one step; returns how many replications it holds."""
    design, path = find_design(chunk.design), chunk.path(folder)
    drawn = np.stack([replicate(design, replication) for replication in range(chunk.first, chunk.end)])
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    with open(part, "wb") as file:
        np.save(file, drawn)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
    return chunk.end - chunk.first


def read_chunk(chunk: Chunk, folder: Path) -> np.ndarray | None:
    """A chunk that was drawn before, or None where there is none or it is not whole. Shape (replications, estimators, scenarios, FIELDS)."""
    shape = (chunk.end - chunk.first, len(find_design(chunk.design).estimators), len(SCENARIOS), len(FIELDS))
    try:
        drawn = np.load(chunk.path(folder), allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return drawn if drawn.shape == shape else None


def _numbers(estimate: Estimate) -> list[float]:
    scale = _log if estimate.scale == "ratio" else _plain
    if estimate.value is None:
        return [math.nan] * len(FIELDS)
    low = -math.inf if estimate.low is None else scale(estimate.low)
    high = math.inf if estimate.high is None else scale(estimate.high)
    return [scale(estimate.value), low, high, _plain(estimate.se), _plain(estimate.p)]


def _log(value: float) -> float:
    return math.log(value) if value > 0 else -math.inf


def _plain(value: float | None) -> float:
    return math.nan if value is None else float(value)
