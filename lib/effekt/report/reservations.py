"""The two closing sections of every page: what it cannot tell, and how it was done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from effekt.estimates.estimate import Estimate
from effekt.report import making, wording
from effekt.report.prose import Block, block
from effekt.report.results import Column
from effekt.report.sentences import catalogue
from effekt.report.shown import Shown
from effekt.report.trends import headline_estimate

if TYPE_CHECKING:
    from effekt.study import Study

SUPPORTING = (
    "comparison_untreated",
    "enough_months_before",
    "pretrend_not_rejected",
    "contaminated_left_out",
    "phase_in_left_out",
    "pooled_all_identified",
)


def limits(study: Study, *changes: Any, topics: Iterable[str] = (), name: str = "limits", about_study: bool = True) -> Shown:
    """What this page cannot tell: the reservations of its estimates, each once, then the standing ones of `topics` and of the study.

    topics : names in texts/limit.yml, for instance "admissions", "cost", "region". about_study : False on a page that shows other data.
    """
    estimates = _told(study, changes)
    items = _once(
        (f"{family}.{key}", row)
        for row, estimate in enumerate(estimates)
        for family, keys in (("reason", estimate.reasons), ("caution", estimate.cautions))
        for key in keys
        if key not in SUPPORTING
    )
    apart = _apart(changes)
    items += [block("item", "limit.cluster_apart", len(estimates) + place) for place in range(len(apart))]
    if any("bound_low" in estimate.facts for estimate in estimates[:1]):
        items.append(block("item", "limit.bound"))
    items += [block("item", f"limit.{key}") for topic in (*topics, *(_of_study(study) if about_study else ())) for key in _topic(topic)]
    items += _late(study, estimates)
    return making.shown(study, "limits", name, _rows(study, estimates + apart), estimates=estimates, context={"blocks": items})


def method(study: Study, *changes: Any, topics: Iterable[str] = (), name: str = "method", about_study: bool = True) -> Shown:
    """How it was done: who is counted, each method and contrast once, and what speaks for the claim of the first.

    topics : names in texts/how.yml, for instance "admissions", "cost". about_study : False on a page that shows other data.
    """
    estimates = _told(study, changes)
    estimates += tuple(headline_estimate(one) for change in changes for one in getattr(change, "clusters", ()))
    items = [block("item", f"how.{key}") for topic in (*(("everybody",) if about_study else ()), *topics) for key in _topic(topic, "how")]
    items += _once((f"method.{estimate.method}", row) for row, estimate in enumerate(estimates))
    items += [block("item", "how.region.shared")] if any(hasattr(change, "clusters") for change in changes) and "region" not in topics else []
    items += _once((wording.contrast(estimate), row) for row, estimate in enumerate(estimates))
    supporting = ((f"reason.{key}", row) for row, estimate in enumerate(estimates[:1]) for key in estimate.reasons if key in SUPPORTING)
    items += _once(supporting)
    return making.shown(study, "method", name, _rows(study, estimates), estimates=estimates, context={"blocks": items})


def _told(study: Study, changes: Iterable[Any]) -> tuple[Estimate, ...]:
    flat = [part for change in changes for part in (change if isinstance(change, list | tuple) else [change])]
    return tuple(making.about(study, headline_estimate(part)) for part in flat)


def _apart(changes: Iterable[Any]) -> tuple[Estimate, ...]:
    """Of changes that pool clusters: the clusters that moved otherwise than the comparison already before the start."""
    within = (headline_estimate(one) for change in changes for one in getattr(change, "clusters", ()))
    return tuple(estimate for estimate in within if "pretrend_rejected" in estimate.reasons)


def _rows(study: Study, estimates: tuple[Estimate, ...]) -> list[making.Facts]:
    design = making.of_design(study) | {"gap_hours": (Column("gap_hours", "count"), study.protocol.stays.gap_hours)}
    return [making.of_estimate(estimate) | design | _complete_month(study, estimate) for estimate in estimates] or [design]


def _once(keys: Iterable[tuple[str, int]]) -> list[Block]:
    """A list item a text key, from the first row that has it."""
    first: dict[str, int] = {}
    for key, row in keys:
        first.setdefault(key, row)
    return [block("item", key, row) for key, row in first.items()]


def _late(study: Study, estimates: tuple[Estimate, ...]) -> list[Block]:
    """That the last months are left out, where they are for the outcome of one of the estimates."""
    rows = [row for row, estimate in enumerate(estimates) if _complete_month(study, estimate)]
    return [block("item", "limit.late_registration", row) for row in rows[:1]]


def _complete_month(study: Study, estimate: Estimate) -> making.Facts:
    """The last month that counts, where it is not the last of the data."""
    if estimate.outcome not in study.protocol.catalogue() or study.last_complete_month(estimate.outcome) == study.period[1]:
        return {}
    return {"complete_month": (Column("complete_month", "month"), making.month(study.last_complete_month(estimate.outcome)))}


def _of_study(study: Study) -> tuple[str, ...]:
    return ("demo",) if study.synthetic and study.comparison_exposure == "none" else ()


def _topic(topic: str, family: str = "limit") -> list[str]:
    """The texts of a topic: "limit.admissions.1" and so on, in the order of the file."""
    found = [key.removeprefix(f"{family}.") for key in catalogue() if key.startswith(f"{family}.{topic}.")]
    if not found:
        raise ValueError(f"texts/{family}.yml has nothing on {topic!r}")
    return found
