"""A control chart: what was observed, the centre and the limits from before the start, and the periods that are part of a signal."""

from __future__ import annotations

from datetime import date

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from effekt.report.figures import canvas
from effekt.report.results import Result
from effekt.report.sentences import Filled, cell, in_sentence, label

HEIGHT = 3.7


def draw(result: Result) -> Figure:
    """Draw a "control_chart" result: rows after the first hold month, observed, centre, low, high, signal."""
    with canvas.style():
        rows = _points(result)
        figure = canvas.blank(HEIGHT)
        top = canvas.head(figure, result)
        axes = figure.add_axes((0.095, 0.085, 0.885, top - 0.085 - 0.155))
        _lines(axes, result, rows)
        _scales(axes, result, rows)
        _marks(axes, result)
        _legend(axes)
        return figure


def _points(result: Result) -> list[dict]:
    keys = [column.key for column in result.columns]
    rows = [dict(zip(keys, row, strict=True)) for row in result.rows[1:]]
    return [{**row, "at": _years(str(row["month"]))} for row in rows]


def _years(month_text: str) -> float:
    moment = date.fromisoformat(month_text)
    return moment.year + (moment.month - 0.5) / 12.0


def _lines(axes: Axes, result: Result, rows: list[dict]) -> None:
    at = [row["at"] for row in rows]
    limits = {"color": canvas.MUTED, "lw": 0.9, "ls": (0, (4, 2)), "drawstyle": "steps-mid", "zorder": 2}
    axes.fill_between(at, [row["low"] for row in rows], [row["high"] for row in rows], color=canvas.SHADE, lw=0, step="mid", zorder=0)
    axes.plot(at, [row["low"] for row in rows], label=label(result, "figure.limits"), **limits)
    axes.plot(at, [row["high"] for row in rows], **limits)
    axes.plot(at, [row["centre"] for row in rows], color=canvas.MUTED, lw=1.2, zorder=2, label=label(result, "figure.centre"))
    axes.plot(at, [row["observed"] for row in rows], color=canvas.OBSERVED, lw=0.7, alpha=0.55, zorder=3)
    usual = [row for row in rows if row["signal"] == "no"]
    told = [row for row in rows if row["signal"] == "yes"]
    for part, key, look in (
        (usual, "figure.observed", {"marker": "o", "ms": 3.2, "mfc": canvas.OBSERVED, "mec": canvas.OBSERVED}),
        (told, "figure.in_signal", {"marker": "D", "ms": 4.2, "mfc": canvas.PAPER, "mec": canvas.EXPECTED, "mew": 1.3}),
    ):
        if part:
            axes.plot([row["at"] for row in part], [row["observed"] for row in part], ls="none", zorder=4, label=label(result, key), **look)


def _marks(axes: Axes, result: Result) -> None:
    """The start, months of an earlier initiative and the known breaks, named above the drawing on two lines so that they cannot meet."""
    over = axes.get_xaxis_transform()
    for first, last in result.context.get("contaminated", ()):
        left, right = _years(first) - 0.5 / 12, _years(last) + 0.5 / 12
        axes.axvspan(left, right, color=canvas.RULE, alpha=0.35, lw=0, zorder=0)
        turn = 90 if right - left < 1.4 else 0
        look = {"ha": "center", "va": "bottom", "size": 8, "color": canvas.MUTED, "rotation": turn}
        axes.text((left + right) / 2, 0.02, label(result, "figure.contaminated"), transform=over, **look)
    start = _years(result.context["start"]) - 0.5 / 12
    axes.axvline(start, color=canvas.INK, lw=1.1, zorder=5)
    words = [Filled(f"{label(result, 'figure.start')} "), cell(result, 0, "start")]
    canvas.write_parts(axes, start, 1.068, words, transform=over, ha="center", va="bottom", size=8)
    for place, known in enumerate(result.context.get("breaks", ())):
        at = _years(known["month"]) - 0.5 / 12
        axes.axvline(at, color=canvas.MUTED, lw=0.9, ls=(0, (1, 1.6)), zorder=4)
        low, high = axes.get_xlim()
        edge, side = (high, "right") if at > (low + high) / 2 else (low, "left")
        words = [cell(result, 0, f"break_{place}"), Filled(f": {in_sentence(label(result, known['why']))}")]
        canvas.write_parts(axes, edge, 1.005, words, transform=over, ha=side, va="bottom", size=7.8, color=canvas.MUTED)


def _legend(axes: Axes) -> None:
    box = axes.get_position()
    place = {"loc": "lower left", "bbox_to_anchor": (-box.x0 / box.width, 1.14), "ncols": 4, "borderpad": 0, "columnspacing": 1.0}
    axes.legend(frameon=False, fontsize=8, handlelength=1.6, handletextpad=0.5, **place)


def _scales(axes: Axes, result: Result, rows: list[dict]) -> None:
    values = [row[key] for row in rows for key in ("observed", "low", "high")]
    room = 0.08 * (max(values) - min(values) or 1.0)
    axes.set_ylim(max(0.0, min(values) - room), max(values) + room)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    marks = axes.get_yticks()
    digits = canvas.digits_for(float(marks[1] - marks[0]))
    longest = max(len(canvas.scale_text(float(mark), result.language, digits)) for mark in marks)
    box = axes.get_position()
    left = 0.04 + 0.0185 * longest
    axes.set_position((left, box.y0, box.x1 - left, box.height))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: canvas.scale_text(value, result.language, digits)))
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    axes.set_xlim(rows[0]["at"] - 0.5 / 12, rows[-1]["at"] + 0.5 / 12 - 0.001)
    axes.grid(axis="y", color=canvas.RULE, lw=0.5)
    axes.set_axisbelow(True)
    axes.tick_params(length=3)
