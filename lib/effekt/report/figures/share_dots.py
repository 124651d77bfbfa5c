"""Shares as dots with their intervals on an axis from 0 to 100 per cent: one line a row; a second group is drawn hollow beneath the first."""

from __future__ import annotations

import textwrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from effekt.report.figures import canvas
from effekt.report.results import Result
from effekt.report.sentences import cell, label

ROW, PAIR = 0.36, 0.24
LEFT, RIGHT = 0.36, 0.86
LETTERS = 27
SHARE_AT = 1.22
MARKS = (0, 25, 50, 75, 100)


def draw(result: Result) -> Figure:
    """Draw a "shares" result: the rows of `context["order"]`, each with what, share, low, high and perhaps group."""
    order = list(result.context["order"])
    groups = _groups(result, order)
    step = PAIR if len(groups) > 1 else ROW
    with canvas.style():
        height = 1.4 + step * len(order)
        figure = canvas.blank(height)
        top = canvas.head(figure, result)
        foot = 0.5 / height
        axes = figure.add_axes((LEFT, foot, RIGHT - LEFT, top - foot - (0.3 if groups else 0.08) / height))
        axes.set_xlim(-2, 102)
        axes.set_ylim(0.3, len(order) + 0.7)
        axes.set_yticks([])
        axes.set_xticks(MARKS, [canvas.scale_text(mark, result.language) for mark in MARKS])
        axes.spines["left"].set_visible(False)
        axes.tick_params(length=3)
        axes.set_xlabel(label(result, "figure.per_cent"), size=8.5)
        for place, row in enumerate(order):
            _draw_row(axes, result, row, len(order) - place, groups)
        _names(axes, result, order)
        _legend(axes, result, groups)
        return figure


def _groups(result: Result, order: list[int]) -> list[str]:
    keys = [column.key for column in result.columns]
    return list(dict.fromkeys(str(result.column("group")[row]) for row in order)) if "group" in keys else []


def _draw_row(axes: Axes, result: Result, row: int, y: float, groups: list[str]) -> None:
    share, low, high = (result.column(key)[row] for key in ("share", "low", "high"))
    hollow = bool(groups) and str(result.column("group")[row]) == groups[0]
    colour = canvas.EXPECTED if hollow else canvas.OBSERVED
    axes.plot([0, 100], [y, y], color=canvas.RULE, lw=0.6, zorder=0)
    look = {"transform": axes.get_yaxis_transform(), "va": "center", "ha": "right", "size": 8.5}
    if share is None:
        axes.text(SHARE_AT, y, label(result, "figure.too_few"), color=canvas.MUTED, **look)
        return
    axes.plot([low, high], [y, y], color=colour, lw=2.2, solid_capstyle="butt", zorder=2)
    axes.plot([share], [y], marker="D" if hollow else "o", ms=5, mfc=canvas.PAPER if hollow else colour, mec=colour, mew=1.2, ls="", zorder=3)
    canvas.write(axes, SHARE_AT, y, cell(result, row, "share"), **look)


def _names(axes: Axes, result: Result, order: list[int]) -> None:
    """The name of each line once, in the middle of the rows that share it."""
    held: dict[str, list[float]] = {}
    for place, row in enumerate(order):
        held.setdefault(cell(result, row, "what").text, []).append(len(order) - place)
    for name, at in held.items():
        lines = "\n".join(textwrap.wrap(name, LETTERS, break_long_words=False)[:2])
        y = sum(at) / len(at)
        axes.text(-0.03, y, lines, transform=axes.get_yaxis_transform(), ha="right", va="center", size=8, linespacing=1.05)


def _legend(axes: Axes, result: Result, groups: list[str]) -> None:
    for place, group in enumerate(groups):
        colour, mark = (canvas.EXPECTED, "\u25c7") if place == 0 else (canvas.OBSERVED, "\u25cf")
        look = {"transform": axes.transAxes, "va": "bottom", "size": 8, "color": colour}
        axes.text(0.0 if place == 0 else 0.5, 1.02, f"{mark} {label(result, group)}", **look)
