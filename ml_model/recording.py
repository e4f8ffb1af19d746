"""Recordings for training and evaluation, cut into windows; ``ml_model.recordings`` reads them.

Policy on gaps: windows are cut by the product's own ``windows_ending_at``, so a silence ends a
window here exactly as it does online. Policy on missing values: they stay NaN; the model's scaler
imputes them and they add no error. Rows with a fault, and windows holding one, never train a model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ml_model.observing import Stretch, observe
from tocsin.domain.behaviour.habits import Habits
from tocsin.domain.errors import TocsinError
from tocsin.domain.profile import Profile
from tocsin.domain.states.follow import Telling
from tocsin.domain.windows.window import History, windows_ending_at, windows_of_batch

CHUNK = 8_192  # readings scored at a time


class RecordingError(TocsinError):
    """A recording that cannot be read, or cannot train a model."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One device's readings.

    ``t`` int64 ``[n]`` in ms, increasing; ``values`` float32 ``[n, c]`` in the profile's order, NaN
    where missing; ``fault`` ``[n]``: the fault's kind, "" where there is none. ``told`` ``[n]``:
    the operating states that the device told, "" for none; None where it tells nothing.
    """

    device: str
    t: NDArray[np.int64]
    values: NDArray[np.float32]
    fault: NDArray[np.str_]
    told: NDArray[np.str_] | None = None

    @property
    def days(self) -> float:
        return float(self.t[-1] - self.t[0]) / 86_400_000 if len(self.t) > 1 else 0.0

    def between(self, start: int, end: int) -> Recording:
        """The readings from index *start* up to *end*."""
        part = slice(start, end)
        told = None if self.told is None else self.told[part]
        return Recording(self.device, self.t[part], self.values[part], self.fault[part], told)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one device's time, both ends included, in ms."""

    device: str
    from_t: int
    to_t: int

    def meets(self, other: Span, within_ms: int) -> bool:
        """Whether both overlap, or come within *within_ms* of it, on the same device."""
        return (
            self.device == other.device
            and self.from_t - within_ms <= other.to_t
            and other.from_t - within_ms <= self.to_t
        )


def window_chunks(
    recording: Recording, profile: Profile
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.int64]]]:
    """Windows ``[k, w, c]`` of a recording and the indices ``[k]`` of the readings they end at.

    The recording is streamed through the product's own windows, so this is what is scored online.
    """
    for windows, ends, _ in observed_chunks(recording, profile, None):
        if len(windows):
            yield windows, ends


def observed_chunks(
    recording: Recording, profile: Profile, telling: Telling | None
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.int64], Stretch]]:
    """As ``window_chunks``, also those without a window, each with what is known of the sensors.

    *telling*: how states are told of devices of *profile*; None where all is taken to be at work.
    """
    history = History.empty(profile)
    for stretch in observe(recording.values, recording.told, profile, telling, longest=CHUNK):
        part = recording.between(stretch.start, stretch.end)
        windows, full = _cut_windows(history, part, stretch.habits, profile)
        yield windows, stretch.start + np.flatnonzero(full), stretch
        history = history.extend(part.t, part.values, keep=profile.window)


def _cut_windows(
    history: History, part: Recording, habits: Habits, profile: Profile
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The windows of *part* behind *history* as a model sees them by *habits* of its sensors."""
    before = History(history.t, habits.blur(history.t, history.values, profile))
    values = habits.blur(part.t, part.values, profile)
    windows, full = windows_of_batch([(before, part.t, values)], profile)
    shown = np.concatenate((history.values, part.values))
    steps = np.tile(habits.coarse_steps, (len(windows), 1))
    return windows.with_steps(shown, steps).of(slice(None)), full


def normal_windows(
    recordings: Sequence[Recording], profile: Profile, *, most: int
) -> NDArray[np.float32]:
    """At most about *most* windows ``[k, w, c]`` without a fault, evenly spaced in time."""
    rows = sum(len(recording.t) for recording in recordings)
    stride = max(1, -(-rows // most))
    parts = [np.empty((0, profile.window, len(profile.channels)), dtype=np.float32)]
    for recording in recordings:
        normal = find_normal_ends(recording, profile)
        for windows, ends in window_chunks(recording, profile):
            parts.append(windows[normal[ends] & (ends % stride == 0)])
    return np.concatenate(parts)


def find_window_ends(recording: Recording, profile: Profile) -> NDArray[np.bool_]:
    """Whether a full window ends at each reading, bool ``[n]``."""
    # Windows of no channel cost nothing to cut.
    no_values = np.empty((len(recording.t), 0), dtype=np.float32)
    nothing = History(np.empty(0, dtype=np.int64), no_values[:0])
    return windows_ending_at(nothing, recording.t, no_values, profile)[1]


def find_normal_ends(recording: Recording, profile: Profile) -> NDArray[np.bool_]:
    """Whether a full window without a fault ends at each reading, bool ``[n]``."""
    last_faulty = np.where(recording.fault != "", np.arange(len(recording.t)), -profile.window)
    since_fault = np.arange(len(recording.t)) - np.maximum.accumulate(last_faulty)
    return find_window_ends(recording, profile) & (since_fault >= profile.window)


def split(
    recordings: Sequence[Recording], shares: Sequence[float] = (0.6, 0.2, 0.2)
) -> tuple[list[Recording], ...]:
    """Split into parts of about *shares*: by device where there are five or more, else by time.

    Devices are dealt out in order of their names, so the same files always give the same parts.
    """
    edges = np.cumsum(np.append(0.0, shares)) / sum(shares)
    if len(recordings) >= 5:
        at = np.round(edges * len(recordings)).astype(int)
        return tuple(list(recordings[a:b]) for a, b in pairwise(at.tolist()))
    return tuple(
        [
            recording.between(int(a * len(recording.t)), int(b * len(recording.t)))
            for recording in recordings
        ]
        for a, b in pairwise(edges.tolist())
    )
