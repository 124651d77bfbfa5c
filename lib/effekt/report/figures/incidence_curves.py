"""Curves of a cumulative incidence, straight between the days of the table: here in colour with its band, the comparison in grey."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from effekt.report.figures import canvas
from effekt.report.results import Result
from effekt.report.sentences import label

HEIGHT, EMPTY = 3.9, 1.5
LOOKS = {
    "side.own_before": {"color": canvas.EXPECTED, "ls": (0, (4, 1.6)), "lw": 1.7},
    "side.own_after": {"color": canvas.OBSERVED, "ls": "-", "lw": 1.9},
    "side.comparison_before": {"color": canvas.MUTED, "ls": (0, (2, 1.6)), "lw": 1.1},
    "side.comparison_after": {"color": canvas.MUTED, "ls": "-", "lw": 1.1},
}
BANDS = {"side.own_before": canvas.BAND, "side.own_after": canvas.RAMP[1]}


def draw(result: Result) -> Figure:
    """Draw an "incidence" result: rows after the first hold group, day, share, low, high, at_risk."""
    with canvas.style():
        curves = _curves(result)
        figure = canvas.blank(HEIGHT if curves else EMPTY)
        top = canvas.head(figure, result)
        if not curves:
            return canvas.say_why_empty(figure, label(result, "figure.too_few"))
        axes = figure.add_axes((0.1, 0.12, 0.87, top - 0.12 - 0.15))
        for group, points in curves.items():
            _line(axes, group, points, label(result, group))
        _scales(axes, result, curves)
        box = axes.get_position()
        place = {"loc": "lower left", "bbox_to_anchor": (-box.x0 / box.width, 1.0), "ncols": 2, "borderpad": 0, "columnspacing": 1.4}
        axes.legend(frameon=False, fontsize=8.5, handlelength=2.2, **place)
        return figure


def _curves(result: Result) -> dict[str, list[dict]]:
    keys = [column.key for column in result.columns]
    curves: dict[str, list[dict]] = {}
    for row in result.rows:
        point = dict(zip(keys, row, strict=True))
        if point["group"] is not None:
            curves.setdefault(str(point["group"]), []).append(point)
    return curves


def _line(axes: Axes, group: str, points: list[dict], name: str) -> None:
    days, share = [point["day"] for point in points], [point["share"] for point in points]
    if group in BANDS:
        low, high = [point["low"] for point in points], [point["high"] for point in points]
        axes.fill_between(days, low, high, color=BANDS[group], alpha=0.6, lw=0, zorder=1)
    axes.plot(days, share, label=name, zorder=3 if group in BANDS else 2, **LOOKS[group])


def _scales(axes: Axes, result: Result, curves: dict[str, list[dict]]) -> None:
    highest = max(point["high"] for points in curves.values() for point in points)
    axes.set_ylim(0, highest * 1.05 or 1.0)
    axes.set_xlim(0, max(point["day"] for points in curves.values() for point in points))
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    marks = axes.get_yticks()
    digits = canvas.digits_for(float(marks[1] - marks[0]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: canvas.scale_text(value, result.language, digits)))
    axes.xaxis.set_major_locator(MaxNLocator(7, integer=True))
    axes.set_xlabel(label(result, "figure.days_since"), size=8.5, color=canvas.MUTED)
    axes.grid(axis="y", color=canvas.RULE, lw=0.5)
    axes.set_axisbelow(True)
    axes.tick_params(length=3)
