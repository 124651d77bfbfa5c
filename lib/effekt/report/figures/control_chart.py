"""A control chart: what was observed, the centre and the limits from before the start, and the periods that are part of a signal."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from effekt.report.figures import calendar_axis, canvas
from effekt.report.results import Result
from effekt.report.sentences import label

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
    return [{**row, "at": calendar_axis.years(str(row["month"]))} for row in rows]


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
    """Months of an earlier initiative, the start and the known breaks."""
    over = axes.get_xaxis_transform()
    for first, last in result.context.get("contaminated", ()):
        left, right = calendar_axis.years(first) - calendar_axis.HALF_MONTH, calendar_axis.years(last) + calendar_axis.HALF_MONTH
        axes.axvspan(left, right, color=canvas.RULE, alpha=0.35, lw=0, zorder=0)
        turn = 90 if right - left < 1.4 else 0
        look = {"ha": "center", "va": "bottom", "size": 8, "color": canvas.MUTED, "rotation": turn}
        axes.text((left + right) / 2, 0.02, label(result, "figure.contaminated"), transform=over, **look)
    calendar_axis.mark_start_and_breaks(axes, result)


def _legend(axes: Axes) -> None:
    box = axes.get_position()
    place = {"loc": "lower left", "bbox_to_anchor": (-box.x0 / box.width, 1.14), "ncols": 4, "borderpad": 0, "columnspacing": 1.0}
    axes.legend(frameon=False, fontsize=8, handlelength=1.6, handletextpad=0.5, **place)


def _scales(axes: Axes, result: Result, rows: list[dict]) -> None:
    values = [row[key] for row in rows for key in ("observed", "low", "high")]
    room = 0.08 * (max(values) - min(values) or 1.0)
    span = (max(0.0, min(values) - room), max(values) + room)
    calendar_axis.set_scales(axes, result.language, span=span, months=(rows[0]["at"], rows[-1]["at"]))
