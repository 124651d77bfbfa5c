"""The SQL of one column: its text after the fixes, its typed value, and the rules that its values can break."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from effekt.data.checks import persons
from effekt.data.checks.fixes import fixes_of, is_free
from effekt.data.checks.telltales import FREE, LONGEST_TEXT, failed_of
from effekt.data.contracts import DUCKDB_TYPES, Column, Rule


_RUNNING_NUMBERS = ("recnum", "response_id", "vnr", "ydernr")


@dataclass(frozen=True)
class Check:
    """Values for which `breaks` (SQL) holds break the first of `tells` whose own condition holds, else `rule`."""

    breaks: str
    rule: Rule
    tells: tuple[tuple[str, Rule], ...] = ()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule it can name."""
        return (*(rule for _, rule in self.tells), self.rule)

    @property
    def sql(self) -> str:
        """One branch of a CASE."""
        told = " ".join(f"WHEN {condition} THEN '{rule.id}'" for condition, rule in self.tells)
        return f"WHEN {self.breaks} THEN " + (f"CASE {told} ELSE '{self.rule.id}' END" if told else f"'{self.rule.id}'")


@dataclass(frozen=True)
class Mark:
    """Values for which `holds` (SQL) are counted under `rule`, and kept."""

    holds: str
    rule: Rule


@dataclass(frozen=True)
class ColumnSql:
    """What a column becomes. texts : SQL of its text under successive names (the last is `text`). value : the typed value, from `text`."""

    column: Column
    texts: tuple[tuple[str, str], ...]
    text: str
    value: str
    checks: tuple[Check, ...]
    marks: tuple[Mark, ...]


def plan_column(table: str, column: Column, raw: str | None) -> ColumnSql:
    """The SQL of a column that is delivered as `raw` (a name of the sender's rows); None where the file lacks it."""
    if raw is None:
        missing = (Check("true", _missing(table, column)),) if column.required and not column.loose else ()
        return ColumnSql(column, (), "NULL", f"NULL::{DUCKDB_TYPES[column.type]}", missing, ())
    texts, marks = _fixed(table, column, raw)
    text = texts[-1][0]
    return ColumnSql(column, texts, text, _typed(column, text), tuple(_checks(table, column, text)), (*marks, *_warnings(table, column, text)))


def _fixed(table: str, column: Column, raw: str) -> tuple[tuple[tuple[str, str], ...], list[Mark]]:
    fixes = fixes_of(column)
    marks: list[Mark] = []
    kept_blanks = any(fix.id == "blank" for fix in fixes)
    texts = [(f"t_{column.name}_0", f"nullif({raw}, '')" if kept_blanks else f"nullif(trim({raw}), '')")]
    for place, fix in enumerate(fixes, start=1):
        before = f'"{texts[-1][0]}"'
        becomes = f"CASE WHEN {fix.needs.format(text=before)} THEN {fix.becomes.format(text=before)} ELSE {before} END"
        texts.append((f"t_{column.name}_{place}", f"nullif({becomes}, '')" if fix.id == "blank" else becomes))
        rule = Rule(f"{table}.{column.name}.{fix.id}", "", fix.reaction, f"{fix.da}: {column.da}", f"{fix.en}: {column.en}")
        marks.append(Mark(fix.needs.format(text=before), rule))
    return tuple((f'"{name}"', sql) for name, sql in texts), marks


def _missing(table: str, column: Column) -> Rule:
    return Rule(f"{table}.{column.name}.missing", "", "quarantine", f"Mangler: {column.da}", f"Missing: {column.en}")


def _checks(table: str, column: Column, text: str) -> Iterator[Check]:
    value, name = f'"{column.name}"', f"{table}.{column.name}"
    tells = tuple(
        (f"regexp_full_match({text}, '{tell.pattern}')", Rule(f"{name}.{tell.id}", "", "reject", tell.da, f"{tell.en}. {tell.ask}", tell.tolerated))
        for tell in failed_of(column)
    )
    if column.required:
        yield Check(f"{text} IS NULL", _missing(table, column))
    if column.type != "text":
        unread = Rule(f"{name}.type", "", "quarantine", f"Kan ikke læses: {column.da}", f"Cannot be read: {column.en}")
        outside = Rule(f"{name}.range", "", "quarantine", f"Uden for grænserne: {column.da}", f"Outside its bounds: {column.en}")
        if column.low is None and column.high is None:
            yield Check(f"{text} IS NOT NULL AND {value} IS NULL", unread, tells)
        else:
            yield Check(f"{text} IS NOT NULL AND {value} IS NULL", unread, ((f"{_cast(column, text)} IS NOT NULL", outside), *tells))
    if column.kind == "person":
        yield from (Check(rule.breaks.replace("{text}", text), rule) for rule in persons.broken(name))
    shape = persons.SHAPE if column.kind == "person" else column.shape
    if shape:
        rule = Rule(f"{name}.shape", "", "quarantine", f"Har en anden form: {column.da}", f"Has another form: {column.en}")
        yield Check(f"NOT regexp_full_match({text}, '{shape}')", rule, tells)
    if column.codes:
        codes = ", ".join(f"'{code}'" for code in column.codes)
        rule = Rule(f"{name}.code", "", "quarantine", f"Ukendt kode: {column.da}", f"Unknown code: {column.en}")
        yield Check(f"{text} NOT IN ({codes})", rule, tells)
    if column.type in ("date", "timestamp"):
        yield from _date_checks(name, column, value)
    if is_free(column):
        yield from _free_checks(name, column, text)


def _date_checks(name: str, column: Column, value: str) -> Iterator[Check]:
    early = Rule(f"{name}.range", "", "quarantine", f"Før 1850: {column.da}", f"Before 1850: {column.en}")
    yield Check(f"{value} < DATE '1850-01-01'", early)
    if not column.may_be_future:
        rule = Rule(f"{name}.future", "", "quarantine", f"Ligger i fremtiden: {column.da}", f"Lies in the future: {column.en}")
        yield Check(f"{value} > current_date + 1", rule)


def _free_checks(name: str, column: Column, text: str) -> Iterator[Check]:
    identifies = column.name in _RUNNING_NUMBERS or column.name.startswith("dw_")
    long = Rule(f"{name}.too_long", "", "reject", f"Mere end {LONGEST_TEXT} tegn", f"More than {LONGEST_TEXT:,} characters. Ask for the column again")
    yield Check(f"length({text}) > {LONGEST_TEXT}", long)
    for tell in FREE:
        if not identifies or tell.id == "control":
            rule = Rule(f"{name}.{tell.id}", "", "reject", tell.da, f"{tell.en}. {tell.ask}", tell.tolerated)
            yield Check(f"{tell.only_where.format(text=text)} AND regexp_full_match({text}, '{tell.pattern}')", rule)


def _warnings(table: str, column: Column, text: str) -> Iterator[Mark]:
    name = f"{table}.{column.name}"
    if column.kind == "person":
        yield from (Mark(rule.breaks.replace("{text}", text), rule) for rule in persons.noted(name))
    if column.type == "timestamp":
        rule = Rule(
            f"{name}.clock_change",
            "",
            "warn",
            "I timen, hvor uret stilles: findes ikke om foråret, findes to gange om efteråret",
            "In the hour when the clocks change: it does not exist in spring and comes twice in autumn",
        )
        yield Mark(in_changed_hour(f'"{column.name}"', f'hour("{column.name}")'), rule)


def in_changed_hour(day: str, hour: str) -> str:
    """SQL: from two to three on the last Sunday of March or October."""
    return f"({hour} = 2 AND month({day}) IN (3, 10) AND day({day}) >= 25 AND isodow({day}) = 7)"


def _typed(column: Column, text: str) -> str:
    """The typed value, or missing where it cannot be read or lies outside its bounds: no later rule can stumble over it."""
    cast = _cast(column, text)
    if column.low is None and column.high is None:
        return cast
    return f"CASE WHEN NOT coalesce({_outside(column, cast)}, false) THEN {cast} END"


def _cast(column: Column, text: str) -> str:
    match column.type:
        case "text":
            return text
        case "date":
            return f"CASE WHEN {text} LIKE '____-__-__' THEN TRY_CAST({text} AS DATE) END"
        case "timestamp":
            forms = "['%Y-%m-%d %H:%M:%S.%f', '%Y-%m-%d %H:%M:%S', '%Y-%m-%dT%H:%M:%S', '%Y-%m-%d %H:%M', '%Y-%m-%d']"
            return f"try_strptime({text}, {forms})"
        case "integer":
            return f"CASE WHEN regexp_full_match({text}, '-?[0-9]{{1,15}}') THEN TRY_CAST({text} AS BIGINT) END"
        case "money":
            return f"CASE WHEN {_is_decimal(column, text)} THEN CAST(round(TRY_CAST({text} AS DOUBLE) * {column.scale}) AS BIGINT) END"
        case "number":
            return f"CASE WHEN {_is_decimal(column, text)} THEN TRY_CAST({text} AS DOUBLE) END"
    raise ValueError(f"a delivered column cannot be of type {column.type}")


def _outside(column: Column, value: str) -> str:
    bounds = [f"{value} < {column.low}"] if column.low is not None else []
    bounds += [f"{value} > {column.high}"] if column.high is not None else []
    return " OR ".join(bounds)


def _is_decimal(column: Column, text: str) -> str:
    """At most ten digits before the point: with any scale the product is a whole number that a double holds exactly.

    Kroner have two decimals; with exactly three after at most three digits it may be a thousand that is meant.
    """
    decimal = f"regexp_full_match({text}, '-?[0-9]{{1,10}}([.][0-9]{{1,6}})?')"
    if column.type == "money" and column.scale == 100:
        return f"({decimal} AND NOT regexp_full_match({text}, '-?[0-9]{{1,3}}[.][0-9]{{3}}'))"
    return decimal
