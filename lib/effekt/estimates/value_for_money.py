"""Cost against effect: net monetary benefit, and how likely the programme is to be worth its price."""

from __future__ import annotations
