"""How likely an effect is to beat a margin, and each unit to be the best, from estimates and standard errors."""

from __future__ import annotations
