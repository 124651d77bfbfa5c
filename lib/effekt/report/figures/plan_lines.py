"""A plan and what became of it: one line a milestone, when it was planned (bar), and when it was reached (dot in time, diamond late)."""

from __future__ import annotations

import textwrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from effekt.report.figures import canvas
from effekt.report.figures.calendar_axis import HALF_MONTH, years
from effekt.report.results import Result
from effekt.report.sentences import cell, label

LINE, GAP, LEFT, RIGHT, NUMBER_AT = 0.135, 0.1, 0.4, 0.84, 1.36
LETTERS = 31
LEGEND = (
    (0.012, "\u25ac", "figure.planned", canvas.MUTED),
    (0.24, "\u25cf", "figure.reached_in_time", canvas.OBSERVED),
    (0.54, "\u25c6", "figure.reached_late", canvas.EXPECTED),
)


def draw(result: Result) -> Figure:
    """Draw a "milestone_plan" result: the rows of `context["order"]`, each with name, place, planned_from, planned_to, actual, went, days_late."""
    order = list(result.context["order"])
    names = [_name(result, row, before) for row, before in zip(order, [None, *order[:-1]], strict=False)]
    tall = [LINE * (name.count("\n") + 1) + GAP for name in names]
    with canvas.style():
        figure = canvas.blank(1.55 + sum(tall) if order else 1.5)
        top = canvas.head(figure, result)
        if not order:
            figure.text(0.5, 0.15, label(result, "not_estimated"), ha="center", color=canvas.MUTED)
            return figure
        height = figure.get_figheight()
        for x, mark, words, colour in LEGEND:
            figure.text(x, top - 0.06 / height, f"{mark} {label(result, words)}", va="top", size=8, color=colour)
        foot = 0.25 / height
        axes = figure.add_axes((LEFT, foot, RIGHT - LEFT, top - foot - 0.42 / height))
        _scale(axes, result, order, sum(tall))
        axes.text(NUMBER_AT, 1.0, label(result, "column.days_late"), transform=axes.transAxes, ha="right", va="bottom", size=8, color=canvas.MUTED)
        down = sum(tall)
        for row, name, room in zip(order, names, tall, strict=True):
            _line(axes, result, row, name, down - room / 2)
            down -= room
        return figure


def _name(result: Result, row: int, before: int | None) -> str:
    """The milestone; of a cluster the cluster alone where the line above is of the same milestone, else both."""
    name, place = cell(result, row, "name").text, cell(result, row, "place").text
    if result.column("place")[row] == "region":
        told = name
    else:
        told = place if before is not None and cell(result, before, "name").text == name else f"{name}, {place}"
    return "\n".join(textwrap.wrap(told, LETTERS, break_long_words=False))


def _scale(axes: Axes, result: Result, order: list[int], tall: float) -> None:
    dates = [str(result.column(key)[row]) for key in ("planned_from", "planned_to", "actual") for row in order if result.column(key)[row] is not None]
    axes.set_xlim(min(map(years, dates)) - 3 * HALF_MONTH, max(map(years, dates)) + 3 * HALF_MONTH)
    axes.set_ylim(0, tall)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.tick_params(length=3, labelsize=8)
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}")
    axes.grid(axis="x", color=canvas.RULE, lw=0.5)
    axes.set_axisbelow(True)


def _line(axes: Axes, result: Result, row: int, name: str, y: float) -> None:
    beside = axes.get_yaxis_transform()
    axes.text(-0.03, y, name, transform=beside, ha="right", va="center", size=7.8, linespacing=1.05)
    first, last, actual, went = (result.column(key)[row] for key in ("planned_from", "planned_to", "actual", "went"))
    if last is not None:
        ends = [years(str(last if first is None else first)) - HALF_MONTH, years(str(last)) + HALF_MONTH]
        axes.plot(ends, [y, y], color=canvas.RULE, lw=6, solid_capstyle="butt", zorder=1)
    late = went == "went.late"
    if actual is not None:
        colour = canvas.EXPECTED if late else canvas.OBSERVED
        axes.plot([years(str(actual))], [y], marker="D" if late else "o", ms=4.6 if late else 5, color=colour, ls="", zorder=3)
    canvas.write(axes, NUMBER_AT, y, cell(result, row, "went" if actual is None else "days_late"), transform=beside, ha="right", va="center", size=8)
