"""The smallest effect that a design would have found, by simulation, before the data are opened."""

from __future__ import annotations
