"""Shares with their intervals as cells of a result: the rows of tables and of the figure of shares, and when there are too few to tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from effekt.estimates.shares import wilson
from effekt.report import making, tables
from effekt.report.making import Facts
from effekt.report.prose import block
from effekt.report.results import Column
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

PERCENT = 100.0


def enough(study: Study, n: int) -> bool:
    """Whether `n` answers, pathways or discharges are enough for a share: the protocol's least number of events."""
    return n >= study.protocol.too_few.events


def share_of(study: Study, events: int, n: int, *, stem: str = "") -> Facts:
    """events of n: both counts, the share in percent and Wilson's interval; share, low and high are empty where n is too few.

    stem : begins the names of the columns, where a row holds several shares ("severe" gives severe_share, severe_n).
    """
    lead = f"{stem}_" if stem else ""
    found = wilson(events, n, level=study.level) if enough(study, n) else None
    numbers = {"share": None, "low": None, "high": None} if found is None else {"share": found.value, "low": found.low, "high": found.high}
    facts: Facts = {f"{lead}{key}": (Column(f"{lead}{key}", "count"), value) for key, value in (("events", int(events)), ("n", int(n)))}
    for key, value in numbers.items():
        facts[f"{lead}{key}"] = (Column(f"{lead}{key}", "percent", n=f"{lead}n"), None if value is None else PERCENT * value)
    return facts


def head_of(study: Study) -> Facts:
    """What titles and sentences quote of the run: its place, the level of intervals, and the design."""
    return {
        "place": (Column("place", "label"), f"place.{study.unit}"),
        "level": (Column("level", "percent"), PERCENT * study.level),
        **making.of_design(study),
    }


def told(study: Study, keys: Sequence[tuple[str, str]], facts: Facts, name: str) -> Shown:
    """Sentences about one row of facts: (role, text key) pairs."""
    return making.shown(study, "finding", name, [head_of(study) | facts], context={"blocks": [block(role, key) for role, key in keys]})


def share_figure(
    study: Study,
    name: str,
    stem: str,
    rows: Sequence[Facts],
    facts: Facts,
    *,
    heads: Sequence[tuple[str, str]],
    notes: tuple[str, ...] = (),
    labels: Mapping[str, Mapping[str, str]] | None = None,
) -> Shown:
    """The figure of shares: one line a row with a dot and its interval, in the order given.

    rows : each with `what` (label), the columns of `share_of` and, where there are two groups to tell apart, `group` (label). stem : text keys
    figure.<stem>.title, .subtitle, .alt and caption.<stem>. facts : what those quote. heads : (head, column) of the twin table before the shares.
    """
    show = [*heads, ("column.n_events_of", "events"), ("column.n_of", "n"), ("column.share", "share"), ("column.interval", "cells.interval")]
    order = tuple(range(1, len(rows) + 1))
    context = {
        "title": f"figure.{stem}.title",
        "subtitle": f"figure.{stem}.subtitle",
        "alt": f"figure.{stem}.alt",
        "order": list(order),
        "table": tables.layout(f"caption.{stem}", show, notes=notes, rows=order),
    }
    return making.shown(study, "shares", name, [head_of(study) | facts, *rows], context=context, labels=labels)
