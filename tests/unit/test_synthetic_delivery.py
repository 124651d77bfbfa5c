"""The raw delivery of a synthetic study: its files, when it is made, and what truth.json says."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from effekt.data.synthetic import ensure_delivery, load_spec
from effekt.data.synthetic.prices import price_index
from effekt.errors import UsageError
from effekt.paths import REPOSITORY

HEADERS = {
    "lpr_adm": "recnum;pnr;c_sgh;c_afd;c_spec;c_pattype;c_indm;c_udm;c_kom;d_inddto;v_indtime;v_indminut;d_uddto;v_udtime;v_sengdage;c_adiag",
    "lpr_diag": "recnum;c_diag;c_diagtype",
    "lpr_bes": "recnum;d_ambdto",
    "sssy": "pnr;ydernr;speciale;ydlant;kontakt;bruhon;honuge;barnmak",
    "bef": "pnr;koen;foed_dag;kom;reg;antpersh;referencetid",
    "dod": "pnr;doddato",
    "vnds": "pnr;indud_kode;haend_dato",
    "drg_hel": "recnum;v_totpris_genop",
    "drg_amb": "recnum;v_pris_genop",
    "homecare": "pnr;kommunekode;aar;uge;personlig_pleje_min;praktisk_hjaelp_min;leveret",
    "unit_cost": "service_type;year;dkk;unit",
    "price_index": "year;index",
    "initiatives": (
        "initiative_id;cluster_id;name;type;task;status;mode;start;end;kommunekoder;existing;reach_n;eligible_n;fidelity_pct;"
        "cost_dkk;evaluated;evidence;transferability;cost_score;target_group;running_cost_dkk;continues_after_2015"
    ),
    "resource_persons": "cluster_id;side;appointed_date;dedicated_pct",
    "funding": "funding_id;grant;period;recipient;share;dkk",
    "enrolments": "pnr;initiative_id;start;end",
    "audit_cases": "case_id;cluster_id;kommunekode;audit_date;discharge_date;sectors;auditors;round",
    "audit_findings": "finding_id;case_id;auditor_id;phase;sector_from;sector_to;error_type;severity;preventable;remark",
    "bodies": "body_id;name_da;name_en;per_year_min;per_year_max;per_cluster;source",
    "consultant_posts": "post_id;role;role_da;role_en;unit;cluster_id;n_posts;hours;fte;pool_dkk;funder;new;status;source_table;is_inferred;source",
    "delayed_discharge": "pnr;faerdig_dato;slut_dato",
    "folk1a": "område;køn;alder;tid;indhold",
    "home_visits": "pnr;kommunekode;discharge_date;contact_no;initiator;offered;accepted;planned_date;held_date;performer;place;not_held_reason",
    "homenursing": "pnr;kommunekode;dato;ydelse;antal;leveret",
    "indicators": (
        "indicator_id;aim_id;triple_aim;label_da;label_en;unit;direction;outcome_id;numerator;denominator;national;verified;"
        "data_status;source"
    ),
    "lmdb": "pnr;eksd;atc;vnr;apk;volume;eksp;ptp;korr;ydernr",
    "meetings": "meeting_id;body_id;cluster_id;planned;held",
    "milestones": "milestone_id;cluster_id;step_label;text_da;text_en;planned_from;planned_to;actual;source",
    "obligations": "cluster_id;obligation_id;met;met_date",
    "practice_list": "pnr;ydernr;fra;til",
    "practices": "ydernr;kommunekode;kvalitetsklynge;tilmeldte;tilmeldte_65plus",
    "reporting_lines": "from_body;to_body;due;delivered;source",
    "survey_answers": "response_id;pnr;kommunekode;respondent;wave;instrument;item_id;date;value;missing_reason",
    "survey_invitations": "pnr;kommunekode;respondent;wave;invited_date;answered",
    "survey_waves": "cluster_id;kommunekode;respondent;wave;opened;closed;invited;answered",
    "targets": "target_id;indicator_id;cluster_id;baseline;target_value;comparator;deadline;owner;followup_method",
}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copied(tmp_path_factory.mktemp("synthetic"))
    ensure_delivery(folder)
    return folder


def copied(folder: Path) -> Path:
    for name in ("evaluation.yml", "synthetic.yml"):
        shutil.copy(REPOSITORY / "tests" / "studies" / "small" / name, folder)
    return folder


def rows(study: Path, name: str) -> list[dict[str, str]]:
    with open(study / "delivery" / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def truth(study: Path) -> dict[str, Any]:
    return json.loads((study / "truth.json").read_text(encoding="utf-8"))


def hashes(study: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((study / "delivery").iterdir())}


def test_the_files_and_their_columns_are_those_of_the_senders(study: Path) -> None:
    found = {path.stem: path.read_text(encoding="utf-8").split("\n", 1)[0] for path in (study / "delivery").iterdir()}
    assert found == HEADERS


def test_the_same_study_gives_the_same_bytes_elsewhere(study: Path, tmp_path: Path) -> None:
    ensure_delivery(copied(tmp_path))
    assert hashes(tmp_path) == hashes(study)
    assert truth(tmp_path) == truth(study)


def test_nothing_is_made_again_unless_something_changed(tmp_path: Path) -> None:
    said: list[str] = []
    ensure_delivery(copied(tmp_path), said.append)
    ensure_delivery(tmp_path, said.append)
    assert len(said) == 1
    before = hashes(tmp_path)
    (tmp_path / "delivery" / "dod.csv").unlink()
    ensure_delivery(tmp_path, said.append)
    assert (len(said), hashes(tmp_path)) == (2, before)
    planted = tmp_path / "synthetic.yml"
    planted.write_text(planted.read_text(encoding="utf-8").replace("admissions: 0.70", "admissions: 0.60"), encoding="utf-8")
    ensure_delivery(tmp_path, said.append)
    assert len(said) == 3
    assert hashes(tmp_path)["lpr_adm.csv"] != before["lpr_adm.csv"]
    assert hashes(tmp_path)["dod.csv"] == before["dod.csv"]
    assert truth(tmp_path)["clusters"]["alfa"]["ratio"] == 0.6


def test_a_word_in_the_protocol_that_changes_no_row_makes_nothing_again(tmp_path: Path) -> None:
    said: list[str] = []
    ensure_delivery(copied(tmp_path), said.append)
    protocol = tmp_path / "evaluation.yml"
    protocol.write_text(protocol.read_text(encoding="utf-8").replace("language: en", "language: da"), encoding="utf-8")
    ensure_delivery(tmp_path, said.append)
    assert len(said) == 1


def test_a_real_study_is_refused_and_its_delivery_untouched(tmp_path: Path) -> None:
    protocol = copied(tmp_path) / "evaluation.yml"
    protocol.write_text(protocol.read_text(encoding="utf-8").replace("synthetic: true", "synthetic: false"), encoding="utf-8")
    (tmp_path / "delivery").mkdir()
    (tmp_path / "delivery" / "bef.csv").write_text("pnr\n", encoding="utf-8")
    with pytest.raises(UsageError, match="synthetic studies only"):
        ensure_delivery(tmp_path)
    assert (tmp_path / "delivery" / "bef.csv").read_text(encoding="utf-8") == "pnr\n"


@pytest.mark.parametrize(
    ("wrong", "named"), [("citizens: {regoin: 5}", "regoin"), ("clusters: {gamma: {admissions: 1}}", "gamma"), ("effects: {}", "effects")]
)
def test_a_misspelt_plan_is_refused_by_name(tmp_path: Path, wrong: str, named: str) -> None:
    (copied(tmp_path) / "synthetic.yml").write_text(wrong + "\n", encoding="utf-8")
    with pytest.raises(UsageError, match=named):
        load_spec(tmp_path)


def test_an_interrupted_generation_leaves_the_old_delivery_and_is_begun_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from effekt.data.synthetic import delivery

    ensure_delivery(copied(tmp_path))
    before = hashes(tmp_path)
    planted = tmp_path / "synthetic.yml"
    planted.write_text(planted.read_text(encoding="utf-8").replace("0.70", "0.60"), encoding="utf-8")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(delivery, "write_csv", interrupt)
        ensure_delivery(tmp_path)
    assert hashes(tmp_path) == before
    said: list[str] = []
    ensure_delivery(tmp_path, said.append)
    assert len(said) == 1
    assert hashes(tmp_path) != before


def test_numbers_identifiers_and_missing_ends_have_the_form_of_the_registers(study: Path) -> None:
    contacts = rows(study, "lpr_adm")
    known = [row for row in contacts if row["c_udm"]]
    assert {len(row["pnr"]) for row in rows(study, "bef")} == {12}
    assert any(row["pnr"].startswith("0") for row in rows(study, "bef"))
    assert {len(row["c_kom"]) for row in contacts} == {3}
    assert {row["c_pattype"] for row in contacts} == {"0", "2", "3"}
    assert all(row["d_uddto"] and row["v_udtime"] for row in known)
    still = [row for row in contacts if not row["c_udm"]]
    assert not any(row["d_uddto"] or row["v_udtime"] for row in still)
    assert all(len(row["bruhon"].split(".")[1]) == 2 and len(row["honuge"]) == 4 for row in rows(study, "sssy"))
    assert all(len(row["v_totpris_genop"].split(".")[1]) == 3 for row in rows(study, "drg_hel"))


def test_prices_drift_so_that_fixed_prices_matter(study: Path) -> None:
    index = {int(row["year"]): float(row["index"]) for row in rows(study, "price_index")}
    assert index[2013] == 100
    assert index[2015] / index[2011] > 1.05
    assert index[2014] == price_index([2014])[0]
    hours = {int(row["year"]): float(row["dkk"]) for row in rows(study, "unit_cost") if row["service_type"] == "personal_care"}
    assert hours[2015] / hours[2011] > index[2015] / index[2011]


def test_the_truth_says_what_each_baseline_means(study: Path) -> None:
    clusters = truth(study)["clusters"]
    assert clusters["alfa"]["ratio"] == clusters["alfa"]["ratio_from_contaminated_baseline"] == 0.7
    assert clusters["beta"]["ratio"] == 1.0
    assert 1.0 < clusters["beta"]["ratio_from_contaminated_baseline"] < 1 / 0.9
    for cluster in ("alfa", "beta"):
        told = clusters[cluster]
        assert told["naive_before_after"] == pytest.approx(told["ratio"] * told["drift_without_programme"], rel=1e-5)


def test_the_truth_of_cost_is_the_difference_of_potential_outcomes(study: Path) -> None:
    clusters = truth(study)["clusters"]
    cost = clusters["alfa"]["cost_total"]
    assert cost["ratio"] == pytest.approx(cost["dkk_with"] / cost["dkk_without"], rel=1e-4)
    assert cost["difference_dkk"] == pytest.approx(cost["dkk_with"] - cost["dkk_without"], abs=0.02)
    assert clusters["alfa"]["cost_mun"]["ratio"] == pytest.approx(1.08, abs=0.01)
    assert clusters["beta"]["cost_total"]["ratio"] == pytest.approx(1, abs=1e-3)
    assert clusters["empty"]["cost_total"] is None
