"""The coverage figure: one line a method, how often its interval held the truth, against the promised share; the naive one beside it."""

from __future__ import annotations

import textwrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from effekt.report.figures import canvas
from effekt.report.results import Result
from effekt.report.sentences import cell, label

ROW = 0.37
LEFT, RIGHT = 0.395, 0.695
LETTERS = 29
METHOD_AT, NAIVE_AT = 1.47, 1.96


def draw(result: Result) -> Figure:
    """Draw a "coverage" result: the rows of `context["order"]`, each with method, coverage, coverage_low, coverage_high, naive_coverage."""
    order = list(result.context["order"])
    with canvas.style():
        height = 1.75 + ROW * len(order)
        figure = canvas.blank(height)
        top = canvas.head(figure, result)
        foot = 0.45 / height
        axes = figure.add_axes((LEFT, foot, RIGHT - LEFT, top - foot - 0.42 / height))
        axes.set_xlim(-3, 102)
        axes.set_ylim(0.4, len(order) + 0.6)
        axes.set_yticks([])
        axes.set_xticks([0, 25, 50, 75, 100], [canvas.scale_text(mark, result.language) for mark in (0, 25, 50, 75, 100)])
        axes.spines["left"].set_visible(False)
        axes.tick_params(length=3)
        axes.set_xlabel(label(result, "figure.percent_of_regions"), size=8.5)
        axes.axvline(_promised(result), color=canvas.INK, lw=0.9, zorder=1)
        _heads(axes, result)
        for place, row in enumerate(order):
            _draw_row(axes, result, row, len(order) - place)
        return figure


def _promised(result: Result) -> float:
    return float(result.column("level")[0])


def _heads(axes: Axes, result: Result) -> None:
    look = {"transform": axes.transAxes, "va": "bottom", "size": 8}
    axes.text((_promised(result) + 3) / 105 + 0.01, 1.0, label(result, "figure.promised"), ha="right", color=canvas.MUTED, **look)
    axes.text(METHOD_AT, 1.0, label(result, "figure.the_method"), ha="right", color=canvas.OBSERVED, **look)
    axes.text(NAIVE_AT, 1.0, label(result, "figure.naive"), ha="right", color=canvas.EXPECTED, **look)


def _draw_row(axes: Axes, result: Result, row: int, y: float) -> None:
    name = "\n".join(textwrap.wrap(cell(result, row, "method").text, LETTERS, break_long_words=False))
    axes.text(-0.03, y, name, transform=axes.get_yaxis_transform(), ha="right", va="center", size=8, linespacing=1.05)
    low, high, naive = (result.column(key)[row] for key in ("coverage_low", "coverage_high", "naive_coverage"))
    axes.plot([0, 100], [y, y], color=canvas.RULE, lw=0.6, zorder=0)
    axes.plot([naive], [y], marker="D", ms=5, mfc=canvas.PAPER, mec=canvas.EXPECTED, mew=1.2, ls="", zorder=2)
    axes.plot([low, high], [y, y], color=canvas.OBSERVED, lw=3, solid_capstyle="butt", zorder=3)
    axes.plot([result.column("coverage")[row]], [y], marker="o", ms=5, color=canvas.OBSERVED, ls="", zorder=4)
    look = {"transform": axes.get_yaxis_transform(), "va": "center", "ha": "right", "size": 8.5}
    canvas.write(axes, METHOD_AT, y, cell(result, row, "coverage"), **look)
    canvas.write(axes, NAIVE_AT, y, cell(result, row, "naive_coverage"), **look)
