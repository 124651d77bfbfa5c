"""Every key has its sentence in both languages, whole and alike; the words follow from the estimate and hedge where they must."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from effekt.catalogue.labels import LABELS
from effekt.catalogue.outcomes import MEASURES, UNITS, load_outcomes
from effekt.errors import DataError
from effekt.estimates import keys
from effekt.estimates.estimate import CLAIMS
from effekt.report import sentences, wording
from effekt.report.asking import ASKED
from effekt.report.numbers import LANGUAGES
from tests.snapshots.handmade import BEFORE_AFTER, FORECAST, MONEY, MORE, NONE, RATIO, UNCLEAR

CATALOGUE = sentences.catalogue()
FRAGMENTS = ("cells.", "place.", "outcome.", "caption.", "figure.")
PIECES = re.compile(
    r"^(national|population|scorecard|service_use|subgroup|synthesis|visit_effect|weighted)\."
    r"(column|cells|caption|figure|kind|step|trait|group|level|by|against|way|why|unit|bar|bars|pair|says|added|moved|home|hospital_unknown"
    r"|flow|profile|treated|cohorts|tests|changes|moves|parts|registered|substitution|ways|to_\w+|aims|money|table|unmeasured_table|component_effects"
    r"|components|criteria|outcomes|recurring|shrunken|spread|difference)(_\w+)?(\.|$)"
)
"""Texts that are no sentences: heads, captions and titles of tables and figures, and the names that stand in their cells."""
HEDGES = {
    "da": ("kan ikke tilskrives", "viser ikke", "andet end indsatsen", "ikke virkningen"),
    "en": ("cannot be put down", "does not show", "other things than the initiative"),
}
OTHER_EFFORT = replace(RATIO, contrast="programme_other_effort", claim="descriptive")
HEDGED = replace(RATIO, claim="descriptive")


def is_piece(key: str) -> bool:
    """Whether a text is a head, a caption, a title or a name."""
    return PIECES.match(key) is not None


def wanted() -> list[str]:
    """The texts that the keys of the estimators ask for."""
    found = [f"{family}.{key}" for family, named in (("method", keys.METHODS), ("caution", keys.CAUTIONS), ("reason", keys.REASONS)) for key in named]
    found += [f"contrast.{key or 'level'}" for key in keys.CONTRASTS]
    return sorted(found + [f"claim.{claim}" for claim in CLAIMS])


@pytest.mark.parametrize("key", wanted())
def test_every_key_of_an_estimate_has_a_sentence(key: str) -> None:
    assert sentences.has_text(key)


def test_no_sentence_waits_for_a_key_that_no_estimator_gives() -> None:
    families = ("method.", "caution.", "reason.", "contrast.")
    assert sorted(key for key in CATALOGUE if key.startswith(families)) == [key for key in wanted() if key.startswith(families)]


@pytest.mark.parametrize("key", sorted(CATALOGUE))
def test_a_text_is_there_in_both_languages_with_the_same_places(key: str) -> None:
    assert set(CATALOGUE[key]) == set(LANGUAGES)
    da, en = (sorted(sentences.places(CATALOGUE[key][language])) for language in LANGUAGES)
    assert da == en
    assert all(CATALOGUE[key][language].strip() for language in LANGUAGES)


@pytest.mark.parametrize("key", sorted(key for key in CATALOGUE if not key.startswith(FRAGMENTS) and not is_piece(key)))
def test_a_sentence_is_whole(key: str) -> None:
    for language in LANGUAGES:
        words = CATALOGUE[key][language]
        assert words.endswith((".", "?"))
        assert words[0].isupper() or words[0] == "{"


@pytest.mark.parametrize("key", sorted(key for key in CATALOGUE if key.startswith(("caution.", "reason."))))
def test_a_caution_quotes_only_facts_that_estimators_give(key: str) -> None:
    named = {"outcome"} if key.startswith("reason.") else set()  # closing sections name the outcome of each reason
    assert {place.removeprefix("fact_") for place in sentences.places(CATALOGUE[key]["da"])} <= keys.FACTS | named


def test_every_label_the_catalogues_need_is_there() -> None:
    units = {f"unit.{unit}" for units in UNITS.values() for unit in units}
    names = {f"method_name.{method}" for method, _, _ in ASKED.values()}
    assert units | names | {f"claim_short.{claim}" for claim in CLAIMS} <= set(LABELS)
    assert MEASURES


@pytest.mark.parametrize(
    ("low", "high", "said"), [(0.8, 0.99, "less"), (1.01, 1.2, "more"), (0.9, 1.1, "unclear"), (0.9, 1.0, "unclear"), (1.0, 1.1, "unclear")]
)
def test_the_direction_of_a_ratio_is_decided_by_its_interval(low: float, high: float, said: str) -> None:
    assert wording.direction(replace(RATIO, low=low, high=high)) == said


@pytest.mark.parametrize(("low", "high", "said"), [(-5, -1, "less"), (1, 5, "more"), (-1, 1, "unclear"), (0, 1, "unclear")])
def test_the_direction_of_a_difference_is_decided_against_zero(low: float, high: float, said: str) -> None:
    assert wording.direction(replace(RATIO, scale="difference", low=low, high=high)) == said


def test_a_level_and_a_missing_number_have_no_direction() -> None:
    assert wording.direction(replace(RATIO, scale="mean")) == "none"
    assert wording.direction(NONE) == "none"
    assert wording.direction(replace(RATIO, low=None)) == "none"


def test_sizes_are_read_from_the_smaller_to_the_larger_change() -> None:
    assert [round(size, 2) for size in wording.sizes(RATIO)] == [7.96, 2.66, 12.98]
    assert [round(size, 2) for size in wording.sizes(MORE)] == [12.04, 3.11, 21.74]
    assert [round(size, 2) for size in wording.sizes(UNCLEAR)] == [1.32, 6.89, 10.25]
    assert wording.sizes(NONE) == (None, None, None)


@pytest.mark.parametrize("kind", ["count", "money"])
@pytest.mark.parametrize("family", ["comparison", "hedged", "other_effort", "forecast", "before_after"])
@pytest.mark.parametrize("direction", ["less", "more", "unclear", "none"])
def test_every_headline_that_can_be_chosen_exists(kind: str, family: str, direction: str) -> None:
    assert sentences.has_text(f"finding.{kind}.{family}.{direction}")


@pytest.mark.parametrize("direction", ["less", "more", "unclear", "none"])
def test_every_pooled_headline_exists(direction: str) -> None:
    assert sentences.has_text(f"finding.pooled.{direction}")
    assert sentences.has_text(f"finding.pooled_hedged.{direction}")


@pytest.mark.parametrize("estimate", [BEFORE_AFTER, FORECAST, OTHER_EFFORT, HEDGED, replace(OTHER_EFFORT, measure_unit="dkk_per_person_year")])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_headline_that_is_no_identified_effect_hedges_in_the_sentence_itself(estimate: object, language: str) -> None:
    assert any(hedge in sentences.text(wording.headline(estimate), language) for hedge in HEDGES[language])


def test_an_identified_effect_is_said_plainly() -> None:
    assert wording.headline(RATIO) == "finding.count.comparison.less"
    assert wording.headline(MONEY) == "finding.money.comparison.less"
    assert wording.claim(RATIO) == "claim.identified"


def test_no_clear_change_is_never_said_to_be_no_effect() -> None:
    assert wording.claim(UNCLEAR) == "claim.identified_unclear"
    assert wording.claim(NONE) == "claim.none"


def test_a_missing_text_is_told_by_its_key() -> None:
    with pytest.raises(DataError, match="finding.nothing"):
        sentences.text("finding.nothing", "da")


@pytest.mark.parametrize(("label", "inside"), [("Sengedage", "sengedage"), ("EQ-5D", "EQ-5D"), ("", "")])
def test_a_label_in_a_sentence_begins_small_but_for_abbreviations(label: str, inside: str) -> None:
    assert sentences.in_sentence(label) == inside


def test_every_outcome_with_a_form_of_its_own_in_sentences_is_in_the_catalogue() -> None:
    own = {key.removeprefix("outcome.") for key in CATALOGUE if key.startswith("outcome.")}
    assert own <= set(load_outcomes())
