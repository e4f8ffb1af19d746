"""Score the messages of a batch, a profile at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.devices.readings import Scored, spread_scores
from tocsin.domain.devices.stuck import call_stuck
from tocsin.domain.judging.baseline import Baseline
from tocsin.domain.windows.grids import Part, grid_windows
from tocsin.domain.windows.missing import find_missing
from tocsin.domain.windows.window import History, Windows, windows_of_batch
from tocsin.usecases.ports.scoring import Model, Models
from tocsin.usecases.scoring.place_stretches import Placed

# What a forward pass takes grows with its windows: so many, and a full batch of the largest
# messages needs no more memory than an everyday one.
SLICE = 4_096

log = logging.getLogger(__name__)

# The readings before a message, its times and its values; and what makes windows of those of
# several messages.
Rows: TypeAlias = tuple[History, NDArray[np.int64], NDArray[np.float32]]
Cut: TypeAlias = Callable[[Sequence[Rows]], tuple[Windows, NDArray[np.bool_]]]


async def score_batch(
    placed: Sequence[Placed], models: Models, baselines: Mapping[str, Baseline]
) -> list[Scored | None]:
    """Score every message; the result is in the order of *placed*.

    *baselines*: by device what is taken off its values first. None stands for a message on which
    the model failed.
    """
    by_profile: dict[str, list[int]] = {}
    for position, placed_message in enumerate(placed):
        by_profile.setdefault(placed_message.message.profile.name, []).append(position)
    scored: dict[int, Scored | None] = {}
    for positions in by_profile.values():
        of_profile = [placed[position] for position in positions]
        model = await models.current(of_profile[0].message.profile)
        results = await _score_profile(of_profile, model, baselines)
        scored.update(zip(positions, results, strict=True))
    return [scored[position] for position in range(len(placed))]


async def _score_profile(
    placed: Sequence[Placed], model: Model | None, baselines: Mapping[str, Baseline]
) -> list[Scored | None]:
    if model is None:
        return [*_leave_unscored(placed)]
    # Whatever a model fails with, only the message that it fails on may not get through.
    try:
        return [*await _score_together(placed, model, baselines)]
    except Exception:
        log.exception("The model %r failed on %d messages", model.spec.version, len(placed))
        if len(placed) == 1:
            return [None]
    return [
        scored for alone in placed for scored in await _score_profile([alone], model, baselines)
    ]


async def _score_together(
    placed: Sequence[Placed], model: Model, baselines: Mapping[str, Baseline]
) -> list[Scored]:
    """Those of usual rhythm at once, and the others at once."""
    other = [position for position, message in enumerate(placed) if message.verdict != "even"]
    if not other:
        return await _score_even(placed, model, baselines)
    even = [position for position, message in enumerate(placed) if message.verdict == "even"]
    found = await _score_other([placed[at] for at in other], model, baselines)
    results = dict(zip(other, found, strict=True))
    if even:
        found = await _score_even([placed[at] for at in even], model, baselines)
        results.update(zip(even, found, strict=True))
    return [results[position] for position in range(len(placed))]


async def _score_other(
    placed: Sequence[Placed], model: Model, baselines: Mapping[str, Baseline]
) -> list[Scored]:
    profile = placed[0].message.profile

    def grid(parts: Sequence[Rows]) -> tuple[Windows, NDArray[np.bool_]]:
        verdicts = [message.verdict for message in placed]
        return grid_windows(
            [Part(*part, verdict) for part, verdict in zip(parts, verdicts, strict=True)], profile
        )

    windows, scored = _cut_windows(placed, baselines, grid)
    found = await _score_windows(placed, model, windows, scored)
    ends = np.cumsum([len(message.message.times) for message in placed])
    return [
        replace(of_message, chosen=chosen, sensors=_find_sensors(message, of_message))
        for message, of_message, chosen in zip(
            placed, found, np.split(scored, ends[:-1]), strict=True
        )
    ]


def _find_sensors(placed: Placed, scored: Scored) -> NDArray[np.int8] | None:
    if placed.verdict != "unfit":
        return scored.sensors
    message = placed.message
    return find_missing(placed.history.values, message.values, message.profile.window)


async def _score_even(
    placed: Sequence[Placed], model: Model, baselines: Mapping[str, Baseline]
) -> list[Scored]:
    profile = placed[0].message.profile
    windows, full = _cut_windows(placed, baselines, lambda parts: windows_of_batch(parts, profile))
    return await _score_windows(placed, model, windows, full)


def _cut_windows(
    placed: Sequence[Placed], baselines: Mapping[str, Baseline], cut: Cut
) -> tuple[Windows, NDArray[np.bool_]]:
    """The windows of messages as a model shall see them, by the habits of their sensors, and a mask
    bool ``[sum of n]`` of the readings they end at."""
    windows, scored = cut([_shift(each, baselines, with_wave=True) for each in placed])
    if not any(each.habits is not None and each.habits.has_coarse for each in placed):
        return windows, scored
    shown, _ = cut([_shift(each, baselines, with_wave=False) for each in placed])
    steps = [_find_steps(each) for each in placed]
    lengths = [len(each.message.times) for each in placed]
    return windows.with_steps(shown.rows, np.repeat(steps, lengths, axis=0)[scored]), scored


def _find_steps(placed: Placed) -> NDArray[np.float64]:
    if placed.habits is None:
        return np.zeros(len(placed.message.profile.channels))
    return placed.habits.coarse_steps


async def _score_windows(
    placed: Sequence[Placed], model: Model, windows: Windows, full: NDArray[np.bool_]
) -> list[Scored]:
    if not len(windows):
        return _leave_unscored(placed, model)
    # Off the event loop: the worker goes on receiving while torch computes.
    scores, contributions, sensors = await asyncio.to_thread(_run_slices, model, windows)
    # No document takes an infinity: a sum that overflowed is as odd as can be, and nobody can
    # say of whose doing.
    scores = np.nan_to_num(scores, nan=np.nan)
    contributions = np.nan_to_num(contributions, posinf=0.0, neginf=0.0)
    messages = [placed_message.message for placed_message in placed]
    found = spread_scores(
        messages,
        model.spec,
        full,
        score=scores,
        contributions=contributions,
        sensors=sensors,
    )
    return [
        of_message if of_placed.learned is None else call_stuck(of_message, of_placed.learned)
        for of_message, of_placed in zip(found, placed, strict=True)
    ]


def _shift(placed: Placed, baselines: Mapping[str, Baseline], *, with_wave: bool) -> Rows:
    """The readings before a message, its times and its values, less what is normal by now;
    *with_wave*: on what is coarse, or as they were shown."""
    message, earlier = placed.message, placed.history
    before, values = earlier.values, message.values
    if with_wave and placed.habits is not None:
        before = placed.habits.blur(earlier.t, before, message.profile)
        values = placed.habits.blur(message.t, values, message.profile)
    baseline = baselines.get(message.device_id)
    if baseline is None or not baseline.counts_for(message.enqueued_at):
        return History(earlier.t, before), message.t, values
    shift = baseline.shift_of(message.profile)
    return History(earlier.t, before - shift), message.t, values - shift


def _run_slices(
    model: Model, windows: Windows
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int8]]:
    """What the model says of all windows, slice by slice."""
    parts = [model.score(part) for part in windows.slices(SLICE)]
    scores, contributions, sensors = zip(*parts, strict=True)
    return np.concatenate(scores), np.concatenate(contributions), np.concatenate(sensors)


def _leave_unscored(placed: Sequence[Placed], model: Model | None = None) -> list[Scored]:
    messages = [placed_message.message for placed_message in placed]
    channels = len(messages[0].profile.channels)
    return spread_scores(
        messages,
        None if model is None else model.spec,
        np.zeros(sum(len(message.times) for message in messages), dtype=np.bool_),
        score=np.empty(0, dtype=np.float32),
        contributions=np.empty((0, channels), dtype=np.float32),
        sensors=np.empty((0, channels), dtype=np.int8),
    )
