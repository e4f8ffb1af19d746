"""Windows: the last readings of one device, ending at each reading to be scored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.hot_records import dataclass
from tocsin.domain.profile import Profile

# In steps of a sensor: two values next to each other are at most so far apart. One that goes on
# with its last value until it has changed by a band shows the next one a little beyond it.
NEIGHBOURS = 1.5


@dataclass(frozen=True, slots=True)
class History:
    """The readings before a message: ``t`` int64 ``[h]`` in ms, ``values`` float32 ``[h, c]``."""

    t: NDArray[np.int64]
    values: NDArray[np.float32]

    @classmethod
    def empty(cls, profile: Profile) -> History:
        return cls(
            t=np.empty(0, dtype=np.int64),
            values=np.empty((0, len(profile.channels)), dtype=np.float32),
        )

    def extend(self, t: NDArray[np.int64], values: NDArray[np.float32], *, keep: int) -> History:
        """This history and the readings after it, the last *keep* of them."""
        if len(t) >= keep:
            # Copies: a view would keep the whole message in memory for as long as the device.
            return History(t[-keep:].copy(), values[-keep:].copy())
        return History(
            np.concatenate((self.t, t))[-keep:], np.concatenate((self.values, values))[-keep:]
        )

    def merge(self, t: NDArray[np.int64], values: NDArray[np.float32], *, keep: int) -> History:
        """This history with readings from among its own, each time once, the last *keep*."""
        times, first = np.unique(np.concatenate((self.t, t)), return_index=True)
        return History(times[-keep:], np.concatenate((self.values, values))[first[-keep:]])


@dataclass(frozen=True, slots=True)
class Coarse:
    """What is coarse of k windows: ``rows`` float32 ``[r, c]``, the readings as they were shown,
    and ``steps`` ``[k, c]`` of their sensors, 0 for channels that are fine."""

    rows: NDArray[np.float32]
    steps: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Windows:
    """k windows over the same readings, each a copy only when it is asked for: a reading is in as
    many windows as a window is long.

    ``rows``: the readings float32 ``[r, c]``. ``ends``: int64 ``[k]``, the row each window ends at.
    ``coarse``: by which single steps are levelled out, None where nothing is coarse.
    """

    rows: NDArray[np.float32]
    ends: NDArray[np.int64]
    length: int
    coarse: Coarse | None = None

    def __len__(self) -> int:
        return len(self.ends)

    def of(self, part: slice) -> NDArray[np.float32]:
        """Those windows as float32 ``[some, length, c]``."""
        ends = self.ends[part]
        if not len(ends):
            return np.empty((0, self.length, self.rows.shape[1]), dtype=np.float32)
        windows = self._cut(self.rows, ends)
        if self.coarse is not None and (steps := self.coarse.steps[part]).any():
            _level_out(windows, self._cut(self.coarse.rows, ends), steps)
        return windows

    def with_steps(self, rows: NDArray[np.float32], steps: NDArray[np.float64]) -> Windows:
        """The same windows, a channel levelled out wherever it moved by no more than one of its
        *steps* ``[k, c]``, 0 for a fine one: nothing has happened there that such a sensor could
        tell. *rows* ``[r, c]``: the readings as they were shown, without a wave on them."""
        return replace(self, coarse=Coarse(rows, steps)) if steps.any() else self

    def _cut(self, rows: NDArray[np.float32], ends: NDArray[np.int64]) -> NDArray[np.float32]:
        every = np.lib.stride_tricks.sliding_window_view(rows, self.length, axis=0)
        return every.transpose(0, 2, 1)[ends - (self.length - 1)]

    def slices(self, most: int) -> Iterator[NDArray[np.float32]]:
        """All windows in their order, at most *most* at a time."""
        for start in range(0, len(self.ends), most):
            yield self.of(slice(start, start + most))


def _level_out(
    windows: NDArray[np.float32], shown: NDArray[np.float32], steps: NDArray[np.float64]
) -> None:
    """Put the middle in the place of what is *shown* in *windows* ``[k, w, c]``, in place, where it
    stays within neighbouring values; what else is in them, a wave, stays."""
    low, high = np.fmin.reduce(shown, axis=1), np.fmax.reduce(shown, axis=1)  # [k, c]
    still = (steps > 0) & (high - low <= NEIGHBOURS * steps)  # never where all is missing
    window, channel = np.nonzero(still)
    middle = (low + (high - low) / 2)[window, channel]
    windows[window, :, channel] += middle[:, np.newaxis] - shown[window, :, channel]


def windows_ending_at(
    history: History, t: NDArray[np.int64], values: NDArray[np.float32], profile: Profile
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The windows that end at each reading of *t*, where there are enough readings.

    Returns float32 ``[k, window, c]`` and a mask bool ``[n]`` with k true: the readings scored.
    A silence longer than half a window ends what came before: no window spans it.
    """
    windows, full = windows_of_batch([(history, t, values)], profile)
    return windows.of(slice(None)), full


def windows_of_batch(
    parts: Sequence[tuple[History, NDArray[np.int64], NDArray[np.float32]]], profile: Profile
) -> tuple[Windows, NDArray[np.bool_]]:
    """The windows of several messages at once, as ``windows_ending_at`` has each of them.

    *parts*: history, t ``[n]`` and values ``[n, c]`` of each message. Returns the k windows and a
    mask bool ``[sum of n]``, in the order of *parts*.
    """
    rows = np.concatenate(
        [rows for history, _, values in parts for rows in (history.values, values)]
    )
    times = np.concatenate([times for history, t, _ in parts for times in (history.t, t)])
    lengths = np.array([n for history, t, _ in parts for n in (len(history.t), len(t))])
    is_new = np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)
    starts = np.cumsum(lengths)[1:-1:2]  # of each history but the first
    full = _readings_since_silence(times, starts, profile)[is_new] >= profile.window
    return Windows(rows, np.flatnonzero(is_new)[full], profile.window), full


def _readings_since_silence(
    times: NDArray[np.int64], starts: NDArray[np.int64], profile: Profile
) -> NDArray[np.int64]:
    """For each reading, how many there are since the last long silence, itself included, or since
    the last of *starts*, where another device's readings begin."""
    position = np.arange(len(times), dtype=np.int64)
    since = np.zeros(len(times), dtype=np.int64)
    silent = np.flatnonzero(np.diff(times) > profile.longest_silence_ms) + 1
    since[silent] = silent
    since[starts] = starts
    return position - np.maximum.accumulate(since) + 1
