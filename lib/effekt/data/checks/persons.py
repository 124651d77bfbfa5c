"""Identifiers of people: 12-digit pseudonyms, CPR numbers, and the letter numbers of those who have none.

The check digit is not looked at: since 2007 numbers are given that do not fulfil it (Personnummeret i CPR, cpr.dk).
"""

from __future__ import annotations

from effekt.data.contracts import Rule

REPLACEMENT = r"\d{6}[A-Z][A-Z0-9]{3}"
SHAPE = rf"\d{{10}}(\d{{2}})?|{REPLACEMENT}"
FEW_CAN_BE_WRONG = 0.5
TEST_NUMBERS = ("2512489996", "1111111118", "0101010101", "1212121212")

IS_CPR = "length({text}) = 10 AND TRY_CAST({text} AS BIGINT) IS NOT NULL"
_DAY, _MONTH, _YEAR = "substr({text}, 1, 2)", "substr({text}, 3, 2)", "substr({text}, 5, 2)::INTEGER"
_LAST_DAY = (
    f"CASE WHEN {_MONTH} IN ('04', '06', '09', '11') THEN '30' WHEN {_MONTH} <> '02' THEN '31' WHEN {_YEAR} % 4 = 0 THEN '29' ELSE '28' END"
)
_NO_SUCH_DAY = f"NOT ({_MONTH} BETWEEN '01' AND '12' AND {_DAY} BETWEEN '01' AND {_LAST_DAY})"


def broken(name: str) -> tuple[Rule, ...]:
    """Rules that take a row out, for the column `name` ("<file>.<column>"); `breaks` has {text}."""
    return (
        Rule(
            f"{name}.zero",
            "({text} LIKE '0%' AND ltrim({text}, '0-') = '')",
            "quarantine",
            "Kun nuller i stedet for et nummer",
            "Zeros in the place of a number",
        ),
        Rule(
            f"{name}.impossible_date",
            f"CASE WHEN length({{text}}) = 10 AND {IS_CPR} THEN {_NO_SUCH_DAY} ELSE false END",
            "reject",
            "Et cpr-nummer begynder med en dato, der ikke findes",
            "A CPR number begins with a date that does not exist. Where most of them do, ask what kind of number it is",
            FEW_CAN_BE_WRONG,
        ),
    )


def noted(name: str) -> tuple[Rule, ...]:
    """Rules that are counted only."""
    return (
        Rule(
            f"{name}.replacement",
            "CASE WHEN length({text}) = 10 AND TRY_CAST({text} AS BIGINT) IS NULL "
            f"THEN regexp_full_match({{text}}, '{REPLACEMENT}') ELSE false END",
            "warn",
            "Erstatningsnummer med bogstav: en person uden cpr-nummer, holdt for sig",
            "Replacement number with a letter: a person without a CPR number, kept apart",
        ),
        Rule(
            f"{name}.test_number",
            f"{{text}} IN ({', '.join(repr(number) for number in TEST_NUMBERS)})",
            "warn",
            "Et af de numre, som bruges til test af systemer",
            "One of the numbers that systems are tested with",
        ),
    )


def century_differs(number: str, birth: str) -> str:
    """SQL: the seventh digit of a CPR number tells another century than the date of birth (the table of Personnummeret i CPR)."""
    seventh, year = f"substr({number}, 7, 1)", f"substr({number}, 5, 2)"
    century = (
        f"CASE WHEN {seventh} <= '3' THEN 1900 WHEN {seventh} IN ('4', '9') THEN CASE WHEN {year} <= '36' THEN 2000 ELSE 1900 END "
        f"WHEN {year} <= '57' THEN 2000 ELSE 1800 END"
    )
    return f"CASE WHEN {IS_CPR.format(text=number)} THEN year({birth}) <> {century} + {year}::INTEGER ELSE false END"


def sex_differs(number: str, sex: str) -> str:
    """SQL: the last digit of a CPR number is odd for men; `sex` is 1 for men, 2 for women."""
    return f"CASE WHEN {IS_CPR.format(text=number)} THEN (substr({number}, 10, 1)::INTEGER % 2 = 1) <> ({sex} = 1) ELSE false END"
