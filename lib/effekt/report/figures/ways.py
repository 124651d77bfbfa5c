"""The specification curve: a line for each way of computing the answer, in the order of their changes, on an axis in per cent."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from effekt.report.figures import canvas
from effekt.report.results import Result
from effekt.report.sentences import cell, label

ROW = 0.205
LEFT, RIGHT = 0.575, 0.975
LOWEST, HIGHEST, ROOM = -60.0, 60.0, 4.0
LOOKS = {
    "row.main_way": {"color": canvas.EXPECTED, "marker": "D", "ms": 5.5},
    "row.compared_way": {"color": canvas.OBSERVED, "marker": "o", "ms": 4.2},
    "row.own_way": {"color": canvas.MUTED, "marker": "o", "ms": 4.2, "mfc": canvas.PAPER},
}


def draw(result: Result) -> Figure:
    """Draw a "specification_curve" result: the rows of `context["order"]` from top to bottom, each with way, kind and change with its interval."""
    order = list(result.context["order"])
    kinds = [kind for kind in LOOKS if kind in {result.column("kind")[row] for row in order}]
    with canvas.style():
        height = 1.75 + ROW * len(order)
        figure = canvas.blank(height)
        top = canvas.head(figure, result)
        low, foot = 0.66 / height, 0.2 / height
        axes = figure.add_axes((LEFT, low, RIGHT - LEFT, top - low - foot))
        _scale(axes, result, order)
        for place, row in enumerate(order):
            _draw_row(axes, result, row, len(order) - place)
        axes.set_ylim(0.3, len(order) + 0.7)
        for place, kind in enumerate(kinds):
            _explain(figure, result, kind, 0.03 + 0.33 * place, 0.1 / height)
        return figure


def _scale(axes: Axes, result: Result, order: list[int]) -> None:
    ends = [float(value) for row in order for key in ("change", "change_low", "change_high") if (value := result.column(key)[row]) is not None]
    axes.set_xlim(max(LOWEST, min([-10.0, *ends])) - ROOM, min(HIGHEST, max([10.0, *ends])) + ROOM)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: canvas.scale_text(value, result.language)))
    axes.set_xlabel(label(result, "figure.per_cent"), size=8)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.tick_params(length=3, labelsize=8)
    axes.axvline(0.0, color=canvas.INK, lw=0.9, zorder=1)
    middle = axes.transAxes.inverted().transform(axes.transData.transform((0.0, 1.0)))[0]
    look = {"transform": axes.transAxes, "va": "bottom", "size": 8, "color": canvas.MUTED}
    words = ("figure.lower", "figure.higher") if result.context["money"] else ("figure.fewer", "figure.more")
    axes.text(middle - 0.03, 1.0, f"\u2190 {label(result, words[0])}", ha="right", **look)
    axes.text(middle + 0.03, 1.0, f"{label(result, words[1])} \u2192", ha="left", **look)


def _draw_row(axes: Axes, result: Result, row: int, y: float) -> None:
    kind = str(result.column("kind")[row])
    value, low, high = (result.column(key)[row] for key in ("change", "change_low", "change_high"))
    left = axes.get_yaxis_transform()
    main = kind == "row.main_way"
    axes.text(-0.03, y, cell(result, row, "way").text, transform=left, ha="right", va="center", weight="bold" if main else "normal", size=7.9)
    if value is None:
        axes.text(0.5, y, label(result, "not_estimated"), transform=left, ha="center", va="center", color=canvas.MUTED, size=7.9)
        return
    first, last = axes.get_xlim()
    look = LOOKS[kind]
    if low is not None and high is not None:
        axes.plot([max(low, first), min(high, last)], [y, y], color=look["color"], lw=1.7 if main else 1.2, solid_capstyle="butt", zorder=2)
        for end, edge, mark in ((low, first, "<"), (high, last, ">")):
            if (end < edge) if mark == "<" else (end > edge):
                axes.plot([edge], [y], marker=mark, ms=4, color=look["color"], ls="none", clip_on=False, zorder=3)
    if first <= value <= last:
        axes.plot([value], [y], ls="none", zorder=4, **look)


def _explain(figure: Figure, result: Result, kind: str, x: float, y: float) -> None:
    from matplotlib.lines import Line2D

    figure.add_artist(Line2D([x], [y], ls="none", **LOOKS[kind]))
    figure.text(x + 0.02, y, label(result, kind), va="center", size=8, color=canvas.MUTED)
