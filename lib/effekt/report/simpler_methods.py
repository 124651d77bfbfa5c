"""What simpler methods would have said, so that a page can show why it does not rest on them: for a place, and for the clusters together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from effekt.estimates.before_after import rate_ratio
from effekt.estimates.pooling import pool
from effekt.estimates.time_series import interrupted_time_series
from effekt.measures.citizens import persons
from effekt.measures.series import monthly
from effekt.report.asking import answer, lacking
from effekt.report.trends import headline_estimate

if TYPE_CHECKING:
    from effekt.study import Study


def simpler_changes(study: Study, outcome: str) -> tuple[Any, Any]:
    """Two simpler answers on an outcome: before/after here alone, and the own course carried forward.

    For the region the first counts all clusters, each before and after its own start; the second is the clusters' own courses pooled, without a
    comparison that they share. Where there is too little, they say so.
    """
    if study.lacking(outcome):
        return lacking(study, outcome, "rate_ratio"), lacking(study, outcome, "interrupted_time_series")
    plain = answer(study, rate_ratio, persons(study, outcome), contrast="after_before", level=study.level)
    if study.cluster is not None:
        return plain, _own_course(study, outcome)
    courses = [headline_estimate(_own_course(study.of(cluster), outcome)) for cluster in study.clusters]
    pooled = pool(courses, tau2="REML", test="hksj", level=study.level).effect
    return plain, replace(pooled, method=courses[0].method).named(outcome=outcome, unit="region", measure_unit=study.outcome(outcome).unit)


def _own_course(study: Study, outcome: str) -> Any:
    return answer(study, interrupted_time_series, monthly(study, outcome), start=study.start, level=study.level)
