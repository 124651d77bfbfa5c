"""The protocol of a study: `evaluation.yml`, read strictly, with every problem told at once and by line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from effekt.catalogue.codes import load_hospital_clusters, load_registration_breaks
from effekt.catalogue.outcomes import Outcome, load_outcomes, nearest, read_record
from effekt.errors import ProtocolError
from effekt.protocol_checks import PHASE_IN_MONTHS, check_meaning
from effekt.protocol_parts import (
    Cluster,
    Comparison,
    Frailty,
    KnownBreak,
    Kommunekode,
    LateRegistration,
    QualityCluster,
    Region,
    Sensitivity,
    Span,
    SpreadRule,
    Stays,
    Strict,
    Target,
    Text,
    TooFew,
)
from effekt.protocol_sensitivity import check_sensitivity
from effekt.yaml_lines import Source, read_yaml

FILE = "evaluation.yml"


class Protocol(Strict):
    """What is evaluated, where, when and against what. Made by `load_protocol`; every field is documented in data/README.md."""

    name: Text
    synthetic: bool = False
    seed: int = Field(0, ge=0)
    language: Literal["da", "en"] = "da"
    region: Region
    data_period: Span
    clusters: list[Cluster] = Field(min_length=1)
    comparison: Comparison = Comparison()
    own_pages: list[Kommunekode] = []
    quality_clusters: list[QualityCluster] = []
    target: Target = Target()
    frailty: Frailty = Frailty()
    stays: Stays = Stays()
    rollout_order: Literal["unknown", "random"] = "unknown"
    phase_in_months: int = Field(PHASE_IN_MONTHS, ge=0, le=24)
    primary_outcome: str
    subgroups: list[Literal["age", "sex", "lives_alone", "multimorbidity"]] = ["age", "sex", "lives_alone", "multimorbidity"]
    outcomes: list[dict[str, Any]] = []
    needed_outcomes: list[str] = []
    horizon_months: int = Field(12, ge=1, le=120)
    level: float = Field(0.95, gt=0.5, lt=1)
    price_year: int = Field(ge=1990, le=2100)
    known_breaks: list[KnownBreak] = []
    too_few: TooFew = TooFew()
    spread_rule: SpreadRule = SpreadRule()
    sensitivity: Sensitivity = Sensitivity()
    late_registration: LateRegistration = LateRegistration()

    def catalogue(self) -> Mapping[str, Outcome]:
        """The outcomes of the catalogue and then the study's own, by id."""
        own = (read_record(record)[0] for record in self.outcomes)
        return MappingProxyType({**load_outcomes(), **{outcome.id: outcome for outcome in own if outcome is not None}})

    def breaks(self) -> list[KnownBreak]:
        """The months in which registration changed, in order: the protocol's own, and the national ones within the data that it says nothing of.

        The protocol says something of one by naming a month at most a month away from it.
        """
        own = {known.month.year * 12 + known.month.month for known in self.known_breaks}
        national = [KnownBreak(month=f"{month:%Y-%m}", why=Text(da=da, en=en)) for month, da, en in load_registration_breaks()]
        within = [known for known in national if self.data_period.first < known.month <= self.data_period.last]
        missing = [known for known in within if not own & {known.month.year * 12 + known.month.month + shift for shift in (-1, 0, 1)}]
        return sorted([*self.known_breaks, *missing], key=lambda known: known.month)

    def municipalities(self) -> dict[str, str]:
        """Every municipality of the study -> the id of its cluster, or "comparison"."""
        mine = {code: cluster.id for cluster in self.clusters for code in cluster.municipalities}
        return {**mine, **dict.fromkeys(self.comparison.municipalities, "comparison")}

    def hospitals(self) -> dict[str, str]:
        """First four characters of a hospital's department codes -> the cluster it belongs to: as the protocol names them, else the code list."""
        own = {code: cluster.id for cluster in self.clusters for code in cluster.hospitals}
        return own or load_hospital_clusters()

    def content_hash(self) -> str:
        """A hash of what the protocol says: comments, layout and the order of keys do not count."""
        plain = self.model_dump(mode="json", by_alias=True)
        return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def load_protocol(study_path: Path) -> Protocol:
    """Read and check `evaluation.yml` in `study_path`.

    Raises ProtocolError with all problems at once, one a line: "evaluation.yml line 12: ...".
    """
    path = Path(study_path) / FILE
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ProtocolError(f"No {FILE} in {Path(study_path)}: a study is a folder with that file; data/demo holds one to copy.") from None
    except UnicodeDecodeError:
        raise ProtocolError(f"{FILE} is not UTF-8 text: save it again with the encoding UTF-8.") from None
    return read_protocol(text)


def read_protocol(text: str) -> Protocol:
    """A checked protocol from the text of an `evaluation.yml`; raises ProtocolError as `load_protocol` does."""
    source = read_yaml(text)
    problems = list(source.problems)
    protocol = None
    if isinstance(source.values, dict) and not (problems and not source.values):
        try:
            protocol = Protocol.model_validate(source.values)
        except ValidationError as error:
            problems += _shape_problems(error, source)
        problems += [*check_meaning(source), *check_sensitivity(source)]
    elif not problems:
        problems.append((1, "expected keys and values, such as 'language: da'"))
    if problems or protocol is None:
        told = dict.fromkeys(f"{FILE} line {line}: {sentence}" for line, sentence in sorted(problems))
        raise ProtocolError("\n".join(told))
    return protocol


def _shape_problems(error: ValidationError, source: Source) -> list[tuple[int, str]]:
    """What pydantic found, in our words: it would print the values it was given."""
    return [(source.line(found["loc"]), _sentence(found)) for found in error.errors(include_url=False, include_input=False)]


def _sentence(found: Mapping[str, Any]) -> str:
    place, context = found["loc"], found.get("ctx", {})
    key = next((part for part in reversed(place) if isinstance(part, str)), "this")
    field = _field(place)
    described = field.description if field is not None else None
    match found["type"]:
        case "extra_forbidden":
            return f"unknown key {place[-1]!r}{nearest(place[-1], _keys(place[:-1]))}"
        case "missing":
            return f"{key!r} is missing"
        case "value_error":
            return f"{key}: {context['error']}"
        case "literal_error":
            return f"{key}: expected one of {context['expected'].replace(chr(39), '').replace(' or ', ', ')}"
        case "greater_than_equal":
            return f"{key}: expected at least {context['ge']:g}"
        case "greater_than":
            return f"{key}: expected more than {context['gt']:g}"
        case "less_than_equal":
            return f"{key}: expected at most {context['le']:g}"
        case "less_than":
            return f"{key}: expected less than {context['lt']:g}"
        case "too_short":
            return f"{key}: at least one is needed"
        case "string_type":
            return f"{key}: expected {described or 'text'} (a number that is text stands in quotes)"
        case "string_pattern_mismatch":
            return f"{key}: expected {described or 'another form of text'}"
        case "int_type" | "int_from_float" | "int_parsing":
            return f"{key}: expected a whole number without quotes"
        case "float_type":
            return f"{key}: expected a number with a decimal point, such as 0.95"
        case "bool_type":
            return f"{key}: expected true or false"
        case "list_type":
            return f"{key}: expected a list"
        case "dict_type" | "model_type":
            return f"{key}: expected keys and values"
    return f"{key}: not of the form that is expected here"


def _walk(place: tuple[str | int, ...]) -> tuple[Any, Any]:
    """The model that holds the last key of `place`, and that key's field: (model, field), None where the path leaves the models."""
    model: Any = Protocol
    field = None
    for part in place:
        if isinstance(part, int):
            continue
        if model is None:
            return None, None
        field = next((item for name, item in model.model_fields.items() if part in (name, item.alias)), None)
        model = _model_of(field.annotation) if field is not None else None
    return model, field


def _model_of(annotation: Any) -> Any:
    for kind in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


def _field(place: tuple[str | int, ...]) -> Any:
    _, field = _walk(place)
    item = getattr(field.annotation, "__args__", (None,))[0] if field is not None and place and isinstance(place[-1], int) else None
    return next((note for note in getattr(item, "__metadata__", ()) if getattr(note, "description", None)), field)


def _keys(place: tuple[str | int, ...]) -> list[str]:
    model, _ = _walk(place) if place else (Protocol, None)
    return [item.alias or name for name, item in model.model_fields.items()] if model is not None else []
