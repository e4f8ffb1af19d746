"""The readings of a stretch in their true order, as messages that had come in time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tocsin.domain.behaviour.habits import STILL, Habits
from tocsin.domain.devices.device_record import DeviceRecord
from tocsin.domain.devices.fleet import DeviceState
from tocsin.domain.lateness.notes import LateStretch
from tocsin.domain.messages.telemetry import Envelope, Message
from tocsin.domain.profile import Profile
from tocsin.domain.windows.window import History
from tocsin.usecases.ports.operators import Feedback
from tocsin.usecases.scoring.place_messages import Lane
from tocsin.usecases.scoring.place_stretches import Placed

MOST_READINGS = 20_000  # of one stretch; of a longer one the newest
READ_AT_ONCE = 1_000
PLACED_AT_ONCE = 500


async def read_stretch(
    stretch: LateStretch, stood: DeviceRecord, profile: Profile, store: Feedback
) -> Lane:
    """All readings since *stood*, the device before the stretch, until a window after it: when
    these came, what lies before them was not there."""
    period_ms = max(profile.period_ms, stood.rhythm.period)
    end_t = stretch.to_t + round(profile.window * period_ms)
    since_t = stood.last_t + 1 if stood.last_t else stretch.from_t
    readings = await _read_back(stretch, profile, store, since_t=since_t, end_t=end_t)
    message = _make_message(stretch, profile, readings)
    if not len(readings.t):
        nothing = DeviceState.from_record(stood, message, History.empty(profile))
        return Lane(stood.device_id, (), nothing, nothing)
    history = await store.history(
        stood.device_id,
        profile,
        before_t=int(readings.t[0]),
        count=max(DeviceState.from_record(stood, message, readings).kept, 1),
        epoch=stretch.newest.epoch,
    )
    before = DeviceState.from_record(stood, message, history).with_habits(_wake(stood.habits))
    placed: list[Placed] = []
    for start in range(0, len(readings.t), PLACED_AT_ONCE):
        kept = np.zeros(len(readings.t), dtype=np.bool_)
        kept[start : start + PLACED_AT_ONCE] = True
        part = message.keep(kept)
        placed.append(Placed(part, history, False, before.judge(part), rhythm=stood.rhythm))
        history = history.extend(part.t, part.values, keep=before.kept)
    return Lane(stood.device_id, tuple(placed), before, before)


def _wake(habits: Habits | None) -> Habits | None:
    """Without the rest that goes on: it is not the one from before the stretch."""
    if habits is None:
        return None
    table = habits.table.copy()
    table[STILL] = 0
    return replace(habits, table=table)


async def _read_back(
    stretch: LateStretch, profile: Profile, store: Feedback, *, since_t: int, end_t: int
) -> History:
    """From *end_t* back to *since_t* (ms, both included), some at a time."""
    parts: list[History] = []
    before_t, left = end_t + 1, MOST_READINGS
    while left > 0:
        part = await store.history(
            stretch.newest.device_id,
            profile,
            before_t=before_t,
            count=min(READ_AT_ONCE, left),
            epoch=stretch.newest.epoch,
        )
        wanted = part.t >= since_t
        parts.append(History(part.t[wanted], part.values[wanted]))
        if not wanted.all() or len(part.t) < READ_AT_ONCE:
            break
        left -= len(part.t)
        before_t = int(part.t[0])
    return History(
        np.concatenate([part.t for part in reversed(parts)]),
        np.concatenate([part.values for part in reversed(parts)]),
    )


def _make_message(stretch: LateStretch, profile: Profile, readings: History) -> Message:
    """One message with all of them. What was told beside the channels is not kept of late ones."""
    note = stretch.newest
    return Message(
        envelope=Envelope(b"", note.device_id, note.site_id, stretch.heard_at, "", 0, {}),
        profile=profile,
        seq=0,
        times=readings.t.tolist(),
        t=readings.t,
        values=readings.values,
        channels={
            name: _list_column(readings.values[:, index])
            for index, name in enumerate(profile.channel_names)
        },
        epoch=note.epoch,
    )


def _list_column(values: NDArray[np.float32]) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]  # noqa: PLR0124 (NaN)
