"""The same question under every declared alternative: the specification curve."""

from __future__ import annotations
