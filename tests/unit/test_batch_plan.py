"""What is run is decided and checked before anything starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from effekt.batch.notebook import Notebook, load_notebook
from effekt.batch.plan import choose_notebooks, find_notebooks, make_plan, read_value
from effekt.errors import UsageError
from tests.faults.toys import notebook, write_notebook

CLUSTERS = ("aarhus", "horsens")
EXTRA = """study_path: str = "data/demo"  # folder
cluster: str = "horsens"  # cluster
window: int = 12  # months
wide: bool = False
note: str | None = None"""


def load(folder: Path, **options: Any) -> Notebook:
    path = folder / "03_admissions.ipynb"
    write_notebook(path, notebook("03_admissions", **options))
    return load_notebook(path)


def two(folder: Path) -> tuple[Notebook, ...]:
    write_notebook(folder / "03_admissions.ipynb", notebook("03_admissions", order=3))
    write_notebook(folder / "21_synthesis.ipynb", notebook("21_synthesis", order=21, per="region"))
    return find_notebooks(folder)


def plan(notebooks: tuple[Notebook, ...], **options: Any) -> list[str]:
    return [run.id for run in make_plan(notebooks, CLUSTERS, "data/demo", **options)]


def test_every_notebook_runs_for_every_cluster_and_those_of_the_region_once_and_first(tmp_path: Path) -> None:
    assert plan(two(tmp_path)) == ["21_synthesis_region", "03_admissions_aarhus", "03_admissions_horsens"]


@pytest.mark.parametrize("name", ["03", "admissions", "03_admissions", "notebooks/03_admissions.ipynb"])
def test_a_notebook_is_chosen_by_number_by_name_or_by_file(tmp_path: Path, name: str) -> None:
    assert plan(two(tmp_path), wanted_notebooks=[name], wanted_clusters=["horsens"]) == ["03_admissions_horsens"]


def test_the_region_is_chosen_as_a_cluster_is(tmp_path: Path) -> None:
    assert plan(two(tmp_path), wanted_clusters=["region"]) == ["21_synthesis_region"]


def test_the_cluster_and_the_study_reach_the_parameters_and_the_defaults_stay(tmp_path: Path) -> None:
    made = [load(tmp_path, parameters=EXTRA)]
    runs = make_plan(made, CLUSTERS, "data/mine", wanted_clusters=["aarhus"], parameters={"window": "6", "wide": "true"})
    assert dict(runs[0].parameters) == {"study_path": "data/mine", "cluster": "aarhus", "window": 6, "wide": True, "note": None}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"wanted_clusters": ["horsns"]}, "Unknown cluster horsns. Did you mean horsens? Valid: aarhus, horsens, region."),
        ({"wanted_notebooks": ["03_admision"]}, "Unknown notebook 03_admision. Did you mean 03_admissions? Valid: 03_admissions, 21_synthesis."),
        ({"parameters": {"cluster": "vest"}}, "The parameter cluster is set by --clusters."),
        ({"parameters": {"windw": "6"}}, "Unknown parameter windw of 03_admissions.ipynb. There are none."),
    ],
)
def test_what_is_unknown_is_refused_with_what_is_valid_and_the_nearest(tmp_path: Path, options: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError) as refused:
        plan(two(tmp_path), **options)
    assert told in str(refused.value)
    assert str(refused.value).endswith("Nothing was run.")


def test_a_misspelt_parameter_of_the_user_gets_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Unknown parameter windw of 03_admissions.ipynb. Did you mean window"):
        plan((load(tmp_path, parameters=EXTRA),), parameters={"windw": "6"})


def test_a_parameter_of_the_wrong_type_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Parameter window of 03_admissions.ipynb must be of type int; 'six' is not"):
        plan((load(tmp_path, parameters=EXTRA),), parameters={"window": "six"})


def test_a_parameters_cell_with_a_misspelt_name_is_refused_with_the_suspect(tmp_path: Path) -> None:
    misspelt = load(tmp_path, parameters='study_path: str = "data/demo"\nclustr: str = "horsens"')
    with pytest.raises(UsageError, match="lacks cluster. It has study_path, clustr; is clustr a misspelling of it"):
        plan((misspelt,))


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        plan(two(tmp_path), wanted_clusters=["x"], wanted_notebooks=["y"], parameters={"z": "1"})
    assert str(refused.value).count("Unknown") >= 2


def test_a_choice_that_leaves_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing to run"):
        plan(two(tmp_path), wanted_notebooks=["21"], wanted_clusters=["horsens"])


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ('study_path = "x"', "line 1 of its parameters cell is not"),
        ("study_path: str = folder()", "the default of parameter study_path is not a literal"),
        ("study_path: str = 3", "the default of parameter study_path is not a str"),
        ("study_path: path = 'x'", "parameter study_path has the type path; known are str, int, float, bool"),
        ("study_path: str =", "its parameters cell is not Python"),
    ],
)
def test_a_parameters_cell_of_another_form_is_refused(tmp_path: Path, parameters: str, told: str) -> None:
    with pytest.raises(UsageError, match="03_admissions.ipynb: ") as refused:
        load(tmp_path, parameters=parameters)
    assert told in str(refused.value)


def test_a_parameter_knows_its_type_its_default_and_its_help(tmp_path: Path) -> None:
    first, second = load(tmp_path).parameters
    assert (first.name, first.type, first.default, first.help) == ("study_path", "str", "data/demo", "folder with evaluation.yml")
    assert second.name == "cluster"


def test_the_titles_of_a_notebook_are_its_questions(tmp_path: Path) -> None:
    assert load(tmp_path).titles() == {"da": "Hvad skete der i 03_admissions?", "en": "What happened in 03_admissions?"}


def test_two_notebooks_of_one_name_and_a_file_that_is_none_are_refused_together(tmp_path: Path) -> None:
    for stem in ("03_a", "03_b"):
        write_notebook(tmp_path / f"{stem}.ipynb", notebook("03_same"))
    (tmp_path / "04_c.ipynb").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        find_notebooks(tmp_path)
    assert "Two notebooks have the name 03_same" in str(refused.value) and "04_c.ipynb is not a notebook" in str(refused.value)


def test_metadata_that_a_batch_needs_is_asked_for(tmp_path: Path) -> None:
    raw = notebook("03_admissions")
    raw["metadata"]["effekt"] = {"order": "third"}
    write_notebook(tmp_path / "x.ipynb", raw)
    with pytest.raises(UsageError, match='its metadata needs "effekt"'):
        load_notebook(tmp_path / "x.ipynb")


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [("6", "int", 6), ("6", "float", 6.0), ("0.5", "int", "0.5"), ("None", "int | None", None), ("6", "str", "6")],
)
def test_what_is_typed_is_read_as_the_parameter_declares(tmp_path: Path, text: str, kind: str, value: object) -> None:
    default = {"int": "1", "float": "1.0", "int | None": "None", "str": "''"}[kind]
    made = load(tmp_path, parameters=f'study_path: str = ""\ncluster: str = ""\nx: {kind} = {default}')
    assert read_value(text, made.parameters[-1]) == value


def test_a_notebook_on_request_is_run_where_it_is_named_and_not_otherwise(tmp_path: Path) -> None:
    made = notebook("91_published", order=91, per="region")
    made["metadata"]["effekt"] |= {"plan": "on request", "data": "public", "packages": ["causaldata"]}
    write_notebook(tmp_path / "91_published.ipynb", made)
    both = two(tmp_path)
    assert both[-1].on_request and both[-1].public_data and both[-1].packages == ("causaldata",)
    assert "91_published_region" not in plan(both) and "91_published_region" not in plan(both, wanted_notebooks=["all"])
    assert plan(both, wanted_notebooks=["91"]) == ["91_published_region"]
    assert [chosen.name for chosen in choose_notebooks(both, ["all"])][-1] == "91_published"


def test_an_unknown_plan_is_told(tmp_path: Path) -> None:
    made = notebook("91_published", order=91, per="region")
    made["metadata"]["effekt"]["plan"] = "never"
    write_notebook(tmp_path / "91_published.ipynb", made)
    with pytest.raises(UsageError, match="on request"):
        load_notebook(tmp_path / "91_published.ipynb")


PLACES = {"municipalities": ["0751", "0741"], "own_pages": ["0741"], "quality_clusters": ["q1", "q2"]}


def test_a_municipality_with_pages_of_its_own_runs_unnamed_and_any_other_by_its_code(tmp_path: Path) -> None:
    notebooks = (load(tmp_path),)
    assert plan(notebooks, **PLACES) == ["03_admissions_aarhus", "03_admissions_horsens", "03_admissions_0741"]
    assert plan(notebooks, **PLACES, wanted_clusters=["0751"]) == ["03_admissions_0751"]


def test_a_notebook_for_everywhere_runs_for_the_region_too_and_is_told_so(tmp_path: Path) -> None:
    runs = make_plan((load(tmp_path, per="everywhere", parameters=EXTRA),), CLUSTERS, "data/demo", **PLACES)
    assert [run.cluster for run in runs] == [None, *CLUSTERS, "0741"]
    assert (runs[0].id, runs[0].parameters["cluster"]) == ("03_admissions_region", "region")


def test_a_notebook_for_quality_clusters_has_their_parameter(tmp_path: Path) -> None:
    cell = 'study_path: str = "data/demo"  # folder\nquality_cluster: str = "q1"  # id'
    runs = make_plan((load(tmp_path, per="quality_cluster", parameters=cell),), CLUSTERS, "data/demo", **PLACES)
    assert [(run.id, run.parameters["quality_cluster"]) for run in runs] == [("03_admissions_q1", "q1"), ("03_admissions_q2", "q2")]
