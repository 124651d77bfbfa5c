"""Cost of a citizen by one- and two-part models, as mean costs by arm with everything else held as it is."""

from __future__ import annotations
