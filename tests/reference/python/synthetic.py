"""Synthetic control weights by pysyncon, on the panel of ../r/synthetic.json.

Run here, in an environment of its own: python -m venv env; env/bin/pip install pysyncon==1.7.0; env/bin/python synthetic.py -> synthetic.json
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from pysyncon import Synth

HERE = Path(__file__).parent
made = json.loads((HERE.parent / "r" / "synthetic.json").read_text(encoding="utf-8"))
y = np.array(made["y"])
before = made["start"] - 1
fit = Synth()
frame = pd.DataFrame(y.T, index=pd.RangeIndex(1, y.shape[1] + 1), columns=[str(u) for u in range(len(y))])
matched = frame.iloc[:before]
# pysyncon divides each row by its standard deviation over units; V undoes that, so that every period counts alike.
spread = matched.std(axis=1, ddof=1).to_numpy() ** 2
fit.fit(X0=matched[frame.columns[1:]], X1=matched["0"], Z0=matched[frame.columns[1:]], Z1=matched["0"], custom_V=spread)
(HERE / "synthetic.json").write_text(json.dumps({"weights": [float(w) for w in fit.W]}), encoding="utf-8")
