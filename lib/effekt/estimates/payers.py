"""Who pays: a ledger in which transfers between payers cancel, and the programme's cost per citizen."""

from __future__ import annotations
