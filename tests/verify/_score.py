"""The score of a mutation run, by module and in total, as json and as a page."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from _jobs import Plan

DEAD = {"killed", "timeout"}


def wilson(hits: int, n: int, population: int) -> tuple[float, float]:
    """Wilson's 95% interval of a share, the variance reduced by the part of the population that was seen; without width where all of it was."""
    if n == 0 or n >= population:
        return (hits / n, hits / n) if n else (0.0, 1.0)
    z2 = 1.959964**2 * (population - n) / max(population - 1, 1)
    centre, half = (hits + z2 / 2) / (n + z2), math.sqrt(z2 * (hits * (n - hits) / n + z2 / 4)) / (n + z2)
    return centre - half, centre + half


def score(plan: Plan) -> dict[str, Any]:
    """Counts and shares. A module is whole where all of its mutants have a verdict; else the first part of its shuffled mutants is a sample."""
    rows = []
    for module, mutants in plan.order.items():
        results = [plan.verdicts.get(mutant.key, {}).get("result") for mutant in mutants]
        n = len(mutants) if None not in results else results.index(None)
        seen = results[:n]
        dead = sum(result in DEAD for result in seen)
        low, high = wilson(dead, n, len(mutants))
        rows.append({
            "module": module, "mutants": len(mutants), "tried": n, "killed": dead, "timeout": seen.count("timeout"),
            "survived": seen.count("survived"), "uncovered": seen.count("uncovered"), "score": dead / n if n else None, "low": low, "high": high,
        })  # fmt: skip
    return {"modules": rows, "total": _total([row for row in rows if row["mutants"]])}


def _total(rows: list[dict[str, Any]]) -> dict[str, Any]:
    everything, tried = sum(row["mutants"] for row in rows), sum(row["tried"] for row in rows)
    value = variance = 0.0
    for row in rows:
        weight, n = row["mutants"] / everything, row["tried"]
        share = (row["killed"] + 1) / (n + 2) if n < row["mutants"] else row["killed"] / n
        value += weight * (row["killed"] / n if n else 0.0)
        variance += weight**2 * share * (1 - share) / max(n, 1) * (1 - n / row["mutants"])
    half = 1.959964 * math.sqrt(variance)
    return {
        "mutants": everything, "tried": tried, "whole": tried == everything, "killed": sum(row["killed"] for row in rows),
        "score": value, "low": max(0.0, value - half), "high": min(1.0, value + half),
    }  # fmt: skip


def write(found: dict[str, Any], plan: Plan, told: dict[str, Any], folder: Path) -> str:
    """Write mutation.json and mutation.md, and return what the page says."""
    survivors = [
        {"module": mutant.module, "line": mutant.first_line, "what": mutant.what, "result": plan.verdicts[mutant.key]["result"]}
        for mutants in plan.order.values() for mutant in mutants if plan.verdicts.get(mutant.key, {}).get("result") in ("survived", "uncovered")
    ]  # fmt: skip
    survivors.sort(key=lambda one: (one["module"], one["line"]))
    by_module: dict[str, list[str]] = {}
    for one in survivors:
        by_module.setdefault(one["module"], []).append(f"{one['line']}: {one['what']}{' (no test)' if one['result'] == 'uncovered' else ''}")
    (folder / "mutation.json").write_text(json.dumps({**told, **found, "survivors": by_module}, indent=1) + "\n", encoding="utf-8")
    total = found["total"]
    how = "all of them were tried" if total["whole"] else (
        f"{total['tried']} of them were tried: the modules marked * as a random sample, the total weighted by the number of mutants"
    )  # fmt: skip
    value = _share(total["score"]) + ("" if total["whole"] else f" (95% interval {_share(total['low'])} to {_share(total['high'])})")
    lines = [
        "# Mutation of the estimators", "",
        f"Of {total['mutants']} mutants, {value} pct. are killed; {how}. "
        "Mutants that no test executes count as survivors; those that run out of time as killed.",
        f"Tests that count: {told['tests']} in {', '.join(told['folders'])}, each at most {told['longest_seconds']:g} seconds; "
        "neither the relations under hypothesis nor the known-truth replications are among them.", "",
        "| module | mutants | tried | killed, pct. | of these out of time | survivors | of these executed by no test |",
        "|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for row in found["modules"]:
        if row["mutants"]:
            sampled = "" if row["tried"] == row["mutants"] else "*"
            shown = (_share(row["score"]) if row["tried"] else "-") + (f" ({_share(row['low'])} to {_share(row['high'])})" if sampled else "")
            left = row["survived"] + row["uncovered"]
            lines.append(
                f"| {row['module']}{sampled} | {row['mutants']} | {row['tried']} | {shown} | {row['timeout']} | {left} | {row['uncovered']} |"
            )
    lines += ["", "mutation.json lists every survivor by line.", ""]
    (folder / "mutation.md").write_text("\n".join(lines), encoding="utf-8")
    return "\n".join(lines)


def _share(value: float) -> str:
    return f"{100 * value:.1f}"
