"""Meta-regression of the 13 BCG trials against metafor (r/meta_regression.R)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt import estimates
from tests.reference.frozen import frozen

R = frozen("meta_regression")
DATA = pd.DataFrame(R["data"])
EFFECTS = DATA.assign(unit=np.arange(len(DATA)), estimate=DATA["yi"], se=np.sqrt(DATA["vi"]))


@pytest.mark.parametrize("fit", R["fits"], ids=lambda fit: f"{fit['method']} {fit['test']} {len(np.atleast_1d(fit['covariates']))}")
def test_meta_regression_is_that_of_metafor(fit: dict) -> None:
    test = {"z": "z", "knha": "hksj"}[fit["test"]]
    found = estimates.meta_regression(EFFECTS, covariates=list(np.atleast_1d(fit["covariates"])), tau2=fit["method"], test=test)
    for name in ("estimate", "se", "low", "high"):
        assert_allclose(getattr(found, name), fit[name], rtol=1e-6, atol=1e-9)
    assert_allclose(found.coefficients["p"], fit["p"], rtol=1e-5, atol=1e-9)
    for name in ("tau2", "i2", "q", "q_p", "qm", "qm_p"):
        assert getattr(found, name) == pytest.approx(fit[name], rel=1e-6)
    if fit["method"] != "EE":
        assert found.r2 == pytest.approx(fit["r2"], rel=1e-6)
        assert_allclose(found.blups[["estimate", "se"]].T, [fit["blup"], fit["blup_se"]], rtol=1e-6)
        assert_allclose(found.prediction[["low", "high"]].T, [fit["prediction_low"], fit["prediction_high"]], rtol=1e-6)
    else:
        assert found.r2 is None
    slope = found.moderators["ablat"]
    assert slope.value == pytest.approx(np.exp(np.atleast_1d(fit["estimate"])[1]), rel=1e-6) and slope.claim == "descriptive"
