"""Missing covariates and outcomes: imputation by chained equations pooled by Rubin's rules, and bounds that assume nothing."""

from __future__ import annotations
