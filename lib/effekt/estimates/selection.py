"""What selection alone makes of a before/after of the enrolled: regression to the mean, and immortal time."""

from __future__ import annotations
