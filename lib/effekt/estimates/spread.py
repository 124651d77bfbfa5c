"""The verdict on spreading a programme, by a rule that was written down before the data were seen."""

from __future__ import annotations
