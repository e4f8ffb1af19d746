"""Score the messages of a batch: one forward pass a profile."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import numpy as np

from tocsin.domain.readings import Scored
from tocsin.domain.windows import windows_ending_at
from tocsin.usecases.place_messages import Placed
from tocsin.usecases.ports import Model, Models

log = logging.getLogger(__name__)


async def score_batch(placed: Sequence[Placed], models: Models) -> list[Scored | None]:
    """Score every message; the result is in the order of *placed*.

    None stands for a message on which the model failed.
    """
    by_profile: dict[str, list[int]] = {}
    for position, one in enumerate(placed):
        by_profile.setdefault(one.message.profile.name, []).append(position)
    scored: dict[int, Scored | None] = {}
    for positions in by_profile.values():
        of_profile = [placed[position] for position in positions]
        model = await models.current(of_profile[0].message.profile)
        results = await _score_profile(of_profile, model)
        scored.update(zip(positions, results, strict=True))
    return [scored[position] for position in range(len(placed))]


async def _score_profile(placed: Sequence[Placed], model: Model | None) -> list[Scored | None]:
    if model is None:
        return [_unscored(one) for one in placed]
    # Whatever a model fails with, only the message that it fails on may not get through.
    try:
        return [*await _one_pass(placed, model)]
    except Exception:
        log.exception("The model %r failed on %d messages", model.spec.version, len(placed))
        if len(placed) == 1:
            return [None]
    return [scored for one in placed for scored in await _score_profile([one], model)]


async def _one_pass(placed: Sequence[Placed], model: Model) -> list[Scored]:
    cut = [
        windows_ending_at(one.history, one.message.t, one.message.values, one.message.profile)
        for one in placed
    ]
    windows = np.concatenate([windows for windows, _ in cut])
    scores = np.empty(0, dtype=np.float32)
    contributions = np.empty((0, windows.shape[2]), dtype=np.float32)
    if len(windows):
        # Off the event loop: the worker goes on receiving while torch computes.
        scores, contributions = await asyncio.to_thread(model.score, windows)
        # No document takes an infinity: a sum that overflowed is as odd as can be, and nobody can
        # say of whose doing.
        scores = np.nan_to_num(scores, nan=np.nan)
        contributions = np.nan_to_num(contributions, posinf=0.0, neginf=0.0)
    ends = np.cumsum([len(windows) for windows, _ in cut])[:-1]
    return [
        Scored.of(one.message, model.spec, full, of_message, shares)
        for one, (_, full), of_message, shares in zip(
            placed, cut, np.split(scores, ends), np.split(contributions, ends), strict=True
        )
    ]


def _unscored(one: Placed) -> Scored:
    readings, channels = one.message.values.shape
    return Scored.of(
        one.message,
        None,
        np.zeros(readings, dtype=np.bool_),
        np.empty(0, dtype=np.float32),
        np.empty((0, channels), dtype=np.float32),
    )
