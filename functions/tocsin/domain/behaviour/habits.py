"""How a device's sensors behave while all is well: in which steps, and how long at one value.

Real sensors show values in steps, or go on with the last one until it has changed by enough. Such a
channel often stands still, and its jumps are large against the noise that a model was trained on.
So two things are learned of each channel, from the device's own readings:

- *its step*: the least change it makes. Where that is coarser than a profile says its kind is, and
  the channel often stands still, windows get a small wave on it before they are scored. What the
  sensor does not tell apart is then no larger than the noise around it
  (docs/adr/0029-a-sensor-has-habits.md).
- *how long it rests*: it is stuck when it rests for longer than it ever did twice, by a margin.

Shapes: a message has n readings of c channels.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from reprlib import repr as brief
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.errors import DamagedDocumentError
from tocsin.domain.hot_records import dataclass
from tocsin.domain.profile import Profile
from tocsin.domain.stored import take_field, take_list, take_part

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# In steps of the sensor. Its mean over four readings is nothing. Values are whole steps apart, so a
# wave of half a step is never undone by them: readings in a row differ by half a step at least, and
# no noise that a view finds in them is ever nothing. With a whole step, every second may be alike.
WAVE = np.array([0.0, 0.5, 0.0, -0.5])
TOLD_AFTER = 300  # readings of one value, and people are told of it
# Rows of the table, and what they are called in a document. STILL: readings up to now that brought
# no other value. LONGEST, SECOND: the most for which it rested and then went on, and the most but
# one: what happened once may have been a fault. SEEN, CHANGES: readings with a value, and those
# that brought another. STEP, STEP_BEFORE: the least change in this span and in the one before,
# infinite without any. COARSE: 1 where it goes in steps coarser than its kind, and often rests.
# LATELY: for how many readings it has of late rested from one change to the next, on average.
# AT_END: 1 where the newest value lies at an end of what such sensors can show.
STILL, LONGEST, SECOND, SEEN, CHANGES, STEP, STEP_BEFORE, COARSE, LATELY, AT_END = range(10)
ROWS = 10
STORED = np.dtype("<f4")  # of every number: in memory as in a document
SHOWN_DECIMALS = 9
MOVES = 8  # changes before which nobody knows how a channel moves, or whether it does at all
COARSER = 2.0  # times the steps of its kind
ROUNDING = 0.99  # a difference of single precision may be a little less than a step


@dataclass(frozen=True, slots=True, eq=False)
class Habits:
    """What is known of the channels *names*: ``table`` ``[10, c]``, its rows as above.
    ``has_coarse``: whether any of them is coarse; with each message it is asked some times."""

    names: tuple[str, ...]
    table: Floats
    has_coarse: bool

    @classmethod
    def of(cls, names: tuple[str, ...], table: Floats) -> Habits:
        return cls(names, table, bool(table[COARSE].any()))

    @property
    def coarse(self) -> Bools:
        """Which channels are coarse, ``[c]``."""
        coarse: Bools = self.table[COARSE] > 0
        return coarse

    @property
    def steps(self) -> Floats:
        """The least change of each channel, infinite where none is known."""
        least: Floats = np.minimum(self.table[STEP], self.table[STEP_BEFORE])
        return least

    @property
    def coarse_steps(self) -> Floats:
        """The steps of the coarse channels, 0 for the others, ``[c]``."""
        steps: Floats = np.where(self.coarse, self.steps, 0.0)
        return steps

    def blur(
        self, t: NDArray[np.int64], values: NDArray[np.float32], profile: Profile
    ) -> NDArray[np.float32]:
        """*values* ``[n, c]`` of readings at *t* (ms) as a model shall see them."""
        if not self.has_coarse:
            return values
        at = (t // max(round(profile.period_ms), 1))[:, np.newaxis] + np.arange(values.shape[1])
        waves = self.coarse_steps * WAVE[at & 3]
        blurred: NDArray[np.float32] = (values + waves).astype(np.float32)
        return blurred

    def find_slack(self, profile: Profile) -> Floats:
        """By how much the channels may be below what they show, ``[c]``: by half a step where a
        sensor is known to go in coarser ones than its kind, else by nothing that matters."""
        known = is_coarser(self.steps, profile.resolutions) & (self.table[CHANGES] >= MOVES)
        slack: Floats = np.where(known, self.steps / 2, 0.0)
        return slack

    def list_coarse(self) -> dict[str, float]:
        """The steps of the coarse channels, by channel."""
        if not self.has_coarse:
            return {}
        steps = self.steps.tolist()
        return {self.names[at]: steps[at] for at in np.flatnonzero(self.coarse).tolist()}

    def fit(self, profile: Profile) -> Habits:
        """The same for the channels of *profile*, nothing known of those that are new."""
        if self.names == profile.channel_names:
            return self
        begun = begin_habits(profile)
        for at, name in enumerate(begun.names):
            if name in self.names:
                begun.table[:, at] = self.table[:, self.names.index(name)]
        return Habits.of(begun.names, begun.table)

    def list_columns(self) -> dict[str, list[float | None]]:
        """By channel its column of the table, None in place of a step that is not known."""
        known = np.isfinite(self.table).T.tolist()
        columns = self.table.round(SHOWN_DECIMALS).T.tolist()
        return {
            name: [number if told else None for number, told in zip(column, is_known, strict=True)]
            for name, column, is_known in zip(self.names, columns, known, strict=True)
        }

    def to_document(self) -> dict[str, Any]:
        """The table as one text, row by row: it is written with each message, and as numbers it
        would take a tenth of all that scoring takes."""
        table = base64.b64encode(self.table.astype(STORED).tobytes()).decode()
        return {"channels": [*self.names], "table": table}


def is_coarser(steps: Floats, kind: Floats) -> Bools:
    """Where *steps* are known, and coarser than those of the *kind*, 0 where these are not said."""
    coarser: Bools = (kind > 0) & np.isfinite(steps) & (steps >= COARSER * ROUNDING * kind)
    return coarser


def begin_habits(profile: Profile) -> Habits:
    """Those of a device that was never seen."""
    table = np.zeros((ROWS, len(profile.channels)))
    table[STEP : STEP_BEFORE + 1] = np.inf
    return Habits(profile.channel_names, table, has_coarse=False)


def read_habits(document: Mapping[str, Any]) -> Habits | None:
    """What ``to_document`` wrote, None where there is nothing. Documents from before the table was
    one text have a list for each channel: such habits are learned anew.

    Raises DamagedDocumentError.
    """
    part = take_part(document, "habits")
    if part is None or "channels" not in part:
        return None
    names, text = take_list(part, "channels", str), take_field(part, "table", str)
    try:
        table = np.frombuffer(base64.b64decode(text, validate=True), STORED).astype(np.float64)
        habits = Habits.of(tuple(names), table.reshape(ROWS, len(names)))
    except ValueError as error:
        raise DamagedDocumentError(f"{_tell_damage(document)}: {error}") from error
    if np.isnan(table).any():
        raise DamagedDocumentError(f"{_tell_damage(document)} has what is no number")
    return habits


def _tell_damage(document: Mapping[str, Any]) -> str:
    return f"device {brief(document.get('deviceId'))} is damaged: habits.table"


def remark_on_sensors(habits: Habits) -> list[str]:
    """What people should know of its sensors, in words."""
    remarks = []
    if coarse := habits.list_coarse():
        steps = ", ".join(f"{name} {step:.3g}" for name, step in coarse.items())
        remarks.append(
            f"shows values in coarser steps than its kind ({steps}); finer changes are not seen"
        )
    changes, seen = habits.table[CHANGES], habits.table[SEEN]
    if not changes.all() and (resting := (changes == 0) & (seen >= TOLD_AFTER)).any():
        names = ", ".join(habits.names[at] for at in np.flatnonzero(resting).tolist())
        remarks.append(f"has always shown one value ({names}); nobody can tell whether it is stuck")
    ended = habits.table[AT_END] * habits.table[STILL] >= TOLD_AFTER
    if ended.any():
        names = ", ".join(habits.names[at] for at in np.flatnonzero(ended).tolist())
        remarks.append(
            f"stays at the end of what it can show ({names}); nobody can tell whether it is stuck"
        )
    return remarks
