"""One simulated region: its citizens and their stays, with the programme or without it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from effekt.data.synthetic.citizens import Citizens, draw_citizens
from effekt.data.synthetic.effects import avoided
from effekt.data.synthetic.spec import RegionSpec
from effekt.data.synthetic.stays import Stays, draw_stays


@dataclass(frozen=True)
class Region:
    """Citizens, the stays that would happen without programme and earlier projects (`potential`), and which of them do (`happens`, a mask).

    `programme` False is the potential outcome: the same citizens in the same years, had nothing been started.
    """

    spec: RegionSpec
    citizens: Citizens
    potential: Stays
    happens: np.ndarray
    programme: bool = True

    @cached_property
    def stays(self) -> Stays:
        return self.potential.take(self.happens)

    def without_programme(self) -> Region:
        """The potential outcome of this region without any project."""
        return replace(self, happens=np.ones(len(self.potential), dtype=bool), programme=False)


def simulate_region(spec: RegionSpec) -> Region:
    """Draw one region. A fraction of a second for 30,000 citizens and 84 months."""
    citizens = draw_citizens(spec)
    potential = draw_stays(spec, citizens)
    return Region(spec, citizens, potential, ~avoided(spec, potential))
