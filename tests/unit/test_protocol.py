"""`evaluation.yml`: what it means, and every way of getting it wrong, each told with its line and all at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from effekt.catalogue.outcomes import load_outcomes, read_record
from effekt.errors import ProtocolError
from effekt.estimates import SpreadRule
from effekt.paths import DEMO
from effekt.protocol import load_protocol, read_protocol
from tests.tiny import EVALUATION


def problems(text: str) -> list[str]:
    with pytest.raises(ProtocolError) as told:
        read_protocol(text)
    return str(told.value).splitlines()


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def test_the_demo_protocol_says_what_it_says() -> None:
    protocol = load_protocol(DEMO)
    assert [cluster.id for cluster in protocol.clusters] == ["aarhus", "horsens", "randers", "midt", "vest"]
    assert protocol.clusters[4].contaminated[0].last == date(2011, 12, 1)
    assert len(protocol.municipalities()) == 31 and protocol.municipalities()["0461"] == "comparison"
    assert protocol.data_period.first == date(2010, 1, 1)


def test_left_out_keys_have_the_defaults_of_the_documentation() -> None:
    protocol = read_protocol(EVALUATION)
    assert (protocol.target.age_min, protocol.stays.gap_hours, protocol.phase_in_months, protocol.horizon_months) == (65, 4, 3, 12)
    assert not protocol.synthetic and protocol.too_few.events == 20


def test_the_spread_rule_left_out_is_the_estimators_own() -> None:
    rule, own = read_protocol(EVALUATION).spread_rule, SpreadRule()
    shared = [name for name in type(rule).model_fields if hasattr(own, name) and name != "cost_limit"]
    assert {name: getattr(rule, name) for name in shared} == {name: getattr(own, name) for name in shared} and len(shared) == 11


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("{stop: 0.9}", ["spread_rule: the probabilities must rise: stop below evaluate, evaluate at most spread"]),
        ("{harms: [readm31], cost: cost_totl}", ["'readm31' is no outcome; did you mean 'readm30'?", "'cost_totl' is no outcome; did you mean"]),
        ("{reach: 40.0, fidelty: 0.5}", ["reach: expected at most 1", "unknown key 'fidelty'; did you mean 'fidelity'?"]),
    ],
)
def test_a_spread_rule_that_cannot_be_used_is_refused_with_its_line(rule: str, told: list[str]) -> None:
    found = problems(f"{EVALUATION}spread_rule: {rule}\n")
    assert len(found) == len(told) and all(f"line {EVALUATION.count(chr(10)) + 1}: " in line for line in found)
    assert all(any(part in line for line in found) for part in told), found


WRONG = {
    "unknown key": ("language: en", "langauge: en", "langauge", ["unknown key 'langauge'; did you mean 'language'?"]),
    "unknown key inside": ("start: 2013-06", "strat: 2013-06", "strat", ["unknown key 'strat'; did you mean 'start'?"]),
    "unknown key of an earlier project": (", why: {da: Tidligere", ", whi: {da: Tidligere", "whi", ["unknown key 'whi'; did you mean 'why'?"]),
    "missing key": ("    start: 2013-06\n", "", "id: beta", ["'start' is missing"]),
    "start outside the data": ("start: 2013-06", "start: 2017-06", "start: 2017-06", ["start 2017-06 lies outside data_period, 2012-01 to 2014-12"]),
    "start before the data": ("start: 2013-06", "start: 2009-06", "start: 2009-06", ["start 2009-06 lies outside data_period, 2012-01 to 2014-12"]),
    "nothing before the start": ("start: 2013-06", "start: 2012-01", "start: 2012-01", ["no month is left before it"]),
    "nothing after the phase-in": ("start: 2013-06", "start: 2014-10", "start: 2014-10", ["leave no month after it"]),
    "no month": ("start: 2013-06", "start: 2013-13", "start: 2013-13", ["start: expected a month such as 2013-03"]),
    "a day instead of a month": ("start: 2013-06", "start: 2013-06-01", "2013-06-01", ["start: expected a month such as 2013-03"]),
    "data that end before they begin": ("to: 2014-12}", "to: 2011-12}", "data_period", ["data_period ends (2011-12) before it begins (2012-01)"]),
    "earlier project outside the data": ("{from: 2012-02, to", "{from: 2011-02, to", "2011-02", ["2011-02 to 2012-04 lies outside data_period"]),
    "earlier project after the start": ("to: 2012-04", "to: 2013-04", "2013-04", ["reaches into the months from the start 2013-03"]),
    "earlier project that ends before it begins": ("to: 2012-04", "to: 2012-01", "from: 2012-02", ["2012-02 to 2012-01 ends before it begins"]),
    "municipality in two clusters": ('["0615"]', '["0615", "0741"]', '"0615", "0741"', ['"0741" is in two places: alfa (line 9) and beta']),
    "municipality in cluster and comparison": ('["0461"]', '["0751"]', 'municipalities: ["0751"]', ['two places: alfa (line 9) and comparison']),
    "municipality twice in a cluster": ('["0615"]', '["0615", "0615"]', '"0615", "0615"', ['municipality "0615" is given twice in beta']),
    "cluster without municipalities": ('["0615"]', "[]", "[]", ["municipalities: at least one is needed"]),
    "code of no municipality": ('["0615"]', '["0616"]', '"0616"', ['"0616" is no municipality code valid since 2007']),
    "code of three digits": ('["0615"]', '["615"]', '"615"', ["municipalities: expected a municipality code of four digits in quotes"]),
    "code that lost its quotes": ('["0615"]', "[0615]", "[0615]", ["municipalities: expected a municipality code of four digits in quotes"]),
    "unknown outcome": ("adm_acute_medical", "adm_acute_medicals", "primary_outcome", ["did you mean 'adm_acute_medical'?"]),
    "two clusters of one name": ("id: beta", "id: alfa", "id: alfa", ["cluster id 'alfa' cannot be used: the cluster on line 6 has it"]),
    "reserved name": ("id: beta", "id: comparison", "id: comparison", ["cluster id 'comparison' cannot be used: it is a reserved name"]),
    "the region's name": ("id: beta", "id: region", "- id: region", ["cluster id 'region' cannot be used"]),
    "name that is no file name": ("id: beta", "id: Beta 1", "id: Beta 1", ["id: expected a short name of small letters, digits and _"]),
    "wrong choice": ("exposure: none", "exposure: nothing", "exposure", ["exposure: expected one of none, same_initiative, unknown"]),
    "text for a number": ("price_year: 2013", "price_year: '2013'", "price_year", ["price_year: expected a whole number without quotes"]),
    "number out of bounds": ("price_year: 2013", "price_year: 13", "price_year", ["price_year: expected at least 1990"]),
    "list for keys": ("language: en", "target: [65]", "target", ["target: expected keys and values"]),
    "a key given twice": ("language: en", "language: en\nlanguage: da", "language: da", ["'language' is given twice"]),
    "not YAML": ("language: en", "language: {en", "language", ["not valid YAML"]),
    "an anchor": ("language: en", "language: &a en\ntarget: *a", "target", ["anchors and aliases"]),
    "pages of a place outside": ("language: en", 'own_pages: ["0461"]', "own_pages", ['"0461" is in none of the clusters']),
    "a quality cluster named as a cluster": (
        "language: en",
        "quality_clusters: [{id: alfa, name: {da: A, en: A}}]",
        "quality_clusters",
        ["quality cluster id 'alfa' cannot be used"],
    ),
    "too many late months": ("language: en", "late_registration: {stays: 24}", "late_registration", ["leaving out the last 24 months leaves none"]),
    "a known break outside": ("language: en", "known_breaks: [{month: 2019-03, why: {da: a, en: b}}]", "2019-03", ["2019-03 lies outside"]),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_protocol_is_refused_with_its_line(case: str) -> None:
    old, new, place, told = WRONG[case]
    text = EVALUATION.replace(old, new, 1)
    assert text != EVALUATION
    found = problems(text)
    line = line_of(text, place) if case not in ("not YAML", "two clusters of one name") else None
    for sentence in told:
        assert any(sentence in problem and (line is None or f"line {line}:" in problem) for problem in found), found
    assert all(problem.startswith("evaluation.yml line ") for problem in found)


def test_periods_of_earlier_projects_that_overlap_are_refused() -> None:
    second = "\n      - {from: 2012-04, to: 2012-06, why: {da: Et andet, en: Another}}\n  - id: beta"
    found = problems(EVALUATION.replace("\n  - id: beta", second))
    assert found == ["evaluation.yml line 12: the contaminated period 2012-04 to 2012-06 overlaps the one of 2012-02 to 2012-04: make them one"]


def test_all_problems_are_told_at_once_in_the_order_of_the_file() -> None:
    text = EVALUATION.replace("language", "langauge").replace("start: 2013-06", "start: 2017-06").replace("price_year: 2013", "price_year: x")
    found = problems(text)
    assert [int(problem.split("line ")[1].split(":")[0]) for problem in found] == sorted(
        line_of(text, part) for part in ("langauge", "start: 2017-06", "price_year")
    )


def test_nothing_of_pydantic_reaches_the_reader() -> None:
    text = EVALUATION.replace("price_year: 2013", "price_year: [1, 2]").replace("start: 2013-06", "start: {a: b}")
    told = "\n".join(problems(text)).lower()
    assert not any(word in told for word in ("pydantic", "input", "validation", "type=", "valueerror", "{'a'"))


def test_a_file_that_is_not_there_or_no_text_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(ProtocolError, match=r"No evaluation.yml in"):
        load_protocol(tmp_path)
    (tmp_path / "evaluation.yml").write_bytes(b"name: {da: \xe6bler}")
    with pytest.raises(ProtocolError, match="not UTF-8"):
        load_protocol(tmp_path)


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just text"])
def test_a_file_without_keys_is_refused(text: str) -> None:
    assert problems(text)[0].startswith("evaluation.yml line 1:")


def test_comments_and_layout_do_not_count_but_every_value_does() -> None:
    plain = read_protocol(EVALUATION).content_hash()
    assert read_protocol("# a comment\n" + EVALUATION.replace("language: en", "language:    en")).content_hash() == plain
    assert read_protocol(EVALUATION.replace("start: 2013-06", "start: 2013-07")).content_hash() != plain


OWN = """\
outcomes:
  - {id: short_stays, source: stays, where: {is_admission: true, short_stay: true}, measure: count, unit: per_person_year, direction: -1,
     aim: A1, triple_aim: quality, da: Korte ophold, en: Short stays}
"""


def test_a_study_may_add_outcomes_of_its_own() -> None:
    protocol = read_protocol(EVALUATION.replace("adm_acute_medical", "short_stays") + OWN)
    assert list(protocol.catalogue()) == [*load_outcomes(), "short_stays"]
    assert protocol.catalogue()["short_stays"].label() == {"da": "Korte ophold", "en": "Short stays"}


OWN_WRONG = [
    ("source: stays", "source: stay", "source is 'stay'; did you mean 'stays'?"),
    ("short_stay: true", "short_stays: true", "where names 'short_stays', which is no column of stays; did you mean 'short_stay'?"),
    ("short_stay: true", "short_stay: 1", "the condition on short_stay must be true or false"),
    ("measure: count", "measure: counts", "measure is 'counts'; did you mean 'count'?"),
    ("direction: -1", "direction: 2", "direction must be -1"),
    ("aim: A1", "aim: A9", "aim is 'A9'"),
    (", en: Short stays", "", "'en' is missing"),
    ("id: short_stays", "id: adm_rate", "the outcome id 'adm_rate' is already in the catalogue"),
    ("id: short_stays", "id: month", "id 'month' is the name of a column"),
    ("unit: per_person_year", "unit: dkk_per_person_year", "unit is 'dkk_per_person_year'"),
]


@pytest.mark.parametrize(("old", "new", "told"), OWN_WRONG)
def test_a_wrong_outcome_of_the_study_is_refused_with_its_line(old: str, new: str, told: str) -> None:
    text = EVALUATION + OWN.replace(old, new)
    found = problems(text)
    assert any(told in problem for problem in found), found
    assert all(int(problem.split("line ")[1].split(":")[0]) > len(EVALUATION.splitlines()) for problem in found)


@pytest.mark.parametrize("outcome", load_outcomes().values(), ids=lambda outcome: outcome.id)
def test_every_outcome_of_the_catalogue_is_a_valid_record(outcome) -> None:
    record = {**vars(outcome), "where": {condition.column: list(condition.values) for condition in outcome.where}}
    again, wrong = read_record(record)
    assert wrong == [] and again == outcome
    assert outcome.da != outcome.en


def test_national_breaks_within_the_data_are_known_and_the_protocols_own_words_come_first() -> None:
    def months(text: str) -> list[str]:
        return [f"{known.month:%Y-%m} {known.why.en}" for known in read_protocol(text).breaks()]

    assert months(EVALUATION) == ["2014-01 Changed registration of emergency visits in LPR2"]
    later = EVALUATION.replace("to: 2014-12", "to: 2019-12")
    own = "known_breaks: [{month: 2019-02, why: {da: Egne ord, en: Own words}}]\n"
    assert months(later)[1:] == ["2019-03 Change from LPR2 to LPR3"]
    assert months(later + own)[1:] == ["2019-02 Own words"]
    assert months(EVALUATION.replace("to: 2014-12", "to: 2013-12")) == []
