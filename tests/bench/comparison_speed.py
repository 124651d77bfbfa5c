"""CPU seconds of staggered starts, few clusters, weights and cost models, beside a peer where one is installed.

Run as `python tests/bench/comparison_speed.py`.

One BLAS thread, median of 3. Peers: diff-diff and wildboottest (not among the suite's packages: where they are missing the line says so),
statsmodels for the two-part model.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import importlib.util
import statistics
import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd

from effekt import estimates

UNITS, MONTHS, STARTS = 100, 84, (38, 40, 42, 44, 45)
ROWS, CLUSTERS, CITIZENS = 20_000, 12, 50_000


def seconds(call: Callable[[], object], runs: int = 3) -> float:
    """Median CPU seconds."""
    spent = []
    for _ in range(runs):
        begin = time.process_time()
        call()
        spent.append(time.process_time() - begin)
    return statistics.median(spent)


def beside(name: str, ours: float, package: str, peer: Callable[[], object]) -> None:
    """One line: our seconds, the peer's, and the ratio."""
    if importlib.util.find_spec(package) is None:
        print(f"{name}: {ours:.3f} s; {package} is not installed here")
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = seconds(peer, runs=1)
    print(f"{name}: {ours:.3f} s; {package} {theirs:.3f} s; ratio {ours / theirs:.4f}")


def panel() -> pd.DataFrame:
    """100 units, 84 months, five start months and never-treated units."""
    generator = np.random.default_rng(1)
    start = np.array([*STARTS, np.nan, np.nan])[np.arange(UNITS) % 7]
    frame = pd.DataFrame({"unit": np.repeat(np.arange(UNITS), MONTHS), "period": np.tile(np.arange(1, MONTHS + 1), UNITS)})
    frame["start"] = np.repeat(start, MONTHS)
    return frame.assign(y=generator.normal(size=len(frame)) - 0.2 * (frame["period"] >= frame["start"]))


def staggered_peer(frame: pd.DataFrame) -> object:
    """diff-diff without bootstrap."""
    from diff_diff import CallawaySantAnna

    given = frame.assign(g=frame["start"].fillna(0).astype(int))
    return CallawaySantAnna().fit(given, outcome="y", unit="unit", time="period", first_treat="g", aggregate="all")


def wild_peer(frame: pd.DataFrame) -> object:
    """wildboottest with every pattern."""
    from wildboottest.wildboottest import WildboottestCL

    x = np.column_stack([np.ones(len(frame)), frame["x"], frame["z"]])
    boot = WildboottestCL(X=x, Y=frame["y"].to_numpy(), cluster=frame["g"].to_numpy(), R=np.array([0, 1, 0]), B=99999, seed=1, parallel=False)
    boot.get_scores(bootstrap_type="11", impose_null=True)
    boot.get_weights(weights_type="rademacher")
    boot.get_numer()
    boot.get_denom()
    return boot.get_tboot()


def two_part_peer(frame: pd.DataFrame) -> object:
    """Both parts in statsmodels, without the delta method."""
    from statsmodels.genmod.families import Binomial, Gamma
    from statsmodels.genmod.families.links import Log
    from statsmodels.genmod.generalized_linear_model import GLM

    design = np.column_stack([np.ones(len(frame)), frame["treated"], frame["age"]])
    some = frame["cost"].to_numpy() > 0
    GLM(some.astype(float), design, family=Binomial()).fit()
    return GLM(frame["cost"].to_numpy()[some], design[some], family=Gamma(Log())).fit()


def main() -> None:
    """Print one line a comparison."""
    frame = panel()
    ours = seconds(lambda: estimates.staggered(frame, outcome="y", aggregate="event", replicates=0))
    beside(f"staggered, {UNITS} units x {MONTHS} months", ours, "diff_diff", lambda: staggered_peer(frame))
    print(f"  with bands from 9,999 draws: {seconds(lambda: estimates.staggered(frame, outcome='y', aggregate='event')):.3f} s")
    generator = np.random.default_rng(2)
    rows = pd.DataFrame(generator.normal(size=(ROWS, 3)), columns=["y", "x", "z"]).assign(g=np.arange(ROWS) % CLUSTERS)
    options = {"y": "y", "x": ["x", "z"], "tested": "x", "cluster": "g"}
    ours = seconds(lambda: estimates.wild_cluster_bootstrap(rows, **options))
    beside(f"wild_cluster_bootstrap, 2^{CLUSTERS} patterns, {ROWS:,} rows", ours, "wildboottest", lambda: wild_peer(rows))
    people = pd.DataFrame({"treated": generator.integers(0, 2, CITIZENS), "age": generator.normal(80, 6, CITIZENS)})
    people["cost"] = np.where(generator.random(CITIZENS) < 0.6, generator.gamma(1.0, 9_000.0, CITIZENS), 0.0)
    ours = seconds(lambda: estimates.two_part_cost(people, cost="cost", treated="treated", covariates=["age"]))
    beside(f"two_part_cost, {CITIZENS:,} citizens", ours, "statsmodels", lambda: two_part_peer(people))
    weigh = seconds(lambda: estimates.balance_weights(people, treated="treated", covariates=["age"], method="entropy"))
    print(f"balance_weights by entropy, {CITIZENS:,} citizens: {weigh:.3f} s")


if __name__ == "__main__":
    main()
