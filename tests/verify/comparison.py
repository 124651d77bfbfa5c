"""How often intervals and tests of staggered starts, few clusters, weights and cost models are right; figures to comparison.json and comparison.md.

    python tests/verify/comparison.py [--replicates 1000] [--processes 2]

Data without any effect, drawn again and again: coverage is the share of nominal 95% intervals that hold 0 (for bands: all rows at once), size the
share of tests with p <= .05, bias the mean estimate in its own standard errors. Exit code 1 where a figure that the docstrings promise fails.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "lib")]

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from effekt import estimates  # noqa: E402

HERE = Path(__file__).resolve().parent
Checks = dict[str, tuple[float, bool]]
"""Name of a figure -> (estimate in standard errors, whether the interval or test was right)."""


def held(found: estimates.Estimate) -> tuple[float, bool]:
    """The estimate in its own standard errors, and whether its interval holds 0."""
    return found.value / found.se, found.low <= 0 <= found.high


def staggered(units: int, generator: np.random.Generator) -> Checks:
    """12 periods, three cohorts and never-treated units in equal parts."""
    start = np.repeat(np.array([5, 7, 9, np.nan])[np.arange(units) % 4], 12)
    y = generator.normal(size=(units, 1)) + generator.normal(0, 0.5, (units, 12))
    panel = pd.DataFrame({"unit": np.repeat(np.arange(units), 12), "period": np.tile(np.arange(1, 13), units), "y": y.ravel(), "start": start})
    found = estimates.staggered(panel, outcome="y", aggregate="event", replicates=999)
    small = estimates.staggered(panel, outcome="y", aggregate="event", replicates=0, small_sample=True)
    bands = bool(((found.bands["low"] <= 0) & (found.bands["high"] >= 0)).all())
    return {
        f"staggered, {units} units": held(found.overall),
        f"staggered small_sample, {units} units": held(small.overall),
        f"staggered bands, {units} units": (0.0, bands),
    }


def wild(clusters: int, generator: np.random.Generator) -> Checks:
    """Half of the clusters treated, an effect of each cluster, a covariate."""
    group = np.repeat(np.arange(clusters), 10)
    frame = pd.DataFrame({"g": group, "treated": (group < clusters // 2).astype(float), "x": generator.normal(size=len(group))})
    frame["y"] = generator.normal(size=clusters)[group] + generator.normal(size=len(group))
    found = estimates.wild_cluster_bootstrap(frame, y="y", x=["treated", "x"], tested="treated", cluster="g")
    return {f"wild cluster bootstrap, {clusters} clusters": (found.t, found.p > 0.05)}


def costs(citizens: int, generator: np.random.Generator) -> Checks:
    """40% without a cost, amounts skewed, age in both parts."""
    age, treated = generator.normal(0, 1, citizens), generator.integers(0, 2, citizens)
    some = generator.random(citizens) < 1 / (1 + np.exp(-0.4 - 0.3 * age))
    people = pd.DataFrame({"age": age, "treated": treated, "cost": np.where(some, generator.gamma(0.8, np.exp(9 + 0.2 * age) / 0.8), 0.0)})
    given = {"cost": "cost", "treated": "treated", "covariates": ["age"]}
    return {
        f"two_part_cost, {citizens} citizens": held(estimates.two_part_cost(people, **given).effect),
        f"one_part_cost robust, {citizens} citizens": held(estimates.one_part_cost(people, **given, errors="robust").effect),
    }


def weights(citizens: int, generator: np.random.Generator) -> Checks:
    """Treatment by age, outcome by age."""
    age = generator.normal(0, 1, citizens)
    people = pd.DataFrame({"age": age, "treated": generator.random(citizens) < 1 / (1 + np.exp(-0.5 * age))})
    people["y"] = age + generator.normal(size=citizens)
    out: Checks = {}
    for method, target in (("propensity", "ate"), ("propensity", "att"), ("entropy", "att")):
        made = estimates.balance_weights(people, treated="treated", covariates=["age"], method=method, target=target)
        found = estimates.weighted_difference(people, outcome="y", treated="treated", weights=made)
        allowed = estimates.weighted_difference(people, outcome="y", treated="treated", weights=made, fitted=True)
        out[f"weighted_difference {method} {target}, {citizens} citizens"] = held(found)
        out[f"weighted_difference {method} {target} fitted, {citizens} citizens"] = held(allowed)
    return out


DESIGNS: list[Callable[[np.random.Generator], Checks]] = [
    *(partial(staggered, units) for units in (20, 40, 100, 200)), *(partial(wild, clusters) for clusters in (6, 8, 10, 12)),
    partial(costs, 500), partial(costs, 2000), partial(weights, 500),
]  # fmt: skip
PROMISED = {
    "staggered, 200 units": 0.935, "staggered small_sample, 20 units": 0.935, "weighted_difference propensity att fitted, 500 citizens": 0.935,
    "wild cluster bootstrap, 12 clusters": 0.93, "two_part_cost, 2000 citizens": 0.935,
}  # fmt: skip


def many(place: int, replicates: int, seed: int) -> list[tuple[str, float, bool]]:
    """The checks of one design, `replicates` times."""
    found = []
    for replicate in range(replicates):
        checks = DESIGNS[place](np.random.default_rng((seed, place, replicate)))
        found += [(name, float(value), bool(right)) for name, (value, right) in checks.items()]
    return found


def main() -> int:
    """Run, write, and say whether what was promised holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replicates", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    with ProcessPoolExecutor(given.processes) as pool:
        parts = list(pool.map(partial(many, replicates=given.replicates, seed=20130301), range(len(DESIGNS))))
    table = pd.DataFrame([row for part in parts for row in part], columns=["figure", "z", "right"])
    summary = table.groupby("figure", sort=False).agg(right=("right", "mean"), bias=("z", "mean")).reset_index()
    summary["mc_error"] = np.sqrt(summary["right"] * (1 - summary["right"]) / given.replicates)
    rows = summary.to_dict("records")
    (HERE / "comparison.json").write_text(json.dumps({"replicates": given.replicates, "rows": rows}, indent=1) + "\n", encoding="utf-8")
    lines = [
        f"{given.replicates} replications, seed 20130301; no effect in the data. Right: the interval holds 0 (bands: all at once), or p > .05.", "",
        "| figure | right, pct. | Monte-Carlo error | mean estimate / se |", "|---|---|---|---|",
        *(f"| {r['figure']} | {100 * r['right']:.1f} | {100 * r['mc_error']:.1f} | {r['bias']:+.2f} |" for r in rows),
    ]  # fmt: skip
    (HERE / "comparison.md").write_text("\n".join(["# Staggered starts, few clusters, weights, cost models", "", *lines, ""]), encoding="utf-8")
    print("\n".join(lines))
    right = {r["figure"]: r["right"] for r in rows}
    failed = [name for name, least in PROMISED.items() if not right[name] >= least - 2 * math.sqrt(0.05 * 0.95 / given.replicates)]
    for name in failed:
        print(f"FAILED {name}: {100 * right[name]:.1f} pct., promised {100 * PROMISED[name]:.1f}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
