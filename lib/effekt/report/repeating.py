"""The same question asked of every outcome, or of every cluster, in one line of a notebook."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from effekt.report.asking import answer
from effekt.report.changes import change

if TYPE_CHECKING:
    import pandas as pd

    from effekt.study import Study

Answer = TypeVar("Answer")
Read = Callable[["Study", str], "pd.DataFrame"]


def outcomes_of(study: Study, *aims: str, but: Iterable[str] = (), also: Iterable[str] = ()) -> tuple[str, ...]:
    """The outcomes of the catalogue and of the study that serve one of `aims` (A1-A5), in its order, without those in `but` and then those in `also`.

    Those that the delivery has no data for are not among them.
    """
    left_out = frozenset(but)
    serving = [outcome.id for outcome in study.protocol.catalogue().values() if outcome.aim in aims and outcome.id not in left_out]
    serving += [outcome for outcome in also if outcome not in serving]
    return tuple(name for name in serving if not study.lacking(name))


def over_outcomes(study: Study, read: Read, estimate: Callable[..., Answer], outcomes: Iterable[str], **options: Any) -> tuple[Answer, ...]:
    """`answer(study, estimate, read(study, outcome), **options)` for each outcome, in order.

    Without options `estimate` is asked by `study.design`; `estimates.controlled_time_series` then gives what `change` gives, also for the region.
    """
    if not options and getattr(estimate, "__name__", "") == "controlled_time_series":
        return tuple(change(study, outcome, read=read) for outcome in outcomes)
    chosen = options or study.design
    return tuple(answer(study, estimate, read(study, outcome), **chosen) for outcome in outcomes)


def over_clusters(study: Study, read: Read, estimate: Callable[..., Answer], outcome: str) -> tuple[Answer, ...]:
    """`answer(study, estimate, read(study, outcome), **study.design)` of each cluster of the study, in its order."""
    studies = [study.of(cluster) for cluster in study.clusters]
    return tuple(answer(each, estimate, read(each, outcome), **each.design) for each in studies)
