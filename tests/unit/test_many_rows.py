"""The estimators that read rows of citizens grow with the rows and not faster; 10^6 rows are measured by tests/bench/million_rows.py."""

from __future__ import annotations

import tracemalloc

import pytest

from tests.bench.million_rows import CALLS, people

ROWS = 40_000
BYTES_A_ROW = 2_000


@pytest.fixture(scope="module")
def many():
    return people(ROWS)


@pytest.mark.parametrize("name", [name for name in CALLS if name != "bootstrap_mean_difference"])
def test_memory_is_of_the_order_of_the_rows(name: str, many) -> None:
    """A matrix of rows by rows, or by citizens, would take 100 times as much."""
    tracemalloc.start()
    try:
        CALLS[name](many)
        assert tracemalloc.get_traced_memory()[1] < BYTES_A_ROW * ROWS
    finally:
        tracemalloc.stop()
