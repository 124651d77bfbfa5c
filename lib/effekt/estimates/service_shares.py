"""The mix of services: how the sectors' shares move together, and how much of one service comes instead of another."""

from __future__ import annotations
