"""Numbers as they are written, and read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from effekt.errors import DataError
from effekt.report import numbers

KINDS = ("count", "number", "money", "ratio", "percent")


@pytest.mark.parametrize(
    ("value", "kind", "digits", "da", "en"),
    [
        (1234567, "count", 0, "1.234.567", "1,234,567"),
        (0.9249, "ratio", 2, "0,92", "0.92"),
        (-8.04, "percent", 1, "−8,0 pct.", "−8.0%"),
        (-607.4, "money", 0, "−607 kr.", "DKK −607"),
        (12345.6, "money", 0, "12.346 kr.", "DKK 12,346"),
        (-0.04, "number", 1, "0,0", "0.0"),
        (0.0, "percent", 1, "0,0 pct.", "0.0%"),
        ("2013-03-01", "month", 0, "marts 2013", "March 2013"),
        ("2016-12-01", "month", 0, "december 2016", "December 2016"),
        (2013, "year", 0, "2013", "2013"),
        (0.00004, "p", 0, "< 0,001", "< 0.001"),
        (0.0312, "p", 0, "0,031", "0.031"),
        (0.4412, "p", 0, "0,44", "0.44"),
        (0.60004, "significant", 3, "0,600", "0.600"),
        (64.998, "significant", 3, "65,0", "65.0"),
        (7.0, "significant", 3, "7", "7"),
        (0.074, "significant", 3, "0,074", "0.074"),
    ],
)
def test_a_number_is_written_as_people_write_it(value: object, kind: str, digits: int, da: str, en: str) -> None:
    written = {language: numbers.number(value, kind, language, digits).replace("\u00a0", " ") for language in numbers.LANGUAGES}
    assert written == {"da": da, "en": en}


def test_the_unit_does_not_leave_its_number_at_the_end_of_a_line() -> None:
    for kind in ("percent", "money"):
        assert " " not in numbers.number(12.0, kind, "da")
    assert " " not in numbers.month("2013-03-01", "en")


@given(
    value=some.floats(-1e9, 1e9, allow_nan=False),
    kind=some.sampled_from(KINDS),
    digits=some.integers(0, 3),
    language=some.sampled_from(numbers.LANGUAGES),
)
def test_what_is_written_reads_back_to_the_last_digit_shown(value: float, kind: str, digits: int, language: str) -> None:
    read = numbers.parse(numbers.number(value, kind, language, digits), kind, language)
    assert abs(read - value) <= 0.5 * 10**-digits * (1 + 1e-9)


@given(year=some.integers(1990, 2100), month=some.integers(1, 12), language=some.sampled_from(numbers.LANGUAGES))
def test_a_month_reads_back(year: int, month: int, language: str) -> None:
    iso = f"{year}-{month:02d}-01"
    assert numbers.parse(numbers.month(iso, language), "month", language) == iso


def test_a_label_is_no_number() -> None:
    with pytest.raises(DataError, match="label"):
        numbers.number(1, "label", "da")
