"""The rules that tell a signal from noise on a control chart.

Five rules, as Provost and Murray (2011), The Health Care Data Guide, state them; sigma is a third of the way from the centre to a limit.

* beyond_limits: one point outside the limits.
* shift: eight or more points in a row on one side of the centre. A point on the centre neither counts nor ends the run.
* trend: six or more points in a row, each above (or each below) the one before it. A point equal to the one before neither counts nor ends it.
* two_of_three: two out of three points in a row further than two sigma from the centre, on one side.
* hugging: fifteen or more points in a row within one sigma of the centre: the limits are too wide, or the data are a mixture.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

SHIFT, TREND, HUGGING = 8, 6, 15
COLUMNS = ("rule", "first", "last", "side")


def signals(values: np.ndarray, centre: float, sigma: np.ndarray, low: np.ndarray, high: np.ndarray) -> pd.DataFrame:
    """The rules that fired: rule, first and last (places of the points, 0 = first), side (high | low | both).

    values, sigma, low, high : n. One row a longest run (for shift, trend, hugging), a point (beyond_limits) or a run of overlapping threes.
    """
    away = values - centre
    found: list[tuple[str, int, int, str]] = []
    for side, sign in (("high", 1.0), ("low", -1.0)):
        outside = values > high if sign > 0 else values < low
        found += [("beyond_limits", int(place), int(place), side) for place in np.flatnonzero(outside)]
        found += [("shift", *run, side) for run in _runs(np.sign(away) * sign) if _counted(away, run) >= SHIFT]
        steps = np.diff(values) * sign
        found += [("trend", first, last + 1, side) for first, last in _runs(np.sign(steps)) if _counted(steps, (first, last)) >= TREND - 1]
        found += [("two_of_three", *run, side) for run in _two_of_three((away * sign > 2 * sigma) & (sigma > 0))]
    near = np.where((np.abs(away) < sigma) & (sigma > 0), 1.0, -1.0)
    found += [("hugging", first, last, "both") for first, last in _runs(near) if last - first + 1 >= HUGGING]
    return pd.DataFrame(found, columns=list(COLUMNS)).sort_values(["first", "last", "rule", "side"], ignore_index=True)


def _runs(signs: np.ndarray) -> list[tuple[int, int]]:
    """First and last place of the longest runs of signs above 0; a 0 inside does not end a run, and a run begins and ends above 0."""
    runs: list[tuple[int, int]] = []
    first = last = -1
    for place, sign in enumerate(signs.tolist()):
        if sign > 0:
            first, last = (place if first < 0 else first), place
        elif sign < 0 and first >= 0:
            runs.append((first, last))
            first = -1
    return [*runs, (first, last)] if first >= 0 else runs


def _counted(values: np.ndarray, run: tuple[int, int]) -> int:
    return int(np.count_nonzero(values[run[0] : run[1] + 1]))


def _two_of_three(far: np.ndarray) -> list[tuple[int, int]]:
    """Runs of places covered by threes of which two are far; each from its first to its last far point."""
    runs: list[tuple[int, int]] = []
    places = np.flatnonzero(far).tolist()
    for one, two in zip(places, places[1:], strict=False):
        if two - one <= 2:
            if runs and runs[-1][1] == one:
                runs[-1] = (runs[-1][0], two)
            else:
                runs.append((one, two))
    return runs
