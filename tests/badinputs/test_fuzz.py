"""A few hundred corrupted rows, as `tests/verify/fuzz.py` makes ten thousand: nothing of a person is shown and nothing ends in a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verify.fuzz import fuzz


@pytest.mark.thorough
def test_corrupted_rows_show_nobody_and_break_nothing(tmp_path: Path) -> None:
    found = fuzz(tmp_path, rows=300, a_delivery=60, seed=7)
    assert (found.rows, found.deliveries, found.shown, found.unaccounted) == (300, 5, [], [])
    assert set(found.status) <= {0, 3} and found.status[0]
