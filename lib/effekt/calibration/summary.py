"""From replications to the table: bias, coverage, size and power, each with its Monte-Carlo error, and whether the bounds are met."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from effekt.calibration.designs import CLOSED_FORM, NAIVE, OTHERS, SCENARIOS, Design

LEVEL, SIZE = 0.95, 0.05
COVERAGE = {True: (0.94, 0.96), False: (0.935, 0.965)}   # with 10,000 replications, and with 2,000
SIZES = (0.04, 0.06)
BIAS = 0.1
_TIE = 1e-9
BOUNDS: Mapping[str, float] = {
    "level": LEVEL, "alarms": SIZE, "bias_limit": BIAS, "alarms_from": SIZES[0], "alarms_to": SIZES[1], "many": CLOSED_FORM, "fewer": OTHERS,
    "many_from": COVERAGE[True][0], "many_to": COVERAGE[True][1], "fewer_from": COVERAGE[False][0], "fewer_to": COVERAGE[False][1],
}  # fmt: skip
"""What is asked, by the names that notebook 90 quotes."""
Row = dict[str, Any]


def summarise(design: Design, drawn: np.ndarray) -> list[Row]:
    """One row an estimator, the naive one last. drawn : replications x estimators x scenarios x (value, low, high, se, p).

    Fields of a row
    ---------------
    bias, sd : mean error and spread of the estimate over the regions with the programme, on the log scale for ratios. bias_sd : bias / sd.
    coverage : share of the intervals that hold what was planted. size, power : share of the regions without and with an effect in which p is at
    most 0.05 (where there is no p: the interval leaves out no change). unbounded : share of intervals without an end. failed : replications
    without a number, which count as not covered and not significant. Names with _mc : Monte-Carlo standard errors. held : whether the bounds
    are asked of it; met : which of coverage, bias and size keep them; None for the naive.
    """
    truth = design.truth()
    return [_row(design, name, drawn[:, place], truth) for place, name in enumerate(design.estimators)]


def missed(rows: list[Row]) -> list[tuple[str, str, str]]:
    """(design, estimator, figure) of the bounds that were asked and not met."""
    return [(row["design"], row["estimator"], figure) for row in rows if row["held"] for figure, met in row["met"].items() if not met]


def _row(design: Design, name: str, drawn: np.ndarray, truth: float) -> Row:
    n = len(drawn)
    planted, null = (drawn[:, SCENARIOS.index(scenario)] for scenario in ("planted", "null"))
    value, low, high, se, _ = planted.T
    there = np.isfinite(value)
    known = int(there.sum())
    sd = float(value[there].std(ddof=1)) if known > 1 else math.nan
    bias = float((value[there] - truth).mean()) if known else math.nan
    coverage = float(np.mean((low <= truth) & (truth <= high)))
    size, power = _rejected(null), _rejected(planted)
    closed = design.replications == CLOSED_FORM
    inside = {
        "coverage": COVERAGE[closed][0] <= coverage <= COVERAGE[closed][1],
        "bias": abs(bias) < BIAS * sd,
        "size": SIZES[0] <= size <= SIZES[1],
    }
    return {
        "design": design.name, "estimator": name, "scale": design.scale, "replications": n, "truth": truth, "failed": n - known,
        "bias": bias, "bias_mc": sd / math.sqrt(max(known, 1)), "sd": sd, "mean_se": float(np.mean(se[there])) if known else math.nan,
        "bias_sd": bias / sd, "bias_sd_mc": 1 / math.sqrt(max(known, 1)),
        "coverage": coverage, "coverage_mc": _error(coverage, n), "size": size, "size_mc": _error(size, n), "power": power,
        "power_mc": _error(power, n), "unbounded": float(np.mean(there & ~(np.isfinite(low) & np.isfinite(high)))),
        "closed_form": closed, "held": name in design.held, "met": None if name == NAIVE else inside,
    }  # fmt: skip


def _rejected(drawn: np.ndarray) -> float:
    _, low, high, _, p = drawn.T
    outside = (low > 0) | (high < 0)
    return float(np.mean(np.where(np.isnan(p), outside, p <= SIZE + _TIE)))


def _error(share: float, n: int) -> float:
    return math.sqrt(share * (1 - share) / n)


def page(rows: list[Row], about: Mapping[str, Any]) -> str:
    """The table as a readable page (Markdown, English)."""
    lines = [
        "# How far can the estimators be trusted?",
        "",
        f"Written by `effekt calibrate`; seed {about['seed']}, made of library files {about['made_of']}. Regions are drawn from citizens that the",
        "known-truth generator simulated one by one; each is looked at with the planted effect and without any. Bias is in standard deviations of",
        "the estimate. Coverage: intervals that hold what was planted (nominal 95). Size and power: p at most 0.05 without and with an effect.",
        "All with Monte-Carlo standard errors. Asked of rows marked *held*: coverage 94-96 (10,000 replications) or 93.5-96.5 (2,000),",
        "bias below 0.1, size 4-6.",
        "",
        "| design | estimator | replications | bias / sd | coverage, pct. | size, pct. | power, pct. | mean se / sd | asked | met |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        met = "" if row["met"] is None else "yes" if all(row["met"].values()) else "not " + ", ".join(key for key, ok in row["met"].items() if not ok)
        ratio = "" if math.isnan(row["mean_se"]) else f"{row['mean_se'] / row['sd']:.2f}"
        shares = " | ".join(f"{100 * row[key]:.1f} +- {100 * row[key + '_mc']:.1f}" for key in ("coverage", "size", "power"))
        lines.append(
            f"| {row['design']} | {row['estimator']} | {row['replications']} | {row['bias_sd']:+.3f} +- {row['bias_sd_mc']:.3f} | {shares} "
            f"| {ratio} | {'held' if row['held'] else ''} | {met} |"
        )
    return "\n".join(lines) + "\n"
