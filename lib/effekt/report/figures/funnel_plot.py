"""The funnel plot: each practice by its letter, the ratio it has against the size it has, and the limits that narrow as practices grow."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from effekt.report.figures import canvas
from effekt.report.results import Result
from effekt.report.sentences import label

HEIGHT, EMPTY = 3.7, 1.6
LOOKS = (("95", (0, (4, 1.8)), "figure.limits_95"), ("998", "-", "figure.limits_998"))


def draw(result: Result) -> Figure:
    """Draw a "funnel" result: the practices of `context["order"]` (practice, expected, ratio), then the rows of the curve."""
    with canvas.style():
        rows = [row for row in result.context["order"] if result.column("ratio")[row] is not None]
        figure = canvas.blank(HEIGHT if rows else EMPTY)
        top = canvas.head(figure, result)
        if not rows:
            figure.text(0.5, 0.2, label(result, "figure.too_few"), ha="center", color=canvas.MUTED)
            return figure
        axes = figure.add_axes((0.115, 0.135, 0.865, top - 0.135 - 0.085))
        _limits(axes, result)
        axes.axhline(1.0, color=canvas.INK, lw=0.9, zorder=2)
        _practices(axes, result, rows)
        _scales(axes, result)
        look = {"frameon": False, "fontsize": 8, "ncols": 2, "borderpad": 0, "handlelength": 2.4, "columnspacing": 1.0}
        axes.legend(loc="lower left", bbox_to_anchor=(-0.13, 1.0), **look)
        return figure


def _limits(axes: Axes, result: Result) -> None:
    if "curve_expected" not in [column.key for column in result.columns]:
        return
    held = [row for row, at in enumerate(result.column("curve_expected")) if at is not None]
    at = [result.column("curve_expected")[row] for row in held]
    for name, dash, words in LOOKS:
        for place, side in enumerate(("low", "high")):
            values = [result.column(f"curve_{side}_{name}")[row] for row in held]
            axes.plot(at, values, color=canvas.EXPECTED, lw=1.2, ls=dash, zorder=1, label=label(result, words) if place else None)


def _practices(axes: Axes, result: Result, rows: list[int]) -> None:
    at = [float(result.column("expected")[row]) for row in rows]
    values = [float(result.column("ratio")[row]) for row in rows]
    axes.plot(at, values, ls="none", marker="o", ms=5.5, mfc=canvas.OBSERVED, mec=canvas.PAPER, mew=0.8, zorder=3)
    for place, (y, x, row) in enumerate(sorted(zip(values, at, rows, strict=True))):
        letter = label(result, str(result.column("practice")[row])).split()[-1]
        side, towards = ((5, "left"), (-5, "right"))[place % 2]
        axes.annotate(letter, (x, y), xytext=(side, 4), textcoords="offset points", size=8.5, weight="bold", ha=towards, zorder=4)


def _scales(axes: Axes, result: Result) -> None:
    axes.set_ylim(bottom=0)
    axes.margins(x=0.03)
    axes.set_xlabel(label(result, "figure.expected_users"), size=8.5)
    axes.set_ylabel(label(result, "figure.against_all"), size=8.5)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    steps = {axis: float(axis.get_majorticklocs()[1] - axis.get_majorticklocs()[0]) for axis in (axes.xaxis, axes.yaxis)}
    for axis, step in steps.items():
        digits = canvas.digits_for(step)
        axis.set_major_formatter(FuncFormatter(lambda value, _, digits=digits: canvas.scale_text(value, result.language, digits)))
    axes.tick_params(length=3)
