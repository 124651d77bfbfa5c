"""Staggered starts by diff-diff and pyfixest, on the panel of ../r/staggered.json and on the castle-doctrine panel.

Run here, in an environment of its own (diff-diff is not among the suite's packages):
    python -m venv env; env/bin/pip install diff-diff==3.13.0 pyfixest==0.60.0 causaldata==0.1.5; env/bin/python staggered.py
-> staggered.json
"""

import json
import logging
import warnings
from pathlib import Path

import causaldata
import numpy as np
import pandas as pd
import pyfixest
from diff_diff import CallawaySantAnna

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
HERE = Path(__file__).parent


def small() -> pd.DataFrame:
    """The panel that R made."""
    made = json.loads((HERE.parent / "r" / "staggered.json").read_text(encoding="utf-8"))
    rows = [
        {"unit": unit, "period": period, "y": made["y"][unit][place], "g": start}
        for unit, start in enumerate(made["start"])
        for place, period in enumerate(made["periods"])
    ]
    return pd.DataFrame(rows)


def castle() -> pd.DataFrame:
    """Log homicide rates of 50 states, by the first year of a castle-doctrine law (Cheng and Hoekstra 2013)."""
    data = causaldata.castle.load_pandas().data
    first = data[data["post"] == 1].groupby("sid")["year"].min()
    panel = pd.DataFrame({"unit": data["sid"].astype(int), "period": data["year"].astype(int), "y": np.log(data["homicide"].astype(float))})
    return panel.assign(g=panel["unit"].map(first).fillna(0).astype(int))


def told(panel: pd.DataFrame, control: str, base: str) -> dict:
    """What diff-diff finds, without bootstrap."""
    fit = CallawaySantAnna(control_group={"never": "never_treated", "not_yet": "not_yet_treated"}[control], base_period=base)
    found = fit.fit(panel, outcome="y", unit="unit", time="period", first_treat="g", aggregate="all")
    plain = [[int(g), int(t), float(v["effect"]), None if np.isnan(v["se"]) else float(v["se"])] for (g, t), v in found.group_time_effects.items()]
    events = [[int(e), float(v["effect"]), None if np.isnan(v["se"]) else float(v["se"])] for e, v in found.event_study_effects.items()]
    groups = [[int(g), float(v["effect"]), float(v["se"])] for g, v in found.group_effects.items()]
    simple = [float(found.overall_att), float(found.overall_se)]
    return {"control": control, "base": base, "simple": simple, "att": plain, "event": events, "group": groups}


def saturated(panel: pd.DataFrame) -> list:
    """Cohort x period coefficients of the fully interacted two-way model (Sun and Abraham) by pyfixest: equal to never / universal."""
    fit = pyfixest.event_study(panel, yname="y", idname="unit", tname="period", gname="g", estimator="saturated")
    return [[name, round(float(value), 9)] for name, value in fit.coef().items()]


cases = [(control, base) for control in ("never", "not_yet") for base in ("varying", "universal")]
out = {
    "small": [told(small(), *case) for case in cases],
    "castle": [told(castle(), *case) for case in cases],
    "castle_panel": castle().round({"y": 12}).to_dict("list"),
    "saturated": saturated(small()),
}
(HERE / "staggered.json").write_text(json.dumps(out), encoding="utf-8")
