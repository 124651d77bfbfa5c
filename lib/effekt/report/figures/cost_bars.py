"""Cost by sector: four bars, the cluster before and after, the comparison before and after, divided by sector."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from effekt.report import numbers
from effekt.report.figures import canvas
from effekt.report.results import Result
from effekt.report.sentences import cell, column_place, label

HEIGHT, HALF = 3.45, 2.4
PLACES = {"before": 4.15, "after": 3.15, "comparison_before": 1.65, "comparison_after": 0.65}
NAMES = {bar: f"bar.{bar}" if bar.startswith("comparison") else f"bar.programme_{bar}" for bar in PLACES}
FILLS = (("#123f6e", canvas.PAPER), ("#7aaed6", canvas.INK), ("#e3eef7", canvas.INK), ("#c9ced3", canvas.INK), ("#555f69", canvas.PAPER))
NARROW = 0.085


def draw(result: Result) -> Figure:
    """Draw a "sector_costs" result: rows between the first (facts) and the last (total) are sectors."""
    with canvas.style():
        bars = {bar: PLACES[bar] for bar in result.context.get("bars", PLACES)}
        height = HEIGHT if len(bars) > 2 else HALF
        figure = canvas.blank(height)
        top = canvas.head(figure, result)
        foot = 0.13 * HEIGHT / height
        axes = figure.add_axes((0.278, foot, 0.59, top - foot - 0.11 * HEIGHT / height))
        sectors = range(1, len(result.rows) - 1)
        total = len(result.rows) - 1
        ends = [value for bar in bars if (value := result.column(bar)[total]) is not None]
        longest = max(ends, default=1.0)
        axes.set_xlim(0, float(longest) * 1.02)
        axes.set_ylim(min(bars.values()) - 0.55, 4.7)
        for bar, y in bars.items():
            _bar(axes, result, bar, y, sectors, total, float(longest))
        _scale(axes, result)
        _key(axes, result, sectors, 1.0 if len(bars) > 2 else 2.05)
        return figure


def _bar(axes: Axes, result: Result, bar: str, y: float, sectors: range, total: int, longest: float) -> None:
    axes.text(-0.015, y, label(result, NAMES[bar]), transform=axes.get_yaxis_transform(), ha="right", va="center", size=8.5)
    if result.column(bar)[total] is None:
        axes.text(0.01 * longest, y, label(result, "not_estimated"), ha="left", va="center", size=8.5, color=canvas.MUTED)
        return
    left = 0.0
    for place, row in enumerate(sectors):
        width = float(result.column(bar)[row] or 0.0)
        colour, ink = FILLS[place % len(FILLS)]
        axes.add_patch(Rectangle((left, y - 0.36), width, 0.72, facecolor=colour, edgecolor=canvas.PAPER, lw=0.8))
        if width / longest > NARROW:
            canvas.write(axes, left + width / 2, y, cell(result, row, bar), ha="center", va="center", size=8, color=ink)
        left += width
    canvas.write(axes, left + 0.012 * longest, y, cell(result, total, bar), ha="left", va="center", size=8.5, weight="bold")




def _scale(axes: Axes, result: Result) -> None:
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.axvline(0, color=canvas.INK, lw=0.8)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: numbers.decimal(value, result.language)))
    axes.tick_params(length=3)


def _key(axes: Axes, result: Result, sectors: range, scale: float) -> None:
    """What each shade is, in the order of the bar, above the first bar; `scale` makes up for lower axes."""
    x = 0.0
    column = column_place(result, "sector")
    for place, row in enumerate(sectors):
        name = label(result, str(result.rows[row][column]))
        look = {"facecolor": FILLS[place % len(FILLS)][0], "edgecolor": canvas.MUTED, "lw": 0.5}
        axes.add_patch(Rectangle((x, 1 + 0.045 * scale), 0.028, 0.055 * scale, transform=axes.transAxes, clip_on=False, **look))
        drawn = axes.text(x + 0.04, 1 + 0.072 * scale, name, transform=axes.transAxes, va="center", size=8.5)
        x += 0.075 + canvas.width_of(drawn, axes)
