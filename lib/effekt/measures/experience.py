"""What patients and relatives answered: the frames of satisfaction, own preferences and health-related quality of life."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from effekt.errors import UsageError
from effekt.measures.units import rows_of_unit
from effekt.study import Study

if TYPE_CHECKING:
    import pandas as pd

Respondent = Literal["patient", "relative"]


def answers(study: Study, instrument: Literal["lup", "own", "eqvas"], *, respondent: Respondent = "patient", item: str | None = None) -> pd.DataFrame:
    """Answers given to one instrument by patients or by relatives of this unit, both waves.

    Returns
    -------
    DataFrame
        One row an answer: response_id, citizen_id (missing for an anonymous response), cluster_id, kommunekode, wave (before, after), after (bool),
        item_id, value (lup: 1 to 5; own: 1 yes, 0 no; eqvas: 0 to 100), date. Items asked and not answered are no row (see `responses` for how many).
        Nobody asked, or nobody who answered: no row. `attrs`: unit.

    Raises
    ------
    UsageError
        EQ-5D: its levels are a profile, not numbers to be averaged (see `responses`). DataError: the derived table is missing.
    """
    if instrument not in ("lup", "own", "eqvas"):
        raise UsageError(f"answers(..., {instrument!r}): the instrument is 'lup', 'own' or 'eqvas'. The profiles of EQ-5D are in measures.responses.")
    where = [("instrument", "==", instrument), ("respondent", "==", respondent), *([("item_id", "==", item)] if item else [])]
    frame = rows_of_unit(study, "answers", None, where)
    told = frame[frame["value"].notna()].reset_index(drop=True)
    told = told.assign(after=told["wave"] == "after")
    return told[["response_id", "citizen_id", "cluster_id", "kommunekode", "wave", "after", "item_id", "value", "date"]]


def responses(study: Study, respondent: Respondent = "patient", *, version: Literal["3L", "5L"] | None = None) -> pd.DataFrame:
    """Responses of this unit with their health profile, both waves.

    version : only those with a complete profile of that version of EQ-5D. The two are valued apart (`estimates.eq5d(frame.profile, version)`) and
    their indices are on two scales: a change from one to the other is not defined.

    Returns
    -------
    DataFrame
        One row a response: response_id, citizen_id, cluster_id, kommunekode, wave, after, date, sex, age, version, the five dimensions (level from 1;
        missing where not answered), profile (text of five digits), vas (0 to 100), n_items, n_missing. `attrs`: unit.
    """
    frame = rows_of_unit(study, "responses", None, [("respondent", "==", respondent)]).drop(columns="respondent")
    if version is not None:
        frame = frame[(frame["version"] == version) & frame["profile"].notna()].reset_index(drop=True)
    return frame.assign(after=frame["wave"] == "after")


def invitations(study: Study, respondent: Respondent = "patient") -> pd.DataFrame:
    """Everybody asked in this unit, both waves, with what is known of those who answered and of those who did not.

    Returns
    -------
    DataFrame
        One row a person and wave: citizen_id (of the patient, also where the relative was asked), cluster_id, kommunekode, wave, after, invited_date,
        answered (bool), sex, age, admissions_before and bed_days_before (of the 365 days before), lives_alone (missing where not told).
        No row where the delivery holds no list of those asked. `attrs`: unit.
    """
    frame = rows_of_unit(study, "invitations", None, [("respondent", "==", respondent)]).drop(columns="respondent")
    return frame.assign(after=frame["wave"] == "after")


def response_counts(study: Study) -> pd.DataFrame:
    """How many were invited and how many answered in this unit: one row a respondent and wave, from the counts that the survey delivered.

    Returns
    -------
    DataFrame
        respondent (patient, relative), wave (before, after), invited, answered. Only delivered counts; a municipality has counts only where they were
        told by municipality.
    """
    own = [study.cluster] if study.cluster is not None else list(study.clusters)
    counts = study.read("survey_wave", filters=[("cluster_id", "in", own)])
    if study.municipality is not None:
        counts = counts[counts["kommunekode"] == study.municipality]
    summed = counts.groupby(["respondent", "wave"], as_index=False)[["invited", "answered"]].sum()
    return summed.sort_values(["respondent", "wave"], ascending=[True, False], ignore_index=True)
