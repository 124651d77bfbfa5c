"""How large an effect remains if the parallel trends fail as much after the start as they did before it."""

from __future__ import annotations
