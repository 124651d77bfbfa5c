"""The difference between treated and comparison citizens under given weights."""

from __future__ import annotations
