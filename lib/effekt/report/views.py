"""The registry of views: what each kind of result looks like as HTML, as text and, for a figure, as a picture."""

from __future__ import annotations

import html as markup
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from effekt.errors import DataError
from effekt.report import checklist_table, page_table, prose, tables
from effekt.report.results import Result
from effekt.report.sentences import label, sentence

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class View:
    """How a result is drawn; each function takes the result alone. `figure` and `alt` are there for figures only."""

    html: Callable[[Result], str]
    plain: Callable[[Result], str]
    figure: Callable[[Result], Figure] | None = None
    alt: Callable[[Result], str] | None = None


def find(name: str) -> View:
    """The view called `name`; DataError lists the views where there is none."""
    if name not in VIEWS:
        raise DataError(f"no view {name!r}; the views are {', '.join(sorted(VIEWS))}")
    return VIEWS[name]


def _time_series(result: Result) -> Figure:
    from effekt.report.figures import rate_over_time

    return rate_over_time.draw(result)


def _sector_costs(result: Result) -> Figure:
    from effekt.report.figures import cost_bars

    return cost_bars.draw(result)


def _forest(result: Result) -> Figure:
    from effekt.report.figures import forest_plot

    return forest_plot.draw(result)


def _completeness(result: Result) -> Figure:
    from effekt.report.figures import month_counts

    return month_counts.draw(result)


def _mix_bars(result: Result) -> Figure:
    from effekt.report.figures import mix_bars

    return mix_bars.draw(result)


def _paired_bars(result: Result) -> Figure:
    from effekt.report.figures import paired_bars

    return paired_bars.draw(result)


def _tile_map(result: Result) -> Figure:
    from effekt.report.figures import tiles

    return tiles.draw(result)


def _coverage(result: Result) -> Figure:
    from effekt.report.figures import coverage_dots

    return coverage_dots.draw(result)


def _ways(result: Result) -> Figure:
    from effekt.report.figures import ways

    return ways.draw(result)


def _incidence(result: Result) -> Figure:
    from effekt.report.figures import incidence_curves

    return incidence_curves.draw(result)


def _shares(result: Result) -> Figure:
    from effekt.report.figures import share_dots

    return share_dots.draw(result)


def _funnel(result: Result) -> Figure:
    from effekt.report.figures import funnel_plot

    return funnel_plot.draw(result)


def _practice_dots(result: Result) -> Figure:
    from effekt.report.figures import practice_dots

    return practice_dots.draw(result)


def _target_dots(result: Result) -> Figure:
    from effekt.report.figures import target_marks

    return target_marks.draw(result)


def _milestone_plan(result: Result) -> Figure:
    from effekt.report.figures import plan_lines

    return plan_lines.draw(result)


def _acceptability(result: Result) -> Figure:
    from effekt.report.figures import acceptability_curve

    return acceptability_curve.draw(result)


def _control_chart(result: Result) -> Figure:
    from effekt.report.figures import control_chart

    return control_chart.draw(result)


def _scorecard(result: Result) -> Figure:
    from effekt.report.figures import scorecard_grid

    return scorecard_grid.draw(result)


def _title(result: Result) -> str:
    return sentence(result, result.context["title"])


def _alt(result: Result) -> str:
    return sentence(result, result.context["alt"])


def _figure_view(draw: Callable[[Result], Figure], *, wide: bool = False) -> View:
    """The view of a figure; a wide one is scrolled on a narrow screen instead of being made too small to read."""

    def html(result: Result) -> str:
        from effekt.report.figures import canvas

        drawing = canvas.svg(draw(result), result.id, _title(result), _alt(result))
        if wide:
            drawing = f'<div class="effekt-scroll" role="region" tabindex="0" aria-label="{markup.escape(_title(result))}">{drawing}</div>'
        twin = markup.escape(label(result, "figure.numbers_behind"))
        return f'<figure class="effekt-figure">{drawing}<details><summary>{twin}</summary>{tables.html(result)}</details></figure>'

    def plain(result: Result) -> str:
        return f"{_title(result)}\n{_alt(result)}"

    return View(html, plain, draw, _alt)


_SENTENCES = View(prose.html, prose.plain)
VIEWS: Mapping[str, View] = {
    "acceptability": _figure_view(_acceptability),
    "checklist": View(checklist_table.html, checklist_table.plain),
    "coverage": _figure_view(_coverage),
    "completeness": _figure_view(_completeness),
    "control_chart": _figure_view(_control_chart),
    "done": View(tables.html, tables.plain),
    "finding": _SENTENCES,
    "forest": _figure_view(_forest),
    "funnel": _figure_view(_funnel),
    "incidence": _figure_view(_incidence),
    "limits": _SENTENCES,
    "method": _SENTENCES,
    "milestone_plan": _figure_view(_milestone_plan),
    "mix_bars": _figure_view(_mix_bars),
    "pages": View(page_table.html, page_table.plain),
    "paired_bars": _figure_view(_paired_bars),
    "practice_dots": _figure_view(_practice_dots),
    "scorecard": _figure_view(_scorecard, wide=True),
    "sector_costs": _figure_view(_sector_costs),
    "shares": _figure_view(_shares),
    "specification_curve": _figure_view(_ways),
    "table": View(tables.html, tables.plain),
    "target_dots": _figure_view(_target_dots),
    "tile_map": _figure_view(_tile_map),
    "time_series": _figure_view(_time_series),
}
