"""Generalised linear models with log or logit link by iteratively reweighted least squares: small, silent, and told apart when they have no answer."""

from __future__ import annotations
