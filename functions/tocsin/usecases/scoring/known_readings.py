"""Which readings of a message are known already."""

from __future__ import annotations

import asyncio

from tocsin.domain.messages.telemetry import Message
from tocsin.domain.windows.known import Known, compare_readings
from tocsin.domain.windows.window import History
from tocsin.usecases.ports.scoring import Telemetry


class KnownReadings:
    """What is known of one device's readings: in memory, in the database, in the batch itself."""

    def __init__(
        self, history: History, profile: str, store: Telemetry, limit: asyncio.Semaphore
    ) -> None:
        """*profile*: that of *history*; readings of another are told in other channels."""
        self._history = history
        self._profile = profile
        self._store = store
        self._limit = limit
        self._placed: list[Message] = []

    def add(self, message: Message) -> None:
        """Note a message of the batch whose readings are going to be stored."""
        self._placed.append(message)

    async def find(self, message: Message) -> Known:
        """What is known of *message*'s readings."""
        placed = [
            compare_readings(History(other.t, other.values), message)
            for other in self._placed
            if other.profile.name == message.profile.name
            and other.first_t <= message.last_t
            and other.last_t >= message.first_t
        ]
        is_other = message.profile.name != self._profile
        before = Known.nothing(message) if is_other else compare_readings(self._history, message)
        in_memory = before.join(placed)
        if in_memory.has_all:
            # A device that sends its last readings with each message asks the database nothing.
            return in_memory
        async with self._limit:
            stored = await self._store.stored(
                message.device_id, message.profile, from_t=message.first_t, to_t=message.last_t
            )
        return in_memory.join(compare_readings(history, message) for history in stored)
