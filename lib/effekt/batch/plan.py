"""Which notebooks are run, for which clusters, with which parameters: decided and checked before anything starts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any

from effekt.batch.notebook import KINDS, Notebook, Parameter, load_notebook
from effekt.errors import UsageError

REGION = "region"
SET_BY = MappingProxyType({"study_path": "--study", "cluster": "--clusters", "quality_cluster": "--clusters"})


@dataclass(frozen=True)
class PlannedRun:
    """One notebook for one unit, with every value of its parameters cell.

    cluster : the id of a hospital cluster, the code of a municipality, the id of a quality cluster of general practice; None = the region.
    """

    notebook: Notebook
    cluster: str | None
    parameters: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Unique in a batch and usable as a file name: 03_admissions_horsens, 21_synthesis_region."""
        return f"{self.notebook.name}_{self.cluster or REGION}"


def find_notebooks(folder: Path) -> tuple[Notebook, ...]:
    """Every notebook in `folder`, in the order their metadata gives; the faults of all of them in one UsageError."""
    paths = sorted(path for path in folder.glob("*.ipynb") if not path.name.startswith("."))
    if not paths:
        raise UsageError(f"No notebook in {folder}.")
    found, faults = [], []
    for path in paths:
        try:
            found.append(load_notebook(path))
        except UsageError as error:
            faults.append(str(error))
    names = [notebook.name for notebook in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    faults += [f"Two notebooks have the name {name}: change one of them in its metadata." for name in twice]
    if faults:
        raise UsageError("\n".join(faults))
    return tuple(sorted(found, key=lambda notebook: (notebook.order, notebook.name)))


def make_plan(
    notebooks: Sequence[Notebook],
    clusters: Sequence[str],
    study_path: str,
    *,
    municipalities: Sequence[str] = (),
    own_pages: Sequence[str] = (),
    quality_clusters: Sequence[str] = (),
    wanted_notebooks: Sequence[str] = (),
    wanted_clusters: Sequence[str] = (),
    parameters: Mapping[str, str] = MappingProxyType({}),
) -> tuple[PlannedRun, ...]:
    """The runs of one batch: notebooks of the region first, because they take longest, then by the order of the clusters.

    Parameters
    ----------
    clusters : the ids that the protocol has. municipalities : those of the clusters, each of which may be wanted by its code. own_pages : those among
    them that are run without being named. quality_clusters : ids. study_path : the value of the notebooks' parameter of that name.
    wanted_notebooks : names, or their beginnings ("03"); none or "all" = all but those on request.
    wanted_clusters : ids and codes, "region" for what is run once; none or "all" = all.
    parameters : further parameters as typed by the user, name -> text; every notebook of the plan must declare them.

    Raises UsageError that lists everything that is wrong, each with what is valid and the nearest; nothing has been run then.
    """
    faults: list[str] = []
    chosen = _choose_notebooks(notebooks, wanted_notebooks, faults)
    if not wanted_notebooks or "all" in wanted_notebooks:
        chosen = [notebook for notebook in chosen if not notebook.on_request]
    places = [*dict.fromkeys([*own_pages, *municipalities])]
    known = {"region": [REGION], "cluster": [*clusters], "municipality": places, "quality_cluster": [*quality_clusters]}
    usual = {REGION, *clusters, *own_pages, *quality_clusters}
    units = _choose_units([unit for kind in known.values() for unit in kind], usual, [*clusters, REGION], wanted_clusters, faults)
    order = {unit: place for place, unit in enumerate(unit for kind in known.values() for unit in kind)}
    runs = []
    for notebook in chosen:
        given = _typed(notebook, parameters, faults)
        for unit in (unit for kind in KINDS[notebook.per] for unit in known[kind] if unit in units):
            runs.append(PlannedRun(notebook, None if unit == REGION else unit, _values(notebook, study_path, unit, given)))
        faults += _missing(notebook)
    if faults:
        raise UsageError("\n".join([*dict.fromkeys(faults), "Nothing was run."]))
    if not runs:
        raise UsageError("These notebooks are not made for these clusters, so there is nothing to run. Leave out --clusters or --notebooks.")
    return tuple(sorted(runs, key=lambda run: (run.cluster is not None, run.notebook.order, order[run.cluster or REGION])))


def closest(given: str, valid: Iterable[str]) -> str:
    """The end of a sentence about an unknown name: the nearest valid one, and all of them."""
    known = list(valid)
    near = get_close_matches(given.lower(), known, n=1, cutoff=0.5)
    return (f" Did you mean {near[0]}?" if near else "") + (f" Valid: {', '.join(known)}." if known else " There are none.")


def choose_notebooks(notebooks: Sequence[Notebook], wanted: Sequence[str]) -> list[Notebook]:
    """The notebooks of these names, or beginnings of names (none or "all" = every one, on request or not); UsageError for an unknown one."""
    faults: list[str] = []
    chosen = _choose_notebooks(notebooks, wanted, faults)
    if faults:
        raise UsageError("\n".join(faults))
    return chosen


def _choose_notebooks(notebooks: Sequence[Notebook], wanted: Sequence[str], faults: list[str]) -> list[Notebook]:
    if not wanted or "all" in wanted:
        return list(notebooks)
    chosen = []
    for text in wanted:
        plain = text.removesuffix(".ipynb").replace("\\", "/").rsplit("/", 1)[-1]
        found = [notebook for notebook in notebooks if notebook.name == plain] or [
            notebook for notebook in notebooks if notebook.name.split("_")[0] == plain or notebook.name.split("_", 1)[-1] == plain
        ]
        if not found:
            faults.append(f"Unknown notebook {text}.{closest(plain, [notebook.name for notebook in notebooks])}")
        chosen += found
    return [notebook for notebook in notebooks if notebook in chosen]


def _choose_units(known: Sequence[str], usual: set[str], told: Sequence[str], wanted: Sequence[str], faults: list[str]) -> set[str]:
    if not wanted or "all" in wanted:
        return usual
    faults += [f"Unknown cluster {name}.{closest(name, told)}" for name in wanted if name not in known]
    return set(wanted)


def _missing(notebook: Notebook) -> list[str]:
    """Parameters that a batch must be able to set and the notebook does not declare, most often by misspelling."""
    needed = ["study_path"] + ([notebook.unit_parameter] if notebook.unit_parameter else [])
    declared = [parameter.name for parameter in notebook.parameters]
    return [f"{notebook.path.name}: its parameters cell lacks {name}.{_has(name, declared)}" for name in needed if name not in declared]


def _has(name: str, declared: Sequence[str]) -> str:
    near = get_close_matches(name, declared, n=1, cutoff=0.5)
    return f" It has {', '.join(declared) or 'none'}" + (f"; is {near[0]} a misspelling of it?" if near else ".")


def _typed(notebook: Notebook, parameters: Mapping[str, str], faults: list[str]) -> dict[str, Any]:
    declared = {parameter.name: parameter for parameter in notebook.parameters}
    free = [name for name in declared if name not in SET_BY]
    values = {}
    for name, text in parameters.items():
        if name in SET_BY:
            faults.append(f"The parameter {name} is set by {SET_BY[name]}.")
        elif name not in declared:
            faults.append(f"Unknown parameter {name} of {notebook.path.name}.{closest(name, free)}")
        else:
            value = read_value(text, declared[name])
            if not declared[name].accepts(value):
                faults.append(f"Parameter {name} of {notebook.path.name} must be of type {declared[name].type}; {text!r} is not.")
            values[name] = value
    return values


def read_value(text: str, parameter: Parameter) -> Any:
    """What the user typed as the type that the parameter declares; the text itself where it is none of that type."""
    kinds = [kind.strip() for kind in parameter.type.split("|")]
    if "None" in kinds and text in ("None", ""):
        return None
    if "bool" in kinds and text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind, read in (("int", int), ("float", float)):
        if kind in kinds:
            try:
                return read(text)
            except ValueError:
                pass
    return text


def _values(notebook: Notebook, study_path: str, unit: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
    batch = {"study_path": study_path, **({notebook.unit_parameter: unit} if notebook.unit_parameter else {})}
    declared = {parameter.name: parameter.default for parameter in notebook.parameters}
    return MappingProxyType({name: {**declared, **batch, **given}[name] for name in declared})
