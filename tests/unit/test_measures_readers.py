"""The frames that notebooks hand to estimators: columns, units, periods, and what is not there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from effekt import Study, estimates, measures, report
from effekt.data.delivery import import_delivery
from effekt.errors import DataError, UsageError
from effekt.measures.prepare import prepare
from tests.tiny import EVALUATION, write_study


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny study, imported and prepared."""
    text = EVALUATION.replace("comparison:", '  - {id: empty, name: {da: Tom, en: Empty}, start: 2013-06, municipalities: ["0665"]}\ncomparison:')
    folder = write_study(tmp_path_factory.mktemp("readers"), text)
    import_delivery(folder / "delivery", folder)
    prepare(folder)
    return folder


def at(path: Path, cluster: str | None = "alfa") -> Study:
    return Study.open(path, cluster=cluster)


READERS = {
    "monthly": ["month", "events", "exposure"],
    "person_months": ["citizen_id", "unit", "month", "events", "exposure", "treated"],
    "persons": ["citizen_id", "unit", "treated", "after", "events", "exposure"],
    "panel": ["unit", "month", "events", "exposure", "start", "cluster"],
    "cluster_panel": ["unit", "month", "events", "exposure", "start"],
    "population": ["kommunekode", "cluster", "n_citizens", "events_before", "exposure_before", "events_after", "exposure_after"],
}


@pytest.mark.parametrize("cluster", ["alfa", "empty", None])
@pytest.mark.parametrize("outcome", ["adm_acute_medical", "beddays", "cost_total"])
@pytest.mark.parametrize("reader", READERS)
def test_every_reader_gives_its_columns_and_says_what_it_is_about(study: Path, reader: str, outcome: str, cluster: str | None) -> None:
    opened = at(study, cluster)
    frame = getattr(measures, reader)(opened, outcome)
    assert list(frame.columns) == READERS[reader]
    assert frame.attrs == {"outcome": outcome, "unit": cluster or "region", "measure_unit": opened.outcome(outcome).unit}
    numbers = frame.select_dtypes("number")
    assert not numbers.isna().any().any() and (numbers >= 0).all().all()


def test_monthly_is_the_cluster_alone_with_a_zero_for_a_month_without_events(study: Path) -> None:
    series = measures.monthly(at(study), "adm_rate").set_index("month")
    assert series.loc["2012-05-01", "events"] == 2 and series.loc["2012-06-01", "events"] == 0
    assert series.loc["2012-06-01", "exposure"] == pytest.approx(2 * 30 / 365.25)
    assert len(series) == 36 and pd.api.types.is_datetime64_any_dtype(series.index)


def test_monthly_of_the_region_is_the_sum_of_its_clusters_without_the_comparison(study: Path) -> None:
    region = measures.monthly(at(study, None), "cost_total")
    clusters = sum(measures.monthly(at(study, cluster), "cost_total")["events"].sum() for cluster in ("alfa", "beta"))
    assert region["events"].sum() == pytest.approx(clusters)


def test_a_cluster_without_citizens_gives_no_months_and_no_error(study: Path) -> None:
    assert len(measures.monthly(at(study, "empty"), "adm_rate")) == 0
    assert not measures.person_months(at(study, "empty"), "adm_rate")["treated"].any()


def test_costs_are_in_kroner_of_the_price_year(study: Path) -> None:
    rows = measures.person_months(at(study), "cost_prac")
    assert rows["events"].sum() == pytest.approx(2 * 271.50)


def test_person_months_hold_the_cluster_and_the_comparison_with_every_month(study: Path) -> None:
    rows = measures.person_months(at(study), "adm_rate")
    assert set(rows.loc[rows["treated"], "unit"]) == {"0751", "0741"} and set(rows.loc[~rows["treated"], "unit"]) == {"0461"}
    assert rows["month"].min() == pd.Timestamp("2012-01-01") and rows["month"].max() == pd.Timestamp("2014-12-01")
    assert not rows.duplicated(["citizen_id", "month"]).any()


def test_persons_leave_out_the_earlier_project_and_the_phase_in_for_the_comparison_too(study: Path) -> None:
    rows = measures.persons(at(study), "adm_rate")
    months = rows.groupby(["treated", "after"])["exposure"].sum() * 365.25
    before = (pd.Timestamp("2013-03-01") - pd.Timestamp("2012-01-01")).days - (29 + 31 + 30)
    after = (pd.Timestamp("2015-01-01") - pd.Timestamp("2013-06-01")).days
    emigrated = (pd.Timestamp("2015-01-01") - pd.Timestamp("2014-11-16")).days
    assert months[True, False] == pytest.approx(2 * before)
    assert months[True, True] == pytest.approx(2 * after - emigrated)
    died = (pd.Timestamp("2013-03-01") - pd.Timestamp("2013-02-11")).days
    assert months[False, False] == pytest.approx(2 * before - died)
    assert months[False, True] == pytest.approx(after)


def test_persons_of_the_region_split_each_cluster_at_its_own_start_and_compare_with_nobody(study: Path) -> None:
    rows = measures.persons(at(study, None), "adm_rate")
    alone = pd.concat([measures.persons(at(study, cluster), "adm_rate").query("treated") for cluster in ("alfa", "beta")])
    assert rows["treated"].all() and rows["exposure"].sum() == pytest.approx(alone["exposure"].sum())


def test_persons_give_money_under_its_own_name_and_only_for_outcomes_in_money(study: Path) -> None:
    assert measures.persons(at(study), "cost_prac", value="cost_dkk")["cost_dkk"].sum() == pytest.approx(2 * 271.50)
    with pytest.raises(UsageError, match="'cost_dkk' for an outcome in money"):
        measures.persons(at(study), "adm_rate", value="cost_dkk")


def test_panels_give_each_unit_its_start_and_the_comparison_none(study: Path) -> None:
    rows = measures.panel(at(study), "adm_rate")
    starts = rows.drop_duplicates("unit").set_index("unit")["start"]
    assert starts["0751"] == pd.Timestamp("2013-03-01") and starts["0615"] == pd.Timestamp("2013-06-01") and pd.isna(starts["0461"])
    assert set(measures.cluster_panel(at(study), "adm_rate")["unit"]) == {"alfa", "beta"}


def test_population_has_every_municipality_of_the_region_also_those_without_citizens(study: Path) -> None:
    rows = measures.population(at(study), "adm_rate").set_index("kommunekode")
    assert list(rows.index) == ["0751", "0741", "0615", "0665"] and list(rows["n_citizens"]) == [1, 1, 2, 0]


def test_the_study_remembers_which_tables_were_read(study: Path) -> None:
    opened = at(study)
    measures.monthly(opened, "cost_total")
    measures.panel(opened.of("beta"), "adm_rate")
    assert opened.tables_read() == ("cost_months", "person_months")


def test_months_that_are_not_fully_registered_are_in_no_frame_of_their_source(study: Path, tmp_path: Path) -> None:
    shutil.copytree(study, tmp_path / "late")
    protocol = (study / "evaluation.yml").read_text(encoding="utf-8") + "late_registration: {stays: 2}\n"
    (tmp_path / "late" / "evaluation.yml").write_text(protocol, encoding="utf-8")
    late = at(tmp_path / "late")
    for reader in ("monthly", "person_months", "panel", "cluster_panel"):
        assert str(getattr(measures, reader)(late, "adm_rate")["month"].max())[:7] == "2014-10", reader
        assert str(getattr(measures, reader)(late, "cost_total")["month"].max())[:7] == "2014-12", reader
    whole, short = measures.persons(at(study), "adm_rate"), measures.persons(late, "adm_rate")
    assert short["exposure"].sum() < whole["exposure"].sum()
    told = report.limits(late, estimates.rate_ratio(short, contrast="after_before"))
    assert "everything after October\xa02014 is left out" in repr(told)
    assert "left out of the estimates" not in repr(report.limits(at(study), estimates.rate_ratio(whole, contrast="after_before")))


def test_a_municipality_is_its_own_rows_and_the_whole_comparison_at_the_dates_of_its_cluster(study: Path) -> None:
    samso, alfa = at(study, "0741"), at(study)
    assert (samso.unit, samso.start, samso.contaminated) == ("0741", alfa.start, alfa.contaminated)
    own, whole = measures.person_months(samso, "adm_rate"), measures.person_months(alfa, "adm_rate")
    assert set(own.loc[own["treated"], "unit"]) == {"0741"} and len(own) < len(whole)
    pd.testing.assert_frame_equal(own[~own["treated"]].reset_index(drop=True), whole[~whole["treated"]].reset_index(drop=True))
    parts = [measures.monthly(at(study, code), "adm_rate")["exposure"].sum() for code in ("0741", "0751")]
    assert sum(parts) == pytest.approx(measures.monthly(alfa, "adm_rate")["exposure"].sum())
    assert set(measures.persons(samso, "adm_rate").query("treated")["unit"]) == {"0741"}
    pd.testing.assert_frame_equal(measures.panel(samso, "adm_rate"), measures.panel(alfa, "adm_rate"))
    assert len(measures.population(samso, "adm_rate")) == 4


def test_a_municipality_outside_the_clusters_is_refused(study: Path) -> None:
    with pytest.raises(UsageError, match="0461 is no municipality of a cluster of this study. Those are 0751, 0741, 0615"):
        at(study, "0461")


def test_an_unknown_outcome_is_refused_with_the_nearest(study: Path) -> None:
    with pytest.raises(UsageError, match="Unknown outcome 'adm_acut'; did you mean 'adm_acute'"):
        measures.monthly(at(study), "adm_acut")


def test_a_missing_column_names_the_command_that_makes_it(study: Path) -> None:
    with pytest.raises(DataError, match="has no column nonsense; it has .* python -m effekt prepare"):
        at(study).read("stays", columns=["nonsense"])


def test_a_notebook_that_reads_measures_does_not_import_ibis_or_statsmodels(study: Path) -> None:
    code = f"from effekt import Study, measures; measures.monthly(Study.open({str(study)!r}, 'alfa'), 'adm_rate')"
    code += "; import sys; print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "pyarrow" in loaded and not any(f"'{name}'" in loaded for name in ("ibis", "duckdb", "statsmodels", "sqlglot"))


def test_several_outcomes_read_at_once_are_those_read_one_by_one(study: Path) -> None:
    opened = at(study)
    together = measures.period_sums(opened, ["adm_rate", "beddays"])
    for outcome in ("adm_rate", "beddays"):
        alone = measures.persons(opened, outcome)
        assert together[outcome].tolist() == alone["events"].tolist()
        assert together["exposure"].tolist() == pytest.approx(alone["exposure"].tolist())
