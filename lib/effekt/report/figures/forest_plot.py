"""The forest plot: one line a cluster, the pooled diamond, and the range expected of a new cluster, on a ratio axis."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from effekt.report.figures import canvas
from effekt.report.results import Result
from effekt.report.sentences import cell, label

ROW = 0.29
STEPS = (0.02, 0.05, 0.1, 0.2)
DOUBLINGS = tuple(2.0**power for power in range(-12, 13))
MOST_MARKS = 6
LEFT, WIDEST, EDGE = 0.268, 0.40, 0.985
LETTER, GAP, LONGEST = 0.042, 0.07, 9
NUMBERS = ("ratio", "low", "high")


def draw(result: Result) -> Figure:
    """Draw a "forest" result: the rows of `context["order"]` from top to bottom, each with unit, kind, ratio, low, high."""
    order = list(result.context["order"])
    with canvas.style():
        height = 1.5 + ROW * len(order)
        figure = canvas.blank(height)
        top = canvas.head(figure, result)
        foot = 0.42 / height
        at = _columns(result, order)
        axes = figure.add_axes((LEFT, foot, min(WIDEST, (EDGE - LEFT) / at["high"]), top - foot - 0.2 / height))
        _scale(axes, result, order)
        for place, row in enumerate(order):
            _draw_row(axes, result, row, len(order) - place, at)
        axes.set_ylim(0.4, len(order) + 0.6)
        return figure


def _scale(axes: Axes, result: Result, order: list[int]) -> None:
    ends = [float(value) for row in order for value in _interval(result, row) if value is not None]
    low, high = min([0.9, *ends]), max([1.1, *ends])
    room = (high / low) ** 0.04
    axes.set_xscale("log")
    axes.set_xlim(low / room, high * room)
    marks = _marks(low / room, high * room)
    shared = max((canvas.digits_for(mark) for mark in marks), default=1)
    even = shared <= 2
    axes.xaxis.set_major_locator(FixedLocator(marks))
    axes.xaxis.set_minor_locator(NullLocator())
    digits = {mark: shared if even else canvas.digits_for(mark) for mark in marks}
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: canvas.scale_text(value, result.language, digits[value])))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.tick_params(length=3)
    axes.axvline(1.0, color=canvas.INK, lw=0.9, zorder=1)
    middle = axes.transAxes.inverted().transform(axes.transData.transform((1.0, 1.0)))[0]
    look = {"transform": axes.transAxes, "va": "bottom", "size": 8, "color": canvas.MUTED}
    axes.text(middle - 0.03, 1.0, f"\u2190 {label(result, 'figure.fewer')}", ha="right", **look)
    axes.text(middle + 0.03, 1.0, f"{label(result, 'figure.more')} \u2192", ha="left", **look)


def _marks(low: float, high: float) -> list[float]:
    """Marks of the ratio axis, 1 among them: the finest even steps that leave room for their numbers, or doublings on a long axis."""
    for step in STEPS:
        marks = [round(place * step, 2) for place in range(math.ceil(low / step), math.floor(high / step) + 1)]
        if len(marks) <= MOST_MARKS:
            return marks
    there = [mark for mark in DOUBLINGS if low <= mark <= high]
    return [mark for mark in there if round(math.log2(mark)) % math.ceil(len(there) / 4) == 0]


def _interval(result: Result, row: int) -> tuple:
    return tuple(result.column(key)[row] for key in ("low", "high"))


def _draw_row(axes: Axes, result: Result, row: int, y: float, at: dict[str, float]) -> None:
    kind = str(result.column("kind")[row]).removeprefix("row.")
    ratio = result.column("ratio")[row]
    low, high = _interval(result, row)
    left = axes.get_yaxis_transform()
    bold = "bold" if kind == "pooled" else "normal"
    axes.text(-0.04, y, cell(result, row, "unit").text, transform=left, ha="right", va="center", weight=bold, size=8.5)
    if low is None or high is None:
        axes.text(1 + GAP, y, label(result, "not_estimated"), transform=left, ha="left", va="center", color=canvas.MUTED, size=8.5)
        return
    if kind == "prediction":
        axes.plot([low, high], [y, y], color=canvas.MUTED, lw=1.4, ls=(0, (3, 1.5)), marker="|", ms=7, zorder=2)
        _numbers(axes, result, row, y, at, "normal", skip="ratio")
        return
    if kind == "pooled":
        axes.fill([low, ratio, high, ratio], [y, y + 0.26, y, y - 0.26], color=canvas.EXPECTED, lw=0, zorder=3)
    else:
        axes.plot([low, high], [y, y], color=canvas.OBSERVED, lw=1.4, solid_capstyle="butt", zorder=2)
        axes.plot([ratio], [y], marker="s", ms=5, color=canvas.OBSERVED, zorder=3)
    _numbers(axes, result, row, y, at, bold)


def _columns(result: Result, order: list[int]) -> dict[str, float]:
    """Right edges of the columns of numbers (and the middle of the word between), in widths of the axes, by their longest number."""
    longest = {key: max((len(cell(result, row, key).text) for row in order if result.column(key)[row] is not None), default=4) for key in NUMBERS}
    ratio = 1 + GAP / 2 + LETTER * min(longest["ratio"], LONGEST)
    low = ratio + GAP + LETTER * min(longest["low"], LONGEST)
    word = low + GAP * 1.2
    return {"ratio": ratio, "low": low, "to": word, "high": word + GAP + LETTER * min(longest["high"], LONGEST)}


def _numbers(axes: Axes, result: Result, row: int, y: float, at: dict[str, float], weight: str, skip: str = "") -> None:
    """The numbers of a row in columns at its right, each naming its cell; set flush right, so that they hold in any typeface."""
    look = {"transform": axes.get_yaxis_transform(), "va": "center", "size": 8.5, "weight": weight}
    for key in NUMBERS:
        if key != skip:
            canvas.write(axes, at[key], y, cell(result, row, key), ha="right", **look)
    axes.text(at["to"], y, label(result, "figure.to"), ha="center", **look)
