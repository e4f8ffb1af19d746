"""Place the messages of a device that do not simply go on from each other.

Its clock may have stepped, some may be late, or repeat what is known, or come in another order than
they were measured in: within an epoch of its clock they are put in the order of their times.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from tocsin.domain.behaviour.habits import Habits
from tocsin.domain.behaviour.learn_habits import Learned
from tocsin.domain.behaviour.rhythm import Rhythm, Verdict
from tocsin.domain.devices.fleet import DeviceState
from tocsin.domain.hot_records import dataclass
from tocsin.domain.messages.telemetry import Message
from tocsin.domain.windows.window import History
from tocsin.usecases.ports.scoring import Telemetry
from tocsin.usecases.scoring.follow_clock import Stretch, follow_clock
from tocsin.usecases.scoring.known_readings import KnownReadings


@dataclass(frozen=True, slots=True)
class Placed:
    """A message, or what of it is new; the readings before it; whether newer ones are known
    already; and what windows its device's rhythm allows. ``step_ms``: by how much the clock was put
    back with it, 0 or less. ``rhythm``: of its device after it, None where it is late. ``habits``:
    those of its sensors that are known. ``learned``: what it shows of them, None where it is late.
    """

    message: Message
    history: History
    late: bool
    verdict: Verdict = "even"
    step_ms: int = 0
    rhythm: Rhythm | None = None
    habits: Habits | None = None
    learned: Learned | None = None

    def learn(self, learned: Learned) -> Placed:
        """The same once its readings have shown so much of the sensors."""
        return Placed(
            self.message,
            self.history,
            self.late,
            self.verdict,
            self.step_ms,
            self.rhythm,
            learned.habits,
            learned,
        )


class StretchPlacer:
    """Places one device's messages of a batch. ``placed``: in the order in which they decide.
    ``known``: messages with nothing new in them."""

    def __init__(self, state: DeviceState, store: Telemetry, limit: asyncio.Semaphore) -> None:
        self.placed: list[Placed] = []
        self.known: list[Message] = []
        self._state = state
        self._store = store
        self._limit = limit
        self._readings = KnownReadings(state.history, state.profile, store, limit)
        self._step_ms = 0

    async def place(self, messages: Sequence[Message]) -> DeviceState:
        """Place *messages*, given in the order of their arrival; returns the state after them."""
        followed = await follow_clock(messages, self._state, self._readings.find)
        for message in followed.past:
            await self._place_late(message, followed.past)
        for stretch in followed.stretches:
            await self._place_stretch(stretch)
        return replace(self._state, clock=followed.clock, last_seq=followed.last_seq)

    async def _place_stretch(self, stretch: Stretch) -> None:
        messages = await self._leave_run(stretch)
        ordered = sorted(messages, key=lambda message: message.first_t)
        if stretch.begins is not None:
            self._step_ms += min(ordered[0].first_t - 1 - self._state.last_t, 0)
            self._state = self._state.begin_epoch(stretch.begins, ordered[0])
        for message in ordered:
            if message.first_t > self._state.last_t:
                self._state = self._state.turn_to(message.profile)
                await self._place_new(message, ordered)
            elif message.profile.name != self._state.profile:
                await self._place_late(message, ordered)
            elif message.last_t > self._state.last_t:
                newer = message.t > self._state.last_t
                await self._place_late(message.keep(~newer), ordered, is_part=True)
                await self._place_new(message.keep(newer), ordered)
            else:
                await self._place_late(message, ordered)

    async def _leave_run(self, stretch: Stretch) -> list[Message]:
        """The messages of a stretch without the readings that were late before they told of it: a
        device may repeat its last ones, and in a new epoch nothing else knows them."""
        left: list[Message] = []
        for message in stretch.messages:
            told = message.t <= stretch.ran_to
            if told.any():
                told &= (await self._readings.find(message)).same
            if told.all():
                self.known.append(message)
            else:
                left.append(message.keep(~told) if told.any() else message)
        return left

    async def _place_new(self, message: Message, beside: Sequence[Message]) -> None:
        state = self._state
        if not state.has_history(message.profile):
            # Its rhythm was told a moment ago, and asks for more readings than were kept.
            history = await self._read_earlier(message, beside)
            state = state.with_history(history, message.profile)
        verdict = state.judge(message)
        self._state = state.after(message)
        self._add(Placed(message, state.history, False, verdict, self._step_ms, self._state.rhythm))
        self._step_ms = 0

    async def _place_late(
        self, message: Message, beside: Sequence[Message], *, is_part: bool = False
    ) -> None:
        known = await self._readings.find(message)
        if known.has_all:
            if not is_part:
                self.known.append(message)
            return
        fresh = message.keep(~known.same) if known.same.any() else message
        fresh = replace(fresh, contested=known.is_contested)
        history = await self._read_earlier(fresh, beside)
        state = self._state
        self._add(Placed(fresh, history, late=True, verdict=state.judge(fresh)))
        if fresh.profile.name == state.profile and fresh.epoch == state.clock.epoch.since:
            self._state = state.after_late(fresh)

    def _add(self, placed: Placed) -> None:
        self.placed.append(placed)
        self._readings.add(placed.message)

    async def _read_earlier(self, message: Message, beside: Sequence[Message]) -> History:
        """What came before a message: stored, or anywhere in this very batch."""
        keep = self._state.count_kept(message.profile)
        async with self._limit:
            history = await self._store.history(
                message.device_id,
                message.profile,
                before_t=message.first_t,
                count=keep,
                epoch=message.epoch,
            )
        for other in beside:
            before = other.t < message.first_t
            if other.profile.name == message.profile.name and before.any():
                history = history.merge(other.t[before], other.values[before], keep=keep)
        return history
