"""Limits are met by the number itself: the least events and citizens a model needs."""

from __future__ import annotations

import pytest

from effekt.estimates.controlled_plan import too_thin

CELLS = ("n_events_before", "n_events_after", "comparison_before", "comparison_after")
ARMS = ("n_citizens_treated", "comparison_citizens")
ENOUGH = dict.fromkeys(CELLS, 20) | dict.fromkeys(ARMS, 50)


def test_twenty_events_a_cell_and_fifty_citizens_an_arm_are_enough() -> None:
    assert too_thin(ENOUGH, 20, 50) == ()


@pytest.mark.parametrize("cell", CELLS)
def test_one_event_less_in_any_cell_is_too_few(cell: str) -> None:
    assert too_thin({**ENOUGH, cell: 19}, 20, 50) == ("too_few_events",)


@pytest.mark.parametrize("arm", ARMS)
def test_one_citizen_less_in_any_arm_is_too_few(arm: str) -> None:
    assert too_thin({**ENOUGH, arm: 49}, 20, 50) == ("too_few_citizens",)


def test_a_cell_without_events_is_too_few_whatever_is_asked_and_one_event_may_do() -> None:
    assert too_thin({**ENOUGH, "n_events_after": 0}, 0, 50) == ("too_few_events",)
    assert too_thin({**ENOUGH, "n_events_after": 1}, 0, 50) == ()
    assert too_thin({key: 0 for key in ENOUGH}, 1, 1) == ("too_few_events", "too_few_citizens")
