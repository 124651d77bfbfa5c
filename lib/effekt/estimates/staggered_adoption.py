"""Staggered starts: the cohort and period effects, their averages, and bands that hold for all of them at once."""

from __future__ import annotations
