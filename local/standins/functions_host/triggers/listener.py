"""What all listeners share: stopping, and saying once that a service is away or back."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Protocol

_log = logging.getLogger(__name__)
_SHORTEST_S, _LONGEST_S = 0.1, 5.0


class Listener(Protocol):
    """Takes work from one service and gives it to one function."""

    @property
    def listening(self) -> asyncio.Event:
        """Set once it has reached its service for the first time."""

    async def run(self) -> None:
        """Listen until the host stops, and end what runs then."""


async def wait_for_stop(stopping: asyncio.Event, seconds: float) -> bool:
    """Wait for *seconds*, less when the host stops. True: it stops."""
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return False
    return True


@dataclass(slots=True)
class Reachability:
    """Whether a service answers: one log line at each change, and the pause before a new try."""

    service: str
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    _failures: int = 0

    def report_lost(self, error: BaseException) -> float:
        """Note a failure; returns the seconds to wait before the next try."""
        if self._failures == 0:
            _log.warning(
                "%s is away, trying again: %s: %s", self.service, type(error).__name__, error
            )
        pause_s = min(_SHORTEST_S * 2.0**self._failures, _LONGEST_S)
        self._failures = min(self._failures + 1, 16)
        return pause_s

    def report_found(self) -> None:
        """Note a success."""
        if self._failures or not self.reached.is_set():
            _log.info("%s is reached", self.service)
        self._failures = 0
        self.reached.set()
