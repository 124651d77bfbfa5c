"""CPU seconds and peak memory of the estimators on 10^6 rows of citizens, one fresh process each: `python tests/bench/million_rows.py [NAME ...]`.

Without names: every estimator of the table. One BLAS thread; the frame is made before the clock starts, its own size is told beside the peak.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / "lib")]

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from effekt import estimates as e  # noqa: E402

ROWS = 1_000_000


def people(rows: int) -> pd.DataFrame:
    """Two rows a citizen, before and after."""
    generator = np.random.default_rng(1)
    citizen = np.arange(rows) // 2
    frame = pd.DataFrame({"citizen_id": citizen, "after": np.arange(rows) % 2 == 1, "treated": citizen % 3 == 0, "exposure": 1.0, "wave": 1})
    frame["age"] = generator.normal(80, 6, rows)
    frame["events"] = generator.poisson(0.5, rows)
    frame["cost_dkk"] = frame["events"] * generator.gamma(2.0, 15_000, rows)
    frame["fell"] = generator.random(rows) < 0.2
    frame["answered"] = generator.random(rows) < 0.7
    frame["entry"], frame["exit"] = 0.0, generator.integers(1, 366, rows).astype(float)
    frame["event"] = generator.integers(0, 3, rows)
    frame["own"] = np.arange(rows)
    return frame


def spells(frame: pd.DataFrame) -> pd.DataFrame:
    """One spell a row."""
    return frame.assign(citizen_id=frame["own"])


CALLS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "rate_ratio": lambda f: e.rate_ratio(f),
    "rate_difference": lambda f: e.rate_difference(f),
    "mean_costs": lambda f: e.mean_costs(f),
    "cost_ratio": lambda f: e.cost_ratio(f),
    "bootstrap_mean_difference": lambda f: e.bootstrap_mean_difference(f, value="cost_dkk", seed=1, replicates=200),
    "proportion_change": lambda f: e.proportion_change(f, outcome="fell", covariates=["age"]),
    "response_table": lambda f: e.response_table(f, covariates=["age"]),
    "balance_weights": lambda f: e.balance_weights(f, treated="treated", covariates=["age", "events"]),
    "weighted_difference": lambda f: e.weighted_difference(f, outcome="cost_dkk", treated="treated", weights="exposure"),
    "two_part_cost": lambda f: e.two_part_cost(f, cost="cost_dkk", treated="treated", covariates=["age"]),
    "one_part_cost": lambda f: e.one_part_cost(f, cost="cost_dkk", treated="treated", covariates=["age"]),
    "cumulative_incidence": lambda f: e.cumulative_incidence(spells(f), at=[30, 180]),
    "kaplan_meier": lambda f: e.kaplan_meier(spells(f).assign(event=f["event"] % 2), at=[30, 180]),
    "recurrent_events": lambda f: e.recurrent_events(spells(f).assign(event=f["event"] % 2), covariates=["treated", "age"]),
    "gee exchangeable": lambda f: e.gee(f, outcome="events", covariates=["age"], groups="citizen_id", family="poisson", structure="exchangeable"),
}


def one(name: str, rows: int = ROWS) -> str:
    """One line of the table."""
    frame = people(rows)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    begin = time.process_time()
    CALLS[name](frame)
    spent = time.process_time() - begin
    return f"| {name} | {spent:.1f} | {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} | {held:.0f} |"


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--one":
        print(one(sys.argv[2]))
    else:
        print("| estimator | CPU s | peak MB | of which before |\n|---|---|---|---|")
        for called in sys.argv[1:] or CALLS:
            subprocess.run([sys.executable, __file__, "--one", called], check=True)
