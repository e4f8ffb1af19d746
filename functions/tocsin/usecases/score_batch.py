"""Score the messages of a batch, a profile at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.baseline import Baseline
from tocsin.domain.grids import Part, grid_windows
from tocsin.domain.missing import find_missing
from tocsin.domain.readings import Scored, spread_scores
from tocsin.domain.stuck import call_stuck
from tocsin.domain.windows import History, Windows, windows_of_batch
from tocsin.usecases.place_stretches import Placed
from tocsin.usecases.ports.scoring import Model, Models

# What a forward pass takes grows with its windows: so many, and a full batch of the largest
# messages needs no more memory than an everyday one.
SLICE = 4_096

log = logging.getLogger(__name__)


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
    parts = [
        Part(*_shift(message, baselines.get(message.message.device_id)), message.verdict)
        for message in placed
    ]
    windows, scored = grid_windows(parts, placed[0].message.profile)
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
    parts = [
        _shift(placed_message, baselines.get(placed_message.message.device_id))
        for placed_message in placed
    ]
    windows, full = windows_of_batch(parts, placed[0].message.profile)
    return await _score_windows(placed, model, windows, full)


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


def _shift(
    placed: Placed, baseline: Baseline | None
) -> tuple[History, NDArray[np.int64], NDArray[np.float32]]:
    """The readings before a message, its times and its values, less what is normal by now, as the
    model shall see them."""
    message, history = placed.message, _blur(placed, placed.history.t, placed.history.values)
    values = _blur(placed, message.t, message.values)
    if baseline is None or not baseline.counts_for(message.enqueued_at):
        return History(placed.history.t, history), message.t, values
    shift = baseline.shift_of(message.profile)
    return History(placed.history.t, history - shift), message.t, values - shift


def _blur(placed: Placed, t: NDArray[np.int64], values: NDArray[np.float32]) -> NDArray[np.float32]:
    if placed.habits is None:
        return values
    return placed.habits.blur(t, values, placed.message.profile)


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
