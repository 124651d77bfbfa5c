"""What the programme itself cost: the initiatives of the study, and the national frame, which is nobody's in particular."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from effekt.measures.frames import DAYS_A_YEAR
from effekt.measures.workbook import programme
from effekt.study import Study

if TYPE_CHECKING:
    import pandas as pd

OERE = 100.0


@dataclass(frozen=True)
class ProgrammeCosts:
    """The initiatives of a run's clusters with what they cost.

    initiatives : frame initiative_id, cluster_id, name, type, amount_dkk (as told; missing = not stated), fixed_dkk (fixed prices), running_dkk (a
    year in operation, as told), first, last (months that the amount is spread over). exposure : person-years of the clusters' citizens from the first
    to the last of those months; n_citizens : how many they are at the most in a month. clusters : those whose citizens share it.
    """

    initiatives: pd.DataFrame
    exposure: float
    n_citizens: int
    clusters: tuple[str, ...]

    @property
    def n_stated(self) -> int:
        """Initiatives with a stated cost."""
        return int(self.initiatives["fixed_dkk"].notna().sum())

    @property
    def total_dkk(self) -> float | None:
        """The stated costs together, fixed prices; None where no cost is stated."""
        return float(self.initiatives["fixed_dkk"].sum()) if self.n_stated else None

    @property
    def per_year_dkk(self) -> float | None:
        """The same for each person-year of the citizens who share it; None without a cost or without citizens."""
        return self.total_dkk / self.exposure if self.n_stated and self.exposure > 0 else None


def programme_costs(study: Study) -> ProgrammeCosts:
    """What the initiatives of the run's cluster (of all clusters for the region) cost, in fixed prices and for each citizen-year.

    An initiative's cost is told for the whole programme. It is spread evenly from the month of its start to its end, or where it has none to the end
    of the grant period, or of the data, and put into fixed prices by the mean index of the years it is spread over. The citizens who share it are
    everybody in the target population of the cluster in those months. A municipality has the figures of its cluster: its own are not told.
    An initiative of no cluster in particular is among the region's alone.

    Raises
    ------
    DataError
        A derived table is missing or damaged.
    """
    import pandas as pd

    told = programme(study, "initiative")
    told = told[told["cluster_id"].isin(_clusters(study)) | (told["cluster_id"].isna() & (study.cluster is None))].reset_index(drop=True)
    until = _grant_end(study)
    first = pd.to_datetime(told["start"]).dt.to_period("M").dt.to_timestamp()
    last = pd.to_datetime(told["end"]).fillna(until).clip(upper=study.period[1]).dt.to_period("M").dt.to_timestamp()
    amount = told["cost_oere"].astype("float64") / OERE
    factors = _to_fixed(study, first, last)
    initiatives = told[["initiative_id", "cluster_id", "name", "type"]].assign(
        amount_dkk=amount, fixed_dkk=amount * factors, running_dkk=told["running_cost_oere"].astype("float64") / OERE, first=first, last=last
    )
    exposure, n_citizens = _person_years(study, initiatives)
    return ProgrammeCosts(initiatives, exposure, n_citizens, tuple(_clusters(study)))


def national_frame(study: Study) -> pd.DataFrame:
    """The shares of the national grant, of all of Denmark: `recipient`, `share` (0-1), `amount_dkk`, `first_year`, `last_year`; nominal.

    They are the rows of `funding` that are a share of something. No part of it is known to be this study's, and none is divided by its citizens.
    """
    shares = programme(study, "funding").dropna(subset=["share"]).sort_values("share", ascending=False, ignore_index=True)
    years = [_years(period) for period in shares["period"]]
    return shares[["recipient", "share"]].assign(
        amount_dkk=shares["amount_oere"].astype("float64") / OERE,
        first_year=[year[0] if year else None for year in years],
        last_year=[year[-1] if year else None for year in years],
    )


def _clusters(study: Study) -> list[str]:
    return [study.cluster] if study.cluster is not None else list(study.clusters)


def _years(period: object) -> list[int]:
    return [int(year) for year in re.findall(r"\d{4}", period if isinstance(period, str) else "")]


def _grant_end(study: Study) -> pd.Timestamp:
    """The last month of the national grant; the last of the data where no period is told."""
    import pandas as pd

    years = [year for year in national_frame(study)["last_year"] if pd.notna(year)]
    return min(pd.Timestamp(int(max(years)), 12, 1), study.period[1]) if years else study.period[1]


def _to_fixed(study: Study, first: pd.Series, last: pd.Series) -> list[float | None]:
    """What turns nominal kroner of each span of months into kroner of the price year; None where the index does not cover them."""
    import pandas as pd

    index = programme(study, "price_index").set_index("year")["index"]
    base = index.get(study.protocol.price_year)
    factors = []
    for begin, end in zip(first, last, strict=True):
        levels = index.reindex([month.year for month in pd.date_range(begin, max(begin, end), freq="MS")])
        factors.append(None if base is None or levels.isna().any() else float(base / levels.mean()))
    return factors


def _person_years(study: Study, initiatives: pd.DataFrame) -> tuple[float, int]:
    """Person-years of each cluster in the months of its initiatives, and the most citizens in a month, added up over clusters."""
    import pyarrow.compute as compute

    exposure, n_citizens = 0.0, 0
    for cluster, own in initiatives.groupby("cluster_id"):
        within = [("cluster_id", "==", cluster), ("month", ">=", own["first"].min().date()), ("month", "<=", own["last"].max().date())]
        rows = study.read_arrow("cost_months", ["citizen_id", "month", "days"], filters=within)
        exposure += float(compute.sum(rows["days"]).as_py() or 0) / DAYS_A_YEAR
        months = rows.group_by("month").aggregate([("citizen_id", "count")])
        n_citizens += int(compute.max(months["citizen_id_count"]).as_py() or 0)
    return exposure, n_citizens
