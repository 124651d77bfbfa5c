"""How long citizens are followed after a discharge; builders and readers share it."""

from __future__ import annotations

WINDOW_DAYS = 180
