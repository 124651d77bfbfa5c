"""The simulated region: what is drawn, what the programme changes, and what it must not change."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from effekt.data.synthetic import load_spec, simulate_region
from effekt.data.synthetic.calendar import MINUTES, NEVER, Calendar
from effekt.data.synthetic.citizens import YEAR
from effekt.data.synthetic.contacts import EMERGENCY_ROOM, INPATIENT, OUTPATIENT, draw_contacts
from effekt.data.synthetic.counts import in_target, stay_events
from effekt.data.synthetic.effects import admission_ratio, phased_in
from effekt.data.synthetic.enrolment import draw_enrolments
from effekt.data.synthetic.region import Region
from effekt.data.synthetic.services import draw_home_care, draw_practice
from effekt.data.synthetic.spec import RegionSpec, allot_citizens
from effekt.data.synthetic.stays import ACUTE, APART, EMERGENCY, PLANNED
from effekt.paths import DEMO, REPOSITORY


@pytest.fixture(scope="module")
def spec() -> RegionSpec:
    return load_spec(DEMO)


@pytest.fixture(scope="module")
def region(spec: RegionSpec) -> Region:
    return simulate_region(spec)


def owner_of(region: Region, place: np.ndarray) -> np.ndarray:
    """Position of the cluster, -1 comparison, -9 outside."""
    return np.append(region.spec.cluster_of, -9)[np.maximum(place, -1)]


def test_the_same_seed_gives_the_same_region_in_another_process_with_another_hash_seed() -> None:
    code = (
        "import zlib; from effekt.data.synthetic import load_spec, simulate_region; from effekt.data.synthetic.contacts import draw_contacts;"
        "c = draw_contacts(simulate_region(load_spec('tests/studies/small'))); print(zlib.crc32(c.start.tobytes() + c.price_dkk.tobytes()))"
    )
    told = set()
    for seed in ("1", "2"):
        surroundings = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": "lib"}
        told.add(subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, env=surroundings, capture_output=True, check=True).stdout)
    assert len(told) == 1


def test_another_seed_gives_another_region() -> None:
    spec = load_spec(REPOSITORY / "tests" / "studies" / "small")
    one, other = simulate_region(spec), simulate_region(spec.with_seed(spec.seed + 1))
    assert not np.array_equal(one.citizens.birth, other.citizens.birth)
    assert len(one.potential) != len(other.potential)


def test_citizens_stays_and_deaths_are_drawn_without_knowing_the_programme(spec: RegionSpec, region: Region) -> None:
    stronger = replace(spec, clusters=tuple(replace(cluster, admissions=0.3, home_care=2.0) for cluster in spec.clusters))
    other = simulate_region(stronger)
    assert np.array_equal(region.citizens.death, other.citizens.death)
    assert np.array_equal(region.potential.start, other.potential.start)
    assert other.happens.sum() < region.happens.sum()


def test_what_happens_is_a_part_of_what_would_have_happened(region: Region) -> None:
    bare = region.without_programme()
    with_it, without = draw_contacts(region), draw_contacts(bare)
    assert len(with_it) < len(without)
    told = [set(zip(contacts.citizen, contacts.start, contacts.price_dkk, strict=True)) for contacts in (with_it, without)]
    assert told[0] < told[1]
    seen, otherwise = draw_home_care(region), draw_home_care(bare)
    assert np.array_equal(seen.week, otherwise.week)
    assert seen.personal_minutes.sum() > otherwise.personal_minutes.sum()


def test_potential_stays_of_a_citizen_lie_further_apart_than_any_merge_rule_reaches(region: Region) -> None:
    stays = region.potential
    same = stays.citizen[1:] == stays.citizen[:-1]
    assert (stays.start[1:] - stays.end[:-1])[same].min() >= APART
    assert (stays.end > stays.start).all()


@pytest.mark.parametrize("cluster", range(5))
def test_the_share_of_acute_stays_that_happen_is_the_planted_ratio(region: Region, cluster: int) -> None:
    stays, planted = region.potential, region.spec.clusters[cluster]
    acute = (stays.kind != PLANNED) & (owner_of(region, stays.place) == cluster)
    after = acute & (stays.month >= planted.start + region.spec.phase_in)
    expected = planted.admissions
    error = np.sqrt(expected * (1 - expected) / after.sum())
    assert region.happens[after].mean() == pytest.approx(expected, abs=4 * error)
    clean = acute & (stays.month < planted.start)
    for first, last in planted.contaminated:
        dirty = acute & (stays.month >= first) & (stays.month <= last)
        assert region.happens[dirty].mean() == pytest.approx(planted.earlier, abs=4 * np.sqrt(planted.earlier * (1 - planted.earlier) / dirty.sum()))
        clean &= ~dirty
    assert region.happens[clean].all()


def test_planned_admissions_and_the_comparison_are_left_alone(region: Region) -> None:
    stays = region.potential
    assert region.happens[stays.kind == PLANNED].all()
    assert region.happens[owner_of(region, stays.place) == -1].all()


def test_the_effect_rises_evenly_over_the_phase_in_and_then_stays(spec: RegionSpec) -> None:
    assert phased_in(spec, 10)[8:15].tolist() == [0, 0, 0.25, 0.5, 0.75, 1, 1]
    aarhus = admission_ratio(spec)[0]
    assert np.allclose(np.log(aarhus[spec.clusters[0].start :][:4]) / np.log(0.8), [0.25, 0.5, 0.75, 1])


def test_rates_are_those_of_older_danes(region: Region) -> None:
    target = in_target(region)
    years = (region.citizens.days * target).sum() / YEAR
    assert 0.2 <= stay_events(region, "adm_acute_medical")[target].sum() / years <= 0.3
    assert 0.15 <= stay_events(region, "readm30")[target].sum() / stay_events(region, "adm_rate")[target].sum() <= 0.22
    assert 0.035 <= (region.citizens.death < NEVER).sum() / years <= 0.05
    medical = region.stays.medical[region.stays.kind == ACUTE]
    assert 0.72 <= medical.mean() <= 0.78


def test_few_citizens_make_most_of_the_admissions(region: Region) -> None:
    each = np.sort(stay_events(region, "adm_acute").sum(axis=1))[::-1]
    assert each[: len(each) // 10].sum() > 0.4 * each.sum()


def test_admissions_are_many_times_as_frequent_in_the_last_two_months_of_life(region: Region) -> None:
    stays, citizens = region.potential, region.citizens
    left = citizens.death[stays.citizen] - stays.start // MINUTES
    acute = (stays.kind == ACUTE) & (citizens.death[stays.citizen] < NEVER)
    assert (acute & (left < 60)).sum() > 3 * (acute & (left >= 300) & (left < 360)).sum()


def test_emergency_visits_are_registered_otherwise_from_the_break_on_everywhere(region: Region) -> None:
    contacts, spec = draw_contacts(region), region.spec
    day = spec.calendar.month_start[spec.registration_break]
    late = contacts.start // MINUTES >= day
    assert not (late & (contacts.pattype == EMERGENCY_ROOM)).any()
    assert (~late & (contacts.pattype == EMERGENCY_ROOM)).sum() > 1000
    assert (late & (contacts.pattype == OUTPATIENT) & contacts.acute).sum() > 1000
    visits = region.potential.kind == EMERGENCY
    for where in (owner_of(region, region.potential.place) == -1, owner_of(region, region.potential.place) >= 0):
        chosen = visits & where & (region.potential.month >= spec.registration_break)
        assert region.potential.inpatient[chosen].mean() == pytest.approx(spec.rates.registered_admitted, abs=0.03)
    assert not region.potential.inpatient[visits & (region.potential.month < spec.registration_break)].any()


def test_the_merge_rule_has_work_to_do(region: Region) -> None:
    contacts = draw_contacts(region)
    inside = contacts.take((contacts.pattype == INPATIENT) & (contacts.stay >= 0))
    same = inside.stay[1:] == inside.stay[:-1]
    gap = inside.start[1:] - inside.end[:-1]
    assert (same & (gap > 0)).sum() > 500    # transfers with hours between
    assert (same & (gap < 0)).sum() > 300    # nested
    assert gap[same].max() <= 4 * 60


def test_the_enrolled_get_better_where_the_programme_does_nothing(region: Region) -> None:
    enrolled = draw_enrolments(region)
    horsens = enrolled.cluster == region.spec.cluster_ids.index("horsens")
    who, start = enrolled.citizen[horsens], enrolled.start[horsens]
    stays = region.stays.take(region.stays.inpatient & (region.stays.kind != PLANNED))
    day = np.full(len(region.citizens), NEVER)
    day[who] = start
    since = stays.start // MINUTES - day[stays.citizen]
    survive = region.citizens.death[stays.citizen] > day[stays.citizen] + 365
    before, after = (survive & (since < 0) & (since >= -365)).sum(), (survive & (since >= 0) & (since < 365)).sum()
    assert len(who) > 80
    assert after < 0.75 * before


def test_service_use_outside_hospital_rises_as_planted(region: Region) -> None:
    bare, k = region.without_programme(), region.spec.cluster_ids.index("midt")
    thursday = region.spec.calendar.thursdays
    after = region.spec.calendar.month_start[region.spec.clusters[k].start + region.spec.phase_in]
    care, without = draw_home_care(region), draw_home_care(bare)
    here = (owner_of(region, care.place) == k) & (thursday[care.week] >= after)
    assert care.personal_minutes[here].sum() / without.personal_minutes[here].sum() == pytest.approx(1.08, abs=0.002)
    assert 1.0 < len(draw_practice(region).citizen) / len(draw_practice(bare).citizen) < 1.05


def test_citizens_are_shared_out_by_population_and_as_the_study_asks(spec: RegionSpec) -> None:
    number = dict(zip(spec.municipalities, allot_citizens(spec), strict=True))
    assert sum(number[code] for cluster in spec.clusters for code in cluster.municipalities) == spec.citizens == 20_000
    assert sum(number[code] for code in spec.comparison) == spec.comparison_citizens == 10_000
    assert number["0741"] < 150 < 2_000 < number["0751"]
    small = load_spec(REPOSITORY / "tests" / "studies" / "small")
    given = dict(zip(small.municipalities, allot_citizens(small), strict=True))
    assert (given["0741"], given["0665"]) == (6, 0)


def test_weeks_are_iso_weeks() -> None:
    calendar = Calendar("2009-10", 87)
    first = date(2009, 10, 1)
    known = [(first + timedelta(days=int(day))).isocalendar() for day in calendar.thursdays]
    assert [week.weekday for week in known] == [4] * len(known)
    year, week = calendar.iso_weeks
    assert list(zip(year.tolist(), week.tolist(), strict=True)) == [(day.year, day.week) for day in known]


def test_nobody_has_days_after_death_or_before_being_known(region: Region) -> None:
    citizens, calendar = region.citizens, region.spec.calendar
    start = calendar.month_start[:-1]
    assert (citizens.days[start[None, :] > citizens.death[:, None]] == 0).all()
    assert citizens.age[citizens.days > 0].min() >= 63
    assert (citizens.days <= calendar.month_length).all()
