"""One simulated region: its citizens and their stays, with the programme or without it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from effekt.data.synthetic.citizens import Citizens, draw_citizens
from effekt.data.synthetic.effects import avoided
from effekt.data.synthetic.spec import RegionSpec
from effekt.data.synthetic.stays import Stays, draw_stays


@dataclass(frozen=True)
class Region:
    """What happened (`stays`) and what would have happened without programme and earlier projects (`potential`, a superset)."""

    spec: RegionSpec
    citizens: Citizens
    potential: Stays
    stays: Stays
    programme: bool = True

    def without_programme(self) -> Region:
        """The same citizens in the same years, had there been no programme and no earlier project: the potential outcome."""
        return replace(self, stays=self.potential, programme=False)


def simulate_region(spec: RegionSpec) -> Region:
    """Draw one region. About a second for 30,000 citizens and 84 months."""
    citizens = draw_citizens(spec)
    potential = draw_stays(spec, citizens)
    return Region(spec, citizens, potential, potential.take(~avoided(spec, potential)))
