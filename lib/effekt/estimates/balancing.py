"""Weights that make treated and comparison citizens alike on what was known beforehand, with the table that shows how alike."""

from __future__ import annotations
