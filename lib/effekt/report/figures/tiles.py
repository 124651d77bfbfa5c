"""The tile map: one tile a municipality, coloured by value with the value written in it, hospital clusters enclosed."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from effekt.report.figures import canvas
from effekt.report.results import Result
from effekt.report.sentences import cell, label

Place = tuple[int, int]
GAP = 0.035
SIDES = {(0, -1): ((0, 0), (1, 0)), (0, 1): ((0, 1), (1, 1)), (-1, 0): ((0, 0), (0, 1)), (1, 0): ((1, 0), (1, 1))}
DARK_FROM = 3


def draw(result: Result) -> Figure:
    """Draw a "tile_map" result: rows after the first hold municipality, cluster, value (empty = too few)."""
    with canvas.style():
        codes = [str(code) for code in result.column("municipality")[1:]]
        spots = layout(codes)
        wide, high = (max(spot[side] for spot in spots.values()) + 1 for side in (0, 1))
        height = 1.35 + 0.83 * high
        figure = canvas.blank(height)
        top = canvas.head(figure, result)
        foot = 0.52 / height
        axes = figure.add_axes((0.01, foot, 0.98, top - foot - 0.02))
        axes.set_axis_off()
        limits = [column.key for column in result.columns if column.key.startswith("limit_")]
        edges = [float(result.column(key)[0]) for key in limits]
        for row, code in enumerate(codes, start=1):
            _tile(axes, result, row, spots[code], edges)
        _outlines(axes, dict(zip(codes, result.column("cluster")[1:], strict=True)), spots)
        axes.set_xlim(-0.06, wide + 0.06)
        axes.set_ylim(high + 0.06, -0.06)
        _key(figure, result, limits, foot)
        return figure


@lru_cache(maxsize=1)
def _placed() -> Mapping[str, Place]:
    pairs = yaml.safe_load((Path(__file__).parent / "tiles.yml").read_text(encoding="utf-8"))
    return {code: (spot[0], spot[1]) for code, spot in pairs.items()}


def layout(codes: list[str]) -> dict[str, Place]:
    """Column and row of each municipality: by hand where every one of them has a place, else five to a row in the order given."""
    if all(code in _placed() for code in codes):
        return {code: _placed()[code] for code in codes}
    return {code: (place % 5, place // 5) for place, code in enumerate(codes)}


def _tile(axes: Axes, result: Result, row: int, spot: Place, edges: list[float]) -> None:
    x, y = spot
    value = result.column("value")[row]
    shade = None if value is None else sum(float(value) >= edge for edge in edges)
    hatched = {"facecolor": canvas.PAPER, "hatch": "////", "edgecolor": canvas.RULE}
    look = hatched if shade is None else {"facecolor": canvas.RAMP[shade], "edgecolor": "none"}
    axes.add_patch(Rectangle((x + GAP, y + GAP), 1 - 2 * GAP, 1 - 2 * GAP, lw=0, **look))
    ink = canvas.PAPER if shade is not None and shade >= DARK_FROM else canvas.INK
    names = textwrap.wrap(cell(result, row, "municipality").text.replace("-", "- "), 11)
    lines = [name.replace("- ", "-") for name in names]
    axes.text(x + 0.5, y + 0.34, "\n".join(lines), ha="center", va="center", size=8, color=ink, linespacing=1.0)
    if value is None:
        ground = {"facecolor": canvas.PAPER, "lw": 0, "pad": 1}
        axes.text(x + 0.5, y + 0.72, label(result, "figure.too_few"), ha="center", va="center", size=8, color=canvas.INK, bbox=ground)
    else:
        canvas.write(axes, x + 0.5, y + 0.72, cell(result, row, "value"), ha="center", va="center", size=10, weight="bold", color=ink)


def _outlines(axes: Axes, clusters: dict[str, object], spots: dict[str, Place]) -> None:
    """A heavy line wherever the neighbouring tile belongs to another cluster, or there is none."""
    owner = {spot: clusters[code] for code, spot in spots.items()}
    for (x, y), cluster in owner.items():
        for (right, down), ((x1, y1), (x2, y2)) in SIDES.items():
            if owner.get((x + right, y + down)) != cluster:
                axes.plot([x + x1, x + x2], [y + y1, y + y2], color=canvas.INK, lw=1.8, solid_capstyle="projecting", zorder=5)


def _key(figure: Figure, result: Result, limits: list[str], foot: float) -> None:
    """The classes and their limits, darkest for the highest, below the map."""
    axes = figure.add_axes((0.01, 0.0, 0.98, foot))
    axes.set_axis_off()
    axes.set_xlim(0, 10)
    axes.set_ylim(0, 1)
    if not limits:
        return
    left, width = 2.2, 1.05
    axes.text(left - 0.15, 0.62, label(result, "figure.few_per"), ha="right", va="center", size=8, color=canvas.MUTED)
    for place, colour in enumerate(canvas.RAMP):
        axes.add_patch(Rectangle((left + place * width, 0.45), width, 0.34, facecolor=colour, lw=0))
    for place, key in enumerate(limits, start=1):
        canvas.write(axes, left + place * width, 0.36, cell(result, 0, key), ha="center", va="top", size=8)
    axes.text(left + len(canvas.RAMP) * width + 0.15, 0.62, label(result, "figure.many_per"), ha="left", va="center", size=8, color=canvas.MUTED)
