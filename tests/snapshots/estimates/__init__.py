"""Calls of every estimator, by family: name of the call -> the call."""

from collections.abc import Callable

from tests.snapshots.estimates import changes, costs, events, panels, people, practices, robust, synthesis

FAMILIES: dict[str, dict[str, Callable[[], object]]] = {
    module.__name__.rpartition(".")[2]: module.CALLS for module in (changes, costs, events, panels, people, practices, robust, synthesis)
}
