"""Meta-regression: whether what is known of the units explains why their effects differ."""

from __future__ import annotations
