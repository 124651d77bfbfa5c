"""Synthetic control against an exhaustive search in R (r/synthetic.R) and pysyncon (python/synthetic.py)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt import estimates
from tests.reference.frozen import frozen

R = frozen("synthetic")
Y = np.array(R["y"])
PANEL = pd.DataFrame(
    {"unit": np.repeat(np.arange(len(Y)), Y.shape[1]), "period": np.tile(np.arange(1, Y.shape[1] + 1), len(Y)), "y": Y.ravel()}
)  # fmt: skip


def test_weights_gap_and_placebo_p_are_those_of_r() -> None:
    found = estimates.synthetic_control(PANEL, treated=0, start=R["start"], outcome="y")
    assert_allclose(found.weights, R["weights"], atol=1e-9)
    assert_allclose(found.gap["gap"], R["gap"], atol=1e-9)
    assert_allclose([found.average_effect.value, found.p_placebo], [R["average_effect"], R["p"]], rtol=1e-9)
    assert_allclose(found.placebos[["rmspe_before", "rmspe_after"]].T, [R["rmspe_before"], R["rmspe_after"]], atol=1e-9)


def test_weights_are_those_of_pysyncon_within_its_stopping_rule() -> None:
    found = estimates.synthetic_control(PANEL, treated=0, start=R["start"], outcome="y")
    pysyncon = np.array(frozen("synthetic", "python")["weights"])
    assert_allclose(found.weights, pysyncon, atol=1e-3)
    before = Y[:, : R["start"] - 1]
    losses = [float(np.sum((before[0] - weights @ before[1:]) ** 2)) for weights in (found.weights.to_numpy(), pysyncon)]
    assert losses[0] <= losses[1] and losses[0] == pytest.approx(losses[1], rel=1e-4)
