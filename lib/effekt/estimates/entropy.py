"""Entropy balancing: the weights nearest to equal ones that give exactly the wanted means."""

from __future__ import annotations
