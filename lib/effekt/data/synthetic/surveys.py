"""Two waves of a survey, before and after: patients lately discharged and relatives, more of the frail silent; 3L before and 5L after.

Everybody invited has an answer; who does not answer is drawn afterwards. So the truth knows what the silent would have said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from effekt.data.synthetic.calendar import MINUTES
from effekt.data.synthetic.files import Names, dates, texts
from effekt.data.synthetic.places import acute_discharges, place_at
from effekt.data.synthetic.region import Region

WAVES = ("before", "after")
RESPONDENTS = ("patient", "relative")
WAVE_MONTHS, AFTER_MONTHS, CAP = 4, 15, 260       # the second wave opens so many months after the last start
ASKED_RELATIVE = 0.6
ITEMS = {
    "patient": {"overall": 3.75, "information": 3.55, "involvement": 3.45, "coordination": 3.25, "discharge": 3.35, "medicine": 3.5},
    "relative": {"overall": 3.6, "information": 3.3, "involvement": 3.2, "coordination": 3.1},
}
WISHES = {"wishes_asked": 0.52, "wishes_followed": 0.61}
DIMENSIONS = {"mobility": 0.55, "self_care": -0.25, "usual_activities": 0.35, "pain_discomfort": 0.45, "anxiety_depression": -0.15}
CUTS = {"eq5d3l": np.array([0.1, 1.75]), "eq5d5l": np.array([-0.3, 0.5, 1.2, 2.1])}
INSTRUMENT = {"before": "eq5d3l", "after": "eq5d5l"}
ITEM_MISSING = 0.035
REASONS = ("not_answered", "not_relevant", "do_not_know")


@dataclass(frozen=True)
class Wave:
    """The people of one wave: one entry an invited patient. asked_relative, answers : masks. invited, dated : days."""

    name: str
    opened: int
    closed: int
    citizen: np.ndarray
    cluster: np.ndarray
    place: np.ndarray
    invited: np.ndarray
    dated: np.ndarray
    asked_relative: np.ndarray
    answers: dict[str, np.ndarray]


def survey_tables(region: Region, names: Names) -> Iterator[tuple[str, pa.Table, dict[str, Any]]]:
    """survey_invitations, survey_waves and survey_answers, the last with the truth."""
    rng = region.spec.draws("surveys")
    waves = [_draw_wave(region, rng, name) for name in WAVES]
    yield "survey_invitations", _invitations(region, names, waves), {}
    yield "survey_waves", _waves(region, waves), {}
    answers, truth = _answers(region, names, rng, waves)
    yield "survey_answers", answers, truth


def _months(region: Region, wave: str) -> tuple[int, int]:
    starts = [cluster.start for cluster in region.spec.clusters]
    n = region.spec.n_months
    first = min(starts) - WAVE_MONTHS - 1 if wave == "before" else min(max(starts) + AFTER_MONTHS, n - WAVE_MONTHS - 3)
    return max(first, 0), max(first, 0) + WAVE_MONTHS


def _draw_wave(region: Region, rng: np.random.Generator, name: str) -> Wave:
    spec, calendar, citizens = region.spec, region.spec.calendar, region.citizens
    first, last = (int(calendar.month_start[month]) for month in _months(region, name))
    stays, cluster = acute_discharges(region, first, medical_only=False, hours=12)
    day = stays.end // MINUTES
    within = day < last
    stays, cluster, day = stays.take(within), cluster[within], day[within]
    fresh = np.append(True, stays.citizen[1:] != stays.citizen[:-1])[: len(stays)]
    there = fresh & (place_at(region, stays.citizen, day + 14) >= 0)
    chosen = [rng.permutation(np.flatnonzero(there & (cluster == k)))[:CAP] for k in range(len(spec.clusters))]
    at = np.sort(np.concatenate(chosen))
    who, invited, n = stays.citizen[at], day[at] + 14, len(at)
    frail = np.log(np.maximum(citizens.frailty[who], 0.05))
    old = citizens.age[who, stays.month[at]] - 78
    relative = rng.random(n) < ASKED_RELATIVE
    dated = invited + rng.integers(3, 40, n)
    patient_says = (rng.random(n) < _logistic(0.35 - 0.75 * frail - 0.03 * old)) & (citizens.death[who] > dated)
    relative_says = relative & (rng.random(n) < _logistic(0.15 + 0.10 * frail))
    answers = {"patient": patient_says, "relative": relative_says}
    return Wave(name, first + 14, last + 60, who, cluster[at], stays.place[at], invited, dated, relative, answers)


def _invitations(region: Region, names: Names, waves: list[Wave]) -> pa.Table:
    parts = []
    for wave in waves:
        for respondent in RESPONDENTS:
            asked = np.flatnonzero(wave.asked_relative if respondent == "relative" else np.ones(len(wave.citizen), dtype=bool))
            parts.append(
                pa.table(
                    {
                        "pnr": texts(names.pnr, wave.citizen[asked]),
                        "kommunekode": texts(list(region.spec.municipalities), wave.place[asked]),
                        "respondent": pa.array([respondent] * len(asked), pa.string()),
                        "wave": pa.array([wave.name] * len(asked), pa.string()),
                        "invited_date": dates(region, wave.invited[asked]),
                        "answered": wave.answers[respondent][asked].astype(np.int8),
                    }
                )
            )
    return pa.concat_tables(parts)


def _waves(region: Region, waves: list[Wave]) -> pa.Table:
    rows = []
    for wave in waves:
        for respondent in RESPONDENTS:
            asked = wave.asked_relative if respondent == "relative" else np.ones(len(wave.citizen), dtype=bool)
            for place, code in enumerate(region.spec.municipalities):
                owner = region.spec.cluster_of[place]
                here = asked & (wave.place == place)
                if owner >= 0:
                    counted = int(here.sum()), int((here & wave.answers[respondent]).sum())
                    rows.append((region.spec.cluster_ids[owner], code, respondent, wave.name, wave.opened, wave.closed, *counted))
    cluster, code, respondent, name, opened, closed, invited, answered = (list(column) for column in zip(*rows, strict=True))
    return pa.table(
        {
            "cluster_id": cluster,
            "kommunekode": code,
            "respondent": respondent,
            "wave": name,
            "opened": dates(region, np.array(opened)),
            "closed": dates(region, np.array(closed)),
            "invited": invited,
            "answered": answered,
        }
    )


def _answers(region: Region, names: Names, rng: np.random.Generator, waves: list[Wave]) -> tuple[pa.Table, dict[str, Any]]:
    """Every answer of who answered; and the mean satisfaction of all invited and of those who answered, which is what non-response costs."""
    parts: list[pa.Table] = []
    truth: dict[str, Any] = {one.cluster_id: {"planted_shift": one.satisfaction} for one in region.spec.clusters}
    taken = 0
    for wave in waves:
        for respondent in RESPONDENTS:
            said = _say(region, rng, wave, respondent)
            answered = np.flatnonzero(wave.answers[respondent])
            asked = wave.asked_relative if respondent == "relative" else np.ones(len(wave.citizen), dtype=bool)
            for k, cluster_id in enumerate(region.spec.cluster_ids):
                here, heard = asked & (wave.cluster == k), wave.answers[respondent] & (wave.cluster == k)
                score = said["lup", "overall"]
                truth[cluster_id][f"{respondent}_{wave.name}"] = {"all_invited": _mean(score[here]), "answered": _mean(score[heard])}
            number = np.char.add("s", np.char.zfill((rng.permutation(10**6)[: len(answered)] + taken).astype(str), 8))
            taken += 10**6
            parts += [_rows(region, names, rng, wave, respondent, answered, number, *key, value) for key, value in said.items()]
    truth["eq5d"] = "3L before and 5L after: their indices are on two scales and no change between them is defined"
    return pa.concat_tables(parts), truth


def _say(region: Region, rng: np.random.Generator, wave: Wave, respondent: str) -> dict[tuple[str, str], np.ndarray]:
    """What everybody invited would answer: (instrument, item) -> whole numbers."""
    spec, citizens = region.spec, region.citizens
    n = len(wave.citizen)
    effect = np.array([one.satisfaction for one in spec.clusters])[wave.cluster] * (wave.name == "after")
    frail = np.clip(np.log(np.maximum(citizens.frailty[wave.citizen], 0.05)), -2, 2)
    mood = rng.normal(0, 0.55, n) - 0.25 * frail + effect
    said = {
        ("lup", item): np.clip(np.round(level + mood + rng.normal(0, 0.75, n)), 1, 5).astype(np.int64) for item, level in ITEMS[respondent].items()
    }
    if respondent == "relative":
        return said
    for item, share in WISHES.items():
        said["own", item] = (rng.random(n) < np.clip(share + 0.35 * effect - 0.04 * frail, 0.02, 0.98)).astype(np.int64)
    ill = 0.55 * frail + rng.normal(0, 0.6, n)
    instrument = INSTRUMENT[wave.name]
    for item, level in DIMENSIONS.items():
        said[instrument, item] = 1 + np.searchsorted(CUTS[instrument], level + ill + rng.normal(0, 0.7, n))
    said["eqvas", "vas"] = np.clip(np.round(64 - 9 * ill + 4 * effect + rng.normal(0, 12, n)), 0, 100).astype(np.int64)
    return said


def _rows(region: Region, names: Names, rng: np.random.Generator, wave: Wave, respondent: str, at: np.ndarray, *told: Any) -> pa.Table:
    number, instrument, item, value = told
    n = len(at)
    silent = rng.random(n) < ITEM_MISSING
    reason = np.array(REASONS)[rng.choice(3, n, p=(0.7, 0.1, 0.2))]
    return pa.table(
        {
            "response_id": pa.array(number, pa.string()),
            "pnr": texts(names.pnr, wave.citizen[at]),
            "kommunekode": texts(list(region.spec.municipalities), wave.place[at]),
            "respondent": pa.array([respondent] * n, pa.string()),
            "wave": pa.array([wave.name] * n, pa.string()),
            "instrument": pa.array([instrument] * n, pa.string()),
            "item_id": pa.array([item] * n, pa.string()),
            "date": dates(region, wave.dated[at]),
            "value": pa.array(value[at], pa.int64(), mask=silent),
            "missing_reason": pa.array(reason, pa.string(), mask=~silent),
        }
    )


def _logistic(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def _mean(values: np.ndarray) -> float | None:
    return round(float(values.mean()), 6) if len(values) else None
