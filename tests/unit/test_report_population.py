"""What page 02 says of few: no mean of a handful of enrolled, and no share of them."""

from __future__ import annotations

from effekt import report
from effekt.report import prose
from tests.snapshots import handmade, handmade_groups


def test_a_handful_of_enrolled_have_no_mean_and_no_share() -> None:
    study, rows = handmade.study(), handmade_groups.traits()
    for n, told in ((2, False), (40, True)):
        some = handmade_groups.enrolled(n)
        said = prose.plain(report.population_in_short(study, rows, some))
        assert ("on average" in said) == told and ("too few for a mean" in said) == (not told), n
        flow = report.population_flow(study, rows, handmade_groups.residents(), some)
        assert (flow.column("share")[-1] is not None) == told
