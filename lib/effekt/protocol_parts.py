"""The parts that a protocol is made of, each with its keys, their defaults and their limits."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from effekt.protocol_checks import read_month


def _month(value: Any) -> date:
    month = read_month(value)
    if month is None:
        raise ValueError("expected a month such as 2013-03")
    return month


Month = Annotated[date, BeforeValidator(_month)]
Kommunekode = Annotated[str, Field(pattern=r"^\d{4}$", description='a municipality code of four digits in quotes, such as "0751"')]
Shak4 = Annotated[str, Field(pattern=r"^[0-9A-Z]{4}$", description='the first four characters of a department code in quotes, such as "6620"')]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,19}$", description="a short name of small letters, digits and _, such as horsens")]


class Strict(BaseModel):
    """Unknown keys and values of another type are refused; nothing can be changed once read."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Text(Strict):
    """One text in both languages."""

    da: str
    en: str


class Span(Strict):
    """Months from `first` to `last`, both included."""

    first: Month = Field(alias="from")
    last: Month = Field(alias="to")


class Contaminated(Span):
    """Months in which an earlier initiative ran, so that they count neither as before nor as after."""

    why: Text


class Region(Text):
    """The region that the clusters make up."""

    id: Name


class Cluster(Strict):
    """A hospital cluster: the municipalities whose residents it serves, and the first month of its new way of working."""

    id: Name
    name: Text
    start: Month
    municipalities: list[Kommunekode] = Field(min_length=1)
    hospitals: list[Shak4] = []
    contaminated: list[Contaminated] = []


class Comparison(Strict):
    """Municipalities without the programme, and what they were given themselves."""

    exposure: Literal["none", "same_initiative", "unknown"] = "unknown"
    municipalities: list[Kommunekode] = []


class Target(Strict):
    """Who is evaluated: residents of at least `age_min` years at the first day of the month."""

    age_min: int = Field(65, ge=0, le=120)


class Frailty(Strict):
    """What counts as a sign of frailty on the day before the start; `signs` of them together make a citizen frail."""

    look_back_months: int = Field(24, ge=1, le=120)
    chronic_groups: int = Field(2, ge=1, le=20)
    drugs: int = Field(6, ge=1, le=50)
    acute_admissions: int = Field(1, ge=1, le=20)
    signs: int = Field(2, ge=1, le=5)


class Stays(Strict):
    """Contacts at most `gap_hours` apart are one stay; `admission_hours` makes a stay an admission where there is no inpatient code."""

    gap_hours: int = Field(4, ge=0, le=48)
    admission_hours: int = Field(12, ge=0, le=48)


class KnownBreak(Strict):
    """A month in which registration changed."""

    month: Month
    why: Text


class TooFew(Strict):
    """Below either number no model is fitted."""

    events: int = Field(20, ge=0)
    citizens: int = Field(50, ge=0)


class QualityCluster(Strict):
    """A quality cluster of general practices, as the practice list names it. Not a hospital cluster, though both are called klynge."""

    id: Name
    name: Text


class LateRegistration(Strict):
    """Last months of the data that are not fully registered yet, by source of outcomes: they are kept out of everything that is estimated."""

    stays: int = Field(0, ge=0, le=24)
    costs: int = Field(0, ge=0, le=24)


class SpreadRule(Strict):
    """When an initiative may be spread, decided before the outcomes are read. The same numbers as `estimates.SpreadRule` has by default.

    margin : the primary outcome as a ratio that the effect must beat (1 = any effect in the good direction). spread, evaluate, stop : the
    probability of beating it at which an initiative is spread, is spread with evaluation, and below which it is stopped. claim : the weakest claim
    that allows spread without evaluation. harms : outcomes of which more is worse; harm_margin, harm_probability : a harm counts where the
    probability of a ratio above the margin exceeds the limit. cost : an outcome in money ("" = not asked); cost_limit, cost_probability : the
    probability that its ratio is at most the limit must reach this one. reach, fidelity : shares of 1, and transferability, 0 to 3: smallest
    values (None = not asked).
    """

    margin: float = Field(1.0, gt=0, le=10)
    spread: float = Field(0.95, ge=0, le=1)
    evaluate: float = Field(0.8, ge=0, le=1)
    stop: float = Field(0.2, ge=0, le=1)
    claim: Literal["identified", "extrapolated", "descriptive"] = "identified"
    harms: list[str] = []
    harm_margin: float = Field(1.1, gt=0, le=10)
    harm_probability: float = Field(0.5, ge=0, le=1)
    cost: str = ""
    cost_limit: float = Field(1.0, gt=0, le=10)
    cost_probability: float = Field(0.5, ge=0, le=1)
    reach: float | None = Field(None, ge=0, le=1)
    fidelity: float | None = Field(None, ge=0, le=1)
    transferability: float | None = Field(None, ge=0, le=3)

    @model_validator(mode="after")
    def _in_order(self) -> SpreadRule:
        if not self.stop < self.evaluate <= self.spread:
            raise ValueError("the probabilities must rise: stop below evaluate, evaluate at most spread")
        return self


class ComparisonPart(Strict):
    """Some of the comparison municipalities, with which the answer is computed once more."""

    id: Name
    name: Text
    municipalities: list[Kommunekode] = Field(min_length=1)


class NegativeControl(Strict):
    """An outcome that the programme should not be able to touch, and why not."""

    outcome: str
    why: Text


class Sensitivity(Strict):
    """What the answer is held against; the other ways of computing it are in catalogue/alternatives.yml."""

    second_outcome: str = ""
    without: list[str] = []
    comparison_parts: list[ComparisonPart] = []
    negative_controls: list[NegativeControl] = []
    placebo_months: list[Annotated[int, Field(ge=1, le=120)]] = Field([6, 12, 18, 24], min_length=1)
    shared_hospital_percent: float = Field(10.0, gt=0, le=100)
