"""Windows of devices that do not send as often as their profile says (rhythm.py).

All of it follows from times and values alone, so a stream gives the same windows however it is cut
into messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.behaviour.rhythm import Verdict
from tocsin.domain.profile import Profile
from tocsin.domain.windows.window import History, Windows, windows_of_batch


@dataclass(frozen=True, slots=True)
class Part:
    """A message's readings ``t`` ``[n]`` and ``values`` ``[n, c]`` behind those before it."""

    history: History
    t: NDArray[np.int64]
    values: NDArray[np.float32]
    verdict: Verdict


def grid_windows(parts: Sequence[Part], profile: Profile) -> tuple[Windows, NDArray[np.bool_]]:
    """The windows that can be had of each part: k of them, and a mask bool ``[sum of n]`` with k
    true, in the order of *parts*."""
    found = [_find_windows(part, profile) for part in parts]
    starts = np.cumsum([0, *(len(windows.rows) for windows, _ in found)])
    return (
        Windows(
            np.concatenate([windows.rows for windows, _ in found]),
            np.concatenate(
                [windows.ends + start for (windows, _), start in zip(found, starts, strict=False)]
            ),
            profile.window,
        ),
        np.concatenate([scored for _, scored in found]),
    )


def thin(history: History, profile: Profile) -> History:
    """The first reading of each period."""
    first = firsts_of_periods(history.t, None, profile)
    return History(history.t[first], history.values[first])


def firsts_of_periods(
    t: NDArray[np.int64], last_t: int | None, profile: Profile
) -> NDArray[np.bool_]:
    """For each reading of *t*, whether it is the first of its period; periods count from 1970.

    *last_t*: the reading before, None for none.
    """
    period_ms = round(profile.period_s * 1_000)
    before = -1 if last_t is None else last_t // period_ms
    return np.diff(t // period_ms, prepend=before) > 0


def _find_windows(part: Part, profile: Profile) -> tuple[Windows, NDArray[np.bool_]]:
    if part.verdict == "fast":
        return _thin_windows(part, profile)
    if part.verdict == "bursts":
        return _gap_windows(part, profile)
    return _no_windows(part, profile)


def _no_windows(part: Part, profile: Profile) -> tuple[Windows, NDArray[np.bool_]]:
    rows = np.empty((0, len(profile.channels)), dtype=np.float32)
    none = np.zeros(len(part.t), dtype=np.bool_)
    return Windows(rows, np.empty(0, dtype=np.int64), profile.window), none


def _thin_windows(part: Part, profile: Profile) -> tuple[Windows, NDArray[np.bool_]]:
    """One reading a period: what the model knows, and no interval of it is longer or shorter."""
    last_t = int(part.history.t[-1]) if len(part.history.t) else None
    scored = firsts_of_periods(part.t, last_t, profile)
    kept = thin(part.history, profile)
    windows, full = windows_of_batch([(kept, part.t[scored], part.values[scored])], profile)
    scored[scored] = full
    return windows, scored


def _gap_windows(part: Part, profile: Profile) -> tuple[Windows, NDArray[np.bool_]]:
    """Windows of their true length, missing where there is no reading; half of each is there."""
    window, period_ms = profile.window, profile.period_s * 1_000
    times = np.concatenate((part.history.t, part.t))
    values = np.concatenate((part.history.values, part.values))
    steps = np.clip(np.rint(np.diff(times) / period_ms), 1, window).astype(np.int64)
    # As many rows before the first reading as a window may reach back.
    places = np.concatenate(([window - 1], steps)).cumsum()
    rows = np.full((int(places[-1]) + 1, values.shape[1]), np.nan, dtype=np.float32)
    rows[places] = values
    ends = places[len(part.history.t) :]
    first = np.searchsorted(places, ends - window + 1)
    known = np.arange(len(part.history.t), len(places)) - first + 1
    scored = 2 * known >= window
    return Windows(rows, ends[scored], window), scored
