"""What a reader says about one file of a sender: its columns, its key, the rules its rows must keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from effekt.data.contracts import Column, Rule, Stays


@dataclass(frozen=True)
class StudyKey:
    """An identifier of the sender that is replaced: `table` maps `column` to `key`, a random number of the study.

    after : another such table; numbers begin after the highest of it, so that both can stand in one column.
    """

    table: str
    column: str
    key: str
    after: str = ""


@dataclass(frozen=True)
class Source:
    """One file. `name` is also the name of the views: `checked_<name>` (typed, with verdicts) and `kept_<name>` (rows that broke no rule).

    key : columns that must not be shared by two rows: exact copies of a row are set aside, rows that contradict each other are quarantined.
    ask : what to ask the sender for when the file is missing. optional : a study can do without it.
    study_key : the identifier of this file that gets a study key, from the rows that were kept.
    rules : tried in order after the columns' own; the first that a row breaks is its verdict.
    stems : further names of the file without its extension, in any case (t_adm for lpr_adm); the stem of `file` and `name` always count.
    never_with : sources that tell the same in another way: a delivery that holds both is rejected. instead : sources any of which makes up for
    this one when it is missing.
    base : the file people are in; two rows of it that share the key and differ reject the delivery. status : the column that tells a corrected row
    (R) from a retracted one (D): of rows that share the key the last one holds. day : SQL of a row's date, for what is counted month by month.
    belongs_to : (source, column): when a later delivery replaces rows of that source, it replaces the rows of this one that share the column. Else
    it replaces the months that it tells (`day`), or without a day the rows of the same key, or without a key all of them.
    steady : columns of money or amounts whose yearly median does not jump unless a unit changed. stays : which rows are stays.
    """

    name: str
    file: str
    ask: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    study_key: StudyKey | None = None
    optional: bool = False
    stems: tuple[str, ...] = ()
    never_with: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    belongs_to: tuple[str, str] | None = None
    base: bool = False
    status: str = ""
    day: str = ""
    steady: tuple[str, ...] = ()
    stays: Stays | None = None

    @property
    def known_stems(self) -> tuple[str, ...]:
        """Every name by which the file is found, in small letters and without extension; its own first."""
        own = self.file.rsplit(".", 1)[0]
        return tuple(dict.fromkeys(stem.lower() for stem in (own, self.name, *self.stems)))


@dataclass(frozen=True)
class Register:
    """A register: its files, and how the kept rows become canonical rows (canonical table -> SQL).

    The SQL may use `kept_<name>` of every file read so far, the key tables, canonical tables written before, `municipality` (kommunekode) and
    `last_day` (day: the last of the data).
    """

    name: str
    sources: tuple[Source, ...]
    tables: Mapping[str, str] = field(default_factory=dict)


def pnr(da: str = "Personens pseudonym", en: str = "Pseudonym of the person") -> Column:
    """The pseudonymised person identifier, which never leaves the import."""
    return Column("pnr", "text", da, en, shape=r"\d{10}(\d{2})?", aliases=("v_cpr", "cpr", "cprnr", "personnummer", "v_cpr_encrypted"))


def recnum() -> Column:
    """The running number of a hospital contact."""
    return Column("recnum", "text", "Kontaktens løbenummer", "Running number of the contact", aliases=("v_recnum", "k_recnum"))


def unknown_contact(file: str) -> Rule:
    """Rows about hospital contacts that were not delivered, or not kept."""
    return Rule(
        f"{file}.recnum.unknown",
        "recnum NOT IN (SELECT recnum FROM contact_key)",
        "quarantine",
        "Hører ikke til en godkendt kontakt",
        "Belongs to no contact that was kept",
    )


def unknown_citizen(file: str, reaction: str = "quarantine") -> Rule:
    """Rows of people whom the population register does not know."""
    return Rule(
        f"{file}.pnr.unknown",
        "pnr NOT IN (SELECT pnr FROM citizen_key)",
        reaction,  # type: ignore[arg-type]
        "Personen findes ikke i befolkningsregistret",
        "The person is not in the population register",
    )
