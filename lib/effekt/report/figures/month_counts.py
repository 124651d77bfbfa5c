"""Rows by month, one small panel a source: a hole or a jump is seen at a glance, known breaks of registration are drawn."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from effekt.report.figures import calendar_axis, canvas
from effekt.report.results import Result
from effekt.report.sentences import in_sentence, label

PANEL, EMPTY = 0.74, 1.5


def draw(result: Result) -> Figure:
    """Draw a "completeness" result: rows after the first hold part, month, n and whether the month is low."""
    with canvas.style():
        keys = [column.key for column in result.columns]
        rows = [dict(zip(keys, row, strict=True)) for row in result.rows[1:]]
        parts = list(dict.fromkeys(row["part"] for row in rows))
        height = EMPTY + PANEL * len(parts)
        figure = canvas.blank(height)
        top = canvas.head(figure, result)
        foot = 0.3 / height
        each = (top - foot) / max(len(parts), 1)
        for place, part in enumerate(parts):
            axes = figure.add_axes((0.13, top - (place + 1) * each + 0.04 / height, 0.85, each - 0.26 / height))
            _panel(axes, result, str(part), [row for row in rows if row["part"] == part], last=place == len(parts) - 1)
            for known in result.context.get("breaks", ())[place : place + 1]:
                _name_break(axes, result, known)
        return figure


def _name_break(axes: Axes, result: Result, known: dict[str, str]) -> None:
    """Why registration changed, at the end of the line: each break over a panel of its own, so that two cannot meet."""
    at, (low, high) = calendar_axis.years(known["month"]) - calendar_axis.HALF_MONTH, axes.get_xlim()
    words, over = in_sentence(label(result, known["why"])), axes.get_xaxis_transform()
    axes.text(high if at > (low + high) / 2 else at, 1.03, words, transform=over, ha="right" if at > (low + high) / 2 else "left", va="bottom",
              size=7.2, color=canvas.MUTED)  # fmt: skip


def _panel(axes: Axes, result: Result, part: str, rows: list[dict], *, last: bool) -> None:
    at, counts = [calendar_axis.years(row["month"]) for row in rows], [row["n"] for row in rows]
    axes.fill_between(at, counts, color=canvas.SHADE, lw=0, step="mid")
    axes.plot(at, counts, color=canvas.OBSERVED, lw=1.1, drawstyle="steps-mid")
    low = [(x, row["n"]) for x, row in zip(at, rows, strict=True) if row["low"] == "yes"]
    axes.plot([x for x, _ in low], [n for _, n in low], "v", ms=4, color=canvas.EXPECTED, lw=0)
    for known in result.context.get("breaks", ()):
        axes.axvline(calendar_axis.years(known["month"]) - calendar_axis.HALF_MONTH, color=canvas.MUTED, lw=0.9, ls=(0, (1, 1.6)))
    axes.set_xlim(at[0] - calendar_axis.HALF_MONTH, at[-1] + calendar_axis.HALF_MONTH - 0.001)
    axes.set_ylim(0, max([*counts, 1]) * 1.12)
    axes.yaxis.set_major_locator(MaxNLocator(2, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: canvas.scale_text(value, result.language)))
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}" if last else ""))
    axes.tick_params(labelsize=7.5, length=2)
    axes.text(0.0, 1.03, label(result, part), transform=axes.transAxes, va="bottom", size=8)
