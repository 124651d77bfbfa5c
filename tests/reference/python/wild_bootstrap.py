"""Restricted wild cluster bootstrap with every sign pattern by wildboottest, on the data of ../r/wild_bootstrap.json.

Run here, in an environment of its own: python -m venv env; env/bin/pip install wildboottest==0.3.2; env/bin/python wild_bootstrap.py
-> wild_bootstrap.json. wildboottest counts |t*| > |t| only; the test adds the ties.
"""

import json
import warnings
from pathlib import Path

import numpy as np
from wildboottest.wildboottest import WildboottestCL

warnings.filterwarnings("ignore")
HERE = Path(__file__).parent
data = json.loads((HERE.parent / "r" / "wild_bootstrap.json").read_text(encoding="utf-8"))["data"]
x = np.column_stack([np.ones(len(data["y"])), data["x1"], data["x2"]])
boot = WildboottestCL(X=x, Y=np.array(data["y"]), cluster=np.array(data["g"]), R=np.array([0, 1, 0]), B=99999, seed=1, parallel=False)
boot.get_scores(bootstrap_type="11", impose_null=True)
boot.get_weights(weights_type="rademacher")
boot.get_numer()
boot.get_denom()
boot.get_tboot()
boot.get_vcov()
boot.get_tstat()
t_star = np.abs(np.asarray(boot.t_boot, dtype=float))
t = abs(float(np.asarray(boot.t_stat).ravel()[0]))
out = {"t": t, "t_star": sorted(float(value) for value in t_star), "p_strict": float(np.mean(t_star > t + 1e-9))}
(HERE / "wild_bootstrap.json").write_text(json.dumps(out), encoding="utf-8")
