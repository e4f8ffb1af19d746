"""What plain limits would have called in a device's recent past. Changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.charts.stored_message import StoredMessage
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.limits.book import ByChannel, gather_bounds
from tocsin.domain.limits.bounds import Bound
from tocsin.domain.limits.follow import LimitChange, Stretch, count_steps, follow_limits
from tocsin.domain.profile import Profile
from tocsin.usecases.ports.operators import Fleet

MOST_READINGS = 100_000  # that are looked at: a day of one each second


@dataclass(frozen=True, slots=True)
class BoundTrial:
    """What one limit would have done: how often it would have called, first at event time
    ``first_t`` (ms), and for what share of the readings its alert would have been open."""

    bound: Bound
    calls: int
    first_t: int | None
    open_share: float


@dataclass(frozen=True, slots=True)
class LimitTrial:
    """``readings``: how many were looked at."""

    readings: int
    bounds: tuple[BoundTrial, ...]

    @property
    def calls(self) -> int:
        return sum(trial.calls for trial in self.bounds)


async def try_limits(
    device: DeviceRecord,
    profile: Profile,
    by_channel: ByChannel,
    *,
    from_t: int,
    to_t: int,
    fleet: Fleet,
) -> LimitTrial:
    """Hold what is stored from *from_t* to *to_t* (ms) against limits, as if they had been set.

    Raises InvalidRequestError where there are more than MOST_READINGS.
    """
    messages = await fleet.readings(device.device_id, from_t=from_t, to_t=to_t, most=MOST_READINGS)
    period_ms = max(profile.period_ms, device.rhythm.period)
    # Off the event loop: it would hold up every other request, and the scoring.
    return await asyncio.to_thread(_try, messages, profile, by_channel, period_ms, device.site_id)


def _try(
    messages: Sequence[StoredMessage],
    profile: Profile,
    by_channel: ByChannel,
    period_ms: float,
    site_id: str,
) -> LimitTrial:
    bounds = gather_bounds(profile, by_channel).every
    t, values = _join(messages, profile)
    if not len(t):
        return LimitTrial(0, tuple(BoundTrial(bound, 0, None, 0.0) for bound in bounds))
    stretch = Stretch(t, values, count_steps(t, 0, period_ms), site_id)
    _, changes = follow_limits(bounds, {}, stretch)
    return LimitTrial(
        len(t),
        tuple(
            _sum_up(bound, [each for each in changes if each.bound == bound], stretch)
            for bound in bounds
        ),
    )


def _join(
    messages: Sequence[StoredMessage], profile: Profile
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """All readings in order: event times ``[n]`` and values ``[n, c]``, NaN where missing."""
    parts = [
        np.array(
            [message.channels.get(name, [None] * len(message.t)) for name in profile.channel_names],
            dtype=np.float32,
        ).T
        for message in messages
    ]
    if not parts:
        return np.empty(0, dtype=np.int64), np.empty((0, len(profile.channels)), dtype=np.float32)
    t = np.concatenate([np.array(message.t, dtype=np.int64) for message in messages])
    order = np.argsort(t, kind="stable")
    return t[order], np.concatenate(parts)[order]


def _sum_up(bound: Bound, changes: Sequence[LimitChange], stretch: Stretch) -> BoundTrial:
    edges = [change.index for change in changes]
    if len(edges) % 2:
        edges.append(len(stretch.t))
    is_open = np.zeros(len(stretch.t), dtype=np.bool_)
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        is_open[start:end] = True
    known = ~np.isnan(stretch.values[:, bound.index])
    share = float(np.mean(is_open[known])) if known.any() else 0.0
    raised = [change.raised_t for change in changes if change.change == "raised"]
    return BoundTrial(bound, len(raised), min(raised, default=None), round(share, 4))
