"""The months of a figure: where a month stands, the scales, and the start and the known breaks named above the drawing."""

from __future__ import annotations

from datetime import date

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from effekt.report.figures import canvas
from effekt.report.results import Result
from effekt.report.sentences import Filled, cell, in_sentence, label

HALF_MONTH = 0.5 / 12


def years(month_text: str) -> float:
    """The middle of a month ("2015-03-01") in years, as axes of months count."""
    moment = date.fromisoformat(month_text)
    return moment.year + (moment.month - 0.5) / 12.0


def mark_start_and_breaks(axes: Axes, result: Result, *, start_label: str = "figure.start") -> None:
    """A line at the start and at each known break, named above the drawing on two lines so that they cannot meet.

    Reads the context's start (a month) and breaks (month, why), and the cells start, break_0, ... of the first row.
    """
    over = axes.get_xaxis_transform()
    start = years(result.context["start"]) - HALF_MONTH
    axes.axvline(start, color=canvas.INK, lw=1.1, zorder=5)
    words = [Filled(f"{label(result, start_label)} "), cell(result, 0, "start")]
    canvas.write_parts(axes, start, 1.068, words, transform=over, ha="center", va="bottom", size=8)
    for place, known in enumerate(result.context.get("breaks", ())):
        at = years(known["month"]) - HALF_MONTH
        axes.axvline(at, color=canvas.MUTED, lw=0.9, ls=(0, (1, 1.6)), zorder=4)
        low, high = axes.get_xlim()
        edge, side = (high, "right") if at > (low + high) / 2 else (low, "left")
        words = [cell(result, 0, f"break_{place}"), Filled(f": {in_sentence(label(result, known['why']))}")]
        canvas.write_parts(axes, edge, 1.005, words, transform=over, ha=side, va="bottom", size=7.8, color=canvas.MUTED)


def set_scales(axes: Axes, language: str, *, span: tuple[float, float], months: tuple[float, float]) -> None:
    """The vertical scale from `span`, its numbers in the page's language with room for the longest, and whole years below, from `months`."""
    axes.set_ylim(*span)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    marks = axes.get_yticks()
    digits = canvas.digits_for(float(marks[1] - marks[0]))
    longest = max(len(canvas.scale_text(float(mark), language, digits)) for mark in marks)
    box = axes.get_position()
    left = 0.04 + 0.0185 * longest
    axes.set_position((left, box.y0, box.x1 - left, box.height))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: canvas.scale_text(value, language, digits)))
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    axes.set_xlim(months[0] - HALF_MONTH, months[1] + HALF_MONTH - 0.001)
    axes.grid(axis="y", color=canvas.RULE, lw=0.5)
    axes.set_axisbelow(True)
    axes.tick_params(length=3)
