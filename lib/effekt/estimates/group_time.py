"""Effects of each start cohort in each period against units that had not started, with the influence of every unit on them (Callaway and Sant'Anna)."""

from __future__ import annotations
