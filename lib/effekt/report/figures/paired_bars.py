"""Bars lying down, one or two beside each other a row: what is paid and received, what is planned and actual, how many are left."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from effekt.report.figures import canvas
from effekt.report.results import Result
from effekt.report.sentences import cell, label

EACH, EMPTY, LEFT = 0.42, 1.55, 0.33
FILLS = ("#123f6e", "#7aaed6")


def draw(result: Result) -> Figure:
    """Draw a "paired_bars" result: rows after the first have `name` and the columns that `context["series"]` names. "each": inches a row."""
    with canvas.style():
        rows = range(1, len(result.rows))
        height = EMPTY + float(result.context.get("each", EACH)) * max(len(rows), 1)
        figure = canvas.blank(height)
        top = canvas.head(figure, result)
        foot = 0.32 / height
        head = 0.3 / height if len(result.context["series"]) > 1 else 0.06 / height
        axes = figure.add_axes((LEFT, foot, 0.93 - LEFT, top - foot - head))
        series = result.context["series"]
        values = [value for key in series for value in result.column(key)[1:] if value is not None]
        longest = float(max([*values, 1]))
        axes.set_xlim(0, longest * 1.16)
        axes.set_ylim(max(len(rows), 1) - 0.5, -0.5)
        for place, row in enumerate(rows):
            name = label(result, str(result.column("name")[row]))
            axes.text(-0.015, place, name, transform=axes.get_yaxis_transform(), ha="right", va="center", size=8)
            for number, key in enumerate(series):
                _bar(axes, result, row, key, place, number, len(series), longest)
        if not rows:
            axes.text(0.5, 0.5, label(result, "not_estimated"), transform=axes.transAxes, ha="center", va="center", size=8.5, color=canvas.MUTED)
        _scale(axes, result)
        if len(series) > 1:
            _key(axes, result, figure.get_figheight() * axes.get_position().height)
        return figure


def _bar(axes: Axes, result: Result, row: int, key: str, place: int, number: int, many: int, longest: float) -> None:
    thick = 0.72 / many
    y = place - 0.36 + thick * (number + 0.5)
    value = result.column(key)[row]
    if value is not None:
        axes.add_patch(Rectangle((0, y - thick / 2), float(value), thick, facecolor=FILLS[number], edgecolor=canvas.PAPER, lw=0.6))
    canvas.write(axes, float(value or 0) + 0.012 * longest, y, cell(result, row, key), ha="left", va="center", size=8)


def _scale(axes: Axes, result: Result) -> None:
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.axvline(0, color=canvas.INK, lw=0.8)
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: canvas.scale_text(value, result.language)))
    axes.tick_params(length=3, labelsize=8)


def _key(axes: Axes, result: Result, inches: float) -> None:
    x, up = 0.0, 1 + 0.14 / inches
    for number, key in enumerate(result.context["series"]):
        axes.add_patch(Rectangle((x, up - 0.045 / inches), 0.03, 0.09 / inches, transform=axes.transAxes, clip_on=False, facecolor=FILLS[number]))
        drawn = axes.text(x + 0.042, up, label(result, f"column.{key}"), transform=axes.transAxes, va="center", size=8)
        x += 0.08 + canvas.width_of(drawn, axes)
