"""Covariate columns, factors and simple terms of a frame as a design matrix with named columns."""

from __future__ import annotations
