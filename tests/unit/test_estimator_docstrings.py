"""Every public estimator says what it estimates, what a row of its frame is, what it gives back, when it refuses, and where the method is from."""

from __future__ import annotations

import inspect
import re

import pytest

from effekt import estimates

SECTIONS = ("Parameters", "Returns", "Raises", "References")
LONGEST_FIRST_LINE = 150
NO_SOURCE = {
    "check_exposed_time": "it checks dates and estimates nothing",
    "payer_ledger": "an account",
    "programme_cost_per_citizen": "a sum divided by a number",
    "recurring_findings": "a count",
    "shared_variance": "it reads a part of other results",
    "spread_verdict": "the rule is the protocol's own",
}
"""Functions without a method that a paper could be the source of."""
FUNCTIONS = {name: getattr(estimates, name) for name in sorted(estimates._EXPORTS) if inspect.isfunction(getattr(estimates, name))}


def sections(text: str) -> dict[str, str]:
    """Heading -> what stands under it; "" is what stands before the first."""
    parts = re.split(r"^(\w+)\n-{3,}\n", inspect.cleandoc(text), flags=re.MULTILINE)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def faults(name: str, function: object) -> list[str]:
    """What the docstring lacks."""
    held = sections(inspect.getdoc(function) or "")
    wanted = [section for section in SECTIONS if section != "References" or name not in NO_SOURCE]
    wrong = [f"no section {section}" for section in wanted if not held.get(section, "").strip()]
    first = held[""].splitlines()[0] if held[""] else ""
    if not first.endswith((".", "?")) or len(first) > LONGEST_FIRST_LINE:
        wrong.append("the first line is one sentence that says what is estimated or made")
    said = held.get("Parameters", "")
    given = inspect.signature(function).parameters.values()  # type: ignore[arg-type]
    named = [one for one in given if one.kind is not inspect.Parameter.VAR_KEYWORD]
    wrong += [f"Parameters does not name {one.name}" for one in named if not re.search(rf"(?<![\w.]){one.name}(?!\w)", said)]
    frames = [one for one in named if str(one.annotation).startswith("pd.DataFrame")]
    if frames and not re.search(r"[Oo]ne row", said):
        wrong.append("Parameters does not say what one row of the frame is")
    if "DataError" not in held.get("Raises", ""):
        wrong.append("Raises does not name DataError")
    if "References" in wanted and not re.search(r"\(\d{4}\)", held.get("References", "")):
        wrong.append("References names no work with its year")
    return wrong


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_public_estimator_is_described_as_the_house_does(name: str) -> None:
    assert faults(name, FUNCTIONS[name]) == []


def test_what_needs_no_source_is_there() -> None:
    assert set(NO_SOURCE) <= set(FUNCTIONS)


def test_a_bare_docstring_is_faulted_in_every_respect() -> None:
    def bare(persons: estimates.Estimate, *, level: float = 0.95) -> None:
        """Makes something"""

    told = faults("bare", bare)
    assert [section for section in SECTIONS if f"no section {section}" in told] == list(SECTIONS)
    assert {"Parameters does not name persons", "Parameters does not name level", "Raises does not name DataError"} <= set(told)
