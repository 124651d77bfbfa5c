"""Effects where there can be none: false start dates and outcomes that the programme cannot touch."""

from __future__ import annotations
