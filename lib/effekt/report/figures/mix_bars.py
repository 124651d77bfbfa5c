"""The mix of cost: one bar a group and period, each the whole, divided by sector in shades that differ in grey, the share written where it fits."""

from __future__ import annotations

import textwrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from effekt.report.figures import canvas
from effekt.report.results import Result
from effekt.report.sentences import cell, column_place, label

HEIGHT = 3.3
LEFT, RIGHT = 0.3, 0.97
PLACES = {"before": 4.05, "after": 3.1, "comparison_before": 1.65, "comparison_after": 0.7}
FILLS = (("#123f6e", canvas.PAPER), ("#e3eef7", canvas.INK), ("#7aaed6", canvas.INK))
WHOLE = 100.0
NARROW = 11.0
LETTERS = 22
MARKS = (0, 25, 50, 75, 100)


def draw(result: Result) -> Figure:
    """Draw a "mix_bars" result: the first row holds what the texts quote, every other is a sector with a share for each bar."""
    with canvas.style():
        figure = canvas.blank(HEIGHT)
        top = canvas.head(figure, result)
        axes = figure.add_axes((LEFT, 0.14, RIGHT - LEFT, top - 0.14 - 0.1))
        axes.set_xlim(0, WHOLE)
        axes.set_ylim(0.15, 4.6)
        axes.set_yticks([])
        axes.set_xticks(MARKS, [canvas.scale_text(mark, result.language) for mark in MARKS])
        axes.set_xlabel(label(result, "figure.per_cent"), size=8.5)
        axes.spines["left"].set_visible(False)
        axes.tick_params(length=3)
        sectors = range(1, len(result.rows))
        for bar, y in PLACES.items():
            _bar(axes, result, bar, y, sectors)
        _key(axes, result, sectors)
        return figure


def _bar(axes: Axes, result: Result, bar: str, y: float, sectors: range) -> None:
    name = "\n".join(textwrap.wrap(label(result, f"bar.{bar}"), LETTERS, break_long_words=False))
    axes.text(-0.02, y, name, transform=axes.get_yaxis_transform(), ha="right", va="center", size=8.5, linespacing=1.05)
    if any(result.column(bar)[row] is None for row in sectors):
        axes.text(1, y, label(result, "not_estimated"), ha="left", va="center", size=8.5, color=canvas.MUTED)
        return
    left = 0.0
    for place, row in enumerate(sectors):
        width = float(result.column(bar)[row])
        colour, ink = FILLS[place % len(FILLS)]
        axes.add_patch(Rectangle((left, y - 0.36), width, 0.72, facecolor=colour, edgecolor=canvas.PAPER, lw=0.8))
        if width > NARROW:
            canvas.write(axes, left + width / 2, y, cell(result, row, bar), ha="center", va="center", size=8, color=ink)
        left += width


def _key(axes: Axes, result: Result, sectors: range) -> None:
    """What each shade is, in the order of the bar, above the first bar."""
    x, column = 0.0, column_place(result, "sector")
    for place, row in enumerate(sectors):
        name = label(result, str(result.rows[row][column]))
        look = {"facecolor": FILLS[place % len(FILLS)][0], "edgecolor": canvas.MUTED, "lw": 0.5}
        axes.add_patch(Rectangle((x, 1.035), 0.026, 0.055, transform=axes.transAxes, clip_on=False, **look))
        drawn = axes.text(x + 0.036, 1.062, name, transform=axes.transAxes, va="center", size=8.5)
        x += 0.07 + canvas.width_of(drawn, axes)
