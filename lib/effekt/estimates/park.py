"""The modified Park test: which family of a generalised linear model fits the way the variance of a cost grows with its mean."""

from __future__ import annotations
