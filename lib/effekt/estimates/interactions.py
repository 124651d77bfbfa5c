"""Subgroups declared in advance, and whether the effect differs between them by more than chance."""

from __future__ import annotations
