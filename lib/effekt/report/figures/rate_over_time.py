"""The monthly rate against what was expected: observed, expected with its band, the start, what was left out, known breaks."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from effekt.report.figures import calendar_axis, canvas
from effekt.report.results import Result
from effekt.report.sentences import label

HEIGHT, EMPTY = 3.7, 1.5


def draw(result: Result) -> Figure:
    """Draw a "time_series" result: rows after the first hold month, observed, expected, low, high, used."""
    with canvas.style():
        rows = [row for row in _points(result) if row["observed"] is not None or row["expected"] is not None]
        figure = canvas.blank(HEIGHT if rows else EMPTY)
        top = canvas.head(figure, result)
        if not rows:
            return canvas.say_why_empty(figure, label(result, "figure.nobody"))
        axes = figure.add_axes((0.095, 0.085, 0.885, top - 0.085 - 0.155))
        _shade(axes, result, rows)
        _lines(axes, result, rows)
        _scales(axes, result, rows)
        calendar_axis.mark_start_and_breaks(axes, result, start_label=result.context.get("start_label", "figure.start"))
        _legend(axes)
        return figure


def _legend(axes: Axes) -> None:
    handles, names = axes.get_legend_handles_labels()
    order = sorted(range(len(names)), key=lambda place: handles[place].get_marker() != "o")
    box = axes.get_position()
    place = {"loc": "lower left", "bbox_to_anchor": (-box.x0 / box.width, 1.14), "ncols": 2, "borderpad": 0, "columnspacing": 1.4}
    axes.legend([handles[i] for i in order], [names[i] for i in order], frameon=False, fontsize=8.5, handlelength=2.2, **place)


def _points(result: Result) -> list[dict]:
    keys = [column.key for column in result.columns]
    months = [dict(zip(keys, row, strict=True)) for row in result.rows if row[keys.index("month")] is not None]
    return [{**point, "at": calendar_axis.years(str(point["month"]))} for point in months]


def _lines(axes: Axes, result: Result, rows: list[dict]) -> None:
    told = [row for row in rows if row["expected"] is not None and row["low"] is not None]
    if told:
        at = [row["at"] for row in told]
        axes.fill_between(at, [row["low"] for row in told], [row["high"] for row in told], color=canvas.BAND, lw=0, zorder=1)
        expected = label(result, "figure.expected")
        axes.plot(at, [row["expected"] for row in told], color=canvas.EXPECTED, lw=1.6, ls=(0, (4, 1.6)), zorder=3, label=expected)
    seen = [row for row in rows if row["observed"] is not None]
    axes.plot([row["at"] for row in seen], [row["observed"] for row in seen], color=canvas.OBSERVED, lw=0.7, alpha=0.55, zorder=2)
    for used, face in ((True, canvas.OBSERVED), (False, canvas.PAPER)):
        part = [row for row in seen if (row["used"] == "yes") is used]
        name = label(result, "figure.observed") if used else None
        look = {"ls": "none", "marker": "o", "ms": 3.2, "mfc": face, "mec": canvas.OBSERVED, "mew": 0.8, "zorder": 4}
        axes.plot([row["at"] for row in part], [row["observed"] for row in part], label=name, **look)


def _shade(axes: Axes, result: Result, rows: list[dict]) -> None:
    start = result.context["start"]
    for first, last in _runs(rows):
        name = label(result, result.context.get("phase_label", "figure.phase_in") if first["month"] >= start else "figure.contaminated")
        left, right = first["at"] - calendar_axis.HALF_MONTH, last["at"] + calendar_axis.HALF_MONTH
        axes.axvspan(left, right, color=canvas.SHADE, lw=0, zorder=0)
        turn = 90 if right - left < 1.4 else 0
        look = {"ha": "center", "va": "bottom", "size": 8, "color": canvas.MUTED, "rotation": turn}
        axes.text((left + right) / 2, 0.02, name, transform=axes.get_xaxis_transform(), **look)


def _runs(rows: list[dict]) -> list[tuple[dict, dict]]:
    """First and last row of every stretch of months that do not count."""
    runs: list[tuple[dict, dict]] = []
    previous = None
    for row in rows:
        if row["used"] == "no":
            joined = previous is not None and previous["used"] == "no"
            runs[-1:] = [(runs[-1][0], row)] if joined else [*runs[-1:], (row, row)]
        previous = row
    return runs


def _scales(axes: Axes, result: Result, rows: list[dict]) -> None:
    values = [value for row in rows for value in (row["observed"], row["high"]) if value is not None]
    top = max(values, default=1.0) * 1.06 or 1.0
    calendar_axis.set_scales(axes, result.language, span=(0.0, top), months=(rows[0]["at"], rows[-1]["at"]))
