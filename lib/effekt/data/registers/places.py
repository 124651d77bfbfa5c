"""The municipality of a row, where a file tells it: its column and its rule."""

from __future__ import annotations

from effekt.data.contracts import Column, Rule


def municipality() -> Column:
    """A municipality code of three or four digits, which may be missing."""
    return Column("kommunekode", "text", "Kommune", "Municipality", shape=r"\d{3,4}", required=False)


def unknown_municipality(file: str) -> Rule:
    """Rows of a municipality that does not exist (a code from before 2007, or a slip)."""
    return Rule(
        f"{file}.kommunekode.unknown",
        "lpad(kommunekode, 4, '0') NOT IN (SELECT kommunekode FROM municipality)",
        "quarantine",
        "Kommunekoden findes ikke efter 2007",
        "The municipality code does not exist after 2007",
    )
