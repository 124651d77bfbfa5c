"""CPU seconds of the estimators at the size that occurs, and their ratio to an obvious peer in the same run: `python tests/bench/estimate_speed.py`.

One BLAS thread, median of 3. Peers: statsmodels on the uncollapsed rows (on a tenth of the citizens: on all of them its dense design would need
gigabytes), and scipy.stats.bootstrap.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from effekt import estimates

CITIZENS, MONTHS, UNITS = 13_000, 84, 17
START = pd.Timestamp("2013-09-01")


def person_months(citizens: int) -> pd.DataFrame:
    """citizens x 84 months, in 17 municipalities of which 5 are in the programme."""
    generator = np.random.default_rng(1)
    unit = np.arange(citizens) % UNITS
    citizen, month = np.repeat(np.arange(citizens), MONTHS), np.tile(np.arange(MONTHS), citizens)
    rate = np.repeat(generator.gamma(0.6, 1 / 0.6, citizens), MONTHS) * 0.3 * np.exp(0.1 * np.cos(month / 2))
    return pd.DataFrame(
        {
            "citizen_id": citizen,
            "unit": pd.Series([f"{700 + code:04d}" for code in range(UNITS)]).to_numpy()[unit[citizen]],
            "month": pd.date_range("2010-01-01", periods=MONTHS, freq="MS")[month],
            "events": generator.poisson(rate / 12),
            "exposure": 30.44 / 365.25,
            "treated": unit[citizen] < 5,
        }
    )


def seconds(call: Callable[[], object], runs: int = 3) -> float:
    """Median CPU seconds."""
    spent = []
    for _ in range(runs):
        begin = time.process_time()
        call()
        spent.append(time.process_time() - begin)
    return statistics.median(spent)


def on_rows(frame: pd.DataFrame) -> object:
    """The same Poisson model on the rows, clustered by citizen, in statsmodels."""
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    month = (frame["month"].dt.year - START.year) * 12 + frame["month"].dt.month - START.month
    rows = frame[~(frame["treated"] & month.between(0, 2))]
    month = month[rows.index]
    dummies = pd.get_dummies(rows["unit"], dtype=float).join(pd.get_dummies(rows["month"].astype(str), dtype=float).iloc[:, 1:])
    exposed = (rows["treated"] & (month >= 0)).astype(float)
    design = np.column_stack([dummies, exposed, exposed * (month - 12) / 12])
    model = GLM(rows["events"].to_numpy(), design, family=Poisson(), offset=np.log(rows["exposure"].to_numpy()))
    return model.fit(cov_type="cluster", cov_kwds={"groups": rows["citizen_id"].to_numpy(), "use_correction": False})


def main() -> None:
    """Print one line a comparison."""
    whole, tenth = person_months(CITIZENS), person_months(CITIZENS // 10)
    ours = seconds(lambda: estimates.controlled_time_series(whole, start=START))
    print(f"controlled_time_series, {len(whole):,} rows: {ours:.2f} s")
    part, rows = seconds(lambda: estimates.controlled_time_series(tenth, start=START)), seconds(lambda: on_rows(tenth), runs=1)
    print(f"  {len(tenth):,} rows: {part:.3f} s; statsmodels on the rows {rows:.2f} s; ratio {part / rows:.4f}")

    money = np.random.default_rng(2).gamma(0.3, 60_000, CITIZENS)
    treated = np.arange(CITIZENS) % 3 == 0
    persons = pd.DataFrame({"cost": money, "treated": treated})
    ours = seconds(lambda: estimates.bootstrap_mean_difference(persons, value="cost", seed=1))
    peer = seconds(lambda: peer_bootstrap(money[treated], money[~treated]), runs=1)
    print(f"bootstrap_mean_difference, {CITIZENS:,} citizens, 10,000 replicates: {ours:.2f} s; scipy {peer:.2f} s; ratio {ours / peer:.3f}")

    panel = whole.groupby(["unit", "month"], as_index=False)[["events", "exposure"]].sum()
    panel = panel[panel["unit"] < "0705"].assign(start=lambda frame: START + pd.to_timedelta(31 * frame["unit"].astype(int) % 155, "D"))
    panel["start"] = panel["start"].dt.to_period("M").dt.to_timestamp()
    ours = seconds(lambda: estimates.rollout_test(panel))
    print(f"rollout_test, 120 orders x {len(panel)} rows, with interval: {ours:.3f} s")


def peer_bootstrap(one: np.ndarray, two: np.ndarray) -> object:
    """The percentile interval of scipy, in batches so that it fits in memory."""
    from scipy.stats import bootstrap

    def difference(x: np.ndarray, y: np.ndarray, axis: int = -1) -> np.ndarray:
        return x.mean(axis=axis) - y.mean(axis=axis)

    return bootstrap((one, two), difference, n_resamples=10_000, method="percentile", batch=500, rng=np.random.default_rng(1))


if __name__ == "__main__":
    main()
