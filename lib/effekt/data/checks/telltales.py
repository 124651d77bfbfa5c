"""What a value that cannot be read tells about its whole file: a lost zero, a spreadsheet's rounding, dates as numbers.

Each is looked for only in values that failed, so that a clean file pays nothing. More than `tolerated` of a file's rows reject the delivery;
fewer are quarantined.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from effekt.data.checks.fixes import is_coded, is_free
from effekt.data.contracts import Column

STRAY = 0.001
LONGEST_TEXT = 10_000

# A common first name, and last a surname on -sen: a person. Names of places and of firms rarely look like it.
_FIRST = "Anne|Mette|Kirsten|Hanne|Anna|Helle|Susanne|Lene|Maria|Marianne|Inge|Karen|Lone|Bente|Camilla|Pia|Jette|Charlotte|Inger|Birthe|" + (
    "Peter|Jens|Lars|Michael|Henrik|Thomas|Søren|Jan|Christian|Martin|Niels|Anders|Morten|Jesper|Hans|Jørgen|Mads|Per|Ole|Rasmus|Knud|Poul|Erik"
)
_WORD = r"[A-ZÆØÅ][a-zæøåé]+"
CONTROL = r"(?s).*[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x{80}-\x{9f}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}\x{feff}].*"
PERSON_NUMBER = r"(?s)(.*\D)?((0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])\d{2}[- ]?\d{4}|\d{12})(\D.*)?"
_LETTER = "A-Za-zÆØÅæøåé"
PERSON_NAME = rf"(?s)(.*[^{_LETTER}])?({_FIRST})( {_WORD})* [A-ZÆØÅ][a-zæøåé]+sen([^{_LETTER}].*)?"


@dataclass(frozen=True)
class Telltale:
    """Texts that match `pattern` whole in a column that `fits`. ask : what to do, for the message. da, en : what it tells.

    only_where : SQL on `{text}` that is quicker and holds wherever the pattern does.
    """

    id: str
    fits: Callable[[Column], bool]
    pattern: str
    da: str
    en: str
    ask: str
    tolerated: float = STRAY
    only_where: str = "true"


def _is_number(column: Column) -> bool:
    return column.type in ("integer", "number", "money")


def _is_date(column: Column) -> bool:
    return column.type in ("date", "timestamp")


FAILED = (
    Telltale(
        "control",
        lambda column: column.type == "text",
        CONTROL,
        "Indeholder usynlige tegn, som styrer visningen",
        "Holds invisible characters that steer what is shown",
        "Ask the sender for the column without control characters.",
        0.0,
    ),
    Telltale(
        "scientific",
        lambda column: is_coded(column) or _is_number(column),
        r"[+-]?\d+([.,]\d+)?[eE][+-]?\d+",
        "Et regneark har gjort tallet til 1,2E+8; cifrene er tabt",
        "A spreadsheet has made it 1.2E+8; the digits are lost",
        "Ask for the file as it was before it was opened in a spreadsheet.",
        0.0,
    ),
    Telltale(
        "leading_zero_lost",
        lambda column: column.kind == "person",
        r"\d{9}|\d{11}",
        "Ni eller elleve cifre: et foranstillet nul er tabt",
        "Nine or eleven digits: a leading zero is lost",
        "Ask for the identifier as text; it cannot be told from another person's.",
    ),
    Telltale(
        "null_word",
        lambda column: column.kind == "diagnosis",
        r"(?i)NA|NULL|NAN|NONE|N/A|NIL|MISSING",
        "Et program har skrevet et ord for en manglende kode",
        "A program has written a word for a missing code",
        "Ask whether the code is missing or was read wrongly, and for empty fields where it is missing.",
    ),
    Telltale(
        "decimal_comma",
        _is_number,
        r"-?\d+,\d+|-?\d{1,3}([. ]\d{3})+,\d+",
        "Decimalkomma, hvor et punktum er ventet",
        "A decimal comma where a point is expected",
        "Declare it in delivery.yml, or ask for a point.",
    ),
    Telltale(
        "thousands_dot",
        _is_number,
        r"-?\d{1,3}([.]\d{3})+",
        "1.234 kan være tusind eller en og lidt til",
        "1.234 can be a thousand or one and a bit",
        "Ask which it is, and for numbers without a separator of thousands.",
    ),
    Telltale(
        "excel_serial",
        _is_date,
        r"(2[789]|[345]\d)\d{3}([.]\d+)?",
        "Datoen er Excels løbenummer",
        "The date is Excel's running number",
        "Declare it in delivery.yml, or ask for dates as 2013-03-01.",
    ),
    Telltale(
        "sas_date",
        _is_date,
        r"-?\d{1,5}([.]0+)?",
        "Datoen er dage siden 1960, som SAS tæller",
        "The date is days since 1960, as SAS counts",
        "Declare it in delivery.yml, or ask for dates as 2013-03-01.",
    ),
    Telltale(
        "two_digit_year",
        _is_date,
        r"\d{1,2}[-./ ]?\d{1,2}[-./ ]?\d{2}|\d{1,2}[-./ ]?[A-Za-z]{3}[-./ ]?\d{2}",
        "Årstal på to cifre: 13 kan være 1913 og 2013",
        "A year of two digits: 13 can be 1913 and 2013",
        "Ask for years of four digits.",
    ),
)

FREE = (
    Telltale("control", is_free, CONTROL, FAILED[0].da, FAILED[0].en, FAILED[0].ask, 0.0),
    Telltale(
        "person_number",
        is_free,
        PERSON_NUMBER,
        "Et cpr-nummer eller et pseudonym i en fritekst",
        "A CPR number or a pseudonym in a free text",
        "Take the column out, or ask for it without persons: it would go past the study keys.",
        0.0,
        "length({text}) >= 10",
    ),
    Telltale(
        "person_name",
        is_free,
        PERSON_NAME,
        "Et personnavn i en fritekst",
        "A person's name in a free text",
        "Take the column out, or ask for it without persons: it would go past the study keys.",
        0.0,
        "contains({text}, 'sen')",
    ),
)


def failed_of(column: Column) -> tuple[Telltale, ...]:
    """What a value of the column that cannot be read may tell."""
    return tuple(telltale for telltale in FAILED if telltale.fits(column))
