"""What no single row shows: a key of another project, a column of two kinds, a month that is missing, an amount that changes its unit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import duckdb

from effekt.data.checks.broken import Broken
from effekt.data.reading import Found

FEW_LINKED = 0.5
ROWS_THAT_TELL = 3
MIXED_SHARE = 0.3
CONSTANT_FROM_ROWS = 20
FOREIGN_FROM_ROWS = 20
MONTH_FROM_ROWS = 20
FALL_TO_SHARE = 0.5
UNIT_JUMP = 5.0
JUMP_FROM_ROWS = 10
OLD_DAYS = 366


@dataclass(frozen=True)
class Whole:
    """A file that has been checked row by row. trusts_people : whether who is unknown says anything about this file."""

    connection: duckdb.DuckDBPyConnection
    found: Found
    broken: tuple[Broken, ...]
    n_in: int
    trusts_people: bool

    @property
    def kept(self) -> str:
        """The view of its rows that broke no rule."""
        return f"kept_{self.found.source.name}"

    def rows(self, query: str) -> list[tuple]:
        """The rows of a query."""
        return self.connection.execute(query).fetchall()

    def refuse(self, rule: str, told: str) -> Broken:
        """A reason to refuse the delivery."""
        return Broken(f"{self.found.source.name}.{rule}", "reject", 0, (), "", told)

    def warn(self, rule: str, n: int, da: str, en: str) -> Broken:
        """Something to look at, about `n` rows."""
        return Broken(f"{self.found.source.name}.{rule}", "warn", n, (), da, en)


@dataclass(frozen=True)
class WholeFile:
    """marked : warnings. problems : why the delivery is refused."""

    marked: tuple[Broken, ...]
    problems: tuple[str, ...]


def check_whole_file(
    connection: duckdb.DuckDBPyConnection, found: Found, broken: list[Broken], n_in: int, trusts_people: bool = True
) -> WholeFile:
    """Try every check of a whole file after its rows have their verdicts."""
    whole = Whole(connection, found, tuple(broken), n_in, trusts_people)
    items = [item for check in CHECKS for item in check(whole)]
    problems = tuple(f"{found.source.file} [{item.rule}]: {item.en}" for item in items if item.reaction == "reject")
    return WholeFile(tuple(item for item in items if item.reaction != "reject"), problems)


def _mixed(whole: Whole) -> Iterator[Broken]:
    for item in whole.broken:
        _, column, what = item.rule.split(".")
        if what == "type" and item.n >= 2 and item.n >= MIXED_SHARE * whole.n_in and whole.found.positions.get(column) is not None:
            told = f"{item.n:,} of {whole.n_in:,} rows hold something else than the others. Form: {item.mask}. Ask which of the two the column is."
            yield whole.refuse(f"{column}.mixed", told)


def _foreign(whole: Whole) -> Iterator[Broken]:
    """Not one row with a code of ours is a column that nobody has translated, not many single mistakes."""
    for item in whole.broken:
        _, column, what = item.rule.split(".")
        if what in ("code", "shape") and item.n == whole.n_in >= FOREIGN_FROM_ROWS and whole.found.positions.get(column) is not None:
            told = f"not one of {item.n:,} rows has a value as we write it. Form: {item.mask}. Say in delivery.yml what theirs mean (`codes`)."
            yield whole.refuse(f"{column}.foreign", told)


def _linkage(whole: Whole) -> Iterator[Broken]:
    item = next((item for item in whole.broken if item.rule.endswith(".pnr.unknown")), None)
    if item is None or item.n < ROWS_THAT_TELL or not whole.trusts_people:
        return
    n_kept = whole.rows(f"SELECT count(*) FROM {whole.kept}")[0][0]
    if n_kept == 0 and item.n > whole.n_in / 2:
        told = "not one row belongs to a person of the population register. Ask whether both have the pseudonyms of the same project."
        yield whole.refuse("pnr.linkage", told)
    elif item.reaction == "quarantine" and item.n > FEW_LINKED * (item.n + n_kept):
        yield whole.warn(
            "pnr.linkage",
            item.n,
            "Under halvdelen af rækkerne hører til personer i befolkningsregistret",
            "Less than half of the rows belong to persons of the population register",
        )


def _constant(whole: Whole) -> Iterator[Broken]:
    """A column is looked at whole only where its first rows are all the same."""
    there = [column for column in whole.found.source.columns if column.required and whole.found.positions[column.name] is not None]
    names = [column.name for column in there if (column.low, column.high) != (0, 1)]
    for sample in (f"(FROM {whole.kept} LIMIT 2000)", whole.kept):
        if not names:
            return
        columns = ", ".join(f'min("{name}") = max("{name}")' for name in names)
        n, *same = whole.rows(f"SELECT count(*), {columns} FROM {sample}")[0]
        names = [name for name, is_same in zip(names, same, strict=True) if is_same and n >= CONSTANT_FROM_ROWS]
    for name in names:
        yield whole.warn(f"{name}.constant", n, "Alle rækker har den samme værdi", "All rows have the same value")


def _falls(whole: Whole) -> Iterator[Broken]:
    day = whole.found.source.day
    if not day:
        return
    told = f"SELECT date_trunc('month', {day}) AS month, count(*) AS n FROM {whole.kept} WHERE {day} IS NOT NULL GROUP BY month"
    months = whole.rows(
        f"""
        WITH told AS ({told}), span AS (SELECT unnest(generate_series(min(month), max(month), INTERVAL 1 MONTH)) AS month FROM told),
        counted AS (SELECT span.month, coalesce(n, 0) AS n FROM span LEFT JOIN told USING (month))
        SELECT strftime(month, '%Y-%m'), n FROM (
            SELECT *, median(n) OVER (ORDER BY month ROWS BETWEEN 6 PRECEDING AND 1 PRECEDING) AS before,
                   median(n) OVER (ORDER BY month ROWS BETWEEN 1 FOLLOWING AND 6 FOLLOWING) AS after FROM counted
        ) WHERE n < {FALL_TO_SHARE} * before AND (after IS NULL OR n < {FALL_TO_SHARE} * after) AND before >= {MONTH_FROM_ROWS} ORDER BY month
        """
    )
    if months:
        names = ", ".join(month for month, _ in months[:12]) + (" ..." if len(months) > 12 else "")
        yield whole.warn(
            "month.fall",
            sum(n for _, n in months),
            f"Måneder med under halvt så mange rækker som de omkring: {names}",
            f"Months with less than half the rows of those around them: {names}",
        )


def _unit_jumps(whole: Whole) -> Iterator[Broken]:
    source = whole.found.source
    for name in source.steady if source.day else ():
        if whole.found.positions.get(name) is None:
            continue
        half_year = f"year({source.day}) || '-' || CASE WHEN month({source.day}) <= 6 THEN '01' ELSE '07' END"
        medians = whole.rows(
            f'SELECT {half_year} AS period, median(abs("{name}")) AS middle FROM {whole.kept} WHERE "{name}" <> 0 AND {source.day} IS NOT NULL '
            f"GROUP BY period HAVING count(*) >= {JUMP_FROM_ROWS} ORDER BY period"
        )
        jumps = [after[0] for before, after in zip(medians, medians[1:], strict=False) if not 1 / UNIT_JUMP < after[1] / before[1] < UNIT_JUMP]
        if jumps:
            told = (
                f"the middle amount changes {UNIT_JUMP:g} times or more from one half-year to the next, at {', '.join(jumps)}. "
                "Ask whether the unit changes (oere and kroner, days and weeks, minutes and hours)."
            )
            yield whole.refuse(f"{name}.unit_jump", told)


def _population_older(whole: Whole) -> Iterator[Broken]:
    source = whole.found.source
    if source.stays is None or not whole.trusts_people:
        return
    days = whole.rows(f"SELECT date_diff('day', (SELECT max(referencetid) FROM kept_bef), max({source.day})::DATE) FROM {whole.kept}")[0][0]
    if days is not None and days > OLD_DAYS:
        told = f"the last contact is {days:,} days after the last snapshot of the population (bef). Ask for the later snapshots too."
        yield whole.refuse("day.population_older", told)


CHECKS: tuple[Callable[[Whole], Iterator[Broken]], ...] = (_mixed, _foreign, _linkage, _constant, _falls, _unit_jumps, _population_older)
