"""The restricted wild cluster bootstrap of one coefficient, every sign pattern tried where there are few clusters."""

from __future__ import annotations
