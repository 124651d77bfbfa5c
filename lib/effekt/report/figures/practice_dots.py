"""Practices one a line: the ratio as it was counted (hollow), and as it stands when chance is weighed in (filled, with its interval)."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from effekt.report.figures import canvas
from effekt.report.results import Result
from effekt.report.sentences import cell, label

ROW, LEFT, RIGHT, NUMBER_AT = 0.3, 0.2, 0.87, 1.14


def draw(result: Result) -> Figure:
    """Draw a "practice_dots" result: the rows of `context["order"]`, each with practice, ratio, shrunk, low, high."""
    order = list(result.context["order"])
    with canvas.style():
        height = 1.62 + ROW * max(len(order), 1)
        figure = canvas.blank(height)
        top = canvas.head(figure, result)
        foot = 0.48 / height
        axes = figure.add_axes((LEFT, foot, RIGHT - LEFT, top - foot - 0.3 / height))
        shown = [row for row in order if result.column("shrunk")[row] is not None]
        most = max((float(result.column(key)[row]) for row in shown for key in ("ratio", "high")), default=1.5)
        axes.set_xlim(0, 1.06 * max(most, 1.5))
        axes.set_ylim(0.3, max(len(order), 1) + 0.7)
        axes.axvline(1.0, color=canvas.INK, lw=0.9, zorder=1)
        for place, row in enumerate(order):
            _draw_row(axes, result, row, len(order) - place)
        _scale(axes, result)
        _legend(axes, result)
        return figure


def _draw_row(axes: Axes, result: Result, row: int, y: float) -> None:
    left = axes.get_yaxis_transform()
    axes.text(-0.03, y, cell(result, row, "practice").text, transform=left, ha="right", va="center", size=8.5)
    ratio, shrunk, low, high = (result.column(key)[row] for key in ("ratio", "shrunk", "low", "high"))
    look = {"transform": left, "va": "center", "ha": "right", "size": 8.5}
    axes.plot([0, axes.get_xlim()[1]], [y, y], color=canvas.RULE, lw=0.6, zorder=0)
    if shrunk is None:
        axes.text(NUMBER_AT, y, label(result, "figure.too_few"), color=canvas.MUTED, **look)
        return
    axes.plot([low, high], [y, y], color=canvas.OBSERVED, lw=2.2, solid_capstyle="butt", zorder=2)
    axes.plot([ratio], [y], marker="D", ms=5, mfc=canvas.PAPER, mec=canvas.EXPECTED, mew=1.2, ls="", zorder=3)
    axes.plot([shrunk], [y], marker="o", ms=5, color=canvas.OBSERVED, ls="", zorder=4)
    canvas.write(axes, NUMBER_AT, y, cell(result, row, "shrunk"), **look)


def _scale(axes: Axes, result: Result) -> None:
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.tick_params(length=3)
    axes.set_xlabel(label(result, "figure.against_all"), size=8.5)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    marks = axes.get_xticks()
    digits = canvas.digits_for(float(marks[1] - marks[0]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: canvas.scale_text(value, result.language, digits)))


def _legend(axes: Axes, result: Result) -> None:
    for x, mark, words, colour in ((0.0, "◇", "figure.as_counted", canvas.EXPECTED), (0.42, "●", "figure.chance_weighed", canvas.OBSERVED)):
        axes.text(x, 1.02, f"{mark} {label(result, words)}", transform=axes.transAxes, va="bottom", size=8, color=colour)
