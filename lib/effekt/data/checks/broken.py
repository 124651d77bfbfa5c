"""What is told of a rule that rows of a file broke."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from effekt.data.contracts import Reaction, Rule


@dataclass(frozen=True)
class Broken:
    """One rule and the rows of one file that broke it: how many, and the first five row numbers (from 1 below the header).

    mask : the form of the first of them with every letter as A and every digit as d; "" where a form tells nothing.
    """

    rule: str
    reaction: Reaction
    n: int
    rows: tuple[int, ...]
    da: str
    en: str
    mask: str = ""

    @property
    def told(self) -> str:
        """For the screen: how many, what was done, the rule, the first rows; no values."""
        rows = ", ".join(str(row) for row in self.rows) + (" ..." if self.n > len(self.rows) else "")
        mask = f"; form {self.mask}" if self.mask else ""
        return f"{self.n:,} {self.reaction.replace('_', ' ')} [{self.rule}] {self.en}" + (f"; first rows {rows}" if self.rows else "") + mask


@dataclass(frozen=True)
class Checked:
    """What checking one file found. broken : rows not kept. marked : rows kept, fixed or with a warning. problems : why the delivery is refused."""

    broken: tuple[Broken, ...]
    marked: tuple[Broken, ...]
    problems: tuple[str, ...]


def rule_broken(rule: Rule, n: int, rows: Sequence[int] | None, reaction: Reaction | None = None, mask: str = "") -> Broken:
    """The account of a rule; `reaction` where it is another than the rule's own."""
    return Broken(rule.id, reaction or rule.reaction, n, tuple(rows or ()), rule.da, rule.en, mask)
