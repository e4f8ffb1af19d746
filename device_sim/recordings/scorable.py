"""Whether a recording can be scored: the product's own rules, before it is sent."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.behaviour.rhythm import SLOWEST, Rhythm, begin_rhythm
from tocsin.domain.devices.not_scored import say_period
from tocsin.domain.profile import Profile
from tocsin.domain.windows.grids import Part, grid_windows
from tocsin.domain.windows.window import History, windows_ending_at


def explain_unscored(times: Sequence[int], profile: Profile, batch: int) -> str | None:
    """Why a recording with readings at *times* (ms), sent *batch* a message, will not be scored.

    None where it will be, at least once the device's rhythm is known.
    """
    rhythm, scored = _follow(np.array(times, dtype=np.int64), profile, batch)
    if rhythm.judge(profile) != "unfit" and scored:
        return None
    usual_ms = rhythm.period or _find_usual(times)
    if usual_ms > SLOWEST * profile.period_ms or rhythm.judge(profile) == "unfit":
        return say_period(usual_ms / 1_000, profile)
    return (
        f"a window of profile {profile.name} takes {profile.window} readings in a row, without a "
        f"silence of {profile.longest_silence_ms / 1_000:g} s; this recording has none"
    )


def _follow(t: NDArray[np.int64], profile: Profile, batch: int) -> tuple[Rhythm, bool]:
    """The device's rhythm at the end, and whether any reading has a window."""
    rhythm, scored, last_t = begin_rhythm(profile), False, 0
    none = np.zeros((len(t), len(profile.channels)), dtype=np.float32)
    for start in range(0, len(t), batch):
        part = slice(start, start + batch)
        if not scored:
            keep = (profile.window - 1) * rhythm.readings_a_period(profile)
            before = slice(max(start - keep, 0), start)
            history, verdict = History(t[before], none[before]), rhythm.judge(profile)
            if verdict == "even":
                _, full = windows_ending_at(history, t[part], none[part], profile)
            else:
                _, full = grid_windows([Part(history, t[part], none[part], verdict)], profile)
            scored = bool(full.any())
        rhythm = rhythm.after(t[part].tolist(), t[part], last_t, 0, profile)
        last_t = int(t[part][-1])
    return rhythm, scored


def _find_usual(times: Sequence[int]) -> float:
    return float(np.median(np.diff(times))) if len(times) > 1 else 0.0
