"""How likely the programme is to be worth its price, at each price of one unit of effect: one line without its own cost, one with it."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from effekt.report.figures import canvas
from effekt.report.results import Result
from effekt.report.sentences import label

HEIGHT = 3.1
LOOKS = {"probability": (canvas.OBSERVED, "-", "o", canvas.OBSERVED), "probability_with": (canvas.EXPECTED, "--", "D", canvas.PAPER)}
SIGNS = {"probability": "\u25cf", "probability_with": "\u25c7"}
MARKS = (0, 25, 50, 75, 100)


def draw(result: Result) -> Figure:
    """Draw an "acceptability" result: rows after the first have `price` and the columns that `context["series"]` names, in per cent."""
    with canvas.style():
        figure = canvas.blank(HEIGHT)
        top = canvas.head(figure, result)
        axes = figure.add_axes((0.125, 0.165, 0.8, top - 0.165 - 0.1))
        prices = [float(price) for price in result.column("price")[1:]]
        series = list(result.context["series"])
        for key in series:
            colour, line, mark, fill = LOOKS[key]
            values = [float(value) for value in result.column(key)[1:]]
            axes.plot(prices, values, color=colour, ls=line, lw=1.6, marker=mark, ms=4.5, mfc=fill, mec=colour, mew=1.1, clip_on=False, zorder=3)
        axes.axhline(50, color=canvas.RULE, lw=0.8, zorder=0)
        _scales(axes, result, prices)
        _key(axes, result, series)
        return figure


def _scales(axes: Axes, result: Result, prices: list[float]) -> None:
    axes.set_xlim(0, prices[-1])
    axes.set_ylim(0, 100)
    axes.set_yticks(MARKS, [canvas.scale_text(mark, result.language) for mark in MARKS])
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: canvas.scale_text(value, result.language)))
    axes.tick_params(length=3, labelsize=8.5)
    axes.set_xlabel(label(result, str(result.context["axis"])), size=8.5)
    axes.set_ylabel(label(result, "figure.per_cent"), size=8.5)


def _key(axes: Axes, result: Result, series: list[str]) -> None:
    x = 0.0
    for key in series:
        look = {"transform": axes.transAxes, "va": "bottom", "size": 8.5, "color": LOOKS[key][0]}
        drawn = axes.text(x, 1.045, f"{SIGNS[key]} {label(result, f'column.{key}')}", **look)
        x += 0.05 + canvas.width_of(drawn, axes)
