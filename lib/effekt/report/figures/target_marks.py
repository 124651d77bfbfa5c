"""Goals with a number: one small scale an indicator, and on each line the baseline (hollow), the latest with its interval, and the target."""

from __future__ import annotations

import textwrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from effekt.report.figures import canvas
from effekt.report.results import Result
from effekt.report.sentences import cell, label

ROW, OVER, UNDER, LEFT, RIGHT, NUMBER_AT = 0.2, 0.24, 0.3, 0.275, 0.875, 1.145
LETTERS = 24
LEGEND = (
    (0.012, "\u25c7", "figure.baseline", canvas.MUTED),
    (0.28, "\u25cf", "figure.latest", canvas.OBSERVED),
    (0.7, "|", "figure.target", canvas.EXPECTED),
)
NUMBERS = ("baseline", "latest", "low", "high", "target_value")


def draw(result: Result) -> Figure:
    """Draw a "target_dots" result: `context["panels"]` holds the rows of each indicator."""
    panels = [list(rows) for rows in result.context["panels"]]
    with canvas.style():
        height = 1.25 + sum(OVER + UNDER + ROW * len(rows) for rows in panels)
        figure = canvas.blank(height)
        top = canvas.head(figure, result)
        if not panels:
            figure.text(0.5, 0.15, label(result, "not_estimated"), ha="center", color=canvas.MUTED)
            return figure
        _legend(figure, result, top - 0.06 / height)
        down = top - 0.26 / height
        for rows in panels:
            tall = ROW * len(rows) / height
            down -= OVER / height + tall
            _panel(figure.add_axes((LEFT, down, RIGHT - LEFT, tall)), result, rows)
            down -= UNDER / height
        return figure


def _panel(axes: Axes, result: Result, rows: list[int]) -> None:
    values = [float(value) for key in NUMBERS for value in (result.column(key)[row] for row in rows) if value is not None]
    room = 0.08 * (max(values) - min(values) or abs(max(values)) or 1.0)
    axes.set_xlim(min(values) - room, max(values) + room)
    axes.set_ylim(0.4, len(rows) + 0.6)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.tick_params(length=2.5, labelsize=7.5, pad=1.5)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    marks = axes.get_xticks()
    digits = canvas.digits_for(float(marks[1] - marks[0]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: canvas.scale_text(value, result.language, digits)))
    heading = f"{cell(result, rows[0], 'goal').text} ({cell(result, rows[0], 'unit').text})"
    axes.text((0.012 - LEFT) / (RIGHT - LEFT), 1.02, heading, transform=axes.transAxes, va="bottom", size=8, weight="bold")
    for place, row in enumerate(rows):
        _line(axes, result, row, len(rows) - place)


def _line(axes: Axes, result: Result, row: int, y: float) -> None:
    left = axes.get_yaxis_transform()
    name = textwrap.shorten(cell(result, row, "cluster").text, LETTERS, placeholder="\u2026")
    axes.text(-0.03, y, name, transform=left, ha="right", va="center", size=8)
    baseline, latest, low, high, target = (result.column(key)[row] for key in NUMBERS)
    axes.plot(axes.get_xlim(), [y, y], color=canvas.RULE, lw=0.5, zorder=0)
    if low is not None and high is not None:
        axes.plot([low, high], [y, y], color=canvas.OBSERVED, lw=2.0, solid_capstyle="butt", zorder=2)
    if baseline is not None:
        axes.plot([baseline], [y], marker="D", ms=4.2, mfc=canvas.PAPER, mec=canvas.MUTED, mew=1.0, ls="", zorder=3)
    axes.plot([latest], [y], marker="o", ms=4.6, color=canvas.OBSERVED, ls="", zorder=4)
    axes.plot([target, target], [y - 0.42, y + 0.42], color=canvas.EXPECTED, lw=2.0, solid_capstyle="butt", zorder=5)
    canvas.write(axes, NUMBER_AT, y, cell(result, row, "latest"), transform=left, ha="right", va="center", size=8)


def _legend(figure: Figure, result: Result, y: float) -> None:
    for x, mark, words, colour in LEGEND:
        figure.text(x, y, f"{mark} {label(result, words)}", va="top", size=8, color=colour)
