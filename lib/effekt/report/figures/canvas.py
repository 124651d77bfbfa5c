"""The paper that every figure is drawn on: size, type, colours, and the way out as PNG or SVG.

A figure is 5 inches wide with 9 point type, so that it can be read at 400 pixels and fills a column of A4. Colours differ in
lightness as well as hue (Okabe and Ito's blue and vermilion; one-hue ramps), so that they survive grey print.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import accumulate
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from effekt.report import numbers
from effekt.report.figures import svg_markup
from effekt.report.results import Result
from effekt.report.sentences import Filled, spoken

WIDTH = 5.0
INK, MUTED, RULE, PAPER = "#1a1a1a", "#555f69", "#c9ced3", "#ffffff"
OBSERVED, EXPECTED, BAND, SHADE = "#0072b2", "#b34700", "#f3d5bf", "#e9ecef"
RAMP = ("#e3eef7", "#b5d0e8", "#7aaed6", "#2a6fa8", "#123f6e")
DOTS_PER_INCH = 150
TINTS = (1.0, 0.72, 0.45, 0.2)
_STYLE = {
    "font.family": ["DejaVu Sans"],
    "font.size": 9.0,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "figure.facecolor": PAPER,
    "hatch.linewidth": 0.6,
    "path.simplify": False,
    "svg.fonttype": "none",
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
}


@contextmanager
def style() -> Iterator[None]:
    """Our type, colours and rules, whatever the reader's matplotlib settings are."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        yield


def blank(height: float, width: float = WIDTH) -> Figure:
    """An empty figure, of the common width unless told otherwise; drawn without pyplot, so that no global state is touched."""
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def head(figure: Figure, result: Result) -> float:
    """Title (the question or finding) and subtitle (unit, n) at the top left; returns the height they leave, 0-1 of the figure.

    They are the texts that `result.context` names "title" and "subtitle"; in SVG each number in them names its cell.
    """
    wider = figure.get_figwidth() / WIDTH
    lines = _lines(spoken(result, result.context["title"]), int(52 * wider))
    below = _lines(spoken(result, result.context["subtitle"]), int(74 * wider))
    height = figure.get_figheight()
    step = 0.185 / height
    top = 1 - 0.06 / height
    for place, line in enumerate(lines):
        write_parts(figure, 0.012, top - place * step, line, size=10.5, weight="bold", va="top")
    top -= len(lines) * step + 0.03 / height
    for place, line in enumerate(below):
        write_parts(figure, 0.012, top - place * step * 0.85, line, size=8.5, color=MUTED, va="top")
    return top - len(below) * step * 0.85 - 0.04 / height


def say_why_empty(figure: Figure, words: str) -> Figure:
    """The figure with words in the place of a drawing, where there is nothing to draw."""
    figure.text(0.5, 0.12, words, ha="center", color=MUTED)
    return figure


def write(axes: Axes, x: float, y: float, part: Filled, **look: Any) -> Text:
    """A filled cell as text at data coordinates; in SVG it names its result, row and column."""
    drawn = axes.text(x, y, part.text, **look)
    if part.cell:
        drawn.set_gid(svg_markup.cell_id(part))
    return drawn


def write_parts(on: Axes | Figure, x: float, y: float, parts: Sequence[Filled], **look: Any) -> Text:
    """A text of several parts as one line; in SVG each of them that is a cell names its result, row and column."""
    drawn = on.text(x, y, "".join(part.text for part in parts), **look)
    if any(part.cell for part in parts):
        drawn.set_gid(svg_markup.parts_id(parts))
    return drawn


def _lines(parts: Sequence[Filled], width: int) -> list[list[Filled]]:
    """The parts broken into lines of at most `width` characters; a cell is never broken, since its spaces are no-break ones."""
    lines: list[list[Filled]] = []
    begin, ends = 0, list(accumulate(len(part.text) for part in parts))
    whole = "".join(part.text for part in parts)
    for line in textwrap.wrap(whole, width, break_long_words=False, break_on_hyphens=False):
        first = whole.index(line, begin)
        begin = first + len(line)
        spans = ((max(first, end - len(part.text)), min(begin, end), part) for part, end in zip(parts, ends, strict=True))
        lines.append([replace(part, text=whole[left:right]) for left, right, part in spans if left < right])
    return lines


def scale_text(value: float, language: str, digits: int = 0) -> str:
    """A mark on an axis, in the language's own writing."""
    return numbers.decimal(value, language, digits)


def digits_for(step: float) -> int:
    """How many decimals marks that lie `step` apart need."""
    digits = 0
    while digits < 4 and abs(round(step, digits) - step) > 1e-9 * abs(step):
        digits += 1
    return digits


def png(figure: Figure) -> bytes:
    """A palette PNG of 750 pixels width without metadata: the same bytes every time."""
    from PIL import Image

    canvas = FigureCanvasAgg(figure)
    figure.set_dpi(DOTS_PER_INCH * WIDTH / figure.get_figwidth())
    canvas.draw()
    image = Image.frombuffer("RGBA", canvas.get_width_height(), bytes(canvas.buffer_rgba())).convert("RGB")
    swatch = Image.new("P", (1, 1))
    swatch.putpalette([part for colour in _palette() for part in colour])
    drawn = image.quantize(palette=swatch, dither=Image.Dither.NONE)
    out = io.BytesIO()
    drawn.save(out, format="PNG", optimize=True)
    return out.getvalue()


def _palette() -> list[tuple[int, int, int]]:
    """Our colours and their tints towards the paper, which are all that the edges of lines and letters need."""
    from matplotlib.colors import to_rgb

    lines = [tuple(round(255 * (1 - tint * (1 - part))) for part in to_rgb(colour)) for colour in (INK, MUTED, OBSERVED, EXPECTED) for tint in TINTS]
    plain = [tuple(round(255 * part) for part in to_rgb(colour)) for colour in (PAPER, RULE, BAND, SHADE, *RAMP)]
    return list(dict.fromkeys(plain + lines))


def svg(figure: Figure, name: str, title: str, alt: str) -> str:
    """Inline SVG for a page: no style attributes, ids that begin with `name`, `role="img"` and the alternative text."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    out = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": name, "path.simplify": False}):
        FigureCanvasSVG(figure).print_svg(out, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return svg_markup.clean(out.getvalue(), name, title, alt)


def width_of(drawn: Text, axes: Axes) -> float:
    """How wide a text is, as a share of the width of its axes."""
    renderer = axes.figure.canvas.get_renderer()
    box = drawn.get_window_extent(renderer)
    return box.width / axes.get_window_extent(renderer).width
