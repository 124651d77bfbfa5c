"""The scorecard as a grid, wide enough for a page of A4 on its side: rows are outcomes by aim, columns the clusters and the region.

Each field says in words how it went, beside the number; the tint repeats the word and never stands alone. A mark says what the figure may be read as.
"""

from __future__ import annotations

import textwrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from effekt.report.figures import canvas
from effekt.report.results import Result
from effekt.report.sentences import cell, label

WIDTH, ROW, HEAD, FOOT = 10.2, 0.2, 0.34, 0.36
NAME_AT, TRIPLE_AT, FIRST = 0.06, 3.5, 4.22
LETTERS = 46
TINTS = {"better": canvas.RAMP[1], "worse": canvas.BAND, "lower": canvas.SHADE, "higher": canvas.SHADE}
MARKS = {"claim_short.identified": "\u25cf", "claim_short.extrapolated": "\u25d0", "claim_short.descriptive": "\u25cb"}


def draw(result: Result) -> Figure:
    """Draw a "scorecard" result: from its second row on, one row an outcome and unit, outcomes in order, units as in `context["units"]`."""
    units = list(result.context["units"])
    outcomes = [list(range(first, first + len(units))) for first in range(1, len(result.rows), len(units))]
    aims = [str(result.column("aim")[rows[0]]) for rows in outcomes]
    n_lines = len(outcomes) + len(dict.fromkeys(aims))
    with canvas.style():
        height = 0.85 + HEAD + FOOT + ROW * n_lines
        figure = canvas.blank(height, WIDTH)
        top = canvas.head(figure, result) * height
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(0, height)
        step = (WIDTH - 0.06 - FIRST) / len(units)
        _heads(axes, result, units, top - HEAD / 2, step)
        y = top - HEAD
        for place, rows in enumerate(outcomes):
            if place == 0 or aims[place] != aims[place - 1]:
                y -= ROW
                _aim(axes, result, rows[0], y)
            y -= ROW
            _outcome(axes, result, rows, y, step)
        _legend(axes, result, y - FOOT / 2)
        return figure


def _heads(axes: Axes, result: Result, units: list[str], y: float, step: float) -> None:
    look = {"va": "center", "size": 8, "weight": "bold"}
    axes.text(TRIPLE_AT, y, label(result, "figure.triple"), **look)
    for place, unit in enumerate(units):
        lines = "\n".join(textwrap.wrap(label(result, unit), 16)[:2])
        axes.text(FIRST + (place + 0.5) * step, y, lines, ha="center", linespacing=1.0, **look)


def _aim(axes: Axes, result: Result, row: int, y: float) -> None:
    axes.plot([NAME_AT, WIDTH - 0.06], [y, y], color=canvas.INK, lw=0.7)
    axes.text(NAME_AT, y + ROW / 2, cell(result, row, "aim").text, va="center", size=8, weight="bold", color=canvas.OBSERVED)


def _outcome(axes: Axes, result: Result, rows: list[int], y: float, step: float) -> None:
    middle = y + ROW / 2
    name = f"{cell(result, rows[0], 'what').text}, {cell(result, rows[0], 'kind').text}"
    axes.text(NAME_AT, middle, textwrap.shorten(name, LETTERS + 12, placeholder="\u2026"), va="center", size=7.6)
    axes.text(TRIPLE_AT, middle, cell(result, rows[0], "triple").text, va="center", size=7, color=canvas.MUTED)
    for place, row in enumerate(rows):
        _field(axes, result, row, FIRST + place * step, y, step)
    axes.plot([NAME_AT, WIDTH - 0.06], [y, y], color=canvas.RULE, lw=0.5)


def _field(axes: Axes, result: Result, row: int, x: float, y: float, step: float) -> None:
    went = str(result.column("went")[row]).removeprefix("went.")
    word, middle = cell(result, row, "went").text, y + ROW / 2
    if went in TINTS:
        axes.add_patch(Rectangle((x + 0.02, y + 0.012), step - 0.04, ROW - 0.024, facecolor=TINTS[went], lw=0, zorder=0))
    if result.column("size")[row] is None:
        axes.text(x + step / 2, middle, word, va="center", ha="center", size=7, color=canvas.MUTED)
        return
    canvas.write(axes, x + 0.4 * step, middle, cell(result, row, "size"), va="center", ha="right", size=7.6)
    weight = "bold" if went in ("better", "worse") else "normal"
    axes.text(x + 0.46 * step, middle, word, va="center", size=7.2, weight=weight)
    mark = MARKS.get(str(result.column("claim")[row]), "")
    axes.text(x + 0.96 * step, middle, mark, va="center", ha="right", size=7, color=canvas.MUTED)


def _legend(axes: Axes, result: Result, y: float) -> None:
    words = " · ".join(f"{mark} {label(result, key)}" for key, mark in MARKS.items())
    axes.text(NAME_AT, y, words, va="center", size=7.5, color=canvas.MUTED)
