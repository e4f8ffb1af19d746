"""What recordings must have to train a model or to be judged by one.

An error names what is missing and the fix; what is only done in its own way becomes a remark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ml_model.recording import Recording, RecordingError, find_normal_ends, find_window_ends
from tocsin.domain.profile import Profile

LEAST_WINDOWS = 2_000
PERIOD_TOLERANCE = 0.2  # of the profile's period
MOST_IRREGULAR = 0.05  # share of steps that are neither the period nor a silence


def check_period(recording: Recording, profile: Profile) -> list[str]:
    """Check that readings come as often as the profile says: a window is so many seconds long.

    Returns a remark where they come unevenly. Raises RecordingError when the usual time between
    two readings is another one.
    """
    steps_s = np.diff(recording.t) / 1_000
    if not len(steps_s):
        return []
    usual_s = float(np.median(steps_s))
    if abs(usual_s - profile.period_s) > PERIOD_TOLERANCE * profile.period_s:
        raise RecordingError(
            f"device {recording.device!r}: a reading comes every {usual_s:g} s, but "
            f"{profile.name!r} devices send one every {profile.period_s:g} s: resample the "
            f"recording (times are ms), or set period_s of the profile to {usual_s:g}"
        )
    apart = np.abs(steps_s - profile.period_s) > profile.period_s / 2
    irregular = apart & (steps_s <= profile.window * profile.period_s / 2)
    if irregular.mean() <= MOST_IRREGULAR:
        return []
    remark = (
        f"device {recording.device!r}: {irregular.mean():.0%} of its readings come earlier or "
        f"later than every {profile.period_s:g} s; windows take them as they come"
    )
    return [remark]


def clear_bad_values(recording: Recording, profile: Profile) -> tuple[Recording, list[str]]:
    """The recording as it is scored online, without what its sensors cannot show; and a remark on
    each channel that has such values."""
    values, remarks = recording.values.copy(), []
    for column, channel in zip(values.T, profile.channels, strict=True):
        # Rounded as the values are: a limit of .1 is less than the value .1 of a recording.
        low, high = np.float32(channel.low), np.float32(channel.high)
        error_values = np.array(channel.error_values, dtype=np.float32)
        bad = (column < low) | (column > high) | np.isin(column, error_values)
        if bad.any():
            remarks.append(
                f"device {recording.device!r}, channel {channel.name!r}: {np.count_nonzero(bad)} "
                f"values count as missing, since no sensor of {profile.name!r} shows them "
                f"({channel.low:g} to {channel.high:g} {channel.unit}); one is {column[bad][0]:g}"
            )
            column[bad] = np.nan
    return (replace(recording, values=values) if remarks else recording), remarks


def keep_windowed(
    recordings: Sequence[Recording], profile: Profile
) -> tuple[list[Recording], list[str]]:
    """The recordings with at least one full window, and a remark on those left out.

    Raises RecordingError when none is left.
    """
    kept = [recording for recording in recordings if find_window_ends(recording, profile).any()]
    left_out = sorted(
        {recording.device for recording in recordings} - {recording.device for recording in kept}
    )
    needed = f"{profile.window} readings in a row without a silence of half a window"
    if not kept:
        raise RecordingError(f"no device has {needed}: record longer, or without gaps")
    return kept, [f"left out, without {needed}: {', '.join(left_out)}"] if left_out else []


def check_trainable(recordings: Sequence[Recording], profile: Profile) -> list[str]:
    """Check that *recordings* can train a model of *profile*.

    Returns remarks on what training will do its own way. Raises RecordingError when it cannot.
    """
    rows = sum(len(recording.t) for recording in recordings)
    windows = sum(int(find_normal_ends(recording, profile).sum()) for recording in recordings)
    if windows < LEAST_WINDOWS:
        raise RecordingError(
            f"{rows} readings give {windows} windows without a fault or a silence, too few to "
            f"train {profile.name!r}: at least {LEAST_WINDOWS} are needed"
        )
    return _check_channels(_normal_rows(recordings), profile, "any reading")


def check_parts(parts: Sequence[Sequence[Recording]], profile: Profile) -> list[str]:
    """Check the parts that train, stop the training and set the threshold, as ``split`` gives them.

    Returns remarks. Raises RecordingError when one of them is of no use.
    """
    names = ("train", "stop the training", "set the threshold")
    for part, name in zip(parts, names, strict=True):
        if not any(find_normal_ends(recording, profile).any() for recording in part):
            raise RecordingError(
                f"the part of the recordings that is to {name} has no {profile.window} readings in "
                "a row without a fault or a long silence; record longer"
            )
    return _check_channels(_normal_rows(parts[0]), profile, "the part that trains")


def _normal_rows(recordings: Sequence[Recording]) -> NDArray[np.float32]:
    return np.concatenate([recording.values[recording.fault == ""] for recording in recordings])


def _check_channels(rows: NDArray[np.float32], profile: Profile, where: str) -> list[str]:
    remarks = []
    # A covariate that nobody tells is done without.
    judged = profile.judged_names
    for name, column in zip(judged, rows.T[: len(judged)], strict=True):
        known = column[np.isfinite(column)]
        if not len(known):
            raise RecordingError(
                f"channel {name!r} of {profile.name!r} has no value in {where}: record it, or "
                "take it out of the profile"
            )
        if known.min() == known.max():
            remarks.append(
                f"channel {name!r} is constant at {known[0]:g}: its spread is set to the floor, a "
                "thousandth of its range, so any change will look odd"
            )
    return remarks
