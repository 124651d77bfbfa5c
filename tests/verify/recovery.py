"""Does the primary estimate hold the truth? Hundreds of re-simulated regions, on two processes; figures to recovery.json and recovery.md.

    python tests/verify/recovery.py [--regions 500] [--cost-regions 100] [--processes 2]

A run that was stopped goes on where it was, as long as neither the generator nor an estimator has changed. Exit code 1 where the requirement fails:
of the first 100 regions, at least 90 intervals per cluster and 465 of 500 in all hold the planted ratio.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "lib")]

import pandas as pd  # noqa: E402

from effekt.data.synthetic import load_spec  # noqa: E402
from effekt.data.synthetic.delivery import generator_stamp  # noqa: E402
from effekt.paths import DEMO  # noqa: E402
from effekt.provenance import hash_files, import_closure  # noqa: E402
from tests.recovery.replication import CONTROLLED, COST, FIRST_SEED, replicate, replicate_cost, summarise  # noqa: E402

HERE = Path(__file__).resolve().parent
REQUIRED, PER_CLUSTER, IN_ALL = 100, 90, 465
ESTIMATORS = ("controlled", "before_after", "time_series", "cost")
KINDS = {"admissions": replicate, "cost": replicate_cost}


def run_one(kind: str, seed: int) -> list[dict[str, Any]]:
    """The records of one region, in a process of its own."""
    return KINDS[kind](load_spec(DEMO), seed)


def records_of(kind: str, regions: int, processes: int) -> list[dict[str, Any]]:
    """The records of the first `regions` seeds: those kept from an earlier run, and the rest made now and kept one by one."""
    store = REPOSITORY / "build" / f"recovery-{kind}-{MADE_OF}.jsonl"
    store.parent.mkdir(exist_ok=True)
    kept = {region["seed"]: region["records"] for region in _kept(store)}
    seeds = range(FIRST_SEED, FIRST_SEED + regions)
    waiting = [seed for seed in seeds if seed not in kept]
    began = time.monotonic()
    with ProcessPoolExecutor(processes) as pool, open(store, "a", encoding="utf-8") as file:
        running = {pool.submit(run_one, kind, seed): seed for seed in waiting}
        for done, future in enumerate(as_completed(running), 1):
            kept[running[future]] = future.result()
            file.write(json.dumps({"seed": running[future], "records": future.result()}) + "\n")
            file.flush()
            if done % 10 == 0 or done == len(waiting):
                left = (time.monotonic() - began) / done * (len(waiting) - done)
                print(f"{kind}: {regions - len(waiting) + done} of {regions} regions, {left / 60:.0f} min left", flush=True)
    return [record for seed in seeds for record in kept[seed]]


def requirement(table: pd.DataFrame) -> dict[str, Any]:
    """Whether the primary estimate of the first hundred regions meets what was asked."""
    primary = table[table["estimator"] == CONTROLLED]
    holds = {str(cluster): int(n) for cluster, n in zip(primary["cluster"], primary["holds"], strict=True)}
    met = min(holds.values()) >= PER_CLUSTER and sum(holds.values()) >= IN_ALL
    return {"regions": REQUIRED, "holds": holds, "in_all": sum(holds.values()), "of": REQUIRED * len(holds), "met": met}


def page(required: dict[str, Any], tables: list[tuple[str, pd.DataFrame]]) -> str:
    """The figures as a readable page."""
    told = ", ".join(f"{cluster} {n}" for cluster, n in required["holds"].items())
    lines = [
        "# Does the primary estimate hold the truth?",
        "",
        "Written by `tests/verify/recovery.py`. Regions of the demo's size are simulated citizen by citizen with fixed seeds",
        "(`effekt.data.synthetic`: frailty, good and bad years, bursts of readmissions, surge before death, common shocks, the registration break",
        "of 2014); the programme avoids each potential admission by a draw of its own, so that the true ratio is known and no fitted model is the",
        "one drawn from.",
        "",
        f"First {REQUIRED} regions, 95% intervals of the primary estimate that hold the planted ratio: {told}; {required['in_all']} of "
        f"{required['of']} in all (asked: {PER_CLUSTER} a cluster, {IN_ALL} in all). **{'Met' if required['met'] else 'Not met'}.**",
    ]
    for title, table in tables:
        lines += ["", f"## {title}", "", *_markdown(table)]
    return "\n".join(lines) + "\n"


def _markdown(table: pd.DataFrame) -> Iterator[str]:
    yield "| estimator | cluster | truth | regions | coverage (+- MC) | bias of log (+- MC) | spread | mean error | interval excludes 1 |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for row in table.itertuples():
        error = math.sqrt(row.coverage * (1 - row.coverage) / row.regions)
        yield (
            f"| {row.estimator} | {row.cluster} | {row.truth:.3f} | {row.regions} | {row.coverage:.3f} +- {error:.3f} "
            f"| {row.bias:+.4f} +- {row.bias_mc_se:.4f} | {row.sd:.4f} | {row.mean_se:.4f} | {row.excludes_1:.2f} |"
        )
    for name, rows in table.groupby("estimator", sort=False):
        coverage = rows["holds"].sum() / rows["regions"].sum()
        yield f"| {name} | all | | {rows['regions'].sum()} | {coverage:.3f} | {rows['bias'].mean():+.4f} | | | |"


def _kept(store: Path) -> Iterator[dict[str, Any]]:
    for line in store.read_text(encoding="utf-8").splitlines() if store.is_file() else []:
        try:
            yield json.loads(line)
        except ValueError:   # the last line of a run that was stopped
            continue


def _key() -> str:
    """Names the generator, what it is told, and the estimators: records made of anything else are not used."""
    files = {path for name in ESTIMATORS for path in import_closure(f"effekt.estimates.{name}")}
    return (generator_stamp(load_spec(DEMO))[:8] + hash_files(files)[:8])[:16]


MADE_OF = _key()   # of the code this process has loaded, whatever is written to the files while it runs


def main() -> int:
    """Simulate what is missing, write both files, say whether the requirement is met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--regions", type=int, default=500)
    parser.add_argument("--cost-regions", type=int, default=100)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    admissions = records_of("admissions", max(asked.regions, REQUIRED), asked.processes)
    cost = records_of("cost", asked.cost_regions, asked.processes) if asked.cost_regions else []
    first = summarise([record for record in admissions if record["seed"] < FIRST_SEED + REQUIRED])
    required = requirement(first)
    tables = [("Acute medical admissions, a year after the start, all regions", summarise(admissions))]
    tables += [(f"Total cost per citizen-year ({COST}); the truth is each region's potential outcome", summarise(cost))] if cost else []
    told = {title: json.loads(table.round(6).to_json(orient="records")) for title, table in tables}
    figures = {"made_of": MADE_OF, "requirement": required, "tables": told}
    (HERE / "recovery.json").write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (HERE / "recovery.md").write_text(page(required, tables), encoding="utf-8")
    print(page(required, tables))
    return 0 if required["met"] else 1


if __name__ == "__main__":
    sys.exit(main())
