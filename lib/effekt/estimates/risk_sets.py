"""Spells as risk sets: who is under observation just before each moment at which something happened."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import frames


@dataclass(frozen=True)
class Spells:
    """Rows of spells, ordered by citizen and entry.

    citizen : n codes. entry, exit : n times, entry < exit. event : n, 0 censored, 1 event, 2 competing. citizens : labels of the codes.
    order : n, the place in the frame that each row came from.
    """

    citizen: np.ndarray
    entry: np.ndarray
    exit: np.ndarray
    event: np.ndarray
    citizens: np.ndarray
    order: np.ndarray

    @property
    def start(self) -> float:
        """The first entry."""
        return float(self.entry.min())

    @property
    def end(self) -> float:
        """The last exit."""
        return float(self.exit.max())

    def at_risk(self, times: np.ndarray) -> np.ndarray:
        """Rows with entry < time <= exit; at the first entry itself, the rows that enter there."""
        before = np.searchsorted(np.sort(self.entry), times, side="left") - np.searchsorted(np.sort(self.exit), times, side="left")
        return np.where(times == self.start, int(np.sum(self.entry == self.start)), before)

    def counts(self, times: np.ndarray, event: int) -> np.ndarray:
        """Number of events of this kind at each of the sorted distinct `times`."""
        happened = self.exit[self.event == event]
        return np.bincount(np.searchsorted(times, happened), minlength=len(times))


def read_spells(spells: pd.DataFrame, *, events: tuple[int, ...], once: bool) -> Spells:
    """The frame checked and ordered. `events`: the kinds allowed beside 0. `once`: an event ends the observation of a citizen.

    Raises DataError where a column is missing or not a number, exit is not after entry, an event is of no allowed kind, two spells of a
    citizen overlap, or (`once`) a citizen goes on after an event.
    """
    frames.require(spells, ["citizen_id", "entry", "exit", "event"], what="spell")
    citizen, citizens = frames.codes(spells, "citizen_id")
    entry, leave, event = frames.numbers(spells, "entry"), frames.numbers(spells, "exit"), frames.numbers(spells, "event")
    short = leave <= entry
    if short.any():
        raise DataError(
            f"exit is not after entry in {int(short.sum())} of {len(short)} rows. "
            "Who leaves on the day of entry was there for a part of it: count half a day."
        )
    allowed = (0, *events)
    strange = ~np.isin(event, allowed)
    if strange.any():
        kinds = {0: "0 (censored)", 1: "1 (event)", 2: "2 (competing)"}
        competing = "" if 2 in events else " Where another event (death) competes, use cumulative_incidence; code as 0 only who was lost by chance."
        raise DataError(f"event is none of {', '.join(kinds[kind] for kind in allowed)} in {int(strange.sum())} of {len(strange)} rows.{competing}")
    order = np.lexsort((entry, citizen))
    read = Spells(citizen[order], entry[order], leave[order], event[order].astype(np.int64), citizens, order)
    same = read.citizen[1:] == read.citizen[:-1]
    overlapping = same & (read.entry[1:] < read.exit[:-1])
    if overlapping.any():
        raise DataError(f"{int(overlapping.sum())} spells begin before an earlier one of the citizen has ended. A citizen is at risk once at a time.")
    going_on = same & (read.event[:-1] != 0)
    if once and going_on.any():
        raise DataError(f"{int(going_on.sum())} spells follow after an event of the same citizen. Keep each citizen's time up to the first event.")
    return read
