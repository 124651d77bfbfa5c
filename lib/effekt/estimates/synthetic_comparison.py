"""A comparison made of weights on untreated units, and how unusual the gap is among placebos."""

from __future__ import annotations
